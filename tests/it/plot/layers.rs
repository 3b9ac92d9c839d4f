//! The chart of layers before training: positions, gaps, and tick marks on both kinds of axes.

use super::texts;
use emergence_lab::plot::{self, Dash, LayerAxis, LayerChart, LayerLine, Shade};
use proptest::prelude::*;

const MINUS: char = '\u{2212}';

fn chart_of(axis: LayerAxis, lines: &[&[Option<f64>]]) -> LayerChart {
    let layers = lines.iter().map(|line| line.len()).max().unwrap_or_default();
    let line = |(index, values): (usize, &&[Option<f64>])| LayerLine {
        color: Shade::of_variant(index),
        dash: Dash::Solid,
        values: values.to_vec(),
    };
    LayerChart {
        y_label: "size".to_owned(),
        x_label: "layer".to_owned(),
        layers: (0..layers).map(|layer| format!("dense {} → 128", 100 + layer)).collect(),
        lines: lines.iter().enumerate().map(line).collect(),
        axis,
    }
}

/// Centers of the dots of an SVG, in the order of drawing.
fn dots(svg: &str) -> Vec<(f64, f64)> {
    let number = |circle: &str, name: &str| {
        let text = circle.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
        text.and_then(|(text, _)| text.parse().ok()).expect("a number")
    };
    svg.split("<circle").skip(1).map(|circle| (number(circle, " cx"), number(circle, " cy"))).collect()
}

#[test]
fn a_logarithmic_axis_puts_equal_ratios_at_equal_distances() {
    let values = [0.01, 0.1, 1.0, 100.0].map(Some);
    let dots = dots(&plot::svg::layers(&chart_of(LayerAxis::Logarithmic, &[&values]), (800, 260), false));
    let rows: Vec<f64> = dots.iter().map(|(_, row)| *row).collect();
    let decade = rows[0] - rows[1];
    // Dots are at integer coordinates of the drawing.
    assert!((rows[1] - rows[2] - decade).abs() <= 1.0, "0.1 to 1 is as far as 0.01 to 0.1: {rows:?}");
    assert!((rows[2] - rows[3] - 2.0 * decade).abs() <= 2.0, "1 to 100 is twice as far: {rows:?}");
    let columns: Vec<f64> = dots.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    assert!(columns.iter().all(|width| (width - columns[0]).abs() <= 1.0), "layers are equally wide: {columns:?}");
}

#[test]
fn a_linear_axis_includes_zero_and_all_values() {
    let values = [Some(2.0), Some(1.0), Some(0.0), Some(-1.0)];
    let svg = plot::svg::layers(&chart_of(LayerAxis::Linear, &[&values]), (800, 260), false);
    let rows: Vec<f64> = dots(&svg).iter().map(|(_, row)| *row).collect();
    let step = rows[1] - rows[0];
    assert!((rows[2] - rows[1] - step).abs() <= 1.0 && (rows[3] - rows[2] - step).abs() <= 1.0, "even: {rows:?}");
    let negative = format!("{MINUS}1.0");
    for label in ["0", "1.0", "2.0", negative.as_str(), "size", "layer"] {
        assert!(texts(&svg).contains(&label), "no `{label}` in {:?}", texts(&svg));
    }
    let positive = plot::svg::layers(&chart_of(LayerAxis::Linear, &[&[Some(5.0), Some(6.0)]]), (800, 260), false);
    assert!(texts(&positive).contains(&"0"), "5 and 6 are compared from 0 on: {:?}", texts(&positive));
}

#[test]
fn a_layer_without_a_value_is_a_gap() {
    let pieces = |values: &[Option<f64>]| {
        let svg = plot::svg::layers(&chart_of(LayerAxis::Logarithmic, &[values]), (800, 260), false);
        (dots(&svg).len(), svg.matches("<polyline").count())
    };
    assert_eq!(pieces(&[Some(1.0), Some(2.0), Some(3.0), Some(4.0)]), (4, 1), "one line");
    assert_eq!(pieces(&[Some(1.0), None, Some(3.0), Some(4.0)]), (3, 1), "a dot, and a line of two");
    assert_eq!(pieces(&[Some(1.0), Some(2.0), Some(0.0), Some(4.0), Some(3.0)]), (4, 2), "zero has no logarithm");
    assert_eq!(pieces(&[Some(1.0), Some(f64::NAN), Some(1.0)]), (2, 0), "they are not connected");
    assert_eq!(pieces(&[None, None]), (0, 0), "nothing at all");
}

#[test]
fn variants_with_equal_values_are_side_by_side() {
    let values = [1.0, 2.0].map(Some);
    let chart = chart_of(LayerAxis::Linear, &[&values, &values, &values]);
    let dots = dots(&plot::svg::layers(&chart, (800, 260), false));
    let (first, second, third) = (dots[0], dots[2], dots[4]);
    let level = |one: f64, other: f64| (one - other).abs() < 0.5;
    assert!(level(first.1, second.1) && level(second.1, third.1), "at the same height: {dots:?}");
    // Four units of the drawing are a CSS pixel.
    let apart = [second.0 - first.0, third.0 - second.0].map(|units| units / 4.0);
    assert!(apart.iter().all(|pixels| (8.0..10.0).contains(pixels)), "side by side: {apart:?}");
    let many: Vec<&[Option<f64>]> = vec![&values; 40];
    let crowd = self::dots(&plot::svg::layers(&chart_of(LayerAxis::Linear, &many), (360, 260), false));
    let end_of_first = crowd.iter().step_by(2).map(|(column, _)| *column).fold(0.0, f64::max);
    let start_of_second = crowd.iter().skip(1).step_by(2).map(|(column, _)| *column).fold(f64::MAX, f64::min);
    assert!(end_of_first < start_of_second, "within the space of their layer");
}

#[test]
fn layers_are_labeled_by_name_if_there_is_room_else_by_number() {
    let labels = |layers: usize, width: u32| {
        let values = vec![Some(1.0); layers];
        let svg = plot::svg::layers(&chart_of(LayerAxis::Percent, &[&values]), (width, 260), false);
        let texts: Vec<String> = texts(&svg).into_iter().map(str::to_owned).collect();
        texts
            .into_iter()
            .skip_while(|text| text != "100")
            .skip(1)
            .take_while(|text| text != "layer")
            .collect::<Vec<_>>()
    };
    assert_eq!(labels(3, 900), ["dense 100 → 128", "dense 101 → 128", "dense 102 → 128"], "names");
    assert_eq!(labels(3, 300), ["1", "2", "3"], "numbers");
    assert_eq!(labels(20, 900).len(), 20, "a number each");
    assert_eq!(labels(20, 330)[..3], ["1", "3", "5"], "every second one on a phone");
}

#[test]
fn ticks_of_a_logarithmic_axis_are_round() {
    let check = |low: f64, high: f64, expected: &[&str]| {
        let chart = chart_of(LayerAxis::Logarithmic, &[&[Some(low), Some(high)]]);
        let svg = plot::svg::layers(&LayerChart { layers: vec![String::new(); 2], ..chart }, (800, 260), false);
        let texts = texts(&svg);
        let marks: Vec<&str> = texts.iter().copied().take(expected.len()).collect();
        assert_eq!(marks, expected, "from {low} to {high}: {texts:?}");
        assert!(texts[expected.len()].is_empty(), "and no more: {texts:?}");
    };
    check(0.44, 2.25, &["0.5", "1", "2"]);
    check(1.0, 1.0, &["0.5", "1", "2"]);
    check(0.01, 0.5, &["0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]);
    check(1e-4, 10.0, &["0.0001", "0.001", "0.01", "0.1", "1", "10"]);
    let tiny = [18, 15, 12, 9, 6].map(|exponent| format!("1e{MINUS}{exponent}"));
    check(1e-20, 1e-6, &tiny.each_ref().map(String::as_str));
    check(1e5, 1e7, &["1e5", "2e5", "5e5", "1e6", "2e6", "5e6", "1e7"]);
}

proptest! {
    #[test]
    fn any_values_can_be_drawn(
        lines in proptest::collection::vec(proptest::collection::vec(proptest::option::of(any::<f64>()), 0..25), 0..9),
        axis in proptest::sample::select(vec![LayerAxis::Linear, LayerAxis::Logarithmic, LayerAxis::Percent]),
        size in (0_u32..1400, 0_u32..300),
    ) {
        let lines: Vec<&[Option<f64>]> = lines.iter().map(Vec::as_slice).collect();
        let svg = plot::svg::layers(&chart_of(axis, &lines), size, true);
        prop_assert!(!svg.contains("NaN"), "a position that is not a number in {svg}");
    }
}
