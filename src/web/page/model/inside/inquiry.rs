//! Decides which questions about the runs are sent to the worker, and when: choices of the visitor and events of the worker go
//! in, commands come out. Only one question is pending at a time; the next one is sent after its answer has arrived.

use crate::protocol::{Command, Event, ImageSource};

/// An interaction of the visitor with the section.
#[derive(Debug, Clone, PartialEq)]
pub enum InspectionRequest {
    /// Another run is to be inspected.
    Run(usize),
    /// The pen moves over the drawing area; coordinates are in `[0, 1]`.
    Stroke {
        /// Start of the stroke.
        from: (f32, f32),
        /// End of the stroke.
        to: (f32, f32),
    },
    /// The pen was lifted.
    Lift,
    /// The pen has paused, so the drawing is to be classified.
    Drawn,
    /// The drawing is to be erased.
    Clear,
    /// A test image was chosen.
    Test(Pick),
}

/// The visitor's choices, and which of them have been sent to the worker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inquiry {
    run: usize,
    /// The step at which the run is inspected; the current one if absent.
    at: Option<u64>,
    /// What the worker knows of both.
    told: Option<(usize, Option<u64>)>,
    asked: Option<ImageSource>,
    waiting: bool,
    again: bool,
}

impl Inquiry {
    /// Index of the inspected run, over all variants.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// The last image to be classified.
    #[must_use]
    pub fn asked(&self) -> Option<&ImageSource> {
        self.asked.as_ref()
    }

    /// Inspects another run. Unless an experiment is in progress (`live`), the worker is told at the next start.
    pub fn choose(&mut self, run: usize, live: bool) -> Option<Command> {
        self.run = run;
        live.then(|| self.tell()).flatten()
    }

    /// Inspects the run after at most `at` steps, or as it is. Unless an experiment is in progress (`live`), the worker is told at the
    /// next start.
    pub fn look_at(&mut self, at: Option<u64>, live: bool) -> Option<Command> {
        self.at = at;
        live.then(|| self.tell()).flatten()
    }

    /// Requests the classification of an image.
    pub fn ask(&mut self, image: ImageSource) -> Option<Command> {
        self.asked = Some(image);
        self.repeat()
    }

    /// Withdraws the image: nothing is to be classified.
    pub fn forget(&mut self) {
        self.asked = None;
        self.again = false;
    }

    /// Handles an event of the worker about the experiment that is shown. `pixels` is the number of values in an image of its
    /// data set.
    pub fn event(&mut self, event: &Event, pixels: usize) -> Option<Command> {
        match event {
            Event::Ready { .. } => {
                (self.told, self.waiting, self.again) = (None, false, false);
                None
            }
            Event::Started { setup } => self.started(setup.experiment.run_count(), pixels),
            // The weights have changed since the last answer.
            Event::Filters { .. } => self.repeat(),
            Event::Classified { .. } => {
                self.waiting = false;
                if std::mem::take(&mut self.again) { self.repeat() } else { None }
            }
            _ => None,
        }
    }

    /// Whether an answer that arrives now belongs to the latest question.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.asked.is_some() && !self.again
    }

    fn started(&mut self, runs: usize, pixels: usize) -> Option<Command> {
        // Answers about a discarded experiment are not shown, so there is no need to wait for them.
        (self.waiting, self.again) = (false, false);
        if self.run >= runs {
            self.run = 0;
        }
        if matches!(&self.asked, Some(ImageSource::Drawn { pixels: drawn }) if drawn.len() != pixels) {
            self.asked = None;
        }
        self.tell()
    }

    fn tell(&mut self) -> Option<Command> {
        let wanted = (self.run, self.at);
        let news = self.told != Some(wanted);
        self.told = Some(wanted);
        news.then_some(Command::Inspect { run: self.run, at: self.at })
    }

    fn repeat(&mut self) -> Option<Command> {
        let image = self.asked.clone()?;
        if self.waiting {
            self.again = true;
            return None;
        }
        self.waiting = true;
        Some(Command::Classify { image, at: self.at })
    }
}

/// A button that chooses a test image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    /// The previous image.
    Previous,
    /// A random image.
    Random,
    /// The next image.
    Next,
}

impl Pick {
    /// The button called `name` in the HTML; a random image for an unknown name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "previous" => Self::Previous,
            "next" => Self::Next,
            _ => Self::Random,
        }
    }
}

/// The index of the test image, among `count`, that is chosen after `asked`; `random` is in `[0, 1)`.
#[must_use]
pub fn picked(pick: Pick, asked: Option<&ImageSource>, count: usize, random: f64) -> usize {
    let count = count.max(1);
    let now = match asked {
        Some(ImageSource::Test { index }) => Some(index % count),
        _ => None,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the number of images")]
    let any = (random.clamp(0.0, 1.0) * count as f64) as usize;
    match (pick, now) {
        (Pick::Random, _) => any.min(count - 1),
        (Pick::Next, None) => 0,
        (Pick::Next, Some(now)) => (now + 1) % count,
        (Pick::Previous, now) => (now.unwrap_or(0) + count - 1) % count,
    }
}
