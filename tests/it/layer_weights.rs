//! The parameters of a run layer by layer, as most tests look at them.

use emergence_lab::error::Result;
use emergence_lab::experiment::architecture::{
    Architecture, FeatureShape, Layer, ParameterRole, Step, WeightLayer, WeightShape, Window,
};
use emergence_lab::experiment::{Activation, InitScheme};
use emergence_lab::init::{self, Factors, Fan, InitialParameters, LayerParameters, Parameter, Statistics};

/// The parameters of one layer with weights; those that it does not have are empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LayerWeights {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    pub(crate) scale: Vec<f32>,
    pub(crate) shift: Vec<f32>,
    pub(crate) shape: WeightShape,
    pub(crate) factors: Factors,
}

/// No parameter was multiplied.
pub(crate) const UNSCALED: Factors = Factors { weight: 1.0, bias: 1.0, norm: 1.0 };

impl LayerWeights {
    fn view(&self) -> LayerParameters<'_> {
        let Self { weight, bias, scale, shift, shape, factors } = self;
        LayerParameters { weight, bias, scale, shift, shape: *shape, factors: *factors }
    }

    pub(crate) fn fan(&self) -> Fan {
        self.view().fan()
    }

    pub(crate) fn statistics(&self) -> Option<Statistics> {
        self.view().statistics()
    }

    pub(crate) fn weight_sha256(&self) -> String {
        self.view().weight_sha256()
    }
}

/// The layers of a run.
pub(crate) fn of_run(parameters: &InitialParameters, layers: &[WeightLayer]) -> Vec<LayerWeights> {
    let owned = |layer: LayerParameters<'_>| LayerWeights {
        weight: layer.weight.to_vec(),
        bias: layer.bias.to_vec(),
        scale: layer.scale.to_vec(),
        shift: layer.shift.to_vec(),
        shape: layer.shape,
        factors: layer.factors,
    };
    parameters.layers(&architecture_of(layers)).into_iter().map(owned).collect()
}

/// The parameters of a run with these layers.
pub(crate) fn parameters(layers: &[LayerWeights]) -> InitialParameters {
    let of_layer = |(index, layer): (usize, &LayerWeights)| {
        let Factors { weight, bias, norm } = layer.factors;
        let all = [
            (ParameterRole::Weight(index), &layer.weight, weight),
            (ParameterRole::Bias(index), &layer.bias, bias),
            (ParameterRole::Scale(index), &layer.scale, norm),
            (ParameterRole::Shift(index), &layer.shift, 1.0),
        ];
        let is_there = |(role, values): &(ParameterRole, &Vec<f32>)| {
            let has_norm = !layer.scale.is_empty();
            match role {
                ParameterRole::Bias(_) => !has_norm || !values.is_empty(),
                ParameterRole::Scale(_) | ParameterRole::Shift(_) => has_norm,
                _ => true,
            }
        };
        let all = all.into_iter().filter(|(role, values, _)| is_there(&(*role, values)));
        all.map(|(role, values, factor)| Parameter { role, values: values.clone(), factor }).collect::<Vec<_>>()
    };
    InitialParameters { parameters: layers.iter().enumerate().flat_map(of_layer).collect(), shortcuts: Vec::new() }
}

/// The checksum of all parameters.
pub(crate) fn weights_sha256(layers: &[LayerWeights]) -> String {
    parameters(layers).sha256()
}

/// A network of these layers alone.
pub(crate) fn architecture_of(layers: &[WeightLayer]) -> Architecture {
    let step = |layer: &WeightLayer| {
        let output = FeatureShape::dense(layer.shape.outputs());
        let layer = match layer.shape {
            WeightShape::Dense { .. } => Layer::Dense(*layer),
            WeightShape::Convolution { kernel, .. } => {
                Layer::Convolution(*layer, Window { kernel, stride: 1, padding: kernel / 2 })
            }
        };
        Step { layer, output }
    };
    Architecture { input: FeatureShape::dense(1), embeddings: Vec::new(), steps: layers.iter().map(step).collect() }
}

/// Draws the parameters of a network of these layers.
pub(crate) fn sample(
    scheme: &InitScheme,
    layers: &[WeightLayer],
    activation: Activation,
    seed: u64,
) -> Result<Vec<LayerWeights>> {
    init::sample(scheme, &architecture_of(layers), activation, seed).map(|parameters| of_run(&parameters, layers))
}
