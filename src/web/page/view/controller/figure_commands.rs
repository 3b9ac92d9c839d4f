//! Commands that concern the figure: what it shows, its cursor and the scrubber.

use super::Page;
use crate::catalog::FigureQuantity;
use crate::experiment::{Band, Named, XAxis, YAxis, Zoom};
use crate::web::error::WebResult;
use crate::web::page::model::cursor::CursorKey;
use crate::web::page::view::action::FigureCommand;

impl Page {
    /// Handles a choice above the figure.
    pub(super) fn choose_figure(&mut self, key: &str, value: &str) -> WebResult<()> {
        let figure = &mut self.view.figure;
        match key {
            "show" => {
                if let Some(quantity) = FigureQuantity::named(value) {
                    enlarge(&mut figure.show, quantity);
                }
            }
            "x" => figure.x = XAxis::named(value).unwrap_or_default(),
            "y" => figure.y = YAxis::named(value).unwrap_or_default(),
            "zoom" => figure.zoom = value.parse().unwrap_or_default(),
            "band" => figure.band = Band::named(value).unwrap_or_default(),
            "ema" => figure.smoothing = value.parse().unwrap_or_default(),
            _ => {}
        }
        self.write_address()?;
        self.draw()
    }

    /// Exchanges a small chart with the large one.
    pub(super) fn swap_figure(&mut self, index: usize) -> WebResult<()> {
        if index < self.view.figure.show.len() {
            self.view.figure.show.swap(0, index);
        }
        self.write_address()?;
        self.draw()
    }

    pub(super) fn command_figure(&mut self, command: FigureCommand) -> WebResult<()> {
        if let FigureCommand::Press(key) = command {
            return self.press_key(key);
        }
        self.figure.announce(false)?;
        match self.figure.handle(command) {
            Some(zoom) => {
                self.view.figure.zoom = self.whole_if_all(zoom);
                self.write_address()?;
                self.draw()
            }
            None => self.repaint(),
        }
    }

    /// Moves the step that is shown to another evaluation, within what the figure shows.
    fn press_key(&mut self, key: CursorKey) -> WebResult<()> {
        self.figure.announce(true)?;
        let steps = self.shown.history.evaluation_steps();
        let (from, to) = self.view.figure.zoom.range(self.shown.experiment.steps.max(self.shown.history.step));
        let visible = |step: u64| (from..=to).contains(&(step as f64));
        let places: Vec<usize> =
            steps.iter().enumerate().filter(|(_, step)| visible(**step)).map(|(place, _)| place).collect();
        let at = self.view.figure.at.unwrap_or(u64::MAX);
        let now = steps.iter().rposition(|step| *step <= at).unwrap_or_default();
        let Some(place) = key.moved(&places, now) else { return self.scrub(steps.len().saturating_sub(1)) };
        self.scrub(place)?;
        // At the last evaluation, too, the values are read.
        self.figure.point_at(steps[place]);
        self.repaint()
    }

    /// A zoom that covers everything is none.
    fn whole_if_all(&self, zoom: Zoom) -> Zoom {
        let steps = self.shown.experiment.steps as f64;
        match zoom {
            Zoom::Steps(from, to) if from <= 0.0 && to >= steps => Zoom::All,
            other => other,
        }
    }

    /// Shows the values at the evaluation with this place; none in particular at the last one.
    pub(super) fn scrub(&mut self, place: usize) -> WebResult<()> {
        let steps = self.shown.history.evaluation_steps();
        self.view.figure.at = steps.get(place).copied().filter(|_| place + 1 < steps.len());
        self.figure.leave();
        self.look_inside()?;
        self.write_address()?;
        self.draw()
    }

    /// Removes the cursors after the pointer has left the charts.
    pub(super) fn unpoint(&mut self) -> WebResult<()> {
        self.activity.leave()?;
        self.figure.leave();
        self.repaint()
    }
}

/// Makes a quantity the first one; the one that was first takes its place if it was shown small.
fn enlarge(show: &mut Vec<FigureQuantity>, quantity: FigureQuantity) {
    match show.iter().position(|other| *other == quantity) {
        Some(index) => show.swap(0, index),
        None if show.is_empty() => show.push(quantity),
        None => show[0] = quantity,
    }
}
