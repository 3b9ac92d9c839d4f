//! An embed pauses while it is off the screen: its host may be a long article, and the processor and the battery are the reader's.

/// Whether the frame can be seen, and whether it waits because it cannot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// `None` until the browser has said so.
    seen: Option<bool>,
    /// Whether somebody has started, resumed or stopped something.
    decided: bool,
    waits: bool,
    /// Whether it is to wait as soon as there is something that can wait.
    will_wait: bool,
}

impl Sight {
    /// The frame is off the screen; returns whether to pause, if that is possible. What the host has started or resumed there goes on, since
    /// only leaving the screen pauses; what the address starts, with `run=1`, does not begin there.
    #[must_use]
    pub fn left(&mut self, can_pause: bool) -> bool {
        let wants = match self.seen.replace(false) {
            None => !self.decided,
            Some(true) => true,
            Some(false) => self.will_wait,
        };
        self.will_wait = wants && !can_pause;
        self.waits |= wants && can_pause;
        wants && can_pause
    }

    /// Whether something is to be done as soon as it is possible; then whether the frame is seen.
    #[must_use]
    pub fn unsettled(&self) -> Option<bool> {
        let is_seen = self.seen == Some(true);
        (self.will_wait || self.waits && is_seen).then_some(is_seen)
    }

    /// The frame has come into sight.
    pub fn came(&mut self) {
        self.seen = Some(true);
        self.will_wait = false;
    }

    /// Whether to go on now, if that is possible: asked when the frame comes into sight, and when a pause takes effect, which may be later.
    #[must_use]
    pub fn goes_on(&mut self, can_resume: bool) -> bool {
        let goes_on = self.seen == Some(true) && self.waits && can_resume;
        self.waits &= !goes_on;
        goes_on
    }

    /// The visitor, the host or another embed has decided what happens next: it does not go on by itself.
    pub fn decided(&mut self) {
        self.decided = true;
        self.waits = false;
        self.will_wait = false;
    }
}
