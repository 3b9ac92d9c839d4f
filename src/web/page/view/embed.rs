//! The page inside another page: heights out, commands in, and one running embed at a time.

use super::{Action, Dispatcher};
use crate::export::to_json;
use crate::web::dom;
use crate::web::error::{WebError, WebResult};
use crate::web::page::model::messages::{FieldValue, MessageFields, Post, Question, embedly_height};
use crate::web::schedule::Timer;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, HtmlElement, MessageEvent, ResizeObserver, Window};

/// The channel on which embeds of the same origin tell each other that they have started.
const CHANNEL: &str = "emergence-lab";
/// How long the height must stay the same before it is posted, in milliseconds.
const SETTLING_MILLISECONDS: i32 = 80;

/// The host, which is the page around this one, if there is one.
pub(super) struct Parent {
    window: Option<Window>,
    channel: Option<BroadcastChannel>,
}

impl Parent {
    /// Listens to the host, and keeps it informed of the height.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let own = dom::window()?;
        let window = own.parent()?.filter(|parent| !js_sys::Object::is(parent, &own));
        if let Some(parent) = &window {
            listen(parent, dispatcher)?;
            watch_height(parent)?;
        }
        let channel = window.as_ref().and_then(|_| BroadcastChannel::new(CHANNEL).ok());
        if let Some(channel) = &channel {
            let other = dispatcher.clone();
            dom::on(channel, "message", move |_| other.dispatch(Action::OtherStarted))?;
        }
        Ok(Self { window, channel })
    }

    /// Posts a message to the host.
    pub(super) fn post(&self, message: &Post) -> WebResult<()> {
        match &self.window {
            Some(window) => post_to(window, message),
            None => Ok(()),
        }
    }

    /// Posts the answer to a question with this id, which may be any value.
    pub(super) fn answer(&self, message: &Post, id: &JsValue) -> WebResult<()> {
        let Some(window) = &self.window else { return Ok(()) };
        let answer = js_sys::JSON::parse(&to_json(message))?;
        if !id.is_undefined() && !id.is_null() {
            js_sys::Reflect::set(&answer, &"id".into(), id)?;
        }
        Ok(window.post_message(&answer, "*")?)
    }

    /// Tells other embeds of this origin that this one computes now: they share one processor and one battery.
    pub(super) fn announce_start(&self) -> WebResult<()> {
        if let Some(channel) = &self.channel {
            channel.post_message(&JsValue::from_str("started"))?;
        }
        Ok(())
    }
}

/// Posts to any origin: nothing here is secret, and any site may embed the page.
fn post_to(window: &Window, message: &Post) -> WebResult<()> {
    Ok(window.post_message(&js_sys::JSON::parse(&to_json(message))?, "*")?)
}

fn listen(parent: &Window, dispatcher: &Dispatcher) -> WebResult<()> {
    let (parent, dispatcher) = (parent.clone(), dispatcher.clone());
    dom::on(&dom::window()?, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
        // Only the host may give commands.
        if !event.source().is_some_and(|source| js_sys::Object::is(&source, &parent)) {
            return;
        }
        let data = event.data();
        let field = |name: &str| js_sys::Reflect::get(&data, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let kind = if data.is_object() { field("type").as_string() } else { None };
        let Some(kind) = kind else { return };
        let fields = MessageFields { kind, query: value(&field("query")), theme: value(&field("theme")) };
        if let Some(question) = Question::read(&fields) {
            dispatcher.dispatch(Action::Asked(question, field("id")));
        }
    })
}

/// The value of a field of a message.
fn value(value: &JsValue) -> FieldValue {
    if value.is_undefined() || value.is_null() {
        return FieldValue::Absent;
    }
    let json = || js_sys::JSON::stringify(value).ok().and_then(|text| text.as_string()).unwrap_or_default();
    value.as_string().map_or_else(|| FieldValue::Other(json()), FieldValue::Text)
}

/// Posts the height of the content after each change, once it has settled. The content never depends on the height of the
/// frame, so a host that adjusts the frame causes no further change.
fn watch_height(parent: &Window) -> WebResult<()> {
    let body: HtmlElement = dom::document()?.body().ok_or(WebError::Missing { what: "body" })?;
    let (parent, content) = (parent.clone(), body.clone());
    let last = Rc::new(Cell::new(0_u32));
    let timer = Timer::new(move || {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the height of a page")]
        let height = content.get_bounding_client_rect().height().ceil() as u32;
        if last.replace(height) != height {
            let name = dom::window().and_then(|window| Ok(window.name()?)).unwrap_or_default();
            let posted = post_to(&parent, &Post::resize(&name, height));
            let text = parent.post_message(&JsValue::from_str(&embedly_height(height)), "*");
            if let Err(error) = posted.and_then(|()| Ok(text?)) {
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
