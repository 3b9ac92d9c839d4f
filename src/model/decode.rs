//! Greedy decoding: the most probable symbol after the ones before it, one position after the other. The encoder runs once, and the decoder
//! reads only what is written so far. There is no cache of keys and values: sentences are short. Each run decodes alone, since every run
//! reads what it has written itself.

use super::batch::{Inputs, SentenceTensor, Sentences};
use super::network::Network;
use super::pass::{Directions, Mode, Pass};
use super::values::StepValues;
use crate::experiment::architecture::Layer;
use burn::tensor::{Int, Tensor, TensorData};

/// The decoder reads a multiple of this many positions, so that a GPU compiles for few lengths.
const READ: usize = 4;

/// Sentences that a run has translated.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The translations, `[sentences, positions]`; what follows the symbol for the end means nothing.
    pub symbols: Tensor<2, Int>,
    /// The sentences, with what the decoder has read of the translations.
    pub inputs: Inputs,
}

impl Network {
    /// The network of one run.
    #[must_use]
    pub fn of_run(&self, run: usize) -> Self {
        let one = |tensor: &Tensor<3>| tensor.clone().narrow(0, run, 1);
        Self {
            parameters: self.parameters.iter().map(one).collect(),
            shortcuts: self.shortcuts.iter().map(one).collect(),
            // Transformers have no running statistics.
            statistics: Vec::new(),
            plan: self.plan.clone(),
        }
    }

    /// Translates sentences with the network of one run; every translation begins with the symbol `beginning` and has this many positions.
    #[must_use]
    pub fn translate(&self, source: &SentenceTensor, beginning: u16, positions: usize) -> Decoded {
        let [examples, _] = source.symbols.dims();
        let device = source.present.device();
        let written =
            (0..examples * positions).map(|place| if place % positions == 0 { i32::from(beginning) } else { 0 });
        let written = written.collect::<Vec<_>>();
        let mut written = Tensor::<2, Int>::from_data(TensorData::new(written, [examples, positions]), &device);
        let inputs = |written: &Tensor<2, Int>, read: usize| {
            let symbols = written.clone().narrow(1, 0, read);
            let target = SentenceTensor { symbols, present: Tensor::ones([examples, read], &device) };
            Inputs::Sentences(Sentences { source: source.clone(), target })
        };
        let encoded = EncodedSource::new(self, &inputs(&written, 1));
        let mut symbols = Vec::with_capacity(positions);
        for position in 0..positions {
            let read = (position + 1).next_multiple_of(READ).min(positions);
            let logits = encoded.logits(&inputs(&written, read), position, read);
            let next = logits.argmax(2).reshape([examples, 1]);
            if position + 1 < positions {
                written = written.slice_assign([0..examples, position + 1..position + 2], next.clone());
            }
            symbols.push(next);
        }
        Decoded { symbols: Tensor::cat(symbols, 1), inputs: inputs(&written, positions) }
    }
}

/// A forward pass that has reached the end of the encoder.
struct EncodedSource<'network> {
    pass: Pass<'network>,
    values: StepValues,
    /// Steps of the encoder.
    steps: usize,
}

impl<'network> EncodedSource<'network> {
    fn new(network: &'network Network, inputs: &Inputs) -> Self {
        let architecture = &network.plan.architecture;
        let end = architecture.steps.iter().position(|step| step.layer == Layer::EncoderEnd);
        let steps = end.map_or(0, |end| end + 1);
        let mut pass = Pass::new(network, Mode::Evaluation, Directions::NONE);
        let values = pass.advance(StepValues::before(inputs, architecture.input), 0..steps, inputs, None);
        Self { pass, values, steps }
    }

    /// The logits `[1, sentences, symbols]` at a position after the decoder has read `read` positions.
    fn logits(&self, inputs: &Inputs, position: usize, read: usize) -> Tensor<3> {
        let mut pass = self.pass.clone();
        // The output layer, which costs as much as all others together if the vocabulary is large, is needed for one position only.
        let output = pass.network.plan.architecture.steps.len() - 1;
        let values = pass.advance(self.values.clone(), self.steps..output, inputs, None);
        pass.advance(values.at_position(position, read), output..output + 1, inputs, None).into_rows().value
    }
}
