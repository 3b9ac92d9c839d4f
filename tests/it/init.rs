//! Initial weights: variances and bounds against theory, orthogonality, exponents, independence of the order of
//! drawing, and values of an independent implementation (`tests/data/init_reference.py`).
#![expect(clippy::unwrap_used, reason = "in a test an error is a failure")]

mod closed_form;
mod transformer;

use crate::fixtures::{GRAY, dense_layers};
use crate::layer_weights::{self, LayerWeights, UNSCALED, weights_sha256};
use emergence_lab::experiment::architecture::{WeightLayer, WeightShape};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::scheme::{RequiredNetwork, ZeroLayers};
use emergence_lab::experiment::{
    Activation, BaseInit, InitScheme, ModelSpec, NormLayer, Rescaling, RescalingRule, Turn,
};
use emergence_lab::init::draw::StandardNormals;
use emergence_lab::init::rescaling::{exponents, factors};
use emergence_lab::init::variance::gain;
use emergence_lab::rng::{Purpose, stream};

/// Draws a scheme without a formula, which always has weights.
fn sample(scheme: &InitScheme, layers: &[WeightLayer], activation: Activation, seed: u64) -> Vec<LayerWeights> {
    layer_weights::sample(scheme, layers, activation, seed).expect("no formula")
}

fn base(base: BaseInit, widths: &[usize], activation: Activation, seed: u64) -> Vec<LayerWeights> {
    sample(&InitScheme::from(base), &dense_layers(widths), activation, seed)
}

fn rescale(base: BaseInit, alpha: f64) -> Rescaling {
    Rescaling { base, alpha, ..Rescaling::default() }
}

/// The schemes that draw every layer at random, regardless of its position in the network.
pub(crate) fn random_bases() -> Vec<BaseInit> {
    let in_any = |base: &BaseInit| {
        base.facts().is_some_and(|row| row.zeros == ZeroLayers::None && row.network == RequiredNetwork::Any)
    };
    BaseInit::all().filter(in_any).collect()
}

/// Tolerance of sampled statistics in standard errors; since seeds are fixed, a test either always passes or never does.
const STANDARD_ERRORS: f64 = 5.0;

#[test]
fn mean_and_variance_follow_theory() {
    // fan_in 400, fan_out 50; standard deviations from the papers' formulas.
    let cases = [
        (BaseInit::XavierNormal, Activation::Relu, (2.0_f64 / 450.0).sqrt()),
        (BaseInit::XavierUniform, Activation::Tanh, (2.0_f64 / 450.0).sqrt()),
        (BaseInit::KaimingNormal, Activation::Relu, (2.0_f64 / 400.0).sqrt()),
        (BaseInit::KaimingNormal, Activation::Tanh, 5.0 / 3.0 / 20.0),
        (BaseInit::KaimingUniform, Activation::Relu, (2.0_f64 / 400.0).sqrt()),
        (BaseInit::KaimingUniform, Activation::Sigmoid, 1.0 / 20.0),
        (BaseInit::KaimingUniform, Activation::Gelu, (2.0_f64 / 400.0).sqrt()),
        (BaseInit::LecunNormal, Activation::Relu, 1.0 / 20.0),
        (BaseInit::Pytorch, Activation::Relu, 1.0 / 20.0 / 3.0_f64.sqrt()),
        // Entries of a uniformly distributed matrix with orthonormal columns have variance 1/400.
        (BaseInit::Orthogonal, Activation::Relu, (2.0_f64 / 400.0).sqrt()),
    ];
    for (scheme, activation, std) in cases {
        let layers = base(scheme.clone(), &[400, 50], activation, 1);
        let statistics = layers[0].statistics().unwrap();
        let count = 400.0 * 50.0_f64;
        let mean_error = std / count.sqrt();
        assert!(statistics.mean.abs() < STANDARD_ERRORS * mean_error, "{scheme:?}: mean {}", statistics.mean);
        // The error for a normal sample; it is smaller for a uniform one, and for columns of fixed length.
        let std_error = std / (2.0 * count).sqrt();
        let off = (statistics.std - std).abs();
        assert!(off < STANDARD_ERRORS * std_error, "{scheme:?} {activation:?}: std {} for {std}", statistics.std);
    }
}

#[test]
fn uniform_schemes_stay_within_and_approach_their_bounds() {
    let cases = [
        (BaseInit::XavierUniform, (6.0_f64 / 300.0).sqrt()),
        (BaseInit::KaimingUniform, (6.0_f64 / 200.0).sqrt()),
        (BaseInit::Pytorch, 1.0 / 200.0_f64.sqrt()),
    ];
    for (scheme, bound) in cases {
        let layers = base(scheme.clone(), &[200, 100], Activation::Relu, 2);
        let largest = layers[0].weight.iter().map(|weight| f64::from(weight.abs())).fold(0.0, f64::max);
        // The largest of 20000 numbers is within 1/2000 of the bound; rounding to f32 may add 6e-8 of it.
        assert!(largest <= bound * (1.0 + 1e-7) && largest > bound * 0.999, "{scheme:?}: {largest} for {bound}");
    }
}

#[test]
fn normal_numbers_have_the_right_tails_and_no_autocorrelation() {
    let count = 200_000;
    let normals: Vec<f64> = StandardNormals::new(stream(5, Purpose::Weights, 0)).take(count).collect();
    let n = count as f64;
    for (limit, probability) in [(0.5, 0.617_075), (1.0, 0.317_311), (2.0, 0.045_500), (3.0, 0.002_700)] {
        let beyond = normals.iter().filter(|normal| normal.abs() > limit).count() as f64 / n;
        let error = (probability * (1.0 - probability) / n).sqrt();
        assert!((beyond - probability).abs() < STANDARD_ERRORS * error, "beyond {limit}: {beyond}");
    }
    for lag in [1, 2] {
        let products = normals.windows(lag + 1).map(|window| window[0] * window[lag]);
        let correlation = products.sum::<f64>() / n;
        assert!(correlation.abs() < STANDARD_ERRORS / n.sqrt(), "correlation at lag {lag}: {correlation}");
    }
}

/// The largest entry of `|WᵀW - gain² I|` (or `WWᵀ` for a wide matrix).
fn orthogonality_error(layer: &LayerWeights, gain: f64) -> f64 {
    let (rows, columns) = (layer.fan().fan_in, layer.fan().fan_out);
    let entry = |row: usize, column: usize| f64::from(layer.weight[row * columns + column]);
    let (count, length) = (rows.min(columns), rows.max(columns));
    let vector = |index: usize, place: usize| if rows >= columns { entry(place, index) } else { entry(index, place) };
    let mut worst = 0.0_f64;
    for left in 0..count {
        for right in 0..=left {
            let product: f64 = (0..length).map(|place| vector(left, place) * vector(right, place)).sum();
            let expected = if left == right { gain * gain } else { 0.0 };
            worst = worst.max((product - expected).abs());
        }
    }
    worst
}

#[test]
fn orthogonal_weights_are_orthogonal_both_ways() {
    for (activation, gain) in [(Activation::Relu, 2.0_f64.sqrt()), (Activation::Tanh, 5.0 / 3.0)] {
        for layer in base(BaseInit::Orthogonal, &[90, 31, 31, 77, 1], activation, 4) {
            // Sums of 90 products of f32 entries of size 1/√90 with relative rounding errors of 6e-8: about 1e-7.
            let error = orthogonality_error(&layer, gain);
            assert!(error < 1e-5, "[{}, {}]: {error}", layer.fan().fan_in, layer.fan().fan_out);
        }
    }
}

#[test]
fn orthogonal_weights_have_no_preferred_sign() {
    // The trace of a uniformly distributed orthogonal matrix has mean 0 and variance 1; without the sign convention of
    // the QR decomposition the mean is not 0.
    let seeds = 2000;
    let trace = |seed| {
        let layer = &base(BaseInit::Orthogonal, &[3, 3], Activation::Sigmoid, seed)[0];
        f64::from(layer.weight[0] + layer.weight[4] + layer.weight[8])
    };
    let traces: Vec<f64> = (0..seeds).map(trace).collect();
    let count = traces.len() as f64;
    let mean = traces.iter().sum::<f64>() / count;
    let square = traces.iter().map(|trace| trace * trace).sum::<f64>() / count;
    assert!(mean.abs() < STANDARD_ERRORS / count.sqrt(), "mean trace {mean}");
    // The fourth moment of the trace is 3 as for a normal number, so the variance of its square is 2.
    assert!((square - 1.0).abs() < STANDARD_ERRORS * (2.0 / count).sqrt(), "mean squared trace {square}");
}

#[test]
fn orthogonal_weights_equal_lapack() {
    for (widths, expected) in [
        ([20, 12], [-0.114_701_248_689_8, 0.169_722_200_882_8, -0.327_528_877_385_3]),
        ([12, 20], [-0.114_701_248_689_8, 0.108_128_766_500_8, -0.327_528_877_385_3]),
    ] {
        let layer = &base(BaseInit::Orthogonal, &widths, Activation::Relu, 7)[0];
        for (index, expected) in [0, 1, 239].into_iter().zip(expected) {
            let got = f64::from(layer.weight[index]);
            assert!((got - expected).abs() < 1e-7, "{widths:?}, entry {index}: {got} for {expected}");
        }
    }
}

#[test]
fn exponents_of_all_rules() {
    use RescalingRule::{Flat, Inner, Outer, Pivot};
    let cases: [(RescalingRule, Turn, &[isize]); 20] = [
        (Outer, Turn::Auto, &[-2, -1, 1, 2]),
        (Outer, Turn::Auto, &[-2, -1, 0, 1, 2]),
        (Outer, Turn::Auto, &[-1, 1]),
        (Outer, Turn::Auto, &[0]),
        (Outer, Turn::Auto, &[]),
        (Outer, Turn::At(1), &[-1, 1, 2, 3]),
        (Outer, Turn::At(0), &[1, 2, 3]),
        (Outer, Turn::At(3), &[-3, -2, -1]),
        (Outer, Turn::At(usize::MAX), &[-3, -2, -1]),
        (Pivot, Turn::Auto, &[-2, -1, 0, 1]),
        (Pivot, Turn::Auto, &[-2, -1, 0, 1, 2]),
        (Pivot, Turn::At(1), &[-1, 0, 1, 2]),
        (Pivot, Turn::At(0), &[0, 1, 2, 3]),
        (Inner, Turn::Auto, &[-1, -2, 2, 1]),
        (Inner, Turn::Auto, &[-1, -2, 0, 2, 1]),
        (Inner, Turn::At(1), &[-1, 3, 2, 1]),
        (Inner, Turn::At(3), &[-1, -2, -3, 1]),
        (Flat, Turn::Auto, &[-1, -1, 1, 1]),
        (Flat, Turn::Auto, &[-1, -1, 0, 1, 1]),
        (Flat, Turn::At(3), &[-1, -1, -1, 1]),
    ];
    for (rule, turn, expected) in cases {
        assert_eq!(exponents(rule, turn, expected.len()), expected, "{rule:?}, {turn:?}, {} layers", expected.len());
    }
}

#[test]
fn factors_of_outer_multiply_to_one() {
    for layers in 1..=64 {
        for alpha in [0.7, 1.0, 1.5, 3.0] {
            let product: f64 = factors(&rescale(BaseInit::KaimingNormal, alpha), layers).iter().product();
            // Two roundings per power and factor: at most about 64² · 1e-16.
            assert!((product - 1.0).abs() < 1e-12, "{layers} layers, alpha {alpha}: {product}");
        }
    }
    assert_eq!(factors(&rescale(BaseInit::KaimingNormal, 2.0), 4), [0.25, 0.5, 2.0, 4.0], "powers of two");
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what is tested")]
fn rescaling_scales_weights_and_nothing_else() {
    let widths = [20, 12, 9, 5];
    let layers = dense_layers(&widths);
    for scheme in random_bases() {
        let plain = base(scheme.clone(), &widths, Activation::Relu, 3);
        let rescaling = rescale(scheme.clone(), 1.7);
        let scaled = sample(&InitScheme::emergence(rescaling.clone()), &layers, Activation::Relu, 3);
        for ((plain, scaled), factor) in plain.iter().zip(&scaled).zip([1.0 / 1.7, 1.0, 1.7]) {
            // f32 times f32: the product is exact in f64 and rounded once.
            let rounded = f64::from(factor as f32);
            let expected: Vec<f32> = plain.weight.iter().map(|weight| (f64::from(*weight) * rounded) as f32).collect();
            assert_eq!(scaled.weight, expected, "{scheme:?}: weights");
            assert_eq!(scaled.bias, plain.bias, "{scheme:?}: biases");
            assert!((scaled.factors.weight - factor).abs() < 1e-15, "{scheme:?}: factor {}", scaled.factors.weight);
        }
        let matched = sample(&InitScheme::RateControl(rescaling), &layers, Activation::Relu, 3);
        assert_eq!(matched, plain, "{scheme:?}: the rate control draws the base");
        let neutral = InitScheme::emergence(rescale(scheme.clone(), 1.0));
        assert_eq!(sample(&neutral, &layers, Activation::Relu, 3), plain, "{scheme:?}: alpha 1");
    }
}

#[test]
fn a_layer_depends_on_seed_index_and_shape_alone() {
    for scheme in random_bases() {
        let short = base(scheme.clone(), &[30, 20, 10], Activation::Relu, 9);
        let long = base(scheme.clone(), &[30, 20, 10, 40, 2], Activation::Relu, 9);
        assert_eq!(short, long[..2], "{scheme:?}: later layers do not matter");
        let other = base(scheme.clone(), &[7, 20, 10], Activation::Relu, 9);
        assert_eq!(short[1], other[1], "{scheme:?}: the previous layer does not matter");
        let same_shape = base(scheme.clone(), &[10, 10, 10], Activation::Relu, 9);
        assert_ne!(same_shape[0].weight, same_shape[1].weight, "{scheme:?}: layers differ");
        let other_seed = base(scheme.clone(), &[30, 20, 10], Activation::Relu, 10);
        assert_ne!(short[0].weight, other_seed[0].weight, "{scheme:?}: seeds differ");
        assert_ne!(weights_sha256(&short), weights_sha256(&other_seed), "{scheme:?}: digests differ");
    }
}

#[test]
fn only_pytorch_draws_biases() {
    for scheme in random_bases() {
        for layer in base(scheme.clone(), &[400, 300, 2], Activation::Relu, 0) {
            assert_eq!(layer.bias.len(), layer.shape.outputs(), "{scheme:?}");
            assert_eq!(layer.weight.len(), layer.shape.count(), "{scheme:?}");
            let zero = layer.bias.iter().all(|bias| *bias == 0.0);
            assert_eq!(zero, scheme != BaseInit::Pytorch, "{scheme:?}: {:?}", &layer.bias[..2]);
        }
    }
    let layer = &base(BaseInit::Pytorch, &[400, 300], Activation::Relu, 0)[0];
    assert!(layer.bias.iter().all(|bias| bias.abs() <= 0.05), "bound 1/√400");
    assert_ne!(layer.bias, layer.weight[..300], "biases have a separate stream");
}

#[test]
fn gains_are_those_of_pytorch() {
    for (activation, expected) in [
        (Activation::Relu, 2.0_f64.sqrt()),
        (Activation::Tanh, 5.0 / 3.0),
        (Activation::Sigmoid, 1.0),
        (Activation::Gelu, 2.0_f64.sqrt()),
    ] {
        assert!((gain(activation) - expected).abs() < 1e-15, "{activation:?}");
    }
}

#[test]
fn values_never_change() {
    // From tests/data/init_reference.py, an independent program that draws the same numbers.
    for (scheme, expected) in [
        ("kaiming_normal", "f76db98f8540ef7c6473a39d8816370b4528e2dd8850eb78c2be91c5c3e4fdcd"),
        ("xavier_uniform", "8c285b00cd7fc1481e9ef77121b46677eda1b9324146eae716ec87b523714f49"),
        ("emergence(kaiming_normal;alpha=1.5)", "02c8b41875bfa844a44c4af373d92022ff3d649e7270521798b6bfc087337688"),
        ("pytorch", "b3fad675b50edfdedeccb7f1b77c13fd194a60ec990164231655c360829021d8"),
        ("zero", "1630c43eff53270da5f11dff72a02ef788a3d31ee18a76543e93077228033467"),
        ("custom(std=sqrt(2)/sqrt(fan_in))", "f76db98f8540ef7c6473a39d8816370b4528e2dd8850eb78c2be91c5c3e4fdcd"),
        // Computed by this program: LAPACK's last digits differ, see `orthogonal_weights_equal_lapack`.
        ("orthogonal", "63eeb4f4d09fd4509bc730f2280b26d6ce4b58b771fe3f5446a6804f6769b0ae"),
    ] {
        let layers = sample(&scheme.parse().unwrap(), &dense_layers(&[20, 12, 5]), Activation::Relu, 7);
        assert_eq!(weights_sha256(&layers), expected, "{scheme}");
    }
    let kaiming = "bebb34dcb7721b647b42ba90af72615b8481f65e59a4cbb045a029333f180113";
    let model: ModelSpec = "resnet:3,5x2".parse().unwrap();
    let residual = model.architecture(&ExampleFacts::images(GRAY, 4), NormLayer::None).unwrap().weight_layers();
    for (scheme, expected) in [
        ("zero", "a50e61759f032bd45a0ce6d7a3d44d9c31ba19e493738a9509f51bf0ee200915"),
        ("fixup", "e4d4f2354b6d3ee164b1606b5eb888be9aab8005a3b43e7c4c29bf424d43dd6a"),
        ("kaiming_normal", kaiming),
        ("custom(std=sqrt(2)/sqrt(fan_in))", kaiming),
    ] {
        let layers = sample(&scheme.parse().unwrap(), &residual, Activation::Relu, 7);
        assert_eq!(weights_sha256(&layers), expected, "{scheme} in a residual network");
    }
}

#[test]
fn checksums_are_those_of_little_endian_floats() {
    let layer = LayerWeights {
        weight: vec![1.0],
        bias: vec![-2.0],
        scale: Vec::new(),
        shift: Vec::new(),
        shape: WeightShape::Dense { inputs: 1, outputs: 1 },
        factors: UNSCALED,
    };
    // printf '\x00\x00\x80\x3f' | sha256sum, and the same with '\x00\x00\x00\xc0' appended.
    assert_eq!(layer.weight_sha256(), "e00e5eb9444182f352323374ef4e08ebcb784725fdd4fd612d7730540b3e0c8c", "weight");
    assert_eq!(
        weights_sha256(&[layer]),
        "ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b",
        "weight and bias"
    );
}

#[test]
fn degenerate_shapes_do_not_panic() {
    for scheme in random_bases() {
        for widths in [&[][..], &[5], &[0, 3], &[3, 0], &[0, 0], &[1, 1]] {
            let layers = base(scheme.clone(), widths, Activation::Relu, 0);
            assert_eq!(layers.len(), widths.len().saturating_sub(1), "{scheme:?} {widths:?}");
            let finite = layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias)).all(|x| x.is_finite());
            assert!(finite, "{scheme:?} {widths:?}: {layers:?}");
        }
    }
    assert_eq!(base(BaseInit::LecunNormal, &[0, 3], Activation::Relu, 0)[0].statistics(), None, "no weights");
}
