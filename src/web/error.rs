//! The one place where JavaScript's untyped errors become words.

use wasm_bindgen::{JsCast, JsValue};

/// What a thrown value says of itself.
#[must_use]
pub fn describe(value: &JsValue) -> String {
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => value.as_string().unwrap_or_else(|| format!("{value:?}")),
    }
}
