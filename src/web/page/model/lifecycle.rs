//! The state machine of the page: requests of the visitor and events of the worker go in, a new phase and commands for the
//! worker come out. Nothing here depends on the document.
//!
//! Page and worker run asynchronously, so events of a discarded experiment may still arrive after `Reset` or a new `Start`. All
//! measurements are therefore ignored until the `Started` of the new experiment.

use super::failure::{Failure, Remedy};
use super::phase::{Phase, Request};
use super::worker_program::WorkerProgram;
use crate::experiment::{DevicePreference, Experiment};
use crate::protocol::{Command, Computing, Event, FailureKind, PROTOCOL_VERSION};
use crate::web::page::words::incidents;

/// An action that follows from a request or an event.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Send this to the worker.
    Send(Command),
    /// Terminate the worker, if there is one, and create another with this program.
    ReplaceWorker(WorkerProgram),
    /// Terminate the worker, if there is one, and ask the browser whether it has a graphics adapter for WebGPU.
    AskForAdapter,
}

/// What to do after a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Train,
    Pause,
    Step,
}

/// A start that waits for the worker.
#[derive(Debug, Clone, PartialEq)]
struct PendingStart {
    experiment: Box<Experiment>,
    then: Then,
}

/// The worker, which is created for the first start, with the program that it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkerState {
    Absent,
    Loading,
    Ready,
}

/// The page's state machine.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    phase: Phase,
    worker: WorkerState,
    /// The program of the worker.
    program: WorkerProgram,
    /// How the CPU computes.
    computing: Computing,
    /// Whether there is a graphics adapter on which to compute; unknown before the first experiment that could use it.
    adapter: Option<bool>,
    pending: Option<PendingStart>,
    then: Then,
    pausing: bool,
    /// Whether the worker is tuning initial weights, during which it handles commands.
    tuning: bool,
    failure: Option<Failure>,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            phase: Phase::Ready,
            worker: WorkerState::Absent,
            program: WorkerProgram::Cpu,
            computing: Computing::default(),
            adapter: None,
            pending: None,
            then: Then::Train,
            pausing: false,
            tuning: false,
            failure: None,
        }
    }
}

impl Lifecycle {
    /// What the page is doing.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether a pause has been requested but has not taken effect.
    #[must_use]
    pub fn pausing(&self) -> bool {
        self.pausing
    }

    /// Whether an experiment is waiting for the worker.
    #[must_use]
    pub fn waiting_to_start(&self) -> bool {
        self.pending.is_some()
    }

    /// The reason of the failure, in phase [`Phase::Failed`].
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Whether the measurements of the worker belong to the experiment that is shown.
    #[must_use]
    pub fn measuring(&self) -> bool {
        matches!(self.phase, Phase::Training | Phase::Paused)
    }

    /// Whether the worker is loaded and running.
    #[must_use]
    pub fn worker_ready(&self) -> bool {
        self.worker == WorkerState::Ready
    }

    /// Whether there is no worker, not even one that is loading.
    #[must_use]
    pub fn worker_absent(&self) -> bool {
        self.worker == WorkerState::Absent
    }

    /// The program of the worker.
    #[must_use]
    pub fn program(&self) -> WorkerProgram {
        self.program
    }

    /// From the next start on, the CPU computes like this.
    pub fn compute_with(&mut self, computing: Computing) {
        self.computing = computing;
    }

    /// Creates a worker although nothing is started, for example to read files.
    pub fn want_worker(&mut self) -> Vec<Effect> {
        if self.worker != WorkerState::Absent {
            return Vec::new();
        }
        self.open(WorkerProgram::Cpu)
    }

    /// Whether there is a graphics adapter is known now; starts what has waited for it.
    pub fn adapter_known(&mut self, there: bool) -> Vec<Effect> {
        self.adapter = Some(there);
        let pending = self.pending.take();
        pending.map_or_else(Vec::new, |pending| self.start(pending.experiment, pending.then))
    }

    /// Whether an experiment that needs no GPU waits for the worker that could use one.
    #[must_use]
    pub fn hopes_for_gpu(&self) -> bool {
        let optional = |pending: &PendingStart| pending.experiment.device == DevicePreference::Auto;
        self.program == WorkerProgram::Gpu && self.pending.as_ref().is_some_and(optional)
    }

    /// Gives the GPU up, which has failed to open or computes wrong numbers, or whose worker cannot be loaded: what waits, or else this
    /// experiment, starts in a worker for the CPU.
    pub fn leave_gpu(&mut self, experiment: &Experiment) -> Vec<Effect> {
        self.adapter = Some(false);
        let then = self.then;
        let pending =
            self.pending.take().unwrap_or_else(|| PendingStart { experiment: experiment.clone().into(), then });
        self.replace_worker(Some(pending))
    }

    /// Whether an event belongs to the experiment that is shown, not to a discarded one.
    #[must_use]
    pub fn accepts(&self, event: &Event) -> bool {
        match event {
            Event::Ready { .. }
            | Event::Device { .. }
            | Event::Uploaded { .. }
            | Event::UploadRefused { .. }
            | Event::Failed { .. } => true,
            Event::Data { .. } | Event::DataFallback { .. } | Event::Dataset { .. } | Event::Preparation { .. } => {
                self.phase == Phase::Preparing
            }
            Event::Started { .. } => self.phase == Phase::Preparing || self.measuring(),
            Event::Progress { .. } | Event::Paused { .. } | Event::Finished { .. } => self.measuring(),
            Event::Recomputing { .. } => self.measuring() || self.phase == Phase::Preparing,
            Event::Filters { .. } | Event::Examination { .. } | Event::Answered { .. } => {
                self.measuring() || self.phase == Phase::Finished
            }
        }
    }

    /// Whether `request` is possible now; `changed` means that the experiment in the form differs from the one shown.
    #[must_use]
    pub fn allows(&self, request: Request, changed: bool) -> bool {
        match (request, self.phase) {
            (Request::Run, Phase::Loading) => self.pending.is_none(),
            (Request::Run | Request::Step, Phase::Ready)
            | (Request::Run, Phase::Finished | Phase::Failed)
            | (Request::Step | Request::Resume, Phase::Paused)
            | (Request::Restart, _) => true,
            (Request::Run, Phase::Paused) => changed,
            (Request::Pause, Phase::Training | Phase::Preparing) => !self.pausing,
            (Request::Reset, phase) => !matches!(phase, Phase::Ready | Phase::Failed),
            _ => false,
        }
    }

    /// Handles a request, with the experiment of the form; does nothing if it is not possible now.
    pub fn request(&mut self, request: Request, experiment: &Experiment) -> Vec<Effect> {
        if !self.allows(request, true) {
            return Vec::new();
        }
        match (request, self.phase) {
            (Request::Step, Phase::Paused) => {
                self.phase = Phase::Training;
                self.pausing = true;
                vec![Effect::Send(Command::Step)]
            }
            (Request::Run, _) => self.start(experiment.clone().into(), Then::Train),
            (Request::Step, _) => self.start(experiment.clone().into(), Then::Step),
            (Request::Pause, _) => self.pause(),
            (Request::Resume, _) => {
                self.phase = Phase::Training;
                vec![Effect::Send(Command::Resume)]
            }
            // A worker cannot handle commands while it loads data or opens a device, possibly for long, but can while it tunes.
            (Request::Reset, Phase::Preparing) if !self.tuning => self.replace_worker(None),
            (Request::Restart, Phase::Preparing | Phase::Training) => self.restart_with(experiment),
            (Request::Restart, _) => {
                let pending = self.pending.take();
                self.replace_worker(pending)
            }
            // The worker goes on loading, for the next start.
            (Request::Reset, Phase::Loading) => {
                self.settle(Phase::Ready);
                Vec::new()
            }
            (Request::Reset, _) => {
                self.settle(Phase::Ready);
                vec![Effect::Send(Command::Reset)]
            }
        }
    }

    /// Replaces the worker and starts this experiment as soon as the new one has loaded.
    pub fn restart_with(&mut self, experiment: &Experiment) -> Vec<Effect> {
        let pending = PendingStart { experiment: experiment.clone().into(), then: Then::Train };
        self.replace_worker(Some(pending))
    }

    fn replace_worker(&mut self, pending: Option<PendingStart>) -> Vec<Effect> {
        let phase = if pending.is_some() { Phase::Loading } else { Phase::Ready };
        let (adapter, program, computing) = (self.adapter, self.program, self.computing);
        let wanted = pending.as_ref().map_or(Some(program), |pending| self.program_for(&pending.experiment));
        *self = Self { phase, program, computing, adapter, pending, ..Self::default() };
        wanted.map_or_else(|| vec![Effect::AskForAdapter], |program| self.open(program))
    }

    fn open(&mut self, program: WorkerProgram) -> Vec<Effect> {
        self.worker = WorkerState::Loading;
        self.program = program;
        vec![Effect::ReplaceWorker(program)]
    }

    /// The smallest program that computes an experiment; `None` before it is known whether there is a graphics adapter.
    fn program_for(&self, experiment: &Experiment) -> Option<WorkerProgram> {
        match (experiment.device, self.adapter) {
            (DevicePreference::Cpu, _) | (_, Some(false)) => Some(WorkerProgram::Cpu),
            (_, Some(true)) => Some(WorkerProgram::Gpu),
            (_, None) => None,
        }
    }

    /// Handles an event of the worker.
    pub fn event(&mut self, event: &Event) -> Vec<Effect> {
        if !self.accepts(event) {
            return Vec::new();
        }
        match event {
            Event::Ready { protocol_version } => return self.worker_loaded(*protocol_version),
            Event::Preparation { .. } => self.tuning = true,
            Event::Started { .. } => return self.started(),
            Event::Paused { .. } => return self.paused(),
            Event::Finished { .. } => self.settle(Phase::Finished),
            Event::Failed { kind, message } => self.failed(*kind, message),
            // Events that do not change the phase.
            _ => {}
        }
        Vec::new()
    }

    /// Handles a worker that has terminated or could not be loaded.
    pub fn worker_lost(&mut self, message: &str) {
        self.worker = WorkerState::Absent;
        self.fail(Remedy::Restart, message);
    }

    fn start(&mut self, experiment: Box<Experiment>, then: Then) -> Vec<Effect> {
        let wanted = self.program_for(&experiment);
        // Only the smaller program uses all cores.
        let serves = wanted == Some(self.program);
        if self.worker == WorkerState::Ready && serves {
            self.settle(Phase::Preparing);
            self.then = then;
            return vec![Effect::Send(Command::Start {
                experiment,
                paused: then == Then::Step,
                computing: self.computing,
            })];
        }
        self.settle(Phase::Loading);
        self.pending = Some(PendingStart { experiment, then });
        match wanted {
            Some(_) if self.worker == WorkerState::Loading && serves => Vec::new(),
            Some(program) => self.open(program),
            None => {
                self.worker = WorkerState::Absent;
                vec![Effect::AskForAdapter]
            }
        }
    }

    fn pause(&mut self) -> Vec<Effect> {
        self.pausing = true;
        if self.phase == Phase::Preparing {
            self.then = Then::Pause;
            return Vec::new();
        }
        // Also cancels a step that has not begun.
        self.then = Then::Train;
        vec![Effect::Send(Command::Pause)]
    }

    fn worker_loaded(&mut self, version: u32) -> Vec<Effect> {
        if version != PROTOCOL_VERSION {
            self.worker = WorkerState::Absent;
            self.fail(Remedy::Reload, &incidents::outdated_worker(version));
            return Vec::new();
        }
        self.worker = WorkerState::Ready;
        let pending = self.pending.take();
        if self.phase == Phase::Loading {
            self.settle(Phase::Ready);
        }
        pending.map_or_else(Vec::new, |pending| self.start(pending.experiment, pending.then))
    }

    fn started(&mut self) -> Vec<Effect> {
        self.phase = Phase::Training;
        match self.then {
            Then::Pause => vec![Effect::Send(Command::Pause)],
            Then::Train | Then::Step => Vec::new(),
        }
    }

    fn paused(&mut self) -> Vec<Effect> {
        if self.then == Then::Step {
            // The experiment is waiting at step 0; now the requested step is taken.
            self.then = Then::Train;
            self.pausing = true;
            return vec![Effect::Send(Command::Step)];
        }
        self.settle(Phase::Paused);
        Vec::new()
    }

    fn failed(&mut self, kind: FailureKind, message: &str) {
        let remedy = Remedy::against(kind);
        let alive =
            matches!(kind, FailureKind::Experiment | FailureKind::Data | FailureKind::License | FailureKind::NoDevice);
        // The failure of an experiment that was discarded in the meantime.
        if alive && matches!(self.phase, Phase::Ready | Phase::Loading) {
            return;
        }
        if !alive {
            self.worker = WorkerState::Absent;
        }
        self.fail(remedy, message);
    }

    fn fail(&mut self, remedy: Remedy, message: &str) {
        // The first failure is shown: a crash is often followed by consequential errors.
        if self.phase != Phase::Failed {
            self.settle(Phase::Failed);
            self.failure = Some(Failure { remedy, message: message.to_owned() });
        }
    }

    /// Enters a phase in which nothing is pending.
    fn settle(&mut self, phase: Phase) {
        self.phase = phase;
        self.then = Then::Train;
        self.tuning = false;
        self.pausing = false;
        self.failure = None;
        self.pending = None;
    }
}
