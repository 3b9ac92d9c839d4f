//! Commands that concern the form and the parts around it: the visitor's own files, sample images, the estimate.

use super::Page;
use crate::experiment::{DatasetName, DevicePreference, Experiment, PagePart};
use crate::protocol::{Command, Event};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::forecast::{Forecast, MeasuredSpeed};
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::shown::Shown;
use crate::web::page::view::chosen_files::ChosenFiles;
use crate::web::page::view::dialogs;
use crate::web::page::view::notices::{Offer, Severity};
use crate::web::page::words::files::{forecast_needs_files, no_form_for_files};
use crate::web::page::words::{error_text, forecast_text, incidents, no_forecast, sentences, verdicts};

impl Page {
    pub(super) fn read_form(&mut self) -> WebResult<()> {
        self.form.read()?;
        self.edited()
    }

    /// Puts an experiment into the form.
    pub(super) fn configure(&mut self, experiment: Experiment) -> WebResult<()> {
        self.form.write(experiment)?;
        self.edited()
    }

    /// The same, and the former content can be restored.
    pub(super) fn replace_form(&mut self, experiment: Experiment) -> WebResult<()> {
        self.undo = Some(self.form.experiment().clone());
        self.configure(experiment)
    }

    pub(super) fn undo_replacement(&mut self) -> WebResult<()> {
        match self.undo.take() {
            Some(experiment) => self.configure(experiment),
            None => Ok(()),
        }
    }

    /// After a change of the form: empty charts belong to the form, but a result stays as it is.
    pub(super) fn edited(&mut self) -> WebResult<()> {
        if !self.shown.is_result() && matches!(self.lifecycle.phase(), Phase::Loading | Phase::Ready | Phase::Failed) {
            self.set_shown(Shown::nothing(&self.form.experiment().clone()));
        }
        self.write_address()?;
        self.show_plan()?;
        self.show()?;
        self.redraw.request()
    }

    /// Updates the parts around the form, after the form or the data have changed.
    pub(super) fn show_plan(&mut self) -> WebResult<()> {
        let experiment = self.form.experiment();
        let valid = self.form.is_valid();
        self.files.show(experiment.dataset.name.is_own());
        let facts = experiment.dataset.facts().or(self.files.facts(&experiment.dataset));
        let memory = dom::device_memory()?;
        let forecast = facts.map(|facts| Forecast::new(experiment, &facts, self.speed.as_ref(), memory));
        let text = match forecast {
            _ if !valid => no_forecast(),
            None => forecast_needs_files(),
            Some(Ok(forecast)) => sentences([forecast_text(&forecast), verdicts::sensitivity(experiment)]),
            Some(Err(error)) => incidents::files_do_not_match(error_text(&error)),
        };
        dom::set_text(&self.estimate, &text);
        self.samples.show(&experiment.dataset)
    }

    /// Measures the speed after an experiment has stopped, for later estimates.
    pub(super) fn measure_speed(&mut self) -> WebResult<()> {
        if let Some(speed) = MeasuredSpeed::of(&self.shown.history) {
            self.speed = Some(speed);
            return self.show_plan();
        }
        Ok(())
    }

    /// Whether the experiment in the form needs the visitor's own files and there are none.
    pub(super) fn lacks_files(&self) -> bool {
        let name = self.form.experiment().dataset.name;
        name.is_own() && !self.files.serve(name)
    }

    /// Tells the visitor that there are no files yet: beside the file picker or, if there is no form, in a notice.
    pub(super) fn ask_for_files(&self) -> WebResult<()> {
        if self.view.hide.contains(&PagePart::Controls) {
            return self.notices.show("data", Severity::Warning, &no_form_for_files(), &[Offer::Digits]);
        }
        dialogs::open("setup")?;
        self.files.miss()
    }

    pub(super) fn give_files(&mut self, chosen: ChosenFiles) -> WebResult<()> {
        // Without a form, the page stays as its author set it up.
        if self.view.hide.contains(&PagePart::Controls) {
            return Ok(());
        }
        if self.lifecycle.worker_ready() {
            self.send_files(&chosen)?;
        }
        self.files.give(chosen);
        // The worker reads them; a new one receives them when it is ready.
        let effects = self.lifecycle.want_worker();
        self.carry_out(effects)?;
        self.show_plan()
    }

    /// Gives a file its next use: the worker reads all files again.
    pub(super) fn change_file_use(&mut self, index: usize) -> WebResult<()> {
        self.files.changed(index).map_or(Ok(()), |chosen| self.give_files(chosen))
    }

    /// Sends the files of the previous worker to a new one.
    pub(super) fn give_files_again(&mut self) -> WebResult<()> {
        let there_were = self.files.uploads.any();
        let choices = self.files.uploads.for_new_worker();
        if there_were && choices.is_empty() {
            self.files.forget()?;
        }
        choices.iter().try_for_each(|files| self.send_files(files))
    }

    fn send_files(&self, ChosenFiles { files, choices }: &ChosenFiles) -> WebResult<()> {
        let command = Command::Upload { choices: choices.clone() };
        self.worker.as_ref().map_or(Ok(()), |worker| worker.send_files(&command, files))
    }

    /// Handles an event of the worker about a data set.
    pub(super) fn hear_of_data(&mut self, event: Event) -> WebResult<()> {
        match event {
            Event::Dataset { sample } => self.samples.learn(sample),
            Event::Uploaded { train, test, found, files, notes, sample } => {
                let name = sample.name;
                let news = self.files.taken([train, test], found, notes, &sample);
                self.files.list(files)?;
                self.samples.forget(name);
                self.samples.learn(sample);
                if news {
                    return self.use_data(name);
                }
            }
            Event::UploadRefused { message, files } => {
                self.files.refused(&message)?;
                self.files.list(files)?;
            }
            _ => {}
        }
        self.show_plan()
    }

    pub(super) fn use_data(&mut self, name: DatasetName) -> WebResult<()> {
        self.form.use_data(name)?;
        self.edited()
    }

    pub(super) fn use_cpu(&mut self) -> WebResult<()> {
        let experiment = Experiment { device: DevicePreference::Cpu, ..self.form.experiment().clone() };
        self.configure(experiment)?;
        if self.can_resume() {
            return self.resume(Some(DevicePreference::Cpu), false);
        }
        self.run_anew()
    }

    /// Runs the experiment in the form, with a new worker unless this one is idle.
    pub(super) fn run_anew(&mut self) -> WebResult<()> {
        if self.lacks_files() || (self.lifecycle.worker_ready() && self.lifecycle.allows(Request::Run, true)) {
            return self.request(Request::Run);
        }
        let experiment = self.begin_whole(self.form.experiment().clone())?;
        let effects = self.lifecycle.restart_with(&experiment);
        self.carry_out(effects)
    }
}
