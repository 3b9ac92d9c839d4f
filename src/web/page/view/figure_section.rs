//! The figure: one large chart, smaller ones of other quantities, and the line with the values at the cursor.

use super::action::FigureCommand;
use super::canvas::Canvas;
use super::section::{Picture, Section};
use super::{Action, Dispatcher, figure_input, readout};
use crate::catalog::{FIGURES, FigureQuantity};
use crate::experiment::{FigureView, YAxis, Zoom};
use crate::plot::{self, Chart, Figure, Frame, Pinned, heading};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::cursor::nearest_step;
use crate::web::page::model::tabs::Tab;
use crate::web::page::words::chart_descriptions;
use crate::web::page::words::values::value_text;
use web_sys::{Element, HtmlSelectElement};

/// Number of small charts.
pub(super) const SMALL: usize = 2;

/// The charts with their state.
pub(super) struct FigureSection {
    main: ChartCanvas,
    small: Vec<ChartCanvas>,
    readout: Element,
    choices: Vec<HtmlSelectElement>,
    /// The step under the pointer.
    pointed: Option<f64>,
}

/// A canvas with the chart on it and the position of its plotting area.
struct ChartCanvas {
    canvas: Canvas,
    /// The heading, even if it is not drawn.
    title: String,
    drawn: Option<(FigureQuantity, Chart, Frame)>,
}

impl FigureSection {
    /// Binds the figure of the page.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let main = ChartCanvas::bind("chart-main")?;
        figure_input::bind(main.canvas.holder(), dispatcher)?;
        let choices = dom::all("[data-figure]")?.into_iter();
        let choices = choices.filter_map(|choice| wasm_bindgen::JsCast::dyn_into::<HtmlSelectElement>(choice).ok());
        let choices: Vec<HtmlSelectElement> = choices.collect();
        for choice in &choices {
            let (chosen, own) = (dispatcher.clone(), choice.clone());
            dom::on(choice, "change", move |_| {
                let key = own.get_attribute("data-figure").unwrap_or_default();
                chosen.dispatch(Action::FigureChosen { key, value: own.value() });
            })?;
        }
        let swapped = dispatcher.clone();
        dom::on(&dom::element::<Element>("multiples")?, "click", move |event| {
            if let Some(index) = dom::marked(&event, "swap").and_then(|index| index.parse().ok()) {
                swapped.dispatch(Action::Swapped(index));
            }
        })?;
        let small = (1..=SMALL).map(|index| ChartCanvas::bind(&format!("chart-small-{index}")));
        Ok(Self {
            main,
            small: small.collect::<WebResult<_>>()?,
            readout: dom::element("readout")?,
            choices,
            pointed: None,
        })
    }

    /// The step under the pointer, or the one of the scrubber.
    pub(super) fn step(&self, view: &FigureView) -> Option<f64> {
        self.pointed.or(view.at.map(|step| step as f64))
    }

    /// Paints the large chart with its cursor, and the line with the values there.
    pub(super) fn paint(&mut self, picture: &Picture<'_>) -> WebResult<()> {
        let wanted = self.step(picture.view);
        let Some((_, chart, _)) = &self.main.drawn else { return Ok(()) };
        let step = wanted.and_then(|step| nearest_step(chart, step));
        self.main.paint(step, picture.dark)?;
        self.main.describe(picture)?;
        // In a frame there is no list with the values.
        let read = step.or(if picture.titled { self.last_step(picture) } else { None });
        let Some((quantity, chart, _)) = &self.main.drawn else { return Ok(()) };
        readout::show(&self.readout, (*quantity, chart), read, picture)
    }

    /// Carries out a command that only moves the cursor; returns the zoom that a command asks for.
    pub(super) fn handle(&mut self, command: FigureCommand) -> Option<Zoom> {
        let (_, chart, frame) = self.main.drawn.as_ref()?;
        let step_at = |column: f64| frame.x_at(column * self.main.canvas.scale());
        match command {
            FigureCommand::Point(column) => {
                self.pointed = nearest_step(chart, step_at(column));
                None
            }
            FigureCommand::Zoom(zoom) => Some(zoom),
            // Moves the step of the whole page, not only the cursor.
            FigureCommand::Press(_) => None,
            FigureCommand::Span(from, to) => span(step_at(from.min(to)), step_at(from.max(to)), frame),
            FigureCommand::Magnify(factor, column) => {
                let (from, to) = frame.x_range;
                let middle = column.map_or(from.midpoint(to), step_at);
                span(middle - (middle - from) / factor, middle + (to - middle) / factor, frame)
            }
        }
    }

    fn last_step(&self, picture: &Picture<'_>) -> Option<f64> {
        let (_, chart, _) = self.main.drawn.as_ref()?;
        nearest_step(chart, picture.history.step as f64)
    }

    /// Whether screen readers announce the values at the cursor: after a key, but not while a pointer moves.
    pub(super) fn announce(&self, values: bool) -> WebResult<()> {
        dom::set_attribute(&self.readout, "aria-live", if values { "polite" } else { "off" })
    }

    /// Moves the cursor to a step.
    pub(super) fn point_at(&mut self, step: u64) {
        self.pointed = Some(step as f64);
    }

    /// Removes the cursor after the pointer has left the figure.
    pub(super) fn leave(&mut self) {
        self.pointed = None;
    }

    /// The heading of the large chart.
    pub(super) fn title(&self) -> &str {
        &self.main.title
    }

    /// The chart that is shown, for exports.
    pub(super) fn chart(&self) -> Option<&Chart> {
        self.main.drawn.as_ref().map(|(_, chart, _)| chart)
    }

    fn show_choices(&self, picture: &Picture<'_>) -> WebResult<()> {
        let experiment = &picture.history.setup.experiment;
        let (model, task) = (&experiment.model, experiment.task());
        for choice in &self.choices {
            let key = choice.get_attribute("data-figure").unwrap_or_default();
            let value = chosen(&key, picture.view);
            if key == "show" {
                for row in &FIGURES {
                    let offered = row.serves(task) && (model.has_convolutions() || !row.needs_feature_maps());
                    if let Some(option) = choice.query_selector(&format!("[value=\"{}\"]", row.name))? {
                        option.toggle_attribute_with_force("hidden", !offered)?;
                    }
                }
                for quantity in [FigureQuantity::Accuracy, FigureQuantity::Difference] {
                    let selector = format!("[value=\"{}\"]", quantity.facts().name);
                    if let Some(option) = choice.query_selector(&selector)? {
                        dom::set_text(&option, &heading(quantity, experiment));
                    }
                }
            }
            if choice.value() != value {
                choose(choice, &value)?;
            }
        }
        Ok(())
    }
}

impl Section for FigureSection {
    fn tab(&self) -> Tab {
        Tab::Compare
    }

    fn draw(&mut self, picture: &Picture<'_>) -> WebResult<()> {
        self.show_choices(picture)?;
        let quantity = picture.view.show.first().copied().unwrap_or(FigureQuantity::Accuracy);
        self.main.prepare(picture, quantity, picture.view, true);
        let small = FigureView { zoom: Zoom::All, y: YAxis::Linear, ..picture.view.clone() };
        for (canvas, quantity) in self.small.iter_mut().zip(picture.view.show.iter().skip(1)) {
            canvas.prepare(picture, *quantity, &small, false);
            canvas.paint(None, picture.dark)?;
            canvas.describe(picture)?;
        }
        for (index, canvas) in self.small.iter().enumerate() {
            let shown = index + 1 < picture.view.show.len();
            if let Ok(Some(figure)) = canvas.canvas.holder().closest("figure") {
                figure.toggle_attribute_with_force("hidden", !shown)?;
            }
        }
        self.paint(picture)
    }
}

/// The steps between two others, within what can be seen, if they are at least one apart.
fn span(from: f64, to: f64, frame: &Frame) -> Option<Zoom> {
    let (from, to) = (from.max(0.0).round(), to.max(frame.x_range.0).round());
    (to - from >= 1.0).then_some(Zoom::Steps(from, to))
}

/// Chooses a value; one that is not offered, such as a range of steps, gets an entry of its own.
fn choose(choice: &HtmlSelectElement, value: &str) -> WebResult<()> {
    choice.set_value(value);
    if choice.value() == value {
        return Ok(());
    }
    let own = if let Some(own) = choice.query_selector("[data-own]")? {
        own
    } else {
        let own = dom::untranslated("option", value)?;
        own.set_attribute("data-own", "")?;
        dom::append(choice, &own)?;
        own
    };
    own.set_attribute("value", value)?;
    own.set_text_content(Some(value));
    choice.set_value(value);
    Ok(())
}

/// The value of a choice above the figure.
fn chosen(key: &str, view: &FigureView) -> String {
    use crate::experiment::Named;
    match key {
        "show" => view.show.first().map_or(String::new(), |quantity| quantity.facts().name.to_owned()),
        "x" => view.x.name().to_owned(),
        "y" => view.y.name().to_owned(),
        "zoom" => view.zoom.to_string(),
        "band" => view.band.name().to_owned(),
        _ => view.smoothing.to_string(),
    }
}

impl ChartCanvas {
    fn bind(id: &str) -> WebResult<Self> {
        Ok(Self { canvas: Canvas::bind(id)?, title: String::new(), drawn: None })
    }

    fn prepare(&mut self, picture: &Picture<'_>, quantity: FigureQuantity, view: &FigureView, large: bool) {
        let figure = Figure {
            history: picture.history,
            quantity,
            view,
            visible: picture.visible,
            names: if large { picture.names } else { &[] },
            random: false,
            pinned: picture.pinned.map(|pinned| if large { pinned } else { Pinned { names: &[], ..pinned } }),
        };
        let mut chart = figure.chart();
        let title = std::mem::take(&mut chart.title);
        if !large || picture.titled {
            chart.title.clone_from(&title);
        }
        self.title = title;
        let frame = self.drawn.take().map(|(_, _, frame)| frame);
        self.drawn = Some((quantity, chart, frame.unwrap_or_else(Frame::empty)));
    }

    fn paint(&mut self, cursor: Option<f64>, dark: bool) -> WebResult<()> {
        let Some((_, chart, frame)) = &mut self.drawn else { return Ok(()) };
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

    fn describe(&self, picture: &Picture<'_>) -> WebResult<()> {
        let Some((quantity, chart, _)) = &self.drawn else { return Ok(()) };
        let last = chart.series.iter().filter(|series| !series.behind).filter_map(|series| {
            let (step, value) = series.points.last()?;
            let name = picture.names.get(series.variant)?;
            Some(chart_descriptions::last_value(name, &value_text(*quantity, *value), *step))
        });
        let values: Vec<String> = last.collect();
        self.canvas.describe(&chart_descriptions::curves(&self.title, &values))
    }
}
