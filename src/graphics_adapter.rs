//! The browser's graphics adapter for WebGPU: the page asks for it to choose a worker, and a worker before it opens a device, to have a
//! clear reason if there is none.

use crate::error::{DeviceError, Error, MissingWebGpu, Result};
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The browser's adapter, a `GPUAdapter`.
///
/// # Errors
/// [`DeviceError::NoWebGpu`] if there is none.
pub async fn find() -> Result<JsValue> {
    let gpu = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "gpu"));
    let gpu = gpu.ok_or(DeviceError::NoWebGpu(MissingWebGpu::NotOffered))?;
    let no_adapter = || Error::from(DeviceError::NoWebGpu(MissingWebGpu::NoAdapter));
    let request = get(&gpu, "requestAdapter").and_then(|request| request.dyn_into::<Function>().ok());
    let promise = request.and_then(|request| request.call0(&gpu).ok()).ok_or_else(no_adapter)?;
    let adapter = JsFuture::from(promise.unchecked_into::<Promise>()).await.map_err(|_| no_adapter())?;
    if adapter.is_null() { Err(no_adapter()) } else { Ok(adapter) }
}

/// The browser's description of an adapter.
#[must_use]
pub fn description(adapter: &JsValue) -> String {
    let info = get(adapter, "info").unwrap_or(JsValue::NULL);
    let words = ["vendor", "architecture", "description"].iter().filter_map(|key| get(&info, key)?.as_string());
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if words.is_empty() { "a graphics adapter without a name".to_owned() } else { words }
}

/// A property, if present.
fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(object, &key.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
