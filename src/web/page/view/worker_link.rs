//! The connection to the worker: commands out, events in. The worker lives exactly as long as this value.

use super::{Action, Dispatcher};
use crate::protocol::{self, Command};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::worker_program::WorkerProgram;
use crate::web::page::words::incidents;
use crate::web::schedule::Timer;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Time that the worker may take to load, in milliseconds, before the visitor is told that it is still loading.
const LOADING_MILLISECONDS: i32 = 25_000;
/// Time that a busy worker may be silent, in milliseconds; it reports five times a second unless one step takes longer.
const SILENCE_MILLISECONDS: i32 = 60_000;

/// The worker with its event listeners.
pub(super) struct WorkerLink {
    worker: Worker,
    silence: Timer,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
    _garbled: Closure<dyn FnMut(Event)>,
}

impl WorkerLink {
    /// Creates the worker; its events arrive as [`Action::Heard`] and [`Action::WorkerLost`].
    pub(super) fn open(dispatcher: &Dispatcher, program: WorkerProgram) -> WebResult<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = dom::document()?.base_uri()?.unwrap_or_default();
        let script = web_sys::Url::new_with_base(program.script(), &address)?.href();
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

    /// Sets whether the worker has work and is therefore expected to report.
    pub(super) fn expect_news(&self, busy: bool) -> WebResult<()> {
        if busy {
            return self.silence.set(SILENCE_MILLISECONDS);
        }
        self.silence.clear();
        Ok(())
    }

    /// Sends a command. Only after the worker has reported that it is ready: messages sent before would be lost.
    pub(super) fn send(&self, command: &Command) -> WebResult<()> {
        Ok(self.worker.post_message(&bytes(command))?)
    }

    /// Sends a command with files: a list that begins with the command. The browser sends only references to the files, not
    /// their contents.
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
            Err(error) => Action::WorkerLost(incidents::unreadable_event(error)),
        });
    })
}

fn lost(dispatcher: &Dispatcher) -> Closure<dyn FnMut(Event)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |event: Event| {
        // If the script cannot be fetched, the event has no message.
        let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).filter(|message| !message.is_empty());
        dispatcher.dispatch(Action::WorkerLost(incidents::worker_stopped(message.as_deref())));
    })
}

fn unreadable(dispatcher: &Dispatcher) -> Closure<dyn FnMut(Event)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |_| {
        dispatcher.dispatch(Action::WorkerLost(incidents::worker_message_lost()));
    })
}
