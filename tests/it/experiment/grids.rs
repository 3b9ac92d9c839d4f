//! Lists and grids of values: every value makes a variant, and the text of the experiment is that of the grid.

use super::read;
use emergence_lab::error::{Error, Expected};
use emergence_lab::experiment::grid::{RateGrid, learning_rates};
use emergence_lab::experiment::variant::LEARNING_RATES;
use emergence_lab::experiment::{Experiment, Variant, parse_query};

fn names(experiment: &Experiment) -> Vec<String> {
    experiment.variants.iter().map(ToString::to_string).collect()
}

#[test]
fn every_variant_has_all_rates_of_a_list() {
    let experiment = read("init=pytorch,orthogonal&lr=0.003,0.01");
    let expected = ["pytorch@lr=0.003", "pytorch@lr=0.01", "orthogonal@lr=0.003", "orthogonal@lr=0.01"];
    assert_eq!(names(&experiment), expected, "scheme by scheme");
    assert_eq!(experiment.to_query(), "init=pytorch,orthogonal&lr=0.003,0.01", "the text is that of the list");
    assert_eq!(read("lr=0.003,0.01&init=pytorch,orthogonal"), experiment, "in any order of the keys");
    let own = read("init=pytorch,orthogonal@lr=0.1&lr=0.003,0.01");
    assert_eq!(names(&own), ["pytorch@lr=0.003", "pytorch@lr=0.01", "orthogonal@lr=0.1"], "but those with their own");
    assert_eq!(read(&own.to_query()), own, "which is no grid, and is written in full");
    let one = read("init=pytorch&lr=0.003");
    assert_eq!(names(&one), ["pytorch"], "one rate is that of the experiment");
}

#[test]
fn a_grid_has_equal_factors() {
    let rates = |text: &str| learning_rates("lr", text).expect("rates");
    assert_eq!(rates("0.001..0.1x3"), [0.001, 0.01, 0.1], "a factor of ten");
    assert_eq!(rates("0.001..0.1x6"), [0.001, 0.00251, 0.00631, 0.0158, 0.0398, 0.1], "three digits");
    assert_eq!(rates("0.16..0.01x3"), [0.16, 0.04, 0.01], "downward");
    assert_eq!(rates("0.001,0.01..0.1x2"), [0.001, 0.01, 0.1], "in a list");
    let experiment = read("init=pytorch&lr=0.01..0.16x3");
    assert_eq!(experiment.to_query(), "init=pytorch&lr=0.01,0.04,0.16", "written as a list");
    for wrong in ["", "0.01,", "0.01..x3", "0.01..0.1", "0.01..0.1x1", "0..0.1x3", "0.01..0.1x9999", "0,05", "-1..1x3"]
    {
        let got = learning_rates("lr", wrong).expect_err(wrong);
        assert_eq!(got, Error::value("lr", Expected::NumberListOrGrid(LEARNING_RATES), wrong), "{wrong}");
    }
}

#[test]
fn brackets_make_a_variant_of_each_value() {
    let experiment = read("init=pytorch,emergence(kaiming_normal;alpha=[1.1,1.5];turn=[1,2])");
    let expected = [
        "pytorch",
        "emergence(kaiming_normal;alpha=1.1;turn=1)",
        "emergence(kaiming_normal;alpha=1.1;turn=2)",
        "emergence(kaiming_normal;alpha=1.5;turn=1)",
        "emergence(kaiming_normal;alpha=1.5;turn=2)",
    ];
    let expected: Vec<Variant> = expected.iter().map(|name| name.parse().expect("a variant")).collect();
    assert_eq!(experiment.variants, expected, "all combinations");
    assert_eq!(read(&experiment.to_query()), experiment, "written in full");
    assert_eq!(names(&read("init=pytorch@lr=[0.01..0.04x3]")).len(), 3, "also of a learning rate of its own");
    for wrong in ["init=custom(std=[1,2)", "init=custom(std=[1..2])", "init=custom(std=[1..9x400],fan=[1..9x400])"] {
        let errors = parse_query(wrong).errors;
        assert_eq!(errors.first().and_then(Error::key), Some("init"), "{wrong}: {errors:?}");
    }
}

#[test]
fn lists_have_no_more_entries_than_runs() {
    let grids = |count: usize| vec!["0.001..0.1x512"; count].join(",");
    for wrong in [
        format!("lr={}", grids(2)),
        format!("init={}", vec!["emergence(kaiming_normal;alpha=[1.1..2x512])"; 50].join(",")),
        format!("init=custom(std={})", "[1]".repeat(5_000)),
        format!("init=pytorch,zero&lr={}", grids(1)),
    ] {
        let parsed = parse_query(&wrong);
        assert!(!parsed.errors.is_empty(), "{}", &wrong[..40]);
        assert!(parsed.experiment.variants.len() <= 512, "nothing large is made");
    }
}

#[test]
fn only_all_schemes_with_all_rates_are_a_grid() {
    let of = |text: &str| RateGrid::of(&read(&format!("init={text}")).variants);
    assert_eq!(of("pytorch@lr=0.1,pytorch@lr=0.2,zero@lr=0.1,zero@lr=0.2").expect("a grid").rates, [0.1, 0.2], "all");
    for text in ["pytorch,zero", "pytorch@lr=0.1,zero@lr=0.1", "pytorch@lr=0.1,pytorch@lr=0.2,zero@lr=0.2,zero@lr=0.1"]
    {
        assert_eq!(of(text), None, "{text}");
    }
    // The common rate, which no variant has, would be lost.
    let other = read("init=pytorch@lr=0.1,pytorch@lr=0.2&lr=0.5");
    assert_eq!(other.rate_grid(), None, "no list of rates can say that");
    assert_eq!(read(&other.to_query()), other, "so it is written in full");
}

#[test]
fn a_race_sweeps_on_validation_and_compares_on_fresh_seeds() {
    let experiment = read("data=mnist&init=pytorch,pytorch@lr=0.5,orthogonal&seeds=3&steps=100");
    let sweep = experiment.sweep(&[0.01, 0.02], 60_000).expect("few runs");
    assert_eq!(names(&sweep).len(), 4, "each scheme once, at each rate");
    assert_eq!((sweep.dataset.valid, sweep.run_count()), (5_000, 12), "a twelfth is held out");
    assert_eq!(sweep.evaluation.count(100), 2, "only the end matters");
    let own = read("data=mnist&valid=300").sweep(&[0.1], 60_000).expect("few runs");
    assert_eq!(own.dataset.valid, 300, "unless stated");
    assert!(read("data=multi30k").sweep(&[0.1], 29_000).is_err(), "texts have no validation");
    let schemes: Vec<_> = sweep.variants.iter().step_by(2).map(|variant| variant.scheme.clone()).collect();
    let chosen: Vec<_> = schemes.into_iter().zip([0.02, 0.01]).collect();
    let comparison = experiment.confirmation(&chosen, 10);
    assert_eq!(names(&comparison), ["pytorch@lr=0.02", "orthogonal@lr=0.01"], "each at its own rate");
    let seeds: Vec<u64> = comparison.run_seeds().collect();
    assert!(seeds.iter().all(|seed| !experiment.run_seeds().any(|own| own == *seed)), "fresh seeds: {seeds:?}");
    assert_ne!(comparison.order_seed(), experiment.order_seed(), "in a fresh order");
    assert_eq!((comparison.dataset.valid, comparison.seeds), (0, 10), "on the test examples");
}
