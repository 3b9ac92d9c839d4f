//! Which of the visitor's own files the worker has: it answers in the order in which it was asked, and one that takes
//! another's place has nothing. `F` is a choice of files; nothing here looks into it.
//!
//! Files that one worker after another has not survived are dropped: they would take the next one with them, too.

use std::collections::VecDeque;

/// Workers that may crash before they have answered what they were given.
const TRIES: u32 = 3;

/// What was given to the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploads<F> {
    kept: Option<F>,
    asked: VecDeque<Asked<F>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked<F> {
    files: F,
    /// Taken before, by a worker that is gone.
    again: bool,
    /// How many workers have crashed before they answered.
    tries: u32,
}

impl<F> Default for Uploads<F> {
    fn default() -> Self {
        Self { kept: None, asked: VecDeque::new() }
    }
}

impl<F: Clone> Uploads<F> {
    /// The visitor has chosen these files; they are on their way.
    pub fn give(&mut self, files: F) {
        self.asked.push_back(Asked { files, again: false, tries: 0 });
    }

    /// The worker has taken the first files that it has not answered; whether that is news to the visitor.
    pub fn taken(&mut self) -> bool {
        let Some(asked) = self.asked.pop_front() else { return false };
        self.kept = Some(asked.files);
        !asked.again
    }

    /// The worker has refused the first files that it has not answered. What was taken before stays.
    pub fn refused(&mut self) {
        self.asked.pop_front();
    }

    /// The worker has crashed, perhaps of the files that it has not answered.
    pub fn crashed(&mut self) {
        self.asked.iter_mut().for_each(|asked| asked.tries += 1);
    }

    /// What another worker has to be given, in this order.
    pub fn for_new_worker(&mut self) -> Vec<F> {
        if let Some(files) = self.kept.take() {
            self.asked.push_front(Asked { files, again: true, tries: 0 });
        }
        self.asked.retain(|asked| asked.tries < TRIES);
        self.asked.iter().map(|asked| asked.files.clone()).collect()
    }

    /// Whether the worker has files, or is about to have some.
    #[must_use]
    pub fn any(&self) -> bool {
        self.kept.is_some() || !self.asked.is_empty()
    }

    /// Whether files that are new to the visitor have not been answered.
    #[must_use]
    pub fn reading(&self) -> bool {
        self.asked.iter().any(|asked| !asked.again)
    }
}
