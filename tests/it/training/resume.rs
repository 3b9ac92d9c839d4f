//! A training that was interrupted goes on as if it had not been: every measurement after that is the same to the bit, and so is what it
//! would be interrupted with.

use super::texts::number_sentences;
use crate::fixtures::experiment;
use crate::fixtures::{cpu::few_digits, part};
use emergence_lab::catalog::Task;
use emergence_lab::checkpoint::TrainingState;
use emergence_lab::dataset::{Dataset, numbers};
use emergence_lab::device::open_cpu;
use emergence_lab::error::{CheckpointError, Error, StatePart};
use emergence_lab::experiment::estimate::Estimate;
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::metrics::{Assembly, Record, assembled};
use emergence_lab::train::{Preparation, Training, Work};
use std::rc::Rc;

const STEPS: u64 = 12;

fn data_of(experiment: &Experiment) -> Rc<Dataset> {
    match experiment.task() {
        Task::Images => few_digits(),
        Task::Numbers => {
            let all = Dataset::from(numbers::dataset(experiment.dataset.direction.languages().expect("of numbers")));
            Rc::new(all.selected(&part(Some(64), experiment.dataset.test)).expect("there are more"))
        }
        Task::Texts => number_sentences(experiment),
    }
}

fn begun(experiment: &Experiment, share: Share, data: &Rc<Dataset>) -> Training {
    let preparation = Preparation::new(experiment, share, data, &open_cpu(), Box::new(|| 0.0));
    pollster::block_on(preparation.expect("a valid experiment").into_training()).expect("the CPU computes")
}

fn resumed(experiment: &Experiment, data: &Rc<Dataset>, before: &Training) -> Training {
    let state = state_of(before);
    Preparation::resume(experiment, Share::WHOLE, data, &open_cpu(), &state.share(Share::WHOLE)).expect("its own state")
}

/// Trains up to a step and completes its measurements; what was measured is added to `record`.
fn train_to(training: &mut Training, step: u64, record: &mut Record) {
    loop {
        let may_train = training.step() < step;
        let work = pollster::block_on(training.advance(may_train)).expect("the CPU computes");
        let later = pollster::block_on(training.drain()).expect("can be read");
        record.steps.extend(later.steps);
        record.evaluations.extend(later.evaluations);
        record.start.extend(later.start);
        if matches!(work, Work::Waiting | Work::Finished) {
            return;
        }
    }
}

fn state_of(training: &Training) -> TrainingState {
    let state = pollster::block_on(training.state()).expect("can be read").expect("nothing is being measured");
    // As it is stored.
    TrainingState::from_bytes(&state.to_bytes()).expect("its own bytes")
}

/// Experiments with different parts: optimizers, networks, statistics, shortcuts, tuning, schedules.
fn queries() -> [&'static str; 10] {
    [
        "model=mlp:12,8&seeds=2&wd=0.001&init=kaiming_normal,zero",
        "model=mlp:12&seeds=1&momentum=0&lr=0.05&init=kaiming_normal,emergence(kaiming_normal;alpha=1.5)",
        "data=numbers&test=20&model=transformer:8x1&opt=adam&lr=0.001&smooth=0.1&seeds=1&init=xavier_normal,gpt2",
        "data=numbers&test=20&model=transformer:8x1&norm=post&opt=adamw&seeds=1&init=deepnet,admin,xavier_normal",
        "data=text&vocab=100&length=24&test=20&model=transformer:8x1&opt=adam&seeds=1&init=xavier_normal,fairseq",
        "model=cnn:2,3&norm=batch&aug=1&opt=adam&seeds=2&init=kaiming_normal,lsuv",
        "model=mlp:12,8&act=gelu&seeds=2&init=gradinit(kaiming_normal;steps=4),kaiming_normal",
        // One run diverges.
        "model=mlp:8,8&seeds=1&init=kaiming_normal@lr=1e6,kaiming_normal,xavier_normal",
        "model=mlp:8&sched=cosine&opt=adam&seeds=2&init=lrmatch(emergence(kaiming_normal;alpha=1.2)),kaiming_normal",
        "model=resnet:2,3&norm=batch&sched=warmup:8&seeds=1&order=5&init=kaiming_normal",
    ]
}

fn experiment_of(query: &str) -> Experiment {
    experiment(&format!("data=digits&batch=32&steps={STEPS}&eval=5&test=64&{query}"))
}

#[test]
fn a_resumed_training_equals_an_uninterrupted_one() {
    for query in queries() {
        let experiment = experiment_of(query);
        let data = data_of(&experiment);
        let mut straight = begun(&experiment, Share::WHOLE, &data);
        let mut whole = Record::default();
        train_to(&mut straight, STEPS, &mut whole);
        // Before the first step, after it, at an evaluation, between two of them, and at the end.
        let (mut before, mut record) = (begun(&experiment, Share::WHOLE, &data), Record::default());
        for interrupted in [0, 1, 5, 7, STEPS] {
            train_to(&mut before, interrupted, &mut record);
            let (mut after, mut record) = (resumed(&experiment, &data, &before), record.clone());
            assert!(after.setup() == straight.setup(), "the setup of {query}");
            assert_eq!(after.step(), interrupted, "steps taken of {query}");
            train_to(&mut after, STEPS, &mut record);
            assert!(record == whole, "{query}, interrupted at step {interrupted}");
            // Numbers of a diverged run equal nothing, not even themselves; their bytes do.
            let ends = [&after, &straight].map(|training| state_of(training).to_bytes());
            assert!(ends[0] == ends[1], "the last state of {query}, interrupted at step {interrupted}");
            assert_eq!(after.examination(0, None), straight.examination(0, None), "the last predictions of {query}");
        }
    }
}

#[test]
fn another_number_of_workers_can_go_on() {
    for query in [queries()[0], queries()[5], queries()[7]] {
        let experiment = experiment_of(query);
        let data = data_of(&experiment);
        let (mut straight, mut whole) = (begun(&experiment, Share::WHOLE, &data), Record::default());
        train_to(&mut straight, STEPS, &mut whole);
        let mut record = Record::default();
        let mut state: Option<TrainingState> = None;
        for (shares, until) in [(1, 4), (3, 6), (2, STEPS)] {
            let mut assembly = Assembly::new(shares);
            let (mut states, mut setups) = (Vec::new(), Vec::new());
            for first in 0..shares {
                let share = Share::new(first, shares);
                let mut training = match &state {
                    None => begun(&experiment, share, &data),
                    Some(state) => Preparation::resume(&experiment, share, &data, &open_cpu(), &state.share(share))
                        .expect("the state of its runs"),
                };
                let mut measured = Record::default();
                train_to(&mut training, until, &mut measured);
                assembly.add(first, measured);
                states.push(state_of(&training));
                setups.push(training.setup().clone());
            }
            let later = assembly.take();
            record.steps.extend(later.steps);
            record.evaluations.extend(later.evaluations);
            record.start.extend(later.start);
            assert!(
                assembled(setups, Share::WHOLE).as_ref() == Some(straight.setup()),
                "the setup of {query} in {shares} shares"
            );
            state = TrainingState::joined(states);
        }
        assert!(record == whole, "the measurements of {query}");
        let end = state.expect("shares at the same step").to_bytes();
        assert!(end == state_of(&straight).to_bytes(), "the last state of {query}");
    }
}

#[test]
fn the_estimate_knows_the_size_of_a_state() {
    for query in queries() {
        let experiment = experiment_of(query);
        let data = data_of(&experiment);
        let mut training = begun(&experiment, Share::WHOLE, &data);
        train_to(&mut training, 1, &mut Record::default());
        let bytes = state_of(&training).to_bytes().len() as u64;
        let estimated = Estimate::new(&experiment, &data.facts()).expect("it fits").state_bytes;
        // A checksum, lengths, running statistics, and two or three bytes per prediction.
        let rest = 2_500 * experiment.run_count() as u64;
        assert!((estimated..estimated + rest).contains(&bytes), "{query}: {bytes} bytes, estimated {estimated}");
    }
}

#[test]
fn known_answers_are_right_at_every_step() {
    let experiment = experiment_of(queries()[0]);
    let mut training = begun(&experiment, Share::WHOLE, &few_digits());
    for step in 0..STEPS {
        train_to(&mut training, step, &mut Record::default());
        pollster::block_on(training.check_device()).expect("the CPU computes correctly");
    }
}

#[test]
fn there_is_no_state_while_something_is_measured() {
    let experiment = experiment_of(queries()[0]);
    let mut training = begun(&experiment, Share::WHOLE, &few_digits());
    let state = |training: &Training| pollster::block_on(training.state()).expect("can be read");
    assert!(state(&training).is_none(), "step 0 is not evaluated");
    while pollster::block_on(training.advance(false)).expect("computes") != Work::Waiting {}
    assert_eq!(state(&training).map(|state| (state.step, state.evaluated)), Some((0, 0)), "all is measured");
}

#[test]
fn a_state_of_another_experiment_is_refused() {
    let data = few_digits();
    let mut training = begun(&experiment_of("model=cnn:2&norm=batch&seeds=2&init=kaiming_normal"), Share::WHOLE, &data);
    train_to(&mut training, 3, &mut Record::default());
    let state = state_of(&training);
    let refused = |query: &str, share, expected| {
        let resumed = Preparation::resume(&experiment_of(query), share, &data, &open_cpu(), &state.share(Share::WHOLE));
        match resumed {
            Err(Error::Checkpoint(CheckpointError::Misfit { part, .. })) => assert_eq!(part, expected, "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    };
    let half = Share::new(0, 2);
    refused("model=cnn:2&norm=batch&seeds=2&init=kaiming_normal", half, StatePart::Runs);
    refused("model=cnn:2&norm=batch&seeds=3&init=kaiming_normal", Share::WHOLE, StatePart::Runs);
    refused("model=cnn:2&norm=batch&seeds=1&init=kaiming_normal,zero", Share::WHOLE, StatePart::Variants);
    refused("model=cnn:3&norm=batch&seeds=2&init=kaiming_normal", Share::WHOLE, StatePart::Parameters);
    refused("model=cnn:2&seeds=2&init=kaiming_normal", Share::WHOLE, StatePart::Parameters);
    refused("model=cnn:2&norm=batch&seeds=2&opt=adam&init=kaiming_normal", Share::WHOLE, StatePart::Moments);
    refused("model=cnn:2&norm=batch&seeds=2&steps=2&init=kaiming_normal", Share::WHOLE, StatePart::Step);
    refused("model=cnn:2&norm=batch&seeds=2&test=100&init=kaiming_normal", Share::WHOLE, StatePart::Predictions);
}
