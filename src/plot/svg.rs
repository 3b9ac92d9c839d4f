//! SVG documents, identical byte by byte for identical measurements: no clock, no fonts of the machine.
//!
//! Plotters draws in whole pixels, so everything is drawn [`FINENESS`] times as large and scaled back by the view box of the
//! document, which keeps lines smooth.

use super::chart::draw_random;
use super::pen::{FULL_TEXT, Label, Lettering, MEDIUM, Pen, whole};
use super::{
    ActivityMap, Area, Chart, ConfusionMatrix, Dash, Drawn, LayerChart, PlotStyle, draw, draw_confusion, draw_heatmap,
    draw_layers, quantity_chart, variant_color,
};
use crate::catalog::FIGURE;
use crate::metrics::History;
use plotters::drawing::IntoDrawingArea;
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::text_anchor::HPos;

/// Units of the drawing per CSS pixel.
const FINENESS: u32 = 4;
/// Width of the figure and size of one of its panels, in CSS pixels.
const WIDTH: u32 = 960;
const PANEL: (u32, u32) = (480, 300);
/// Height of a row of the legend, in CSS pixels.
const LEGEND_ROW: f64 = 24.0;

/// The entry of the legend for the gray bands.
const RANDOM_ACTIVITY: &str = "95 % of random masks with the same number of active units";

/// The figure of an experiment: accuracy, train loss, `E_B` and `E_A` with a legend, and the query in `<desc>`. Curves of
/// emergence have the band of random activity below them, if the history contains it.
#[must_use]
pub fn figure(history: &History, dark: bool) -> String {
    let names: Vec<String> = history.variants.iter().map(|variant| variant.scheme.to_string()).collect();
    let entries = legend(&names, history.has_random_activity());
    let rows = entries.last().map_or(0, |entry| entry.row + 1);
    let legend_height = u32::try_from(rows).unwrap_or(u32::MAX).saturating_mul(24).saturating_add(14);
    let size = (WIDTH, legend_height.saturating_add(2 * PANEL.1));
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document(size, &history.setup.experiment.to_query(), |root| {
        Pen::new(root, &style).background()?;
        draw_legend(root, &entries, &style)?;
        for (index, quantity) in FIGURE.into_iter().enumerate() {
            let chart = quantity_chart(history, quantity, &[], true);
            let (row, column) = (u32::from(index > 1), u32::from(index % 2 == 1));
            let place = (column * PANEL.0, legend_height + row * PANEL.1);
            draw(&panel(root, place, PANEL), &chart, &style)?;
        }
        Ok(())
    })
}

/// One chart of `size` CSS pixels.
#[must_use]
pub fn chart(chart: &Chart, size: (u32, u32), dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document(size, &chart.title, |root| draw(root, chart, &style).map(drop))
}

/// The heat map of active units, `width` CSS pixels wide, at its natural height.
#[must_use]
pub fn heatmap(map: &ActivityMap, width: u32, dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document((width, whole(map.natural_height())), "Active units per layer", |root| {
        draw_heatmap(root, map, &style).map(drop)
    })
}

/// A confusion matrix in a square of `side` CSS pixels.
#[must_use]
pub fn confusion(matrix: &ConfusionMatrix, side: u32, dark: bool) -> String {
    let style = PlotStyle::svg(f64::from(FINENESS), dark);
    document((side, side), "Confusion matrix", |root| draw_confusion(root, matrix, &style))
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

/// An entry of the legend.
struct LegendEntry<'name> {
    label: Label<'name>,
    /// Index of the variant; `None` for random activity.
    variant: Option<usize>,
    row: usize,
    /// Left edge, in CSS pixels.
    left: f64,
}

/// The entries of the variants with these names and, if there is a band, of random activity. Each is placed beside the previous
/// one if there is room.
fn legend(names: &[String], random: bool) -> Vec<LegendEntry<'_>> {
    let variants = names.iter().enumerate().map(|(index, name)| (name.as_str(), Some(index)));
    let (mut row, mut left) = (0, 0.0);
    let mut entries = Vec::new();
    for (name, variant) in variants.chain(random.then_some((RANDOM_ACTIVITY, None))) {
        let room = f64::from(WIDTH) - 20.0;
        let label = Label::within(name, MEDIUM, room - 58.0);
        let width = 58.0 + label.width(MEDIUM);
        if left > 0.0 && left + width > room {
            (row, left) = (row + 1, 0.0);
        }
        entries.push(LegendEntry { label, variant, row, left });
        left += width;
    }
    entries
}

fn draw_legend<DB: DrawingBackend>(root: &Area<DB>, entries: &[LegendEntry<'_>], style: &PlotStyle) -> Drawn<DB, ()> {
    let pen = Pen::new(root, style);
    let lettering = Lettering { size: MEDIUM, color: pen.theme.text, ..pen.plain(HPos::Left) };
    for LegendEntry { label, variant, row, left } in entries {
        let (left, middle) = (20.0 + left, 20.0 + LEGEND_ROW * *row as f64);
        let at = |x: f64, y: f64| (pen.px(left + x), pen.px(middle + y));
        if let Some(index) = *variant {
            let color = variant_color(index, style.dark);
            pen.line(&[at(0.0, 0.0), at(28.0, 0.0)], color, 2.5, Dash::of_variant(index).pattern())?;
        } else {
            let edges = [6.0, -6.0].map(|y| vec![at(0.0, y), at(28.0, y)]);
            draw_random(&pen, &edges, pen.theme.axis, Dash::Solid)?;
        }
        pen.label(label, at(35.0, 0.0), lettering)?;
    }
    Ok(())
}
