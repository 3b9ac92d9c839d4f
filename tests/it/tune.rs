//! Tuning of initial weights, against an independent implementation (tests/data/tuning_reference.py) and against the claims of
//! each method.

mod promises;
mod reference;

use emergence_lab::error::Result;
use emergence_lab::init::InitialParameters;
use emergence_lab::model::Batch;
use emergence_lab::tune::{Examples, Iteration, Tuner, TuningContext};

/// Batches that are provided by index.
struct Given(Vec<Batch>);

impl Examples for Given {
    fn batch(&mut self, size: usize, index: u64) -> Result<Batch> {
        let batch = &self.0[usize::try_from(index).expect("a small index") % self.0.len()];
        assert_eq!(batch.len(), size, "examples of batch {index}");
        Ok(batch.clone())
    }

    fn noise(&mut self, size: usize, index: u64) -> Result<Batch> {
        self.batch(size, index)
    }
}

/// Tunes to the end: the objective of every iteration, and the weights.
fn tuned(
    scheme: &str,
    around: &TuningContext,
    runs: Vec<InitialParameters>,
    examples: &mut Given,
) -> (Vec<Option<f64>>, Vec<InitialParameters>) {
    let scheme = scheme.parse::<emergence_lab::experiment::InitScheme>().expect("a scheme");
    let mut tuner = Tuner::new(scheme.tuning().expect("a tuned one"), around, runs);
    let mut objectives = Vec::new();
    loop {
        match pollster::block_on(tuner.advance(examples)).expect("the CPU can be read") {
            Iteration::Done(objective) => objectives.push(objective),
            Iteration::Finished => return (objectives, tuner.into_weights()),
        }
    }
}
