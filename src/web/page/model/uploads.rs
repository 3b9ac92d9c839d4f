//! Keeps track of which of the visitor's own files the worker has. A worker answers in the order in which it receives files, and
//! a new worker has none. `F` are the files chosen at one time; their content is not used here.
//!
//! Files that have crashed several workers in a row are dropped, since they would crash the next one, too.

use std::collections::VecDeque;

/// Number of workers that may crash before answering.
const TRIES: u32 = 3;

/// The files sent to the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploads<F> {
    kept: Option<F>,
    asked: VecDeque<Asked<F>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked<F> {
    files: F,
    /// Whether they were accepted before, by a worker that no longer exists.
    again: bool,
    /// Number of workers that have crashed before answering.
    tries: u32,
}

impl<F> Default for Uploads<F> {
    fn default() -> Self {
        Self { kept: None, asked: VecDeque::new() }
    }
}

impl<F: Clone> Uploads<F> {
    /// Records that the visitor has chosen these files, which are sent to the worker.
    pub fn give(&mut self, files: F) {
        self.asked.push_back(Asked { files, again: false, tries: 0 });
    }

    /// Records that the worker has accepted the first files not yet answered; returns whether the visitor should be told.
    pub fn taken(&mut self) -> bool {
        let Some(asked) = self.asked.pop_front() else { return false };
        self.kept = Some(asked.files);
        !asked.again
    }

    /// Records that the worker has refused the first files not yet answered. Files accepted before remain in use.
    pub fn refused(&mut self) {
        self.asked.pop_front();
    }

    /// Records that the worker has crashed, possibly because of files not yet answered.
    pub fn crashed(&mut self) {
        self.asked.iter_mut().for_each(|asked| asked.tries += 1);
    }

    /// The files that must be sent to a new worker, in this order.
    pub fn for_new_worker(&mut self) -> Vec<F> {
        if let Some(files) = self.kept.take() {
            self.asked.push_front(Asked { files, again: true, tries: 0 });
        }
        self.asked.retain(|asked| asked.tries < TRIES);
        self.asked.iter().map(|asked| asked.files.clone()).collect()
    }

    /// The files that the visitor has chosen last, unless the worker has refused them.
    #[must_use]
    pub fn latest(&self) -> Option<&F> {
        self.asked.back().map(|asked| &asked.files).or(self.kept.as_ref())
    }

    /// The files that the worker has accepted last.
    #[must_use]
    pub fn accepted(&self) -> Option<&F> {
        self.kept.as_ref()
    }

    /// Whether the worker has accepted files or been sent some.
    #[must_use]
    pub fn any(&self) -> bool {
        self.kept.is_some() || !self.asked.is_empty()
    }

    /// Whether the worker is still reading files that the visitor has just chosen.
    #[must_use]
    pub fn reading(&self) -> bool {
        self.asked.iter().any(|asked| !asked.again)
    }
}
