//! Opens the device of an experiment, and measures which one is faster where the experiment leaves the choice.

use super::scope::{now_secs, post};
use super::{RunFailure, Worker, device_failure, faults, heartbeat};
use crate::dataset::Dataset;
use crate::device::{Backend, OpenDevice};
use crate::error::Error;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::{OpeningStage, StepTimes};
use crate::protocol::{Computing, Event, FailureKind};
use crate::train::self_test::ChosenDevice;
use crate::train::{environment, step_times};
use futures_lite::future::try_zip;
use std::cell::Cell;
use std::rc::Rc;

/// Whether GPU and CPU are both possible: which one is faster is measured on the data.
pub(super) fn is_choice_open(experiment: &Experiment, open: &OpenDevice) -> bool {
    experiment.device == DevicePreference::Auto && open.backend == Backend::WebGpu
}

impl Worker {
    /// Opens the device for an experiment and tests it, while the data arrive. Tells the page which device it is, unless that is still to be
    /// measured.
    pub(super) async fn device_and_data(
        &mut self,
        experiment: &Experiment,
        computing: Computing,
    ) -> Result<(OpenDevice, Rc<Dataset>), RunFailure> {
        let stage = Cell::new(None);
        let say = |now| {
            stage.set(now);
            if let Some(stage) = now {
                post(&Event::Opening { stage });
            }
        };
        let devices = &mut self.devices;
        let device = async {
            let chosen = devices.choose(experiment.device, &experiment.model, |now| say(Some(now))).await;
            stage.set(None);
            // Shader errors during the self-test are judged by the test's numbers and must not fail the training.
            let _ = faults::take_logged_error();
            let ChosenDevice { open, fallback } =
                chosen.map_err(|error| RunFailure::new(FailureKind::NoDevice, error))?;
            if !is_choice_open(experiment, &open) {
                let (environment, step_times) = (environment(&open), computing.step_times);
                post(&Event::Device { environment, fallback, step_times });
            }
            Ok(open)
        };
        let data = async {
            let dataset = self.data.get(&experiment.dataset).await;
            // What the page says of the data is over.
            say(stage.get());
            dataset
        };
        // If one of them fails, the other one is given up.
        try_zip(device, data).await
    }

    /// Measures a step on GPU and CPU, unless such a step was the last one that was measured, and tells the page.
    pub(super) async fn step_times(
        &mut self,
        experiment: &Experiment,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
        computing: Computing,
    ) -> Result<StepTimes, RunFailure> {
        let known = self
            .step_times
            .take()
            .filter(|(measured, computed, _)| *computed == computing && measured.has_steps_like(experiment));
        let times = if let Some((.., times)) = known {
            times
        } else {
            post(&Event::Opening { stage: OpeningStage::Timing });
            heartbeat::expect_work(experiment, &dataset.facts(), 1);
            step_times(experiment, dataset, open, computing.cores, now_secs).await.map_err(|error| match error {
                Error::Device(_) => device_failure(error),
                error => RunFailure::new(FailureKind::Experiment, error),
            })?
        };
        self.step_times = Some((experiment.clone().into(), computing, times));
        post(&Event::Device { environment: environment(open), fallback: None, step_times: Some(times) });
        Ok(times)
    }
}
