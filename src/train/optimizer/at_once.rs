//! The update of all parameters at once, on a GPU.

use super::{ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON, Optimizer};
use crate::experiment::OptimizerKind;
use crate::model::gpu::{OptimizerRule, UpdateInputs, Updated, WeightDecay, applies_to, update};
use burn::tensor::Tensor;

impl Optimizer {
    /// One update of all parameters; `None` if they are not on a GPU. The step is already counted.
    #[expect(clippy::cast_possible_truncation, reason = "the precision of the parameters")]
    pub(super) fn update_at_once(
        &mut self,
        parameters: &[Tensor<3>],
        gradients: &[Tensor<3>],
        factor: f64,
        [correction_1, correction_2]: [f64; 2],
    ) -> Option<Vec<Tensor<3>>> {
        if !parameters.first().is_some_and(applies_to) {
            return None;
        }
        let rule = match self.spec.kind {
            OptimizerKind::Sgd if self.spec.momentum == 0.0 => OptimizerRule::Sgd,
            OptimizerKind::Sgd => OptimizerRule::Momentum,
            OptimizerKind::Adam | OptimizerKind::AdamW => {
                let constants = [ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON].map(|constant| (constant as f32).to_bits());
                OptimizerRule::Adam { constants }
            }
        };
        let decay = match self.spec.kind {
            _ if !self.rates.iter().any(|rates| rates.decays) => WeightDecay::None,
            OptimizerKind::Sgd | OptimizerKind::Adam => WeightDecay::WithGradient,
            OptimizerKind::AdamW => WeightDecay::Decoupled,
        };
        let terms = [factor / correction_1, factor, self.spec.momentum, correction_2].map(|term| term as f32);
        let rates = self.joined_rates.get_or_insert_with(|| {
            let pairs = self.rates.iter().map(|rates| {
                let pair = Tensor::cat(vec![rates.learning_rate.clone(), rates.weight_decay.clone()], 2);
                pair.swap_dims(0, 1)
            });
            Tensor::cat(pairs.collect(), 0)
        });
        let inputs = UpdateInputs { parameters, gradients, moments: &self.moments, rates, terms };
        let Updated { parameters, moments } = update(rule, decay, &inputs)?;
        self.moments = moments;
        Some(parameters)
    }
}
