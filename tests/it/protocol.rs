//! Messages between page and worker: each is read back from its JSON text, and this text only changes intentionally.

use crate::fixtures::{setup, start};
use emergence_lab::experiment::{BaseInit, Experiment, parse_query};
use emergence_lab::metrics::{
    DatasetSample, Environment, EvaluationRecord, Examination, Filters, Mistake, PreparationProgress, PreparationTask,
    Quantity, Receipt, Record, RunEvaluation, SampleImage, StartFacts, StepRecord, Timing,
};
use emergence_lab::protocol::{Command, Event, FailureKind, ImageSource};
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

/// An experiment, and its text in messages.
fn small_experiment() -> Experiment {
    parse_query("data=digits&model=mlp:64,32&steps=400&eval=20&init=pytorch&seeds=1").experiment
}

const SMALL_EXPERIMENT: &str = concat!(
    r#"{"dataset":{"name":"Digits","train":null,"test":null,"augment":false},"model":{"Mlp":{"hidden":[64,32]}},"#,
    r#""activation":"Relu","norm":"None","variants":[{"Closed":{"Base":"Pytorch"}}],"seeds":1,"first_seed":0,"#,
    r#""optimizer":{"kind":"sgd","learning_rate":0.01,"momentum":0.9,"weight_decay":0.0,"schedule":"constant"},"#,
    r#""batch_size":128,"steps":400,"evaluate_every":20,"activity":{"tau":0.05,"definition":"Sample"},"device":"Auto"}"#
);

#[test]
fn commands_have_fixed_texts() {
    let start = Command::Start { experiment: Box::new(small_experiment()), paused: true };
    check(&start, &format!(r#"{{"start":{{"experiment":{SMALL_EXPERIMENT},"paused":true}}}}"#));
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
        task: PreparationTask::Tuning { variant: BaseInit::Pytorch.into() },
        done: 40,
        total: 390,
        objective: Some(21.5),
    };
    check(
        &Event::Preparation { progress },
        concat!(
            r#"{"preparation":{"progress":{"task":{"tuning":{"variant":{"Closed":{"Base":"Pytorch"}}}},"#,
            r#""done":40,"total":390,"objective":21.5}}}"#
        ),
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
        values: vec![(Quantity::TestLoss, Some(0.5)), (Quantity::EmergenceA, None)],
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
            r#"{"values":[["test_loss",0.5],["emergence_a",null]],"active_fraction":[0.25,1.0]},"#,
            r#"null]}]},"timing":{"steps_per_sec":125.0,"ms_per_step":8.0,"runs":9,"elapsed_secs":3.25}}}"#
        ),
    );
}

#[test]
fn started_has_a_fixed_text() {
    let mut setup = setup(&["pytorch"], 1, 400);
    let StartFacts { receipt, variants, .. } = start(&mut setup);
    *receipt = Receipt { data_sha256: "d0".into(), order_sha256: "e0".into() };
    variants[0].runs[0].weights_sha256 = "f0".into();
    let start = concat!(
        r#"{"data":{"shape":{"channels":1,"height":28,"width":28},"classes":10,"train":12800,"test":1000},"#,
        r#""steps_per_epoch":100,"parameters":52650,"#,
        r#""environment":{"backend":"cpu","adapter":"Flex <SIMD> & one thread","version":"0.1.0"},"#,
        r#""receipt":{"data_sha256":"d0","order_sha256":"e0"},"random_activity":{"points":[]},"#,
        r#""variants":[{"cost":{"seconds":0.0,"forward_passes":0,"gradient_evaluations":0},"#,
        r#""runs":[{"weights_sha256":"f0","layers":[]}]}]}"#
    );
    check(
        &Event::Started { setup: Box::new(setup) },
        &format!(r#"{{"started":{{"setup":{{"experiment":{SMALL_EXPERIMENT},"start":{start}}}}}}}"#),
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
fn every_kind_of_experiment_survives_the_way() {
    let queries = [
        "",
        "data=cifar-10&test=500&aug=1&model=cnn:16s2,32a&norm=batch&init=lecun_normal&opt=adamw&sched=cosine",
        "data=upload&model=resnet:16,32x2&act=gelu&tau=0.1&active=rate&device=cpu&sched=warmup:100&lr=0.003",
        "init=custom(uniform=sqrt(6/fan_in);alpha=2),lrmatch(emergence(zero;alpha=0.3;rule=flat;turn=2)),datadep(beta=0.1),\
         shuffle(emergence(pytorch;alpha=1.25)),gradinit(orthogonal;eta=0.05),nio,metainit(steps=3),lsuv",
    ];
    for query in queries {
        let (experiment, _) = parse_query(query).strict().expect("a valid experiment");
        let start = Command::Start { experiment: Box::new(experiment), paused: false };
        let text = serde_json::to_string(&start).expect("a message can be written");
        assert_eq!(serde_json::from_str::<Command>(&text).expect("its own text can be read"), start, "`{query}`");
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
        r#"{"start":{"experiment":"data=digits","paused":false}}"#,
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
