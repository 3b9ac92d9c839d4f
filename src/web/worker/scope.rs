//! The worker's environment: its messages, its clock and its turn in the event loop.

use crate::error::{MessageError, WorkerError};
use crate::protocol::{Command, Event};
use crate::web::error::describe;
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageChannel, MessageEvent};

/// A command with the files that came with it.
pub(super) struct Message {
    pub(super) command: Command,
    pub(super) files: Vec<File>,
}

impl Message {
    /// Reads a message: a command, or a list of a command and files.
    fn read(data: JsValue) -> Result<Self, MessageError> {
        let mut parts = match data.dyn_into::<js_sys::Array>() {
            Ok(list) => list.to_vec(),
            Err(command) => vec![command],
        }
        .into_iter();
        let command = parts.next().and_then(|part| part.dyn_into::<Uint8Array>().ok());
        let command = Command::from_bytes(&command.map_or_else(Vec::new, |bytes| bytes.to_vec()))?;
        Ok(Self { command, files: parts.filter_map(|file| file.dyn_into().ok()).collect() })
    }
}

/// The global scope of this worker.
#[must_use]
pub(super) fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Sends an event to the page.
pub(super) fn post(event: &Event) {
    // If the page is gone there is no recipient.
    let _ = scope().post_message(&Uint8Array::from(event.to_bytes().as_slice()).into());
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

/// Commands from the page that have not been handled yet.
#[derive(Clone, Default)]
pub(super) struct Inbox {
    state: Rc<RefCell<InboxState>>,
}

#[derive(Default)]
struct InboxState {
    queue: VecDeque<Result<Message, MessageError>>,
    waker: Option<Waker>,
}

impl Inbox {
    /// Starts to listen; must be called once, before the worker announces that it is ready.
    #[must_use]
    pub(super) fn listen() -> Self {
        let inbox = Self::default();
        let state = Rc::clone(&inbox.state);
        let receive = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let message = Message::read(event.data());
            let mut state = state.borrow_mut();
            state.queue.push_back(message);
            if let Some(waker) = state.waker.take() {
                waker.wake();
            }
        });
        scope().set_onmessage(Some(receive.as_ref().unchecked_ref()));
        // Lives as long as the worker.
        receive.forget();
        inbox
    }

    /// The next command, if one has arrived; an error text for a message that is not a command.
    #[must_use]
    pub(super) fn try_next(&self) -> Option<Result<Message, MessageError>> {
        self.state.borrow_mut().queue.pop_front()
    }

    /// Waits for the next command.
    pub(super) async fn next(&self) -> Result<Message, MessageError> {
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
}

impl EventLoopTurn {
    /// A channel from the worker to itself.
    ///
    /// # Errors
    /// [`WorkerError::NoMessageChannel`].
    pub(super) fn new() -> Result<Self, WorkerError> {
        let channel = MessageChannel::new();
        let channel = channel.map_err(|error| WorkerError::NoMessageChannel { message: describe(&error) })?;
        Ok(Self { channel })
    }

    /// Resolves after the waiting messages have been delivered.
    pub(super) async fn pass(&self) {
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            self.channel.port1().set_onmessage(Some(&resolve));
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        });
        // This promise is never rejected.
        let _ = JsFuture::from(promise).await;
    }
}
