//! Notices are few and short, whatever the address; the messages of a host wait in a queue in which only the last setting counts.

use emergence_lab::experiment::parse_query;
use emergence_lab::web::page::model::host_queue::{HostQueue, MOST_WAITING};
use emergence_lab::web::page::model::messages::{FieldValue, HostRequest, MessageFields, Question};
use emergence_lab::web::page::model::notice_board::{MOST_NOTICES, NoticeBoard, Severity, shortened};
use emergence_lab::web::page::words::{address_error, unknown_keys};
use proptest::prelude::*;
use std::time::{Duration, Instant};

#[test]
fn at_most_ten_notices_are_shown_and_the_rest_is_counted() {
    let mut board = NoticeBoard::default();
    for index in 0..MOST_NOTICES {
        assert_eq!(board.show(&format!("address-{index}"), Severity::Warning), None, "there is room");
    }
    board.add_more(11_990);
    assert_eq!(board.show("address-3", Severity::Warning), None, "in place of the one about the same");
    assert_eq!(board.show("failure", Severity::Failure), Some("address-0".to_owned()), "the oldest gives way");
    assert_eq!(board.show("shelf", Severity::Info), Some("address-1".to_owned()), "to the newest");
    assert_eq!(board.show("seeds", Severity::Info), Some("shelf".to_owned()), "the least severe first");
    assert_eq!(board.more(), 11_993, "all others are counted");
    assert!(board.remove("failure"), "it was there");
    assert!(!board.remove("failure"), "and is no longer");
    assert_eq!(board.show("failure", Severity::Failure), None, "now there is room");
    for subject in ["failure", "seeds", "address-2", "address-3", "address-4", "address-5", "address-6", "address-7"] {
        assert!(board.remove(subject), "{subject} was there");
    }
    assert_eq!(board.more(), 11_993, "two are left");
    assert!(board.remove("address-8") && board.remove("address-9"), "both");
    assert_eq!(board.more(), 0, "nothing is left to which there could be more");
}

proptest! {
    #[test]
    fn a_failure_is_never_displaced(subjects in proptest::collection::vec((0_u8..40, any::<bool>()), 0..200)) {
        let mut board = NoticeBoard::default();
        board.show("failure", Severity::Failure);
        for (subject, warns) in subjects {
            let severity = if warns { Severity::Warning } else { Severity::Info };
            prop_assert!(board.show(&subject.to_string(), severity) != Some("failure".to_owned()));
        }
        prop_assert!(board.remove("failure"), "it is still there");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis(text in "\\PC{0,40}", most in 1_usize..50) {
        let (short, length) = (shortened(&text, most), text.chars().count());
        if length <= most {
            prop_assert_eq!(&short, &text, "it fits");
        } else {
            prop_assert_eq!(short.chars().count(), most, "as long as may be");
            prop_assert!(text.starts_with(short.strip_suffix('…').expect("an ellipsis")), "and its beginning");
        }
    }
}

/// Parses a query of which everything is to be shown, in far less time than the page may take: a debug build takes ten times as long.
#[expect(clippy::disallowed_methods, reason = "what is tested is the time")]
fn parsed_in_time(query: &str) -> (usize, usize) {
    let start = Instant::now();
    let parsed = parse_query(query);
    let texts: Vec<String> =
        parsed.errors.iter().chain(&parsed.conflicts).take(MOST_NOTICES).map(address_error).collect();
    let notices: usize = texts.iter().map(|text| shortened(text, 200).chars().count()).sum();
    let keys = unknown_keys(&parsed.unknown);
    assert!(notices <= 2_000 && shortened(&keys, 200).chars().count() <= 200, "short");
    let length = query.len();
    assert!(start.elapsed() < Duration::from_secs(10), "{length} bytes took {:?}", start.elapsed());
    (parsed.errors.len() + parsed.conflicts.len(), parsed.unknown.len())
}

#[test]
fn long_queries_are_read_in_time() {
    assert_eq!(parsed_in_time(&"lr=x&".repeat(12_000)), (12_000, 0), "a notice each would be too many");
    assert_eq!(parsed_in_time(&"q&".repeat(500_000)), (0, 500_000), "unknown keys");
    assert_eq!(parsed_in_time(&format!("lr={}", "9".repeat(1_000_000))).0, 1, "one long value");
    assert_eq!(parsed_in_time(&format!("init={}", "xavier_normal,".repeat(75_000))).0, 1, "many variants");
    for opening in ["init=emergence(", "init=fan(", "model=transformer:", "init="] {
        assert_eq!(parsed_in_time(&format!("{opening}{}", "(".repeat(1_000_000))).0, 1, "{opening}");
    }
    assert_eq!(parsed_in_time(&format!("init={}", "emergence(".repeat(100_000))).0, 1, "nested schemes");
    assert_eq!(parsed_in_time(&format!("model=mlp:{}", "8,".repeat(500_000))).0, 1, "many layers");
}

fn question(name: &str, query: Option<&str>) -> Question {
    let query = query.map_or(FieldValue::Absent, |query| FieldValue::Text(query.to_owned()));
    let fields =
        MessageFields { kind: format!("emergence-lab:{name}"), query, theme: FieldValue::Text("dark".to_owned()) };
    Question::read(&fields).expect("it is for us")
}

#[test]
fn of_many_settings_the_last_one_counts_and_all_are_answered() {
    let mut queue = HostQueue::default();
    for id in 0..10_000_u32 {
        queue.push(question("config", Some(&format!("steps={id}"))), id).expect("it takes the place of the one before");
    }
    queue.push(question("results", None), 10_000).expect("there is room");
    queue.push(question("results", None), 10_001).expect("there is room");
    queue.push(question("config", Some("steps=5")), 10_002).expect("there is room");
    let waiting: Vec<_> = queue.take().into();
    let ids: Vec<usize> = waiting.iter().map(|(_, ids)| ids.len()).collect();
    assert_eq!(ids, [10_000, 2, 1], "in order");
    assert_eq!(waiting[0].0.request, HostRequest::Config(Some("steps=9999".to_owned())), "the last one");
    assert_eq!(waiting[0].1, (0..10_000).collect::<Vec<_>>(), "every message gets an answer");
    assert_eq!(queue.take().len(), 0, "nothing waits any more");
}

#[test]
fn commands_are_all_carried_out_as_far_as_there_is_room() {
    let mut queue = HostQueue::default();
    for id in 0..MOST_WAITING {
        queue.push(question("step", None), id).expect("there is room");
    }
    let refused = queue.push(question("step", None), MOST_WAITING);
    assert_eq!(refused.map_err(|(_, id)| id), Err(MOST_WAITING), "with its id, for an answer");
    assert_eq!(queue.take().len(), MOST_WAITING, "every step counts");
    let texts = [Some("steps=1"), None, Some("steps=1")];
    texts.iter().enumerate().for_each(|(id, query)| queue.push(question("config", *query), id).expect("there is room"));
    assert_eq!(queue.take().len(), 3, "a question about the experiment is answered between two settings");
}

#[test]
fn a_query_that_is_too_long_is_refused_with_its_length() {
    let fields = MessageFields {
        kind: "emergence-lab:config".to_owned(),
        query: FieldValue::Long(64_000_000),
        ..MessageFields::default()
    };
    let Some(HostRequest::Refused(reason)) = Question::read(&fields).map(|question| question.request) else {
        panic!("a query of 64 MB is refused")
    };
    assert_eq!(
        reason, "Expected a query of at most 100000 letters; got 64000000.",
        "what was expected and what was got"
    );
}
