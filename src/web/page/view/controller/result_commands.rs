//! Commands that concern results: scenarios with their recordings, runs that begin and end, more seeds, and the shelf.

use super::Page;
use super::checkpoint_commands::INTERRUPTION;
use super::remedy_commands::DOWNLOAD;
use crate::experiment::scenarios::Scenario;
use crate::experiment::{Experiment, PagePart, Zoom};
use crate::metrics::{Setup, Timing};
use crate::replay::Recording;
use crate::web::error::WebResult;
use crate::web::page::model::batches::Batches;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::shown::Shown;
use crate::web::page::view::action::ShelfCommand;
use crate::web::page::view::notices::Severity;
use crate::web::page::view::{net, scenario_fetch, shelf_storage};
use crate::web::page::words::{error_text, incidents};

/// Number of seeds that the button adds.
const MORE_SEEDS: u32 = 5;

impl Page {
    /// Shows something else; the colors of variants stay.
    pub(super) fn set_shown(&mut self, mut shown: Shown) {
        self.palette.color(&mut shown.history);
        if self.shown.is_result() && self.shown.experiment.variants != shown.experiment.variants {
            let baseline = self.shown.experiment.variants.get(self.baseline());
            let place = shown.experiment.variants.iter().position(|variant| Some(variant) == baseline);
            self.view.figure.baseline = u32::try_from(place.unwrap_or_default() + 1).unwrap_or(1);
        }
        if shown.experiment.variants != self.shown.experiment.variants
            || self.visible.len() != shown.experiment.variants.len()
        {
            self.visible = vec![true; shown.experiment.variants.len()];
        }
        self.view.figure.at = self.view.figure.at.filter(|step| *step <= shown.experiment.steps);
        self.view.figure.fit(&shown.experiment.model, self.shown.experiment.task(), shown.experiment.task());
        self.shown = shown;
    }

    /// Puts a scenario into the form and shows its recording.
    pub(super) fn show_scenario(&mut self, scenario: &'static Scenario) -> WebResult<()> {
        self.undo = Some(self.form.experiment().clone());
        let experiment = Experiment { device: self.form.experiment().device, ..scenario.experiment() };
        if self.lifecycle.allows(Request::Reset, false) && self.lifecycle.phase() != Phase::Finished {
            self.request(Request::Reset)?;
        }
        self.shelf.keep(&self.shown);
        // Its answer is about the whole training, compared with its first variant.
        let figure = &mut self.view.figure;
        (figure.baseline, figure.at) = (1, None);
        if matches!(figure.zoom, Zoom::Steps(..)) {
            figure.zoom = Zoom::All;
        }
        self.form.write(experiment)?;
        self.fetch_recording(scenario);
        self.edited()
    }

    pub(super) fn walk_scenarios(&mut self, distance: isize) -> WebResult<()> {
        let offered: Vec<&Scenario> = Scenario::offered().collect();
        let current = Scenario::of(self.form.experiment());
        let current = current.and_then(|current| offered.iter().position(|one| one.name == current.name));
        let next = current.unwrap_or_default().cast_signed() + distance;
        let index = next.rem_euclid(offered.len().cast_signed()).cast_unsigned();
        offered.get(index).map_or(Ok(()), |scenario| self.show_scenario(scenario))
    }

    /// Shows a recording that has arrived, unless something else was started or chosen in the meantime.
    pub(super) fn receive_recording(&mut self, scenario: &'static Scenario, bytes: Option<&[u8]>) -> WebResult<()> {
        if self.fetching == Some(scenario.name) {
            self.fetching = None;
        }
        self.show_recording(scenario, bytes)?;
        if self.fetching.is_some() {
            return Ok(());
        }
        let waiting = self.questions.take();
        waiting.into_iter().try_for_each(|(question, ids)| self.answer(&question, ids.concat()))
    }

    fn show_recording(&mut self, scenario: &'static Scenario, bytes: Option<&[u8]>) -> WebResult<()> {
        let wanted = Scenario::of(self.form.experiment()).is_some_and(|own| own.name == scenario.name);
        if !wanted || !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
            return Ok(());
        }
        self.batches = None;
        match bytes.map(Recording::from_bytes) {
            Some(Ok(recording)) => {
                let mut shown = Shown::recorded(scenario, recording);
                shown.arrange(&self.form.experiment().variants);
                self.set_shown(shown);
            }
            Some(Err(error)) => {
                self.notices.show("recording", Severity::Warning, &incidents::recording_unreadable(error), &[])?;
                self.set_shown(Shown::nothing(&self.form.experiment().clone()));
            }
            None => {
                self.notices.show("recording", Severity::Warning, &incidents::recording_missing(), &[])?;
                self.set_shown(Shown::nothing(&self.form.experiment().clone()));
            }
        }
        self.write_address()?;
        self.draw()
    }

    /// Prepares for a start: what is shown goes to the shelf, and stays on the screen until the first measurements arrive. `batches` are
    /// those to which the experiment belongs.
    pub(super) fn begin(&mut self, experiment: &Experiment, batches: Option<Batches>) -> WebResult<()> {
        let former = std::mem::replace(&mut self.batches, batches);
        // Of a batch that is not complete only the result that it would have joined is kept.
        let result = former.and_then(|former| former.complete).unwrap_or_else(|| self.shown.clone());
        // What is shown may be the first part of the same experiment.
        if !self.batches.as_ref().is_some_and(|batches| result.is_part_of(&batches.whole)) {
            self.shelf.keep(&result);
        }
        self.started = Some(experiment.clone());
        self.checkpoints.begin(self.context());
        net::forget_results();
        self.notices.remove(INTERRUPTION);
        self.notices.remove(DOWNLOAD);
        self.undo = None;
        self.view.figure.at = None;
        self.look_inside()?;
        if !self.shown.is_result() {
            self.set_shown(Shown::nothing(experiment));
        }
        self.write_address()
    }

    /// Prepares for the start of an experiment, which may have more runs than are computed at once; returns what is computed first.
    pub(super) fn begin_whole(&mut self, whole: Experiment) -> WebResult<Experiment> {
        let batches = Batches::of(&whole);
        let first = batches.as_ref().map_or(whole, Batches::next);
        self.begin(&first, batches)?;
        Ok(first)
    }

    /// The experiment has started.
    pub(super) fn started_with(&mut self, setup: Setup) {
        let experiment = self.started.clone().unwrap_or_else(|| setup.experiment.clone());
        self.trained = Some(setup.experiment.clone());
        self.checkpoints.forget_request();
        if setup.experiment.dataset.name.is_own() {
            self.checkpoints.files = self.files.uploads.accepted().cloned();
        }
        if self.lifecycle.resumes() {
            self.checkpoints.former_secs = self.shown.history.timing.elapsed_secs;
            self.shown.history.resume(setup);
        } else {
            self.checkpoints.former_secs = 0.0;
            self.set_shown(Shown::live(&experiment, setup));
        }
        self.shown.history.step_times = self.step_times;
        // Shown and edited may have become equal or different.
        if let Err(error) = self.write_address() {
            crate::web::dom::report(&error);
        }
    }

    /// The experiment has ended; a batch joins those before, and the next one follows if there is one.
    pub(super) fn finish(&mut self, timing: Timing) -> WebResult<()> {
        self.shown.history.set_timing(timing);
        if let Some(batches) = self.batches.take() {
            match batches.joined(self.shown.clone()) {
                Some(batches) => {
                    if let Some(complete) = batches.complete.clone() {
                        self.set_shown(complete);
                    }
                    if !batches.are_complete() {
                        return self.compute_batch(batches);
                    }
                    self.started = Some(batches.whole);
                }
                None => self.notices.show("seeds", Severity::Warning, &incidents::seeds_do_not_fit(), &[])?,
            }
        }
        self.write_address()?;
        self.complete_checkpoint();
        net::keep_results(&self.shown.history);
        self.shelf.keep(&self.shown);
        if !self.view.embed {
            shelf_storage::save(&self.shelf);
        }
        Ok(())
    }

    /// Computes five more seeds of what is shown.
    pub(super) fn compute_more_seeds(&mut self) -> WebResult<()> {
        let batches = Batches::adding(&self.shown, MORE_SEEDS);
        let fixed = self.view.hide.contains(&PagePart::Run);
        if fixed || !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished) {
            return Ok(());
        }
        if let Err(error) = batches.whole.validate() {
            return self.notices.show("seeds", Severity::Warning, &error_text(&error), &[]);
        }
        self.shelf.keep(&self.shown);
        self.form.write(Experiment { device: self.form.experiment().device, ..batches.whole.clone() })?;
        self.compute_batch(batches)
    }

    /// Computes the next batch.
    fn compute_batch(&mut self, batches: Batches) -> WebResult<()> {
        let own = self.checkpoints.latest.is_some().then(|| self.checkpoints.key.clone());
        let former = own.or(self.checkpoints.former_batch.take());
        let next = Experiment { device: self.form.experiment().device, ..batches.next() };
        self.begin(&next, Some(batches))?;
        if let Some(former) = former {
            self.keep_former_batch(former);
        }
        let effects = self.lifecycle.request(Request::Run, &next);
        self.carry_out(effects)?;
        self.show()
    }

    /// After Reset the result is shown to which seeds were being added, the recording of the form's experiment, or its empty charts.
    pub(super) fn forget_run(&mut self) -> WebResult<()> {
        self.checkpoints.leave();
        if let Some(complete) = self.batches.take().and_then(|batches| batches.complete) {
            self.shelf.keep(&complete);
            self.set_shown(complete);
        } else {
            self.shelf.keep(&self.shown);
            self.show_unrun();
        }
        self.write_address()
    }

    /// Shows the form's experiment before it is run: its recording, if it is a scenario, or its empty charts.
    pub(super) fn show_unrun(&mut self) {
        let experiment = self.form.experiment().clone();
        if let Some(scenario) = Scenario::of(&experiment) {
            self.fetch_recording(scenario);
        }
        self.set_shown(Shown::nothing(&experiment));
    }

    /// Fetches the recording of a scenario; hosts that ask for results wait for it.
    pub(super) fn fetch_recording(&mut self, scenario: &'static Scenario) {
        self.fetching = Some(scenario.name);
        scenario_fetch::fetch(scenario, &self.dispatcher);
    }

    /// After a failure the batches that are complete are shown; a restart goes on with the others.
    pub(super) fn show_complete_batches(&mut self) {
        if let Some(complete) = self.batches.as_ref().and_then(|batches| batches.complete.clone()) {
            self.set_shown(complete);
        }
    }

    pub(super) fn use_shelf(&mut self, index: usize, command: ShelfCommand) -> WebResult<()> {
        match command {
            ShelfCommand::Pin => {
                self.shelf.pin(index);
                self.shelf.color_pinned(&mut self.palette);
                self.write_address()?;
            }
            ShelfCommand::Show => {
                if !matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed) {
                    return self.notices.show("shelf", Severity::Info, &incidents::shelf_busy(), &[]);
                }
                self.batches = None;
                if let Some(result) = self.shelf.results().get(index).cloned() {
                    self.form.write(result.experiment.clone())?;
                    self.set_shown(result);
                    self.edited()?;
                }
            }
        }
        self.draw()
    }
}
