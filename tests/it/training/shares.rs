//! Runs that are shared out give the results of runs that are trained together, to the bit.

use crate::fixtures::experiment;
use crate::fixtures::{cpu::few_digits, part};
use emergence_lab::catalog::Task;
use emergence_lab::dataset::{Dataset, numbers};
use emergence_lab::device::open_cpu;
use emergence_lab::experiment::{Experiment, Share};
use emergence_lab::metrics::{Assembly, LateFacts, Record, Setup, assembled};
use emergence_lab::train::{Preparation, Training, Work, worker_count};
use std::rc::Rc;

fn prepared(experiment: &Experiment, share: Share, dataset: &Rc<Dataset>) -> Training {
    let preparation = Preparation::new(experiment, share, dataset, &open_cpu(), Box::new(|| 0.0));
    pollster::block_on(preparation.expect("a valid experiment").into_training()).expect("the CPU computes")
}

/// Trains every share a few pieces of work at a time, of a different number for each, and puts the results together.
fn trained(experiment: &Experiment, shares: usize, dataset: &Rc<Dataset>) -> (Setup, Record) {
    let mut trainings =
        (0..shares).map(|first| prepared(experiment, Share::new(first, shares), dataset)).collect::<Vec<_>>();
    let setup = assembled(trainings.iter().map(|training| training.setup().clone()).collect(), Share::WHOLE);
    let (mut assembly, mut whole) = (Assembly::new(shares), Record::default());
    let mut finished = vec![false; shares];
    while !finished.iter().all(|finished| *finished) {
        for (share, training) in trainings.iter_mut().enumerate() {
            for _ in 0..=3 * share {
                finished[share] = pollster::block_on(training.advance(true)).expect("computes") == Work::Finished;
            }
            assembly.add(share, pollster::block_on(training.drain()).expect("can be read"));
        }
        let record = assembly.take();
        whole.steps.extend(record.steps);
        whole.evaluations.extend(record.evaluations);
        whole.start.extend(record.start);
    }
    (setup.expect("a start"), whole)
}

/// The sentences of an experiment.
fn sentences(experiment: &Experiment) -> Rc<Dataset> {
    let all = Dataset::from(numbers::dataset(experiment.dataset.direction.languages().expect("of numbers")));
    Rc::new(all.selected(&part(Some(64), experiment.dataset.test)).expect("there are more"))
}

#[test]
fn results_do_not_depend_on_the_number_of_shares() {
    let digits = few_digits();
    let queries = [
        "model=mlp:16,16&seeds=3&opt=adam&init=xavier_normal,kaiming_normal@lr=0.1,zero",
        "model=cnn:2,3&norm=batch&seeds=2&eval=4&init=kaiming_normal,lsuv",
        "model=mlp:12,8&act=gelu&seeds=2&init=gradinit(kaiming_normal;steps=4),emergence(kaiming_normal;alpha=1.5)",
        // One run diverges.
        "model=mlp:8,8&seeds=1&init=kaiming_normal@lr=1e6,kaiming_normal,xavier_normal",
        "data=numbers&test=20&model=transformer:8x1&norm=post&smooth=0.1&seeds=1&init=deepnet,xavier_normal@lr=1e6,gpt2",
        "data=text&vocab=100&length=24&test=20&model=transformer:8x1&seeds=1&init=xavier_normal,fairseq,gpt2",
    ];
    for query in queries {
        let experiment = experiment(&format!("data=digits&batch=32&steps=12&eval=5&{query}"));
        let data = match experiment.task() {
            Task::Images => Rc::clone(&digits),
            Task::Numbers => sentences(&experiment),
            Task::Texts => super::texts::number_sentences(&experiment),
        };
        let together = trained(&experiment, 1, &data);
        for shares in 2..=experiment.run_count().min(3) {
            let apart = trained(&experiment, shares, &data);
            assert!(apart.0 == together.0, "the starts of {query} in {shares} shares");
            assert!(apart.1 == together.1, "the measurements of {query} in {shares} shares");
        }
    }
}

#[test]
fn a_share_that_is_computed_again_changes_nothing() {
    let data = few_digits();
    let experiment = experiment("data=digits&model=mlp:8&batch=32&steps=9&eval=3&seeds=1&init=zero,kaiming_normal");
    let whole = trained(&experiment, 1, &data).1;
    let share = |first| {
        let mut training = prepared(&experiment, Share::new(first, 2), &data);
        let mut records = Vec::new();
        while pollster::block_on(training.advance(true)).expect("computes") != Work::Finished {
            records.push(pollster::block_on(training.drain()).expect("can be read"));
        }
        records
    };
    let shares = [share(0), share(1)];
    for lost_after in [0, 1, 5, 9, shares[1].len()] {
        let (mut assembly, mut taken) = (Assembly::new(2), Vec::new());
        shares[0].iter().for_each(|record| assembly.add(0, record.clone()));
        for (index, record) in shares[1].iter().enumerate() {
            if index == lost_after {
                assembly.restart(1);
                shares[1][..index].iter().for_each(|record| assembly.add(1, record.clone()));
            }
            assembly.add(1, record.clone());
            // Only now and then, so that some of what was measured is lost.
            if index % 3 == 0 {
                taken.push(assembly.take());
            }
        }
        taken.push(assembly.take());
        let steps = taken.iter().flat_map(|record| record.steps.clone()).collect::<Vec<_>>();
        let mut start = LateFacts::default();
        for record in &taken {
            start.extend(record.start.clone());
        }
        let evaluations = taken.into_iter().flat_map(|record| record.evaluations).collect();
        assert!(Record { steps, evaluations, start } == whole, "lost after {lost_after}");
    }
}

#[test]
fn there_are_as_many_workers_as_cores_runs_and_memory_allow() {
    let data = few_digits();
    let count = |query: &str, cores| worker_count(&experiment(&format!("data=digits&{query}")), &data, cores);
    assert_eq!(count("model=mlp:8&seeds=4&init=zero", 8), 4, "one per run");
    assert_eq!(count("model=mlp:8&seeds=9&init=zero", 3), 3, "one per core");
    assert_eq!(count("model=mlp:8&seeds=9&init=zero", 0), 1, "at least one");
    // 24 bytes for each of 7.7 million parameters are 184 MB for each run.
    assert_eq!(count("model=mlp:2400,2400&seeds=4&batch=8&init=zero", 4), 2, "as many as fit");
}
