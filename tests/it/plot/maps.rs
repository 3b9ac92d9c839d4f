//! Charts of cells: the confusion matrix and the map of active units, with the colors of their scale.

use super::texts;
use crate::fixtures::{check_golden, setup, synthetic_history};
use emergence_lab::experiment::Variant;
use emergence_lab::metrics::History;
use emergence_lab::plot::{self, ActivityMap, ConfusionMatrix, PlotStyle};
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use plotters::style::RGBColor;
use proptest::prelude::*;

/// A matrix in which most predictions are right and the first class is often confused with the last one.
fn confusion(classes: &[&str]) -> ConfusionMatrix {
    let count = classes.len();
    let cell = |index: usize| match (index / count, index % count) {
        (truth, predicted) if truth == predicted => 90,
        (0, predicted) if predicted + 1 == count => 12,
        (truth, predicted) => u32::from((truth * 7 + predicted * 3).is_multiple_of(5)),
    };
    ConfusionMatrix {
        classes: classes.iter().map(|name| (*name).to_owned()).collect(),
        counts: (0..count * count).map(cell).collect(),
    }
}

const CLOTHES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot of a kind",
];

#[test]
fn the_confusion_matrix_is_the_golden_one() {
    let matrix = plot::svg::confusion(&confusion(&CLOTHES), 320, false);
    check_golden("confusion.svg", &matrix);
    let texts = texts(&matrix);
    for expected in ["true class", "predicted class", "T-shirt/top", "90", "12", "1"] {
        assert!(texts.contains(&expected), "`{expected}` is missing among {texts:?}");
    }
    assert_eq!(texts.iter().filter(|text| **text == "Ankle boot…").count(), 2, "a long name is cut, on both axes");
    assert_eq!(
        texts.iter().filter(|text| **text == "0").count(),
        1,
        "zeros are omitted, except at the end of the scale"
    );
}

#[test]
fn short_names_are_horizontal_and_long_ones_vertical() {
    let turned = |classes: &[&str]| plot::svg::confusion(&confusion(classes), 320, false).matches("rotate(270").count();
    assert_eq!(turned(&["0", "1", "2"]), 1, "only the name of the vertical axis");
    assert_eq!(turned(&CLOTHES), 11, "and the names of ten columns");
    let many: Vec<String> = (0..200).map(|class| format!("class {class}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let svg = plot::svg::confusion(&confusion(&many), 320, true);
    assert!(texts(&svg).len() < 60, "only some of two hundred names are written: {}", texts(&svg).len());
}

#[test]
fn readings_of_the_heat_map_are_the_values_shown() {
    let history = synthetic_history(400);
    let map = ActivityMap::new(&history, &[true, false, true], Variant::to_string);
    assert_eq!(map.variants.len(), 2, "only the visible variants");
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, (360, 300)).into_drawing_area();
    let frame = plot::draw_heatmap(&root, &map, &PlotStyle::canvas(1.0, false)).expect("memory cannot fail");
    let column = frame.pixel_x(199.0);
    let mut seen = Vec::new();
    for row in 0..300 {
        if let Some(reading) = map.read_at(&frame, column, f64::from(row)) {
            assert_eq!(reading.step, 200, "the column around step 200");
            seen.push((reading.variant.clone(), reading.layer.clone()));
        }
    }
    seen.dedup();
    assert_eq!(seen[2].1, "output", "the last layer has its name");
    assert_eq!(seen.len(), 6, "two variants with three layers each, not {seen:?}");
    let expected = f64::from(history.variants[0].runs[0].active_fraction[10].1[2]);
    assert!(
        (map.variants[0].layers[2][10].1 - expected).abs() < 1e-6,
        "all runs of the fixture have the same activity"
    );
}

#[test]
fn steps_from_cell_to_cell_visit_all_cells_and_stop_at_the_edges() {
    let history = synthetic_history(400);
    let map = ActivityMap::new(&history, &[true, false, true], Variant::to_string);
    let mut text = String::new();
    let root = SVGBackend::with_string(&mut text, (360, 300)).into_drawing_area();
    let frame = plot::draw_heatmap(&root, &map, &PlotStyle::canvas(1.0, false)).expect("memory cannot fail");
    let read = |(x, y): (f64, f64)| map.read_at(&frame, x, y).expect("a cell at its middle");
    let first = map.neighbor(&frame, None, 1, 1).expect("there are cells");
    let start = read(first);
    assert_eq!(
        (start.step, &start.variant, &start.layer),
        (0, &map.variants[0].name, &map.layers[0]),
        "the first cell"
    );
    let mut at = first;
    for (step, fraction) in &map.variants[0].layers[0] {
        assert_eq!((read(at).step, read(at).fraction), (*step, *fraction), "every evaluation in order");
        at = map.neighbor(&frame, Some(at), 1, 0).expect("the next or the last cell");
    }
    assert_eq!(read(at).step, 400, "no further than the last");
    let mut rows = vec![(read(at).variant, read(at).layer)];
    for _ in 0..6 {
        at = map.neighbor(&frame, Some(at), 0, 1).expect("the next or the last layer");
        rows.push((read(at).variant, read(at).layer));
    }
    let expected =
        map.variants.iter().flat_map(|variant| map.layers.iter().map(|layer| (variant.name.clone(), layer.clone())));
    let mut expected: Vec<(String, String)> = expected.collect();
    expected.extend(expected.last().cloned());
    assert_eq!(rows, expected, "every layer of every variant, over the names between them");
    let back = map.neighbor(&frame, Some(at), -99, -99).expect("the first cell");
    assert_eq!(read(back), start, "back to the first");
    let empty = ActivityMap::new(&history, &[false; 8], Variant::to_string);
    assert_eq!(empty.neighbor(&frame, None, 1, 0), None, "no cells");
}

#[test]
fn the_sequential_scale_rises_in_lightness_and_is_constant_outside() {
    let lightness =
        |color: RGBColor| 0.2126 * f64::from(color.0) + 0.7152 * f64::from(color.1) + 0.0722 * f64::from(color.2);
    let steps: Vec<f64> = (0..=20).map(|step| lightness(plot::palette::sequential(f64::from(step) / 20.0))).collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "each color is lighter than the one before: {steps:?}");
    assert_eq!(plot::palette::sequential(-1.0), plot::palette::sequential(0.0), "below the scale");
    assert_eq!(plot::palette::sequential(f64::INFINITY), plot::palette::sequential(1.0), "above the scale");
    assert_eq!(plot::palette::sequential(f64::NAN), plot::palette::sequential(0.0), "not a number");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_confusion_matrix_can_be_drawn(
        names in proptest::collection::vec("\\PC{0,30}", 0..12),
        counts in proptest::collection::vec(any::<u32>(), 0..150),
        side in 0_u32..500,
    ) {
        let matrix = ConfusionMatrix { classes: names, counts };
        let svg = plot::svg::confusion(&matrix, side, false);
        prop_assert!(svg.ends_with("</svg>\n") && !svg.contains("NaN"), "a whole drawing: {svg}");
        // The background, 36 slices of the color bar and the cells.
        prop_assert_eq!(svg.matches("<rect").count(), 1 + 36 + matrix.classes.len().pow(2), "a cell per pair of classes");
    }

    #[test]
    fn any_heat_map_can_be_drawn(
        fractions in proptest::collection::vec((0_u64..u64::MAX, proptest::collection::vec(any::<f32>(), 0..5)), 0..6),
        steps in 0_u64..u64::MAX,
        size in (0_u32..500, 0_u32..300),
    ) {
        let mut history = History::new(setup(&["xavier_normal"], 1, steps));
        history.variants[0].runs[0].active_fraction = fractions.clone();
        let map = ActivityMap::new(&history, &[], Variant::to_string);
        let mut text = String::new();
        {
            let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
            let frame = plot::draw_heatmap(&root, &map, &PlotStyle::canvas(2.0, false)).expect("memory cannot fail");
            prop_assert!(frame.right > frame.left && frame.bottom > frame.top, "{frame:?} has an inside");
            for (step, _) in &fractions {
                let read = map.read_at(&frame, frame.pixel_x(*step as f64), frame.bottom - 1e-6);
                let known = read.is_none_or(|read| fractions.iter().any(|(step, _)| *step == read.step));
                prop_assert!(known, "the reading at step {step} is a measured value");
            }
        }
        prop_assert!(!text.contains("NaN"), "only finite numbers in the drawing");
    }
}
