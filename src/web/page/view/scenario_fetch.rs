//! Fetches the recordings of scenarios, which lie beside the page.

use super::{Action, Dispatcher};
use crate::experiment::scenarios::Scenario;
use crate::web::dom;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Fetches the recording of a scenario, which arrives as [`Action::Recorded`].
pub(super) fn fetch(scenario: &'static Scenario, dispatcher: &Dispatcher) {
    let dispatcher = dispatcher.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let bytes = download(&format!("{}.bin", scenario.name)).await.ok();
        dispatcher.dispatch(Action::Recorded(scenario, bytes));
    });
}

async fn download(name: &str) -> Result<Vec<u8>, JsValue> {
    let place = dom::window().and_then(|window| Ok((window, dom::address_in("recorded", name)?)));
    let (window, address) = place.map_err(|error| JsValue::from_str(&error.to_string()))?;
    let response: Response = JsFuture::from(window.fetch_with_str(&address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::from_f64(f64::from(response.status())));
    }
    Ok(Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec())
}
