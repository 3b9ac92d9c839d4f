//! Experiments on sentences: their defaults, the notation of transformers, links that come back, and what each kind of data
//! rules out.

use super::{keys, read};
use crate::init::random_bases;
use emergence_lab::catalog::{DataKind, NumberLanguage};
use emergence_lab::error::{Bounds, Error, Expected, NetworkForm, Requirement, SchemeRequirement};
use emergence_lab::experiment::{
    Activation, ActiveDefinition, ActivitySpec, AnalysisSpec, BaseInit, ClosedForm, DatasetName, DatasetSpec,
    DevicePreference, Direction, EvaluationSteps, Experiment, InitScheme, LanguagePair, ModelSpec, Named, NormLayer,
    OptimizerKind, OptimizerSpec, Rescaling, RescalingLevel, RescalingRule, Schedule, TransformerSpec, Tuning,
    TuningMethod, Turn, Variant, parse_query,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const EN_DE: LanguagePair = LanguagePair { source: NumberLanguage::English, target: NumberLanguage::German };

#[test]
fn numbers_alone_are_a_good_experiment() {
    let rescaling = Rescaling { base: BaseInit::XavierNormal, alpha: 1.1, ..Rescaling::default() };
    let expected = Experiment {
        dataset: DatasetSpec {
            name: DatasetName::Numbers,
            direction: Direction::Languages(EN_DE),
            vocabulary: 2_000,
            length: 20,
            train: None,
            valid: 0,
            test: Some(500),
            augment: false,
        },
        model: ModelSpec::Transformer(TransformerSpec {
            width: 32,
            heads: 4,
            feed_forward: 64,
            encoder_layers: 2,
            decoder_layers: 2,
            tied: true,
        }),
        activation: Activation::Relu,
        norm: NormLayer::Pre,
        variants: vec![
            BaseInit::XavierNormal.into(),
            BaseInit::KaimingNormal.into(),
            InitScheme::emergence(rescaling).into(),
        ],
        seeds: 5,
        first_seed: 0,
        order: None,
        optimizer: OptimizerSpec {
            kind: OptimizerKind::Adam,
            learning_rate: 0.003,
            momentum: 0.9,
            weight_decay: 0.0,
            schedule: Schedule::Constant,
        },
        smoothing: 0.0,
        batch_size: 32,
        steps: 300,
        evaluation: EvaluationSteps::Every(25),
        activity: ActivitySpec { tau: 0.05, definition: ActiveDefinition::Sample },
        analysis: AnalysisSpec::STANDARD,
        device: DevicePreference::Auto,
    };
    assert_eq!(read("data=numbers"), expected, "the defaults of sentences");
    assert_eq!(expected.to_query(), "data=numbers", "only what differs from them is written");
    let written_out = "data=numbers&test=500&pair=en-de&model=transformer:32h4f64x2&norm=pre\
        &init=xavier_normal,kaiming_normal,emergence(xavier_normal;alpha=1.1)&seeds=5&opt=adam&lr=0.003&smooth=0\
        &sched=constant&batch=32&steps=300&eval=25";
    assert_eq!(read(written_out), expected, "written out");
}

#[test]
fn links_to_images_stay_as_they_are() {
    for name in DatasetName::all().filter(|name| name.row().kind() == DataKind::Images) {
        let experiment = read(&format!("data={}", name.name()));
        let dataset = DatasetSpec { name, ..Experiment::default().dataset };
        assert_eq!(experiment, Experiment { dataset, ..Experiment::default() }, "{name:?}: the defaults of images");
    }
}

#[test]
fn defaults_follow_the_last_data_set_wherever_it_is() {
    let numbers = read("data=numbers&model=transformer:16&seeds=2");
    for text in [
        "model=transformer:16&seeds=2&data=numbers",
        "model=transformer:16&data=numbers&seeds=2",
        "data=mnist&model=transformer:16&seeds=2&data=numbers",
    ] {
        assert_eq!(read(text), numbers, "{text}");
    }
    assert_eq!(numbers.optimizer.kind, OptimizerKind::Adam, "with the other defaults of sentences");
    assert_eq!(read("data=numbers&seeds=2&data=digits"), read("data=digits&seeds=2"), "the last one is of images");
    let written = read("sched=cosine&smooth=0.1&wd=0.1&norm=post&model=transformer:8&pair=fr-zh&test=all&data=numbers");
    let expected = ["data", "test", "pair", "model", "norm", "wd", "smooth", "sched"];
    assert_eq!(keys(&written.to_query()), expected, "they are written in the order of the table");
}

#[test]
fn experiments_on_sentences_come_back() {
    for (typed, canonical) in [
        ("model=transformer:32h4f64x2&data=numbers", "data=numbers"),
        ("data=numbers&model=transformer:32x2%2B2", "data=numbers"),
        ("data=numbers&model=transformer:32x2+3", "data=numbers&model=transformer:32x2%2B3"),
        ("data=numbers&model=transformer:32x3+3u", "data=numbers&model=transformer:32x3u"),
        ("data=numbers&model=transformer:32x2u", "data=numbers&model=transformer:32u"),
        ("data=numbers&model=transformer:64f128", "data=numbers&model=transformer:64"),
        ("data=numbers&model=transformer:64f64", "data=numbers&model=transformer:64f64"),
        ("data=numbers&model=transformer:32h8f65x1+12u", "data=numbers&model=transformer:32h8f65x1%2B12u"),
        ("data=numbers&model=transformer:2h1x1", "data=numbers&model=transformer:2h1x1"),
        ("data=numbers&model=transformer:512h512f1000x1", "data=numbers&model=transformer:512h512f1000x1"),
        ("data=numbers&model=transformer:16f8192x1", "data=numbers&model=transformer:16f8192x1"),
        ("pair=zh-fr&data=numbers&test=500", "data=numbers&pair=zh-fr"),
        ("data=numbers&pair=digits-de&test=all&train=600", "data=numbers&train=600&test=all&pair=digits-de"),
        ("smooth=0.10&data=numbers&sched=inverse_sqrt:50", "data=numbers&smooth=0.1&sched=inverse_sqrt:50"),
        ("data=numbers&smooth=0.5&sched=warmup:50", "data=numbers&smooth=0.5&sched=warmup:50"),
        ("data=numbers&norm=post&init=deepnet,fairseq", "data=numbers&norm=post&init=deepnet,fairseq"),
        ("init=tfixup,gpt2,dsinit&norm=none&data=numbers", "data=numbers&norm=none&init=tfixup,gpt2,dsinit"),
        (
            "data=numbers&init=emergence(fairseq;level=sublayer;alpha=1.3),emergence(fairseq;level=depth)",
            "data=numbers&init=emergence(fairseq;alpha=1.3;level=sublayer),emergence(fairseq;alpha=1.5)",
        ),
        (
            "data=numbers&init=lrmatch(emergence(dsinit;level=layer;turn=3;alpha=2))",
            "data=numbers&init=lrmatch(emergence(dsinit;alpha=2;turn=3;level=layer))",
        ),
        ("data=numbers&opt=sgd&lr=0.01&eval=auto&batch=128", "data=numbers&opt=sgd&lr=0.01&batch=128&eval=auto"),
        ("data=numbers&steps=300&act=gelu&steps=400", "data=numbers&act=gelu&steps=400"),
    ] {
        let experiment = read(typed);
        assert_eq!(experiment.to_query(), canonical, "{typed}");
        assert_eq!(read(canonical), experiment, "{canonical} is the same");
    }
}

fn any_transformer() -> impl Strategy<Value = TransformerSpec> {
    let stacks = (1_usize..=4, 1_usize..=4);
    (1_usize..=8, 1_usize..=6, option::of(1_usize..=200), stacks, any::<bool>()).prop_map(
        |(heads, half, feed_forward, (encoder_layers, decoder_layers), tied)| TransformerSpec {
            width: 2 * heads * half,
            heads,
            feed_forward: feed_forward.unwrap_or(4 * heads * half),
            encoder_layers,
            decoder_layers,
            tied,
        },
    )
}

/// Schemes of all kinds for transformers with this normalization.
fn any_scheme(norm: NormLayer) -> impl Strategy<Value = InitScheme> {
    let own = [BaseInit::Zero, BaseInit::Fairseq, BaseInit::Gpt2, BaseInit::DsInit];
    let special = match norm {
        NormLayer::None => Some(BaseInit::TFixup),
        NormLayer::Post => Some(BaseInit::DeepNet),
        _ => None,
    };
    let bases = select(random_bases().into_iter().chain(own).chain(special).collect::<Vec<_>>()).boxed();
    // Two ranks are in every transformer.
    let turn = prop_oneof![Just(Turn::Auto), (0_usize..=2).prop_map(Turn::At)];
    let rules = select(RescalingRule::all().collect::<Vec<_>>());
    let levels = select(RescalingLevel::all().collect::<Vec<_>>());
    let rescaling = (bases.clone(), 0.01..=100.0, rules, turn, levels)
        .prop_map(|(base, alpha, rule, turn, level)| Rescaling { base, alpha, rule, turn, level })
        .boxed();
    let methods = select(TuningMethod::all().collect::<Vec<_>>());
    let tuned = |(base, method): (BaseInit, TuningMethod)| {
        let mut tuning = Tuning::from(method);
        tuning.base = base.into();
        InitScheme::Tuned(tuning)
    };
    prop_oneof![
        bases.clone().prop_map(InitScheme::from),
        rescaling.clone().prop_map(InitScheme::emergence),
        rescaling.clone().prop_map(|rescaling| InitScheme::from(ClosedForm::Shuffled(rescaling))),
        rescaling.prop_map(InitScheme::RateControl),
        (bases, methods).prop_map(tuned),
    ]
}

/// Valid experiments on numbers.
fn any_experiment() -> impl Strategy<Value = Experiment> {
    let norms = select(vec![NormLayer::None, NormLayer::Pre, NormLayer::Post]);
    let variants = norms.prop_flat_map(|norm| (Just(norm), vec((any_scheme(norm), option::of(1e-6..=1e6)), 1..4)));
    let directions = Direction::choices(DatasetName::Numbers);
    let data = (select(directions), option::of(128_usize..=19_000), option::of(1_usize..=1000));
    let schedule = prop_oneof![
        Just(Schedule::Constant),
        Just(Schedule::Cosine),
        (1_u64..=10_000_000).prop_map(|steps| Schedule::Warmup { steps }),
        (1_u64..=10_000_000).prop_map(|steps| Schedule::InverseSqrt { steps }),
    ];
    let numbers = (1_u32..=8, 8_usize..=128, 1_u64..=20_000, 0.0..=0.5, option::of(1_u64..=400));
    (data, any_transformer(), variants, schedule, numbers)
        .prop_map(|((direction, train, test), transformer, (norm, variants), schedule, numbers)| {
            let (seeds, batch_size, steps, smoothing, interval) = numbers;
            let standard = Experiment::standard(DatasetName::Numbers);
            Experiment {
                dataset: DatasetSpec { direction, train, test, ..standard.dataset },
                model: ModelSpec::Transformer(transformer),
                norm,
                variants: variants.into_iter().map(|(scheme, rate)| Variant::new(scheme, rate)).collect(),
                seeds,
                optimizer: OptimizerSpec { schedule, ..standard.optimizer },
                smoothing,
                batch_size,
                steps,
                evaluation: interval.map_or(EvaluationSteps::Auto, EvaluationSteps::Every),
                ..standard
            }
        })
        .prop_filter("no variant twice", |experiment| experiment.validate().is_ok())
}

proptest! {
    #[test]
    fn any_experiment_on_sentences_comes_back(experiment in any_experiment()) {
        let text = experiment.to_query();
        let parsed = parse_query(&text);
        prop_assert_eq!((&parsed.errors[..], &parsed.conflicts[..]), (&[][..], &[][..]), "errors of {}", text);
        prop_assert_eq!(&parsed.experiment, &experiment, "the experiment of {}", text);
        let backwards = text.split('&').rev().collect::<Vec<_>>().join("&");
        prop_assert_eq!(parse_query(&backwards).experiment, experiment, "the data set last: {}", backwards);
        prop_assert_eq!(parsed.experiment.to_query_with(&parsed.view), text, "writing it again changes nothing");
    }

    #[test]
    fn every_transformer_is_parsed_as_it_is_written(spec in any_transformer()) {
        let model = ModelSpec::Transformer(spec);
        prop_assert_eq!(model.to_string().parse::<ModelSpec>(), Ok(model));
    }
}

/// A malformed value is reported as such, and the rest of the link stands.
pub(super) fn check_malformed(query: &str, error: Error, rest: &str) {
    let parsed = parse_query(query);
    assert_eq!((parsed.errors, parsed.conflicts), (vec![error], vec![]), "{query}");
    assert_eq!(parsed.experiment, read(rest), "{query}: the default instead");
}

/// A value that does not fit the others is reported, and replaced by the default for the data set.
pub(super) fn check_conflict(query: &str, error: Error, rest: &str) {
    let parsed = parse_query(query);
    assert_eq!((parsed.errors, parsed.conflicts), (vec![], vec![error.clone()]), "{query}");
    assert_eq!(parsed.experiment, read(rest), "{query}: the default instead");
    assert_eq!(parse_query(query).strict(), Err(error), "{query}: natively an error");
}

#[test]
fn a_transformer_out_of_bounds_is_refused() {
    let transformers = || Expected::Network {
        form: NetworkForm::Transformer,
        entries: Bounds::whole(1, 12),
        size: Bounds::whole(2, 512),
    };
    for got in [
        "transformer:",
        "transformer:30",
        "transformer:32h5",
        "transformer:33h3",
        "transformer:7h7",
        "transformer:516",
        "transformer:0",
        "transformer:-32",
        "transformer:32h0",
        "transformer:32f0",
        "transformer:32f8193",
        "transformer:32x",
        "transformer:32x0",
        "transformer:32x13",
        "transformer:32x2+13",
        "transformer:32x13+2",
        "transformer:32x2+",
        "transformer:32x1+2+3",
        "transformer:32uu",
        "transformer:32ux2",
        "transformer:32f64h4",
        "transformer:32x2f64",
        "transformer:32,32",
    ] {
        check_malformed(
            &format!("data=numbers&model={got}"),
            Error::value("model", transformers(), got),
            "data=numbers",
        );
    }
    let message = Error::value("model", transformers(), "transformer:33h3").to_string();
    assert!(message.ends_with("got `transformer:33h3`") && message.contains("at most 512"), "{message}");
}

#[test]
fn malformed_values_of_sentences_are_refused() {
    let pairs = || Expected::OneOf(Direction::labels().into_iter().map(|(name, _)| name).collect());
    for got in ["en-en", "digits-digits", "en", "en-", "en-es", "en-de-fr", "EN-DE", ""] {
        check_malformed(&format!("data=numbers&pair={got}"), Error::value("pair", pairs(), got), "data=numbers");
    }
    for got in ["0.6", "-0.1", "nan", "much"] {
        let share = Expected::Number(Bounds::real(0.0, 0.5));
        check_malformed(&format!("data=numbers&smooth={got}"), Error::value("smooth", share, got), "data=numbers");
    }
    let schedules = || Expected::OneOf(vec!["constant", "cosine", "warmup:STEPS", "inverse_sqrt:STEPS"]);
    for got in ["inverse_sqrt", "inverse:50"] {
        check_malformed(&format!("sched={got}"), Error::value("sched", schedules(), got), "");
    }
    let steps = Expected::Number(Bounds::whole(1, 10_000_000));
    check_malformed("sched=inverse_sqrt:0", Error::value("sched", steps, "0"), "");
    let levels = Expected::OneOf(vec!["depth", "sublayer", "layer"]);
    let query = "data=numbers&init=emergence(pytorch;level=stack)";
    check_malformed(query, Error::parameter("level", levels, "stack"), "data=numbers");
}

#[test]
fn networks_are_for_one_kind_of_data() {
    let model = |kind, got| Error::value("model", Requirement::ModelFor(kind).into(), got);
    for got in ["mlp:8", "mlp:", "cnn:4", "resnet:4"] {
        check_conflict(&format!("data=numbers&lr=0.1&model={got}"), model(DataKind::Pairs, got), "data=numbers&lr=0.1");
    }
    for data in ["data=digits&", "data=patterns&", ""] {
        let (query, rest) = (format!("{data}lr=0.1&model=transformer:32u"), format!("{data}lr=0.1"));
        check_conflict(&query, model(DataKind::Images, "transformer:32u"), &rest);
    }
    let message = model(DataKind::Pairs, "mlp:8").to_string();
    assert_eq!(message, "model: expected a transformer, which pairs of sentences need, got `mlp:8`", "one plain line");
}

#[test]
fn values_are_for_one_kind_of_data() {
    let norm = |names: &[&'static str], got| Error::value("norm", Expected::OneOf(names.to_vec()), got);
    check_conflict("data=numbers&norm=batch", norm(&["none", "pre", "post"], "batch"), "data=numbers");
    for got in ["pre", "post"] {
        check_conflict(&format!("data=digits&norm={got}"), norm(&["none", "batch"], got), "data=digits");
    }
    let only = |key, kind, got| Error::value(key, Requirement::OnlyFor(kind).into(), got);
    check_conflict("data=numbers&aug=1&seeds=2", only("aug", DataKind::Images, "1"), "data=numbers&seeds=2");
    check_conflict("data=digits&pair=zh-fr&seeds=2", only("pair", DataKind::Pairs, "zh-fr"), "data=digits&seeds=2");
    check_conflict("smooth=0.1&seeds=2", only("smooth", DataKind::Pairs, "0.1"), "seeds=2");
    assert_eq!(read("data=digits&pair=en-de&smooth=0"), read("data=digits"), "their defaults are no conflict");
    let message = only("smooth", DataKind::Pairs, "0.1").to_string();
    let expected = "smooth: expected the default, since other values are only for pairs of sentences, got `0.1`";
    assert_eq!(message, expected, "one plain line");
}

#[test]
fn schemes_of_transformers_need_their_networks() {
    let needs = |scheme, norm, got| Error::value("init", SchemeRequirement::Transformer { scheme, norm }.into(), got);
    for (query, error) in [
        ("data=numbers&init=tfixup", needs("tfixup", Some("none"), "norm=pre")),
        ("data=numbers&norm=post&init=lrmatch(emergence(tfixup))", needs("tfixup", Some("none"), "norm=post")),
        ("data=numbers&init=deepnet", needs("deepnet", Some("post"), "norm=pre")),
        ("data=numbers&norm=none&init=gradinit(deepnet)", needs("deepnet", Some("post"), "norm=none")),
        ("init=fairseq", needs("fairseq", None, "model=mlp:128,128,128")),
        ("init=pytorch,gpt2&model=cnn:4", needs("gpt2", None, "model=cnn:4")),
        ("init=shuffle(emergence(dsinit))&model=resnet:4", needs("dsinit", None, "model=resnet:4")),
        ("init=tfixup&model=mlp:8", needs("tfixup", Some("none"), "model=mlp:8")),
        ("init=deepnet&model=mlp:8", needs("deepnet", Some("post"), "model=mlp:8")),
    ] {
        let parsed = parse_query(query);
        assert_eq!((parsed.errors, parsed.conflicts), (vec![], vec![error]), "{query}");
    }
    let residual = SchemeRequirement::ResidualWithoutNormalization { scheme: "fixup" };
    for norm in ["none", "pre"] {
        let (query, rest) = (format!("data=numbers&norm={norm}&init=fixup"), format!("data=numbers&norm={norm}"));
        check_conflict(&query, Error::value("init", residual.into(), "model=transformer:32"), &rest);
    }
    let message = needs("tfixup", Some("none"), "norm=pre").to_string();
    assert_eq!(message, "init: expected a transformer with norm=none for tfixup, got `norm=pre`", "one plain line");
}

#[test]
fn the_turn_is_among_the_ranks() {
    for (level, ranks) in [("depth", 18), ("sublayer", 10), ("layer", 4)] {
        let query = |turn: u64| format!("data=numbers&init=emergence(pytorch;alpha=1.1;turn={turn};level={level})");
        assert_eq!(parse_query(&query(ranks)).conflicts, [], "{level}: after the last rank");
        let within = SchemeRequirement::TurnWithinLayers { layers: ranks };
        check_conflict(&query(ranks + 1), Error::parameter("turn", within.into(), ranks + 1), "data=numbers");
    }
}
