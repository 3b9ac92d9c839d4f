//! Puts together what the threads of an experiment report, keeps its checkpoints, and ends it when a signal says so.

use crate::gate::Gate;
use crate::output::tell;
use crate::signals::Signals;
use crate::threads::{Supervision, Trained};
use emergence_lab::checkpoint::TrainingState;
use emergence_lab::experiment::Share;
use emergence_lab::metrics::{Assembly, History, Record, Setup, Timing, Translation, assembled, interleaved};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often it looks for signals while no thread reports.
const TICK: Duration = Duration::from_millis(50);

/// What a thread reports of its share.
pub(crate) enum News {
    /// It is ready to train.
    Setup(Box<Setup>),
    /// Measurements.
    Record(Record, Timing),
    /// Its state: it is held by the gate, or has finished.
    State(TrainingState),
    /// The translations of its runs, at the end.
    Translations(Vec<Translation>),
    /// It cannot go on.
    Failed(anyhow::Error),
}

/// What is known of all shares.
pub(crate) struct Conductor<'watch> {
    /// The runs of all threads.
    share: Share,
    supervision: Supervision<'watch>,
    gate: &'watch Gate,
    assembly: Assembly,
    setups: Vec<Option<Setup>>,
    is_started: bool,
    timings: Vec<Timing>,
    states: Vec<Option<TrainingState>>,
    translations: Vec<Vec<Translation>>,
    history: Option<History>,
    saved_at: Option<u64>,
    unsaved: Option<anyhow::Error>,
    /// Why a share cannot go on.
    failure: Option<anyhow::Error>,
}

impl<'watch> Conductor<'watch> {
    /// For the runs of `share`, which this many threads compute.
    pub(crate) fn new(share: Share, shares: usize, supervision: Supervision<'watch>, gate: &'watch Gate) -> Self {
        let resumption = supervision.resumption;
        Self {
            assembly: resumption
                .map_or_else(|| Assembly::new(shares), |resumption| Assembly::resumed(shares, resumption.state.step)),
            history: resumption.map(|resumption| resumption.history.clone()),
            share,
            gate,
            supervision,
            setups: vec![None; shares],
            is_started: false,
            timings: vec![Timing::default(); shares],
            states: vec![None; shares],
            translations: vec![Vec::new(); shares],
            saved_at: None,
            unsaved: None,
            failure: None,
        }
    }

    /// Listens until all threads have ended. What was measured before a failure is kept.
    pub(crate) fn conduct(
        mut self,
        receiver: &Receiver<(usize, News)>,
        mut report: impl FnMut(&History, &Record),
    ) -> Trained {
        loop {
            match receiver.recv_timeout(TICK) {
                Ok((share, news)) => self.hear(share, news, &mut report),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.supervise();
        }
        let is_finished = self.history.as_ref().is_some_and(History::is_finished);
        let signal = self.supervision.signals.and_then(Signals::received);
        Trained {
            history: self.history,
            translations: if self.failure.is_some() { Vec::new() } else { interleaved(self.translations) },
            ended_by: signal.filter(|_| !is_finished),
            saved_at: self.saved_at,
            failure: self.failure.or(self.unsaved),
        }
    }

    fn hear(&mut self, share: usize, news: News, report: &mut impl FnMut(&History, &Record)) {
        match news {
            News::Failed(error) => {
                self.failure.get_or_insert(error);
                // The others would go on in vain.
                self.gate.stop();
            }
            News::Setup(setup) => put(&mut self.setups, share, Some(*setup)),
            News::Translations(translations) => put(&mut self.translations, share, translations),
            News::State(state) => put(&mut self.states, share, Some(state)),
            News::Record(record, timing) => {
                self.assembly.add(share, record);
                put(&mut self.timings, share, timing);
            }
        }
        if !self.is_started && self.setups.iter().all(Option::is_some) {
            self.start();
        }
        let Some(history) = self.history.as_mut().filter(|_| self.is_started) else { return };
        let record = self.assembly.take();
        if record != Record::default() {
            history.apply(&record);
            history.set_timing(self.timings.iter().copied().reduce(Timing::slower).unwrap_or_default());
            report(history, &record);
        }
    }

    /// All shares are ready to train.
    fn start(&mut self) {
        self.is_started = true;
        let setup = assembled(self.setups.drain(..).flatten().collect(), self.share);
        match (&mut self.history, setup) {
            (Some(history), Some(setup)) => history.resume(setup),
            (history, setup) => *history = setup.map(|setup| History::of_share(setup, self.share)),
        }
    }

    /// Has the shares held for a checkpoint when one is due, writes it as soon as all are, and stops them after a signal.
    fn supervise(&mut self) {
        let has_signal = self.supervision.signals.is_some_and(|signals| signals.received().is_some());
        if let Some(keeper) = self.supervision.keeper.as_ref().filter(|_| self.is_started) {
            if (has_signal || keeper.is_due()) && !self.gate.is_held() {
                self.gate.hold();
            }
        } else if has_signal {
            self.gate.stop();
        }
        if self.states.iter().all(Option::is_some) {
            self.save();
            if has_signal {
                self.gate.stop();
            }
            self.gate.release();
        }
    }

    /// Writes a checkpoint of the states of all shares. If that fails, the training goes on: the next one may succeed.
    fn save(&mut self) {
        let state = TrainingState::joined(self.states.iter_mut().filter_map(Option::take).collect());
        let (Some(keeper), Some(history), Some(state)) = (&mut self.supervision.keeper, &self.history, state) else {
            return;
        };
        match keeper.save(history, &state) {
            Ok(()) => (self.saved_at, self.unsaved) = (Some(state.step), None),
            Err(error) => {
                tell(format!("note: no checkpoint at step {}: {error:#}", state.step));
                self.unsaved = Some(error);
            }
        }
    }
}

fn put<T>(places: &mut [T], share: usize, value: T) {
    if let Some(place) = places.get_mut(share) {
        *place = value;
    }
}
