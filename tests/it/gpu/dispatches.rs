//! How many shaders a training step launches.

use super::gpu;
use crate::fixtures::cpu::few_digits;
use crate::fixtures::experiment;
use cubecl::logging::{LaunchObservation, LaunchObserver};
use emergence_lab::train::{Training, Work};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

/// Only one observer can be installed at a time.
static OBSERVING: Mutex<()> = Mutex::new(());

/// Counts what one thread launches.
struct Counter {
    thread: ThreadId,
    count: AtomicUsize,
}

impl LaunchObserver for Counter {
    fn launched(&self, _kernel: &'static str) {
        if thread::current().id() == self.thread {
            self.count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Dispatches of a training step of an experiment, once all shaders are known.
fn dispatches(query: &str) -> Option<usize> {
    let open = gpu()?;
    let query = format!("data=digits&batch=64&steps=20&eval=20&{query}");
    let training = pollster::block_on(Training::new(&experiment(&query), &few_digits(), &open));
    let mut training = training.expect("a valid training");
    let _alone = OBSERVING.lock();
    loop {
        let counter = Arc::new(Counter { thread: thread::current().id(), count: AtomicUsize::new(0) });
        let observation = LaunchObservation::new(Arc::clone(&counter) as Arc<dyn LaunchObserver>);
        let work = pollster::block_on(training.advance(true)).expect("the GPU computes");
        drop(observation);
        assert_ne!(work, Work::Finished, "there are later steps");
        if work == Work::Step && training.step() == 10 {
            return Some(counter.count.load(Ordering::Relaxed));
        }
    }
}

#[test]
fn a_step_of_a_dense_network_takes_three_dispatches_a_layer_for_any_number_of_runs() {
    for (model, layers) in [("mlp:32", 2), ("mlp:32,16", 3), ("mlp:16,16,16,16", 5)] {
        for (optimizer, seeds) in [("opt=sgd", 1), ("opt=sgd", 4), ("opt=adamw&wd=0.1", 2)] {
            let query = format!("model={model}&{optimizer}&seeds={seeds}&init=kaiming_normal,xavier_normal,orthogonal");
            let Some(count) = dispatches(&query) else { return };
            assert!(count <= 3 * layers + 2, "{query}: {count} dispatches");
        }
    }
}

#[test]
fn a_step_of_a_convolutional_network_takes_at_most_24_dispatches_for_any_number_of_runs() {
    for seeds in [1, 4] {
        let query = format!("model=cnn:16,32&opt=adam&lr=0.001&seeds={seeds}&init=kaiming_normal");
        let Some(count) = dispatches(&query) else { return };
        assert!(count <= 24, "{query}: {count} dispatches");
    }
}
