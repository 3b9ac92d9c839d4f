//! Initializations that the rest of an experiment rules out: each is rejected with a typed reason, and all other values of a
//! link are kept.

use emergence_lab::error::{Error, FormulaReason, FormulaSize, SchemeRequirement};
use emergence_lab::experiment::dataset::DatasetFacts;
use emergence_lab::experiment::{DatasetName, DatasetSpec, Experiment, parse_query};

/// The error for which this query is rejected, which is about its variants.
fn refusal(query: &str) -> Error {
    let parsed = parse_query(query);
    assert_eq!(parsed.errors, [], "{query}: every value can be read");
    assert_eq!(parsed.conflicts.iter().map(Error::key).collect::<Vec<_>>(), [Some("init")], "{query}: one key");
    parsed.strict().expect_err("natively an error")
}

/// The variants of each of these queries are rejected because `got` does not meet the requirement.
fn check(cases: &[(&str, SchemeRequirement, &str)]) {
    for &(query, requirement, got) in cases {
        assert_eq!(refusal(query), Error::value("init", requirement.into(), got), "{query}");
    }
}

/// The same for a parameter of a scheme.
fn check_parameter(cases: &[(&str, &'static str, SchemeRequirement, &str)]) {
    for &(query, parameter, requirement, got) in cases {
        assert_eq!(refusal(query), Error::parameter(parameter, requirement.into(), got), "{query}");
    }
}

/// The reason why a formula is rejected, and the part of the formula that it is about.
fn formula_refusal(query: &str) -> (FormulaReason, String) {
    match refusal(query) {
        Error::Formula(error) => (error.reason, error.parts()[1].to_owned()),
        other => panic!("{query}: {other}"),
    }
}

#[test]
fn fixup_requires_a_residual_network_without_normalization() {
    let required = SchemeRequirement::ResidualWithoutNormalization { scheme: "fixup" };
    check(&[
        ("init=fixup", required, "model=mlp:128,128,128"),
        ("init=emergence(fixup;alpha=2)&model=cnn:4", required, "model=cnn:4"),
        ("init=lrmatch(emergence(fixup))&model=resnet:4&norm=batch", required, "norm=batch"),
        ("init=gradinit(shuffle(emergence(fixup)))&model=resnet:4&norm=batch", required, "norm=batch"),
    ]);
}

#[test]
fn nothing_is_measured_after_layers_of_zeros() {
    let nonzero = |method| SchemeRequirement::NonzeroBase { method };
    check(&[
        ("init=lsuv(zero)&model=resnet:4", nonzero("lsuv"), "lsuv(zero)"),
        ("init=nio(fixup)&model=resnet:4", nonzero("nio"), "nio(fixup)"),
        (
            "init=datadep(emergence(zero;alpha=2))&model=resnet:4",
            nonzero("datadep"),
            "datadep(emergence(zero;alpha=2))",
        ),
        ("init=metainit(zero)&model=resnet:4", nonzero("metainit"), "metainit(zero)"),
    ]);
    let (reason, _) = formula_refusal("init=metainit(custom(std=layer==3?0:0.1))");
    assert_eq!(
        reason,
        FormulaReason::Zero { method: "metainit", value: 0.0, layer: 3 },
        "the value of a formula can be zero, too"
    );
}

#[test]
fn methods_need_enough_examples_to_split() {
    check(&[
        ("init=gradinit&batch=1", SchemeRequirement::BatchToDivide { method: "gradinit", least: 2 }, "batch=1"),
        ("init=nio&batch=3&norm=batch", SchemeRequirement::BatchToDivide { method: "nio", least: 4 }, "batch=3"),
    ]);
    let parts = |batch_size| SchemeRequirement::PartsOfBatch { method: "nio", most: 3, batch_size };
    let within = SchemeRequirement::WithinTrainingExamples { method: "datadep", most: 64 };
    check_parameter(&[
        ("init=nio(parts=4)&batch=3", "parts", parts(3), "4"),
        ("init=nio(parts=4)&batch=6&norm=batch", "parts", parts(6), "4"),
        ("init=datadep(batch=65)&batch=8&train=64", "batch", within, "65"),
    ]);
}

#[test]
fn a_formula_needs_a_value_in_every_layer() {
    let no_value = |why, layer| FormulaReason::NoValue { why, layer };
    for (query, reason, part) in [
        ("init=custom(std=1/(3-layer))", no_value("division by zero", 3), "1/(3-layer)"),
        (
            "init=lrmatch(emergence(custom(std=sqrt(9-fan_in))))&model=cnn:4,4",
            no_value("operand out of domain", 2),
            "sqrt(9-fan_in)",
        ),
        (
            "init=nio(custom(uniform=1.5-layer))",
            FormulaReason::Negative { size: FormulaSize::Bound, value: -0.5, layer: 2 },
            "1.5-layer",
        ),
        ("init=custom(std=1e-300*10^(100*layer))", no_value("overflow", 4), "10^(100*layer)"),
        ("init=custom(std=10^(4*layer))", FormulaReason::TooLarge { most: 1e6, value: 1e8, layer: 2 }, "10^(4*layer)"),
    ] {
        assert_eq!(formula_refusal(query), (reason, part.to_owned()), "{query}");
    }
}

#[test]
fn valid_combinations_are_accepted() {
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
        // Nothing is known about the files yet.
        "data=upload&init=lsuv,datadep(batch=512),custom(std=sqrt(9-fan_in))",
    ] {
        let parsed = parse_query(query).strict();
        assert!(parsed.is_ok(), "{query}: {parsed:?}");
    }
}

#[test]
fn a_rejected_variant_does_not_change_the_rest_of_a_link() {
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
        assert_eq!(parsed.experiment, parse_query(rest).experiment, "{query}: the other values");
        assert_eq!(parsed.experiment.variants, Experiment::default().variants, "{query}: instead of the variants");
    }
}

#[test]
fn conflicts_that_other_keys_resolve_keep_the_variants() {
    for (query, key) in [
        // Too few examples for a batch: all are used, and datadep has enough.
        ("train=10&batch=128&init=datadep", "train"),
        // The network is too deep for the images; in the default network, the formula has values.
        ("model=cnn:4,4,4,4,4,4&init=custom(std=sqrt(784-fan_in))", "model"),
    ] {
        let parsed = parse_query(query);
        assert_eq!(parsed.conflicts.iter().map(Error::key).collect::<Vec<_>>(), [Some(key)], "{query}");
        assert_eq!(parsed.experiment.variants.len(), 1, "{query}: the variant is kept");
    }
}

#[test]
fn uploaded_files_are_checked_when_they_are_known() {
    let query = "data=upload&batch=4&init=datadep(batch=20),custom(std=sqrt(784-fan_in))";
    let (experiment, _) = parse_query(query).strict().expect("nothing is known about the files");
    let digits = DatasetSpec::whole(DatasetName::Digits).facts().expect("known");
    let check = |facts| experiment.validate_for(&facts);
    assert_eq!(check(DatasetFacts { train: 20, ..digits }), Ok(()), "as many as datadep needs");
    let within = SchemeRequirement::WithinTrainingExamples { method: "datadep", most: 19 };
    let error = check(DatasetFacts { train: 19, ..digits }).expect_err("too few examples");
    assert_eq!(error, Error::parameter("batch", within.into(), 20), "too few examples");
    let color = DatasetSpec::whole(DatasetName::Patterns).facts().expect("known");
    let error = check(color).expect_err("more inputs than the formula allows");
    let Error::Formula(error) = error else { panic!("{error}") };
    assert_eq!(error.reason, FormulaReason::NoValue { why: "operand out of domain", layer: 1 }, "the first layer");
}
