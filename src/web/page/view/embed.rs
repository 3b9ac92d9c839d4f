//! The page inside another page: heights out, commands in, one running embed at a time, and none off the screen.

use super::outbox::Outbox;
use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use crate::web::page::model::host_queue::{HostQueue, MOST_WAITING};
use crate::web::page::model::messages::{
    FieldValue, MOST_QUERY_LETTERS, MOST_TYPE_LETTERS, MessageFields, PREFIX, Post, Question, embedly_height,
};
use crate::web::page::model::start_claim::StartClaim;
use crate::web::page::words::incidents;
use crate::web::schedule::{Timer, now};
use js_sys::{Array, JsString};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    BroadcastChannel, HtmlElement, IntersectionObserver, IntersectionObserverEntry, MessageEvent, ResizeObserver,
    Window,
};

/// The channel on which embeds of the same site tell each other that they have started. Browsers keep it apart for every embedding site.
const CHANNEL: &str = "emergence-lab";
/// How long the height must stay the same before it is posted, in milliseconds.
const SETTLING_MILLISECONDS: i32 = 80;
/// How long messages of the host wait after the last ones were carried out, in milliseconds.
const FRAME_MILLISECONDS: i32 = 16;

/// The host, which is the page around this one, if there is one.
pub(super) struct Parent {
    outbox: Option<Rc<Outbox>>,
    channel: Option<BroadcastChannel>,
    /// The latest start of this one.
    claim: Cell<Option<StartClaim>>,
}

impl Parent {
    /// Listens to the host, and keeps it informed of the height.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let outbox = match dom::host()? {
            Some(window) => {
                let outbox = Outbox::new(window.clone());
                listen(window, &outbox, dispatcher)?;
                watch_height(&outbox)?;
                watch_sight(dispatcher)?;
                Some(outbox)
            }
            None => None,
        };
        let channel = outbox.as_ref().and_then(|_| BroadcastChannel::new(CHANNEL).ok());
        if let Some(channel) = &channel {
            let other = dispatcher.clone();
            dom::on(channel, "message", move |event| {
                let text = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
                if let Some(claim) = text.and_then(|text| StartClaim::from_text(&text)) {
                    other.dispatch(Action::OtherStarted(claim));
                }
            })?;
        }
        Ok(Self { outbox, channel, claim: Cell::new(None) })
    }

    /// Posts a message to the host.
    pub(super) fn post(&self, message: &Post) -> WebResult<()> {
        self.outbox.as_ref().map_or(Ok(()), |outbox| outbox.post(message))
    }

    /// Posts the answer to questions with these ids, which may be any values.
    pub(super) fn answer(&self, message: &Post, ids: Vec<JsValue>) -> WebResult<()> {
        self.outbox.as_ref().map_or(Ok(()), |outbox| outbox.answer(message, ids))
    }

    /// Tells other embeds of this site that this one computes now: they share one processor and one battery.
    pub(super) fn announce_start(&self) -> WebResult<()> {
        if let Some(channel) = &self.channel {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a date, and 32 random bits")]
            let claim = StartClaim {
                milliseconds: js_sys::Date::now() as u64,
                token: (js_sys::Math::random() * f64::from(u32::MAX)) as u32,
            };
            self.claim.set(Some(claim));
            channel.post_message(&JsValue::from_str(&claim.to_text()))?;
        }
        Ok(())
    }

    /// Whether another start is later than that of this embed.
    pub(super) fn yields_to(&self, other: StartClaim) -> bool {
        self.claim.get().is_none_or(|own| own < other)
    }
}

/// Watches whether the frame can be seen, through however many frames it is shown.
fn watch_sight(dispatcher: &Dispatcher) -> WebResult<()> {
    // An observer says nothing in a tab that was opened in the background, until that is seen.
    if dom::document()?.hidden() {
        dispatcher.dispatch(Action::Seen(false));
    }
    let dispatcher = dispatcher.clone();
    let changed = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        if let Ok(latest) = entries.get(entries.length().saturating_sub(1)).dyn_into::<IntersectionObserverEntry>() {
            dispatcher.dispatch(Action::Seen(latest.is_intersecting()));
        }
    });
    let observer = IntersectionObserver::new(changed.as_ref().unchecked_ref())?;
    let root = dom::root()?;
    observer.observe(&root);
    // Both live as long as the page.
    changed.forget();
    std::mem::forget(observer);
    Ok(())
}

fn listen(parent: Window, outbox: &Rc<Outbox>, dispatcher: &Dispatcher) -> WebResult<()> {
    let (outbox, gate) = (Rc::clone(outbox), MessageGate::new(dispatcher));
    dom::on(&dom::window()?, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        // Only the host may give commands.
        if !event.source().is_some_and(|source| js_sys::Object::is(&source, &parent)) {
            return;
        }
        let data = event.data();
        // Nothing is copied of a message that is for somebody else, whatever its size.
        let Some(kind) = addressed(&data) else { return };
        let fields = MessageFields { kind, query: value(&field(&data, "query")), theme: value(&field(&data, "theme")) };
        let Some(question) = Question::read(&fields) else { return };
        if let Err((question, id)) = gate.accept(question, field(&data, "id")) {
            let refusal = Post::refusal(&question.name, incidents::too_many_messages(MOST_WAITING));
            if let Err(error) = outbox.answer(&refusal, vec![id]) {
                dom::report(&error);
            }
        }
    })
}

fn field(data: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(data, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// The type of a message for this page.
fn addressed(data: &JsValue) -> Option<String> {
    let kind = data.is_object().then(|| field(data, "type"))?;
    let is_short = kind.dyn_ref::<JsString>()?.length() <= MOST_TYPE_LETTERS;
    kind.as_string().filter(|kind| is_short && kind.starts_with(PREFIX))
}

/// The value of a field.
fn value(value: &JsValue) -> FieldValue {
    if value.is_undefined() || value.is_null() {
        return FieldValue::Absent;
    }
    if let Some(text) = value.dyn_ref::<JsString>() {
        let length = text.length();
        return if length > MOST_QUERY_LETTERS {
            FieldValue::Long(length as usize)
        } else {
            FieldValue::Text(text.into())
        };
    }
    // An object may be of any size.
    if value.is_object() {
        return FieldValue::Other(incidents::an_object());
    }
    let json = js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string());
    FieldValue::Other(json.unwrap_or_default())
}

/// Carries out the messages of the host: one at once, many once per frame.
struct MessageGate {
    waiting: Rc<RefCell<HostQueue<JsValue>>>,
    dispatcher: Dispatcher,
    timer: Timer,
    /// Until when further messages wait, in milliseconds.
    rests_until: Cell<f64>,
}

impl MessageGate {
    fn new(dispatcher: &Dispatcher) -> Self {
        let waiting = Rc::new(RefCell::new(HostQueue::default()));
        let (own, target) = (Rc::clone(&waiting), dispatcher.clone());
        // Not an animation frame: there are none while the frame is not shown.
        let timer = Timer::new(move || dispatch_all(&own, &target));
        Self { waiting, dispatcher: dispatcher.clone(), timer, rests_until: Cell::new(f64::NEG_INFINITY) }
    }

    /// Accepts a question with its id, or returns both if too many wait.
    fn accept(&self, question: Question, id: JsValue) -> Result<(), (Question, JsValue)> {
        self.waiting.borrow_mut().push(question, id)?;
        let time = now().unwrap_or(f64::INFINITY);
        if self.timer.is_set() {
            return Ok(());
        }
        // Also if the timer cannot be set.
        if time >= self.rests_until.get() || self.timer.set(FRAME_MILLISECONDS).is_err() {
            dispatch_all(&self.waiting, &self.dispatcher);
            let end = now().unwrap_or(f64::NEG_INFINITY);
            self.rests_until.set(end + f64::from(FRAME_MILLISECONDS));
        }
        Ok(())
    }
}

fn dispatch_all(waiting: &RefCell<HostQueue<JsValue>>, dispatcher: &Dispatcher) {
    // Taken before the first one is carried out, by which more may arrive.
    let questions = waiting.borrow_mut().take();
    for (question, ids) in questions {
        dispatcher.dispatch(Action::Asked(question, ids));
    }
}

/// Posts the height of the content after each change, once it has settled. The content never depends on the height of the
/// frame, so a host that adjusts the frame causes no further change.
fn watch_height(outbox: &Rc<Outbox>) -> WebResult<()> {
    let body: HtmlElement = dom::document()?.body().ok_or(WebError::Missing { what: "body" })?;
    let (outbox, content) = (Rc::clone(outbox), body.clone());
    let last = Rc::new(Cell::new(0_u32));
    let timer = Timer::new(move || {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the height of a page")]
        let height = content.get_bounding_client_rect().height().ceil() as u32;
        if last.replace(height) != height {
            let name = dom::window().and_then(|window| Ok(window.name()?)).unwrap_or_default();
            let posted = outbox.post(&Post::resize(&name, height));
            let text = outbox.post_value(JsValue::from_str(&embedly_height(height)));
            if let Err(error) = posted.and(text) {
                dom::report(&error);
            }
        }
    });
    let changed = Closure::<dyn FnMut()>::new(move || {
        if let Err(error) = timer.set(SETTLING_MILLISECONDS) {
            dom::report(&error);
        }
    });
    let observer = ResizeObserver::new(changed.as_ref().unchecked_ref())?;
    observer.observe(&body);
    // Both live as long as the page.
    changed.forget();
    std::mem::forget(observer);
    Ok(())
}
