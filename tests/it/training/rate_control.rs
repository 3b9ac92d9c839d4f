//! The learning rates of the rate control, and the two exact statements about rescaled ReLU networks, on a small f64 network
//! implemented here: the function at initialization is unchanged, and training equals that of the base with the equivalent
//! layer-wise learning rates.

use crate::fixtures::dense_layers;
use crate::layer_weights::{LayerWeights, sample};
use emergence_lab::experiment::{
    Activation, BaseInit, InitScheme, LanguagePair, ModelSpec, NormLayer, OptimizerKind, Rescaling, RescalingRule,
};
use emergence_lab::init::rescaling::factors;
use emergence_lab::train::{LayerRates, ParameterRates, layer_rates};

const LEARNING_RATE: f64 = 0.05;
const MOMENTUM: f64 = 0.9;
const WEIGHT_DECAY: f64 = 0.1;
const STEPS: i32 = 40;
const CLASSES: usize = 3;

/// A parameter tensor with the state of its optimizer.
struct Parameter {
    value: Vec<f64>,
    gradient: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    rates: ParameterRates,
}

impl Parameter {
    fn new(value: &[f32], rates: ParameterRates) -> Self {
        let zeros = || vec![0.0; value.len()];
        let value = value.iter().copied().map(f64::from).collect();
        Self { value, gradient: zeros(), first: zeros(), second: zeros(), rates }
    }

    /// One step of the optimizer as PyTorch documents it; Adam's epsilon is omitted except for 0 / 0.
    fn step(&mut self, optimizer: OptimizerKind, step: i32) {
        let rate = LEARNING_RATE * self.rates.learning_rate;
        let decay = WEIGHT_DECAY * self.rates.weight_decay;
        for index in 0..self.value.len() {
            let value = &mut self.value[index];
            let mut gradient = std::mem::take(&mut self.gradient[index]);
            match optimizer {
                OptimizerKind::AdamW => *value -= rate * decay * *value,
                OptimizerKind::Sgd | OptimizerKind::Adam => gradient += decay * *value,
            }
            let (first, second) = (&mut self.first[index], &mut self.second[index]);
            if optimizer == OptimizerKind::Sgd {
                *first = MOMENTUM * *first + gradient;
                *value -= rate * *first;
                continue;
            }
            *first = 0.9 * *first + 0.1 * gradient;
            *second = 0.999 * *second + 0.001 * gradient * gradient;
            let (first, second) = (*first / (1.0 - 0.9_f64.powi(step)), *second / (1.0 - 0.999_f64.powi(step)));
            *value -= 0.1 * rate * first / (second.sqrt() + 1e-100);
        }
    }
}

/// A dense ReLU network: weight `[fan_in, fan_out]` and bias of each layer.
struct Network(Vec<(Parameter, Parameter)>);

impl Network {
    fn new(layers: &[LayerWeights], rates: &[LayerRates]) -> Self {
        let pairs = layers.iter().zip(rates);
        Self(pairs.map(|(l, r)| (Parameter::new(&l.weight, r.weight), Parameter::new(&l.bias, r.bias))).collect())
    }

    /// The values of all layers for one example, including input and logits.
    fn forward(&self, input: &[f64]) -> Vec<Vec<f64>> {
        let mut values = vec![input.to_vec()];
        for (layer, (weight, bias)) in self.0.iter().enumerate() {
            let mut output = bias.value.clone();
            for (row, x) in weight.value.chunks_exact(output.len()).zip(&values[layer]) {
                output.iter_mut().zip(row).for_each(|(y, w)| *y += x * w);
            }
            if layer + 1 < self.0.len() {
                for y in &mut output {
                    *y = y.max(0.0);
                }
            }
            values.push(output);
        }
        values
    }

    /// Adds the gradient of one example's cross-entropy and returns the loss.
    fn backward(&mut self, input: &[f64], label: usize) -> f64 {
        let values = self.forward(input);
        let exponentials: Vec<f64> = values[self.0.len()].iter().map(|logit| logit.exp()).collect();
        let sum: f64 = exponentials.iter().sum();
        let mut error: Vec<f64> = exponentials.iter().map(|e| e / sum).collect();
        error[label] -= 1.0;
        for (layer, (weight, bias)) in self.0.iter_mut().enumerate().rev() {
            bias.gradient.iter_mut().zip(&error).for_each(|(g, e)| *g += e);
            let mut below = vec![0.0; values[layer].len()];
            for (row, x) in values[layer].iter().enumerate() {
                let start = row * error.len();
                for (column, e) in error.iter().enumerate() {
                    weight.gradient[start + column] += x * e;
                    below[row] += weight.value[start + column] * e;
                }
                // The derivative of ReLU; the error of the input layer is not used.
                below[row] *= f64::from(u8::from(*x > 0.0));
            }
            error = below;
        }
        -(exponentials[label] / sum).ln()
    }

    /// The mean loss before each step of full-batch training.
    fn train(mut self, optimizer: OptimizerKind) -> Vec<f64> {
        let examples: Vec<(Vec<f64>, usize)> = (0..6_u32).map(example).collect();
        let mut losses = Vec::new();
        for step in 1..=STEPS {
            losses.push(examples.iter().map(|(input, label)| self.backward(input, *label)).sum::<f64>() / 6.0);
            for (weight, bias) in &mut self.0 {
                for parameter in [weight, bias] {
                    parameter.gradient.iter_mut().for_each(|gradient| *gradient /= 6.0);
                    parameter.step(optimizer, step);
                }
            }
        }
        losses
    }
}

/// An example with inputs of both signs.
fn example(index: u32) -> (Vec<f64>, usize) {
    let input = (0..5_u32).map(|feature| f64::from(index * 7 + feature * feature * 3).sin()).collect();
    (input, index as usize % CLASSES)
}

fn rescaling(alpha: f64, rule: RescalingRule) -> Rescaling {
    Rescaling { base: BaseInit::KaimingNormal, alpha, rule, ..Rescaling::default() }
}

/// Four and five weight layers, and the rules whose factors multiply to 1 for them.
fn cases() -> Vec<(Vec<usize>, RescalingRule)> {
    let (even, odd) = (vec![5, 8, 9, 7, CLASSES], vec![5, 8, 9, 8, 7, CLASSES]);
    let rules = [RescalingRule::Outer, RescalingRule::Inner, RescalingRule::Flat];
    let both = rules.iter().flat_map(|&rule| [(even.clone(), rule), (odd.clone(), rule)]);
    both.chain([(odd.clone(), RescalingRule::Pivot)]).collect()
}

fn network(scheme: &InitScheme, widths: &[usize], optimizer: OptimizerKind) -> Network {
    let layers = dense_layers(widths);
    Network::new(
        &sample(scheme, &layers, Activation::Relu, 3).expect("no formula"),
        &layer_rates(scheme, &layers, optimizer),
    )
}

#[test]
fn the_function_at_initialization_is_unchanged() {
    for (widths, rule) in cases() {
        for alpha in [0.5, 1.5, 2.0, 3.0] {
            let scaled = network(&InitScheme::emergence(rescaling(alpha, rule)), &widths, OptimizerKind::Sgd);
            let plain = network(&InitScheme::from(BaseInit::KaimingNormal), &widths, OptimizerKind::Sgd);
            let (input, _) = example(1);
            let (scaled, plain) = (scaled.forward(&input), plain.forward(&input));
            for (scaled, plain) in scaled[widths.len() - 1].iter().zip(&plain[widths.len() - 1]) {
                // Each of the five layers rounds factor and product to f32: errors of about 1e-7 relative to sums of size 1.
                assert!((scaled - plain).abs() < 2e-6, "{rule:?}, alpha {alpha}: logit {scaled} against {plain}");
            }
        }
    }
}

/// The largest difference of the losses of the rescaled network and its control, relative to the first loss.
fn largest_difference(widths: &[usize], rescaling: &Rescaling, optimizer: OptimizerKind) -> f64 {
    let scaled = network(&InitScheme::emergence(rescaling.clone()), widths, optimizer).train(optimizer);
    let matched = network(&InitScheme::RateControl(rescaling.clone()), widths, optimizer).train(optimizer);
    let plain = network(&InitScheme::from(rescaling.base.clone()), widths, optimizer).train(optimizer);
    let distance = |left: &[f64], right: &[f64]| {
        left.iter().zip(right).map(|(left, right)| (left - right).abs()).fold(0.0, f64::max) / left[0]
    };
    assert!(distance(&scaled, &plain) > 1e-2, "{rescaling}, {optimizer:?}: the rescaling changes training");
    assert!(scaled.iter().all(|loss| loss.is_finite()), "{rescaling}, {optimizer:?}: {scaled:?}");
    distance(&scaled, &matched)
}

#[test]
fn training_equals_the_layer_wise_learning_rate() {
    for (widths, rule) in cases() {
        for optimizer in [OptimizerKind::Sgd, OptimizerKind::Adam, OptimizerKind::AdamW] {
            // Powers of two scale without rounding, so only f64 rounding errors remain, which grow over the steps.
            let exact = largest_difference(&widths, &rescaling(2.0, rule), optimizer);
            assert!(exact < 1e-9, "{rule:?}, {optimizer:?}, {} layers: {exact}", widths.len() - 1);
        }
        // With 1.5, scaled weights are rounded to f32 (6e-8), and the errors grow over 40 steps.
        let rounded = largest_difference(&widths, &rescaling(1.5, rule), OptimizerKind::Sgd);
        assert!(rounded < 1e-4, "{rule:?}, alpha 1.5: {rounded}");
    }
}

fn with_alpha(base: BaseInit, alpha: f64) -> Rescaling {
    Rescaling { base, alpha, ..Rescaling::default() }
}

#[test]
fn batch_normalization_resets_the_products_of_the_rate_control() {
    let rescaling = Rescaling { rule: RescalingRule::Outer, ..with_alpha(BaseInit::KaimingNormal, 2.0) };
    let mut layers = dense_layers(&[1; 5]);
    layers[1].normalized = true;
    // Factors 1/4, 1/2, 2, 4; products 1/4, 1/8, then from 1 again: 2, 8. SGD's rate is 1/s².
    let rates = layer_rates(&InitScheme::RateControl(rescaling), &layers, OptimizerKind::Sgd);
    let rates = rates.iter().map(|rates| (rates.weight.learning_rate, rates.bias.learning_rate)).collect::<Vec<_>>();
    assert_eq!(rates, [(16.0, 16.0), (4.0, 64.0), (0.25, 0.25), (0.0625, 0.015_625)], "powers of two are exact");
}

#[test]
fn rates_of_the_rate_control() {
    let scheme = |rule| InitScheme::RateControl(Rescaling { rule, ..with_alpha(BaseInit::KaimingNormal, 2.0) });
    let rates = |scheme, optimizer| -> Vec<[f64; 4]> {
        let layers = layer_rates(&scheme, &dense_layers(&[1; 5]), optimizer);
        let numbers = layers.iter().map(|layer| {
            let (weight, bias) = (layer.weight, layer.bias);
            [weight.learning_rate, weight.weight_decay, bias.learning_rate, bias.weight_decay]
        });
        numbers.collect()
    };
    // Outer, four layers, alpha 2: c = 1/4 1/2 2 4 and s = 1/4 1/8 1/4 1, all exact.
    let outer = scheme(RescalingRule::Outer);
    let sgd = [
        [16.0, 0.0625, 16.0, 0.0625],
        [4.0, 0.25, 64.0, 0.015_625],
        [0.25, 4.0, 16.0, 0.0625],
        [0.0625, 16.0, 1.0, 1.0],
    ];
    assert_eq!(rates(outer.clone(), OptimizerKind::Sgd), sgd, "SGD");
    let adam =
        [[4.0, 0.0625, 4.0, 0.0625], [2.0, 0.25, 8.0, 0.015_625], [0.5, 4.0, 4.0, 0.0625], [0.25, 16.0, 1.0, 1.0]];
    assert_eq!(rates(outer.clone(), OptimizerKind::Adam), adam, "Adam");
    let adam_w = [[4.0, 0.25, 4.0, 0.25], [2.0, 0.5, 8.0, 0.125], [0.5, 2.0, 4.0, 0.25], [0.25, 4.0, 1.0, 1.0]];
    assert_eq!(rates(outer.clone(), OptimizerKind::AdamW), adam_w, "AdamW");
    for scheme in [InitScheme::from(BaseInit::Pytorch), InitScheme::emergence(with_alpha(BaseInit::Pytorch, 2.0))] {
        assert_eq!(rates(scheme.clone(), OptimizerKind::Sgd), [[1.0; 4]; 4], "{scheme}: the rate of the optimizer");
    }
}

#[test]
fn in_transformers_only_matrices_have_rates_of_their_own() {
    let rescaling = with_alpha(BaseInit::XavierNormal, 2.0);
    for text in ["transformer:8", "transformer:8u"] {
        let model: ModelSpec = text.parse().expect("a transformer");
        let examples = LanguagePair::DEFAULT.facts().examples;
        let layers = model.architecture(&examples, NormLayer::Pre).expect("a network").weight_layers();
        let by_rank = factors(&rescaling, model.rank_count(rescaling.level));
        for (optimizer, rate_power) in [(OptimizerKind::Sgd, -2), (OptimizerKind::Adam, -1), (OptimizerKind::AdamW, -1)]
        {
            let rates = layer_rates(&InitScheme::RateControl(rescaling.clone()), &layers, optimizer);
            assert_eq!(rates.len(), layers.len(), "{text}, {optimizer:?}: one per matrix");
            for (layer, LayerRates { weight, bias }) in layers.iter().zip(rates) {
                // Powers of two are exact.
                let expected = by_rank[layer.rank.depth].powi(rate_power);
                assert_eq!(weight.learning_rate.to_bits(), expected.to_bits(), "{text}, {optimizer:?}: {layer:?}");
                // A softmax, a normalization or a residual connection does not pass the cumulative product on.
                assert_eq!(bias, ParameterRates::PLAIN, "{text}, {optimizer:?}: the bias of {layer:?}");
            }
        }
    }
}
