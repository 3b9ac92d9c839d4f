//! A helper: a worker that trains a share of the runs for another worker, as far as it is told.

use super::crew::Order;
use super::inspection::{self, Inspected};
use super::run::Run;
use super::scope::{EventLoopTurn, Inbox, now_secs, post};
use super::{RunFailure, device_failure, post_failure};
use crate::dataset::Dataset;
use crate::device::open_cpu;
use crate::error::{MessageError, UploadError};
use crate::experiment::{Experiment, Share};
use crate::model::kernels::choose_arithmetic;
use crate::protocol::{Event, FailureKind};
use crate::texts;
use crate::train::{Preparation, Training, Work};
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
    let mut helper = ShareTrainer { inbox, turn, share: Share::WHOLE, until: 0, inspected: None };
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
}

impl ShareTrainer {
    async fn train(&mut self) -> Result<(), RunFailure> {
        let (experiment, share, dataset) = self.assignment().await?;
        let start = now_secs();
        let preparation = Preparation::new(&experiment, share, &Rc::new(dataset), &open_cpu(), Box::new(now_secs));
        let mut preparation = preparation.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        while preparation.advance().await.map_err(device_failure)?.is_some() {
            self.turn.pass().await;
        }
        let training = preparation.into_training().await.map_err(device_failure)?;
        post(&Event::Started { setup: Box::new(training.setup().clone()) });
        self.share = share;
        self.drive(Run::new(training, experiment.run_count(), now_secs() - start)).await
    }

    /// Waits for a share to train.
    async fn assignment(&mut self) -> Result<(Box<Experiment>, Share, Dataset), RunFailure> {
        loop {
            let (order, examples) = self.inbox.next().await.map_err(RunFailure::unknown_command)?;
            match order {
                Order::Speak { catalog } => texts::install(catalog),
                Order::Train { experiment, share, exact, dataset } => {
                    choose_arithmetic(exact);
                    let missing = RunFailure::new(FailureKind::Data, UploadError::Empty);
                    return Ok((experiment, share, dataset.join(examples).ok_or(missing)?));
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
                self.obey(&run.training, order).await?;
            }
        }
    }

    /// Does one piece of work, and reports if a report is due.
    async fn work(&self, run: &mut Run, may_train: bool) -> Result<(), RunFailure> {
        let work = run.advance(may_train).await?;
        if run.is_due() {
            report(run).await?;
        }
        if work == Work::Evaluation {
            let current = self.inspected.filter(|inspected| inspected.is_current());
            inspection::filters(&run.training, current, self.share).await?;
        }
        Ok(())
    }

    async fn obey(&mut self, training: &Training, order: Order) -> Result<(), RunFailure> {
        match order {
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
            // A helper has one share in its life.
            Order::Train { .. } => {}
        }
        Ok(())
    }
}

async fn report(run: &mut Run) -> Result<(), RunFailure> {
    let record = run.report().await?;
    post(&Event::Progress { record, timing: run.timing() });
    Ok(())
}
