//! The workers that train an experiment together: this one, which talks to the page, and its helpers, one for each further core. Each has
//! a share of the runs; the page gets the measurements that all shares have, as if there were one worker.

mod checkpoint;
mod helper_link;
mod order;
mod pulse;
mod questions;
mod tuning;

use super::RunFailure;
use super::inspection::Inspected;
use super::scope::{Inbox, Mail, now_secs, post};
use crate::checkpoint::TrainingState;
use crate::dataset::Dataset;
use crate::error::WorkerError;
use crate::experiment::{Experiment, Share};
use crate::metrics::{Assembly, Record, Setup, Timing, assembled};
use crate::protocol::{Computing, Event, FailureKind};
use crate::texts;
use crate::train::{Pace, TuningPace};
use checkpoint::{Afterwards, Saving};
use helper_link::HelperLink;
use js_sys::Uint8Array;
pub(super) use order::Order;
use pulse::HelperPulse;
use questions::OpenQuestion;
use std::collections::VecDeque;
use std::rc::Rc;

/// Seconds between reads of the measurements.
pub(super) const REPORT_SECS: f64 = 0.1;
/// Seconds between progress reports to the page, for which it draws all charts: at ten per second that took a quarter of a core.
pub(super) const PAGE_REPORT_SECS: f64 = 0.2;
/// How often the same share may lose its worker.
const MOST_LOSSES: u32 = 2;

/// The workers of an experiment.
pub(super) struct Crew {
    experiment: Experiment,
    computing: Computing,
    dataset: Rc<Dataset>,
    inbox: Inbox<Mail>,
    /// The helpers, with the shares from the second on.
    helpers: Vec<Helper>,
    pace: Pace,
    assembly: Assembly,
    /// Measurements that were not sent to the page yet.
    unsent: Record,
    sent_at: f64,
    /// Elapsed seconds and steps taken when the pace was last set.
    paced_at: (f64, u64),
    /// Whether the page was told that training has started.
    is_started: bool,
    /// Whether the page was told that all wait.
    is_announced: bool,
    /// The latest timing of each share.
    timings: Vec<Timing>,
    /// The setup of each share, until training starts.
    setups: Vec<Option<Setup>>,
    questions: VecDeque<OpenQuestion>,
    inspected: Option<Inspected>,
    /// The step from which they go on.
    first: u64,
    /// The state of all runs from which helpers go on, and from which a lost share is computed again.
    state: Option<Rc<TrainingState>>,
    /// The checkpoint in the making.
    saving: Option<Saving>,
    tuning: TuningPace,
}

/// A worker with a share.
struct Helper {
    link: HelperLink,
    /// Whether it listens: what it was sent before is lost.
    is_briefed: bool,
    /// The step up to which it may train; `None` before it is prepared, when it could not keep it in mind.
    granted: Option<u64>,
    /// The step that the lost one had reached, if this one computes its share again: before, it answers no questions.
    goal: Option<u64>,
    losses: u32,
    pulse: HelperPulse,
}

impl Crew {
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
        state: Option<&Rc<TrainingState>>,
    ) -> Result<Self, RunFailure> {
        let size = computing.cores;
        let first = state.map_or(0, |state| state.step);
        let mut crew = Self {
            pace: Pace::new(size, experiment.steps, first),
            assembly: state.map_or_else(|| Assembly::new(size), |_| Assembly::resumed(size, first)),
            first,
            state: state.filter(|_| size > 1).cloned(),
            saving: None,
            tuning: TuningPace::new(size),
            unsent: Record::default(),
            sent_at: f64::NEG_INFINITY,
            paced_at: (0.0, first),
            is_started: false,
            is_announced: false,
            timings: vec![Timing::default(); size],
            setups: vec![None; size],
            questions: VecDeque::new(),
            inspected,
            experiment: experiment.clone(),
            computing,
            dataset: Rc::clone(dataset),
            inbox: inbox.clone(),
            helpers: Vec::new(),
        };
        for share in 1..size {
            let link = crew.hire(share)?;
            let pulse = HelperPulse::new();
            crew.helpers.push(Helper { link, is_briefed: false, granted: None, goal: None, losses: 0, pulse });
        }
        Ok(crew)
    }

    /// The share of this worker.
    pub(super) fn own_share(&self) -> Share {
        Share::new(0, self.size_of_crew())
    }

    fn size_of_crew(&self) -> usize {
        self.helpers.len() + 1
    }

    fn hire(&self, share: usize) -> Result<HelperLink, RunFailure> {
        let inbox = self.inbox.clone();
        let link = HelperLink::open(move |event, state| {
            inbox.deliver(Mail::Helper { share, event: event.map(Box::new), state });
        });
        link.map_err(|error| RunFailure::new(FailureKind::Crash, error))
    }

    /// What a helper has to know, once it can listen.
    fn brief(&mut self, share: usize) {
        let Some(Helper { link, .. }) = self.helper(share) else { return };
        if let Some(catalog) = texts::installed() {
            link.send(&Order::Speak { catalog });
        }
        let own = Share::new(share, self.size_of_crew());
        let state = self.state.as_deref();
        link.hand_over(&Order::train(&self.experiment, own, self.computing.exact, &self.dataset, state));
        link.send(&Order::Inspect { inspected: self.inspected_in(share) });
        if let Some(helper) = self.helper_mut(share) {
            helper.is_briefed = true;
        }
        self.brief_on_tuning(share);
    }

    fn helper(&self, share: usize) -> Option<&Helper> {
        self.helpers.get(share.checked_sub(1)?)
    }

    fn helper_mut(&mut self, share: usize) -> Option<&mut Helper> {
        self.helpers.get_mut(share.checked_sub(1)?)
    }

    /// Handles an event of a helper, or its loss.
    ///
    /// # Errors
    /// The failure of the experiment: a helper cannot compute its share.
    pub(super) fn hear(
        &mut self,
        share: usize,
        event: Option<Box<Event>>,
        state: Option<Uint8Array>,
    ) -> Result<(), RunFailure> {
        let Some(event) = event else { return self.replace(share) };
        if let Some(helper) = self.helper_mut(share) {
            helper.pulse.felt(&event);
        }
        match *event {
            Event::Checkpoint { .. } => {
                let bytes = state.map(|state| state.to_vec());
                let state = bytes.and_then(|bytes| TrainingState::from_bytes(&bytes).ok());
                self.give_state(share, state);
            }
            Event::Ready { .. } => self.brief(share),
            Event::Started { setup } => {
                if let Some(place) = self.setups.get_mut(share) {
                    *place = Some(*setup);
                }
                self.tuning.tuned(share);
                let first = self.first;
                if let Some(helper) = self.helper_mut(share) {
                    helper.granted = Some(first);
                    // Before the first step there is nothing to catch up with.
                    helper.goal = helper.goal.filter(|goal| *goal > first);
                }
                if self.helper(share).is_some_and(|helper| helper.goal.is_none()) {
                    self.ask_again(share);
                }
            }
            Event::Progress { record, timing } => self.add(share, record, timing),
            Event::Paused { .. } if !self.tuning.is_tuned(share) => self.tuning.answered(share),
            Event::Paused { step } => self.pace.rests(share, step),
            event @ Event::Preparation { .. } => self.relay_tuning(share, &event),
            event @ (Event::Filters { .. } | Event::Examination { .. }) => post(&event),
            Event::Answered { answer } => self.answer(share, answer),
            Event::Failed { kind: FailureKind::Crash, .. } => return self.replace(share),
            Event::Failed { kind, message } => return Err(RunFailure { kind, message }),
            // Helpers send nothing else.
            _ => {}
        }
        Ok(())
    }

    /// Has a lost share computed again, by another helper: the result is the same.
    fn replace(&mut self, share: usize) -> Result<(), RunFailure> {
        let (link, reached, is_started) = (self.hire(share)?, self.assembly.step(), self.is_started);
        let Some(helper) = self.helper_mut(share) else { return Ok(()) };
        helper.losses += 1;
        if helper.losses > MOST_LOSSES {
            return Err(RunFailure::new(FailureKind::Crash, WorkerError::Lost { times: helper.losses }));
        }
        (helper.link, helper.is_briefed, helper.granted, helper.pulse) = (link, false, None, HelperPulse::new());
        helper.goal = is_started.then_some(reached);
        // What the lost one had sent belongs to what is computed again; it must not count as sent by the new one.
        self.inbox.retain(|mail| !matches!(mail, Mail::Helper { share: sender, .. } if *sender == share));
        self.assembly.restart(share);
        self.pace.restart(share);
        self.tuning.restart(share);
        if let Some(saving) = &mut self.saving {
            saving.forget(share);
        }
        self.is_announced = false;
        let runs = Share::new(share, self.size_of_crew()).run_count(&self.experiment);
        post(&Event::Recomputing { runs });
        Ok(())
    }

    /// Adds measurements of a share, and sends the page what all shares have, unless it was sent some just now: the clock decides, not what
    /// was measured, since an experiment may be evaluated after every step.
    pub(super) fn add(&mut self, share: usize, record: Record, timing: Timing) {
        if let Some(step) = record.steps.last().map(|last| last.step) {
            self.pace.reached(share, step);
            if let Some(helper) = self.helper_mut(share).filter(|helper| helper.goal.is_some_and(|goal| step >= goal)) {
                helper.goal = None;
                self.ask_again(share);
            }
        }
        if let Some(place) = self.timings.get_mut(share) {
            *place = timing;
        }
        self.assembly.add(share, record);
        let Record { steps, evaluations, start } = self.assembly.take();
        self.unsent.steps.extend(steps);
        self.unsent.evaluations.extend(evaluations);
        self.unsent.start.extend(start);
        self.send_in_time();
    }

    /// Sends the page what was not sent yet, unless it was sent something just now.
    pub(super) fn send_in_time(&mut self) {
        if now_secs() - self.sent_at >= PAGE_REPORT_SECS {
            self.send_progress();
        }
    }

    /// Sends the page what was not sent yet, if there is anything.
    pub(super) fn send_progress(&mut self) {
        let timing = self.timing();
        self.set_pace(timing);
        // Before the page knows of the experiment it would not know what to do with its measurements.
        if !self.is_started || self.unsent == Record::default() {
            return;
        }
        post(&Event::Progress { record: std::mem::take(&mut self.unsent), timing });
        self.sent_at = now_secs();
    }

    /// Where a network is evaluated after every step, most of the time from one step to the next is spent on evaluations.
    fn set_pace(&mut self, timing: Timing) {
        let ((secs, step), reached) = (self.paced_at, self.assembly.step());
        if reached > step {
            let from_step_to_step = (timing.elapsed_secs - secs) / (reached - step) as f64;
            self.pace.set_step_seconds(from_step_to_step.max(timing.ms_per_step / 1000.0));
            self.paced_at = (timing.elapsed_secs, reached);
        }
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
        self.is_started = true;
        let others = self.setups.iter_mut().filter_map(Option::take);
        assembled(std::iter::once(own.clone()).chain(others).collect(), Share::WHOLE)
    }

    /// Whether setups of helpers are missing.
    pub(super) fn is_preparing(&self) -> bool {
        self.setups.iter().skip(1).any(Option::is_none)
    }

    /// The step up to which this worker may train now; helpers are told theirs.
    pub(super) fn proceed(&mut self) -> u64 {
        let until = self.pace.limit();
        for helper in &mut self.helpers {
            if helper.granted.is_some_and(|granted| granted < until) {
                helper.granted = Some(until);
                helper.link.send(&Order::Proceed { until });
            }
        }
        until
    }

    /// Records that this worker has taken `step` training steps.
    pub(super) fn reached(&mut self, step: u64) {
        self.pace.reached(0, step);
    }

    /// Records that this worker waits after `step` training steps.
    pub(super) fn rests(&mut self, step: u64) {
        self.pace.rests(0, step);
    }

    /// Training ends at the next step that all can reach.
    pub(super) fn pause(&mut self) {
        self.is_announced = false;
        if let Some(saving) = &mut self.saving {
            return saving.then(Afterwards::Rest);
        }
        self.pace.pause();
    }

    /// Training goes on to the end.
    pub(super) fn resume(&mut self) {
        self.is_announced = false;
        if let Some(saving) = &mut self.saving {
            return saving.then(Afterwards::GoOn);
        }
        self.pace.resume();
    }

    /// One more step.
    pub(super) fn step(&mut self) {
        self.is_announced = false;
        if let Some(saving) = &mut self.saving {
            return saving.then(Afterwards::Step);
        }
        self.pace.step();
    }

    /// The step at which all wait, unless that was returned before.
    pub(super) fn arrival(&mut self) -> Option<u64> {
        let step = self.pace.at_rest().filter(|_| !self.is_announced)?;
        self.is_announced = true;
        Some(step)
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
}
