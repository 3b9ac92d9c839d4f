//! A helper: a worker that trains a share of the runs for another worker, as far as it is told.

use super::crew::{Order, REPORT_SECS};
use super::inspection::{self, Inspected};
use super::run::Run;
use super::scope::{EventLoopTurn, Inbox, now_secs, post};
use super::state::{own_state, post_state};
use super::{RunFailure, device_failure, heartbeat, post_failure};
use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::device::open_cpu;
use crate::error::{Error, MessageError, UploadError};
use crate::experiment::{Experiment, Share};
use crate::metrics::PreparationProgress;
use crate::model::kernels::choose_arithmetic;
use crate::protocol::{Event, FailureKind};
use crate::texts;
use crate::train::{Preparation, Training};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// An order with the examples that came with it.
pub(super) type Assignment = Result<(Order, Vec<Vec<u8>>), MessageError>;

/// Reads a message of the worker that this one helps.
pub(super) fn read(message: JsValue) -> Assignment {
    Order::read(message)
}

/// Serves for the lifetime of the helper.
pub(super) async fn serve(inbox: Inbox<Assignment>, turn: EventLoopTurn) {
    let mut helper = ShareTrainer {
        inbox,
        turn,
        share: Share::WHOLE,
        until: 0,
        inspected: None,
        iterations: None,
        unreported: None,
        reported_at: f64::NEG_INFINITY,
        early: Vec::new(),
    };
    if let Err(failure) = Box::pin(helper.train()).await {
        post_failure(failure);
    }
}

struct ShareTrainer {
    inbox: Inbox<Assignment>,
    turn: EventLoopTurn,
    share: Share,
    /// The step up to which it may train.
    until: u64,
    /// The run that the page inspects, if it is one of this share.
    inspected: Option<Inspected>,
    /// Iterations of tuning that it may do, if not all.
    iterations: Option<u64>,
    /// The latest progress of tuning that was not told, and when some was.
    unreported: Option<PreparationProgress>,
    reported_at: f64,
    /// Orders that arrived before the share was prepared.
    early: Vec<Order>,
}

/// A share of the runs of an experiment, with the data and the state from which it goes on, if it is not the start.
struct HelperTask {
    experiment: Box<Experiment>,
    share: Share,
    dataset: Rc<Dataset>,
    state: Option<TrainingState>,
}

impl ShareTrainer {
    async fn train(&mut self) -> Result<(), RunFailure> {
        let mut task = self.task().await?;
        let start = now_secs();
        // Once training goes on, the state from which it does is let go.
        let training = match task.state.take() {
            Some(state) => {
                let HelperTask { experiment, share, dataset, .. } = &task;
                let own = state.share(Share::WHOLE);
                let resumed = Preparation::resume(experiment, *share, dataset, &open_cpu(), &own);
                resumed.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?
            }
            None => self.prepare(&task).await?,
        };
        post(&Event::Started { setup: Box::new(training.setup().clone()) });
        self.share = task.share;
        let mut run = Run::new(training, task.experiment.run_count(), now_secs() - start);
        for order in std::mem::take(&mut self.early) {
            self.obey(&mut run, order).await?;
        }
        self.drive(run).await
    }

    /// Draws and tunes the weights of a share; between two iterations, tuning may be paused.
    async fn prepare(&mut self, task: &HelperTask) -> Result<Training, RunFailure> {
        let HelperTask { experiment, share, dataset, .. } = task;
        let preparation = Preparation::new(experiment, *share, dataset, &open_cpu(), Box::new(now_secs));
        let mut preparation = preparation.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        while !preparation.is_tuned() {
            self.turn.pass().await;
            while let Some(assignment) = self.next_while_tuning().await {
                match assignment.map_err(RunFailure::unknown_command)?.0 {
                    Order::Tune { iterations } => self.allow(iterations),
                    order => self.early.push(order),
                }
            }
            self.unreported = preparation.advance().await.map_err(device_failure)?;
            self.stepped();
        }
        preparation.into_training().await.map_err(device_failure)
    }

    /// Tuning goes on to the end, or is paused after this many iterations more than were allowed before. Every order to pause or to take an
    /// iteration is answered once.
    fn allow(&mut self, iterations: Option<u64>) {
        let left = self.iterations.take().unwrap_or_default();
        match iterations {
            None => (0..left).for_each(|_| self.answer()),
            Some(0) => self.answer(),
            Some(_) => {}
        }
        self.iterations = iterations.map(|more| left.saturating_add(more));
    }

    /// An iteration of tuning is done.
    fn stepped(&mut self) {
        if let Some(left) = &mut self.iterations {
            *left = left.saturating_sub(1);
            self.answer();
        } else if now_secs() - self.reported_at >= REPORT_SECS {
            self.report_tuning();
        }
    }

    fn answer(&mut self) {
        self.report_tuning();
        post(&Event::Paused { step: 0 });
    }

    fn report_tuning(&mut self) {
        if let Some(progress) = self.unreported.take() {
            self.reported_at = now_secs();
            post(&Event::Preparation { progress });
        }
    }

    /// The next order while weights are tuned: waits for it if tuning is paused.
    async fn next_while_tuning(&mut self) -> Option<Assignment> {
        if self.iterations == Some(0) { Some(self.inbox.next().await) } else { self.inbox.try_next() }
    }

    /// Waits for a share to train.
    async fn task(&mut self) -> Result<HelperTask, RunFailure> {
        loop {
            let (order, mut parts) = self.inbox.next().await.map_err(RunFailure::unknown_command)?;
            match order {
                Order::Speak { catalog } => texts::install(catalog),
                Order::Train { experiment, share, exact, dataset, resumes } => {
                    choose_arithmetic(exact);
                    let state = parts.pop_if(|_| resumes).map(|bytes| TrainingState::from_bytes(&bytes));
                    let state = state
                        .transpose()
                        .map_err(|error| RunFailure::new(FailureKind::Experiment, Error::from(error)))?;
                    let missing = RunFailure::new(FailureKind::Data, UploadError::Empty);
                    let dataset = Rc::new(dataset.join(parts).ok_or(missing)?);
                    heartbeat::expect_work(&experiment, &dataset.facts(), share.of);
                    return Ok(HelperTask { experiment, share, dataset, state });
                }
                // Everything else is about a share.
                _ => {}
            }
        }
    }

    async fn drive(&mut self, mut run: Run) -> Result<(), RunFailure> {
        let mut announced = false;
        loop {
            let may_train = run.training.step() < self.until;
            let rests = !may_train && run.training.may_rest();
            if rests && !announced {
                report(&mut run).await?;
                if run.show_filters() {
                    self.show_filters(&run).await?;
                }
                post(&Event::Paused { step: run.training.step() });
            }
            announced = rests;
            let assignment = if may_train || run.training.is_measuring() {
                self.work(&mut run, may_train).await?;
                self.turn.pass_if_due().await;
                self.inbox.try_next()
            } else {
                Some(self.inbox.next().await)
            };
            if let Some(assignment) = assignment {
                let (order, _) = assignment.map_err(RunFailure::unknown_command)?;
                self.obey(&mut run, order).await?;
            }
        }
    }

    /// Does one piece of work, and reports if a report is due.
    async fn work(&self, run: &mut Run, may_train: bool) -> Result<(), RunFailure> {
        run.advance(may_train).await?;
        if run.is_due() {
            report(run).await?;
        }
        if run.shows_filters() { self.show_filters(run).await } else { Ok(()) }
    }

    async fn show_filters(&self, run: &Run) -> Result<(), RunFailure> {
        let current = self.inspected.filter(|inspected| inspected.is_current());
        inspection::filters(&run.training, current, self.share).await
    }

    async fn obey(&mut self, run: &mut Run, order: Order) -> Result<(), RunFailure> {
        let training = &run.training;
        match order {
            Order::Checkpoint => {
                let state = own_state(run).await?;
                report(run).await?;
                match state {
                    Some(state) => post_state(state),
                    None => post(&Event::Checkpoint { step: run.training.step(), state_sha256: String::new() }),
                }
            }
            Order::Proceed { until } => self.until = until,
            Order::Inspect { inspected } => {
                self.inspected = inspected;
                inspection::filters(training, inspected, self.share).await?;
                inspection::examine(training, inspected, self.share);
            }
            Order::Examine => {
                let current = self.inspected.filter(|inspected| inspected.is_current());
                inspection::examine(training, current, self.share);
            }
            Order::Answer { asked, at } => {
                let attended = self.inspected.map(|inspected| inspected.run);
                let answer = asked.answer(training, self.share, at, attended).await.map_err(device_failure)?;
                post(&Event::Answered { answer });
            }
            Order::Speak { catalog } => texts::install(catalog),
            // A helper has one share in its life, and has tuned its weights.
            Order::Train { .. } | Order::Tune { .. } => {}
        }
        Ok(())
    }
}

async fn report(run: &mut Run) -> Result<(), RunFailure> {
    let record = run.report().await?;
    post(&Event::Progress { record, timing: run.timing() });
    Ok(())
}
