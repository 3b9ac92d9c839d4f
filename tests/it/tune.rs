//! Tuning of initial weights, against an independent implementation (tests/data/tuning_reference.py), and the properties of each
//! method.

mod promises;
mod reference;

use burn::tensor::{Device, Tensor, TensorData};
use emergence_lab::error::Result;
use emergence_lab::init::LayerWeights;
use emergence_lab::model::Batch;
use emergence_lab::tune::{Examples, Iteration, Tuner, TuningContext};

/// Batches selected by index.
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

/// A batch of these images, one after the other, and labels.
fn batch(images: Vec<f32>, labels: &[usize], classes: usize) -> Batch {
    let inputs = images.len() / labels.len();
    let one_hot = labels.iter().flat_map(|label| (0..classes).map(move |class| f32::from(u8::from(class == *label))));
    let one_hot = TensorData::new(one_hot.collect::<Vec<_>>(), [1, labels.len(), classes]);
    let images = TensorData::new(images, [1, labels.len(), inputs]);
    let device = Device::flex();
    Batch { images: Tensor::from_data(images, &device), one_hot: Tensor::from_data(one_hot, &device) }
}

/// Tunes to the end: the objective of every iteration, and the weights.
fn tuned(
    scheme: &str,
    around: &TuningContext,
    runs: Vec<Vec<LayerWeights>>,
    examples: &mut Given,
) -> (Vec<Option<f64>>, Vec<Vec<LayerWeights>>) {
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
