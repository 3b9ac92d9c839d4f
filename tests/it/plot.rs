//! Charts: golden figures, the positions of elements, and that arbitrary data can be drawn.

mod decimation;
mod layers;
mod maps;
mod names;

use crate::fixtures::{check_golden, history_with_random, setup, start, synthetic_history};
use emergence_lab::catalog::{FigureQuantity, FigureSource, Quantity};
use emergence_lab::experiment::{Band, FigureView, Variant};
use emergence_lab::metrics::History;
use emergence_lab::plot::{
    self, ActivityMap, AxisScale, AxisUnit, Chart, ChartAxis, Dash, Figure, PlotStyle, Series, Shade,
};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::RGBColor;
use proptest::prelude::*;

fn chart_of(points: Vec<(f64, f64)>) -> Chart {
    let series = Series {
        variant: 0,
        name: "name".to_owned(),
        color: Shade::of_variant(0),
        dash: Dash::Solid,
        band: points.iter().map(|(x, y)| (*x, y - 1.0, y + 1.0)).collect(),
        points,
        thin: Vec::new(),
        random: Vec::new(),
        mark: None,
        ended: false,
        behind: false,
    };
    let axis = |label: &str, range| ChartAxis { label: label.to_owned(), range, ..ChartAxis::default() };
    let (x, y) = (axis("step", Some((0.0, 1000.0))), axis("loss", None));
    Chart { title: "Title".to_owned(), x, y, series: vec![series], named: true }
}

/// The texts of an SVG, in the order of drawing.
fn texts(svg: &str) -> Vec<&str> {
    let texts = svg.split("<text").skip(1);
    texts.filter_map(|text| text.split_once(">\n")?.1.split_once('\n').map(|(text, _)| text)).collect()
}

fn frame_of(chart: &Chart, size: (u32, u32), scale: f64) -> plot::Frame {
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
    plot::draw(&root, chart, &PlotStyle::canvas(scale, false)).expect("memory cannot fail")
}

#[test]
fn the_figure_is_the_golden_one_each_time() {
    let history = synthetic_history(400);
    let figure = plot::svg::figure(&history, false);
    assert_eq!(figure, plot::svg::figure(&history, false), "two renderings must be the same to the byte");
    check_golden("golden.svg", &figure);
}

#[test]
fn the_figure_names_variants_axes_and_query() {
    let figure = plot::svg::figure(&synthetic_history(400), true);
    let texts = texts(&figure);
    for expected in [
        "xavier_normal",
        "emergence(kaiming_normal;alpha=1.5)",
        "test accuracy (%)",
        "train loss (nats)",
        "log10 E_A",
        "log10 E_B",
        "step",
    ] {
        assert!(texts.contains(&expected), "`{expected}` is missing among {texts:?}");
    }
    assert!(figure.contains("<desc>data=digits&amp;model=mlp:64,32"), "the figure carries its experiment");
}

#[test]
fn axes_are_labeled_from_the_table() {
    let history = synthetic_history(20);
    let check = |quantity: FigureQuantity, label: &str| {
        assert_eq!(plot::quantity_chart(&history, quantity, &[], false).y.label, label, "the axis of {quantity:?}");
    };
    check(FigureQuantity::TrainLoss, "train loss (nats)");
    check(FigureQuantity::Accuracy, "test accuracy (%)");
    check(FigureQuantity::EmergenceA, "log10 E_A");
    check(FigureQuantity::ChannelEmergenceB, "log10 E_B");
}

#[test]
fn ticks_are_round_and_abbreviated_only_if_long() {
    let check = |x_max: f64, width: u32, expected: &[&str]| {
        let mut chart = chart_of(vec![(0.0, 0.0), (1.0, 2.0)]);
        chart.x.range = Some((0.0, x_max));
        let svg = plot::svg::chart(&chart, (width, 240), false);
        let texts = texts(&svg);
        for label in expected {
            assert!(texts.contains(label), "x up to {x_max} at {width} px: no `{label}` in {texts:?}");
        }
    };
    check(1000.0, 360, &["0", "200", "400", "600", "800", "1000"]);
    check(469.0, 360, &["0", "100", "200", "300", "400"]);
    check(3.0, 1280, &["0", "1", "2", "3"]);
    check(20_000.0, 360, &["0", "5k", "10k", "15k", "20k"]);
    check(10_000_000.0, 360, &["0", "2M", "4M", "6M", "8M", "10M"]);
}

#[test]
fn y_labels_share_their_decimals() {
    let mut chart = chart_of(vec![(0.0, 0.0)]);
    chart.y.range = Some((-1.0, 1.0));
    let svg = plot::svg::chart(&chart, (360, 240), false);
    let texts = texts(&svg);
    for label in ["\u{2212}1.0", "\u{2212}0.5", "0", "0.5", "1.0"] {
        assert!(texts.contains(&label), "no `{label}` in {texts:?}");
    }
}

#[test]
fn a_frame_maps_both_ways_and_scales_with_the_screen() {
    let chart = chart_of(vec![(0.0, 1.0), (1000.0, 3.0)]);
    let frame = frame_of(&chart, (360, 240), 1.0);
    assert_eq!(frame.x_range, (0.0, 1000.0), "x spans the experiment");
    for x in [0.0, 250.0, 1000.0] {
        let back = frame.x_at(frame.pixel_x(x));
        assert!((back - x).abs() < 1e-9, "{x} came back as {back}");
    }
    assert!((frame.pixel_y(frame.y_range.0) - frame.bottom).abs() < 1e-9, "the low end is at the bottom");
    assert!((frame.pixel_y(frame.y_range.1) - frame.top).abs() < 1e-9, "the high end is at the top");
    assert!(frame.contains(frame.left, frame.top), "edges belong to it");
    assert!(!frame.contains(frame.left - 1.0, frame.top), "the margin does not");
    assert!(frame.right - frame.left > 280.0, "on a phone most of the width is left for data, not {frame:?}");
    let fine = frame_of(&chart, (1080, 720), 3.0);
    for (one, three) in [(frame.left, fine.left), (frame.top, fine.top), (frame.right, fine.right)] {
        assert!((3.0 * one - three).abs() < 1e-9, "{one} at scale 1 should be three times that at 3, not {three}");
    }
}

#[test]
fn a_quantity_chart_shows_the_visible_variants_in_their_unit() {
    let history = synthetic_history(400);
    let chart = plot::quantity_chart(&history, FigureQuantity::Accuracy, &[true, false], true);
    let variants: Vec<usize> = chart.series.iter().map(|series| series.variant).collect();
    assert_eq!(variants, [0, 2], "variants beyond the list's end are visible");
    assert_eq!(chart.series[1].color, Shade::of_variant(2), "hiding a variant does not recolor the others");
    assert_eq!(chart.y.range, Some((0.0, 100.0)), "accuracy in percent");
    assert!(chart.series[0].points.last().is_some_and(|(_, y)| *y > 50.0), "accuracy in percent");
    assert_eq!(chart.series[0].band.len(), chart.series[0].points.len(), "three runs make a band");
}

#[test]
fn random_activity_lies_below_the_emergence_of_units() {
    let history = history_with_random(400);
    for quantity in FigureQuantity::all() {
        let chart = plot::quantity_chart(&history, quantity, &[true, false], true);
        let banded = matches!(quantity, FigureQuantity::EmergenceA | FigureQuantity::EmergenceB);
        for (series, variant) in chart.series.iter().zip([0, 2]) {
            let expected = match quantity.facts().source {
                FigureSource::Measured(measured) => history.random_band(&history.variants[variant], measured),
                _ => Vec::new(),
            };
            let expected: Vec<_> = expected.into_iter().map(|(step, low, high)| (step as f64, low, high)).collect();
            assert_eq!(series.random, expected, "{quantity:?} of variant {variant}");
            assert_eq!(series.random.len(), if banded { 21 } else { 0 }, "an interval per evaluation");
        }
        let without = plot::quantity_chart(&synthetic_history(400), quantity, &[true, false], true);
        assert_eq!(
            plot::quantity_chart(&history, quantity, &[true, false], false),
            without,
            "{quantity:?} without it equals the chart in which it is unknown"
        );
        assert_eq!(chart == without, !banded, "{quantity:?}: visible if it is known");
    }
}

#[test]
fn random_activity_takes_the_place_of_the_spread_of_the_seeds() {
    let history = history_with_random(400);
    let view = FigureView { band: Band::Random, ..FigureView::default() };
    let figure = Figure {
        history: &history,
        quantity: FigureQuantity::EmergenceB,
        view: &view,
        visible: &[],
        names: &[],
        random: false,
        pinned: None,
    };
    let exported = plot::quantity_chart(&history, FigureQuantity::EmergenceB, &[], true);
    for (series, with_both) in figure.chart().series.iter().zip(&exported.series) {
        assert_eq!(series.random, with_both.random, "the same interval as in the exported sheet");
        assert_eq!((series.random.len(), series.band.len(), series.thin.len()), (21, 0, 0), "and nothing else");
    }
}

#[test]
fn the_axis_includes_random_activity() {
    let mut history = history_with_random(400);
    for point in &mut start(&mut history.setup).random_activity.points {
        point.emergence_b = Some((-3.0, 30.0));
    }
    let (low, high) = plot::quantity_chart(&history, FigureQuantity::EmergenceB, &[], true).y.range.expect("a range");
    assert!(low < -3.0 && high > 30.0, "{low} to {high} does not include -3 to 30");
    let mut chart = chart_of(vec![(0.0, 1.0), (1000.0, 2.0)]);
    chart.series[0].random = vec![(0.0, -20.0, 1.0), (1000.0, 1.0, 40.0)];
    let frame = frame_of(&chart, (360, 240), 1.0);
    assert!(frame.y_range.0 < -20.0 && frame.y_range.1 > 40.0, "{frame:?} does not include -20 to 40");
}

/// Shapes of an SVG in the order of drawing: the kind with its colors.
fn shapes(svg: &str) -> Vec<String> {
    let color = |shape: &str, key: &str| {
        let value = shape.split_once(&format!("{key}=\""))?.1.split_once('"')?.0;
        Some(value.to_owned())
    };
    let shapes = svg.split('<').filter(|shape| shape.starts_with("poly"));
    let shapes = shapes.map(|shape| {
        let kind = shape.split(' ').next().unwrap_or_default();
        let paint = color(shape, "fill").filter(|fill| fill != "none").or_else(|| color(shape, "stroke"));
        format!("{kind} {}", paint.unwrap_or_default())
    });
    shapes.collect()
}

#[test]
fn random_activity_is_gray_between_hairlines_and_drawn_first() {
    let mut chart =
        plot::quantity_chart(&history_with_random(400), FigureQuantity::EmergenceB, &[true, false, false], true);
    let drawn = |chart: &Chart, dark: bool| shapes(&plot::svg::chart(chart, (480, 300), dark));
    let variant = |dark| plot::variant_css(0, dark).to_uppercase();
    // Hairlines halfway between the gray of the axis, #969DA8 and #626A77, and the variant's blue, #0072B2 and #56B4E9.
    for (dark, fill, edge) in [(false, "#5C636E", "#4B88AD"), (true, "#A0A8B4", "#5C8FB0")] {
        let random = [format!("polygon {fill}"), format!("polyline {edge}"), format!("polyline {edge}")];
        let own = [format!("polygon {}", variant(dark)), format!("polyline {}", variant(dark))];
        assert_eq!(drawn(&chart, dark), [&random[..], &own[..]].concat(), "dark: {dark}");
    }
    chart.series[0].random.truncate(1);
    assert_eq!(drawn(&chart, false).len(), 2, "a single interval is not a band");
}

#[test]
fn the_figure_with_random_activity_is_the_golden_one() {
    let figure = plot::svg::figure(&history_with_random(400), false);
    check_golden("random.svg", &figure);
    assert!(
        texts(&figure).contains(&"95 % of random masks with the same number of active units"),
        "the legend explains the gray band"
    );
    let plain = plot::svg::figure(&synthetic_history(400), false);
    assert!(!plain.contains("random masks"), "and does not mention it otherwise");
}

#[test]
fn one_exploding_loss_does_not_flatten_the_others() {
    let mut history = synthetic_history(400);
    history.variants[1].runs[0].curves[Quantity::TrainLoss][300].1 = Some(1e30);
    let chart = plot::quantity_chart(&history, FigureQuantity::TrainLoss, &[], true);
    let (low, high) = chart.y.range.expect("a loss chart has a range");
    assert!(low == 0.0 && high < 8.0, "the axis ends at {high}, three times the first loss at the latest");
}

#[test]
fn readings_are_the_nearest_points() {
    let history = synthetic_history(400);
    let mut chart = plot::quantity_chart(&history, FigureQuantity::EmergenceB, &[], true);
    chart.series[1].points.clear();
    let readings = plot::read_at(&chart, 109.0);
    assert_eq!(readings.len(), 3, "a reading per series");
    let reading = readings[0].as_ref().expect("the first series has points");
    assert!((reading.x - 100.0).abs() < 1e-9, "109 is nearest to the evaluation at 100, not {}", reading.x);
    assert!(reading.band.is_some_and(|(low, high)| low < reading.y && reading.y < high), "the band encloses the mean");
    assert_eq!(readings[1], None, "a series without points has no reading");
}

/// Contrast ratio of WCAG 2.2 (relative luminance of sRGB).
fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let linear = |byte: u8| {
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = |color: RGBColor| 0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2);
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

#[test]
fn variant_colors_have_contrast_and_never_repeat_with_their_dash() {
    for index in 0..8 {
        let light = contrast(plot::variant_color(index, false), plot::palette::LIGHT_BACKGROUND);
        let dark = contrast(plot::variant_color(index, true), plot::palette::DARK_BACKGROUND);
        assert!(light >= 3.0 && dark >= 3.0, "color {index}: {light:.2} on light, {dark:.2} on dark; 3 is the minimum");
    }
    let looks: Vec<_> = (0..40).map(|index| (plot::variant_css(index, false), Dash::of_variant(index))).collect();
    let repeated = looks.iter().enumerate().find(|(index, look)| looks[..*index].contains(look));
    assert_eq!(repeated, None, "forty variants look different");
    assert_eq!(plot::variant_css(0, false), "#0072b2", "Okabe and Ito's blue");
}

#[test]
fn an_experiment_without_data_still_has_axes() {
    for names in [&[][..], &["xavier_normal"][..]] {
        let history = History::new(setup(names, 2, 1000));
        for quantity in FigureQuantity::all() {
            let svg = plot::svg::chart(&plot::quantity_chart(&history, quantity, &[], true), (360, 240), false);
            assert!(texts(&svg).contains(&"1000"), "{quantity:?} of {names:?} spans the planned steps");
        }
        assert!(plot::svg::figure(&history, false).ends_with("</svg>\n"), "the figure is complete");
        let map = plot::svg::heatmap(&ActivityMap::new(&history, &[], Variant::to_string), 360, true);
        assert!(map.ends_with("</svg>\n"), "the heat map is complete");
    }
}

/// Any float, often special ones.
fn any_number() -> impl Strategy<Value = f64> {
    let awkward = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 0.0, -0.0, 1e100, 1e-300];
    prop_oneof![any::<f64>(), -10.0..10.0, proptest::sample::select(awkward.to_vec())]
}

fn any_scale() -> impl Strategy<Value = AxisScale> {
    proptest::sample::select(vec![AxisScale::Linear, AxisScale::Log, AxisScale::LogPlusOne])
}

fn any_unit() -> impl Strategy<Value = AxisUnit> {
    let table = proptest::collection::vec((any_number(), any_number()), 0..4);
    prop_oneof![Just(AxisUnit::Same), any_number().prop_map(AxisUnit::Multiple), table.prop_map(AxisUnit::Table)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_chart_can_be_drawn(
        points in proptest::collection::vec((any_number(), any_number()), 0..8),
        band in proptest::collection::vec((any_number(), any_number(), any_number()), 0..5),
        random in proptest::collection::vec((any_number(), any_number(), any_number()), 0..5),
        x_range in proptest::option::of((any_number(), any_number())),
        y_range in proptest::option::of((any_number(), any_number())),
        size in (0_u32..600, 0_u32..400),
        scale in any_number(),
        dash in 0_usize..5,
        scales in [any_scale(), any_scale()],
        unit in any_unit(),
        mark in any::<bool>(),
        thin in proptest::collection::vec((any_number(), any_number()), 0..5),
        cursor in any_number(),
    ) {
        let mut chart = chart_of(points);
        chart.x.range = x_range;
        chart.y.range = y_range;
        chart.x.scale = scales[0];
        chart.y.scale = scales[1];
        chart.x.unit = unit;
        chart.series[0].mark = mark.then(|| "diverged".to_owned());
        chart.series[0].thin = vec![thin];
        chart.series[0].band = band;
        chart.series[0].random = random;
        chart.series[0].dash = Dash::of_variant(dash);
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
            let style = PlotStyle::svg(scale, true);
            let frame = plot::draw(&root, &chart, &style).expect("memory cannot fail");
            prop_assert!(frame.right > frame.left && frame.bottom > frame.top, "{frame:?} has an inside");
            plot::draw_cursor(&root, &chart, &frame, cursor, &style).expect("memory cannot fail");
        }
        prop_assert!(!text.contains("NaN") && !text.contains("inf\""), "only finite numbers in the drawing");
        prop_assert!(text.len() < 2_000_000, "{} bytes for eight points", text.len());
    }
}
