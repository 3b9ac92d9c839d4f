//! Greedy decoding: the most probable symbol after the ones before it, one position after the other. There is no cache of keys and values:
//! sentences are short, and every position is computed again. Each run decodes alone, since only one of the seeds of a variant translates
//! the samples.

use super::batch::{Inputs, SentenceTensor, Sentences};
use super::network::Network;
use burn::tensor::{Int, Tensor, TensorData};

/// Sentences that a run has translated.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The logits after every prefix of the translation, `[1, sentences · positions, symbols]`: the translation is the most probable symbols.
    pub logits: Tensor<3>,
    /// What the decoder has read.
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
        let mut symbols = Tensor::<2, Int>::from_data(TensorData::new(written, [examples, positions]), &device);
        let present = Tensor::<2>::ones([examples, positions], &device);
        let inputs = |symbols: Tensor<2, Int>| {
            let target = SentenceTensor { symbols, present: present.clone() };
            Inputs::Sentences(Sentences { source: source.clone(), target })
        };
        for position in 1..positions {
            let predicted = self.forward(&inputs(symbols.clone())).argmax(2).reshape([examples, positions]);
            let next = predicted.narrow(1, position - 1, 1);
            symbols = symbols.slice_assign([0..examples, position..position + 1], next);
        }
        let inputs = inputs(symbols);
        Decoded { logits: self.forward(&inputs), inputs }
    }
}
