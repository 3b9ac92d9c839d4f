//! The list of variants: schemes with their own learning rates.

use crate::fixtures::experiment;
use emergence_lab::error::{Bounds, Error, Expected, Requirement};
use emergence_lab::experiment::variant::{LEARNING_RATES, list_text, parse_list};
use emergence_lab::experiment::{BaseInit, Variant, parse_query};

#[test]
fn a_variant_may_have_its_own_learning_rate() {
    let text = "kaiming_normal@lr=0.03,lsuv(custom(std=0.02);tolerance=0.1)@lr=1e-3,kaiming_normal";
    let variants = parse_list(text).expect("three variants");
    assert_eq!(variants[0], Variant::new(BaseInit::KaimingNormal, Some(0.03)), "a base");
    assert_eq!(variants[1].learning_rate, Some(0.001), "a tuned scheme");
    assert_eq!(variants[2], BaseInit::KaimingNormal.into(), "and one without");
    let canonical = "kaiming_normal@lr=0.03,lsuv(custom(std=0.02);tolerance=0.1)@lr=0.001,kaiming_normal";
    assert!(canonical.starts_with(&list_text(&variants[..1])), "its text form");
    assert_eq!(parse_list(&list_text(&variants)), Ok(variants), "is read again");
}

#[test]
fn the_rate_of_a_variant_replaces_that_of_the_experiment() {
    let spec = experiment("init=kaiming_normal,kaiming_normal@lr=0.5&lr=0.02");
    let rates: Vec<f64> = spec.variants.iter().map(|variant| spec.learning_rate_of(variant)).collect();
    assert_eq!(rates, [0.02, 0.5], "in the order of the list");
}

#[test]
fn the_same_scheme_at_the_same_rate_is_listed_once() {
    let check = |query: &str| parse_query(query).conflicts;
    let twice = Error::value("init", Requirement::DistinctVariants.into(), "pytorch@lr=0.01");
    assert_eq!(check("init=pytorch,pytorch@lr=0.01"), [twice], "also if the rate is that of the experiment");
    assert_eq!(check("init=pytorch,pytorch@lr=0.02"), [], "another rate is another variant");
}

#[test]
fn a_wrong_rate_is_refused() {
    let refused = |text: &str| text.parse::<Variant>().expect_err("not a variant");
    let notation = |got: &str| Error::value("init", Expected::OneOf(vec!["SCHEME@lr=RATE"]), got);
    let rate = |got: &str| Error::parameter("lr", Expected::Number(LEARNING_RATES), got);
    assert_eq!(LEARNING_RATES, Bounds::real(0.0, 1e6).above(), "as for the key lr");
    assert_eq!(refused("pytorch@lr=0"), rate("0"), "zero");
    assert_eq!(refused("pytorch@lr=fast"), rate("fast"), "a word");
    assert_eq!(refused("pytorch@0.1"), notation("pytorch@0.1"), "no name");
    assert_eq!(refused("pytorch@lr=1@lr=2"), notation("pytorch@lr=1@lr=2"), "two rates");
    assert_eq!(refused("@lr=1").key(), Some("init"), "no scheme");
}
