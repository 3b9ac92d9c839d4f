//! Which of the visitor's own files the worker has. A worker answers in the order in which it was given files, and a new worker
//! has none. `F` is the files chosen at one time; nothing here looks into them.
//!
//! Files that have crashed several workers in a row are dropped: they would crash the next one, too.

use std::collections::VecDeque;

/// How many workers may crash before they have answered.
const TRIES: u32 = 3;

/// The files given to the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploads<F> {
    kept: Option<F>,
    asked: VecDeque<Asked<F>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked<F> {
    files: F,
    /// Accepted before, by a worker that is gone.
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

    /// The worker has accepted the first files that it had not answered; returns whether that is news to the visitor.
    pub fn taken(&mut self) -> bool {
        let Some(asked) = self.asked.pop_front() else { return false };
        self.kept = Some(asked.files);
        !asked.again
    }

    /// The worker has refused the first files that it had not answered. Files accepted before remain.
    pub fn refused(&mut self) {
        self.asked.pop_front();
    }

    /// The worker has crashed, possibly because of files that it had not answered.
    pub fn crashed(&mut self) {
        self.asked.iter_mut().for_each(|asked| asked.tries += 1);
    }

    /// The files that a new worker must be given, in this order.
    pub fn for_new_worker(&mut self) -> Vec<F> {
        if let Some(files) = self.kept.take() {
            self.asked.push_front(Asked { files, again: true, tries: 0 });
        }
        self.asked.retain(|asked| asked.tries < TRIES);
        self.asked.iter().map(|asked| asked.files.clone()).collect()
    }

    /// Whether the worker has files, or has been given some.
    #[must_use]
    pub fn any(&self) -> bool {
        self.kept.is_some() || !self.asked.is_empty()
    }

    /// Whether the worker has not answered files that the visitor has just chosen.
    #[must_use]
    pub fn reading(&self) -> bool {
        self.asked.iter().any(|asked| !asked.again)
    }
}
