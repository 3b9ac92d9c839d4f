//! Initializations that do not go with the rest of an experiment: each is refused with its sentence, and everything else of a
//! link stands.

use emergence_lab::error::Error;
use emergence_lab::experiment::limits::DatasetFacts;
use emergence_lab::experiment::{DatasetName, Experiment, parse_query};

/// Each of these queries is refused, for its variants, with this sentence behind `init: `.
fn check(cases: &[(&str, &str)]) {
    for (query, sentence) in cases {
        let parsed = parse_query(query);
        assert_eq!(parsed.errors, [], "{query}: every value can be read");
        assert_eq!(parsed.conflicts.iter().map(Error::key).collect::<Vec<_>>(), [Some("init")], "{query}: one key");
        let error = parsed.strict().expect_err("natively an error").to_string();
        assert_eq!(error, format!("init: {sentence}"), "{query}");
    }
}

#[test]
fn fixup_wants_a_residual_network_without_normalization() {
    let wanted = "expected a residual network (resnet:...) without normalization for fixup";
    check(&[
        ("init=fixup", &format!("{wanted}, got `model=mlp:128,128,128`")),
        ("init=emergence(fixup;alpha=2)&model=cnn:4", &format!("{wanted}, got `model=cnn:4`")),
        ("init=lrmatch(emergence(fixup))&model=resnet:4&norm=batch", &format!("{wanted}, got `norm=batch`")),
        ("init=gradinit(shuffle(emergence(fixup)))&model=resnet:4&norm=batch", &format!("{wanted}, got `norm=batch`")),
    ]);
}

#[test]
fn nothing_is_measured_behind_zeros() {
    let base = "expected a base without layers of zeros for";
    let formula = "expected a formula above 0 in every layer for";
    check(&[
        ("init=lsuv(zero)&model=resnet:4", &format!("{base} lsuv, which measures behind them, got `lsuv(zero)`")),
        ("init=nio(fixup)&model=resnet:4", &format!("{base} nio, which measures behind them, got `nio(fixup)`")),
        (
            "init=datadep(emergence(zero;alpha=2))&model=resnet:4",
            &format!("{base} datadep, which measures behind them, got `datadep(emergence(zero;alpha=2))`"),
        ),
        (
            "init=metainit(zero)&model=resnet:4",
            &format!("{base} metainit, which measures behind them, got `metainit(zero)`"),
        ),
        (
            "init=metainit(custom(std=layer==3?0:0.1))",
            &format!("{formula} metainit, which measures behind them, got `0 in layer 3`"),
        ),
    ]);
}

#[test]
fn methods_need_examples_to_divide() {
    check(&[
        (
            "init=gradinit&batch=1",
            "expected a batch of at least 2 examples for gradinit, which halves it, got `batch=1`",
        ),
        ("init=nio(parts=4)&batch=3", "expected parts of nio at most 3 for a batch of 3, got `4`"),
        ("init=nio&batch=3&norm=batch", "expected a batch of at least 4 examples for nio, got `batch=3`"),
        ("init=nio(parts=4)&batch=6&norm=batch", "expected parts of nio at most 3 for a batch of 6, got `4`"),
        (
            "init=datadep(batch=65)&batch=8&train=64",
            "expected batch of datadep at most the number of training examples, 64, got `65`",
        ),
    ]);
}

#[test]
fn a_formula_needs_a_value_in_every_layer() {
    let at = |formula: &str| format!("`{formula}` at character 1 of `{formula}`");
    check(&[
        ("init=custom(std=1/(3-layer))", &format!("division by zero in layer 3: {}", at("1/(3-layer)"))),
        (
            "init=lrmatch(emergence(custom(std=sqrt(9-fan_in))))&model=cnn:4,4",
            &format!("operand out of domain in layer 2: {}", at("sqrt(9-fan_in)")),
        ),
        (
            "init=nio(custom(uniform=1.5-layer))",
            &format!("expected a bound of at least 0, got -0.5 in layer 2: {}", at("1.5-layer")),
        ),
        (
            "init=custom(std=1e-300*10^(100*layer))",
            "overflow in layer 4: `10^(100*layer)` at character 8 of `1e-300*10^(100*layer)`",
        ),
        ("init=custom(std=10^(4*layer))", "expected a formula of at most 1e6 in every layer, got `1e8 in layer 2`"),
    ]);
}

#[test]
fn what_goes_together_is_accepted() {
    for query in [
        "init=fixup,emergence(fixup;alpha=2),gradinit(fixup)&model=resnet:4",
        "init=zero,gradinit(zero),gradinit(custom(std=0))",
        "init=zero&norm=batch",
        "init=gradinit&batch=2",
        "init=nio(parts=4)&batch=4",
        "init=datadep(batch=64)&batch=8&train=64",
        "init=lsuv,datadep,metainit,gradinit,nio",
        "init=lsuv(custom(std=1e-30))",
        "init=custom(std=sqrt(784-fan_in))",
        // Nothing is known of the files yet.
        "data=upload&init=lsuv,datadep(batch=512),custom(std=sqrt(9-fan_in))",
    ] {
        let parsed = parse_query(query).strict();
        assert!(parsed.is_ok(), "{query}: {parsed:?}");
    }
}

#[test]
fn one_refused_variant_leaves_the_rest_of_a_link_alone() {
    for (query, rest) in [
        ("lr=0.1&model=mlp:64&init=pytorch,fixup&steps=7", "lr=0.1&model=mlp:64&steps=7"),
        ("model=resnet:4&norm=batch&init=fixup&seeds=5", "model=resnet:4&norm=batch&seeds=5"),
        ("train=50&batch=20&init=datadep(batch=60)", "train=50&batch=20"),
        ("batch=1&init=gradinit,lsuv", "batch=1"),
        ("seed=4&init=custom(std=layer-2)", "seed=4"),
        ("data=upload&steps=3&init=nio(fixup)", "data=upload&steps=3"),
    ] {
        let parsed = parse_query(query);
        assert_eq!(parsed.conflicts.iter().map(Error::key).collect::<Vec<_>>(), [Some("init")], "{query}");
        assert_eq!(parsed.experiment, parse_query(rest).experiment, "{query}: what stands");
        assert_eq!(parsed.experiment.variants, Experiment::default().variants, "{query}: instead of the variants");
    }
}

#[test]
fn what_gives_way_by_itself_takes_no_variant_along() {
    for (query, key) in [
        // Too few examples for a batch: all are used, and datadep has enough.
        ("train=10&batch=128&init=datadep", "train"),
        // The images have no place for this network; in the default one the formula has its values.
        ("model=cnn:4,4,4,4,4,4&init=custom(std=sqrt(784-fan_in))", "model"),
    ] {
        let parsed = parse_query(query);
        assert_eq!(parsed.conflicts.iter().map(Error::key).collect::<Vec<_>>(), [Some(key)], "{query}");
        assert_eq!(parsed.experiment.variants.len(), 1, "{query}: the variant stands");
    }
}

#[test]
fn files_of_ones_own_are_checked_when_they_are_there() {
    let query = "data=upload&batch=4&init=datadep(batch=20),custom(std=sqrt(784-fan_in))";
    let (experiment, _) = parse_query(query).strict().expect("nothing is known of the files");
    let digits = DatasetName::Digits.facts().expect("known");
    let check = |facts| experiment.validate_for(&facts).map_err(|error| error.to_string());
    assert_eq!(check(DatasetFacts { train: 20, ..digits }), Ok(()), "as many as datadep wants");
    let error = check(DatasetFacts { train: 19, ..digits }).expect_err("too few examples");
    assert_eq!(error, "init: expected batch of datadep at most the number of training examples, 19, got `20`");
    let color = DatasetName::Patterns.facts().expect("known");
    let error = check(color).expect_err("more inputs than the formula bears");
    assert!(error.starts_with("init: operand out of domain in layer 1"), "{error}");
}
