//! Decides which questions about the runs are sent to the worker, and when: choices of the visitor and events of the worker go
//! in, commands come out. Only one question is pending at a time; the next one is sent after its answer has arrived.

use crate::catalog::DataKind;
use crate::experiment::Experiment;
use crate::protocol::{Command, Event, ImageSource, NetworkQuestion, SentenceSource};

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
    /// A test image or sentence was chosen.
    Test(Pick),
    /// A sentence was typed.
    Typed(String),
    /// Another layer or head of attention is to be shown.
    Head,
}

/// The visitor's choices, and which of them have been sent to the worker.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inquiry {
    run: usize,
    /// The step at which the run is inspected; the current one if absent.
    at: Option<u64>,
    /// What the worker knows of both.
    told: Option<(usize, Option<u64>)>,
    asked: Option<NetworkQuestion>,
    waiting: bool,
    again: bool,
    /// Whether the answer that is awaited is to another question than the last one.
    outdated: bool,
}

impl Inquiry {
    /// Index of the inspected run, over all variants.
    #[must_use]
    pub fn run(&self) -> usize {
        self.run
    }

    /// The last question.
    #[must_use]
    pub fn asked(&self) -> Option<&NetworkQuestion> {
        self.asked.as_ref()
    }

    /// Inspects another run. Unless an experiment is in progress (`live`), the worker is told at the next start.
    pub fn choose(&mut self, run: usize, live: bool) -> Vec<Command> {
        self.run = run;
        self.inspect(live)
    }

    /// Inspects the run after at most `at` steps, or as it is. Unless an experiment is in progress (`live`), the worker is told at the
    /// next start.
    pub fn look_at(&mut self, at: Option<u64>, live: bool) -> Vec<Command> {
        self.at = at;
        self.inspect(live)
    }

    /// Tells the worker what is inspected, if that is news. A sentence is asked again: the attention is that of the inspected run, and
    /// the translations are those at the step. (Weights that arrive have an image classified again.)
    fn inspect(&mut self, live: bool) -> Vec<Command> {
        let told = live.then(|| self.tell()).flatten();
        let is_sentence = matches!(self.asked, Some(NetworkQuestion::Sentence(_)));
        let again = if told.is_some() && is_sentence { self.repeat() } else { None };
        told.into_iter().chain(again).collect()
    }

    /// Asks all runs.
    pub fn ask(&mut self, question: NetworkQuestion) -> Option<Command> {
        self.outdated = self.waiting;
        self.asked = Some(question);
        self.repeat()
    }

    /// Withdraws the question.
    pub fn forget(&mut self) {
        self.asked = None;
        self.again = false;
    }

    /// Handles an event of the worker about the experiment that is shown. `pixels` is the number of values in an image of its
    /// data set.
    pub fn event(&mut self, event: &Event, pixels: usize) -> Option<Command> {
        match event {
            Event::Ready { .. } => {
                (self.told, self.waiting, self.again, self.outdated) = (None, false, false, false);
                None
            }
            Event::Started { setup } => self.started(&setup.experiment, pixels),
            // The weights have changed since the last answer.
            Event::Filters { .. } => self.repeat(),
            Event::Progress { record, .. } if !record.evaluations.is_empty() => match self.asked {
                Some(NetworkQuestion::Sentence(_)) => self.repeat(),
                _ => None,
            },
            Event::Answered { .. } => {
                (self.waiting, self.outdated) = (false, false);
                if std::mem::take(&mut self.again) { self.repeat() } else { None }
            }
            _ => None,
        }
    }

    /// Whether an answer that arrives now belongs to the latest question; its weights may be older.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.asked.is_some() && !self.outdated
    }

    fn started(&mut self, experiment: &Experiment, pixels: usize) -> Option<Command> {
        // Answers about a discarded experiment are not shown, so there is no need to wait for them.
        (self.waiting, self.again, self.outdated) = (false, false, false);
        if self.run >= experiment.run_count() {
            self.run = 0;
        }
        let fits = |question: &NetworkQuestion| match (question, experiment.model.kind()) {
            (NetworkQuestion::Image(ImageSource::Drawn { pixels: drawn }), DataKind::Images) => drawn.len() == pixels,
            (NetworkQuestion::Image(_), DataKind::Images) | (NetworkQuestion::Sentence(_), DataKind::Pairs) => true,
            (NetworkQuestion::Image(_), DataKind::Pairs) | (NetworkQuestion::Sentence(_), DataKind::Images) => false,
        };
        self.asked.take_if(|question| !fits(question));
        self.tell()
    }

    fn tell(&mut self) -> Option<Command> {
        let wanted = (self.run, self.at);
        let news = self.told != Some(wanted);
        self.told = Some(wanted);
        news.then_some(Command::Inspect { run: self.run, at: self.at })
    }

    fn repeat(&mut self) -> Option<Command> {
        let question = self.asked.clone()?;
        if self.waiting {
            self.again = true;
            return None;
        }
        self.waiting = true;
        Some(Command::Ask { question, at: self.at })
    }
}

/// A button that chooses a test example.
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

/// The index of the test example, among `count`, that is chosen after `asked`; `random` is in `[0, 1)`.
#[must_use]
pub fn picked(pick: Pick, asked: Option<&NetworkQuestion>, count: usize, random: f64) -> usize {
    let count = count.max(1);
    let now = match asked {
        Some(
            NetworkQuestion::Image(ImageSource::Test { index })
            | NetworkQuestion::Sentence(SentenceSource::Test { index }),
        ) => Some(index % count),
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
