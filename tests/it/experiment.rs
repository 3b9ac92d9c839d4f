//! The query string: what is written is parsed again, and errors name their key.

mod evaluation;
mod grids;
mod refusals;
mod round_trip;
mod schemes;
mod sentences;
mod texts;
mod variants;

use emergence_lab::error::{Bounds, Error, Expected, ValueError};
use emergence_lab::experiment::keys::KEYS;
use emergence_lab::experiment::{
    Activation, ActiveDefinition, ActivitySpec, AnalysisSpec, BaseInit, DatasetName, DatasetSpec, DevicePreference,
    EvaluationSteps, Experiment, InitScheme, ModelSpec, NormLayer, OptimizerKind, OptimizerSpec, PagePart, Rescaling,
    RescalingRule, Schedule, Theme, Turn, Variant, View, parse_query,
};

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
        &init=xavier_normal,kaiming_normal,emergence(kaiming_normal;alpha=1.5)&seeds=5&seed=0&opt=sgd&lr=0.01\
        &momentum=0.9&wd=0&sched=constant&batch=128&steps=300&eval=auto&tau=0.05&active=sample&device=auto\
        &run=0&embed=0&theme=auto&lang=auto";
    let parsed = parse_query(written_out);
    assert_eq!(parsed.errors, [], "all of them are values");
    assert_eq!((parsed.experiment, parsed.view), (Experiment::default(), View::default()), "and the defaults");
}

#[test]
fn every_key_reaches_its_field() {
    let text = "data=mnist&train=1000&valid=100&test=500&aug=1&model=mlp:256,64&act=tanh&norm=batch&init=orthogonal&seeds=2&seed=7&opt=adamw\
        &lr=0.003&momentum=0.5&wd=0.0001&sched=warmup:100&batch=64&steps=469&eval=67&tau=0.1&active=rate&margin=0.3&goal=95&device=cpu\
        &run=1&embed=1&hide=controls,export&theme=dark";
    let parsed = parse_query(text);
    let expected = Experiment {
        dataset: DatasetSpec {
            train: Some(1000),
            valid: 100,
            test: Some(500),
            augment: true,
            ..DatasetSpec::whole(DatasetName::Mnist)
        },
        model: ModelSpec::Mlp { hidden: vec![256, 64] },
        activation: Activation::Tanh,
        norm: NormLayer::Batch,
        variants: vec![BaseInit::Orthogonal.into()],
        seeds: 2,
        first_seed: 7,
        order: None,
        optimizer: OptimizerSpec {
            kind: OptimizerKind::AdamW,
            learning_rate: 0.003,
            momentum: 0.5,
            weight_decay: 0.0001,
            schedule: Schedule::Warmup { steps: 100 },
        },
        smoothing: 0.0,
        batch_size: 64,
        steps: 469,
        evaluation: EvaluationSteps::Every(67),
        activity: ActivitySpec { tau: 0.1, definition: ActiveDefinition::Rate },
        analysis: AnalysisSpec { margin: Some(0.3), goal: 95.0 },
        device: DevicePreference::Cpu,
    };
    let hide = vec![PagePart::Controls, PagePart::Export];
    let view = View { run: true, embed: true, hide, theme: Theme::Dark, ..View::default() };
    assert_eq!(parsed.errors, [], "all of them are values");
    assert_eq!((&parsed.experiment, &parsed.view), (&expected, &view), "read");
    assert_eq!(expected.to_query_with(&view), text, "and written again in the same order");
    assert_eq!(expected.run_seeds().collect::<Vec<_>>(), [7, 8], "seeds count up from the first");
}

#[test]
fn the_list_of_keys_has_the_order_of_the_contract() {
    let order = "v data train valid test pair vocab length aug model act norm init seeds seed order opt lr momentum wd smooth sched batch steps eval tau active \
        margin goal device run embed hide theme height show x y zoom at ema band baseline pin lang";
    assert_eq!(
        KEYS.map(|key| key.name).to_vec(),
        order.split_whitespace().collect::<Vec<_>>(),
        "as in the contract's table"
    );
}

#[test]
fn initializations_nest() {
    let text = "init=lrmatch(emergence(xavier_uniform;alpha=2;rule=flat;turn=3)),emergence( pytorch ; turn=auto ),lecun_normal";
    let flat = Rescaling {
        base: BaseInit::XavierUniform,
        alpha: 2.0,
        rule: RescalingRule::Flat,
        turn: Turn::At(3),
        ..Rescaling::default()
    };
    let expected = [
        InitScheme::RateControl(flat),
        InitScheme::emergence(Rescaling { base: BaseInit::Pytorch, ..Rescaling::default() }),
        InitScheme::from(BaseInit::LecunNormal),
    ]
    .map(Variant::from);
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
        ("seeds", "513"),
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
        ("lang", "tlh"),
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
    let expected = Expected::Number(Bounds::whole(1, 512));
    assert_eq!(error, Error::value("seeds", expected, "many"), "as a value");
    assert_eq!(error.to_string(), "seeds: expected a whole number from 1 to 512, got `many`", "one plain line");
}

#[test]
fn limits_across_keys_are_checked() {
    for (text, key) in [
        ("seeds=512", "seeds"),
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
    assert_eq!(read("seeds=512&init=pytorch").run_count(), 512, "512 runs are allowed");
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
    kept("lr=0.003&seeds=512&steps=7", &["seeds"], "lr=0.003&steps=7");
    // A malformed value does not hide a conflict.
    kept("lr=fast&seeds=512&steps=7", &["lr", "seeds"], "steps=7");
    kept("device=cpu&batch=8192&train=100", &["train"], "device=cpu&batch=8192");
    kept("lr=0.1&model=mlp:8192&seeds=21", &["model"], "lr=0.1&seeds=21");
    let many = (101..=300).map(|alpha| format!("emergence(pytorch;alpha=1.{alpha})")).collect::<Vec<_>>().join(",");
    kept(&format!("lr=0.1&model=mlp:8&init={many}"), &["init"], "lr=0.1&model=mlp:8");
    // 64 wide layers: counts that exceed 32 bits.
    let wide = format!("model=mlp:{}8192&batch=5&seeds=64&init=pytorch", "8192,".repeat(63));
    kept(&wide, &["model"], "batch=5&seeds=64&init=pytorch");
}

#[test]
fn the_last_of_a_repeated_key_counts() {
    assert_eq!(read("steps=5&steps=7").steps, 7, "as in HTML forms with one field");
}
