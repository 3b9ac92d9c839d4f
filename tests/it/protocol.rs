//! Messages between page and worker: each is read back from its JSON text, and this text only changes intentionally.

use crate::metrics::setup;
use emergence_lab::metrics::{
    ChannelEmergence, DatasetSample, Environment, EvaluationRecord, Examination, Filters, Mistake, PreparationProgress,
    PreparationTask, Record, RunEvaluation, SampleImage, StepRecord, Timing,
};
use emergence_lab::protocol::{Command, Event, FailureKind, ImageSource, PROTOCOL_VERSION};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// The message is written as `text` and read back from it.
fn check<M: Serialize + DeserializeOwned + PartialEq + Debug>(message: &M, text: &str) {
    let written = serde_json::to_string(message).expect("a message can be written");
    assert_eq!(written, text, "text of {message:?}; a change needs a new PROTOCOL_VERSION");
    let read: M = serde_json::from_str(text).expect("its own text can be read");
    assert_eq!(&read, message, "what was read from {text}");
}

fn timing() -> Timing {
    Timing { steps_per_sec: 125.0, ms_per_step: 8.0, runs: 9, elapsed_secs: 3.25 }
}

#[test]
fn the_version_is_deliberate() {
    assert_eq!(PROTOCOL_VERSION, 5, "raise it together with the texts below");
}

#[test]
fn commands_have_fixed_texts() {
    let start = Command::Start { query: "data=digits&steps=5".to_owned(), paused: true };
    check(&start, r#"{"start":{"query":"data=digits&steps=5","paused":true}}"#);
    check(&Command::Pause, r#""pause""#);
    check(&Command::Resume, r#""resume""#);
    check(&Command::Step, r#""step""#);
    check(&Command::Reset, r#""reset""#);
    check(&Command::Inspect { run: 4 }, r#"{"inspect":{"run":4}}"#);
    let test = Command::Classify { image: ImageSource::Test { index: 7 } };
    check(&test, r#"{"classify":{"image":{"test":{"index":7}}}}"#);
    let drawn = Command::Classify { image: ImageSource::Drawn { pixels: vec![0, 255] } };
    check(&drawn, r#"{"classify":{"image":{"drawn":{"pixels":[0,255]}}}}"#);
    check(&Command::Upload, r#""upload""#);
}

#[test]
fn the_greeting_is_the_same_in_all_versions() {
    let text = r#"{"type":"ready","protocol_version":1}"#;
    assert_eq!(Event::Ready { protocol_version: 1 }.to_json(), text, "the first message of every worker");
    assert_eq!(
        Event::from_json(text).expect("a greeting"),
        Event::Ready { protocol_version: 1 },
        "every page can read it"
    );
    let paused = Event::Paused { step: 7 };
    assert_eq!(Event::from_json(&paused.to_json()).expect("an event"), paused, "any other event");
}

#[test]
fn tuning_has_a_fixed_text() {
    let progress = PreparationProgress {
        task: PreparationTask::Tuning { variant: "gradinit".to_owned() },
        done: 40,
        total: 390,
        objective: Some(21.5),
    };
    check(
        &Event::Preparation { progress },
        r#"{"preparation":{"progress":{"task":{"tuning":{"variant":"gradinit"}},"done":40,"total":390,"objective":21.5}}}"#,
    );
}

#[test]
fn events_have_fixed_texts() {
    let environment = Environment { backend: "cpu".into(), adapter: "Flex".into(), version: "0.1.0".into() };
    check(
        &Event::Device { environment, fallback: Some("No WebGPU here.".into()) },
        r#"{"device":{"environment":{"backend":"cpu","adapter":"Flex","version":"0.1.0"},"fallback":"No WebGPU here."}}"#,
    );
    check(
        &Event::Data { file: "train-images".into(), received: 10, total: None },
        r#"{"data":{"file":"train-images","received":10,"total":null}}"#,
    );
    check(&Event::DataFallback { reason: "Offline.".into() }, r#"{"data_fallback":{"reason":"Offline."}}"#);
    check(&Event::Paused { step: 7 }, r#"{"paused":{"step":7}}"#);
    check(
        &Event::Finished { timing: timing() },
        r#"{"finished":{"timing":{"steps_per_sec":125.0,"ms_per_step":8.0,"runs":9,"elapsed_secs":3.25}}}"#,
    );
    let failures = [
        (FailureKind::Experiment, "experiment"),
        (FailureKind::Data, "data"),
        (FailureKind::NoDevice, "no_device"),
        (FailureKind::Device, "device"),
        (FailureKind::Crash, "crash"),
    ];
    for (kind, name) in failures {
        let text = format!(r#"{{"failed":{{"kind":"{name}","message":"Why \"it\" stopped."}}}}"#);
        check(&Event::Failed { kind, message: "Why \"it\" stopped.".into() }, &text);
    }
}

#[test]
fn inspections_have_fixed_texts() {
    let image = SampleImage { label: 1, pixels: vec![0, 9] };
    let sample = DatasetSample {
        name: "patterns".into(),
        classes: vec!["disc".into(), "ring".into()],
        channels: 1,
        height: 1,
        width: 2,
        images: vec![image],
    };
    let text = concat!(
        r#""sample":{"name":"patterns","classes":["disc","ring"],"channels":1,"height":1,"width":2,"#,
        r#""images":[{"label":1,"pixels":[0,9]}]}}}"#
    );
    check(&Event::Dataset { sample: sample.clone() }, &format!(r#"{{"dataset":{{{text}"#));
    check(&Event::Uploaded { train: 5, test: 1, sample }, &format!(r#"{{"uploaded":{{"train":5,"test":1,{text}"#));
    check(&Event::UploadRefused { message: "Why.".into() }, r#"{"upload_refused":{"message":"Why."}}"#);
    let filters = Filters { run: 2, step: 50, channels: 1, height: 1, width: 2, pictures: vec![vec![0.5, -1.0]] };
    check(
        &Event::Filters { filters },
        concat!(
            r#"{"filters":{"filters":{"run":2,"step":50,"channels":1,"height":1,"width":2,"#,
            r#""pictures":[[0.5,-1.0]]}}}"#
        ),
    );
    let mistakes = vec![Mistake { index: 3, label: 0, predicted: 1, pixels: vec![7, 8] }];
    check(
        &Event::Examination { examination: Examination { run: 2, step: 50, confusion: vec![4, 1, 0, 5], mistakes } },
        concat!(
            r#"{"examination":{"examination":{"run":2,"step":50,"confusion":[4,1,0,5],"#,
            r#""mistakes":[{"index":3,"label":0,"predicted":1,"pixels":[7,8]}]}}}"#
        ),
    );
    check(
        &Event::Classified { pixels: vec![1, 2], test: Some((3, 1)), probabilities: vec![vec![0.25, 0.75]] },
        r#"{"classified":{"pixels":[1,2],"test":[3,1],"probabilities":[[0.25,0.75]]}}"#,
    );
}

#[test]
fn progress_has_a_fixed_text() {
    let evaluation = RunEvaluation {
        test_loss: 0.5,
        test_accuracy: 0.9,
        emergence_a: None,
        emergence_b: Some(4.25),
        channel_emergence: Some(ChannelEmergence { a: None, b: Some(1.5) }),
        active_fraction: vec![0.25, 1.0],
    };
    let record = Record {
        steps: vec![StepRecord { step: 3, losses: vec![Some(0.1), None] }],
        evaluations: vec![EvaluationRecord { step: 3, runs: vec![Some(evaluation), None] }],
    };
    check(
        &Event::Progress { record, timing: timing() },
        concat!(
            r#"{"progress":{"record":{"steps":[{"step":3,"losses":[0.1,null]}],"evaluations":[{"step":3,"runs":["#,
            r#"{"test_loss":0.5,"test_accuracy":0.9,"emergence_a":null,"emergence_b":4.25,"#,
            r#""channel_emergence":{"a":null,"b":1.5},"active_fraction":[0.25,1.0]},"#,
            r#"null]}]},"timing":{"steps_per_sec":125.0,"ms_per_step":8.0,"runs":9,"elapsed_secs":3.25}}}"#
        ),
    );
}

#[test]
fn started_has_a_fixed_text() {
    let mut setup = setup(&["pytorch"], 1, 400);
    setup.receipt.data_sha256 = "d0".into();
    setup.receipt.order_sha256 = "e0".into();
    setup.variants[0].runs[0].weights_sha256 = "f0".into();
    check(
        &Event::Started { setup: Box::new(setup) },
        concat!(
            r#"{"started":{"setup":{"query":"data=digits&model=mlp:64,32&steps=400&eval=20","#,
            r#""train_examples":12800,"test_examples":1000,"steps_per_epoch":100,"steps":400,"#,
            r#""layer_widths":[64,32,10],"layer_names":["hidden 1","hidden 2","output"],"#,
            r#""weight_layers":["dense 784 → 64","dense 64 → 32","dense 32 → 10"],"parameters":52650,"#,
            r#""environment":{"backend":"cpu","adapter":"Flex <SIMD> & one thread","version":"0.1.0"},"#,
            r#""receipt":{"data_sha256":"d0","order_sha256":"e0"},"random_activity":{"points":[]},"#,
            r#""variants":[{"name":"pytorch","cost":{"seconds":0.0,"forward_passes":0,"gradient_evaluations":0},"#,
            r#""runs":[{"seed":0,"weights_sha256":"f0","layers":[]}]}]}}}"#
        ),
    );
}

#[test]
fn numbers_survive_json_to_the_bit() {
    for value in [0.1_f32, 1.0 / 3.0, f32::MIN_POSITIVE, f32::MAX, 1e-45] {
        let record = Record { steps: vec![StepRecord { step: 1, losses: vec![Some(value)] }], evaluations: Vec::new() };
        let text = serde_json::to_string(&record).expect("a record can be written");
        let read: Record = serde_json::from_str(&text).expect("its own text can be read");
        assert_eq!(read, record, "{value} through {text}");
    }
}

#[test]
fn other_texts_are_errors() {
    let texts = [
        "",
        "null",
        "{}",
        "[]",
        r#""explode""#,
        r#"{"explode":{}}"#,
        r#"{"start":{}}"#,
        r#"{"start":{"query":1,"paused":false}}"#,
        r#"{"type":"ready","protocol_version":-1}"#,
        r#"{"ready":{"protocol_version":1}}"#,
        r#"{"failed":{"kind":"mood","message":""}}"#,
        r#""pause" and more"#,
        r#"{"pause":{}}"#,
    ];
    for text in texts {
        assert!(serde_json::from_str::<Command>(text).is_err(), "`{text}` is not a command");
        assert!(Event::from_json(text).is_err(), "`{text}` is not an event");
    }
}
