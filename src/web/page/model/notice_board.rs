//! Which notices are shown: few at a time, and how many more there are.

use std::borrow::Cow;
use std::collections::VecDeque;

/// Most notices at a time.
pub const MOST_NOTICES: usize = 10;
/// Most letters of a notice.
pub const MOST_LETTERS: usize = 200;
/// Most letters of the notice of a failure, which has to say what can be done.
pub const MOST_FAILURE_LETTERS: usize = 600;

/// The severity of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Information.
    Info,
    /// Something differs from what was requested.
    Warning,
    /// The run cannot continue.
    Failure,
}

impl Severity {
    /// Most letters of its notices.
    #[must_use]
    pub fn most_letters(self) -> usize {
        if self == Self::Failure { MOST_FAILURE_LETTERS } else { MOST_LETTERS }
    }
}

/// The subjects of the notices that are shown, at most [`MOST_NOTICES`], the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeBoard {
    shown: VecDeque<(String, Severity)>,
    more: usize,
}

impl NoticeBoard {
    /// A notice about a subject, in place of an earlier one about the same. Returns the subject of the one that it displaces, if there are
    /// too many: the oldest of the least severe.
    pub fn show(&mut self, subject: &str, severity: Severity) -> Option<String> {
        self.shown.retain(|(shown, _)| shown != subject);
        let least = self.shown.iter().map(|(_, severity)| *severity).min();
        let displaced = (self.shown.len() >= MOST_NOTICES).then_some(()).and(least);
        let place = displaced.and_then(|least| self.shown.iter().position(|(_, severity)| *severity == least));
        self.shown.push_back((subject.to_owned(), severity));
        let (subject, _) = self.shown.remove(place?)?;
        self.more += 1;
        Some(subject)
    }

    /// Counts notices that are not shown.
    pub fn add_more(&mut self, count: usize) {
        self.more += count;
    }

    /// Number of notices that are not shown.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }

    /// Forgets the notices that are not shown.
    pub fn forget_more(&mut self) {
        self.more = 0;
    }

    /// Removes the notice about a subject; returns whether there was one. What was not shown is forgotten with the last one.
    pub fn remove(&mut self, subject: &str) -> bool {
        let before = self.shown.len();
        self.shown.retain(|(shown, _)| shown != subject);
        if self.shown.is_empty() {
            self.more = 0;
        }
        self.shown.len() < before
    }
}

/// The text, cut to a maximum number of letters with an ellipsis at the end. No more of a long text is read.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.char_indices().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(most.saturating_sub(1)).map_or(0, |(end, _)| end);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default()))
}
