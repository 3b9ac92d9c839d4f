//! Special closed-form schemes: ZerO against its defining equations, Fixup against the rules of its paper, shuffled factors, and
//! formulas against the named schemes that they express.

use super::{STANDARD_ERRORS, sample};
use crate::fixtures::{COLOR, GRAY, dense_layers};
use crate::layer_weights::{self, LayerWeights};
use emergence_lab::error::Error;
use emergence_lab::experiment::architecture::{FeatureShape, LayerPlace, LayerRank, WeightLayer, WeightShape};
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::scheme::{CustomInit, CustomKind, FormulaInputs};
use emergence_lab::experiment::{Activation, InitScheme, ModelSpec, NormLayer};
use emergence_lab::init::variance::{gain, kaiming_normal};
use emergence_lab::init::{Fan, custom_distribution, shuffle};

fn layers_of(model: &str, input: FeatureShape) -> Vec<WeightLayer> {
    let model: ModelSpec = model.parse().expect("a model");
    model.architecture(&ExampleFacts::images(input, 10), NormLayer::None).expect("a network that fits").weight_layers()
}

fn draw(scheme: &str, layers: &[WeightLayer], seed: u64) -> Vec<LayerWeights> {
    sample(&scheme.parse().expect("a scheme"), layers, Activation::Relu, seed)
}

/// ZerO's weight of a single dense layer as in the paper, with one row per output.
fn zero_matrix(inputs: usize, outputs: usize) -> Vec<Vec<f64>> {
    let weight = draw("zero", &dense_layers(&[inputs, outputs]), 0).remove(0).weight;
    let row = |output: usize| (0..inputs).map(|input| f64::from(weight[input * outputs + output])).collect();
    (0..outputs).map(row).collect()
}

/// `H_0 = 1` and `H_m` from four copies of `H_{m-1}`, the last one negative.
fn hadamard(order: u32) -> Vec<Vec<f64>> {
    if order == 0 {
        return vec![vec![1.0]];
    }
    let smaller = hadamard(order - 1);
    let beside = |row: &Vec<f64>, sign: f64| row.iter().copied().chain(row.iter().map(|x| sign * x)).collect();
    let upper = smaller.iter().map(|row| beside(row, 1.0));
    upper.chain(smaller.iter().map(|row| beside(row, -1.0))).collect()
}

#[test]
fn zero_is_the_partial_identity_unless_a_layer_widens() {
    for (inputs, outputs) in [(784, 128), (12, 5), (7, 7), (1, 1)] {
        for (output, row) in zero_matrix(inputs, outputs).iter().enumerate() {
            let expected: Vec<f64> = (0..inputs).map(|input| f64::from(u8::from(input == output))).collect();
            assert_eq!(*row, expected, "{inputs} to {outputs}, output {output}: a row of the partial identity");
        }
    }
}

#[test]
fn zero_uses_hadamard_matrices_if_a_layer_widens() {
    for (inputs, outputs, order) in [(3, 8, 3), (8, 16, 4), (6, 12, 4), (1, 2, 1), (20, 33, 6)] {
        let signs = hadamard(order);
        let scale = f64::powf(2.0, -f64::from(order) / 2.0);
        for (row, signs) in zero_matrix(inputs, outputs).iter().zip(&signs) {
            let off = row.iter().zip(signs).map(|(got, sign)| (got - scale * sign).abs()).fold(0.0, f64::max);
            // Numbers below 1, rounded to f32: errors of 6e-8.
            assert!(off < 1e-7, "{inputs} to {outputs}: {row:?} for {signs:?} times {scale}");
        }
    }
}

#[test]
fn zero_to_a_power_of_two_preserves_all_angles() {
    for (inputs, outputs) in [(3, 4), (5, 8), (31, 32), (64, 128), (1, 16)] {
        let weight = zero_matrix(inputs, outputs);
        for left in 0..inputs {
            for right in 0..inputs {
                let product: f64 = weight.iter().map(|row| row[left] * row[right]).sum();
                let expected = f64::from(u8::from(left == right));
                // 128 products of numbers with relative rounding errors of 6e-8.
                assert!((product - expected).abs() < 1e-6, "{inputs} to {outputs}: WᵀW[{left}, {right}] = {product}");
            }
        }
    }
}

#[test]
fn zero_in_a_convolution_is_the_matrix_of_the_maps_at_the_center() {
    for (channels_in, channels_out, kernel) in [(3, 8, 3), (8, 3, 5), (4, 4, 3), (1, 6, 5)] {
        let shape = WeightShape::Convolution { channels_in, channels_out, kernel };
        let layer = WeightLayer {
            shape,
            normalized: false,
            place: LayerPlace::Trunk,
            rank: LayerRank::in_chain(0),
            part: None,
        };
        let weight = &draw("zero", &[layer], 0)[0].weight;
        let matrix = zero_matrix(channels_in, channels_out);
        for (index, value) in weight.iter().enumerate() {
            let [column, row] = [index % kernel, index / kernel % kernel];
            let map = index / (kernel * kernel);
            let middle = row == kernel / 2 && column == kernel / 2;
            let expected = if middle { matrix[map / channels_in][map % channels_in] } else { 0.0 };
            assert_eq!(f64::from(*value).to_bits(), expected.to_bits(), "{shape:?}: entry {index}");
        }
    }
}

#[test]
fn zero_starts_every_residual_block_as_the_identity() {
    let layers = layers_of("resnet:4,8", COLOR);
    let drawn = draw("zero", &layers, 0);
    for (layer, drawn) in layers.iter().zip(&drawn) {
        let nothing = drawn.weight.iter().all(|weight| *weight == 0.0);
        assert_eq!(nothing, layer.place == LayerPlace::BranchEnd, "{layer:?}: zero at the ends of branches only");
        assert!(drawn.bias.iter().all(|bias| *bias == 0.0), "{layer:?}: no bias");
    }
    assert_eq!(draw("zero", &layers, 1), drawn, "nothing is random");
    let halved = draw("emergence(zero;alpha=2;rule=flat;turn=6)", &layers, 0);
    let half: Vec<f32> = drawn[0].weight.iter().map(|weight| weight / 2.0).collect();
    assert_eq!(halved[0].weight, half, "it is rescaled like any other scheme");
}

#[test]
fn fixup_follows_its_rules() {
    // Three blocks: the first layer, three pairs in branches, the output layer. Fans of 3 · 9, 16 · 9, 16 · 9 and 32 · 9.
    let layers = layers_of("resnet:16,32x2", COLOR);
    let drawn = draw("fixup", &layers, 3);
    let branch = |fan_in: f64| (2.0 / fan_in).sqrt() * 3.0_f64.powf(-0.5);
    let theory = [(2.0_f64 / 27.0).sqrt(), branch(144.0), 0.0, branch(144.0), 0.0, branch(288.0), 0.0, 0.0];
    assert_eq!(drawn.len(), theory.len(), "weight layers");
    for (index, (layer, std)) in drawn.iter().zip(theory).enumerate() {
        let got = layer.statistics().expect("weights").std;
        let error = STANDARD_ERRORS * std / (2.0 * layer.weight.len() as f64).sqrt();
        assert!((got - std).abs() <= error, "layer {index}: standard deviation {got} for {std}");
        assert!(layer.bias.iter().all(|bias| *bias == 0.0), "layer {index}: biases start at zero");
    }
    for model in ["resnet:4", "resnet:4x7", "resnet:2,4x3,8x2"] {
        let layers = layers_of(model, COLOR);
        let (fixup, he) = (draw("fixup", &layers, 8), draw("kaiming_normal", &layers, 8));
        let blocks = (layers.len() - 2) / 2;
        assert_eq!(fixup[0], he[0], "{model}: outside branches as by He et al.");
        for index in (1..layers.len() - 1).step_by(2) {
            let scale = (blocks as f64).powf(-0.5);
            let off = fixup[index].weight.iter().zip(&he[index].weight);
            let off = off.map(|(own, he)| (f64::from(*own) - scale * f64::from(*he)).abs()).fold(0.0, f64::max);
            // Numbers below 4 with two relative rounding errors of 6e-8.
            assert!(off < 1e-6, "{model}: B^(-1/2) of He et al. in layer {index}, off by {off}");
        }
    }
}

/// The factors that a scheme applied to this number of layers.
fn applied(scheme: &str, layers: usize, seed: u64) -> Vec<f64> {
    draw(scheme, &dense_layers(&vec![3; layers + 1]), seed).iter().map(|layer| layer.factors.weight).collect()
}

fn sorted(mut factors: Vec<f64>) -> Vec<f64> {
    factors.sort_by(f64::total_cmp);
    factors
}

#[test]
fn shuffled_factors_are_a_permutation() {
    for rescaling in
        ["alpha=1.5", "alpha=0.7", "alpha=2;rule=flat", "alpha=3;rule=pivot;turn=2", "alpha=2;rule=flat;turn=0"]
    {
        let rescaled = format!("emergence(lecun_normal;{rescaling})");
        let shuffled = format!("shuffle({rescaled})");
        for layers in [2, 5, 10] {
            let given = applied(&rescaled, layers, 0);
            // If all factors are equal, there is no other order.
            let one_kind = given.iter().all(|factor| factor.to_bits() == given[0].to_bits());
            for seed in 0..50 {
                let own = applied(&shuffled, layers, seed);
                assert_eq!(sorted(own.clone()), sorted(given.clone()), "{shuffled}, {layers} layers: a permutation");
                assert_eq!(
                    own == given,
                    one_kind,
                    "{shuffled}, {layers} layers, seed {seed}: another order, if there is one"
                );
                assert_eq!(applied(&shuffled, layers, seed), own, "{shuffled}: the same again");
            }
        }
    }
}

#[test]
fn shuffled_weights_are_the_base_times_the_shuffled_factors() {
    let layers = dense_layers(&[9, 8, 7, 6, 5]);
    let (plain, shuffled) =
        (draw("pytorch", &layers, 4), draw("shuffle(emergence(pytorch;alpha=2;rule=flat))", &layers, 4));
    for (plain, shuffled) in plain.iter().zip(&shuffled) {
        // Factors of 1/2 and 2 are exact.
        let expected: Vec<f64> =
            plain.weight.iter().map(|weight| f64::from(*weight) * shuffled.factors.weight).collect();
        assert_eq!(shuffled.weight.iter().copied().map(f64::from).collect::<Vec<_>>(), expected, "weights");
        assert_eq!(shuffled.bias, plain.bias, "biases are unchanged");
    }
}

#[test]
fn all_other_orders_are_equally_likely() {
    let factors = [0.5, 1.0, 2.0];
    let seeds: u32 = 5000;
    let mut counts = [0_u32; 27];
    for seed in 0..seeds {
        let order = shuffle::order(&factors, seed.into());
        counts[order[0] * 9 + order[1] * 3 + order[2]] += 1;
    }
    assert_eq!(counts[3 + 2], 0, "the given order 0, 1, 2");
    let found: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(found.len(), 5, "the five other orders: {counts:?}");
    let (n, p) = (f64::from(seeds), 0.2);
    let error = STANDARD_ERRORS * (n * p * (1.0 - p)).sqrt();
    assert!(found.iter().all(|count| (f64::from(*count) - n * p).abs() < error), "a fifth each: {found:?}");
    for factors in [&[][..], &[2.0], &[3.0, 3.0, 3.0]] {
        assert_eq!(shuffle::order(factors, 1), (0..factors.len()).collect::<Vec<_>>(), "no other order");
    }
}

#[test]
fn formulas_of_known_schemes_draw_the_same_bits() {
    let layers = layers_of("mlp:128,128,128", GRAY);
    for (formula, scheme) in [
        ("custom(std=sqrt(2/fan_in))", "kaiming_normal"),
        ("custom(std=sqrt(2)/sqrt(fan_in))", "kaiming_normal"),
        ("custom(uniform=sqrt(6/fan_in))", "kaiming_uniform"),
        ("custom(std=sqrt(2/(fan_in+fan_out)))", "xavier_normal"),
        ("custom(uniform=sqrt(6/(fan_in+fan_out)))", "xavier_uniform"),
        ("custom(std=1/sqrt(fan_in))", "lecun_normal"),
        ("emergence(custom(std=sqrt(2/fan_in));alpha=1.5)", "emergence(kaiming_normal;alpha=1.5)"),
        ("shuffle(emergence(custom(std=sqrt(2/fan_in));alpha=2))", "shuffle(emergence(kaiming_normal;alpha=2))"),
    ] {
        for seed in 0..2 {
            assert_eq!(draw(formula, &layers, seed), draw(scheme, &layers, seed), "{formula}, seed {seed}");
        }
    }
    let network = layers_of("resnet:4,8", COLOR);
    let (own, he) = (draw("custom(std=sqrt(2/fan_in))", &network, 5), draw("kaiming_normal", &network, 5));
    assert_eq!(own, he, "convolutions, too");
}

#[test]
fn formulas_of_known_schemes_agree_in_all_digits_but_the_last() {
    let layers = layers_of("mlp:128,128,128", GRAY);
    let kaiming = kaiming_normal(Fan::of(layers[0].shape), gain(Activation::Relu)).std();
    let std = |formula: &str| {
        let custom = CustomInit::new(CustomKind::Std, formula, 1.5).expect("a formula");
        custom_distribution(&custom, &layers, 0).expect("a value").std()
    };
    assert_eq!(std("sqrt(2)/sqrt(fan_in)").to_bits(), kaiming.to_bits(), "as the scheme computes it");
    // For a fan-in of 784, the root of the quotient and the quotient of the roots are adjacent f64 numbers. After rounding to
    // f32, about one weight in 2^29 differs.
    let off = std("sqrt(2/fan_in)").to_bits().abs_diff(kaiming.to_bits());
    assert_eq!(off, 1, "one unit in the last place");
}

#[test]
fn a_formula_depends_on_the_layer() {
    let inputs = FormulaInputs { fan_in: 784, fan_out: 128, layer: 2, n_layers: 5 };
    for (formula, expected) in [
        ("fan_in", 784.0),
        ("fan_out", 128.0),
        ("layer", 2.0),
        ("n_layers", 5.0),
        ("depth", 0.25),
        ("alpha", 3.0),
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("sqrt(fan_in)", 28.0),
        ("pow(2, 10) - 2^9", 512.0),
        ("2^3^2 / 2**6", 8.0),
        ("min(3, 1, 2) + max(3, 1, 2)", 4.0),
        ("7 % 4 + 7 mod 4", 6.0),
        ("-(-2)^2 + 5", 1.0),
        ("3!", 6.0),
        ("layer == 1 ? 1/0 : 0.5", 0.5),
        ("layer < n_layers && !(fan_in > 1000) || 1/0", 1.0),
        ("1e-2 * 1.5E1 + .5", 0.65),
        (" alpha ^ (layer - (n_layers + 1) / 2) ", 1.0 / 3.0),
    ] {
        let custom = CustomInit::new(CustomKind::Std, formula, 3.0).expect("a formula");
        let value = custom.evaluate(inputs).expect("a value");
        assert!((value - expected).abs() < 1e-15 * expected.max(1.0), "{formula} is {value}, not {expected}");
        assert_eq!(custom.formula(), formula.trim(), "the formula as it was typed");
    }
    for (n_layers, depths) in [(1, vec![0.0]), (2, vec![0.0, 1.0]), (3, vec![0.0, 0.5, 1.0])] {
        let custom = CustomInit::new(CustomKind::Std, "depth", 1.5).expect("a formula");
        let depth = |layer| custom.evaluate(FormulaInputs { layer, n_layers, ..inputs }).expect("a value");
        assert_eq!((1..=n_layers).map(depth).collect::<Vec<_>>(), depths, "depth of {n_layers} layers");
    }
}

#[test]
fn weights_have_the_spread_of_their_formula() {
    let layers = dense_layers(&[300, 100, 50]);
    let uniform = draw("custom(uniform=layer/10)", &layers, 1);
    for (layer, bound) in uniform.iter().zip([0.1, 0.2]) {
        let largest = layer.weight.iter().map(|weight| f64::from(weight.abs())).fold(0.0, f64::max);
        // The largest of 5000 numbers is within 1/500 of the bound; rounding to f32 may add 6e-8 of it.
        assert!(largest <= bound * (1.0 + 1e-7) && largest > bound * 0.998, "{largest} for a bound of {bound}");
        assert!(layer.bias.iter().all(|bias| *bias == 0.0), "biases start at zero");
    }
    let normal = draw("custom(std=alpha/100;alpha=7)", &layers, 1);
    let std = normal[0].statistics().expect("weights").std;
    assert!((std - 0.07).abs() < STANDARD_ERRORS * 0.07 / 60_000.0_f64.sqrt(), "alpha is 7: {std}");
    assert!(draw("custom(std=0)", &layers, 1)[1].weight.iter().all(|weight| *weight == 0.0), "zero is allowed");
}

/// The error of a formula: its position, the erroneous part, and the reason.
fn complaint(scheme: &str) -> (usize, String, String) {
    let layers = layers_of("mlp:128,128,128", GRAY);
    let drawn =
        scheme.parse::<InitScheme>().and_then(|scheme| layer_weights::sample(&scheme, &layers, Activation::Relu, 0));
    match drawn {
        Err(Error::Formula(error)) => (error.character(), error.parts()[1].to_owned(), error.reason.to_string()),
        other => panic!("{scheme} should be a wrong formula, not {other:?}"),
    }
}

#[test]
fn an_error_points_to_the_erroneous_part() {
    let names = "expected fan_in, fan_out, layer, n_layers, depth, alpha, pi or e";
    let functions = "expected sqrt, pow, min or max";
    let std = "expected a standard deviation of at least 0, got";
    for (formula, character, part, reason) in [
        ("", 1, "", "unexpected end of expression"),
        ("   ", 1, "", "unexpected end of expression"),
        ("2 *", 4, "", "unexpected end of expression"),
        ("sqrt(2/fan_in", 5, "(", "unclosed parenthesis"),
        ("2 * (3 + (1)", 5, "(", "unclosed parenthesis"),
        ("1))", 2, ")", "unexpected token"),
        ("2 fan_in", 3, "fan_in", "unexpected token"),
        ("2 * * 3", 5, "*", "unexpected token"),
        ("0.1 + fanin", 7, "fanin", names),
        ("sqrt(Fan_in)", 6, "Fan_in", names),
        ("sqrt", 1, "sqrt", names),
        ("1 + sin(layer)", 5, "sin", functions),
        ("exp(1)", 1, "exp", functions),
        ("1 + sqrt(1, 2)", 5, "sqrt(1, 2)", "wrong number of arguments"),
        ("min()", 1, "min()", "wrong number of arguments"),
        ("max(1,2,3,4,5,6,7,8,9)", 21, "9", "too many arguments"),
        ("2·fan_in", 2, "·", "unexpected character"),
        ("√(2/fan_in)", 1, "√", "unexpected character"),
        ("1 + 😀", 5, "😀", "unexpected character"),
        ("2 = 3", 3, "=", "unexpected character"),
        ("\"a\"", 1, "\"", "unexpected character"),
        ("0.1 + 1e999", 7, "1e999", "invalid number"),
        ("1.2.3", 4, ".3", "unexpected token"),
        ("0/0", 1, "0/0", "division by zero in layer 1"),
        ("1 + 1/(layer-3)", 5, "1/(layer-3)", "division by zero in layer 3"),
        ("pow(0, 0-1)", 1, "pow(0, 0-1)", "division by zero in layer 1"),
        ("0.1 + sqrt(100 - fan_in)", 7, "sqrt(100 - fan_in)", "operand out of domain in layer 1"),
        ("max(0, pow(-1, 0.5))", 8, "pow(-1, 0.5)", "operand out of domain in layer 1"),
        ("10^400", 1, "10^400", "overflow in layer 1"),
        ("171!", 1, "171!", "overflow in layer 1"),
        ("3-layer", 1, "3-layer", &format!("{std} -1 in layer 4")),
        ("layer == 4 ? what : 1", 14, "what", names),
    ] {
        let expected = (character, part.to_owned(), reason.to_owned());
        assert_eq!(complaint(&format!("custom(std={formula})")), expected, "`{formula}`");
    }
    let bound = complaint("custom(uniform=-0.5)");
    assert_eq!(bound, (1, "-0.5".to_owned(), "expected a bound of at least 0, got -0.5 in layer 1".to_owned()));
    let deep = format!("custom(std={}1{})", "(".repeat(32), ")".repeat(32));
    assert_eq!(complaint(&deep), (33, "1".to_owned(), "expression nested too deeply".to_owned()), "32 parentheses");
}

#[test]
fn an_error_reads_as_one_line() {
    let check = |scheme: &str, line: &str| {
        let error = scheme.parse::<InitScheme>().expect_err("no scheme");
        assert_eq!((error.to_string(), error.key()), (line.to_owned(), Some("init")), "{scheme}");
    };
    check("custom(std=1 +)", "init: unexpected end of expression at character 4 of `1 +`");
    check("custom(std=2·3)", "init: unexpected character: `·` at character 2 of `2·3`");
    let long = format!("custom(std={})", "1+".repeat(250) + "1");
    check(&long, "init: formula: expected a formula of at most 500 bytes, got `501 bytes`");
    assert!(format!("custom(std={})", "1+".repeat(249) + "11").parse::<InitScheme>().is_ok(), "500 bytes are allowed");
    for wrong in ["custom()", "custom(1)", "custom(var=1)", "custom(std=1;beta=2)", "custom(std=1;2)", "custom(std)"] {
        let error = wrong.parse::<InitScheme>().expect_err("no scheme").to_string();
        assert!(
            error.starts_with("init: expected one of custom(std=FORMULA), custom(uniform=FORMULA)"),
            "{wrong}: {error}"
        );
    }
    check("custom(std=1;alpha=0)", "init: alpha: expected a number from 0.01 to 100, got `0`");
}
