//! Transformers: the spread of every matrix and embedding table against the formulas of the papers, the weights of DeepNet's
//! shortcuts, and rescaling by rank.

use super::STANDARD_ERRORS;
use emergence_lab::experiment::architecture::{
    Architecture, AttentionKind, MatrixRole, ParameterRole, Stack, TransformerPart, WeightLayer, WeightShape,
};
use emergence_lab::experiment::dataset::{ExampleFacts, SequenceFacts};
use emergence_lab::experiment::{
    Activation, BaseInit, ModelSpec, Named, NormLayer, Rescaling, RescalingLevel, RescalingRule, Turn,
};
use emergence_lab::init::rescaling::factors;
use emergence_lab::init::{self, InitialParameters, Parameter};
use std::collections::BTreeSet;

/// Layers of either stack, widths and fans that all differ, with an output matrix.
const UNEQUAL: &str = "transformer:64f96x3+2u";
const ENCODER_LAYERS: f64 = 3.0;
const DECODER_LAYERS: f64 = 2.0;

fn model(text: &str) -> ModelSpec {
    text.parse().unwrap()
}

fn architecture(text: &str, norm: NormLayer) -> Architecture {
    let source = SequenceFacts { symbols: 150, positions: 5 };
    let target = SequenceFacts { symbols: 250, positions: 6 };
    model(text).architecture(&ExampleFacts::Pairs { source, target, joint: false }, norm).unwrap()
}

/// The normalization that a scheme is for.
fn norm_of(scheme: &str) -> NormLayer {
    match scheme {
        "tfixup" => NormLayer::None,
        "deepnet" => NormLayer::Post,
        _ => NormLayer::Pre,
    }
}

fn draw(scheme: &str, architecture: &Architecture, seed: u64) -> InitialParameters {
    init::sample(&scheme.parse().unwrap(), architecture, Activation::Relu, seed).unwrap()
}

fn standard_deviation(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|value| f64::from(*value)).sum::<f64>() / count;
    (values.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>() / count).sqrt()
}

fn largest(values: &[f32]) -> f64 {
    values.iter().map(|value| f64::from(value.abs())).fold(0.0, f64::max)
}

/// The standard error of the standard deviation of normal numbers; it is smaller for uniform ones.
fn standard_error(std: f64, count: usize) -> f64 {
    std / (2.0 * count as f64).sqrt()
}

/// The factor by which a scheme differs from its plain distribution in a matrix of [`UNEQUAL`], as the papers state it.
fn published_factor(scheme: &str, part: TransformerPart) -> f64 {
    let encoder = part.stack == Stack::Encoder;
    let reads = matches!(part.matrix, MatrixRole::Query(_) | MatrixRole::Key(_));
    let ends_branch = matches!(part.matrix, MatrixRole::Output(_) | MatrixRole::Contraction);
    let layers = if encoder { ENCODER_LAYERS } else { DECODER_LAYERS };
    match scheme {
        // Xavier of queries, keys and values packed into one matrix, [d, 3 d].
        "fairseq" if reads || matches!(part.matrix, MatrixRole::Value(_)) => 0.5_f64.sqrt(),
        "gpt2" if ends_branch => (2.0 * layers).powf(-0.5),
        "dsinit" => ((part.layer + 1) as f64).powf(-0.5),
        "tfixup" if !reads && encoder => 0.67 * layers.powf(-0.25),
        "tfixup" if !reads => (9.0 * layers).powf(-0.25),
        "deepnet" if !reads && encoder => 0.87 * (ENCODER_LAYERS.powi(4) * DECODER_LAYERS).powf(-1.0 / 16.0),
        "deepnet" if !reads => (12.0 * layers).powf(-0.25),
        _ => 1.0,
    }
}

/// The standard deviation of a matrix of [`UNEQUAL`].
fn theory(scheme: &str, layer: &WeightLayer) -> f64 {
    let WeightShape::Dense { inputs, outputs } = layer.shape else { panic!("a matrix: {layer:?}") };
    let plain = match scheme {
        "gpt2" => 0.02,
        "lecun_normal" => (1.0 / inputs as f64).sqrt(),
        "kaiming_normal" | "kaiming_uniform" => (2.0 / inputs as f64).sqrt(),
        _ => (2.0 / (inputs + outputs) as f64).sqrt(),
    };
    plain * layer.part.map_or(1.0, |part| published_factor(scheme, part))
}

/// Every scheme of the theory, and whether it is uniform.
const SCHEMES: [(&str, bool); 10] = [
    ("xavier_normal", false),
    ("xavier_uniform", true),
    ("kaiming_normal", false),
    ("kaiming_uniform", true),
    ("lecun_normal", false),
    ("fairseq", true),
    ("gpt2", false),
    ("dsinit", true),
    ("tfixup", true),
    ("deepnet", false),
];

#[test]
fn every_matrix_spreads_as_its_scheme_says() {
    for (scheme, uniform) in SCHEMES {
        let architecture = architecture(UNEQUAL, norm_of(scheme));
        let (layers, drawn) = (architecture.weight_layers(), draw(scheme, &architecture, 1));
        assert_eq!(layers.len(), 3 * 6 + 2 * 10 + 1, "matrices");
        for (layer, weights) in layers.iter().zip(drawn.layers(&architecture)) {
            let (expected, got) = (theory(scheme, layer), weights.statistics().unwrap());
            let error = standard_error(expected, weights.weight.len());
            assert!(
                (got.std - expected).abs() < STANDARD_ERRORS * error,
                "{scheme}, {layer:?}: {got:?} for {expected}"
            );
            let mean_error = expected / (weights.weight.len() as f64).sqrt();
            assert!(got.mean.abs() < STANDARD_ERRORS * mean_error, "{scheme}, {layer:?}: {got:?}");
            let (largest, bound) = (largest(weights.weight), expected * 3.0_f64.sqrt());
            // The largest of 4096 uniform numbers is almost certainly within 1/200 of the bound, that of normal ones far beyond.
            let within = largest <= bound * (1.0 + 1e-7) && largest > bound * 0.995;
            assert_eq!(within, uniform, "{scheme}, {layer:?}: largest {largest}, bound {bound}");
        }
    }
}

/// The tables of embeddings of source and target.
fn tables(parameters: &InitialParameters) -> [&Parameter; 2] {
    [0, 1].map(|table| parameters.get(ParameterRole::Embedding(table)).unwrap())
}

#[test]
fn embedded_symbols_have_variance_one_but_for_two_schemes() {
    for (scheme, _) in SCHEMES {
        let architecture = architecture(UNEQUAL, norm_of(scheme));
        let drawn = draw(scheme, &architecture, 2);
        let expected = match scheme {
            "gpt2" => 0.02,
            "tfixup" => (9.0 * DECODER_LAYERS).powf(-0.25) / 8.0,
            // 1/√64; the embedded symbols are √64 times as large.
            _ => 1.0 / 8.0,
        };
        for (table, symbols) in tables(&drawn).into_iter().zip([150, 250]) {
            assert_eq!(table.values.len(), symbols * 64, "{scheme}: a row of 64 features per symbol");
            let (got, error) = (standard_deviation(&table.values), standard_error(expected, table.values.len()));
            assert!((got - expected).abs() < STANDARD_ERRORS * error, "{scheme}: {got} for {expected}");
            // Normal numbers: the largest of 9600 is almost certainly beyond 3 standard deviations.
            assert!(largest(&table.values) > 3.0 * expected, "{scheme}: normal");
        }
    }
}

#[test]
fn embedding_tables_have_streams_of_their_own() {
    let pre = architecture(UNEQUAL, NormLayer::Pre);
    let xavier = draw("xavier_normal", &pre, 3);
    let [source, target] = tables(&xavier);
    assert_ne!(source.values[..64], target.values[..64], "the tables differ");
    let other = draw("xavier_normal", &pre, 4);
    assert_ne!(tables(&other)[0].values, source.values, "seeds differ");
    for scheme in ["kaiming_uniform", "orthogonal", "zero", "pytorch", "fairseq", "dsinit", "custom(std=0.5)"] {
        assert_eq!(tables(&draw(scheme, &pre, 3)), [source, target], "{scheme}: the same tables");
    }
    let deeper = architecture("transformer:64h2f32x5", NormLayer::None);
    assert_eq!(tables(&draw("xavier_normal", &deeper, 3)), [source, target], "layers do not matter");
}

#[test]
fn biases_and_normalizations_start_plain() {
    let named = SCHEMES.map(|(scheme, _)| scheme);
    let more = ["orthogonal", "zero", "emergence(xavier_normal;alpha=1.1)", "custom(std=0.5)", "pytorch"];
    for scheme in named.into_iter().chain(more) {
        let norms = [(NormLayer::None, 0), (NormLayer::Post, 3 * 2 + 2 * 3), (NormLayer::Pre, 3 * 2 + 2 * 3 + 2)];
        for (norm, count) in norms {
            let architecture = architecture("transformer:16x3+2u", norm);
            let drawn = draw(scheme, &architecture, 5);
            let (mut scales, mut shifts) = (0, 0);
            for parameter in &drawn.parameters {
                let all = |value: f32| parameter.values.iter().all(|own| own.to_bits() == value.to_bits());
                match parameter.role {
                    ParameterRole::LayerNormScale(_) => {
                        scales += 1;
                        assert!(all(1.0) && parameter.values.len() == 16, "{scheme}, {norm:?}: scales");
                    }
                    ParameterRole::LayerNormShift(_) => {
                        shifts += 1;
                        assert!(all(0.0) && parameter.values.len() == 16, "{scheme}, {norm:?}: shifts");
                    }
                    ParameterRole::Bias(layer) => {
                        assert_eq!(all(0.0), scheme != "pytorch", "{scheme}: bias of layer {layer}");
                    }
                    _ => {}
                }
            }
            assert_eq!((scales, shifts), (count, count), "{scheme}, {norm:?}: normalizations");
        }
    }
}

#[test]
fn deepnet_weighs_shortcuts_up() {
    let shortcuts = |scheme: &str, model: &str| draw(scheme, &architecture(model, NormLayer::Post), 0).shortcuts;
    for (model, encoder_layers, decoder_layers) in [
        ("transformer:8x1", 1, 1),
        ("transformer:8", 2, 2),
        ("transformer:8x3+2u", 3, 2),
        ("transformer:8x1+12", 1, 12),
    ] {
        let (n, m) = (encoder_layers as f64, decoder_layers as f64);
        let (encoder, decoder) = (0.81 * (n.powi(4) * m).powf(1.0 / 16.0), (3.0 * m).powf(0.25));
        // Two sub-layers in a layer of the encoder, three in one of the decoder.
        let encoder = std::iter::repeat_n(encoder, 2 * encoder_layers);
        let expected: Vec<f64> = encoder.chain(std::iter::repeat_n(decoder, 3 * decoder_layers)).collect();
        let got = shortcuts("deepnet", model);
        assert_eq!(got.len(), expected.len(), "{model}: {got:?}");
        for (got, expected) in got.iter().zip(&expected) {
            assert!((got - expected).abs() < 1e-12, "{model}: {got} for {expected}");
        }
        assert_eq!(shortcuts("emergence(deepnet;alpha=1.1)", model), got, "{model}: also under a rescaling");
        for other in ["xavier_normal", "fairseq", "dsinit", "tfixup"] {
            assert!(shortcuts(other, model).is_empty(), "{model}, {other}: shortcuts of weight 1");
        }
    }
}

/// The ranks of all matrices of a transformer.
fn ranks(text: &str, level: RescalingLevel) -> Vec<usize> {
    let layers = architecture(text, NormLayer::Pre).weight_layers();
    layers.into_iter().map(|layer| level.of(layer.rank)).collect()
}

#[test]
fn numbers_of_ranks() {
    for (text, depth, sublayer, layer) in [
        ("transformer:8x1", 8, 5, 2),
        ("transformer:8", 18, 10, 4),
        ("transformer:8x4", 38, 20, 8),
        // Each layer of the decoder after the first is 6 matrices deeper, each of the encoder 4.
        ("transformer:8x1+3", 20, 11, 4),
        ("transformer:8x3+1", 16, 9, 4),
    ] {
        for (tail, more) in [("", 0), ("u", 1)] {
            let text = format!("{text}{tail}");
            let expected = [
                (RescalingLevel::Depth, depth + more),
                (RescalingLevel::Sublayer, sublayer + more),
                (RescalingLevel::Layer, layer + more),
            ];
            for (level, count) in expected {
                let found: BTreeSet<usize> = ranks(&text, level).into_iter().collect();
                assert_eq!(found, (0..count).collect(), "{text}, {level:?}: ranks from 0, none left out");
                assert_eq!(model(&text).rank_count(level), count, "{text}, {level:?}: as the form counts them");
            }
        }
    }
}

#[test]
fn ranks_are_the_longest_paths_in_matrices() {
    // Queries, keys, values, output, feed-forward 1 and 2; in the decoder, the same of cross-attention in between.
    let expected: [&[usize]; 5] = [
        &[0, 0, 0, 1, 2, 3],
        &[4, 4, 4, 5, 6, 7],
        &[0, 0, 0, 1, 2, 8, 8, 9, 10, 11],
        &[12, 12, 12, 13, 14, 8, 8, 15, 16, 17],
        &[18],
    ];
    for norm in [NormLayer::None, NormLayer::Pre, NormLayer::Post] {
        let layers = architecture("transformer:8u", norm).weight_layers();
        let depths: Vec<usize> = layers.iter().map(|layer| layer.rank.depth).collect();
        assert_eq!(depths, expected.concat(), "{norm:?}");
    }
    let sublayers: [&[usize]; 10] =
        [&[0; 4], &[1; 2], &[2; 4], &[3; 2], &[4; 4], &[5; 4], &[6; 2], &[7; 4], &[8; 4], &[9; 2]];
    assert_eq!(ranks("transformer:8", RescalingLevel::Sublayer), sublayers.concat(), "sub-layers in order");
    let layers: [&[usize]; 5] = [&[0; 6], &[1; 6], &[2; 10], &[3; 10], &[4]];
    assert_eq!(ranks("transformer:8u", RescalingLevel::Layer), layers.concat(), "layers in order");
}

/// The factors by which the matrices, in forward order, were multiplied.
fn matrix_factors(parameters: &InitialParameters, architecture: &Architecture) -> Vec<f64> {
    parameters.layers(architecture).iter().map(|layer| layer.factors.weight).collect()
}

#[test]
#[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what is tested")]
fn matrices_are_rescaled_by_rank_and_nothing_else_is() {
    // 18 ranks: exponents -9 to -1 and 1 to 9; with the output matrix 19, the middle one unchanged.
    for (text, count) in [("transformer:16", 18), ("transformer:16u", 19)] {
        let architecture = architecture(text, NormLayer::Pre);
        let plain = draw("xavier_normal", &architecture, 6);
        let scaled = draw("emergence(xavier_normal;alpha=1.1)", &architecture, 6);
        let layers = architecture.weight_layers();
        for (plain, scaled) in plain.parameters.iter().zip(&scaled.parameters) {
            let ParameterRole::Weight(layer) = scaled.role else {
                assert_eq!(scaled, plain, "{text}: only matrices are rescaled");
                continue;
            };
            let (rank, half) = (i32::try_from(layers[layer].rank.depth).unwrap(), count / 2);
            let exponent = if rank < half { rank - half } else { (rank + 1 - (count - half)).max(0) };
            let expected = 1.1_f64.powi(exponent);
            assert!((scaled.factor - expected).abs() < 1e-12, "{text}, rank {rank}: {} for {expected}", scaled.factor);
            // f32 times f32: the product is exact in f64 and rounded once.
            let rounded = f64::from(scaled.factor as f32);
            let product = plain.values.iter().map(|weight| (f64::from(*weight) * rounded) as f32);
            assert_eq!(scaled.values, product.collect::<Vec<_>>(), "{text}, rank {rank}: weights");
        }
        let neutral = draw("emergence(xavier_normal;alpha=1)", &architecture, 6);
        assert_eq!(neutral, plain, "{text}: alpha 1");
        let matched = draw("lrmatch(emergence(xavier_normal;alpha=1.1))", &architecture, 6);
        assert_eq!(matched, plain, "{text}: the rate control draws the base");
    }
}

#[test]
fn every_rule_acts_on_ranks() {
    let architecture = architecture("transformer:8x1+2", NormLayer::Pre);
    let (layers, spec) = (architecture.weight_layers(), model("transformer:8x1+2"));
    for level in RescalingLevel::all() {
        for rule in RescalingRule::all() {
            for turn in [Turn::Auto, Turn::At(0), Turn::At(2)] {
                let rescaling = Rescaling { base: BaseInit::XavierNormal, alpha: 1.25, rule, turn, level };
                let by_rank = factors(&rescaling, spec.rank_count(level));
                let expected: Vec<f64> = layers.iter().map(|layer| by_rank[level.of(layer.rank)]).collect();
                let drawn = draw(&rescaling.to_string(), &architecture, 7);
                assert_eq!(matrix_factors(&drawn, &architecture), expected, "{rescaling}");
            }
        }
    }
}

/// The factors of queries, keys and values of each attention, in this order.
fn attention_factors(scheme: &str, architecture: &Architecture) -> Vec<(AttentionKind, [f64; 3])> {
    let factors = matrix_factors(&draw(scheme, architecture, 8), architecture);
    let layers = architecture.weight_layers();
    let kinds = layers.iter().enumerate().filter_map(|(index, layer)| match layer.part?.matrix {
        MatrixRole::Query(kind) => Some((kind, [factors[index], factors[index + 1], factors[index + 2]])),
        _ => None,
    });
    kinds.collect()
}

#[test]
fn queries_keys_and_values_share_a_factor() {
    let architecture = architecture("transformer:8x2+3", NormLayer::Post);
    for level in RescalingLevel::all() {
        let scheme = format!("emergence(xavier_normal;alpha=1.1;level={})", level.name());
        let found = attention_factors(&scheme, &architecture);
        assert_eq!(found.len(), 2 + 2 * 3, "attentions");
        for (kind, [query, key, value]) in found {
            assert_eq!(key.to_bits(), value.to_bits(), "{scheme}, {kind:?}: keys and values read the same");
            // By depth, the queries of cross-attention follow the decoder, keys and values the encoder.
            let differs = level == RescalingLevel::Depth && kind == AttentionKind::Cross;
            assert_eq!(query.to_bits() != key.to_bits(), differs, "{scheme}, {kind:?}: {query} and {key}");
        }
    }
}

#[test]
fn shuffling_permutes_the_factors_of_ranks() {
    let architecture = architecture("transformer:8", NormLayer::Pre);
    let layers = architecture.weight_layers();
    let (plain, spec) = (draw("xavier_normal", &architecture, 0), model("transformer:8"));
    let mut orders = BTreeSet::new();
    for level in RescalingLevel::all() {
        let rescaling = Rescaling { base: BaseInit::XavierNormal, alpha: 1.1, level, ..Rescaling::default() };
        let given = factors(&rescaling, spec.rank_count(level));
        for seed in 0..5 {
            let shuffled = draw(&format!("shuffle({rescaling})"), &architecture, seed);
            let mut by_rank = vec![None; given.len()];
            for (layer, factor) in layers.iter().zip(matrix_factors(&shuffled, &architecture)) {
                let known = *by_rank[level.of(layer.rank)].get_or_insert(factor);
                assert_eq!(factor.to_bits(), known.to_bits(), "{rescaling}: one factor per rank");
            }
            let by_rank: Vec<f64> = by_rank.into_iter().flatten().collect();
            let mut sorted = by_rank.clone();
            sorted.sort_by(f64::total_cmp);
            assert_eq!(sorted, given, "{rescaling}: the same factors, which were in rising order");
            assert_ne!(by_rank, given, "{rescaling}, seed {seed}: in another order");
            orders.insert(by_rank.iter().map(|factor| factor.to_bits()).collect::<Vec<_>>());
            if seed == 0 {
                assert_eq!(tables(&shuffled), tables(&plain), "{rescaling}: embeddings are unchanged");
            }
        }
    }
    // Of 4 ranks there are 23 other orders, of more ranks too many to repeat.
    assert!(orders.len() > 10, "orders differ by seed: {}", orders.len());
}
