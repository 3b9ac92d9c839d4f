//! The query string: what is written is parsed again, and errors name their key.

mod refusals;
mod schemes;

use emergence_lab::error::{Bounds, Error, Expected, ValueError};
use emergence_lab::experiment::architecture::{FeatureShape, Pooling};
use emergence_lab::experiment::keys::KEYS;
use emergence_lab::experiment::{
    Activation, ActiveDefinition, ActivitySpec, BaseInit, ConvolutionSpec, DatasetName, DatasetSpec, DevicePreference,
    Experiment, InitScheme, ModelSpec, Named, NormLayer, OptimizerKind, OptimizerSpec, PagePart, Rescaling,
    RescalingRule, Schedule, StageSpec, Theme, Turn, View, limits, parse_query,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use schemes::any_scheme;

/// The experiment of a text without errors.
fn read(text: &str) -> Experiment {
    let parsed = parse_query(text);
    assert_eq!((parsed.errors, parsed.conflicts), (vec![], vec![]), "errors of `{text}`");
    assert_eq!(parsed.unknown, Vec::<String>::new(), "unknown keys of `{text}`");
    parsed.experiment
}

/// The keys of a query string, in their order.
fn keys(text: &str) -> Vec<&str> {
    text.split('&').filter_map(|pair| pair.split_once('=')).map(|(key, _)| key).collect()
}

#[test]
fn an_empty_query_is_the_default_experiment() {
    let standard = Experiment::default();
    for text in ["", "?", "&&", "v=1", "?data=auto&lr=0.01&hide="] {
        assert_eq!(read(text), standard, "`{text}` contains only defaults");
    }
    assert_eq!(standard.to_query(), "", "and defaults are not written");
}

#[test]
fn defaults_are_those_of_the_contract() {
    let written_out = "v=1&model=mlp:128,128,128&act=relu&norm=none\
        &init=xavier_normal,kaiming_normal,emergence(kaiming_normal;alpha=1.5)&seeds=3&seed=0&opt=sgd&lr=0.01\
        &momentum=0.9&wd=0&sched=constant&batch=128&steps=1000&eval=50&tau=0.05&active=sample&device=auto\
        &run=0&embed=0&theme=auto&lang=en";
    let parsed = parse_query(written_out);
    assert_eq!(parsed.errors, [], "all of them are values");
    assert_eq!((parsed.experiment, parsed.view), (Experiment::default(), View::default()), "and the defaults");
}

#[test]
fn every_key_reaches_its_field() {
    let text = "data=mnist&train=1000&test=500&aug=1&model=mlp:256,64&act=tanh&norm=batch&init=orthogonal&seeds=2&seed=7&opt=adamw\
        &lr=0.003&momentum=0.5&wd=0.0001&sched=warmup:100&batch=64&steps=469&eval=67&tau=0.1&active=rate&device=cpu\
        &run=1&embed=1&hide=controls,export&theme=dark";
    let parsed = parse_query(text);
    let expected = Experiment {
        dataset: DatasetSpec { name: DatasetName::Mnist, train: Some(1000), test: Some(500), augment: true },
        model: ModelSpec::Mlp { hidden: vec![256, 64] },
        activation: Activation::Tanh,
        norm: NormLayer::Batch,
        variants: vec![InitScheme::from(BaseInit::Orthogonal)],
        seeds: 2,
        first_seed: 7,
        optimizer: OptimizerSpec {
            kind: OptimizerKind::AdamW,
            learning_rate: 0.003,
            momentum: 0.5,
            weight_decay: 0.0001,
            schedule: Schedule::Warmup { steps: 100 },
        },
        batch_size: 64,
        steps: 469,
        evaluate_every: 67,
        activity: ActivitySpec { tau: 0.1, definition: ActiveDefinition::Rate },
        device: DevicePreference::Cpu,
    };
    let view = View { run: true, embed: true, hide: vec![PagePart::Controls, PagePart::Export], theme: Theme::Dark };
    assert_eq!(parsed.errors, [], "all of them are values");
    assert_eq!((&parsed.experiment, &parsed.view), (&expected, &view), "read");
    assert_eq!(expected.to_query_with(&view), text, "and written again in the same order");
    assert_eq!(expected.run_seeds().collect::<Vec<_>>(), [7, 8], "seeds count up from the first");
}

#[test]
fn the_list_of_keys_has_the_order_of_the_contract() {
    let order = "v data train test aug model act norm init seeds seed opt lr momentum wd sched batch steps eval tau active \
        device run embed hide theme lang";
    assert_eq!(
        KEYS.map(|key| key.name).to_vec(),
        order.split_whitespace().collect::<Vec<_>>(),
        "as in the contract's table"
    );
}

#[test]
fn initializations_nest() {
    let text = "init=lrmatch(emergence(xavier_uniform;alpha=2;rule=flat;turn=3)),emergence( pytorch ; turn=auto ),lecun_normal";
    let flat = Rescaling { base: BaseInit::XavierUniform, alpha: 2.0, rule: RescalingRule::Flat, turn: Turn::At(3) };
    let expected = [
        InitScheme::RateControl(flat),
        InitScheme::emergence(Rescaling { base: BaseInit::Pytorch, ..Rescaling::default() }),
        InitScheme::from(BaseInit::LecunNormal),
    ];
    let experiment = read(text);
    assert_eq!(experiment.variants, expected, "commas inside parentheses do not split");
    let canonical =
        "init=lrmatch(emergence(xavier_uniform;alpha=2;rule=flat;turn=3)),emergence(pytorch;alpha=1.5),lecun_normal";
    assert_eq!(experiment.to_query(), canonical, "alpha is always written, rule and turn if not defaults");
}

#[test]
fn pasted_line_breaks_and_invisible_characters_are_dropped() {
    let pasted = "\u{feff}?data=mnist&\r\n  seeds=2&init=kaiming\u{200b}_normal,\n\temergence(kaiming_normal;alpha=1.3)\u{2060}\n";
    let plain = read("data=mnist&seeds=2&init=kaiming_normal,emergence(kaiming_normal;alpha=1.3)");
    assert_eq!(read(pasted), plain, "as a mail program or a page breaks a link");
}

#[test]
fn percent_signs_are_decoded() {
    let plain = read("init=emergence(kaiming_normal;alpha=1.3)&model=mlp:8,8");
    let encoded = read("init=emergence%28kaiming_normal%3Balpha%3D1.3%29&m%6Fdel=mlp%3A8%2C8");
    assert_eq!(plain, encoded, "as form fields and other people's tools encode it");
    let formula = read("init=custom(std=sqrt(2/(fan_in+fan_out)))");
    assert_eq!(formula.variants[0].to_string(), "custom(std=sqrt(2/(fan_in+fan_out)))", "plus signs are kept");
}

#[test]
fn unknown_keys_are_collected_and_ignored() {
    let parsed = parse_query("color=red&lr=0.1&=3&utm_source=x%26y&loose");
    assert_eq!(parsed.unknown, ["color", "", "utm_source", "loose"], "in their order");
    assert_eq!(parsed.errors, [], "they are not errors");
    assert!((parsed.experiment.optimizer.learning_rate - 0.1).abs() < 1e-12, "known keys are read");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: each text and what is wrong with it")]
fn malformed_values_are_reported_and_replaced_by_defaults() {
    let wrong = [
        ("v", "2"),
        ("data", "imagenet"),
        ("data", ""),
        ("train", "0"),
        ("train", "60001"),
        ("test", "-1"),
        ("model", "mlp:0"),
        ("model", "mlp:8,,8"),
        ("model", "mlp128"),
        ("model", "mlp:9999999999999999999999"),
        ("act", "Relu"),
        ("norm", "layer"),
        ("aug", "yes"),
        ("model", "cnn:"),
        ("model", "cnn:16,0"),
        ("model", "cnn:16k4"),
        ("model", "cnn:16s3"),
        ("model", "cnn:16pp"),
        ("model", "cnn:+16"),
        ("model", "cnn:2000"),
        ("model", "cnn:8,8,8,8,8"),
        ("model", "resnet:"),
        ("model", "resnet:16,8"),
        ("model", "resnet:16x0"),
        ("model", "resnet:16x99"),
        ("model", "vgg:16"),
        ("init", ""),
        ("init", "kaiming"),
        ("init", "emergence(kaiming_normal;alpha=0)"),
        ("init", "emergence(kaiming_normal;alpha=NaN)"),
        ("init", "emergence(kaiming_normal;beta=2)"),
        ("init", "emergence(kaiming_normal"),
        ("init", "emergence(emergence(kaiming_normal))"),
        ("init", "lrmatch(kaiming_normal)"),
        ("init", "xavier_normal,xavier_normal"),
        ("init", "emergence(kaiming_normal;turn=99)"),
        ("seeds", "0"),
        ("seeds", "65"),
        ("seeds", "3.0"),
        ("seed", "-1"),
        ("seed", "4294967296"),
        ("opt", "lion"),
        ("lr", "0"),
        ("lr", "inf"),
        ("lr", "nan"),
        ("lr", "fast"),
        ("momentum", "1"),
        ("wd", "-0.1"),
        ("sched", "warmup"),
        ("sched", "warmup:0"),
        ("sched", "cosine:3"),
        ("batch", "0"),
        ("batch", "8193"),
        ("steps", "0"),
        ("steps", "1e3"),
        ("eval", "0"),
        ("tau", "-1"),
        ("active", "never"),
        ("device", "tpu"),
        ("run", "yes"),
        ("embed", "2"),
        ("hide", "controls,nothing"),
        ("theme", "blue"),
        ("lang", "zh"),
    ];
    for (key, value) in wrong {
        let parsed = parse_query(&format!("{key}={value}"));
        let errors = [&parsed.errors[..], &parsed.conflicts].concat();
        let [Error::Value(ValueError { key: named, .. })] = &errors[..] else {
            panic!("{key}={value} should be one error, not {errors:?}");
        };
        assert_eq!(*named, key, "the error of {key}={value} names its key");
        assert_eq!(parsed.experiment, Experiment::default(), "the default replaces {key}={value}");
        assert!(parsed.strict().is_err(), "natively it is an error");
    }
}

#[test]
fn an_error_states_what_was_expected_and_found() {
    let error = parse_query("seeds=many").strict().expect_err("many is not a number");
    let expected = Expected::Number(Bounds::whole(1, 64));
    assert_eq!(error, Error::value("seeds", expected, "many"), "as a value");
    assert_eq!(error.to_string(), "seeds: expected a whole number from 1 to 64, got `many`", "one plain line");
}

#[test]
fn limits_across_keys_are_checked() {
    for (text, key) in [
        ("seeds=64", "seeds"),
        ("train=100", "train"),
        ("data=digits&test=10001", "test"),
        ("model=mlp:8192,8192", "model"),
        ("model=mlp:6000,6000&seeds=64&init=pytorch", "model"),
        ("model=mlp:4096&batch=8192&seeds=8&init=pytorch", "batch"),
        ("data=cifar-10&model=cnn:1024,1024p", "model"),
        ("data=cifar-10&model=cnn:512p,512p&batch=256&seeds=1", "model"),
        ("data=cifar-10&model=cnn:64p,64p&batch=2048&seeds=1", "batch"),
        ("data=patterns&train=20001", "train"),
        ("model=mlp:4000,4000&seeds=1&init=orthogonal", "model"),
        ("model=mlp:8&init=emergence(kaiming_normal;turn=3)", "init"),
        ("steps=10000000", "steps"),
        ("steps=1000000&eval=1", "eval"),
    ] {
        let parsed = parse_query(text);
        let named = parsed.conflicts.iter().filter_map(Error::key).collect::<Vec<_>>();
        assert_eq!((named, parsed.errors), (vec![key], vec![]), "`{text}`");
    }
    assert_eq!(read("seeds=64&init=pytorch").run_count(), 64, "64 runs are allowed");
    assert_eq!(read("model=mlp:").model, ModelSpec::Mlp { hidden: Vec::new() }, "no hidden layer is a model");
}

#[test]
fn only_conflicting_values_are_replaced() {
    let kept = |text: &str, keys: &[&str], stands: &str| {
        let parsed = parse_query(text);
        let named = parsed.errors.iter().chain(&parsed.conflicts).filter_map(Error::key).collect::<Vec<_>>();
        assert_eq!(named, keys, "what is wrong with `{text}`");
        assert_eq!(parsed.experiment, read(stands), "the rest of `{text}`");
        assert!(parsed.strict().is_err(), "natively `{text}` is an error");
    };
    kept("lr=0.003&seeds=64&steps=7", &["seeds"], "lr=0.003&steps=7");
    // A malformed value does not hide a conflict.
    kept("lr=fast&seeds=64&steps=7", &["lr", "seeds"], "steps=7");
    kept("device=cpu&batch=8192&train=100", &["train"], "device=cpu&batch=8192");
    kept("lr=0.1&model=mlp:8192&seeds=21", &["model"], "lr=0.1&seeds=21");
    let many = (1..=30).map(|turn| format!("emergence(pytorch;turn={turn})")).collect::<Vec<_>>().join(",");
    kept(
        &format!("lr=0.1&model=mlp:{}8&init={many}", "8,".repeat(30)),
        &["init"],
        &format!("lr=0.1&model=mlp:{}8", "8,".repeat(30)),
    );
    // 64 wide layers: counts that exceed 32 bits.
    let wide = format!("model=mlp:{}8192&batch=5&seeds=64&init=pytorch", "8192,".repeat(63));
    kept(&wide, &["model"], "batch=5&seeds=64&init=pytorch");
}

#[test]
fn the_last_of_a_repeated_key_counts() {
    assert_eq!(read("steps=5&steps=7").steps, 7, "as in HTML forms with one field");
}

fn any_optimizer() -> impl Strategy<Value = OptimizerSpec> {
    let kinds = select(vec![OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW]);
    let schedule = prop_oneof![
        Just(Schedule::Constant),
        Just(Schedule::Cosine),
        (1_u64..=10_000_000).prop_map(|steps| Schedule::Warmup { steps }),
    ];
    let rate = prop_oneof![1e-12..1e6, 0.001..1.0];
    (kinds, rate, 0.0..1.0, 0.0..=10.0, schedule).prop_map(|(kind, learning_rate, momentum, weight_decay, schedule)| {
        OptimizerSpec { kind, learning_rate, momentum, weight_decay, schedule }
    })
}

fn any_dataset() -> impl Strategy<Value = DatasetSpec> {
    let names = select(DatasetName::all().collect::<Vec<_>>());
    let counts = (option::of(8192_usize..=20_000), option::of(1_usize..=4_000));
    (names, counts, any::<bool>()).prop_map(|(name, (train, test), augment)| DatasetSpec { name, train, test, augment })
}

/// Networks of all kinds, some of them too deep for a small image.
fn any_model() -> impl Strategy<Value = ModelSpec> {
    let pools = select(vec![None, Some(Pooling::Max), Some(Pooling::Average)]);
    let convolution = (1_usize..=48, select(vec![3_usize, 5]), 1_usize..=2, pools);
    let convolution =
        convolution.prop_map(|(channels, kernel, stride, pool)| ConvolutionSpec { channels, kernel, stride, pool });
    // Convolutions without any pooling or stride have no text: they would be read with pooling after each.
    let reduces = |list: &Vec<ConvolutionSpec>| list.iter().any(|entry| entry.stride > 1 || entry.pool.is_some());
    let convolutions = vec(convolution, 1..5).prop_filter("something that makes maps smaller", reduces);
    let stages = vec((1_usize..=24, 1_usize..=2), 1..4).prop_map(|mut stages| {
        stages.sort_unstable();
        stages.into_iter().map(|(channels, blocks)| StageSpec { channels, blocks }).collect()
    });
    prop_oneof![
        vec(1_usize..=512, 0..6).prop_map(|hidden| ModelSpec::Mlp { hidden }),
        convolutions.prop_map(|convolutions| ModelSpec::Cnn { convolutions }),
        stages.prop_map(|stages| ModelSpec::ResNet { stages }),
    ]
}

/// Valid experiments of all kinds.
fn any_experiment() -> impl Strategy<Value = Experiment> {
    let activations = vec![Activation::Relu, Activation::Tanh, Activation::Gelu, Activation::Sigmoid];
    let definitions = vec![ActiveDefinition::Sample, ActiveDefinition::Mean, ActiveDefinition::Rate];
    let devices = vec![DevicePreference::Auto, DevicePreference::WebGpu, DevicePreference::Cpu];
    let norms = select(vec![NormLayer::None, NormLayer::Batch]);
    let network = (any_model(), norms).prop_flat_map(|(model, norm)| {
        let schemes = any_scheme(&model, norm);
        (Just(model), Just(norm), vec(schemes, 1..6))
    });
    let counts = (1_u32..=12, any::<u32>(), 1_usize..=8192, 1_u64..=10_000_000, 1_u64..=10_000_000);
    let choices = (select(activations), select(definitions), select(devices), 0.0..=1e6);
    (any_dataset(), network, any_optimizer(), counts, choices)
        .prop_map(|(dataset, (model, norm, variants), optimizer, counts, choices)| Experiment {
            dataset,
            model,
            activation: choices.0,
            norm,
            variants,
            seeds: counts.0,
            first_seed: counts.1,
            optimizer,
            batch_size: counts.2,
            steps: counts.3,
            evaluate_every: counts.4,
            activity: ActivitySpec { tau: choices.3, definition: choices.1 },
            device: choices.2,
        })
        .prop_map(within_limits)
        .prop_filter("a valid combination", |experiment| experiment.validate().is_ok())
}

/// Reduces steps, evaluations and examples if there are too many for the number of runs.
fn within_limits(mut experiment: Experiment) -> Experiment {
    let runs = experiment.run_count() as u64;
    experiment.steps = experiment.steps.min(limits::LOSSES / runs);
    experiment.evaluate_every = experiment.evaluate_every.max((experiment.steps * runs).div_ceil(limits::EVALUATIONS));
    let shape = FeatureShape { channels: 3, height: 32, width: 32 };
    if let Ok(architecture) = experiment.model.architecture(shape, 10, experiment.norm) {
        let batch_size =
            usize::try_from(limits::VALUES / architecture.value_count()).expect("a batch fits into memory");
        experiment.batch_size = experiment.batch_size.min(batch_size);
    }
    experiment
}

fn any_view() -> impl Strategy<Value = View> {
    let parts = proptest::sample::subsequence(PagePart::all().collect::<Vec<_>>(), 0..=5).prop_shuffle();
    let themes = select(vec![Theme::Auto, Theme::Light, Theme::Dark]);
    (any::<bool>(), any::<bool>(), parts, themes).prop_map(|(run, embed, hide, theme)| View { run, embed, hide, theme })
}

proptest! {
    #[test]
    fn what_is_written_is_parsed_again(experiment in any_experiment(), view in any_view()) {
        let text = experiment.to_query_with(&view);
        let parsed = parse_query(&text);
        prop_assert_eq!((&parsed.errors[..], &parsed.conflicts[..]), (&[][..], &[][..]), "errors of {}", text);
        prop_assert_eq!(&parsed.unknown, &Vec::<String>::new(), "unknown keys of {}", text);
        prop_assert_eq!(&parsed.experiment, &experiment, "the experiment of {}", text);
        prop_assert_eq!(&parsed.view, &view, "the view of {}", text);
        prop_assert_eq!(parsed.experiment.to_query_with(&parsed.view), text, "writing it again changes nothing");
    }

    #[test]
    fn keys_are_written_in_order_if_they_are_not_defaults(experiment in any_experiment(), view in any_view()) {
        let text = experiment.to_query_with(&view);
        let places: Vec<_> = keys(&text).iter().map(|key| KEYS.iter().position(|known| known.name == *key)).collect();
        prop_assert!(places.iter().all(Option::is_some), "only keys of the contract: {text}");
        prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "in its order: {text}");
        let standard = Experiment::default().to_query_with(&View::default());
        for key in keys(&text) {
            let without: Vec<&str> = text.split('&').filter(|pair| !pair.starts_with(&format!("{key}="))).collect();
            let parsed = parse_query(&without.join("&"));
            let same = parsed.experiment == experiment && parsed.view == view && parsed.errors.is_empty() && parsed.conflicts.is_empty();
            prop_assert!(!same, "`{key}` is written in {text} but equals its default in `{standard}`");
        }
    }

    #[test]
    fn any_text_results_in_a_valid_experiment(text in "\\PC{0,80}|([a-z]{1,8}=[a-z0-9:,.]{0,9}&?){0,4}") {
        let experiment = parse_query(&text).experiment;
        prop_assert_eq!(experiment.validate(), Ok(()), "the experiment of {}", text);
    }

    #[test]
    fn no_value_panics_and_every_error_names_its_key(
        key in select(KEYS.map(|key| key.name).to_vec()),
        value in "[a-z0-9_:;,.()=%+-]{0,30}",
    ) {
        let parsed = parse_query(&format!("{key}={value}"));
        prop_assert!(parsed.unknown.is_empty(), "{key} is known");
        for error in parsed.errors.iter().chain(&parsed.conflicts) {
            prop_assert_eq!(error.key(), Some(key), "{}={} caused {}", key, value, error);
        }
    }
}
