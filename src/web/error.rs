//! The page's errors, and the only place where JavaScript's untyped errors become text.

use crate::error::Error;
use crate::texts::text;
use wasm_bindgen::{JsCast, JsValue};

/// What can go wrong on the page.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum WebError {
    /// The document has no such element, or it is of another kind.
    #[error("{}", no_element(.id))]
    Element {
        /// Its id.
        id: String,
    },
    /// The browser lacks something that every browser should have: a window, a document.
    #[error("{}", nothing_offered(.what))]
    Missing {
        /// What is missing.
        what: &'static str,
    },
    /// The browser has refused a call.
    #[error("{message}")]
    Browser {
        /// The exception's text.
        message: String,
    },
    /// A drawing failed.
    #[error("{}", drawing_failed(.message))]
    Drawing {
        /// The message of the backend.
        message: String,
    },
    /// Another tab computes the run.
    #[error("{}", computed_elsewhere())]
    Elsewhere,
    /// The library has refused something.
    #[error(transparent)]
    Lab(#[from] Error),
}

fn no_element(id: &str) -> String {
    text!("the page has no usable element #{id}", id)
}

fn nothing_offered(what: &str) -> String {
    text!("the browser offers no {what}", what)
}

fn computed_elsewhere() -> String {
    text!("open in another tab")
}

fn drawing_failed(message: &str) -> String {
    text!("drawing failed: {message}", message)
}

/// The page's result.
pub type WebResult<T> = Result<T, WebError>;

impl From<JsValue> for WebError {
    fn from(value: JsValue) -> Self {
        Self::Browser { message: describe(&value) }
    }
}

/// The message of a thrown value.
#[must_use]
pub fn describe(value: &JsValue) -> String {
    match value.dyn_ref::<js_sys::Error>() {
        Some(error) => String::from(error.message()),
        None => value.as_string().unwrap_or_else(|| format!("{value:?}")),
    }
}
