//! The messages of the host that wait to be carried out: a host may send thousands at once, of which only the last one matters.

use super::messages::{HostRequest, Question};
use std::collections::VecDeque;

/// Most messages that wait.
pub const MOST_WAITING: usize = 100;

/// Questions that wait, each with the ids of all messages that its answer answers.
#[derive(Debug, Clone, PartialEq)]
pub struct HostQueue<I> {
    waiting: VecDeque<(Question, Vec<I>)>,
}

impl<I> Default for HostQueue<I> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<I> HostQueue<I> {
    /// Adds a question. A setting replaces the one just before it, and a question that was just asked is answered once; the messages of
    /// both get the same answer. Commands are all carried out, in order.
    ///
    /// # Errors
    /// The question, if too many wait.
    pub fn push(&mut self, question: Question, id: I) -> Result<(), (Question, I)> {
        let is_full = self.waiting.len() >= MOST_WAITING;
        match self.waiting.back_mut() {
            Some((last, ids)) if question.replaces(last) => {
                *last = question;
                ids.push(id);
            }
            _ if is_full => return Err((question, id)),
            _ => self.waiting.push_back((question, vec![id])),
        }
        Ok(())
    }

    /// All questions that wait, in order.
    pub fn take(&mut self) -> VecDeque<(Question, Vec<I>)> {
        std::mem::take(&mut self.waiting)
    }
}

impl Question {
    /// Whether nothing is lost if this question is answered in place of the one before it.
    fn replaces(&self, before: &Self) -> bool {
        let is_setting = match (&before.request, &self.request) {
            (HostRequest::Config(Some(_)), HostRequest::Config(Some(_)))
            | (HostRequest::Theme(_), HostRequest::Theme(_)) => true,
            (HostRequest::Request(..), _) => false,
            (one, other) => one == other,
        };
        is_setting && before.name == self.name
    }
}
