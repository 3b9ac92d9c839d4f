//! What the net under the page (`www/net.js`) needs from its program: whether it is inside an action, its memory, its worker, the latest results, and
//! the words to say if the program is trapped and cannot be called any more.

use crate::export::results_json;
use crate::metrics::History;
use crate::web::page::words::incidents;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Worker;

thread_local! {
    /// The object through which the net is told; `None` if its script is missing.
    static NET: Option<Object> = Reflect::get(&js_sys::global(), &"emergenceLabNet".into()).ok()?.dyn_into().ok();
    static ACTING: JsValue = "acting".into();
}

/// An action begins or ends.
pub(super) fn set_acting(acting: bool) {
    ACTING.with(|name| set(name, &acting.into()));
}

/// The worker to end.
pub(super) fn set_worker(worker: Option<&Worker>) {
    set(&"worker".into(), &worker.map_or(JsValue::NULL, Into::into));
}

/// The memory of the program, of which the net finds out whether it is full.
pub(super) fn set_memory() {
    set(&"memory".into(), &wasm_bindgen::memory());
}

/// Why the program will be trapped now.
pub(super) fn set_reason(reason: &str) {
    set(&"reason".into(), &reason.into());
}

/// The results that can be saved if the program is trapped.
pub(super) fn keep_results(history: &History) {
    set(&"results".into(), &results_json(history).map_or(JsValue::NULL, Into::into));
}

/// Whether the run goes on after a reload: it is stored.
pub(super) fn promise_return(is_stored: bool) {
    set(&"stored".into(), &is_stored.into());
}

/// A run begins, which has no results yet.
pub(super) fn forget_results() {
    set(&"results".into(), &JsValue::NULL);
}

/// Says in the language of the page what the net says.
pub(super) fn translate() {
    let texts = Object::new();
    let all = [
        ("stopped", incidents::stopped()),
        ("error", incidents::page_stopped()),
        ("memory", incidents::page_out_of_memory()),
        ("remains", incidents::what_remains()),
        ("returns", incidents::run_returns()),
        ("reload", incidents::reload()),
        ("save", incidents::save_results()),
    ];
    for (name, text) in all {
        let _ = Reflect::set(&texts, &name.into(), &text.into());
    }
    set(&"texts".into(), &texts);
}

fn set(name: &JsValue, value: &JsValue) {
    NET.with(|net| net.as_ref().map(|net| Reflect::set(net, name, value)));
}
