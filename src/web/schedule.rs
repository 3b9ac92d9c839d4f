//! Deferred calls: animation frames and timers, each pending at most once.

use super::dom;
use super::error::{WebError, WebResult};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Calls a function at the next animation frame after a request, once for any number of requests.
pub struct Frames {
    pending: Rc<Cell<bool>>,
    callback: Closure<dyn FnMut()>,
}

impl Frames {
    /// Animation frames that call `draw`.
    pub fn new(mut draw: impl FnMut() + 'static) -> Self {
        let pending = Rc::new(Cell::new(false));
        let waiting = Rc::clone(&pending);
        let callback = Closure::<dyn FnMut()>::new(move || {
            waiting.set(false);
            draw();
        });
        Self { pending, callback }
    }

    /// Requests a frame.
    pub fn request(&self) -> WebResult<()> {
        if !self.pending.replace(true) {
            dom::window()?.request_animation_frame(self.callback.as_ref().unchecked_ref())?;
        }
        Ok(())
    }
}

/// Calls a function after a delay; setting it again restarts the delay.
pub struct Timer {
    handle: Rc<Cell<Option<i32>>>,
    callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// A timer that calls `ring`; it is not set yet.
    pub fn new(mut ring: impl FnMut() + 'static) -> Self {
        let handle = Rc::new(Cell::new(None));
        let own = Rc::clone(&handle);
        let callback = Closure::<dyn FnMut()>::new(move || {
            own.set(None);
            ring();
        });
        Self { handle, callback }
    }

    /// Rings after this many milliseconds, and not at the time set before.
    pub fn set(&self, milliseconds: i32) -> WebResult<()> {
        self.clear();
        let callback = self.callback.as_ref().unchecked_ref();
        let window = dom::window()?;
        self.handle.set(Some(window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, milliseconds)?));
        Ok(())
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.handle.get().is_some()
    }

    /// Cancels it.
    pub fn clear(&self) {
        if let (Some(handle), Ok(window)) = (self.handle.take(), dom::window()) {
            window.clear_timeout_with_handle(handle);
        }
    }
}

impl Drop for Timer {
    /// A callback that is gone must not be called.
    fn drop(&mut self) {
        self.clear();
    }
}

/// Draws at animation frames, but pauses after each drawing for several times the duration of the drawing: for any
/// number of curves, most of the time is left for the visitor.
pub struct Redraw {
    frames: Rc<Frames>,
    timer: Timer,
    rested_at: Cell<f64>,
}

/// Shortest and longest pause in milliseconds.
const REST: (f64, f64) = (80.0, 1000.0);

impl Redraw {
    /// Animation frames that call `draw`.
    pub fn new(draw: impl FnMut() + 'static) -> Self {
        let frames = Rc::new(Frames::new(draw));
        let later = Rc::clone(&frames);
        let timer = Timer::new(move || {
            if let Err(error) = later.request() {
                dom::report(&error);
            }
        });
        Self { frames, timer, rested_at: Cell::new(0.0) }
    }

    /// Requests a drawing, as soon as the pause is over.
    pub fn request(&self) -> WebResult<()> {
        let wait = self.rested_at.get() - now()?;
        if wait <= 0.0 {
            return self.frames.request();
        }
        if self.timer.is_set() {
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a second")]
        self.timer.set(wait.ceil() as i32)
    }

    /// Reports that a drawing that began at `start` has ended.
    pub fn drawn(&self, start: f64) -> WebResult<()> {
        let end = now()?;
        self.rested_at.set(end + (4.0 * (end - start)).clamp(REST.0, REST.1));
        Ok(())
    }
}

/// Milliseconds since the page was opened.
pub fn now() -> WebResult<f64> {
    let performance = dom::window()?.performance().ok_or(WebError::Missing { what: "clock" })?;
    Ok(performance.now())
}
