//! Prepares the runs of an experiment, or those of a checkpoint. While initial weights are tuned, messages are handled between two
//! iterations: tuning can be paused, and taken iteration by iteration.

use super::arrival::{Arrival, Interrupt};
use super::crew::{Crew, REPORT_SECS};
use super::scope::{Mail, now_secs, post};
use super::{RunFailure, Worker, device_failure, faults};
use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::device::OpenDevice;
use crate::experiment::Experiment;
use crate::metrics::PreparationProgress;
use crate::protocol::{Command, Event, FailureKind};
use crate::train::{Preparation, Training};
use std::rc::Rc;

/// The outcome of a preparation.
pub(super) enum Prepared {
    /// Ready for the next step.
    Training(Box<Training>),
    /// The page wants something else.
    Interrupted(Interrupt),
}

/// What the page has asked for while an experiment is being prepared, and what it was not told.
pub(super) struct Hold {
    /// Training has to wait before its first step.
    pub(super) paused: bool,
    /// The latest progress that the page was not told.
    unreported: Option<PreparationProgress>,
}

impl Hold {
    /// Nothing but whether training has to wait.
    pub(super) fn new(paused: bool) -> Self {
        Self { paused, unreported: None }
    }

    /// Tells the page how far tuning is, unless it knows.
    fn report(&mut self) {
        if let Some(progress) = self.unreported.take() {
            post(&Event::Preparation { progress });
        }
    }

    /// Tells the page, once, that all workers wait since tuning is paused.
    fn report_arrival(&mut self, crew: &mut Crew) {
        if crew.tuning_arrival() {
            self.report();
            post(&Event::Paused { step: 0 });
        }
    }
}

impl Worker {
    /// Draws and tunes initial weights, and waits for the helpers.
    pub(super) async fn prepare_runs(
        &mut self,
        experiment: &Experiment,
        crew: &mut Crew,
        hold: &mut Hold,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
    ) -> Result<Prepared, RunFailure> {
        let preparation = Preparation::new(experiment, crew.own_share(), dataset, open, Box::new(now_secs));
        let mut preparation = preparation.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let mut reported_at = f64::NEG_INFINITY;
        loop {
            if let Some(interrupt) = self.wait_while_held(crew, hold, !preparation.is_tuned()).await? {
                return Ok(Prepared::Interrupted(interrupt));
            }
            let Some(progress) = preparation.advance().await.map_err(device_failure)? else { break };
            faults::check_log()?;
            hold.unreported = Some(progress);
            let now = now_secs();
            if crew.is_tuning_held() || now - reported_at >= REPORT_SECS {
                reported_at = now;
                hold.report();
            }
            crew.own_tuning_stepped();
            hold.report_arrival(crew);
            if let Some(interrupt) = self.listen(crew, hold).await? {
                return Ok(Prepared::Interrupted(interrupt));
            }
        }
        let training = preparation.into_training().await.map_err(device_failure)?;
        self.await_helpers(training, crew, hold).await
    }

    /// Goes on with the runs of a checkpoint, as soon as the helpers can.
    pub(super) async fn resume(
        &mut self,
        experiment: &Experiment,
        state: &TrainingState,
        crew: &mut Crew,
        hold: &mut Hold,
        dataset: &Rc<Dataset>,
        open: &OpenDevice,
    ) -> Result<Prepared, RunFailure> {
        let share = crew.own_share();
        let training = Preparation::resume(experiment, share, dataset, open, &state.share(share));
        let training = training.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        self.await_helpers(training, crew, hold).await
    }

    /// Waits until all shares are prepared and, if tuning is paused, until it goes on. Requests received in the meantime are handled before
    /// the announcement that this experiment has started.
    async fn await_helpers(
        &mut self,
        training: Training,
        crew: &mut Crew,
        hold: &mut Hold,
    ) -> Result<Prepared, RunFailure> {
        crew.own_share_is_tuned();
        hold.report_arrival(crew);
        let mut interrupt = self.listen(crew, hold).await?;
        while interrupt.is_none() && (crew.is_preparing() || crew.waits_with_tuning()) {
            let mail = self.inbox.next().await;
            interrupt = self.hear(mail, crew, hold).await?;
        }
        Ok(interrupt.map_or_else(|| Prepared::Training(Box::new(training)), Prepared::Interrupted))
    }

    /// Waits while tuning is paused, as long as there is something to tune.
    async fn wait_while_held(
        &mut self,
        crew: &mut Crew,
        hold: &mut Hold,
        is_tuning: bool,
    ) -> Result<Option<Interrupt>, RunFailure> {
        while is_tuning && crew.waits_with_tuning() {
            let mail = self.inbox.next().await;
            if let Some(interrupt) = self.hear(mail, crew, hold).await? {
                return Ok(Some(interrupt));
            }
        }
        Ok(None)
    }

    /// Handles the messages that arrived while an experiment is being prepared.
    async fn listen(&mut self, crew: &mut Crew, hold: &mut Hold) -> Result<Option<Interrupt>, RunFailure> {
        self.turn.pass().await;
        while let Some(mail) = self.inbox.try_next() {
            if let Some(interrupt) = self.hear(mail, crew, hold).await? {
                return Ok(Some(interrupt));
            }
        }
        Ok(None)
    }

    async fn hear(&mut self, mail: Mail, crew: &mut Crew, hold: &mut Hold) -> Result<Option<Interrupt>, RunFailure> {
        match Arrival::read(mail, crew)? {
            Arrival::Interrupt(interrupt) => return Ok(Some(interrupt)),
            Arrival::Handled => {}
            Arrival::Command(Command::Pause, _) => {
                hold.paused = true;
                crew.hold_tuning();
            }
            Arrival::Command(Command::Resume, _) => {
                hold.paused = false;
                crew.resume_tuning();
            }
            Arrival::Command(Command::Step, _) => crew.step_tuning(),
            Arrival::Command(command, files) => {
                self.prepare(&command, files).await;
                crew.inspect(self.inspected);
            }
        }
        hold.report_arrival(crew);
        Ok(None)
    }
}
