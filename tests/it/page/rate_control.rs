//! The note about a rate control next to its rescaling, compared with the factors themselves.

use crate::fixtures::experiment;
use emergence_lab::experiment::{BaseInit, Experiment, InitScheme, Rescaling, RescalingRule, Turn};
use emergence_lab::init::rescaling::exponents;
use emergence_lab::web::page::model::rate_control::{Difference, difference, rate_control_note};

const RESCALED: &str = "emergence(kaiming_normal;alpha=1.5)";

fn with_variants(rest: &str, variants: &str) -> Experiment {
    experiment(&format!("data=mnist&init={variants}{rest}"))
}

/// The note about a rescaling and its rate control with these settings.
fn note(rest: &str) -> String {
    let variants = format!("kaiming_normal,{RESCALED},lrmatch({RESCALED})");
    rate_control_note(&with_variants(rest, &variants)).expect("both are in the list")
}

#[test]
fn only_a_pair_has_a_note() {
    let check = |variants: &str, expected: bool| {
        assert_eq!(rate_control_note(&with_variants("", variants)).is_some(), expected, "{variants}");
    };
    check("kaiming_normal", false);
    check(RESCALED, false);
    check(&format!("kaiming_normal,lrmatch({RESCALED})"), false);
    check(&format!("emergence(kaiming_normal;alpha=2),lrmatch({RESCALED})"), false);
    check(&format!("shuffle({RESCALED}),lrmatch({RESCALED})"), false);
    check(&format!("lrmatch({RESCALED}),{RESCALED}"), true);
}

#[test]
fn the_note_states_why_the_two_coincide() {
    let sgd = note("");
    let expected = "The accuracy and loss curves of “Emergence α 1.5 (Kaiming normal)” and of its rate control must coincide \
        while nothing diverges, up to rounding, which the kinks of ReLU can amplify after about a hundred steps. With ReLU, \
        zero biases, no normalization and no shortcuts, multiplying a layer by c only changes its learning rate, to η/c² \
        under SGD, which is exactly what the control applies. Under batch normalization or with shortcuts they need not coincide.";
    assert_eq!(sgd, expected, "SGD, with momentum");
    for (optimizer, label) in [("adam", "Adam"), ("adamw", "AdamW")] {
        let text = note(&format!("&opt={optimizer}&lr=0.001"));
        assert!(
            text.contains("must coincide") && text.contains("up to rounding and the ε of Adam"),
            "approximately, with {optimizer}: {text}"
        );
        assert!(text.contains(&format!("η/c under {label}")), "another power of the factor, with {optimizer}: {text}");
    }
}

#[test]
fn the_two_differ_for_these_reasons() {
    let rescaling: InitScheme = RESCALED.parse().expect("a rescaling");
    let rescaling = rescaling.rescaling().expect("a rescaling").clone();
    let check = |rest: &str, expected: Option<Difference>| {
        assert_eq!(difference(&with_variants(rest, RESCALED), &rescaling), expected, "{rest}");
    };
    check("&norm=batch", Some(Difference::BatchNormalization));
    check("&model=resnet:16,32", Some(Difference::Shortcuts));
    check("&model=resnet:16,32&norm=batch", Some(Difference::BatchNormalization));
    check("&act=tanh", Some(Difference::Activation));
    check("&act=gelu&model=cnn:8,16", Some(Difference::Activation));
    // Without a hidden layer there is no activation function and no normalization.
    for rest in ["&model=mlp:", "&model=mlp:&act=tanh", "&model=mlp:&norm=batch", "&model=cnn:8,16"] {
        check(rest, None);
    }
    let biased = Rescaling { base: BaseInit::Pytorch, ..rescaling };
    assert_eq!(difference(&experiment("data=mnist"), &biased), Some(Difference::Biases), "PyTorch's default");
}

#[test]
fn every_pair_has_its_verdict() {
    let pivot = "emergence(kaiming_normal;alpha=2;rule=pivot)";
    let variants = format!("{RESCALED},lrmatch({RESCALED}),{pivot},lrmatch({pivot})");
    let text = rate_control_note(&with_variants("", &variants)).expect("two pairs");
    let expected = "The accuracy and loss curves of “Emergence α 1.5 (Kaiming normal)” and of its rate control must coincide \
        while nothing diverges, up to rounding, which the kinks of ReLU can amplify after about a hundred steps. The curves \
        of “Emergence α 2 (Kaiming normal, pivot)” and of its rate control need not coincide here, since the product of all \
        factors is not 1. With ReLU,";
    assert!(text.starts_with(expected), "one of each: {text}");
    assert_eq!(text.matches("learning rate").count(), 1, "the reason is given once: {text}");
}

/// For all rules, turning points and depths: equality is claimed if and only if the exponents add up to 0.
#[test]
fn equality_requires_factors_whose_product_is_one() {
    let rules = [RescalingRule::Outer, RescalingRule::Pivot, RescalingRule::Inner, RescalingRule::Flat];
    for rule in rules {
        for layers in 1..=9_usize {
            for turn in std::iter::once(Turn::Auto).chain((0..=layers + 1).map(Turn::At)) {
                for alpha in [1.0, 2.0] {
                    let rescaling =
                        Rescaling { base: BaseInit::KaimingNormal, alpha, rule, turn, ..Rescaling::default() };
                    let experiment =
                        with_variants(&format!("&model=mlp:{}", vec!["16"; layers - 1].join(",")), RESCALED);
                    let sum: isize = exponents(rule, turn, layers).iter().sum();
                    let expected = (sum != 0 && alpha > 1.5).then_some(Difference::Product);
                    let at = format!("{rule:?}, {turn:?}, {layers} layers, alpha {alpha}");
                    assert_eq!(difference(&experiment, &rescaling), expected, "{at}");
                }
            }
        }
    }
}
