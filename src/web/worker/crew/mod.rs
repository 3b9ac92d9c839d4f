//! The workers that train an experiment together: this one, which talks to the page, and its helpers, one for each further core. Each has
//! a share of the runs; the page gets the measurements that all shares have, as if there were one worker.

mod helper_link;
mod order;

use super::inspection::Inspected;
use super::scope::{Inbox, Mail, now_secs, post};
use super::{RunFailure, device_failure};
use crate::dataset::Dataset;
use crate::error::WorkerError;
use crate::experiment::{Experiment, Share};
use crate::metrics::{Assembly, Record, Setup, Timing, assembled, interleaved};
use crate::protocol::{Computing, Event, FailureKind};
use crate::texts;
use crate::train::{Pace, Training};
use helper_link::HelperLink;
pub(super) use order::Order;
use std::collections::VecDeque;
use std::rc::Rc;

/// Seconds between progress reports to the page.
pub(super) const REPORT_SECS: f64 = 0.1;
/// How often the same share may lose its worker.
const MOST_LOSSES: u32 = 2;
/// Memory that helpers may need besides this worker's, in bytes, and what each needs besides the data.
const HELPERS_BYTES: usize = 512 << 20;
const HELPER_BYTES: usize = 40 << 20;

/// The workers of an experiment.
pub(super) struct Crew {
    experiment: Experiment,
    exact: bool,
    dataset: Rc<Dataset>,
    inbox: Inbox<Mail>,
    /// The helpers, with the shares from the second on.
    helpers: Vec<Helper>,
    pub(super) pace: Pace,
    assembly: Assembly,
    /// Measurements that were not sent to the page yet.
    unsent: Record,
    sent_at: f64,
    /// The latest timing of each share.
    timings: Vec<Timing>,
    /// The setup of each share, until training starts.
    setups: Vec<Option<Setup>>,
    questions: VecDeque<OpenQuestion>,
    inspected: Option<Inspected>,
}

/// A worker with a share.
struct Helper {
    link: HelperLink,
    /// The step up to which it was allowed to train.
    granted: u64,
    losses: u32,
}

/// A question of the page to which not all shares have answered.
struct OpenQuestion {
    pixels: Vec<u8>,
    test: Option<(usize, u8)>,
    at: Option<u64>,
    /// The answers: the probabilities of each run.
    answers: Vec<Option<Vec<Vec<f32>>>>,
}

impl Crew {
    /// Number of workers for an experiment if there are this many cores: one per run at most, and fewer for large data.
    pub(super) fn size(experiment: &Experiment, dataset: &Dataset, cores: usize) -> usize {
        let bytes = HELPER_BYTES + dataset.train.images.len() + dataset.test.images.len();
        cores.min(experiment.run_count()).min(1 + HELPERS_BYTES / bytes).max(1)
    }

    /// Creates the helpers, one for each core but the first, and has them prepare their shares.
    ///
    /// # Errors
    /// [`WorkerError::NoHelper`], as a crash.
    pub(super) fn new(
        experiment: &Experiment,
        dataset: &Rc<Dataset>,
        computing: Computing,
        inbox: &Inbox<Mail>,
        inspected: Option<Inspected>,
    ) -> Result<Self, RunFailure> {
        let size = computing.cores;
        let mut crew = Self {
            pace: Pace::new(size, experiment.steps, false),
            assembly: Assembly::new(size),
            unsent: Record::default(),
            sent_at: f64::NEG_INFINITY,
            timings: vec![Timing::default(); size],
            setups: vec![None; size],
            questions: VecDeque::new(),
            inspected,
            experiment: experiment.clone(),
            exact: computing.exact,
            dataset: Rc::clone(dataset),
            inbox: inbox.clone(),
            helpers: Vec::new(),
        };
        for share in 1..size {
            let link = crew.hire(share)?;
            crew.helpers.push(Helper { link, granted: 0, losses: 0 });
        }
        Ok(crew)
    }

    /// The share of this worker.
    pub(super) fn own_share(&self) -> Share {
        Share { first: 0, of: self.size_of_crew() }
    }

    fn size_of_crew(&self) -> usize {
        self.helpers.len() + 1
    }

    fn hire(&self, share: usize) -> Result<HelperLink, RunFailure> {
        let inbox = self.inbox.clone();
        let link = HelperLink::open(move |event| inbox.deliver(Mail::Helper { share, event: event.map(Box::new) }));
        link.map_err(|error| RunFailure::new(FailureKind::Crash, error))
    }

    /// What a helper has to know, once it can listen.
    fn brief(&self, share: usize) {
        let Some(Helper { link, .. }) = self.helper(share) else { return };
        if let Some(catalog) = texts::installed() {
            link.send(&Order::Speak { catalog });
        }
        let own = Share { first: share, of: self.size_of_crew() };
        link.hand_over(&Order::train(&self.experiment, own, self.exact, &self.dataset));
        link.send(&Order::Inspect { inspected: self.inspected_in(share) });
        for question in self.questions.iter().filter(|question| question.answers[share].is_none()) {
            link.send(&Order::Classify { pixels: question.pixels.clone(), at: question.at });
        }
    }

    fn helper(&self, share: usize) -> Option<&Helper> {
        self.helpers.get(share.checked_sub(1)?)
    }

    /// Handles an event of a helper, or its loss.
    ///
    /// # Errors
    /// The failure of the experiment: a helper cannot compute its share.
    pub(super) fn hear(&mut self, share: usize, event: Option<Box<Event>>) -> Result<(), RunFailure> {
        let Some(event) = event else { return self.replace(share) };
        match *event {
            Event::Ready { .. } => self.brief(share),
            Event::Started { setup } => {
                if let Some(place) = self.setups.get_mut(share) {
                    *place = Some(*setup);
                }
            }
            Event::Progress { record, timing } => self.add(share, record, timing),
            Event::Paused { step } => self.pace.rests(share, step),
            event @ (Event::Filters { .. } | Event::Examination { .. }) => post(&event),
            Event::Classified { probabilities, .. } => self.answer(share, probabilities),
            Event::Failed { kind: FailureKind::Crash, .. } => return self.replace(share),
            Event::Failed { kind, message } => return Err(RunFailure { kind, message }),
            // Helpers send nothing else.
            _ => {}
        }
        Ok(())
    }

    /// Has a lost share computed again, by another helper: the result is the same.
    fn replace(&mut self, share: usize) -> Result<(), RunFailure> {
        let link = self.hire(share)?;
        let Some(helper) = share.checked_sub(1).and_then(|index| self.helpers.get_mut(index)) else { return Ok(()) };
        helper.losses += 1;
        if helper.losses > MOST_LOSSES {
            return Err(RunFailure::new(FailureKind::Crash, WorkerError::Lost { times: helper.losses }));
        }
        (helper.link, helper.granted) = (link, 0);
        // What the lost one had sent belongs to what is computed again; it must not count as sent by the new one.
        self.inbox.retain(|mail| !matches!(mail, Mail::Helper { share: sender, .. } if *sender == share));
        self.assembly.restart(share);
        self.pace.restart(share);
        let runs = Share { first: share, of: self.size_of_crew() }.run_count(&self.experiment);
        post(&Event::Recomputing { runs });
        Ok(())
    }

    /// Adds measurements of a share, and sends the page what all shares have, unless it was sent some just now.
    pub(super) fn add(&mut self, share: usize, record: Record, timing: Timing) {
        if let Some(step) = record.steps.last().map(|last| last.step) {
            self.pace.reached(share, step);
        }
        if let Some(place) = self.timings.get_mut(share) {
            *place = timing;
        }
        self.assembly.add(share, record);
        let Record { steps, evaluations } = self.assembly.take();
        let is_evaluated = !evaluations.is_empty();
        self.unsent.steps.extend(steps);
        self.unsent.evaluations.extend(evaluations);
        if is_evaluated || now_secs() - self.sent_at >= REPORT_SECS {
            self.send_progress();
        }
    }

    /// Sends the page what was not sent yet, if there is anything.
    pub(super) fn send_progress(&mut self) {
        let timing = self.timing();
        self.pace.set_step_seconds(timing.ms_per_step / 1000.0);
        if self.unsent == Record::default() {
            return;
        }
        post(&Event::Progress { record: std::mem::take(&mut self.unsent), timing });
        self.sent_at = now_secs();
    }

    /// Elapsed time and speed so far: those of the slowest share.
    pub(super) fn timing(&self) -> Timing {
        self.timings.iter().copied().reduce(Timing::slower).unwrap_or_default()
    }

    /// What is fixed from now on, when all shares are prepared; `own` is the setup of this worker's share.
    pub(super) fn setup(&mut self, own: &Setup) -> Option<Setup> {
        if self.is_preparing() {
            return None;
        }
        let others = self.setups.iter_mut().filter_map(Option::take);
        assembled(std::iter::once(own.clone()).chain(others).collect())
    }

    /// Whether setups of helpers are missing.
    pub(super) fn is_preparing(&self) -> bool {
        self.setups.iter().skip(1).any(Option::is_none)
    }

    /// The step up to which this worker may train now; helpers are told theirs.
    pub(super) fn proceed(&mut self) -> u64 {
        let until = self.pace.limit();
        for helper in &mut self.helpers {
            if helper.granted < until {
                helper.granted = until;
                helper.link.send(&Order::Proceed { until });
            }
        }
        until
    }

    /// The inspected run, counted in a share, if it belongs to it.
    fn inspected_in(&self, share: usize) -> Option<Inspected> {
        let inspected = self.inspected?;
        let (owner, run) = Share::of_run(inspected.run, self.size_of_crew());
        (owner == share).then_some(Inspected { run, ..inspected })
    }

    /// The inspected run if this worker trains it.
    pub(super) fn inspected_here(&self) -> Option<Inspected> {
        self.inspected_in(0)
    }

    /// Changes what is inspected; helpers answer to the page by themselves.
    pub(super) fn inspect(&mut self, inspected: Option<Inspected>) {
        self.inspected = inspected;
        for share in 1..self.size_of_crew() {
            let inspected = self.inspected_in(share);
            if let Some(helper) = self.helper(share) {
                helper.link.send(&Order::Inspect { inspected });
            }
        }
    }

    /// Has the examination of the inspected run sent again, if a helper trains it.
    pub(super) fn examine(&self) {
        for helper in &self.helpers {
            helper.link.send(&Order::Examine);
        }
    }

    /// Asks every run for the class of an image.
    ///
    /// # Errors
    /// A failure of the device.
    pub(super) async fn ask(
        &mut self,
        training: &Training,
        pixels: Vec<u8>,
        test: Option<(usize, u8)>,
        at: Option<u64>,
    ) -> Result<(), RunFailure> {
        let own = super::inspection::probabilities(training, &pixels, at).await.map_err(device_failure)?;
        for helper in &self.helpers {
            helper.link.send(&Order::Classify { pixels: pixels.clone(), at });
        }
        let answers = vec![None; self.size_of_crew()];
        self.questions.push_back(OpenQuestion { pixels, test, at, answers });
        self.answer(0, own);
        Ok(())
    }

    /// A share answers the first question to which it has not answered.
    fn answer(&mut self, share: usize, probabilities: Vec<Vec<f32>>) {
        let open = self
            .questions
            .iter_mut()
            .find_map(|question| question.answers.get_mut(share).filter(|answer| answer.is_none()));
        if let Some(place) = open {
            *place = Some(probabilities);
        }
        while self.questions.front().is_some_and(|question| question.answers.iter().all(Option::is_some)) {
            let Some(OpenQuestion { pixels, test, answers, .. }) = self.questions.pop_front() else { return };
            let probabilities = interleaved(answers.into_iter().flatten());
            post(&Event::Classified { pixels, test, probabilities });
        }
    }
}
