//! What the page adds to its charts: the cursor, the keys that move it, and values as texts.

use crate::fixtures::synthetic_history;
use emergence_lab::catalog::{EmergenceNodes, Quantity};
use emergence_lab::plot::{self, Chart};
use emergence_lab::web::page::cursor::{CursorKey, nearest_step};
use emergence_lab::web::page::words::values::{measure_note, spread_text, value_text};

const KEYS: [(&str, CursorKey); 5] = [
    ("ArrowLeft", CursorKey::Left),
    ("ArrowRight", CursorKey::Right),
    ("Home", CursorKey::Home),
    ("End", CursorKey::End),
    ("Escape", CursorKey::Escape),
];

/// A chart with evaluations at 0, 20 ... 100; the last one of the first variant is missing.
fn chart() -> Chart {
    let mut chart = plot::quantity_chart(&synthetic_history(100), Quantity::TestAccuracy, &[], false);
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
fn keys_step_through_the_points_of_all_lines() {
    let check = |key: CursorKey, now: Option<f64>, expected: Option<f64>| {
        assert_eq!(key.moved(&chart(), now), expected, "{key:?} at {now:?}");
    };
    check(CursorKey::Right, Some(20.0), Some(40.0));
    check(CursorKey::Right, Some(80.0), Some(100.0));
    check(CursorKey::Right, Some(100.0), Some(100.0));
    check(CursorKey::Left, Some(20.0), Some(0.0));
    check(CursorKey::Left, Some(0.0), Some(0.0));
    check(CursorKey::Home, Some(60.0), Some(0.0));
    check(CursorKey::End, Some(60.0), Some(100.0));
    for key in [CursorKey::Left, CursorKey::Right] {
        check(key, None, Some(100.0));
    }
    check(CursorKey::Escape, Some(60.0), None);
    let empty = Chart { series: Vec::new(), ..chart() };
    for (_, key) in KEYS {
        assert_eq!(key.moved(&empty, None), None, "{key:?} without any point");
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
    let check = |quantity: Quantity, value: f64, text: &str| assert_eq!(value_text(quantity, value), text, "{value}");
    check(Quantity::TestAccuracy, 91.23, "91.2 %");
    check(Quantity::TrainLoss, 0.1234, "0.123");
    check(Quantity::TestLoss, 2.0, "2.000");
    check(Quantity::EmergenceA, 3.456, "10^3.46");
    check(Quantity::EmergenceB, -1.0, "10^-1.00");
    let check =
        |quantity: Quantity, spread: f64, text: &str| assert_eq!(spread_text(quantity, spread), text, "{spread}");
    check(Quantity::TestAccuracy, 0.42, "0.4");
    check(Quantity::TestLoss, 0.0123, "0.012");
    check(Quantity::EmergenceA, 0.456, "0.46 in the exponent");
}

#[test]
fn the_nodes_of_the_measure_are_named() {
    let maps = EmergenceNodes::FeatureMaps { of_units: Quantity::EmergenceA };
    assert!(measure_note(maps, true).contains("approximation"), "stated if it is one");
    let units = measure_note(EmergenceNodes::Units, true);
    assert!(units.contains("derived by this project"), "and the source of the exact one: {units}");
    assert!(measure_note(EmergenceNodes::Units, false).contains("exact"), "exact for dense layers");
}
