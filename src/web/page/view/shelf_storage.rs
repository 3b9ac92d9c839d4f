//! Keeps the results of the shelf in the browser's storage, where there is one, so that they are there after a reload. Storage may be
//! missing, full or written by another version of the page: then results last as long as the page.

use crate::experiment::limits::SHELF;
use crate::experiment::parse_query;
use crate::replay::Recording;
use crate::web::dom;
use crate::web::page::model::shelf::Shelf;
use crate::web::page::model::shown::{Origin, Shown};
use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The beginning of the names under which results are stored; a number follows.
const PREFIX: &str = "emergence-lab/result/";

/// The stored results, the latest first.
pub(super) fn load() -> Vec<Shown> {
    (0..SHELF)
        .filter_map(|index| restored(&call(Storage::Browser, "getItem", &[&name(index)]).ok()?.as_string()?))
        .collect()
}

/// Stores the results that were computed here; recorded ones come with the page.
pub(super) fn save(shelf: &Shelf) {
    let kept = shelf.results().iter().filter(|result| !matches!(result.origin, Origin::Recorded { .. }));
    let mut texts = kept.filter_map(stored);
    for index in 0..SHELF {
        let saved = match texts.next() {
            Some(text) => call(Storage::Browser, "setItem", &[&name(index), &text]),
            None => call(Storage::Browser, "removeItem", &[&name(index)]),
        };
        if saved.is_err() {
            // One that is too large must not leave an older one in its place.
            let _ = call(Storage::Browser, "removeItem", &[&name(index)]);
            web_sys::console::warn_1(&"a result cannot be stored in this browser".into());
        }
    }
}

fn name(index: usize) -> String {
    format!("{PREFIX}{index}")
}

/// The query on a line, then the bytes of a recording, one character each.
fn stored(result: &Shown) -> Option<String> {
    let date = match &result.origin {
        Origin::Kept { date } => date.clone(),
        _ => today(),
    };
    let recording = Recording::of(&result.history, date)?;
    let bytes = recording.to_bytes().into_iter().map(char::from);
    Some(result.experiment.to_query().chars().chain(['\n']).chain(bytes).collect())
}

fn restored(text: &str) -> Option<Shown> {
    let (query, bytes) = text.split_once('\n')?;
    let bytes: Option<Vec<u8>> = bytes.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    let recording = Recording::from_bytes(&bytes?).ok()?;
    let (experiment, _) = parse_query(query).strict().ok()?;
    // The bytes may be of another format that happens to be readable.
    let recorded = recording.experiment();
    let agree = (&recorded.variants, recorded.seeds, recorded.steps)
        == (&experiment.variants, experiment.seeds, experiment.steps);
    if !agree || recorded.validate().is_err() {
        return None;
    }
    let origin = Origin::Kept { date: recording.date.clone() };
    Some(Shown { experiment, history: recording.into_history(), origin })
}

/// The current date: `2026-11-29`.
fn today() -> String {
    let time = String::from(js_sys::Date::new_0().to_iso_string());
    time.chars().take("2026-11-29".len()).collect()
}

/// How long what is stored stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Storage {
    /// For all visits.
    Browser,
    /// As long as the tab, also over a reload.
    Tab,
}

/// Calls a method of the browser's storage. Reading the property of the window already fails where cookies are blocked.
pub(super) fn call(storage: Storage, method: &str, arguments: &[&str]) -> Result<JsValue, JsValue> {
    let window = dom::window().map_err(|error| JsValue::from_str(&error.to_string()))?;
    let name = match storage {
        Storage::Browser => "localStorage",
        Storage::Tab => "sessionStorage",
    };
    let storage = Reflect::get(&window, &name.into())?;
    let method: Function = Reflect::get(&storage, &method.into())?.dyn_into()?;
    let arguments: Array = arguments.iter().map(|argument| JsValue::from_str(argument)).collect();
    method.apply(&storage, &arguments)
}
