//! The worker as the page sees it: commands out, news in. It lives exactly as long as this value.

use super::{Action, Dispatcher};
use crate::protocol::{self, Command};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::schedule::Timer;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

/// The worker's script, beside the page: Trunk's loader of the binary `worker`.
const SCRIPT: &str = "worker_loader.js";
/// How long the worker may take to load, in milliseconds, before the visitor is told that it has not come yet.
const LOADING_MILLISECONDS: i32 = 25_000;
/// How long a busy worker may say nothing, in milliseconds; it speaks ten times a second unless one step takes longer.
const SILENCE_MILLISECONDS: i32 = 60_000;

/// The worker and what listens to it.
pub(super) struct WorkerLink {
    worker: Worker,
    silence: Timer,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
    _garbled: Closure<dyn FnMut(Event)>,
}

impl WorkerLink {
    /// Creates the worker; what it says arrives as [`Action::Heard`] and [`Action::WorkerLost`].
    pub(super) fn open(dispatcher: &Dispatcher) -> WebResult<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = dom::document()?.base_uri()?.unwrap_or_default();
        let script = web_sys::Url::new_with_base(SCRIPT, &address)?.href();
        let worker = Worker::new_with_options(&script, &options)?;
        let (message, error, garbled) = (heard(dispatcher), lost(dispatcher), unreadable(dispatcher));
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(garbled.as_ref().unchecked_ref()));
        let silent = dispatcher.clone();
        let silence = Timer::new(move || silent.dispatch(Action::WorkerSilent));
        silence.set(LOADING_MILLISECONDS)?;
        Ok(Self { worker, silence, _message: message, _error: error, _garbled: garbled })
    }

    /// Whether the worker has work, and should therefore be heard of before long.
    pub(super) fn expect_news(&self, busy: bool) -> WebResult<()> {
        if busy {
            return self.silence.set(SILENCE_MILLISECONDS);
        }
        self.silence.clear();
        Ok(())
    }

    /// Sends a command. Only after the worker has spoken: what is sent before is lost.
    pub(super) fn send(&self, command: &Command) -> WebResult<()> {
        Ok(self.worker.post_message(&bytes(command))?)
    }

    /// Sends a command with files: a list that begins with the command. The browser passes on what a file is, and
    /// reads no byte of it.
    pub(super) fn send_files(&self, command: &Command, files: &[File]) -> WebResult<()> {
        let list = js_sys::Array::of1(&bytes(command));
        for file in files {
            list.push(file);
        }
        Ok(self.worker.post_message(&list)?)
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        self.silence.clear();
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

fn bytes(command: &Command) -> JsValue {
    Uint8Array::from(command.to_bytes().as_slice()).into()
}

fn heard(dispatcher: &Dispatcher) -> Closure<dyn FnMut(MessageEvent)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |event: MessageEvent| {
        let event = match event.data().as_string() {
            Some(text) => protocol::Event::from_text(&text),
            None => protocol::Event::from_bytes(&Uint8Array::new(&event.data()).to_vec()),
        };
        dispatcher.dispatch(match event {
            Ok(event) => Action::Heard(Box::new(event)),
            Err(error) => Action::WorkerLost(format!("The training worker said something unreadable: {error}.")),
        });
    })
}

fn lost(dispatcher: &Dispatcher) -> Closure<dyn FnMut(Event)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |event: Event| {
        // A script that cannot be fetched gives a plain event without a message.
        let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).filter(|message| !message.is_empty());
        dispatcher.dispatch(Action::WorkerLost(match message {
            Some(message) => format!("The training worker has stopped: {message}"),
            None => "The training worker could not be loaded.".to_owned(),
        }));
    })
}

fn unreadable(dispatcher: &Dispatcher) -> Closure<dyn FnMut(Event)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |_| {
        dispatcher.dispatch(Action::WorkerLost("A message of the training worker could not be read.".to_owned()));
    })
}
