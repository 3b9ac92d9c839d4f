//! What the page adds to its charts: the cursor, the keys that move it, and values as texts.

use crate::fixtures::synthetic_history;
use emergence_lab::catalog::{EmergenceNodes, FigureQuantity, Quantity};
use emergence_lab::plot::{self, Chart};
use emergence_lab::web::page::model::cursor::{CursorKey, nearest_step};
use emergence_lab::web::page::words::values::{difference_text, measure_note, value_text};

const KEYS: [(&str, CursorKey); 5] = [
    ("ArrowLeft", CursorKey::Left),
    ("ArrowRight", CursorKey::Right),
    ("Home", CursorKey::Home),
    ("End", CursorKey::End),
    ("Escape", CursorKey::Escape),
];

/// A chart with evaluations at 0, 20 ... 100; the last one of the first variant is missing.
fn chart() -> Chart {
    let mut chart = plot::quantity_chart(&synthetic_history(100), FigureQuantity::Accuracy, &[], false);
    chart.series[0].points.pop();
    chart
}

#[test]
fn keys_with_a_modifier_are_handled_by_the_browser() {
    for (name, key) in KEYS {
        assert_eq!(CursorKey::named(name, false), Some(key), "{name} alone");
        assert_eq!(
            CursorKey::named(name, true),
            None,
            "{name} with Alt, Ctrl or Meta, which for example goes back a page"
        );
    }
    for name in ["ArrowUp", "Enter", "a", ""] {
        assert_eq!(CursorKey::named(name, false), None, "`{name}` does not move the cursor");
    }
}

#[test]
fn keys_step_through_the_visible_places() {
    let check = |key: CursorKey, now: usize, expected: Option<usize>| {
        assert_eq!(key.moved(&[2, 3, 4, 5], now), expected, "{key:?} at {now}");
    };
    check(CursorKey::Right, 3, Some(4));
    check(CursorKey::Right, 5, Some(5));
    check(CursorKey::Left, 3, Some(2));
    check(CursorKey::Left, 2, Some(2));
    check(CursorKey::Home, 4, Some(2));
    check(CursorKey::End, 3, Some(5));
    check(CursorKey::Escape, 3, None);
    // From a place that cannot be seen.
    check(CursorKey::Right, 0, Some(2));
    check(CursorKey::Left, 9, Some(5));
    for (_, key) in KEYS {
        assert_eq!(key.moved(&[], 0), None, "{key:?} without any place");
    }
}

#[test]
fn a_pointer_selects_the_nearest_point() {
    assert_eq!(nearest_step(&chart(), 93.0), Some(100.0), "on any line");
    assert_eq!(nearest_step(&chart(), 49.0), Some(40.0), "below the middle between two");
    assert_eq!(nearest_step(&Chart { series: Vec::new(), ..chart() }, 49.0), None, "without any point");
}

#[test]
fn values_have_the_unit_of_their_chart() {
    let check =
        |quantity: FigureQuantity, value: f64, text: &str| assert_eq!(value_text(quantity, value), text, "{value}");
    check(FigureQuantity::Accuracy, 91.23, "91.2 %");
    check(FigureQuantity::TrainLoss, 0.1234, "0.123");
    check(FigureQuantity::TestLoss, 2.0, "2.000");
    check(FigureQuantity::EmergenceA, 3.456, "10^3.46");
    check(FigureQuantity::EmergenceB, -1.0, "10^-1.00");
    check(FigureQuantity::Difference, -0.72, "−0.7");
    check(FigureQuantity::EmergenceBChange, 3.12, "+3.1 %");
    let check = |quantity: FigureQuantity, difference: f64, text: &str| {
        assert_eq!(difference_text(quantity, difference), text, "{difference}");
    };
    check(FigureQuantity::Accuracy, 0.42, "0.4");
    check(FigureQuantity::TestLoss, 0.0123, "0.012");
    check(FigureQuantity::EmergenceA, 0.4562, "0.456");
}

#[test]
fn the_nodes_of_the_measure_are_named() {
    let maps = EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceA };
    assert!(measure_note(maps, true, false).contains("approximation"), "stated if it is one");
    let units = measure_note(EmergenceNodes::Units, true, false);
    assert!(units.contains("derived by this project"), "and the source of the exact one: {units}");
    let dense = measure_note(EmergenceNodes::Units, false, false);
    assert!(dense.contains("exact") && !dense.contains("Gray"), "exact for dense layers");
    assert!(measure_note(EmergenceNodes::Units, false, true).contains("Gray: 95 %"), "what the band is");
}
