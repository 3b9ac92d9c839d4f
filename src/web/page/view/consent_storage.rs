//! Keeps the visitor's decisions about downloads in the browser's storage, where there is one; otherwise they last as long as the page.

use super::shelf_storage::{Storage, call};
use crate::web::page::model::consents::Consents;

/// The name under which they are stored.
const NAME: &str = "emergence-lab/downloads";

/// The stored decisions.
pub(super) fn load() -> Consents {
    let text = call(Storage::Browser, "getItem", &[NAME]).ok().and_then(|text| text.as_string());
    Consents::from_text(&text.unwrap_or_default())
}

/// Stores the decisions.
pub(super) fn save(consents: &Consents) {
    if call(Storage::Browser, "setItem", &[NAME, &consents.to_text()]).is_err() {
        web_sys::console::warn_1(&"a decision cannot be stored in this browser".into());
    }
}
