//! The connection to a helper: a worker created by this worker, with the same program, compiled only once.

use super::order::Order;
use crate::error::WorkerError;
use crate::protocol::{Event, Numbered};
use crate::web::error::describe;
use crate::web::worker::scope::{HELPER, scope};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

/// A helper with its event listeners. It lives exactly as long as this value.
pub(super) struct HelperLink {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(web_sys::Event)>,
}

impl HelperLink {
    /// Creates a helper; `hear` is called with its events and what came with them, and with `None` when it is lost.
    ///
    /// # Errors
    /// [`WorkerError::NoHelper`].
    pub(super) fn open(
        hear: impl Fn(Option<Event>, Option<Uint8Array>) + Clone + 'static,
    ) -> Result<Self, WorkerError> {
        Self::create(hear).map_err(|error| WorkerError::NoHelper { message: describe(&error) })
    }

    fn create(hear: impl Fn(Option<Event>, Option<Uint8Array>) + Clone + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(HELPER);
        let worker = Worker::new_with_options(&script(), &options)?;
        let heard = hear.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(text) = event.data().as_string() {
                return heard(Event::from_text(&text).ok(), None);
            }
            if event.data().as_f64().is_some() {
                return heard(Some(Event::out_of_memory()), None);
            }
            let (event, state) = match event.data().dyn_into::<Array>() {
                Ok(list) => (list.get(0), list.get(1).dyn_into().ok()),
                Err(event) => (event, None),
            };
            let event = Numbered::<Event>::from_bytes(&Uint8Array::new(&event).to_vec());
            heard(event.ok().map(|event| event.message), state);
        });
        let error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Otherwise it would count as an error of this worker, too.
            event.prevent_default();
            hear(None, None);
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(error.as_ref().unchecked_ref()));
        // The script instantiates the module that it is sent.
        worker.post_message(&wasm_bindgen::module())?;
        Ok(Self { worker, _message: message, _error: error })
    }

    /// Sends an order. If the helper is gone there is no recipient, and the error event tells.
    pub(super) fn send(&self, order: &Order) {
        let _ = self.worker.post_message(&order.to_bytes());
    }

    /// Sends a message and hands its buffers over.
    pub(super) fn hand_over(&self, (message, buffers): &(JsValue, Array)) {
        let _ = self.worker.post_message_with_transfer(message, buffers);
    }
}

impl Drop for HelperLink {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

/// The script of a helper, which is beside the loader that runs here, with the same hash before its name.
fn script() -> String {
    scope().location().href().replace("worker_loader", "worker_helper")
}
