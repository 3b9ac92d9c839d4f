//! The training worker: receives commands, advances a [`Training`] in small pieces, and reports its measurements to the page.
//!
//! It checks for commands between any two pieces of work, so a pause takes effect within one step or one evaluation chunk or,
//! while initial weights are tuned, before the first step.

mod data;
mod download;
mod faults;
mod inspection;
mod run;
mod scope;
mod upload;

use crate::dataset::Dataset;
use crate::error::{DeviceError, Error, MessageError, UploadError, WorkerError};
use crate::experiment::{DatasetName, Experiment};
use crate::protocol::{Command, Event, FailureKind, greeting};
use crate::texts;
use crate::train::self_test::{ChosenDevice, Devices};
use crate::train::{Preparation, Training, Work, environment};
use inspection::Inspected;
use run::{Pace, Run};
use scope::{EventLoopTurn, Inbox, Message, now_secs, post, post_text};
use std::rc::Rc;
use web_sys::File;

/// Listens, announces that the worker is ready, and serves commands for the lifetime of the worker.
pub fn start() {
    faults::watch();
    let inbox = Inbox::listen();
    post_text(&greeting());
    wasm_bindgen_futures::spawn_local(async move {
        match EventLoopTurn::new() {
            Ok(turn) => Worker::new(inbox, turn).serve().await,
            Err(error) => post_failure(RunFailure::new(FailureKind::Device, error)),
        }
    });
}

struct Worker {
    inbox: Inbox,
    turn: EventLoopTurn,
    devices: Devices,
    data: Option<Loaded>,
    /// The visitor's own files, if any were received.
    uploaded: Option<Rc<Dataset>>,
    /// The run that the page inspects, if any: data that are not shown are not read back.
    inspected: Option<Inspected>,
}

/// A data set that is kept for the next experiment.
struct Loaded {
    /// The requested name.
    asked: DatasetName,
    dataset: Rc<Dataset>,
    /// Why it is not the requested data set, as a sentence.
    fallback: Option<String>,
}

impl Loaded {
    /// Whether loading `name` would yield the same, or nothing better than the present data set.
    fn serves(&self, name: DatasetName) -> bool {
        self.asked == name || self.dataset.name == name.preferred()
    }
}

/// A failure to be sent to the page.
struct RunFailure {
    kind: FailureKind,
    /// The words of an error.
    message: String,
}

impl RunFailure {
    fn new(kind: FailureKind, error: impl std::error::Error) -> Self {
        Self { kind, message: error.to_string() }
    }

    fn unknown_command(error: MessageError) -> Self {
        Self::new(FailureKind::Crash, WorkerError::Command(error))
    }
}

/// Requests of the page during an experiment.
enum Interrupt {
    Start { experiment: Box<Experiment>, paused: bool },
    Reset,
}

/// The outcome of a preparation.
enum Prepared {
    Training(Box<Training>),
    Interrupted(Interrupt),
}

impl Worker {
    fn new(inbox: Inbox, turn: EventLoopTurn) -> Self {
        Self { inbox, turn, devices: Devices::default(), data: None, uploaded: None, inspected: None }
    }

    async fn serve(mut self) {
        let mut next = None;
        loop {
            let (experiment, paused) = match next.take() {
                Some(start) => start,
                None => match self.inbox.next().await {
                    Ok(Message { command: Command::Start { experiment, paused }, .. }) => (experiment, paused),
                    Ok(Message { command, files }) => {
                        self.prepare(&command, files).await;
                        continue;
                    }
                    Err(error) => {
                        post_failure(RunFailure::unknown_command(error));
                        continue;
                    }
                },
            };
            match self.run(&experiment, paused).await {
                Ok(Some(Interrupt::Start { experiment, paused })) => next = Some((experiment, paused)),
                Ok(_) => {}
                Err(failure) => post_failure(failure),
            }
        }
    }

    /// Handles commands that need no experiment.
    async fn prepare(&mut self, command: &Command, files: Vec<File>) {
        match command {
            Command::Speak { catalog } => texts::install(catalog.clone()),
            Command::Inspect { run, at } => self.inspected = Some(Inspected { run: *run, at: *at }),
            Command::Upload => {
                if let Some(dataset) = upload::receive(files).await {
                    self.uploaded = Some(Rc::new(dataset));
                }
            }
            _ => {}
        }
    }

    /// Runs one experiment until an interrupt; after its end it still answers questions.
    async fn run(&mut self, experiment: &Experiment, mut paused: bool) -> Result<Option<Interrupt>, RunFailure> {
        // Before anything is downloaded for it.
        experiment.validate().map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let device = self.device(experiment).await?;
        post(&Event::Device { environment: environment(&device.open), fallback: device.fallback });
        let dataset = self.dataset(experiment).await?;
        post(&Event::Dataset { sample: inspection::sample(&dataset) });
        let preparation = Preparation::new(experiment, &dataset, &device.open, Box::new(now_secs));
        let preparation = preparation.map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let start = now_secs();
        let training = match self.finish_preparation(preparation, &mut paused).await? {
            Prepared::Training(training) => *training,
            Prepared::Interrupted(interrupt) => return Ok(Some(interrupt)),
        };
        post(&Event::Started { setup: Box::new(training.setup().clone()) });
        self.drive(Run::new(training, experiment.run_count(), now_secs() - start), paused).await
    }

    /// Tunes initial weights if required, handling commands meanwhile; `paused` says whether training has to wait.
    async fn finish_preparation(
        &mut self,
        mut preparation: Preparation,
        paused: &mut bool,
    ) -> Result<Prepared, RunFailure> {
        let mut reported_at = f64::NEG_INFINITY;
        while let Some(progress) = preparation.advance().await.map_err(device_failure)? {
            if let Some(message) = faults::take_logged_error() {
                return Err(RunFailure::new(FailureKind::Device, DeviceError::Logged { message }));
            }
            let now = now_secs();
            if now - reported_at >= run::REPORT_SECS {
                reported_at = now;
                post(&Event::Preparation { progress });
            }
            if let Some(interrupt) = self.listen(paused).await? {
                return Ok(Prepared::Interrupted(interrupt));
            }
        }
        let training = preparation.into_training().await.map_err(device_failure)?;
        // Requests received in the meantime are handled before the announcement that this experiment has started.
        match self.listen(paused).await? {
            Some(interrupt) => Ok(Prepared::Interrupted(interrupt)),
            None => Ok(Prepared::Training(Box::new(training))),
        }
    }

    /// Handles a command that arrives while an experiment is being prepared.
    async fn listen(&mut self, paused: &mut bool) -> Result<Option<Interrupt>, RunFailure> {
        self.turn.pass().await;
        let Some(message) = self.inbox.try_next() else { return Ok(None) };
        let Message { command, files } = message.map_err(RunFailure::unknown_command)?;
        match command {
            Command::Reset => return Ok(Some(Interrupt::Reset)),
            Command::Start { experiment, paused } => {
                return Ok(Some(Interrupt::Start { experiment, paused }));
            }
            Command::Pause => *paused = true,
            Command::Resume => *paused = false,
            command => self.prepare(&command, files).await,
        }
        Ok(None)
    }

    async fn device(&mut self, experiment: &Experiment) -> Result<ChosenDevice, RunFailure> {
        let chosen = self.devices.choose(experiment.device, experiment.model.has_convolutions()).await;
        // Shader errors during the self-test are judged by the test's numbers and must not fail the training.
        let _ = faults::take_logged_error();
        chosen.map_err(|error| RunFailure::new(FailureKind::NoDevice, error))
    }

    async fn dataset(&mut self, experiment: &Experiment) -> Result<Rc<Dataset>, RunFailure> {
        let name = experiment.dataset.name;
        if name == DatasetName::Upload {
            let missing = || RunFailure::new(FailureKind::Data, UploadError::Empty);
            return self.uploaded.clone().ok_or_else(missing);
        }
        let loaded = match self.data.take().filter(|loaded| loaded.serves(name)) {
            Some(loaded) => loaded,
            // The old one is already dropped: two would not fit a small phone.
            None => data::load(name, &self.turn).await.map_err(|error| RunFailure::new(FailureKind::Data, error))?,
        };
        if let Some(reason) = loaded.fallback.as_ref().filter(|_| name == DatasetName::Auto) {
            post(&Event::DataFallback { reason: reason.clone() });
        }
        Ok(Rc::clone(&self.data.insert(loaded).dataset))
    }

    async fn drive(&mut self, mut run: Run, paused: bool) -> Result<Option<Interrupt>, RunFailure> {
        let mut pace = Pace::new(!paused);
        loop {
            let message = if pace.is_busy(&run.training) {
                self.work(&mut run, &mut pace).await?;
                self.turn.pass().await;
                self.inbox.try_next()
            } else {
                if pace.announce(&mut run).await? {
                    inspection::examine(&run.training, self.current());
                }
                Some(self.inbox.next().await)
            };
            let Some(message) = message else { continue };
            let Message { command, files } = message.map_err(RunFailure::unknown_command)?;
            match command {
                Command::Pause => pace.pause(),
                Command::Resume => pace.resume(),
                Command::Step => pace.step(),
                Command::Reset => return Ok(Some(Interrupt::Reset)),
                Command::Start { experiment, paused } => {
                    return Ok(Some(Interrupt::Start { experiment, paused }));
                }
                Command::Classify { image, at } => inspection::classify(&run.training, image, at).await?,
                command => {
                    self.prepare(&command, files).await;
                    if matches!(command, Command::Inspect { .. }) {
                        inspection::filters(&run.training, self.inspected).await?;
                        inspection::examine(&run.training, self.inspected);
                    }
                }
            }
        }
    }

    /// What the page inspects, if it changes as training goes on.
    fn current(&self) -> Option<Inspected> {
        self.inspected.filter(|inspected| inspected.is_current())
    }

    /// Does one piece of work, and sends any resulting report.
    async fn work(&self, run: &mut Run, pace: &mut Pace) -> Result<(), RunFailure> {
        let work = run.advance(pace.may_train()).await?;
        pace.count(work);
        if work == Work::Finished {
            run.report().await?;
            post(&Event::Finished { timing: run.timing() });
            inspection::examine(&run.training, self.current());
        }
        if work == Work::Evaluation && !run.training.is_evaluating() {
            inspection::filters(&run.training, self.current()).await?;
        }
        Ok(())
    }
}

fn device_failure(error: Error) -> RunFailure {
    RunFailure::new(FailureKind::Device, error)
}

fn post_failure(failure: RunFailure) {
    post(&Event::Failed { kind: failure.kind, message: failure.message });
}
