//! Messages between page and worker: each is read back from its bytes, and these only change intentionally.

use crate::fixtures::{check_golden, setup, start};
use emergence_lab::catalog::Quantity;
use emergence_lab::digest::hexadecimal;
use emergence_lab::error::MessageError;
use emergence_lab::experiment::dataset::Selection;
use emergence_lab::experiment::own_files::{FileReading, FileRole};
use emergence_lab::experiment::{BaseInit, DatasetName, Direction, parse_query};
use emergence_lab::metrics::{
    AttentionMap, DatasetSample, Environment, EvaluationRecord, Examination, Filters, ImageSamples, LateFacts, Mistake,
    OpeningStage, PreparationProgress, Receipt, Record, RunEvaluation, SampleImage, SampleSentence, SentenceAnswer,
    StartFacts, StepRecord, StepTimes, Timing, Translation,
};
use emergence_lab::protocol::{
    Command, Computing, DownloadSource, Event, FailureKind, ImageSource, NetworkAnswer, NetworkQuestion, Numbered,
    PROTOCOL_VERSION, SentenceSource, StartNumbers, StateReceipt, greeting, last_words,
};
use emergence_lab::version::BUILD;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn timing() -> Timing {
    Timing { steps_per_sec: 125.0, ms_per_step: 8.0, runs: 9, elapsed_secs: 3.25 }
}

fn command(query: &str) -> Command {
    let (experiment, _) = parse_query(query).strict().expect("a valid experiment");
    let computing = Computing { cores: 4, exact: true, step_times: Some(STEP_TIMES) };
    Command::Start { experiment: Box::new(experiment), paused: true, computing, resumes: false }
}

fn bytes<T: Clone + Serialize + DeserializeOwned>(message: &T) -> Vec<u8> {
    Numbered { start: 7, message: message.clone() }.to_bytes()
}

/// The message that is read from its bytes.
fn reread<T: Clone + Serialize + DeserializeOwned>(message: &T) -> Result<T, MessageError> {
    Numbered::from_bytes(&bytes(message)).map(|read: Numbered<T>| {
        assert_eq!(read.start, 7, "the number of the start");
        read.message
    })
}

/// A command of every kind, and experiments of all kinds.
fn commands() -> Vec<Command> {
    let experiments = [
        "",
        "data=cifar-10&test=500&aug=1&model=cnn:16s2,32a&norm=batch&init=lecun_normal&opt=adamw&sched=cosine",
        "data=upload&model=resnet:16,32x2&act=gelu&tau=0.1&active=rate&device=cpu&sched=warmup:100&lr=0.003",
        "init=custom(uniform=sqrt(6/fan_in);alpha=2),lrmatch(emergence(zero;alpha=0.3;rule=flat;turn=2)),datadep(beta=0.1),\
         shuffle(emergence(pytorch;alpha=1.25)),gradinit(orthogonal;eta=0.05),nio,metainit(steps=3),lsuv",
    ];
    let others = [
        Command::Pause,
        Command::Resume,
        Command::Step,
        Command::Reset,
        Command::Checkpoint,
        Command::Restore { receipt: StateReceipt { state_sha256: "ab12".into(), data_sha256: String::new() } },
        Command::Inspect { run: 4, at: None },
        Command::Inspect { run: 4, at: Some(50) },
        Command::Ask { question: NetworkQuestion::Image(ImageSource::Test { index: 7 }), at: None },
        Command::Ask { question: NetworkQuestion::Image(ImageSource::Drawn { pixels: vec![0, 255] }), at: Some(0) },
        Command::Ask {
            question: NetworkQuestion::Sentence(SentenceSource::Typed { text: "forty two".into() }),
            at: None,
        },
        Command::Upload { choices: vec![("a.npz/x_val.npy".into(), FileRole::Test)] },
        Command::AllowDownload { source: source() },
        Command::Speak { catalog: vec![("Ready".into(), "就绪".into())] },
    ];
    experiments.into_iter().map(command).chain(others).collect()
}

const STEP_TIMES: StepTimes = StepTimes { webgpu_microseconds: 2100, cpu_microseconds: 4800 };

fn source() -> DownloadSource {
    DownloadSource { dataset: DatasetName::Mnist, server: "a.b".into() }
}

fn events() -> Vec<Event> {
    let progress =
        PreparationProgress { variant: BaseInit::Pytorch.into(), done: 40, total: 390, objective: Some(21.5) };
    let environment = Environment {
        backend: "cpu".into(),
        adapter: "Flex".into(),
        arithmetic: String::new(),
        version: "0.1.0".into(),
    };
    let failures = [
        FailureKind::Experiment,
        FailureKind::Data,
        FailureKind::Consent,
        FailureKind::NoDevice,
        FailureKind::Device,
        FailureKind::Crash,
        FailureKind::Memory,
    ];
    let failures = failures.map(|kind| Event::Failed { kind, message: "Why \"it\" stopped.".into() });
    let mut events = vec![
        Event::Preparation { progress },
        Event::Device { environment: environment.clone(), fallback: Some("No WebGPU here.".into()), step_times: None },
        Event::Device { environment: environment.clone(), fallback: None, step_times: Some(STEP_TIMES) },
        Event::Opening { stage: OpeningStage::Testing { done: 1, total: 3 } },
        Event::Opening { stage: OpeningStage::Timing },
        Event::Data { file: "train-images".into(), received: 10, total: None },
        Event::DataFallback { reason: "Offline.".into(), offer: None },
        Event::Alive { patience_secs: 6.5 },
        Event::Paused { step: 7 },
        Event::Checkpoint { step: 7, state_sha256: "ab12".into() },
        Event::Finished { timing: timing() },
        Event::DownloadOffered { source: source() },
    ];
    events.extend(failures);
    events.extend(inspections());
    events.extend([progress_event(), started()]);
    events
}

fn sentence_answer() -> SentenceAnswer {
    let translation = Translation {
        chrf: Some(12.5),
        text: "zwei".into(),
        words: vec!["zwei".into()],
        probabilities: vec![0.75, 0.5],
        is_right: Some(true),
    };
    let attention = AttentionMap { run: 0, layers: 1, heads: 1, inputs: 1, weights: vec![1.0, 1.0] };
    SentenceAnswer {
        test: Some(3),
        sentence: "two".into(),
        words: vec!["two".into()],
        left_out: 0,
        reference: Some("zwei".into()),
        translations: vec![translation],
        attention: Some(attention),
    }
}

fn inspections() -> [Event; 7] {
    let image = SampleImage { label: 1, pixels: vec![0, 9] };
    let sample = DatasetSample {
        name: DatasetName::Patterns,
        images: ImageSamples {
            classes: vec!["disc".into(), "ring".into()],
            channels: 1,
            height: 1,
            width: 2,
            images: vec![image],
        },
        direction: Some(Direction::Back),
        selection: Some(Selection { length: 20, vocabulary: 1_999, train: [7, 9], test: [2, 3] }),
        sentences: vec![SampleSentence { source: "two".into(), reference: "zwei".into() }],
    };
    let files = vec![FileReading { name: "train".into(), files: 9, role: FileRole::Training }];
    let filters = Filters { run: 2, step: 50, channels: 1, height: 1, width: 2, pictures: vec![vec![0.5, -1.0]] };
    let mistakes = vec![Mistake { index: 3, label: 0, predicted: 1, pixels: vec![7, 8] }];
    [
        Event::Dataset { sample: sample.clone() },
        Event::Uploaded { train: 5, test: 1, found: 9, files: files.clone(), notes: vec!["Why.".into()], sample },
        Event::UploadRefused { message: "Why.".into(), files },
        Event::Filters { filters },
        Event::Examination { examination: Examination { run: 2, step: 50, confusion: vec![4, 1, 0, 5], mistakes } },
        Event::Answered {
            answer: NetworkAnswer::Image {
                pixels: vec![1, 2],
                test: Some((3, 1)),
                probabilities: vec![vec![0.25, 0.75]],
            },
        },
        Event::Answered { answer: NetworkAnswer::Sentence(sentence_answer()) },
    ]
}

fn progress_event() -> Event {
    let evaluation = RunEvaluation {
        values: vec![(Quantity::TestLoss, Some(0.5)), (Quantity::EmergenceA, None)],
        active_fraction: vec![0.25, 1.0],
        correct: Vec::new(),
    };
    let record = Record {
        steps: vec![StepRecord { step: 3, losses: vec![Some(0.1), None] }],
        evaluations: vec![EvaluationRecord {
            step: 3,
            runs: vec![Some(evaluation), None],
            layers: Vec::new(),
            translations: vec![vec!["zwei".into()], Vec::new()],
        }],
        start: LateFacts { data_sha256: "d0".into(), ..LateFacts::default() },
    };
    Event::Progress { record, timing: timing() }
}

fn started() -> Event {
    let mut setup = setup(&["pytorch"], 1, 400);
    let StartFacts { receipt, variants, .. } = start(&mut setup);
    *receipt = Receipt { data_sha256: "d0".into(), order_sha256: "e0".into(), vocabulary_sha256: Some("f0".into()) };
    variants[0].runs[0].weights_sha256 = "f0".into();
    Event::Started { setup: Box::new(setup) }
}

#[test]
fn messages_come_back_from_their_bytes() {
    for command in commands() {
        assert_eq!(reread(&command), Ok(command.clone()), "{command:?}");
    }
    for event in events() {
        assert_eq!(reread(&event), Ok(event.clone()), "{event:?}");
    }
}

#[test]
fn bytes_change_only_with_the_version() {
    let line = |bytes: Vec<u8>, name: String| {
        format!("{} {}\n", name.split([' ', '{']).next().unwrap_or_default(), hexadecimal(&bytes))
    };
    let commands = commands().into_iter().map(|command| line(bytes(&command), format!("{command:?}")));
    let events = events().into_iter().map(|event| line(bytes(&event), format!("{event:?}")));
    let text: String = commands.chain(events).collect();
    check_golden("messages.txt", &format!("version {PROTOCOL_VERSION}\n{text}"));
}

#[test]
fn numbers_come_back_to_the_bit() {
    for value in [0.1_f32, 1.0 / 3.0, f32::MIN_POSITIVE, f32::MAX, 1e-45] {
        let record = Record { steps: vec![StepRecord { step: 1, losses: vec![Some(value)] }], ..Record::default() };
        let event = Event::Progress { record, timing: Timing { steps_per_sec: 0.1, ..timing() } };
        assert_eq!(reread(&event), Ok(event.clone()), "{value}");
    }
    let probabilities = vec![vec![f32::NAN, 0.5]];
    let event = Event::Answered { answer: NetworkAnswer::Image { pixels: Vec::new(), test: None, probabilities } };
    let Ok(Event::Answered { answer: NetworkAnswer::Image { probabilities, .. } }) = reread(&event) else {
        panic!("another message")
    };
    assert!(probabilities[0][0].is_nan(), "of a diverged run");
    let pictures = vec![vec![1.0, f32::NAN]];
    let filters = Filters { run: 0, step: 20, channels: 1, height: 1, width: 2, pictures };
    let Ok(Event::Filters { filters }) = reread(&Event::Filters { filters }) else { panic!("another message") };
    assert!(filters.pictures[0][1].is_nan(), "its weights, too");
}

/// The field test: a reset and a start in one task, while events of the first start are under way.
#[test]
fn events_of_a_discarded_start_are_dropped() {
    let mut numbers = StartNumbers::default();
    assert!(numbers.admit(0, &Event::Ready { protocol_version: 1, build: String::new() }), "before the first start");
    for turn in 0..60 {
        let first = numbers.number(&command("data=digits"));
        assert!(numbers.admit(first, &started()), "turn {turn}: the start itself");
        assert_eq!(numbers.number(&Command::Pause), first, "a pause belongs to it");
        let reset = numbers.number(&Command::Reset);
        let second = numbers.number(&command("data=digits&steps=7"));
        assert!(first != reset && reset != second && first != second, "turn {turn}");
        for stale in [first, reset] {
            for event in [started(), progress_event(), Event::Paused { step: 7 }, Event::Finished { timing: timing() }]
            {
                assert!(!numbers.admit(stale, &event), "turn {turn}: {event:?}");
            }
            let data = Event::Failed { kind: FailureKind::Data, message: String::new() };
            let crash = Event::Failed { kind: FailureKind::Crash, message: String::new() };
            assert!(!numbers.admit(stale, &data) && numbers.admit(stale, &crash), "turn {turn}: a dead worker counts");
        }
    }
}

#[test]
fn texts_are_the_same_in_all_versions() {
    let ready = |text: &str| Event::from_text(text).expect("a greeting");
    let own = Event::Ready { protocol_version: PROTOCOL_VERSION, build: BUILD.to_owned() };
    assert_eq!(ready(&greeting()), own, "this worker's");
    // The greeting of version 1.
    let old = r#"{"type":"ready","protocol_version":1}"#;
    assert_eq!(ready(old), Event::Ready { protocol_version: 1, build: String::new() }, "an old worker's");
    let crashed = Event::Failed {
        kind: FailureKind::Crash,
        message: "The training worker has crashed: an \"odd\" index.".into(),
    };
    assert_eq!(Event::from_text(&last_words(Some("an \"odd\" index"))), Ok(crashed), "last words");
    for text in
        ["", "null", "{}", "[]", "crashed", r#"{"type":"ready","protocol_version":-1}"#, r#"{"type":"started"}"#]
    {
        assert_eq!(Event::from_text(text), Err(MessageError::Text { length: text.len() }), "`{text}`");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        for result in [Numbered::<Command>::from_bytes(&bytes).err(), Numbered::<Event>::from_bytes(&bytes).err()].into_iter().flatten() {
            let expected = MessageError::Bytes { protocol_version: PROTOCOL_VERSION, length: bytes.len() };
            prop_assert_eq!(result, expected);
        }
    }
}
