//! The worker's environment: its messages, its clock and its turn in the event loop.

use crate::error::{MessageError, WorkerError};
use crate::protocol::{Command, Event, Numbered};
use crate::web::error::describe;
use js_sys::Uint8Array;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageChannel, MessageEvent};

/// A command with what came with it.
pub(super) struct Message {
    pub(super) command: Command,
    /// The number of the start to which it belongs.
    pub(super) start: u32,
    pub(super) files: Vec<File>,
    /// The state of a checkpoint, if one was sent.
    pub(super) state: Option<Uint8Array>,
}

impl Message {
    /// Reads a message: a command, or a list of a command and files or a state.
    pub(super) fn read(data: JsValue) -> Result<Self, MessageError> {
        let mut parts = match data.dyn_into::<js_sys::Array>() {
            Ok(list) => list.to_vec(),
            Err(command) => vec![command],
        }
        .into_iter();
        let command = parts.next().and_then(|part| part.dyn_into::<Uint8Array>().ok());
        let Numbered { start, message } = Numbered::from_bytes(&command.map_or_else(Vec::new, |bytes| bytes.to_vec()))?;
        let parts: Vec<JsValue> = parts.collect();
        let state = parts.iter().find_map(|part| part.dyn_ref::<Uint8Array>()).cloned();
        Ok(Self {
            command: message,
            start,
            state,
            files: parts.into_iter().filter_map(|file| file.dyn_into().ok()).collect(),
        })
    }
}

/// The name of a worker that helps another one.
pub(super) const HELPER: &str = "emergence-lab helper";

/// The global scope of this worker.
#[must_use]
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

thread_local! {
    /// The number of the start to which events belong.
    static START: Cell<u32> = const { Cell::new(0) };
}

/// From now on, events belong to this start.
pub(super) fn begin(start: u32) {
    START.set(start);
}

/// Sends an event to the page.
pub(super) fn post(event: &Event) {
    // If the page is gone there is no recipient.
    let _ = scope().post_message(&numbered(event));
}

/// Sends an event with bytes, whose buffer is handed over.
pub(super) fn post_with(event: &Event, bytes: &[u8]) {
    let bytes = Uint8Array::from(bytes);
    let _ = scope().post_message_with_transfer(
        &js_sys::Array::of2(&numbered(event), &bytes),
        &js_sys::Array::of1(&bytes.buffer()),
    );
}

fn numbered(event: &Event) -> JsValue {
    let message = Numbered { start: START.get(), message: event.clone() };
    Uint8Array::from(message.to_bytes().as_slice()).into()
}

/// Sends a text to the page.
pub(super) fn post_text(text: &str) {
    let _ = scope().post_message(&JsValue::from_str(text));
}

/// Seconds since the worker started.
#[must_use]
pub(super) fn now_secs() -> f64 {
    scope().performance().map_or(0.0, |performance| performance.now() / 1000.0)
}

/// What arrives at the worker that talks to the page.
pub(super) enum Mail {
    /// A message of the page, or why it cannot be read.
    Page(Result<Message, MessageError>),
    /// An event of the helper with this share; `None` when the helper is lost.
    Helper {
        /// The share.
        share: usize,
        /// The event.
        event: Option<Box<Event>>,
        /// The state of a training that came with it.
        state: Option<Uint8Array>,
    },
    /// Time has passed; see [`super::heartbeat`].
    Tick,
}

/// Messages that have not been handled yet.
pub(super) struct Inbox<T> {
    state: Rc<RefCell<InboxState<T>>>,
}

struct InboxState<T> {
    queue: VecDeque<T>,
    waker: Option<Waker>,
}

impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self { state: Rc::clone(&self.state) }
    }
}

impl<T: 'static> Inbox<T> {
    /// Starts to listen to messages to this worker; must be called once, before it announces that it is ready.
    #[must_use]
    pub(super) fn listen(read: fn(JsValue) -> T) -> Self {
        let inbox = Self { state: Rc::new(RefCell::new(InboxState { queue: VecDeque::new(), waker: None })) };
        let own = inbox.clone();
        let receive =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| own.deliver(read(event.data())));
        scope().set_onmessage(Some(receive.as_ref().unchecked_ref()));
        // Lives as long as the worker.
        receive.forget();
        inbox
    }

    /// Adds a message.
    pub(super) fn deliver(&self, message: T) {
        let mut state = self.state.borrow_mut();
        state.queue.push_back(message);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Drops the messages that are not wanted any more.
    pub(super) fn retain(&self, wanted: impl FnMut(&T) -> bool) {
        self.state.borrow_mut().queue.retain(wanted);
    }

    /// The next message, if one has arrived.
    #[must_use]
    pub(super) fn try_next(&self) -> Option<T> {
        self.state.borrow_mut().queue.pop_front()
    }

    /// Waits for the next message.
    pub(super) async fn next(&self) -> T {
        poll_fn(|context| {
            let next = self.try_next();
            if next.is_none() {
                self.state.borrow_mut().waker = Some(context.waker().clone());
            }
            next.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Lets the event loop deliver messages: a turn through a message channel, which browsers do not delay as they do timers.
pub(super) struct EventLoopTurn {
    channel: MessageChannel,
    passed_at: Cell<f64>,
}

/// Seconds between two turns while there is work: a turn takes as long as a step of a very small network.
const TURN_SECS: f64 = 0.004;

impl EventLoopTurn {
    /// A channel from the worker to itself.
    ///
    /// # Errors
    /// [`WorkerError::NoMessageChannel`].
    pub(super) fn new() -> Result<Self, WorkerError> {
        let channel = MessageChannel::new();
        let channel = channel.map_err(|error| WorkerError::NoMessageChannel { message: describe(&error) })?;
        Ok(Self { channel, passed_at: Cell::new(f64::NEG_INFINITY) })
    }

    /// Lets the waiting messages be delivered, unless that was done just now.
    pub(super) async fn pass_if_due(&self) {
        if now_secs() - self.passed_at.get() >= TURN_SECS {
            self.pass().await;
        }
    }

    /// Resolves after the waiting messages have been delivered.
    pub(super) async fn pass(&self) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            self.channel.port1().set_onmessage(Some(&resolve));
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        });
        // This promise is never rejected.
        let _ = JsFuture::from(promise).await;
        self.passed_at.set(now_secs());
    }
}
