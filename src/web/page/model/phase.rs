//! What the page is doing, and what its visitor or its host can ask for.

/// What the page is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A start waits for the worker to load.
    Loading,
    /// An experiment can be started.
    Ready,
    /// An experiment is being prepared: its data are loaded, its device is opened, or its initial weights are tuned.
    Preparing,
    /// Training is in progress.
    Training,
    /// Training is paused.
    Paused,
    /// All steps are done.
    Finished,
    /// The experiment or the page cannot continue.
    Failed,
}

/// A request of the visitor (or of the embedding page).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Start the experiment of the form.
    Run,
    /// Stop after the current step.
    Pause,
    /// Continue training.
    Resume,
    /// Take one step and pause; starts the experiment if there is none.
    Step,
    /// Return to step 0; the next start uses the same initial weights.
    Reset,
    /// Replace the worker; an experiment in progress starts again with the new one.
    Restart,
}

impl Phase {
    /// The value of `data-state`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Preparing | Self::Training => "training",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    /// The request of the only button of a page without a form.
    #[must_use]
    pub fn main_request(self) -> Request {
        match self {
            Self::Loading | Self::Ready | Self::Finished | Self::Failed => Request::Run,
            Self::Preparing | Self::Training => Request::Pause,
            Self::Paused => Request::Resume,
        }
    }
}

impl Request {
    /// All requests, with their names in the HTML and in messages.
    const NAMES: [(Self, &'static str); 6] = [
        (Self::Run, "run"),
        (Self::Pause, "pause"),
        (Self::Resume, "resume"),
        (Self::Step, "step"),
        (Self::Reset, "reset"),
        (Self::Restart, "restart"),
    ];

    /// Its name in the HTML and in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(request, _)| *request == self).map_or("", |(_, name)| name)
    }

    /// The request called `name`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(request, _)| *request)
    }
}
