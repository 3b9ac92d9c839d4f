//! The connection to the worker: commands out, events in. The worker lives exactly as long as this value.
//!
//! Every message carries the number of the start to which it belongs; events of a discarded experiment end here. So do heartbeats: a worker
//! without any for too long counts as lost.

use super::net;
use super::worker_pulse::Pulse;
use super::{Action, Dispatcher};
use crate::error::MessageError;
use crate::protocol::{Command, Event as WorkerEvent, Numbered, StartNumbers};
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use crate::web::page::model::worker_program::WorkerProgram;
use crate::web::page::words::incidents;
use crate::web::schedule::Timer;
use js_sys::{Array, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
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
    numbers: Rc<RefCell<StartNumbers>>,
    _pulse: Rc<Pulse>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
    _garbled: Closure<dyn FnMut(Event)>,
}

impl WorkerLink {
    /// Creates the worker; its events arrive as [`Action::Heard`] and [`Action::WorkerLost`].
    pub(super) fn open(dispatcher: &Dispatcher, program: WorkerProgram) -> WebResult<Self> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let name = dom::meta(program.meta())?.ok_or(WebError::Missing { what: "name of the worker" })?;
        let address = dom::document()?.base_uri()?.unwrap_or_default();
        let script = web_sys::Url::new_with_base(&name, &address)?.href();
        let worker = Worker::new_with_options(&script, &options)?;
        let numbers = Rc::new(RefCell::new(StartNumbers::default()));
        let pulse = Pulse::watch(dispatcher);
        let message = heard(dispatcher, Rc::clone(&numbers), Rc::clone(&pulse));
        let (error, garbled) = (lost(dispatcher), unreadable(dispatcher));
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(garbled.as_ref().unchecked_ref()));
        let silent = dispatcher.clone();
        let silence = Timer::new(move || silent.dispatch(Action::WorkerSilent));
        silence.set(LOADING_MILLISECONDS)?;
        net::set_worker(Some(&worker));
        Ok(Self { worker, silence, numbers, _pulse: pulse, _message: message, _error: error, _garbled: garbled })
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
        Ok(self.worker.post_message(&self.bytes(command))?)
    }

    /// Sends a command with the state of a checkpoint.
    pub(super) fn send_state(&self, command: &Command, state: &Uint8Array) -> WebResult<()> {
        Ok(self.worker.post_message(&Array::of2(&self.bytes(command), state))?)
    }

    /// Sends a command with files: a list that begins with the command. The browser sends only references to the files, not
    /// their contents.
    pub(super) fn send_files(&self, command: &Command, files: &[File]) -> WebResult<()> {
        let list = Array::of1(&self.bytes(command));
        for file in files {
            list.push(file);
        }
        Ok(self.worker.post_message(&list)?)
    }

    fn bytes(&self, command: &Command) -> JsValue {
        let start = self.numbers.borrow_mut().number(command);
        Uint8Array::from(Numbered { start, message: command.clone() }.to_bytes().as_slice()).into()
    }
}

impl Drop for WorkerLink {
    fn drop(&mut self) {
        net::set_worker(None);
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}

fn heard(
    dispatcher: &Dispatcher,
    numbers: Rc<RefCell<StartNumbers>>,
    pulse: Rc<Pulse>,
) -> Closure<dyn FnMut(MessageEvent)> {
    let dispatcher = dispatcher.clone();
    Closure::new(move |message: MessageEvent| {
        let (message, state) = match read(&message.data()) {
            Ok(read) => read,
            Err(error) => return dispatcher.dispatch(Action::WorkerLost(incidents::unreadable_event(error))),
        };
        let Numbered { start, message: event } = message;
        if let Err(error) = pulse.felt(&event) {
            dom::report(&error);
        }
        let is_heartbeat = matches!(event, WorkerEvent::Alive { .. });
        if is_heartbeat || !numbers.borrow().admit(start, &event) {
            return;
        }
        dispatcher.dispatch(match (event, state) {
            (WorkerEvent::Checkpoint { step, state_sha256 }, Some(state)) => {
                Action::CheckpointMade { step, state_sha256, state }
            }
            (event, _) => Action::Heard(Box::new(event)),
        });
    })
}

/// Reads a message: a text, a number at the end of memory, the bytes of an event, or a list of these bytes and a state.
fn read(data: &JsValue) -> Result<(Numbered<WorkerEvent>, Option<Uint8Array>), MessageError> {
    if let Some(text) = data.as_string() {
        return WorkerEvent::from_text(&text).map(|message| (Numbered { start: 0, message }, None));
    }
    if data.as_f64().is_some() {
        return Ok((Numbered { start: 0, message: WorkerEvent::out_of_memory() }, None));
    }
    let (event, state) = match data.dyn_ref::<Array>() {
        Some(list) => (list.get(0), list.get(1).dyn_into().ok()),
        None => (data.clone(), None),
    };
    Ok((Numbered::from_bytes(&Uint8Array::new(&event).to_vec())?, state))
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
