//! The training worker: receives commands, advances a training in small pieces, and reports its measurements to the page. On the CPU it
//! shares the runs out to helpers ([`crew`]), which are workers with the same program.
//!
//! It checks for messages every few milliseconds, between two pieces of work. After a pause no share trains more than a fifth of a second,
//! or one step; the evaluations that are due are completed. While initial weights are tuned, a pause holds the first step back.

mod allocator;
mod arrival;
mod crew;
mod data;
mod device;
mod download;
mod faults;
mod heartbeat;
mod helper;
mod inspection;
mod preparation;
mod question;
mod run;
mod scope;

mod stall;
mod state;
mod upload;

use crate::device::Backend;
use crate::error::{DeviceError, Error, MessageError, WorkerError};
use crate::experiment::Experiment;
use crate::metrics::StepTimes;
use crate::model::kernels::choose_arithmetic;
use crate::protocol::{Command, Computing, Event, FailureKind, greeting};
use crate::texts::{self, text};
use crate::train::self_test::Devices;
use crate::train::{Work, worker_count};
use arrival::{Arrival, Interrupt, Start};
use crew::Crew;
use data::DataStore;
use device::is_choice_open;
use inspection::Inspected;
use preparation::{Hold, Prepared};
use question::AskedQuestion;
use run::Run;
use scope::{EventLoopTurn, Inbox, Mail, Message, now_secs, post, post_text};
use state::{DecodedState, RestoredState, save};
use std::cell::Cell;
use web_sys::File;

/// Seconds that it may take to read a visitor's files, or to make a data set of downloaded ones.
const READING_SECS: f64 = 120.0;

/// Listens, announces that the worker is ready, and serves for the lifetime of the worker.
pub fn start() {
    faults::watch();
    if scope::scope().name() == scope::HELPER {
        let inbox = Inbox::listen(helper::read);
        heartbeat::start(|| {});
        serve_with(|turn| helper::serve(inbox, turn));
    } else {
        let inbox = Inbox::listen(|message| Mail::Page(Message::read(message)));
        let ticked = inbox.clone();
        heartbeat::start(move || ticked.deliver(Mail::Tick));
        serve_with(|turn| Worker::new(inbox, turn).serve());
    }
    post_text(&greeting());
}

fn serve_with<F: Future<Output = ()> + 'static>(serve: impl FnOnce(EventLoopTurn) -> F + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        match EventLoopTurn::new() {
            Ok(turn) => serve(turn).await,
            Err(error) => post_failure(RunFailure::new(FailureKind::Device, error)),
        }
    });
}

struct Worker {
    inbox: Inbox<Mail>,
    turn: EventLoopTurn,
    devices: Devices,
    /// The times of a step that were measured last, with the experiment.
    step_times: Option<(Box<Experiment>, Computing, StepTimes)>,
    data: DataStore,
    /// The run that the page inspects, if any: data that are not shown are not read back.
    inspected: Option<Inspected>,
    /// The state from which the next start goes on.
    restored: Option<RestoredState>,
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

impl Worker {
    fn new(inbox: Inbox<Mail>, turn: EventLoopTurn) -> Self {
        let devices = Devices::new(faults::tell_of_loss);
        Self { inbox, turn, devices, step_times: None, data: DataStore::default(), inspected: None, restored: None }
    }

    async fn serve(mut self) {
        let mut next = None;
        loop {
            let start = match next.take() {
                Some(start) => start,
                None => match self.inbox.next().await {
                    Mail::Page(Ok(message)) => match Start::read(message) {
                        Ok(start) => start,
                        Err(Message { command: Command::Restore { receipt }, state, .. }) => {
                            self.restored = state.map(|state| RestoredState::new(state, receipt));
                            continue;
                        }
                        Err(Message { command, files, .. }) => {
                            self.prepare(&command, files).await;
                            continue;
                        }
                    },
                    Mail::Page(Err(error)) => {
                        post_failure(RunFailure::unknown_command(error));
                        continue;
                    }
                    // Of an experiment that has ended.
                    Mail::Helper { .. } | Mail::Tick => continue,
                },
            };
            match Box::pin(self.run(start)).await {
                Ok(Some(Interrupt::Start(start))) => next = Some(start),
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
            Command::Upload { choices } => {
                let before = heartbeat::expect_secs(READING_SECS);
                self.data.receive(files, choices).await;
                let _ = heartbeat::expect_secs(before);
            }
            Command::AllowDownload { source } => self.data.allow(source.clone()),
            _ => {}
        }
    }

    /// Runs one experiment until an interrupt; after its end it still answers questions.
    async fn run(&mut self, mut start: Start) -> Result<Option<Interrupt>, RunFailure> {
        scope::begin(start.number);
        choose_arithmetic(start.computing.exact);
        let decoded = self.decode_state(&mut start)?;
        let experiment = &start.experiment;
        // Before anything is downloaded for it.
        experiment.validate().map_err(|error| RunFailure::new(FailureKind::Experiment, error))?;
        let _ = heartbeat::expect_secs(READING_SECS);
        let (open, dataset) = self.device_and_data(experiment, start.computing).await?;
        if is_choice_open(experiment, &open)
            && self.step_times(experiment, &dataset, &open, start.computing).await?.cpu_is_faster()
        {
            // The page has another worker take over.
            return Ok(None);
        }
        decoded.as_ref().map_or(Ok(()), |decoded| decoded.check_data(experiment, &dataset))?;
        post(&Event::Dataset { sample: inspection::sample(&dataset) });
        // Events of the last experiment's helpers.
        self.inbox.retain(|mail| matches!(mail, Mail::Page(_)));
        let is_cpu = open.backend == Backend::Cpu;
        let size = if is_cpu { worker_count(experiment, &dataset, start.computing.cores) } else { 1 };
        heartbeat::expect_work(experiment, &dataset.facts(), if is_cpu { size } else { 1 });
        let computing = Computing { cores: size, ..start.computing };
        let state = decoded.as_ref().map(|decoded| &decoded.state);
        let crew = Crew::new(experiment, &dataset, computing, &self.inbox, self.inspected, state);
        // Without helpers, if the browser gives none.
        let Ok(mut crew) = crew else { return Ok(Some(Interrupt::Start(Start { decoded, ..start.alone() }))) };
        let begin = now_secs();
        let mut hold = Hold::new(start.paused);
        let prepared = match state {
            Some(state) => self.resume(experiment, state, &mut crew, &mut hold, &dataset, &open).await,
            None => self.prepare_runs(experiment, &mut crew, &mut hold, &dataset, &open).await,
        };
        let training = match prepared {
            Ok(Prepared::Training(training)) => *training,
            Ok(Prepared::Interrupted(interrupt)) => return Ok(Some(interrupt)),
            Err(failure) if failure.kind == FailureKind::Crash && size > 1 => {
                return Ok(Some(Interrupt::Start(Start { paused: hold.paused, decoded, ..start.alone() })));
            }
            Err(failure) => return Err(failure),
        };
        drop(decoded);
        if let Some(setup) = crew.setup(training.setup()) {
            post(&Event::Started { setup: Box::new(setup) });
        }
        if !hold.paused {
            crew.resume();
        }
        Box::pin(self.drive(Run::new(training, experiment.run_count(), now_secs() - begin), crew)).await
    }

    /// The state from which an experiment goes on, if it is not the start.
    fn decode_state(&mut self, start: &mut Start) -> Result<Option<DecodedState>, RunFailure> {
        let restored = self.restored.take();
        match start.decoded.take() {
            None if start.resumes => DecodedState::read(restored).map(Some),
            known => Ok(known),
        }
    }

    async fn drive(&mut self, mut run: Run, mut crew: Crew) -> Result<Option<Interrupt>, RunFailure> {
        loop {
            let may_train = run.training.step() < crew.proceed();
            if !may_train && run.training.may_rest() {
                rest(&mut run, &mut crew).await?;
            }
            let mut mail = if may_train || run.training.is_measuring() {
                work(&mut run, &mut crew, may_train).await?;
                self.turn.pass_if_due().await;
                self.inbox.try_next()
            } else {
                Some(self.inbox.next().await)
            };
            while let Some(one) = mail {
                if let Some(interrupt) = self.answer(one, &run, &mut crew).await? {
                    return Ok(Some(interrupt));
                }
                mail = self.inbox.try_next();
            }
        }
    }

    /// Handles a message that arrives during training or afterwards.
    async fn answer(&mut self, mail: Mail, run: &Run, crew: &mut Crew) -> Result<Option<Interrupt>, RunFailure> {
        match Arrival::read(mail, crew)? {
            Arrival::Interrupt(interrupt) => return Ok(Some(interrupt)),
            Arrival::Handled => {}
            Arrival::Command(Command::Pause, _) => crew.pause(),
            Arrival::Command(Command::Resume, _) => crew.resume(),
            Arrival::Command(Command::Step, _) => crew.step(),
            Arrival::Command(Command::Checkpoint, _) => crew.begin_checkpoint(),
            Arrival::Command(Command::Ask { question, at }, _) => {
                let asked = AskedQuestion::read(&run.training, question);
                crew.ask(&run.training, asked, at).await?;
            }
            Arrival::Command(command, files) => {
                self.prepare(&command, files).await;
                if matches!(command, Command::Inspect { .. }) {
                    crew.inspect(self.inspected);
                    let here = crew.inspected_here();
                    inspection::filters(&run.training, here, crew.own_share()).await?;
                    inspection::examine(&run.training, here, crew.own_share());
                }
            }
        }
        Ok(None)
    }
}

/// Does one piece of work, and sends any resulting report.
async fn work(run: &mut Run, crew: &mut Crew, may_train: bool) -> Result<(), RunFailure> {
    let work = run.advance(may_train).await?;
    if work == Work::Step {
        crew.reached(run.training.step());
    }
    if run.is_due() {
        let record = run.report().await?;
        crew.add(0, record, run.timing());
    }
    crew.send_in_time();
    if run.shows_filters() {
        show_filters(run, crew).await?;
    }
    Ok(())
}

async fn show_filters(run: &Run, crew: &Crew) -> Result<(), RunFailure> {
    let current = crew.inspected_here().filter(|inspected| inspected.is_current());
    inspection::filters(&run.training, current, crew.own_share()).await
}

/// This worker can do nothing now. If all wait, tells the page, once, that training is paused or finished.
async fn rest(run: &mut Run, crew: &mut Crew) -> Result<(), RunFailure> {
    if run.has_news() {
        let record = run.report().await?;
        crew.add(0, record, run.timing());
    }
    if run.show_filters() {
        show_filters(run, crew).await?;
    }
    crew.rests(run.training.step());
    if crew.is_saving() {
        return save(run, crew).await;
    }
    let Some(step) = crew.arrival() else { return Ok(()) };
    if run.training.is_finished() {
        run.check_device().await?;
    }
    crew.send_progress();
    post(&if run.training.is_finished() { Event::Finished { timing: crew.timing() } } else { Event::Paused { step } });
    let current = crew.inspected_here().filter(|inspected| inspected.is_current());
    inspection::examine(&run.training, current, crew.own_share());
    crew.examine();
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "a function for `map_err`")]
fn device_failure(error: Error) -> RunFailure {
    // The words of browsers and drivers are for developers.
    web_sys::console::info_1(&error.to_string().into());
    let message = match error {
        Error::Device(DeviceError::SelfTest { .. }) => text!("The GPU computed wrong numbers."),
        _ => text!("The GPU was lost or has failed."),
    };
    RunFailure { kind: FailureKind::Device, message }
}

thread_local! {
    /// Whether the page knows that the device has failed, which ends this worker: whatever else fails because of that is no news.
    static HAS_DEVICE_FAILED: Cell<bool> = const { Cell::new(false) };
}

fn post_failure(failure: RunFailure) {
    if failure.kind != FailureKind::Device || !HAS_DEVICE_FAILED.replace(true) {
        post(&Event::Failed { kind: failure.kind, message: failure.message });
    }
}
