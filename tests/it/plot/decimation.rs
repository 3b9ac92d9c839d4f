//! Lines of many points are drawn with as many as pixels can show, and lose no extreme: against all points of every column.

use crate::fixtures::setup;
use emergence_lab::catalog::{FigureQuantity, Quantity};
use emergence_lab::experiment::FigureView;
use emergence_lab::metrics::History;
use emergence_lab::plot::decimation::{decimated, decimated_band};
use emergence_lab::plot::heatmap::visible_cells;
use emergence_lab::plot::{AxisScale, Figure, Frame, svg};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The lowest and the highest value of each column.
fn extremes(values: impl Iterator<Item = (f64, f64)>, column: f64) -> BTreeMap<i64, (f64, f64)> {
    let mut found: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for (x, y) in values {
        #[expect(clippy::cast_possible_truncation, reason = "a pixel")]
        let (low, high) = found.entry((x / column).floor() as i64).or_insert((y, y));
        (*low, *high) = (low.min(y), high.max(y));
    }
    found
}

/// Points in order of increasing x, some of them at the same place.
fn line() -> impl Strategy<Value = Vec<(f64, f64)>> {
    proptest::collection::vec((0.0_f64..0.3, -50.0_f64..500.0), 1..3_000).prop_map(|steps| {
        let mut at = -20.0;
        let place = |(step, y): (f64, f64)| {
            at += step;
            (at, y)
        };
        steps.into_iter().map(place).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_line_keeps_the_extremes_of_every_column(points in line(), column in 0.5_f64..4.0) {
        let kept = decimated(points.clone(), column, 100.0);
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        if points.len() as f64 <= 200.0 / column {
            prop_assert_eq!(&kept, &points, "few points stay as they are");
        }
        let (all, left) = (extremes(points.iter().copied(), column), extremes(kept.iter().copied(), column));
        prop_assert_eq!(&left, &all, "lowest and highest of every column");
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let few = kept.len() as f64 <= 200.0 / column;
        prop_assert!(kept.len() <= 2 * all.len() + 2 || few, "{} of {} points", kept.len(), points.len());
        prop_assert!(kept.is_sorted_by_key(|(x, _)| *x), "in order");
        prop_assert_eq!((kept.first(), kept.last()), (points.first(), points.last()), "both ends");
    }

    #[test]
    fn a_band_keeps_its_extent_in_every_column(points in line(), height in 0.0_f64..40.0) {
        let band: Vec<_> = points.iter().map(|(x, y)| (*x, y + height, *y)).collect();
        let kept = decimated_band(band.clone(), 2.0, 100.0);
        let ends = |band: &[(f64, f64, f64)]| {
            extremes(band.iter().flat_map(|(x, low, high)| [(*x, *low), (*x, *high)]), 2.0)
        };
        prop_assert_eq!(ends(&kept), ends(&band), "the whole extent");
        prop_assert!(kept.len() <= 2 * ends(&band).len() || kept.len() <= 100, "{} edges", kept.len());
        prop_assert_eq!(kept.last().map(|edge| edge.0), band.last().map(|edge| edge.0), "to the end");
    }
}

const FRAME: Frame = Frame {
    left: 10.0,
    top: 0.0,
    right: 110.0,
    bottom: 20.0,
    x_range: (0.0, 5_000.0),
    y_range: (0.0, 1.0),
    x_scale: AxisScale::Linear,
    y_scale: AxisScale::Linear,
};

#[test]
fn cells_narrower_than_a_pixel_become_their_mean() {
    let cells: Vec<(u64, f64)> = (0..=5_000).map(|step| (step, if step % 2 == 0 { 0.25 } else { 0.75 })).collect();
    let shown = visible_cells(&FRAME, &cells, 1.0);
    assert!((100..=102).contains(&shown.len()), "{} cells on 100 pixels", shown.len());
    // The cells at the edges are cut.
    let inner = &shown[1..shown.len() - 1];
    assert!(inner.iter().all(|(_, _, mean)| (mean - 0.5).abs() < 0.02), "means");
    assert!(shown.windows(2).all(|pair| (pair[0].1 - pair[1].0).abs() < 1e-9), "without gaps");
    assert_eq!(visible_cells(&FRAME, &cells[..100], 1.0).len(), 100, "few cells stay as they are");
}

#[test]
fn a_spike_of_a_long_curve_is_drawn() {
    let mut history = History::new(setup(&["pytorch"], 1, 200_000));
    let flat = (0..5_000_u64).map(|index| (40 * index, Some(0.5)));
    history.variants[0].runs[0].curves[Quantity::TestAccuracy] = flat.collect();
    history.step = 200_000;
    let drawn = |history: &History| {
        let view = FigureView::default();
        let figure = Figure {
            history,
            quantity: FigureQuantity::Accuracy,
            view: &view,
            visible: &[],
            names: &[],
            random: false,
            pinned: None,
        };
        svg::chart(&figure.chart(), (800, 400), false)
    };
    let (plain, long) = (drawn(&history), drawn(&history).len());
    assert!(long < 60_000, "5,000 points on 800 pixels take {long} bytes");
    history.variants[0].runs[0].curves[Quantity::TestAccuracy][2_345].1 = Some(0.9);
    assert_ne!(drawn(&history), plain, "one point of 5,000");
}
