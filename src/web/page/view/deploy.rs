//! What `www/deploy.js` knows: whether the site has another build of the page by now, and how to load it past all caches.

use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::WebResult;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Asks the site whether it has another build, which takes a moment; if it has, [`Action::Outdated`] follows.
pub(super) fn check(dispatcher: &Dispatcher) {
    let Some(answer) = call("isOutdated") else { return };
    let dispatcher = dispatcher.clone();
    wasm_bindgen_futures::spawn_local(async move {
        if JsFuture::from(answer).await.is_ok_and(|outdated| outdated.is_truthy()) {
            dispatcher.dispatch(Action::Outdated);
        }
    });
}

/// Loads the page again, in the build that the site has now.
pub(super) fn reload() -> WebResult<()> {
    match call("reload") {
        Some(_) => Ok(()),
        None => Ok(dom::window()?.location().reload()?),
    }
}

/// Calls a function of the script; `None` if that is missing.
fn call(name: &str) -> Option<Promise> {
    let deploy = Reflect::get(&js_sys::global(), &"emergenceLabDeploy".into()).ok()?;
    let function: Function = Reflect::get(&deploy, &JsValue::from_str(name)).ok()?.dyn_into().ok()?;
    function.call0(&deploy).ok()?.dyn_into().ok()
}
