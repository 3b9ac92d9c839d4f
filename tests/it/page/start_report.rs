//! The section about layers before training, without a browser: means over seeds, axes, texts, and that the document contains
//! the elements that the code uses.

use crate::fixtures::{document, setup, start};
use emergence_lab::catalog::Quantity;
use emergence_lab::experiment::parse_query;
use emergence_lab::metrics::{
    EvaluationRecord, History, InitCost, LayerReport, LayerScales, Record, RunEvaluation, Setup,
};
use emergence_lab::plot::LayerAxis;
use emergence_lab::web::page::model::layer_quantity::LayerQuantity;
use emergence_lab::web::page::model::layer_values::{cells, chart, totals};
use emergence_lab::web::page::words::three_digits;
use proptest::prelude::*;

const NAMES: [&str; 2] = ["kaiming_normal", "gradinit"];

/// A layer in which all numbers are different.
fn layer(size: f64) -> LayerReport {
    LayerReport {
        scales: LayerScales { weight: Some(size), ..LayerScales::ONE },
        weight_std: Some(size),
        activation_mean: Some(-2.0 * size),
        activation_std: Some(3.0 * size),
        active_fraction: Some(size / 10.0),
        gradient_norm: Some(5.0 * size),
        step_size: Some(6.0 * size),
    }
}

/// Two variants of two seeds with three layers, whose sizes are 1, 2, 3 for seed 0 and 2, 4, 6 for seed 1; for the second
/// variant a hundred times as large.
fn measured() -> Setup {
    let mut setup = setup(&NAMES, 2, 400);
    let variants = &mut start(&mut setup).variants;
    for (variant, factor) in variants.iter_mut().zip([1.0, 100.0]) {
        for (run, size) in variant.runs.iter_mut().zip([1.0, 2.0]) {
            run.layers = (1..=3).map(|number| layer(factor * size * f64::from(number))).collect();
        }
    }
    variants[1].cost = InitCost { seconds: 3.21, forward_passes: 390, gradient_evaluations: 1170 };
    setup
}

/// An evaluation of all four runs with these `log10 E_A`; `log10 E_B` is one more.
fn evaluation(step: u64, emergence: [Option<f64>; 4]) -> EvaluationRecord {
    let run = |emergence_a: Option<f64>| RunEvaluation {
        values: vec![
            (Quantity::TestLoss, Some(2.25)),
            (Quantity::EmergenceA, emergence_a),
            (Quantity::EmergenceB, emergence_a.map(|value| value + 1.0)),
        ],
        active_fraction: vec![0.5; 3],
        correct: Vec::new(),
    };
    let runs = emergence.map(|emergence| Some(run(emergence))).to_vec();
    EvaluationRecord { step, runs, layers: Vec::new(), translations: Vec::new() }
}

#[test]
fn a_cell_is_the_mean_over_the_seeds() {
    let history = History::new(measured());
    let check = |quantity: LayerQuantity, expected: [[&str; 2]; 3]| {
        assert_eq!(cells(&history, quantity, None), expected, "lines are layers, columns variants: {quantity:?}");
    };
    // Sizes 1.5, 3 and 4.5 on average.
    check(LayerQuantity::Weights, [["1.50", "150"], ["3.00", "300"], ["4.50", "450"]]);
    check(LayerQuantity::Scale, [["1.50", "150"], ["3.00", "300"], ["4.50", "450"]]);
    let activations = [["-3.00 ± 4.50", "-300 ± 450"], ["-6.00 ± 9.00", "-600 ± 900"], ["-9.00 ± 13.5", "-900 ± 1350"]];
    check(LayerQuantity::Activations, activations);
    check(LayerQuantity::Active, [["15.0 %", "1500.0 %"], ["30.0 %", "3000.0 %"], ["45.0 %", "4500.0 %"]]);
    check(LayerQuantity::Gradient, [["7.50", "750"], ["15.0", "1500"], ["22.5", "2250"]]);
    check(LayerQuantity::Step, [["9.00", "900"], ["18.0", "1800"], ["27.0", "2700"]]);
}

#[test]
fn a_cell_states_if_a_value_is_not_a_number() {
    let mut setup = measured();
    let variants = &mut start(&mut setup).variants;
    variants[0].runs[0].layers[0].gradient_norm = None;
    variants[0].runs[0].layers[1].gradient_norm = Some(f64::INFINITY);
    for run in &mut variants[0].runs {
        run.layers[2].gradient_norm = None;
        run.layers[2].activation_mean = None;
    }
    variants[1].runs[1].layers.truncate(1);
    let history = History::new(setup);
    let expected = [["10.0 (1 of 2 seeds)", "750"], ["20.0 (1 of 2 seeds)", "1000"], ["not finite", "1500"]];
    assert_eq!(cells(&history, LayerQuantity::Gradient, None), expected, "means of finite values");
    assert_eq!(cells(&history, LayerQuantity::Activations, None)[2][0], "– ± 13.5", "a mean without a number");
}

#[test]
fn a_scheme_that_multiplies_nothing_has_factors_of_one() {
    let mut setup = measured();
    let scales = [
        LayerScales::ONE,
        LayerScales { bias: Some(0.5), ..LayerScales::ONE },
        LayerScales { weight: Some(0.444_444), bias: Some(1.2), norm: Some(0.75) },
    ];
    for run in start(&mut setup).variants.iter_mut().flat_map(|variant| &mut variant.runs) {
        for (layer, scales) in run.layers.iter_mut().zip(scales) {
            layer.scales = scales;
        }
    }
    let cells = cells(&History::new(setup), LayerQuantity::Scale, None);
    let first: Vec<&str> = cells.iter().map(|line| line[0].as_str()).collect();
    assert_eq!(first, ["1", "1, bias 0.500", "0.444, bias 1.20, norm 0.750"], "factors other than 1 are named");
}

#[test]
fn totals_are_emergence_at_step_0_and_cost() {
    let mut history = History::new(measured());
    let totals = |history: &History, index: usize| totals(&history.variants[index], history.start_of(index), Some(0));
    assert_eq!(totals(&history, 0), ["–", "–", "0.0 s", "0", "0"], "not evaluated yet");
    let at_start = evaluation(0, [Some(3.0), Some(3.5), None, Some(7.0)]);
    let later = evaluation(50, [Some(9.0); 4]);
    history.apply(&Record { evaluations: vec![at_start, later], ..Record::default() });
    assert_eq!(totals(&history, 0), ["4.25", "3.25", "0.0 s", "0", "0"], "means of logarithms at step 0");
    let seeds = "(1 of 2 seeds)";
    let expected = [format!("8.00 {seeds}"), format!("7.00 {seeds}"), "3.2 s".into(), "1,170".into(), "390".into()];
    assert_eq!(totals(&history, 1), expected, "a measure of zero has no logarithm");
    let mut history = History::new(measured());
    history.apply(&Record { evaluations: vec![evaluation(0, [None; 4])], ..Record::default() });
    assert_eq!(totals(&history, 1)[0], "undefined: E = 0", "in every seed");
}

#[test]
fn without_measurements_there_is_no_chart_and_an_empty_table() {
    let history = History::preview(&parse_query("data=mnist&model=mlp:128,64").experiment);
    assert_eq!(history.layers.weights, ["dense 784 → 128", "dense 128 → 64", "dense 64 → 10"], "rows to come");
    for quantity in LayerQuantity::ALL {
        assert_eq!(chart(&history, quantity, &[], None), None, "{quantity:?}");
        assert_eq!(cells(&history, quantity, None), [["–"; 3]; 3], "{quantity:?}");
    }
    assert_eq!(totals(&history.variants[0], history.start_of(0), None), ["–"; 5], "an unknown cost is not zero");
}

#[test]
fn a_chart_has_a_line_per_visible_variant() {
    let history = History::new(measured());
    let all = chart(&history, LayerQuantity::Gradient, &[], None).expect("measured");
    let values: Vec<_> = all.lines.iter().map(|line| line.values.clone()).collect();
    let expected = [[7.5, 15.0, 22.5], [750.0, 1500.0, 2250.0]].map(|line| line.map(Some).to_vec());
    assert_eq!(values, expected, "means over the seeds");
    assert_eq!(all.axis, LayerAxis::Logarithmic, "a ratio of three hundred between minimum and maximum");
    assert_eq!(all.layers, history.layers.weights, "a position per layer");
    let one = chart(&history, LayerQuantity::Gradient, &[false, true], None).expect("measured");
    assert_eq!(one.lines, all.lines[1..], "its color and dash are those of the variant, whatever else is hidden");
    assert_eq!(one.axis, LayerAxis::Linear, "7.5 to 22.5 is less than a power of ten");
}

#[test]
fn the_axis_follows_the_values() {
    let check = |quantity: LayerQuantity, values: &[f64], axis: LayerAxis| {
        assert_eq!(quantity.axis(values.iter().copied()), axis, "{quantity:?} of {values:?}");
    };
    check(LayerQuantity::Weights, &[0.05, 0.4], LayerAxis::Linear);
    check(LayerQuantity::Weights, &[0.05, 0.5], LayerAxis::Logarithmic);
    check(LayerQuantity::Step, &[1e-9, 2e-9], LayerAxis::Logarithmic);
    check(LayerQuantity::Step, &[0.0, 0.2, 0.3], LayerAxis::Linear);
    check(LayerQuantity::Gradient, &[0.0, 0.0], LayerAxis::Linear);
    check(LayerQuantity::Gradient, &[], LayerAxis::Linear);
    check(LayerQuantity::Scale, &[1.0, 1.0], LayerAxis::Logarithmic);
    check(LayerQuantity::Active, &[0.01, 99.0], LayerAxis::Percent);
}

#[test]
fn zeros_that_the_chart_cannot_show_are_mentioned() {
    let mut setup = measured();
    for run in &mut start(&mut setup).variants[0].runs {
        run.layers[2].weight_std = Some(0.0);
    }
    let history = History::new(setup);
    let weights = chart(&history, LayerQuantity::Weights, &[], None).expect("measured");
    assert_eq!((weights.axis, weights.x_label.contains("zeros")), (LayerAxis::Logarithmic, true), "no logarithm");
    let alone = chart(&history, LayerQuantity::Weights, &[true, false], None).expect("measured");
    assert_eq!((alone.axis, alone.x_label.as_str()), (LayerAxis::Linear, "layer"), "0, 1.5 and 3 can be shown");
}

#[test]
fn numbers_have_three_digits_and_can_be_copied() {
    let check = |value: f64, text: &str| assert_eq!(three_digits(value), text, "{value}");
    check(0.0, "0");
    check(-0.0, "0");
    check(1.0, "1.00");
    check(0.050_6, "0.0506");
    check(0.001_234, "0.00123");
    check(12.345, "12.3");
    check(123.45, "123");
    check(-12_345.6, "-12346");
    check(0.000_999, "9.99e-4");
    check(123_456.0, "1.23e5");
}

#[test]
fn the_document_has_a_button_and_an_explanation_for_every_quantity() {
    let document = document();
    for (index, quantity) in LayerQuantity::ALL.into_iter().enumerate() {
        for (attribute, state) in [("data-quantity", "aria-pressed"), ("data-about", "data-shown")] {
            // The first one is shown before the program is loaded.
            let element = format!("{attribute}=\"{}\" {state}=\"{}\"", quantity.name(), index == 0);
            assert_eq!(document.matches(&element).count(), 1, "expected one element with {element}");
        }
    }
    let count = LayerQuantity::ALL.len();
    assert_eq!(document.matches("data-quantity=").count(), count, "no button without a quantity");
    let totals = document.split("id=\"initial-totals\"").nth(1).and_then(|rest| rest.split("</tbody>").next());
    assert_eq!(totals.map_or(0, |rows| rows.matches("<tr>").count()), 5, "a line per total");
}

proptest! {
    #[test]
    fn three_digits_are_within_half_a_unit_of_the_third(value in any::<f64>()) {
        prop_assume!(value.is_finite());
        let text = three_digits(value);
        let read: f64 = text.parse().expect("a number that can be read");
        prop_assert!((read - value).abs() <= 0.005 * 1.000_001 * value.abs(), "{value} became {text}");
        prop_assert!(text.chars().filter(char::is_ascii_digit).count() <= 9, "{text} is short");
    }
}
