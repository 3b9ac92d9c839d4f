//! The messages between the page and its host, the page that embeds it, as plain values. Their names are documented in
//! docs/embedding.md, such as `emergence-lab:run`; an answer has the type and the id of its question.

use super::lifecycle::{Phase, Request};
use super::words::incidents;
use crate::export::Results;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The prefix of every type.
const PREFIX: &str = "emergence-lab:";

/// The `id` of a message: any JSON value, which is not read but sent back as it was written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(Box<RawValue>);

impl MessageId {
    /// A text as an id.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        serde_json::value::to_raw_value(text).ok().map(Self)
    }
}

impl PartialEq for MessageId {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

/// A message from the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it requests.
    pub request: HostRequest,
    /// Its type without the prefix, for the answer.
    pub name: String,
    /// Its `id`, for the answer.
    pub id: Option<MessageId>,
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
    /// An unknown command, or one with a field of the wrong type, with the reason for the refusal as a sentence.
    Refused(String),
}

/// A message from the page; absent fields are omitted.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Post {
    /// `emergence-lab:NAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
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

/// The fields of a message from the host; others are ignored.
#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "type")]
    kind: String,
    id: Option<MessageId>,
    query: Option<Box<RawValue>>,
}

impl Question {
    /// Reads the JSON of a message; `None` if it is not addressed to this page.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let fields: Fields = serde_json::from_str(json).ok()?;
        let name = fields.kind.strip_prefix(PREFIX)?.to_owned();
        let query = fields.query.map(|query| {
            let refused = || HostRequest::Refused(incidents::query_expected(&query));
            serde_json::from_str::<String>(query.get()).map_err(|_| refused())
        });
        let button = Request::named(&name).filter(|button| *button != Request::Restart);
        let request = query.transpose().map(|query| match (name.as_str(), button) {
            ("config", _) => HostRequest::Config(query),
            ("results", _) => HostRequest::Results,
            (_, Some(button)) => HostRequest::Request(button, query),
            (_, None) => HostRequest::Refused(incidents::unknown_command(&name)),
        });
        let request = request.unwrap_or_else(|refused| refused);
        Some(Self { request, name, id: fields.id })
    }

    /// The answer, with only its type and id.
    #[must_use]
    pub fn answer(&self) -> Post {
        Post { id: self.id.clone(), ..Post::named(&self.name) }
    }
}

impl Post {
    /// A message with this name and no other field.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { kind: format!("{PREFIX}{name}"), ..Self::default() }
    }

    /// The height of the page in CSS pixels, for hosts that know this page; `id` is the name of the frame.
    #[must_use]
    pub fn resize(frame_name: &str, height: u32) -> Self {
        let id = if frame_name.is_empty() { None } else { MessageId::of(frame_name) };
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
        // A start that was waiting for the worker skips `Ready`.
        Phase::Ready | Phase::Preparing if from == Phase::Loading => Some("ready"),
        // Resuming after a pause is not another start.
        Phase::Training if from == Phase::Preparing => Some("started"),
        Phase::Paused => Some("paused"),
        Phase::Finished => Some("finished"),
        Phase::Failed => Some("failed"),
        _ => None,
    }
}
