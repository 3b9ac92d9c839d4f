//! The state machine of the page: requests of the visitor and events of the worker go in, a new phase and commands for the
//! worker come out. Nothing here depends on the document.
//!
//! Events of a discarded experiment do not get here (`protocol::StartNumbers`); what is left is to know which events each phase expects.

mod expectations;
mod worker;

use super::failure::{Failure, Remedy};
use super::phase::{Phase, Request};
use super::worker_program::WorkerProgram;
use crate::experiment::{DevicePreference, Experiment};
use crate::metrics::StepTimes;
use crate::protocol::{Command, Computing, Event, FailureKind};

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
    /// Whether it goes on from a checkpoint.
    resumes: bool,
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
    /// The experiment for which the CPU was the faster device, computing like this, with the times.
    faster_on_cpu: Option<(Box<Experiment>, Computing, StepTimes)>,
    /// The experiment that the worker prepares.
    sent: Option<Box<Experiment>>,
    pending: Option<PendingStart>,
    then: Then,
    pausing: bool,
    /// Whether the latest start goes on from a checkpoint.
    resumes: bool,
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
            faster_on_cpu: None,
            sent: None,
            pending: None,
            then: Then::Train,
            pausing: false,
            resumes: false,
            tuning: false,
            failure: None,
        }
    }
}

impl Lifecycle {
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
        pending.map_or_else(Vec::new, |pending| self.start(pending))
    }

    /// Whether an experiment that needs no GPU waits for the worker that could use one.
    #[must_use]
    pub fn hopes_for_gpu(&self) -> bool {
        let optional = |pending: &PendingStart| pending.experiment.device == DevicePreference::Auto;
        self.program == WorkerProgram::Gpu && self.pending.as_ref().is_some_and(optional)
    }

    /// A step of the experiment that the worker was given takes longer on the GPU than on the CPU: it starts in a worker for the CPU.
    pub fn prefer_cpu(&mut self, times: StepTimes) -> Vec<Effect> {
        let Some(experiment) = self.sent.clone() else { return Vec::new() };
        self.faster_on_cpu = Some((experiment.clone(), self.computing, times));
        self.start_in_other_worker(&experiment)
    }

    /// What was measured for an experiment, if the CPU was faster.
    fn times_in_favor_of_cpu(&self, experiment: &Experiment) -> Option<StepTimes> {
        let (measured, computing, times) = self.faster_on_cpu.as_ref()?;
        let applies = experiment.device == DevicePreference::Auto && *computing == self.computing;
        (applies && measured.has_steps_like(experiment)).then_some(*times)
    }

    /// Gives the GPU up, which has failed to open or computes wrong numbers, or whose worker cannot be loaded: what waits, or else this
    /// experiment, starts in a worker for the CPU.
    pub fn leave_gpu(&mut self, experiment: &Experiment) -> Vec<Effect> {
        self.adapter = Some(false);
        self.start_in_other_worker(experiment)
    }

    /// Starts what waits, or what the worker was given, or else this experiment, in another worker.
    fn start_in_other_worker(&mut self, experiment: &Experiment) -> Vec<Effect> {
        let (then, resumes) = (self.then, self.resumes);
        let experiment = self.sent.take().unwrap_or_else(|| experiment.clone().into());
        let this = || PendingStart { experiment, then, resumes };
        let pending = self.pending.take().unwrap_or_else(this);
        self.replace_worker(Some(pending))
    }

    /// Handles a request, with the experiment of the form; does nothing if it is not possible now.
    pub fn request(&mut self, request: Request, experiment: &Experiment) -> Vec<Effect> {
        if !self.allows(request, true) {
            return Vec::new();
        }
        match (request, self.phase) {
            (Request::Step, Phase::Paused) => {
                self.phase = self.working();
                self.pausing = true;
                vec![Effect::Send(Command::Step)]
            }
            (Request::Run, _) => self.start(new_start(experiment, Then::Train)),
            (Request::Step, _) => self.start(new_start(experiment, Then::Step)),
            (Request::Pause, _) => self.pause(),
            (Request::Resume, _) => {
                self.phase = self.working();
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
                // After the end of a run its worker may be gone.
                if self.worker_ready() { vec![Effect::Send(Command::Reset)] } else { Vec::new() }
            }
        }
    }

    /// Replaces the worker and starts this experiment as soon as the new one has loaded.
    pub fn restart_with(&mut self, experiment: &Experiment) -> Vec<Effect> {
        self.replace_worker(Some(new_start(experiment, Then::Train)))
    }

    /// Replaces the worker and goes on with this experiment from a checkpoint, as soon as the new one has loaded; with `paused` it waits
    /// there.
    pub fn resume_with(&mut self, experiment: &Experiment, paused: bool) -> Vec<Effect> {
        let then = if paused { Then::Pause } else { Then::Train };
        self.replace_worker(Some(PendingStart { resumes: true, ..new_start(experiment, then) }))
    }

    /// The phase of an experiment that is not paused.
    fn working(&self) -> Phase {
        if self.tuning { Phase::Preparing } else { Phase::Training }
    }

    fn replace_worker(&mut self, pending: Option<PendingStart>) -> Vec<Effect> {
        let phase = if pending.is_some() { Phase::Loading } else { Phase::Ready };
        let (adapter, program, computing) = (self.adapter, self.program, self.computing);
        let wanted = pending.as_ref().map_or(Some(program), |pending| self.program_for(&pending.experiment));
        let faster_on_cpu = self.faster_on_cpu.take();
        *self = Self { phase, program, computing, adapter, faster_on_cpu, pending, ..Self::default() };
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
            _ if self.times_in_favor_of_cpu(experiment).is_some() => Some(WorkerProgram::Cpu),
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
            Event::Ready { protocol_version, build } => return self.worker_loaded(*protocol_version, build),
            Event::Preparation { .. } => return self.tunes(),
            Event::Started { .. } => return self.started(),
            Event::Paused { .. } => return self.paused(),
            Event::Finished { .. } => self.settle(Phase::Finished),
            Event::Failed { kind, message } => self.failed(*kind, message),
            // Events that do not change the phase.
            _ => {}
        }
        Vec::new()
    }

    fn start(&mut self, pending: PendingStart) -> Vec<Effect> {
        let wanted = self.program_for(&pending.experiment);
        // Only the smaller program uses all cores.
        let serves = wanted == Some(self.program);
        if self.worker == WorkerState::Ready && serves {
            let PendingStart { experiment, then, resumes } = pending;
            self.settle(Phase::Preparing);
            (self.then, self.resumes) = (then, resumes);
            self.sent = Some(experiment.clone());
            let step_times = self.times_in_favor_of_cpu(&experiment);
            let (paused, computing) = (then != Then::Train, Computing { step_times, ..self.computing });
            return vec![Effect::Send(Command::Start { experiment, paused, computing, resumes })];
        }
        self.settle(Phase::Loading);
        self.pending = Some(pending);
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
        // A worker that loads data or opens a device cannot pause; it does so before the first iteration or step.
        if self.phase == Phase::Preparing && !self.tuning {
            self.then = Then::Pause;
            return Vec::new();
        }
        // Also cancels a step that has not begun.
        self.then = Then::Train;
        vec![Effect::Send(Command::Pause)]
    }

    /// Initial weights are being tuned, which can be paused.
    fn tunes(&mut self) -> Vec<Effect> {
        let is_first = !std::mem::replace(&mut self.tuning, true);
        if is_first && self.then == Then::Pause {
            self.then = Then::Train;
            return vec![Effect::Send(Command::Pause)];
        }
        Vec::new()
    }

    fn started(&mut self) -> Vec<Effect> {
        self.phase = Phase::Training;
        self.tuning = false;
        self.sent = None;
        match self.then {
            Then::Pause => vec![Effect::Send(Command::Pause)],
            Then::Train | Then::Step => Vec::new(),
        }
    }

    fn paused(&mut self) -> Vec<Effect> {
        if self.tuning {
            self.phase = Phase::Paused;
            self.pausing = false;
            return Vec::new();
        }
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
        // Where nothing is computed, nothing is lost with the GPU: the next start has another worker.
        if kind == FailureKind::Device && matches!(self.phase, Phase::Ready | Phase::Finished) {
            self.worker = WorkerState::Absent;
            return;
        }
        let remedy = Remedy::against(kind);
        let alive = !kind.is_fatal();
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
            self.failure = Some(Failure::new(remedy, message));
        }
    }

    /// Enters a phase in which nothing is pending.
    fn settle(&mut self, phase: Phase) {
        self.phase = phase;
        self.then = Then::Train;
        self.resumes = false;
        self.tuning = false;
        self.pausing = false;
        self.failure = None;
        self.pending = None;
        self.sent = None;
    }
}

fn new_start(experiment: &Experiment, then: Then) -> PendingStart {
    PendingStart { experiment: experiment.clone().into(), then, resumes: false }
}
