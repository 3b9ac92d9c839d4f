//! Commands that concern the form and the parts around it: presets, the visitor's own files, sample images, the estimate.

use super::Page;
use crate::experiment::{DatasetName, DevicePreference, Experiment, PagePart};
use crate::protocol::{Command, Event};
use crate::web::error::WebResult;
use crate::web::page::forecast::{Forecast, MeasuredSpeed};
use crate::web::page::lifecycle::{Phase, Request};
use crate::web::page::notices::{Offer, Severity};
use crate::web::page::presets::PRESETS;
use crate::web::page::words::incidents;
use crate::web::page::words::{FORECAST_NEEDS_FILES, NO_FORECAST, NO_FORM_FOR_FILES, forecast_text};
use web_sys::File;

impl Page {
    /// Puts an experiment into the form.
    pub(super) fn configure(&mut self, experiment: Experiment) -> WebResult<()> {
        self.form.write(experiment)?;
        self.edited()
    }

    pub(super) fn choose_preset(&mut self, index: usize) -> WebResult<()> {
        let experiment = PRESETS.get(index).map(|preset| preset.experiment(self.form.experiment()));
        experiment.map_or(Ok(()), |experiment| self.configure(experiment))
    }

    /// Updates the parts around the form, after the form or the data have changed.
    pub(super) fn show_plan(&mut self) -> WebResult<()> {
        let experiment = self.form.experiment();
        let valid = self.form.is_valid();
        self.plan.show_preset(Some(experiment).filter(|_| valid));
        self.files.show(experiment.dataset.name == DatasetName::Upload);
        let facts = experiment.dataset.name.facts().or(self.files.facts());
        let forecast = facts.map(|facts| Forecast::new(experiment, &facts, self.speed.as_ref()));
        self.plan.show_estimate(&match forecast {
            _ if !valid => NO_FORECAST.to_owned(),
            None => FORECAST_NEEDS_FILES.to_owned(),
            Some(Ok(forecast)) => forecast_text(&forecast),
            Some(Err(error)) => incidents::files_do_not_match(error),
        });
        self.samples.show(experiment.dataset.name)
    }

    /// Measures the speed after an experiment has stopped, for later estimates.
    pub(super) fn measure_speed(&mut self) -> WebResult<()> {
        if let Some(speed) = MeasuredSpeed::of(&self.history) {
            self.speed = Some(speed);
            return self.show_plan();
        }
        Ok(())
    }

    /// Whether the experiment in the form needs the visitor's own files and there are none.
    pub(super) fn lacks_files(&self) -> bool {
        self.form.experiment().dataset.name == DatasetName::Upload && !self.files.uploads.any()
    }

    /// Tells the visitor that there are no files yet: beside the file picker or, if there is no form, in a notice.
    pub(super) fn ask_for_files(&self) -> WebResult<()> {
        if self.view.hide.contains(&PagePart::Controls) {
            return self.notices.show("data", Severity::Warning, NO_FORM_FOR_FILES, &[Offer::Digits]);
        }
        self.files.miss()
    }

    pub(super) fn give_files(&mut self, files: &[File]) -> WebResult<()> {
        // Without a form, the page stays as its author set it up.
        if self.view.hide.contains(&PagePart::Controls) {
            return Ok(());
        }
        self.files.give(files.to_vec());
        if self.lifecycle.worker_ready() {
            self.send_files(files)?;
        }
        self.show_plan()
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

    fn send_files(&self, files: &[File]) -> WebResult<()> {
        self.worker.as_ref().map_or(Ok(()), |worker| worker.send_files(&Command::Upload, files))
    }

    /// Handles an event of the worker about a data set.
    pub(super) fn hear_of_data(&mut self, event: Event) -> WebResult<()> {
        match event {
            Event::Dataset { sample } => self.samples.learn(sample),
            Event::Uploaded { train, test, sample } => {
                let news = self.files.taken(train, test, &sample);
                self.samples.learn(sample);
                if news {
                    return self.use_data(DatasetName::Upload);
                }
            }
            Event::UploadRefused { message } => self.files.refused(&message)?,
            _ => {}
        }
        self.show_plan()
    }

    fn use_data(&mut self, name: DatasetName) -> WebResult<()> {
        let mut experiment = self.form.experiment().clone();
        experiment.dataset.name = name;
        self.configure(experiment)
    }

    pub(super) fn use_digits(&mut self) -> WebResult<()> {
        self.use_data(DatasetName::Digits)?;
        self.run_anew()
    }

    pub(super) fn use_cpu(&mut self) -> WebResult<()> {
        let experiment = Experiment { device: DevicePreference::Cpu, ..self.form.experiment().clone() };
        self.configure(experiment)?;
        self.run_anew()
    }

    /// Runs the experiment in the form, with a new worker unless this one is idle.
    fn run_anew(&mut self) -> WebResult<()> {
        if self.lacks_files() || (self.lifecycle.worker_ready() && self.lifecycle.phase() == Phase::Failed) {
            return self.request(Request::Run);
        }
        let experiment = self.form.experiment();
        let effects = self.lifecycle.restart_with(experiment);
        self.started = Some(experiment.clone());
        self.carry_out(effects)
    }
}
