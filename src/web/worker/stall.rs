//! Ends a download of which nothing is heard any more; the browser itself would wait for ever.

use super::scope::scope;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, RequestInit};

/// Seconds without a byte after which a download has failed.
pub(super) const STALL_SECS: u32 = 20;
const STALL_MILLISECONDS: i32 = 20_000;

/// Watches one download.
pub(super) struct StallGuard {
    controller: AbortController,
    timer: Cell<Option<i32>>,
    has_rung: Rc<Cell<bool>>,
    callback: Closure<dyn FnMut()>,
}

impl StallGuard {
    /// Waits for the first byte from now on.
    ///
    /// # Errors
    /// The browser's.
    pub(super) fn start() -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let has_rung = Rc::new(Cell::new(false));
        let (ending, rung) = (controller.clone(), Rc::clone(&has_rung));
        let callback = Closure::<dyn FnMut()>::new(move || {
            rung.set(true);
            ending.abort();
        });
        let guard = Self { controller, timer: Cell::new(None), has_rung, callback };
        guard.heard();
        Ok(guard)
    }

    /// What a request needs so that it can be ended.
    pub(super) fn request(&self) -> RequestInit {
        let request = RequestInit::new();
        request.set_signal(Some(&self.controller.signal()));
        request
    }

    /// Something has arrived: the time begins anew.
    pub(super) fn heard(&self) {
        self.stop();
        let callback = self.callback.as_ref().unchecked_ref();
        // Without a timer the download may hang, as it would without this guard; no browser refuses one.
        let timer = scope().set_timeout_with_callback_and_timeout_and_arguments_0(callback, STALL_MILLISECONDS);
        self.timer.set(timer.ok());
    }

    /// Whether the download was ended because nothing was heard.
    pub(super) fn has_rung(&self) -> bool {
        self.has_rung.get()
    }

    fn stop(&self) {
        if let Some(timer) = self.timer.take() {
            scope().clear_timeout_with_handle(timer);
        }
    }
}

impl Drop for StallGuard {
    fn drop(&mut self) {
        self.stop();
    }
}
