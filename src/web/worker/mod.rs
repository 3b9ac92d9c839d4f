//! The training worker: takes commands, drives a [`Session`] in small pieces, and tells the page what it measured.
//!
//! It listens between any two pieces of work, so a pause takes effect within one step or one evaluation chunk.

mod data;
mod faults;
mod scope;

use crate::dataset::Dataset;
use crate::error::Error;
use crate::experiment::{DatasetName, DevicePreference, Experiment, parse_query};
use crate::metrics::Timing;
use crate::protocol::{Command, Event, FailureKind, PROTOCOL_VERSION};
use crate::train::self_test::{ChosenDevice, Devices};
use crate::train::{Session, Work, environment};
use scope::{Inbox, Turn, now_secs, post};
use std::rc::Rc;

/// How often the page hears of progress, in seconds.
const REPORT_SECS: f64 = 0.1;

/// Listens, says that the worker is ready, and serves commands for as long as the worker lives.
pub fn start() {
    faults::watch();
    let inbox = Inbox::listen();
    post(&Event::Ready { protocol_version: PROTOCOL_VERSION });
    wasm_bindgen_futures::spawn_local(async move {
        match Turn::new() {
            Ok(turn) => Worker { inbox, turn, devices: Devices::default(), data: None }.serve().await,
            Err(message) => post(&Event::Failed { kind: FailureKind::Device, message }),
        }
    });
}

struct Worker {
    inbox: Inbox,
    turn: Turn,
    devices: Devices,
    data: Option<Loaded>,
}

/// A data set that stays for the next experiment.
struct Loaded {
    /// What was asked for.
    asked: DatasetName,
    dataset: Rc<Dataset>,
    /// Why it is not the one that was asked for, as a sentence.
    fallback: Option<String>,
}

impl Loaded {
    /// Whether loading `name` would give the same, or no better than what is there.
    fn serves(&self, name: DatasetName) -> bool {
        let is_best = name == DatasetName::Auto && self.dataset.name == DatasetName::Mnist;
        is_best || self.asked == name || self.dataset.name == name
    }
}

/// A failure on its way to the page.
struct Failure {
    kind: FailureKind,
    message: String,
}

impl Failure {
    fn new(kind: FailureKind, message: impl std::fmt::Display) -> Self {
        Self { kind, message: message.to_string() }
    }
}

/// What the page asked for while a session was running.
enum Interrupt {
    Start { query: String, paused: bool },
    Reset,
}

/// A session with its clock.
struct Run {
    session: Session,
    timing: Timing,
    training_secs: f64,
    reported_at: f64,
    /// Steps between two read-backs, so that a GPU is never more than about one report behind.
    steps_per_report: u64,
    steps_since_report: u64,
}

impl Worker {
    async fn serve(mut self) {
        let mut next = None;
        loop {
            let (query, paused) = match next.take() {
                Some(start) => start,
                None => match self.inbox.next().await {
                    Ok(Command::Start { query, paused }) => (query, paused),
                    Ok(_) => continue,
                    Err(message) => {
                        post_failure(Failure::new(FailureKind::Crash, format!("Unknown command: {message}")));
                        continue;
                    }
                },
            };
            match self.run(&query, paused).await {
                Ok(Some(Interrupt::Start { query, paused })) => next = Some((query, paused)),
                Ok(_) => {}
                Err(failure) => post_failure(failure),
            }
        }
    }

    /// Runs one experiment to its end or to the next interrupt.
    async fn run(&mut self, query: &str, paused: bool) -> Result<Option<Interrupt>, Failure> {
        let experiment = parse_query(query).strict();
        let (experiment, _) = experiment.map_err(|error| Failure::new(FailureKind::Experiment, error))?;
        let device = self.device(experiment.device).await?;
        post(&Event::Device { environment: environment(&device.open), fallback: device.fallback });
        let dataset = self.dataset(&experiment).await?;
        let session = Session::new(&experiment, &dataset, &device.open);
        let session = session.map_err(|error| Failure::new(FailureKind::Experiment, error))?;
        post(&Event::Started { setup: Box::new(session.setup().clone()) });
        self.drive(Run::new(session, experiment.run_count()), paused).await
    }

    async fn device(&mut self, preference: DevicePreference) -> Result<ChosenDevice, Failure> {
        let chosen = self.devices.choose(preference).await;
        // A shader error during the self-test is judged by the test's numbers, not kept for the training.
        let _ = faults::take_logged_error();
        chosen.map_err(|error| Failure::new(FailureKind::NoDevice, error))
    }

    async fn dataset(&mut self, experiment: &Experiment) -> Result<Rc<Dataset>, Failure> {
        let name = experiment.dataset.name;
        let loaded = match self.data.take().filter(|loaded| loaded.serves(name)) {
            Some(loaded) => loaded,
            // The old one is gone by now: two would not fit a small phone.
            None => data::load(name, &self.turn).await.map_err(|error| Failure::new(FailureKind::Data, error))?,
        };
        if let Some(reason) = loaded.fallback.as_ref().filter(|_| name == DatasetName::Auto) {
            post(&Event::DataFallback { reason: reason.clone() });
        }
        Ok(Rc::clone(&self.data.insert(loaded).dataset))
    }

    async fn drive(&self, mut run: Run, paused: bool) -> Result<Option<Interrupt>, Failure> {
        let mut pace = Pace { running: !paused, single_steps: 0, announced: false };
        loop {
            let command = if pace.is_busy(&run.session) {
                let work = run.advance(pace.may_train()).await?;
                if work == Work::Finished {
                    run.report().await?;
                    post(&Event::Finished { timing: run.timing });
                    return Ok(None);
                }
                pace.count(work);
                self.turn.pass().await;
                self.inbox.try_next()
            } else {
                pace.announce(&mut run).await?;
                Some(self.inbox.next().await)
            };
            match command {
                None => {}
                Some(Ok(Command::Pause)) => pace.pause(),
                Some(Ok(Command::Resume)) => pace.running = true,
                Some(Ok(Command::Step)) => pace.single_steps += 1,
                Some(Ok(Command::Reset)) => return Ok(Some(Interrupt::Reset)),
                Some(Ok(Command::Start { query, paused })) => return Ok(Some(Interrupt::Start { query, paused })),
                Some(Err(message)) => {
                    return Err(Failure::new(FailureKind::Crash, format!("Unknown command: {message}")));
                }
            }
        }
    }
}

/// Whether a session goes on by itself.
struct Pace {
    running: bool,
    /// Steps asked for one by one while it does not.
    single_steps: u64,
    /// The page knows that it waits.
    announced: bool,
}

impl Pace {
    /// An evaluation that has begun is always ended, and a session with nothing left says so by itself.
    fn is_busy(&self, session: &Session) -> bool {
        self.may_train() || session.is_evaluating() || session.is_finished()
    }

    fn may_train(&self) -> bool {
        self.running || self.single_steps > 0
    }

    fn count(&mut self, work: Work) {
        self.announced = false;
        if work == Work::Step && !self.running {
            self.single_steps = self.single_steps.saturating_sub(1);
        }
    }

    fn pause(&mut self) {
        self.running = false;
        self.single_steps = 0;
    }

    async fn announce(&mut self, run: &mut Run) -> Result<(), Failure> {
        if !self.announced {
            run.report().await?;
            post(&Event::Paused { step: run.session.step() });
            self.announced = true;
        }
        Ok(())
    }
}

impl Run {
    fn new(session: Session, runs: usize) -> Self {
        Self {
            session,
            timing: Timing { runs, ..Timing::default() },
            training_secs: 0.0,
            reported_at: now_secs(),
            steps_per_report: 1,
            steps_since_report: 0,
        }
    }

    /// One piece of work, and a report when one is due.
    async fn advance(&mut self, may_train: bool) -> Result<Work, Failure> {
        let start = now_secs();
        let work = self.session.advance(may_train).await.map_err(device_failure)?;
        let elapsed = now_secs() - start;
        self.timing.elapsed_secs += elapsed;
        if work == Work::Step {
            self.training_secs += elapsed;
            self.steps_since_report += 1;
        }
        let evaluation_ended = work == Work::Evaluation && !self.session.is_evaluating();
        if evaluation_ended || self.steps_since_report >= self.steps_per_report {
            self.report().await?;
        }
        Ok(work)
    }

    /// Reads back what was measured and tells the page.
    async fn report(&mut self) -> Result<(), Failure> {
        let start = now_secs();
        let record = self.session.drain().await.map_err(device_failure)?;
        if let Some(message) = faults::take_logged_error() {
            return Err(Failure::new(FailureKind::Device, format!("The GPU reported an error: {message}")));
        }
        let end = now_secs();
        self.timing.elapsed_secs += end - start;
        if !record.steps.is_empty() {
            self.training_secs += end - start;
            self.adapt_interval(end);
        }
        self.reported_at = end;
        self.steps_since_report = 0;
        let steps = self.session.step() as f64;
        if steps > 0.0 && self.training_secs > 0.0 {
            self.timing.steps_per_sec = steps / self.training_secs;
            self.timing.ms_per_step = 1000.0 * self.training_secs / steps;
        }
        post(&Event::Progress { record, timing: self.timing });
        Ok(())
    }

    /// Aims at one report every [`REPORT_SECS`].
    fn adapt_interval(&mut self, now: f64) {
        let elapsed = (now - self.reported_at).max(1e-3);
        let per_step = elapsed / self.steps_since_report.max(1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 1000")]
        let steps = (REPORT_SECS / per_step).clamp(1.0, 1000.0) as u64;
        self.steps_per_report = steps;
    }
}

fn device_failure(error: Error) -> Failure {
    Failure::new(FailureKind::Device, error)
}

fn post_failure(failure: Failure) {
    post(&Event::Failed { kind: failure.kind, message: failure.message });
}
