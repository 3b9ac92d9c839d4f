//! Questions of the page to all runs: every share answers for its own, and the page gets one answer.

use super::order::Order;
use super::{Crew, Helper};
use crate::protocol::{Event, NetworkAnswer};
use crate::train::Training;
use crate::web::worker::question::{AskedQuestion, joined};
use crate::web::worker::scope::post;
use crate::web::worker::{RunFailure, device_failure};

/// A question of the page to which not all shares have answered.
pub(super) struct OpenQuestion {
    asked: AskedQuestion,
    at: Option<u64>,
    /// The answers of the shares.
    answers: Vec<Option<NetworkAnswer>>,
}

impl Crew {
    /// Asks a helper the open questions that it has not answered.
    pub(super) fn ask_again(&self, share: usize) {
        let Some(Helper { link, .. }) = self.helper(share) else { return };
        for question in self.questions.iter().filter(|question| question.answers[share].is_none()) {
            link.send(&Order::Answer { asked: question.asked.clone(), at: question.at });
        }
    }

    /// Asks every run a question.
    ///
    /// # Errors
    /// A failure of the device.
    pub(in crate::web::worker) async fn ask(
        &mut self,
        training: &Training,
        asked: AskedQuestion,
        at: Option<u64>,
    ) -> Result<(), RunFailure> {
        let attended = self.inspected_here().map(|inspected| inspected.run);
        let own = asked.answer(training, self.own_share(), at, attended).await.map_err(device_failure)?;
        for helper in self.helpers.iter().filter(|helper| helper.goal.is_none()) {
            helper.link.send(&Order::Answer { asked: asked.clone(), at });
        }
        let answers = vec![None; self.size_of_crew()];
        self.questions.push_back(OpenQuestion { asked, at, answers });
        self.answer(0, own);
        Ok(())
    }

    /// A share answers the first question to which it has not answered.
    pub(super) fn answer(&mut self, share: usize, answer: NetworkAnswer) {
        let open = self
            .questions
            .iter_mut()
            .find_map(|question| question.answers.get_mut(share).filter(|answer| answer.is_none()));
        if let Some(place) = open {
            *place = Some(answer);
        }
        while self.questions.front().is_some_and(|question| question.answers.iter().all(Option::is_some)) {
            let Some(OpenQuestion { answers, .. }) = self.questions.pop_front() else { return };
            if let Some(answer) = joined(answers.into_iter().flatten().collect()) {
                post(&Event::Answered { answer });
            }
        }
    }
}
