//! Opens the device of an experiment, and measures which one is faster where the experiment leaves the choice.

use super::scope::{now_secs, post};
use super::{RunFailure, Worker, device_failure, faults, heartbeat};
use crate::dataset::Dataset;
use crate::device::OpenDevice;
use crate::error::Error;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::{OpeningStage, StepTimes};
use crate::protocol::{Computing, Event, FailureKind};
use crate::train::self_test::ChosenDevice;
use crate::train::{environment, step_times};
use std::rc::Rc;

impl Worker {
    /// Opens the device for an experiment, and tests it.
    pub(super) async fn device(&mut self, experiment: &Experiment) -> Result<ChosenDevice, RunFailure> {
        let may_open = cfg!(feature = "gpu") && experiment.device != DevicePreference::Cpu;
        if may_open && !self.devices.are_tested_for(&experiment.model) {
            post(&Event::Opening { stage: OpeningStage::Testing });
        }
        let chosen = self.devices.choose(experiment.device, &experiment.model).await;
        // Shader errors during the self-test are judged by the test's numbers and must not fail the training.
        let _ = faults::take_logged_error();
        chosen.map_err(|error| RunFailure::new(FailureKind::NoDevice, error))
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
