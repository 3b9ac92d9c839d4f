//! The charts: quantities as functions of the training step, a panel for each group of them, and the heat map of active units.
//! All panels share one cursor.

use super::canvas::Canvas;
use super::cursor::{CursorKey, nearest_step};
use super::hover::{self, Readout};
use super::panel_switch::PanelSwitch;
use super::words::chart_descriptions;
use super::words::values::{measure_note, value_text};
use super::words::variant_label;
use super::{Action, Dispatcher};
use crate::catalog::{CurvePanel, PANELS};
use crate::catalog::{EmergenceNodes, Quantity};
use crate::metrics::History;
use crate::plot::{self, ActivityMap, Chart, Frame};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement, HtmlInputElement};

/// All charts.
pub(super) struct Charts {
    panels: Vec<ChartPanel>,
    map: MapPanel,
    measure_note: Element,
    /// Whether the band of random activity is shown.
    random: HtmlInputElement,
    /// The explanation of the band, which exists for units only.
    random_note: HtmlElement,
    /// The panel under the pointer, and the step.
    cursor: Option<(usize, f64)>,
}

struct ChartPanel {
    panel: CurvePanel,
    canvas: Canvas,
    switch: PanelSwitch,
    /// The selected quantity; for networks without feature maps, a measure of feature maps is replaced by that of units.
    selected: Quantity,
    drawn: Option<DrawnChart>,
    readout: Readout,
}

/// A chart with the quantity that it shows and the position of its plotting area.
struct DrawnChart {
    quantity: Quantity,
    chart: Chart,
    frame: Frame,
}

struct MapPanel {
    canvas: Canvas,
    drawn: Option<(ActivityMap, Frame)>,
    readout: Readout,
    /// The position of the pointer, in CSS pixels.
    pointed: Option<(f64, f64)>,
}

impl Charts {
    /// Binds the canvases of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let panels = PANELS.into_iter().enumerate();
        let panels = panels.map(|(index, panel)| ChartPanel::bind(panel, index, dispatcher));
        let panels = panels.collect::<WebResult<_>>()?;
        let canvas = Canvas::bind("chart-activity")?;
        hover::bind_map(canvas.holder(), dispatcher)?;
        let readout = Readout::new(canvas.holder())?;
        let map = MapPanel { canvas, drawn: None, readout, pointed: None };
        Ok(Self {
            panels,
            map,
            measure_note: dom::element("measure-note")?,
            random: bind_random(dispatcher)?,
            random_note: dom::element("random-note")?,
            cursor: None,
        })
    }

    /// Redraws everything.
    pub(super) fn draw(&mut self, history: &History, visible: &[bool], dark: bool) -> WebResult<()> {
        let random = self.random.checked();
        for panel in &mut self.panels {
            panel.prepare(history, visible, random)?;
        }
        self.show_notes(history);
        // The new curves may have no point at that step, or no points at all.
        self.cursor = self.cursor.and_then(|(panel, step)| {
            let drawn = self.panels.get(panel)?.drawn.as_ref()?;
            Some((panel, nearest_step(&drawn.chart, step)?))
        });
        self.paint_panels(dark)?;
        self.show_readout(history)?;
        for panel in &self.panels {
            panel.describe(history)?;
        }
        self.map.draw(history, visible, dark)?;
        self.map.show_readout()
    }

    /// Selects another quantity in its panel, from the next drawing on.
    pub(super) fn switch(&mut self, quantity: Quantity) {
        let panel = self.panels.iter_mut().find(|panel| panel.panel.quantities.contains(&quantity));
        if let Some(panel) = panel {
            panel.selected = quantity;
        }
    }

    /// Shows what the nodes of the selected measure of emergence are.
    fn show_notes(&self, history: &History) {
        let shown = self.panels.iter().filter_map(|panel| panel.drawn.as_ref()?.quantity.facts().nodes);
        let nodes = shown.last();
        let convolutions = history.setup.experiment.model.has_convolutions();
        dom::set_text(&self.measure_note, nodes.map_or("", |nodes| measure_note(nodes, convolutions)));
        self.random_note.set_hidden(nodes != Some(EmergenceNodes::Units));
    }

    /// Moves the cursor to a pointer at this column of a panel, in CSS pixels.
    pub(super) fn point(&mut self, panel: usize, column: f64, history: &History, dark: bool) -> WebResult<()> {
        let Some(own) = self.panels.get(panel) else { return Ok(()) };
        let Some(DrawnChart { chart, frame, .. }) = &own.drawn else { return Ok(()) };
        let cursor = nearest_step(chart, frame.x_at(column * own.canvas.scale()));
        self.set_cursor(cursor.map(|step| (panel, step)), history, dark)
    }

    /// Moves the cursor after a key was pressed on a panel.
    pub(super) fn press(&mut self, panel: usize, key: CursorKey, history: &History, dark: bool) -> WebResult<()> {
        let Some(drawn) = self.panels.get(panel).and_then(|panel| panel.drawn.as_ref()) else { return Ok(()) };
        let cursor = key.moved(&drawn.chart, self.cursor.map(|(_, step)| step)).map(|step| (panel, step));
        self.set_cursor(cursor, history, dark)
    }

    /// Removes the cursor after the pointer has left the charts.
    pub(super) fn leave(&mut self, history: &History, dark: bool) -> WebResult<()> {
        self.map.pointed = None;
        self.map.show_readout()?;
        self.set_cursor(None, history, dark)
    }

    /// Shows the cell of the heat map under a pointer at this position, in CSS pixels.
    pub(super) fn point_map(&mut self, column: f64, row: f64) -> WebResult<()> {
        self.map.pointed = Some((column, row));
        self.map.show_readout()
    }

    fn set_cursor(&mut self, cursor: Option<(usize, f64)>, history: &History, dark: bool) -> WebResult<()> {
        if self.cursor == cursor {
            return Ok(());
        }
        self.cursor = cursor;
        self.paint_panels(dark)?;
        self.show_readout(history)
    }

    fn paint_panels(&mut self, dark: bool) -> WebResult<()> {
        let cursor = self.cursor.map(|(_, step)| step);
        self.panels.iter_mut().try_for_each(|panel| panel.paint(cursor, dark))
    }

    fn show_readout(&self, history: &History) -> WebResult<()> {
        for (index, panel) in self.panels.iter().enumerate() {
            match (self.cursor.filter(|(own, _)| *own == index), &panel.drawn) {
                (Some((_, step)), Some(DrawnChart { quantity, chart, frame })) => {
                    let column = frame.pixel_x(step) / panel.canvas.scale();
                    panel.readout.show(chart, *quantity, history, step, column)?;
                }
                _ => panel.readout.hide(),
            }
        }
        Ok(())
    }
}

impl ChartPanel {
    fn bind(panel: CurvePanel, index: usize, dispatcher: &Dispatcher) -> WebResult<Self> {
        let canvas = Canvas::bind(&format!("chart-{}", panel.name))?;
        hover::bind(canvas.holder(), index, dispatcher)?;
        let readout = Readout::new(canvas.holder())?;
        let switch = PanelSwitch::new(&panel, canvas.holder(), dispatcher)?;
        Ok(Self { canvas, switch, selected: panel.quantities[0], drawn: None, readout, panel })
    }

    /// Prepares the chart for drawing.
    fn prepare(&mut self, history: &History, visible: &[bool], random: bool) -> WebResult<()> {
        let convolutions = history.setup.experiment.model.has_convolutions();
        let quantity = self.selected.facts().shown(convolutions);
        let mut chart = plot::quantity_chart(history, quantity, visible, random);
        if self.switch.show(quantity, convolutions)? > 2 {
            // The buttons leave room for one word, or none on a phone; the rest is on the buttons and the axis.
            let narrow = self.canvas.holder().client_width() < 400;
            if narrow { " " } else { self.panel.title() }.clone_into(&mut chart.title);
        }
        self.drawn = Some(DrawnChart { quantity, chart, frame: empty_frame() });
        Ok(())
    }

    fn paint(&mut self, cursor: Option<f64>, dark: bool) -> WebResult<()> {
        let Some(DrawnChart { chart, frame, .. }) = &mut self.drawn else { return Ok(()) };
        let painted = self.canvas.paint(dark, |area, style| {
            let frame = plot::draw(area, chart, style)?;
            if let Some(step) = cursor {
                plot::draw_cursor(area, chart, &frame, step, style)?;
            }
            Ok(frame)
        })?;
        if let Some(painted) = painted {
            *frame = painted;
        }
        Ok(())
    }

    fn describe(&self, history: &History) -> WebResult<()> {
        let Some(DrawnChart { quantity, chart, .. }) = &self.drawn else { return Ok(()) };
        let last = chart.series.iter().filter_map(|series| {
            let (step, value) = series.points.last()?;
            let name = variant_label(&history.variants.get(series.variant)?.scheme);
            let text = |value: f64| value_text(*quantity, value);
            let random = series
                .random
                .last()
                .map(|(_, low, high)| format!(" (random activity: {} to {})", text(*low), text(*high)));
            Some(format!("{name} {} at step {step:.0}{}", text(*value), random.unwrap_or_default()))
        });
        let values: Vec<String> = last.collect();
        let title = quantity.facts().title;
        self.canvas.describe(&chart_descriptions::curves(title, &values))
    }
}

impl MapPanel {
    fn show_readout(&self) -> WebResult<()> {
        let scale = self.canvas.scale();
        let cell = self.pointed.zip(self.drawn.as_ref()).and_then(|((column, row), (map, frame))| {
            Some((map.read_at(frame, column * scale, row * scale)?, column, row))
        });
        if let Some((reading, column, row)) = cell {
            return self.readout.show_cell(&reading, column, row);
        }
        self.readout.hide();
        Ok(())
    }

    fn draw(&mut self, history: &History, visible: &[bool], dark: bool) -> WebResult<()> {
        let map = ActivityMap::new(history, visible, variant_label);
        let height = map.natural_height();
        let style = self.canvas.holder().style();
        style.set_property("height", &format!("{height:.0}px"))?;
        let painted = self.canvas.paint(dark, |area, style| plot::draw_heatmap(area, &map, style))?;
        self.describe(&map)?;
        self.drawn = painted.map(|frame| (map, frame));
        Ok(())
    }

    fn describe(&self, map: &ActivityMap) -> WebResult<()> {
        let variants = map.variants.iter().filter_map(|variant| {
            let layers = map.layers.iter().zip(&variant.layers);
            let last: Option<Vec<String>> = layers
                .map(|(name, layer)| layer.last().map(|(_, share)| format!("{name} {:.0} %", share * 100.0)))
                .collect();
            Some(format!("{}: {}", variant.name, last?.join(", ")))
        });
        let values: Vec<String> = variants.collect();
        self.canvas.describe(&chart_descriptions::heat_map(&values))
    }
}

/// The frame before the canvas is first drawn.
fn empty_frame() -> Frame {
    Frame { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0, x_range: (0.0, 1.0), y_range: (0.0, 1.0) }
}

fn bind_random(dispatcher: &Dispatcher) -> WebResult<HtmlInputElement> {
    let random: HtmlInputElement = dom::element("random-activity")?;
    let changed = dispatcher.clone();
    dom::on(&random, "change", move |_| changed.dispatch(Action::Draw))?;
    Ok(random)
}
