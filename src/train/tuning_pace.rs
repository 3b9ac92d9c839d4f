//! How far several workers, each with a share of the runs, may tune initial weights: on to the end, or, while tuning is paused, only the
//! iterations that were asked for one by one, each of which every share takes that has something left to tune.

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
    /// Iterations that it takes although tuning is paused.
    granted: u64,
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

    /// Iterations that a share takes although tuning is paused.
    #[must_use]
    pub fn granted(&self, share: usize) -> u64 {
        self.shares.get(share).map_or(0, |share| share.granted)
    }

    /// Whether a share has to wait.
    #[must_use]
    pub fn waits(&self, share: usize) -> bool {
        self.is_held && self.granted(share) == 0
    }

    /// Whether the weights of a share are final.
    #[must_use]
    pub fn is_tuned(&self, share: usize) -> bool {
        self.shares.get(share).is_some_and(|share| share.is_tuned)
    }

    /// Tuning is paused; iterations that were asked for before are still taken.
    pub fn hold(&mut self) {
        (self.is_held, self.is_announced) = (true, false);
    }

    /// Tuning goes on to the end.
    pub fn go_on(&mut self) {
        self.is_held = false;
        self.shares.iter_mut().for_each(|share| share.granted = 0);
    }

    /// Grants one more iteration of a tuning that is paused. If there is nothing left to tune, the pause of tuning is over.
    pub fn step(&mut self) {
        self.is_announced = false;
        self.is_held &= self.shares.iter().any(|share| !share.is_tuned);
        if self.is_held {
            self.shares.iter_mut().filter(|share| !share.is_tuned).for_each(|share| share.granted += 1);
        }
    }

    /// A share has taken an iteration.
    pub fn stepped(&mut self, share: usize) {
        if let Some(share) = self.shares.get_mut(share) {
            share.granted = share.granted.saturating_sub(1);
        }
    }

    /// The weights of a share are final.
    pub fn tuned(&mut self, share: usize) {
        if let Some(share) = self.shares.get_mut(share) {
            *share = TuningShare { granted: 0, is_tuned: true };
        }
    }

    /// A share is tuned again from the beginning, by another worker, which waits if tuning is paused.
    pub fn restart(&mut self, share: usize) {
        if let Some(share) = self.shares.get_mut(share) {
            *share = TuningShare::default();
        }
    }

    /// Whether all shares wait, unless that was returned before.
    pub fn arrival(&mut self) -> bool {
        let arrives = self.is_held && !self.is_announced && self.shares.iter().all(|share| share.granted == 0);
        self.is_announced |= arrives;
        arrives
    }
}
