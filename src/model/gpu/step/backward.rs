//! The backward pass: the gradients of all parameters, layer by layer.

use super::plan::{Operation, Planned};
use super::{Tape, Values, size};
use crate::experiment::Activation;
use crate::model::gpu::batch_norm;
use crate::model::gpu::convolution;
use crate::model::gpu::maps::MapKind;
use crate::model::gpu::product::ProductEpilogue;
use crate::model::gpu::shader::launch;
use burn_wgpu::CubeTensor;

impl Tape<'_> {
    /// Computes the gradients of all parameters, given that of the logits.
    pub(super) fn backward(&self, layers: &[Planned], mut slope: CubeTensor, gradients: &[CubeTensor]) -> Option<()> {
        // The gradient with respect to the sum of a shortcut, with the index of the values that were kept for it.
        let mut sums: Vec<(usize, usize, CubeTensor)> = Vec::new();
        for (index, layer) in layers.iter().enumerate().rev() {
            self.parameter_gradients(layer, index, &slope, gradients)?;
            if let Operation::Add { kept, .. } = layer.operation {
                // It is also that with respect to what is added.
                sums.push((kept, index, slope.clone()));
                continue;
            }
            if index == 0 {
                break;
            }
            let input = &self.values[index];
            let sum = sums.pop_if(|(kept, ..)| *kept == index);
            let activation = input.known.as_ref().filter(|_| sum.is_none());
            slope = self.input_gradient(layer, index, &slope, activation, gradients)?;
            if let Some((_, add, of_sum)) = sum {
                slope = self.shortcut_gradient(&layers[add], input, &of_sum, &slope)?;
            }
        }
        Some(())
    }

    /// The gradients of the parameters of a layer; those of batch normalization are computed with that of its input.
    fn parameter_gradients(
        &self,
        layer: &Planned,
        index: usize,
        slope: &CubeTensor,
        gradients: &[CubeTensor],
    ) -> Option<()> {
        let input = &self.values[index];
        let own = |parameter: usize, bias: bool| &gradients[parameter..=parameter + usize::from(bias)];
        match layer.operation {
            Operation::Dense { parameter, bias } => {
                let epilogue = if bias { ProductEpilogue::ColumnSums } else { ProductEpilogue::None };
                let product = self.dense(input, layer.output)?.weight_gradient().then(epilogue);
                launch(&product, &[&input.tensor, slope].into_iter().chain(own(parameter, bias)).collect::<Vec<_>>());
            }
            Operation::Convolution { parameter, bias, window } => {
                let sizes = self.convolution(input, layer.output, window)?;
                convolution::weight_gradient(sizes, [&input.tensor, slope], own(parameter, bias))?;
            }
            Operation::BatchNorm { .. } | Operation::Pool { .. } | Operation::Mean | Operation::Add { .. } => {}
        }
        Some(())
    }

    /// The gradient with respect to the input of a layer, before the activation function that computed it, if that is given.
    fn input_gradient(
        &self,
        layer: &Planned,
        index: usize,
        slope: &CubeTensor,
        known: Option<&(Activation, CubeTensor)>,
        gradients: &[CubeTensor],
    ) -> Option<CubeTensor> {
        let input = &self.values[index];
        let result = self.values_of(input.shape)?;
        let activation = known.map(|(activation, _)| *activation);
        let known = known.map(|(_, known)| known);
        let weight = |parameter: usize| &self.parameters[parameter];
        match layer.operation {
            Operation::Dense { parameter, .. } => {
                let epilogue = activation.map_or(ProductEpilogue::None, ProductEpilogue::Slope);
                let product = self.dense(input, layer.output)?.input_gradient().then(epilogue);
                launch(&product, &with_known(&[slope, weight(parameter)], known, &result));
            }
            Operation::Convolution { parameter, window, .. } => {
                let sizes = self.convolution(input, layer.output, window)?;
                let shader = convolution::ConvolutionInputGradient { sizes, activation };
                launch(&shader, &with_known(&[slope, weight(parameter)], known, &result));
            }
            Operation::BatchNorm { parameter, index: norm } => {
                let statistics = &self.statistics.get(norm)?.all;
                let gradient = batch_norm::BatchNormGradient { sizes: self.norm_sizes(input.shape)? };
                let [scale, shift] = gradients.get(parameter..parameter + 2)? else { return None };
                launch(&gradient, &[slope, &input.tensor, weight(parameter), statistics, &result, scale, shift]);
                // Nothing computes an activation function before a normalization.
                return known.is_none().then_some(result);
            }
            Operation::Pool { side, max } => {
                let kind = MapKind::PoolGradient { side: size(side)?, max, activation };
                let tensors = [slope, &input.tensor];
                self.on_maps(kind, [input.shape; 2], &with_known(&tensors[..=usize::from(max)], known, &result))?;
            }
            Operation::Mean => {
                let kind = MapKind::MeanGradient { activation };
                self.on_maps(kind, [input.shape; 2], &with_known(&[slope], known, &result))?;
            }
            Operation::Add { .. } => return None,
        }
        Some(result)
    }

    /// The gradient with respect to values that a shortcut and layers read, before the activation function that computed them.
    fn shortcut_gradient(
        &self,
        add: &Planned,
        input: &Values,
        of_sum: &CubeTensor,
        of_layers: &CubeTensor,
    ) -> Option<CubeTensor> {
        let Operation::Add { stride, .. } = add.operation else { return None };
        let result = self.values_of(input.shape)?;
        let kind = MapKind::AddGradient { stride: size(stride)?, activation: input.activation() };
        let tensors = with_known(&[of_sum, of_layers], input.known_tensor(), &result);
        self.on_maps(kind, [add.output, input.shape], &tensors)?;
        Some(result)
    }
}

/// Tensors, what a derivative is computed from if there is a function, and the result.
fn with_known<'tensor>(
    tensors: &[&'tensor CubeTensor],
    known: Option<&'tensor CubeTensor>,
    result: &'tensor CubeTensor,
) -> Vec<&'tensor CubeTensor> {
    tensors.iter().copied().chain(known).chain([result]).collect()
}
