//! What the page posts to its host: in order, and many messages in portions, so that the page stays responsive.

use crate::export::to_json;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::messages::{MOST_RESULT_BYTES, Post};
use crate::web::page::words::incidents;
use crate::web::schedule::{Timer, now};
use js_sys::Reflect;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Window;

/// Longest time for which messages are posted in one task, in milliseconds: half of what browsers call a long task.
const PORTION_MILLISECONDS: f64 = 25.0;

/// Messages to the host that wait to be posted. They go to any origin: nothing here is secret, and any site may embed the page.
pub(super) struct Outbox {
    host: Window,
    /// Messages in order, each with the id of the question that it answers.
    waiting: RefCell<VecDeque<(JsValue, Option<JsValue>)>>,
    /// Rings when the next portion may be posted.
    next_portion: Timer,
}

impl Outbox {
    /// An empty one; `host` is the page around this one.
    pub(super) fn new(host: Window) -> Rc<Self> {
        Rc::new_cyclic(|own: &Weak<Self>| {
            let own = own.clone();
            let next_portion = Timer::new(move || {
                let posted = own.upgrade().map_or(Ok(()), |outbox| outbox.post_portion());
                posted.unwrap_or_else(|error| dom::report(&error));
            });
            Self { host, waiting: RefCell::default(), next_portion }
        })
    }

    /// Posts a message.
    pub(super) fn post(&self, message: &Post) -> WebResult<()> {
        self.post_value(js_sys::JSON::parse(&to_json(message))?)
    }

    /// Posts a value that need not be a message of this project.
    pub(super) fn post_value(&self, value: JsValue) -> WebResult<()> {
        self.waiting.borrow_mut().push_back((value, None));
        self.post_unless_waiting()
    }

    /// Posts the answer to questions with these ids, which may be any values.
    pub(super) fn answer(&self, message: &Post, ids: Vec<JsValue>) -> WebResult<()> {
        let mut json = to_json(message);
        if json.len() > MOST_RESULT_BYTES {
            let reason = incidents::results_too_large(MOST_RESULT_BYTES >> 20, json.len() >> 20);
            json = to_json(&Post { results: None, error: Some(reason), ..message.clone() });
        }
        let answer = js_sys::JSON::parse(&json)?;
        self.waiting.borrow_mut().extend(ids.into_iter().map(|id| (answer.clone(), Some(id))));
        self.post_unless_waiting()
    }

    fn post_unless_waiting(&self) -> WebResult<()> {
        if self.next_portion.is_set() { Ok(()) } else { self.post_portion() }
    }

    /// Posts what waits, for as long as a portion may take. A message that cannot be copied does not hold up the others.
    fn post_portion(&self) -> WebResult<()> {
        let end = now()? + PORTION_MILLISECONDS;
        let mut outcome = Ok(());
        while let Some((message, id)) = self.take_first() {
            let identified = id.map_or(Ok(()), |id| identify(&message, &id));
            outcome = outcome.and(identified.and_then(|()| Ok(self.host.post_message(&message, "*")?)));
            if now()? >= end && !self.waiting.borrow().is_empty() {
                return outcome.and(self.next_portion.set(0));
            }
        }
        outcome
    }

    fn take_first(&self) -> Option<(JsValue, Option<JsValue>)> {
        self.waiting.borrow_mut().pop_front()
    }
}

/// Gives an answer the id of its question. All answers to a question that was asked several times are one object, since posting it
/// copies it at once.
fn identify(answer: &JsValue, id: &JsValue) -> WebResult<()> {
    let key = JsValue::from_str("id");
    if id.is_undefined() || id.is_null() {
        Reflect::delete_property(answer.unchecked_ref::<js_sys::Object>(), &key)?;
    } else {
        Reflect::set(answer, &key, id)?;
    }
    Ok(())
}
