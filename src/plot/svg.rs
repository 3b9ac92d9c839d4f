//! SVG documents, identical byte by byte for identical measurements: no clock, no fonts of the machine.
//!
//! Plotters draws in whole pixels, so everything is drawn [`FINENESS`] times as large and scaled back by the view box of the
//! document, which keeps lines smooth.

use super::legend::{Legend, LegendSample, draw_with_legend, legend_height};
use super::pen::{FULL_TEXT, Pen, whole};
use super::{
    ActivityMap, Area, Chart, ConfusionMatrix, Dash, Drawn, LayerChart, PlotStyle, Shade, draw, draw_confusion,
    draw_heatmap, draw_layers, quantity_chart,
};
use crate::catalog::FigureQuantity;
use crate::metrics::History;
use crate::texts::text;
use plotters::drawing::IntoDrawingArea;
use plotters::prelude::{DrawingBackend, SVGBackend};

/// Units of the drawing per CSS pixel.
const FINENESS: u32 = 4;
/// Width of the figure and size of one of its panels, in CSS pixels.
const WIDTH: u32 = 960;
const PANEL: (u32, u32) = (480, 300);
/// The panels of the figure, row by row.
const FIGURE: [FigureQuantity; 4] =
    [FigureQuantity::Accuracy, FigureQuantity::TrainLoss, FigureQuantity::EmergenceB, FigureQuantity::EmergenceA];

/// The figure of an experiment: accuracy, train loss, `E_B` and `E_A` with a legend, and the query in `<desc>`, with how far an unfinished
/// training has come. Curves of emergence have the band of random activity below them, if the history contains it.
#[must_use]
pub fn figure(history: &History, dark: bool) -> String {
    let names: Vec<String> = history.variants.iter().map(|variant| variant.variant.to_string()).collect();
    // The gray bands.
    let random = text!("95 % of random masks with the same number of active units");
    let lines = names.iter().zip(&history.variants).map(|(name, variant)| {
        let place = variant.palette_index;
        (name.as_str(), LegendSample::Line(Shade::of_variant(place), Dash::of_variant(place)))
    });
    let random = history.has_random_activity().then_some((random.as_str(), LegendSample::RandomActivity));
    let legend = Legend::new(lines.chain(random), f64::from(WIDTH));
    let legend_height = whole(legend.height());
    let size = (WIDTH, legend_height.saturating_add(2 * PANEL.1));
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document(size, &description(history), |root| {
        Pen::new(root, &style).background()?;
        legend.draw(root, &style)?;
        for (index, quantity) in FIGURE.into_iter().enumerate() {
            let chart = quantity_chart(history, quantity, &[], true);
            let (row, column) = (u32::from(index > 1), u32::from(index % 2 == 1));
            let place = (column * PANEL.0, legend_height + row * PANEL.1);
            draw(&panel(root, place, PANEL), &chart, &style)?;
        }
        Ok(())
    })
}

/// The query, of a long experiment what its points are, and how far a training has come that is not finished.
fn description(history: &History) -> String {
    let (query, resolution) = (history.setup.experiment.to_query(), history.resolution());
    let (steps, evaluations) = (resolution.steps_per_point, resolution.evaluations_per_point);
    let means = (!resolution.is_full()).then(|| {
        text!(
            "Points are means: of the train loss over {steps} steps, of others over {evaluations} evaluations.",
            steps,
            evaluations
        )
    });
    lines([Some(query), means, unfinished(history)])
}

/// How far a training has come that is not finished.
fn unfinished(history: &History) -> Option<String> {
    let steps = history.setup.experiment.steps;
    history.unfinished_at().map(|step| text!("Unfinished: step {step} of {steps}.", step, steps))
}

fn lines<const N: usize>(lines: [Option<String>; N]) -> String {
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// One chart of `size` CSS pixels.
#[must_use]
pub fn chart(chart: &Chart, size: (u32, u32), dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document(size, &chart.title, |root| draw(root, chart, &style).map(drop))
}

/// A chart of a history, of `size` CSS pixels, below a legend, for which the document is higher.
#[must_use]
pub fn chart_with_legend(history: &History, chart: &Chart, size: (u32, u32), dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    let height = size.1.saturating_add(whole(legend_height(chart, size.0)));
    let description = lines([Some(chart.title.clone()), unfinished(history)]);
    document((size.0, height), &description, |root| draw_with_legend(root, chart, &style))
}

/// The heat map of active units, `width` CSS pixels wide, at its natural height.
#[must_use]
pub fn heatmap(map: &ActivityMap, width: u32, dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document((width, whole(map.natural_height())), &text!("Active units per layer"), |root| {
        draw_heatmap(root, map, &style).map(drop)
    })
}

/// A confusion matrix in a square of `side` CSS pixels.
#[must_use]
pub fn confusion(matrix: &ConfusionMatrix, side: u32, dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document((side, side), &text!("Confusion matrix"), |root| draw_confusion(root, matrix, &style))
}

/// A quantity of layers in `size` CSS pixels.
#[must_use]
pub fn layers(chart: &LayerChart, size: (u32, u32), dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document(size, &chart.y_label, |root| draw_layers(root, chart, &style))
}

/// A document of `size` CSS pixels.
fn document<F>(size: (u32, u32), description: &str, drawing: F) -> String
where
    F: for<'b> FnOnce(&Area<SVGBackend<'b>>) -> Drawn<SVGBackend<'b>, ()>,
{
    let mut text = String::new();
    let fine = (size.0.saturating_mul(FINENESS), size.1.saturating_mul(FINENESS));
    {
        let root = SVGBackend::with_string(&mut text, fine).into_drawing_area();
        // A backend that writes to memory cannot fail.
        let _ = drawing(&root).and_then(|()| root.present());
    }
    let body = with_titles(text.split_once('\n').map_or("", |(_, body)| body));
    let (width, height) = size;
    let description = escaped(description);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         stroke-linejoin=\"round\">\n<title>Emergence Lab</title>\n<desc>{description}</desc>\n{body}",
        fine.0, fine.1
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Moves the full text of every shortened one into a `<title>` of its element, which viewers show as a tooltip.
fn with_titles(body: &str) -> String {
    let lines = body.split_inclusive('\n').map(|line| match line.trim_end().split_once(FULL_TEXT) {
        Some((shown, full)) => format!("{shown}\n<title>{full}</title>\n"),
        None => line.to_owned(),
    });
    lines.collect()
}

/// A part of the drawing, in CSS pixels.
fn panel<DB: DrawingBackend>(root: &Area<DB>, place: (u32, u32), size: (u32, u32)) -> Area<DB> {
    let fine = |(x, y): (u32, u32)| (x * FINENESS, y * FINENESS);
    root.clone().shrink(fine(place), fine(size))
}
