//! Downloads from other sites: asked for once, and what was answered is kept. And what a new run loads again.

use super::{FailureKind, Phase, failed, failed_lifecycle, hear, preparing_lifecycle, ready_lifecycle};
use emergence_lab::experiment::{DatasetName, DatasetSpec};
use emergence_lab::protocol::{DownloadSource, Event};
use emergence_lab::web::page::model::consents::Consents;
use emergence_lab::web::page::model::failure::Remedy;
use emergence_lab::web::page::words::incidents::{digits_meanwhile, download_refused};
use proptest::prelude::*;

fn source(dataset: DatasetName, server: &str) -> DownloadSource {
    DownloadSource { dataset, server: server.to_owned() }
}

#[test]
fn a_question_is_asked_once_for_each_source() {
    let (mnist, fashion) = (source(DatasetName::Mnist, "a.b"), source(DatasetName::FashionMnist, "a.b"));
    let mut consents = Consents::default();
    assert!(!consents.refuse(&mnist) && consents.allowed().next().is_none(), "nothing is decided at first");
    consents.decide(mnist.clone(), false);
    consents.decide(fashion.clone(), true);
    assert!(consents.refuse(&mnist), "it is not asked for again");
    assert!(!consents.refuse(&source(DatasetName::Mnist, "c.d")), "from another server it is");
    assert_eq!(consents.allowed().collect::<Vec<_>>(), [&fashion], "what the worker may download");
    assert_eq!(consents.to_text(), "mnist a.b no\nfashion-mnist a.b yes\n", "as it is stored");
    assert_eq!(Consents::from_text(&consents.to_text()), consents, "for the next visit");
    consents.decide(mnist.clone(), true);
    assert!(!consents.refuse(&mnist), "a visitor may think better of it");
    assert_eq!(consents.allowed().collect::<Vec<_>>(), [&fashion, &mnist], "of both");
}

#[test]
fn a_damaged_store_only_asks_again() {
    let text = "mnist a.b yes\n\nmnist\nno-such-set a.b yes\nfashion-mnist a.b maybe\nmulti30k a.b yes more\n";
    let consents = Consents::from_text(text);
    assert_eq!(consents.allowed().collect::<Vec<_>>(), [&source(DatasetName::Mnist, "a.b")], "the only whole line");
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in "[a-z0-9. \\n-]{0,80}") {
        let consents = Consents::from_text(&text);
        prop_assert_eq!(Consents::from_text(&consents.to_text()), consents, "and is stable from then on");
    }
}

#[test]
fn a_run_that_needs_a_decision_waits_for_it() {
    let mut lifecycle = preparing_lifecycle();
    let offer = Event::DownloadOffered { source: source(DatasetName::Mnist, "a.b") };
    assert!(lifecycle.accepts(&offer) && !ready_lifecycle().accepts(&offer), "it belongs to a run");
    hear(&mut lifecycle, &offer, &[], Phase::Preparing);
    hear(&mut lifecycle, &failed(FailureKind::Consent), &[], Phase::Failed);
    assert_eq!(lifecycle.failure().map(|failure| failure.remedy), Some(Remedy::Consent), "a question");
    assert!(failed_lifecycle(FailureKind::Consent).worker_ready(), "after which the worker goes on");
}

#[test]
fn a_network_that_comes_back_is_used_at_the_next_run() {
    let serves = |asked, loaded, other| DatasetSpec::whole(asked).serves(loaded, &DatasetSpec::whole(other));
    let (auto, mnist, digits) = (DatasetName::Auto, DatasetName::Mnist, DatasetName::Digits);
    assert!(!serves(auto, digits, auto), "digits only stood in for MNIST");
    assert!(serves(auto, digits, digits), "now they are asked for themselves");
    assert!(serves(auto, mnist, auto) && serves(auto, mnist, mnist) && serves(mnist, mnist, auto), "MNIST stays");
    assert!(!serves(digits, digits, mnist) && !serves(digits, digits, DatasetName::Patterns), "others do not");
    let short = DatasetSpec { length: 9, ..DatasetSpec::whole(DatasetName::Multi30k) };
    assert!(!short.serves(DatasetName::Multi30k, &DatasetSpec::whole(DatasetName::Multi30k)), "nor do other sentences");
}

#[test]
fn the_sentences_say_what_is_used_meanwhile() {
    assert_eq!(digits_meanwhile("Why."), "Why. Until then, the built-in digits are used.");
    assert_eq!(
        download_refused(DatasetName::Mnist, "a.b"),
        "As you decided, MNIST is not downloaded from a.b; the built-in digits are used instead."
    );
}
