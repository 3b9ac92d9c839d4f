//! The messages between the page and its host, the page that embeds it, as plain values. Their names are documented in
//! docs/embedding.md, such as `emergence-lab:run`; an answer has the type and the id of its question.

use super::phase::{Phase, Request};
use crate::experiment::{Named, Theme};
use crate::export::Results;
use crate::web::page::words::incidents;
use serde::Serialize;

/// The prefix of every type.
pub const PREFIX: &str = "emergence-lab:";
/// Most letters of a type.
pub const MOST_TYPE_LETTERS: u32 = 100;
/// Most letters of a query.
pub const MOST_QUERY_LETTERS: u32 = 100_000;
/// Most bytes of a results file in a message: browsers have no strings of more than 512 MB.
pub const MOST_RESULT_BYTES: usize = 200 << 20;

/// A message from the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it requests.
    pub request: HostRequest,
    /// Its type without the prefix, for the answer.
    pub name: String,
}

/// The fields of a message from the host that this page reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MessageFields {
    /// `type`, if it is a string.
    pub kind: String,
    /// `query`.
    pub query: FieldValue,
    /// `theme`.
    pub theme: FieldValue,
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum FieldValue {
    /// There is none, or it is `null`.
    #[default]
    Absent,
    /// A string.
    Text(String),
    /// A string longer than [`MOST_QUERY_LETTERS`]; its length in letters.
    Long(usize),
    /// Anything else: a number as JSON, an object in a word.
    Other(String),
}

/// What the host can request.
#[derive(Debug, Clone, PartialEq)]
pub enum HostRequest {
    /// One of the buttons; with a query, `run` sets the experiment first.
    Request(Request, Option<String>),
    /// The current experiment or, with a query, a new one.
    Config(Option<String>),
    /// The results file.
    Results,
    /// The colors of a page with `theme=from-parent`.
    Theme(Theme),
    /// An unknown command, or one with a field of the wrong type, with the reason for the refusal as a sentence.
    Refused(String),
}

/// A message from the page; absent fields are omitted.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Post {
    /// `emergence-lab:NAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the frame. (Answers have the id of their question, whatever it is, which is added when they are sent.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The value of `data-state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Training steps taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// Training steps of the experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<u64>,
    /// The experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Height of the page in CSS pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// The results file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub results: Option<Box<Results>>,
    /// What went wrong, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Question {
    /// Reads a message; `None` if it is not addressed to this page.
    #[must_use]
    pub fn read(fields: &MessageFields) -> Option<Self> {
        let name = fields.kind.strip_prefix(PREFIX)?.to_owned();
        let query = match &fields.query {
            FieldValue::Absent => Ok(None),
            FieldValue::Text(query) => Ok(Some(query.clone())),
            FieldValue::Long(got) => {
                Err(HostRequest::Refused(incidents::query_too_long(MOST_QUERY_LETTERS as usize, *got)))
            }
            FieldValue::Other(json) => Err(HostRequest::Refused(incidents::query_expected(json))),
        };
        let button = Request::named(&name).filter(|button| *button != Request::Restart);
        let request = query.map(|query| match (name.as_str(), button) {
            ("config", _) => HostRequest::Config(query),
            ("results", _) => HostRequest::Results,
            ("theme", _) => theme(&fields.theme),
            (_, Some(button)) => HostRequest::Request(button, query),
            (_, None) => HostRequest::Refused(incidents::unknown_command(&name)),
        });
        let request = request.unwrap_or_else(|refused| refused);
        Some(Self { request, name })
    }
}

/// The theme of a message: light, dark or auto.
fn theme(value: &FieldValue) -> HostRequest {
    let (name, got) = match value {
        FieldValue::Absent => (None, None),
        FieldValue::Text(name) => (Theme::named(name), Some(name.as_str())),
        FieldValue::Other(json) => (None, Some(json.as_str())),
        FieldValue::Long(_) => (None, Some("…")),
    };
    match name.filter(|theme| *theme != Theme::FromParent) {
        Some(theme) => HostRequest::Theme(theme),
        None => HostRequest::Refused(incidents::theme_expected(got)),
    }
}

impl Post {
    /// A message with this name and no other field.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { kind: format!("{PREFIX}{name}"), ..Self::default() }
    }

    /// The refusal of a question.
    #[must_use]
    pub fn refusal(name: &str, reason: String) -> Self {
        Self { error: Some(reason), ..Self::named(name) }
    }

    /// The height of the page in CSS pixels, for hosts that know this page; `id` is the name of the frame.
    #[must_use]
    pub fn resize(frame_name: &str, height: u32) -> Self {
        let id = (!frame_name.is_empty()).then(|| frame_name.to_owned());
        Self { id, height: Some(height), ..Self::named("resize") }
    }
}

/// The height of the page in CSS pixels, as text for hosts that follow Embedly's protocol (Observable, Medium).
#[must_use]
pub fn embedly_height(height: u32) -> String {
    format!(r#"{{"context":"iframe.resize","height":{height}}}"#)
}

/// The message that announces a change of phase; `None` for changes that do not concern the host.
#[must_use]
pub fn announcement(from: Phase, to: Phase) -> Option<&'static str> {
    match to {
        _ if from == to => None,
        // Resuming after a pause is not another start.
        Phase::Training if from == Phase::Preparing => Some("started"),
        Phase::Paused => Some("paused"),
        Phase::Finished => Some("finished"),
        Phase::Failed => Some("failed"),
        _ => None,
    }
}
