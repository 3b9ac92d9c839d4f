//! The connection to a helper: a worker created by this worker, with the same program, compiled only once.

use super::order::Order;
use crate::error::WorkerError;
use crate::protocol::Event;
use crate::web::error::describe;
use crate::web::worker::scope::{HELPER, scope};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

/// A helper with its event listeners. It lives exactly as long as this value.
pub(super) struct HelperLink {
    worker: Worker,
    _script: Script,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(web_sys::Event)>,
}

impl HelperLink {
    /// Creates a helper; `hear` is called with its events, and with `None` when it is lost.
    ///
    /// # Errors
    /// [`WorkerError::NoHelper`].
    pub(super) fn open(hear: impl Fn(Option<Event>) + Clone + 'static) -> Result<Self, WorkerError> {
        Self::create(hear).map_err(|error| WorkerError::NoHelper { message: describe(&error) })
    }

    fn create(hear: impl Fn(Option<Event>) + Clone + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(HELPER);
        let script = Script::new()?;
        let worker = Worker::new_with_options(&script.address, &options)?;
        let heard = hear.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let event = match event.data().as_string() {
                Some(text) => Event::from_text(&text),
                None => Event::from_bytes(&Uint8Array::new(&event.data()).to_vec()),
            };
            heard(event.ok());
        });
        let error = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            // Otherwise it would count as an error of this worker, too.
            event.prevent_default();
            hear(None);
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(error.as_ref().unchecked_ref()));
        // The script instantiates the module that it is sent.
        worker.post_message(&wasm_bindgen::module())?;
        Ok(Self { worker, _script: script, _message: message, _error: error })
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

/// The script of a helper, as long as it is needed.
struct Script {
    address: String,
}

impl Drop for Script {
    fn drop(&mut self) {
        // Only memory: nothing is wrong if it stays.
        let _ = Url::revoke_object_url(&self.address);
    }
}

impl Script {
    /// It imports the bindings of this program, which are beside the loader that runs here.
    fn new() -> Result<Self, JsValue> {
        let bindings = Url::new_with_base("worker.js", &scope().location().href())?.href();
        let text = format!(
            "import init from {bindings:?};\
             onmessage = ({{ data }}) => {{ onmessage = null; init({{ module_or_path: data }}).catch(reportError); }};"
        );
        let kind = BlobPropertyBag::new();
        kind.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
        Ok(Self { address: Url::create_object_url_with_blob(&blob)? })
    }
}
