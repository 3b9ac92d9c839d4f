//! How far several workers, each with a share of the runs, may train: none gets far ahead of the others, so that the curves, which show
//! the steps that all have, stay close to what was computed; and a pause ends at a step that all reach.

/// Most steps that a share may be ahead of the slowest one.
const MOST_STEPS_AHEAD: u64 = 50;
/// Fewest: with one, all would wait for the slowest after every step.
const FEWEST_STEPS_AHEAD: u64 = 2;
/// Seconds that a share may be ahead: no pause takes longer, but for the last evaluation.
const SECONDS_AHEAD: f64 = 0.15;

/// The progress of the shares, and how far they may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    shares: Vec<Progress>,
    /// Training steps of the experiment.
    steps: u64,
    /// The step at which all shares begin: not 0 if they go on from a checkpoint.
    first: u64,
    /// The step at which all wait.
    goal: u64,
    /// The step up to which some share was allowed to train.
    granted: u64,
    /// Steps that a share may be ahead.
    window: u64,
}

/// How far a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Progress {
    step: u64,
    /// Whether it has evaluated everything up to `step` and waits.
    rests: bool,
}

impl Pace {
    /// For an experiment of this many steps of which all shares have taken `first`, paused there.
    #[must_use]
    pub fn new(shares: usize, steps: u64, first: u64) -> Self {
        // Of the first steps it is unknown how long they take.
        let window = FEWEST_STEPS_AHEAD;
        let progress = Progress { step: first, rests: false };
        Self { shares: vec![progress; shares], steps, first, goal: first, granted: first, window }
    }

    /// Whether training goes on to the end.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.goal >= self.steps
    }

    /// The step up to which every share may train now.
    pub fn limit(&mut self) -> u64 {
        let slowest = self.shares.iter().map(|share| share.step).min().unwrap_or_default();
        let limit = self.goal.min(slowest.saturating_add(self.window));
        self.granted = self.granted.max(limit);
        limit
    }

    /// A share has taken this many steps.
    pub fn reached(&mut self, share: usize, step: u64) {
        self.set(share, Progress { step, rests: false });
    }

    /// A share waits after this many steps.
    pub fn rests(&mut self, share: usize, step: u64) {
        self.set(share, Progress { step, rests: true });
    }

    /// A share is computed again from where it began.
    pub fn restart(&mut self, share: usize) {
        self.set(share, Progress { step: self.first, rests: false });
    }

    fn set(&mut self, share: usize, progress: Progress) {
        if let Some(share) = self.shares.get_mut(share) {
            *share = progress;
        }
    }

    /// From one training step to the next it takes this long, with the evaluations in between.
    pub fn set_step_seconds(&mut self, seconds: f64) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 2 and 50")]
        let window =
            (SECONDS_AHEAD / seconds.max(1e-6)).clamp(FEWEST_STEPS_AHEAD as f64, MOST_STEPS_AHEAD as f64) as u64;
        self.window = window;
    }

    /// Training ends at the next step that all can reach.
    pub fn pause(&mut self) {
        self.goal = match self.shares.as_slice() {
            [only] => only.step,
            _ => self.granted,
        };
    }

    /// Training goes on to the end.
    pub fn resume(&mut self) {
        self.goal = self.steps;
    }

    /// One more step.
    pub fn step(&mut self) {
        self.goal = (self.goal + 1).min(self.steps);
    }

    /// The step at which all shares wait, if they do.
    #[must_use]
    pub fn at_rest(&self) -> Option<u64> {
        self.shares.iter().all(|share| share.rests && share.step >= self.goal).then_some(self.goal)
    }
}
