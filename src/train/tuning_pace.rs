//! How far several workers, each with a share of the runs, may tune initial weights: on to the end, or, while tuning is paused, only the
//! iterations that were asked for one by one, each of which every share takes that has something left to tune.
//!
//! The first share is that of the worker that asks. The others answer when they have paused, and after every iteration that they were asked
//! for; nothing else counts.

/// Whether tuning is paused, and what the shares still have to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TuningPace {
    shares: Vec<TuningShare>,
    is_held: bool,
    /// Whether it was said that all wait.
    is_announced: bool,
}

/// What a share has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct TuningShare {
    /// Answers that it owes: one when it pauses, and one for each iteration that it takes then.
    answers: u64,
    /// Whether its weights are final.
    is_tuned: bool,
}

impl TuningPace {
    /// For this many shares, which tune on to the end.
    #[must_use]
    pub fn new(shares: usize) -> Self {
        Self { shares: vec![TuningShare::default(); shares], is_held: false, is_announced: false }
    }

    /// Whether tuning is paused.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// Number of answers that a share owes.
    #[must_use]
    pub fn answers(&self, share: usize) -> u64 {
        self.shares.get(share).map_or(0, |share| share.answers)
    }

    /// Whether the first share has to wait.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.is_held && self.answers(0) == 0
    }

    /// Whether the weights of a share are final.
    #[must_use]
    pub fn is_tuned(&self, share: usize) -> bool {
        self.shares.get(share).is_some_and(|share| share.is_tuned)
    }

    /// The first share that is not tuned.
    #[must_use]
    pub fn first_untuned(&self) -> Option<usize> {
        self.shares.iter().position(|share| !share.is_tuned)
    }

    /// Tuning is paused; iterations that were asked for before are still taken. True if the other shares have to be told.
    pub fn hold(&mut self) -> bool {
        self.is_announced = false;
        if self.is_held {
            return false;
        }
        self.is_held = true;
        self.ask(1);
        true
    }

    /// Tuning goes on to the end; the others answer what they were asked before.
    pub fn go_on(&mut self) {
        self.is_held = false;
        self.owes(0, 0);
    }

    /// One more iteration of a tuning that is paused. True if the other shares have to be told; if there is nothing left to tune, the pause is
    /// over instead.
    pub fn step(&mut self) -> bool {
        self.is_announced = false;
        self.is_held &= self.first_untuned().is_some();
        if self.is_held {
            self.ask(0);
        }
        self.is_held
    }

    /// All shares from this one on that are not tuned owe one more answer.
    fn ask(&mut self, first: usize) {
        let asked = self.shares.iter_mut().skip(first).filter(|share| !share.is_tuned);
        asked.for_each(|share| share.answers += 1);
    }

    fn owes(&mut self, share: usize, answers: u64) {
        if let Some(share) = self.shares.get_mut(share) {
            share.answers = answers;
        }
    }

    /// A share has paused, or taken an iteration.
    pub fn answered(&mut self, share: usize) {
        self.owes(share, self.answers(share).saturating_sub(1));
    }

    /// The weights of a share are final.
    pub fn tuned(&mut self, share: usize) {
        if let Some(share) = self.shares.get_mut(share) {
            *share = TuningShare { answers: 0, is_tuned: true };
        }
    }

    /// A share is computed again from the beginning by another worker. It pauses at once if tuning is paused, unless its weights were final.
    pub fn restart(&mut self, share: usize) {
        let pauses = self.is_held && !self.is_tuned(share);
        self.owes(share, u64::from(pauses));
    }

    /// Whether all shares wait, unless that was returned before.
    pub fn arrival(&mut self) -> bool {
        let arrives = self.is_held && !self.is_announced && self.shares.iter().all(|share| share.answers == 0);
        self.is_announced |= arrives;
        arrives
    }
}
