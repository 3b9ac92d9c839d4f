//! The charts: three quantities against steps and the map of active units, with one cursor for all of them.

use super::canvas::Canvas;
use super::hover::{self, Readout};
use super::inside::words::{measure_note, measure_shown};
use super::words::{value_text, variant_label};
use super::{Action, Dispatcher};
use crate::experiment::parse_query;
use crate::metrics::{History, Quantity};
use crate::plot::{self, ActivityMap, Chart, Frame};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement, HtmlInputElement};

/// The panels: id of the canvas and what it shows at first.
const PANELS: [(&str, Quantity); 3] = [
    ("chart-accuracy", Quantity::TestAccuracy),
    ("chart-loss", Quantity::TrainLoss),
    ("chart-emergence", Quantity::EmergenceB),
];
/// The panel whose quantity can be switched.
const EMERGENCE: usize = 2;

/// All charts.
pub(super) struct Charts {
    panels: Vec<ChartPanel>,
    map: MapPanel,
    /// The measure of emergence that was chosen last; networks without feature maps show that of units instead.
    measure: Quantity,
    measure_note: Element,
    /// Whether the band of random activity is shown.
    random: HtmlInputElement,
    /// What it is; for units only.
    random_note: HtmlElement,
    /// The step under the pointer, and the panel that the pointer is on.
    cursor: Option<(usize, f64)>,
}

struct ChartPanel {
    canvas: Canvas,
    quantity: Quantity,
    drawn: Option<(Chart, Frame)>,
    readout: Readout,
}

struct MapPanel {
    canvas: Canvas,
    drawn: Option<(ActivityMap, Frame)>,
    readout: Readout,
    /// Where the pointer is, in CSS pixels.
    pointed: Option<(f64, f64)>,
}

impl Charts {
    /// Binds the canvases of the document.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let mut panels = Vec::new();
        for (index, (id, quantity)) in PANELS.into_iter().enumerate() {
            let canvas = Canvas::bind(id)?;
            hover::bind(canvas.holder(), index, dispatcher)?;
            let readout = Readout::new(canvas.holder())?;
            panels.push(ChartPanel { canvas, quantity, drawn: None, readout });
        }
        let canvas = Canvas::bind("chart-activity")?;
        hover::bind_map(canvas.holder(), dispatcher)?;
        let readout = Readout::new(canvas.holder())?;
        bind_switch(dispatcher)?;
        let map = MapPanel { canvas, drawn: None, readout, pointed: None };
        Ok(Self {
            panels,
            map,
            measure: PANELS[EMERGENCE].1,
            measure_note: dom::element("measure-note")?,
            random: bind_random(dispatcher)?,
            random_note: dom::element("random-note")?,
            cursor: None,
        })
    }

    /// Draws everything anew.
    pub(super) fn draw(&mut self, history: &History, visible: &[bool], dark: bool) -> WebResult<()> {
        let convolutions = parse_query(&history.setup.query).experiment.model.has_convolutions();
        self.show_measure(convolutions)?;
        let random = self.random.checked();
        for panel in &mut self.panels {
            panel.drawn = Some((plot::quantity_chart(history, panel.quantity, visible, random), empty_frame()));
        }
        let emergence = &mut self.panels[EMERGENCE];
        if let Some((chart, _)) = emergence.drawn.as_mut().filter(|_| convolutions) {
            // Four buttons leave room for one word, or on a phone for none; they and the axis say the rest.
            let narrow = emergence.canvas.holder().client_width() < 400;
            if narrow { " " } else { "Emergence" }.clone_into(&mut chart.title);
        }
        // Other curves may have nothing at that step, or nothing at all.
        self.cursor = self.cursor.and_then(|(panel, step)| {
            let (chart, _) = self.panels.get(panel)?.drawn.as_ref()?;
            Some((panel, hover::nearest_step(chart, step)?))
        });
        self.paint_panels(dark)?;
        self.show_readout(history)?;
        for panel in &self.panels {
            panel.describe()?;
        }
        self.map.draw(history, visible, dark)?;
        self.map.show_readout()
    }

    /// Shows another measure of emergence from the next drawing on.
    pub(super) fn switch(&mut self, quantity: Quantity) {
        self.measure = quantity;
    }

    fn show_measure(&mut self, convolutions: bool) -> WebResult<()> {
        let quantity = measure_shown(self.measure, convolutions);
        self.panels[EMERGENCE].quantity = quantity;
        for button in dom::all("[data-measure]")? {
            let name = button.get_attribute("data-measure").unwrap_or_default();
            let own = name == quantity.name();
            dom::set_attribute(&button, "aria-pressed", if own { "true" } else { "false" })?;
            button.set_hidden(name.starts_with("channel") && !convolutions);
        }
        dom::set_text(&self.measure_note, measure_note(quantity, convolutions));
        self.random_note.set_hidden(!matches!(quantity, Quantity::EmergenceA | Quantity::EmergenceB));
        Ok(())
    }

    /// The pointer is at this CSS column of a panel.
    pub(super) fn point(&mut self, panel: usize, column: f64, history: &History, dark: bool) -> WebResult<()> {
        let Some(own) = self.panels.get(panel) else { return Ok(()) };
        let Some((chart, frame)) = &own.drawn else { return Ok(()) };
        let cursor = hover::nearest_step(chart, frame.x_at(column * own.canvas.scale()));
        self.set_cursor(cursor.map(|step| (panel, step)), history, dark)
    }

    /// A key was pressed on a panel.
    pub(super) fn press(&mut self, panel: usize, key: &str, history: &History, dark: bool) -> WebResult<()> {
        let Some((chart, _)) = self.panels.get(panel).and_then(|panel| panel.drawn.as_ref()) else { return Ok(()) };
        let now = self.cursor.map(|(_, step)| step);
        let cursor = hover::stepped(chart, now, key).map(|step| (panel, step));
        self.set_cursor(cursor, history, dark)
    }

    /// The pointer is on no chart.
    pub(super) fn leave(&mut self, history: &History, dark: bool) -> WebResult<()> {
        self.map.pointed = None;
        self.map.show_readout()?;
        self.set_cursor(None, history, dark)
    }

    /// The pointer is at this CSS place of the map.
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
                (Some((_, step)), Some((chart, frame))) => {
                    let column = frame.pixel_x(step) / panel.canvas.scale();
                    panel.readout.show(chart, panel.quantity, history, step, column)?;
                }
                _ => panel.readout.hide(),
            }
        }
        Ok(())
    }
}

impl ChartPanel {
    fn paint(&mut self, cursor: Option<f64>, dark: bool) -> WebResult<()> {
        let Some((chart, frame)) = &mut self.drawn else { return Ok(()) };
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

    fn describe(&self) -> WebResult<()> {
        let Some((chart, _)) = &self.drawn else { return Ok(()) };
        let last = chart.series.iter().filter_map(|series| {
            let (step, value) = series.points.last()?;
            let text = |value: f64| value_text(self.quantity, value);
            let random =
                series.random.last().map(|(_, low, high)| format!(" (random {} to {})", text(*low), text(*high)));
            let random = random.unwrap_or_default();
            Some(format!("{} {} at step {step:.0}{random}", variant_label(&series.name), text(*value)))
        });
        let values: Vec<String> = last.collect();
        let title = self.quantity.title();
        self.canvas.describe(&match values.len() {
            0 => format!("{title} against steps: nothing measured yet"),
            _ => format!("{title}: {}", values.join("; ")),
        })
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
        let mut map = ActivityMap::new(history, visible);
        for variant in &mut map.variants {
            variant.name = variant_label(&variant.name);
        }
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
        self.canvas.describe(&match values.len() {
            0 => "Active units per layer: nothing measured yet".to_owned(),
            _ => format!("Active units per layer at the last evaluation: {}", values.join("; ")),
        })
    }
}

/// Stands until the canvas has been painted.
fn empty_frame() -> Frame {
    Frame { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0, x_range: (0.0, 1.0), y_range: (0.0, 1.0) }
}

fn bind_switch(dispatcher: &Dispatcher) -> WebResult<()> {
    let switch = dispatcher.clone();
    let charts: Element = dom::element("charts")?;
    dom::on(&charts, "click", move |event| {
        let name = dom::marked(&event, "measure");
        let quantity = Quantity::ALL.into_iter().find(|quantity| Some(quantity.name()) == name.as_deref());
        if let Some(quantity) = quantity {
            switch.dispatch(Action::Measure(quantity));
        }
    })
}

fn bind_random(dispatcher: &Dispatcher) -> WebResult<HtmlInputElement> {
    let random: HtmlInputElement = dom::element("random-activity")?;
    let changed = dispatcher.clone();
    dom::on(&random, "change", move |_| changed.dispatch(Action::Draw))?;
    Ok(random)
}
