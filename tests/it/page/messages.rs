//! Messages between the page and a page that embeds it: every command is understood, everything else is ignored, and an answer
//! identifies its question.

use crate::fixtures::synthetic_history;
use emergence_lab::experiment::Theme;
use emergence_lab::export::{Results, results_json};
use emergence_lab::web::page::model::messages::{
    FieldValue, HostRequest, MessageFields, Post, Question, announcement, embedly_height,
};
use emergence_lab::web::page::model::phase::{Phase, Request};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::Value;

/// A message of this name with `more` fields.
fn message(name: &str, more: &str) -> String {
    format!(r#"{{"type":"emergence-lab:{name}"{more}}}"#)
}

/// The question in a message, whose fields are read from JSON as the page reads those of an object.
fn question(json: &str) -> Option<Question> {
    let value: Value = serde_json::from_str(json).ok()?;
    let field = |name: &str| match value.get(name) {
        None | Some(Value::Null) => FieldValue::Absent,
        Some(Value::String(text)) => FieldValue::Text(text.clone()),
        Some(other) => FieldValue::Other(other.to_string()),
    };
    let FieldValue::Text(kind) = field("type") else { return None };
    Question::read(&MessageFields { kind, query: field("query"), theme: field("theme") })
}

/// Checks that the message is understood as this request.
fn check(json: &str, request: HostRequest) {
    assert_eq!(question(json).map(|question| question.request), Some(request), "the request of {json}");
}

fn text_of(post: &Post) -> String {
    serde_json::to_string(post).expect("a message can be written")
}

#[test]
fn every_command_of_the_contract_is_understood() {
    check(&message("run", ""), HostRequest::Request(Request::Run, None));
    check(&message("pause", ""), HostRequest::Request(Request::Pause, None));
    check(&message("resume", ""), HostRequest::Request(Request::Resume, None));
    check(&message("step", ""), HostRequest::Request(Request::Step, None));
    check(&message("reset", r#","id":1,"more":{}"#), HostRequest::Request(Request::Reset, None));
    check(&message("results", ""), HostRequest::Results);
    check(&message("theme", r#","theme":"dark""#), HostRequest::Theme(Theme::Dark));
    check(&message("config", ""), HostRequest::Config(None));
    check(&message("config", r#","query":null"#), HostRequest::Config(None));
}

#[test]
fn a_query_comes_with_config_or_run() {
    let (more, query) = (r#","query":"data=digits&steps=5""#, Some("data=digits&steps=5".to_owned()));
    check(&message("config", more), HostRequest::Config(query.clone()));
    check(&message("run", more), HostRequest::Request(Request::Run, query));
    check(&message("config", r#","query":"""#), HostRequest::Config(Some(String::new())));
}

/// The sentence with which a message is rejected.
fn refusal(json: &str) -> String {
    match question(json).map(|question| question.request) {
        Some(HostRequest::Refused(reason)) => reason,
        other => panic!("{json} should be rejected, not understood as {other:?}"),
    }
}

#[test]
fn an_unknown_command_is_rejected_by_name() {
    // Only the visitor may replace the worker.
    for name in ["restart", "explode", "RUN", "run "] {
        let reason = refusal(&message(name, ""));
        assert!(reason.contains(name), "`{name}` is named in: {reason}");
    }
}

#[test]
fn unrelated_messages_are_ignored() {
    let others = [
        "",
        "null",
        "1",
        r#""emergence-lab:run""#,
        "[]",
        "{}",
        r#"{"type":null}"#,
        r#"{"type":{"emergence-lab:run":1}}"#,
        r#"{"type":"run"}"#,
        r#"{"type":"emergence-lab"}"#,
        r#"{"type":"Emergence-Lab:run"}"#,
        r#"{"type":" emergence-lab:run"}"#,
        r#"{"kind":"emergence-lab:run"}"#,
        r#"{"context":"iframe.resize","height":912}"#,
        r#"{"type":"emergence-lab:run""#,
        r#"{"type":"emergence-lab:run"} and more"#,
    ];
    for json in others {
        assert_eq!(question(json), None, "{json} is not for us");
    }
}

#[test]
fn a_query_that_is_not_a_text_is_rejected_with_its_value() {
    for query in ["5", "true", "[]", r#"{"steps":5}"#] {
        for name in ["config", "run"] {
            let reason = refusal(&message(name, &format!(r#","query":{query}"#)));
            assert!(reason.contains("query") && reason.contains(query), "{query} is named in: {reason}");
        }
    }
}

#[test]
fn absent_fields_are_omitted() {
    assert_eq!(text_of(&Post::named("ready")), message("ready", ""), "nothing but its name");
    let progress = Post {
        state: Some("training"),
        step: Some(0),
        steps: Some(1000),
        query: Some(String::new()),
        ..Post::named("progress")
    };
    let more = r#","state":"training","step":0,"steps":1000,"query":"""#;
    assert_eq!(text_of(&progress), message("progress", more), "zero and the empty query are meaningful");
    let failed = Post { error: Some("It broke.".to_owned()), ..Post::named("failed") };
    assert_eq!(text_of(&failed), message("failed", r#","error":"It broke.""#), "a sentence");
}

#[test]
fn results_are_the_object_of_the_results_file() {
    let history = synthetic_history(400);
    let post = Post { results: Results::of(&history).map(Box::new), ..Post::named("results") };
    let posted: Value = serde_json::from_str(&text_of(&post)).expect("it is JSON");
    let file: Value = serde_json::from_str(&results_json(&history).expect("it has started")).expect("it is JSON");
    assert_eq!(posted["results"], file, "the same keys and numbers");
}

#[test]
fn the_height_is_sent_in_both_formats() {
    let named = message("resize", r#","id":"left","height":912"#);
    assert_eq!(text_of(&Post::resize("left", 912)), named, "for hosts that use our format, with the frame's name");
    assert_eq!(text_of(&Post::resize("", 912)), message("resize", r#","height":912"#), "for a frame without a name");
    assert_eq!(embedly_height(912), r#"{"context":"iframe.resize","height":912}"#, "as in docs/embedding.md");
}

#[test]
fn the_host_is_informed_about_changes() {
    let check = |from: Phase, to: Phase, name: Option<&str>| {
        assert_eq!(announcement(from, to), name, "the message when {from:?} becomes {to:?}");
    };
    // The page has announced that it is ready before anything was started.
    check(Phase::Loading, Phase::Ready, None);
    check(Phase::Loading, Phase::Preparing, None);
    check(Phase::Preparing, Phase::Training, Some("started"));
    check(Phase::Training, Phase::Paused, Some("paused"));
    check(Phase::Training, Phase::Finished, Some("finished"));
    for from in [Phase::Loading, Phase::Ready, Phase::Preparing, Phase::Training, Phase::Paused, Phase::Finished] {
        check(from, Phase::Failed, Some("failed"));
        check(from, from, None);
    }
    // Resuming is not another start, and a reset page is not a new page.
    check(Phase::Paused, Phase::Training, None);
    check(Phase::Training, Phase::Ready, None);
    check(Phase::Ready, Phase::Preparing, None);
    check(Phase::Failed, Phase::Loading, None);
}

/// JSON of any shape; numbers are whole.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-c]{1,2}", inner, 0..4).prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics_or_is_mistaken_for_a_command(text in "\\PC{0,80}") {
        prop_assert_eq!(question(&text), None, "{}", text);
    }

    #[test]
    fn no_json_panics_or_is_mistaken_for_a_command(json in any_json()) {
        prop_assert_eq!(question(&json.to_string()), None, "{}", json);
    }
}
