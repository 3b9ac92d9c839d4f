//! The page inside another page: answers to its commands, and giving way to other embeds.

use super::Page;
use crate::experiment::parse_query;
use crate::export::Results;
use crate::web::error::WebResult;
use crate::web::page::messages::{Ask, Post, Question};
use crate::web::page::notices::Weight;
use crate::web::page::state::Request;
use crate::web::page::wording;

/// Subject of the notice that another embed was started.
pub(super) const OTHER: &str = "other";

impl Page {
    /// Only embeds give way: two tabs that were opened on purpose may well run side by side.
    pub(super) fn yield_to_other(&mut self) -> WebResult<()> {
        if !self.view.embed || !self.session.allows(Request::Pause, false) {
            return Ok(());
        }
        self.notices.show(OTHER, Weight::Info, "Paused, because another lab was started in this browser.", &[])?;
        self.request(Request::Pause)
    }

    pub(super) fn answer(&mut self, question: &Question) -> WebResult<()> {
        let outcome = match &question.ask {
            Ask::Request(Request::Run, Some(query)) if self.session.allows(Request::Run, true) => {
                match self.adopt(query)? {
                    None if self.lacks_files() => Some(wording::NO_FILES.to_owned()),
                    None => {
                        self.request(Request::Run)?;
                        None
                    }
                    refused => refused,
                }
            }
            Ask::Request(request, _) => self.obey(*request, &question.name)?,
            Ask::Config(Some(query)) => self.adopt(query)?,
            Ask::Results if self.history.step == 0 => Some("There are no results yet.".to_owned()),
            Ask::Config(None) | Ask::Results => None,
            Ask::Refused(reason) => Some(reason.clone()),
        };
        let results = matches!(question.ask, Ask::Results) && outcome.is_none();
        let results = results.then(|| Box::new(Results::from(&self.history)));
        let base = question.answer();
        let situation = self.situation_post(&question.name);
        self.parent.post(&Post { id: base.id, results, error: outcome, ..situation })
    }

    /// Puts the experiment of the page around this one into the form; the reason when it cannot be used.
    fn adopt(&mut self, query: &str) -> WebResult<Option<String>> {
        let parsed = parse_query(query);
        if !parsed.unknown.is_empty() {
            self.notices.show("unknown", Weight::Info, &wording::unknown_keys(&parsed.unknown), &[])?;
        }
        match parsed.strict() {
            Ok((experiment, _)) => self.configure(experiment).map(|()| None),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    /// Carries out a request of the page around this one; the reason when it makes no sense now.
    fn obey(&mut self, request: Request, name: &str) -> WebResult<Option<String>> {
        if !self.session.allows(request, self.is_changed()) {
            let state = self.session.phase().name();
            return Ok(Some(format!("{name} makes no sense while the state is {state}.")));
        }
        if self.starts(request) && !self.form.is_valid() {
            return Ok(Some("The form holds a value that cannot be used.".to_owned()));
        }
        if self.starts(request) && self.lacks_files() {
            return Ok(Some(wording::NO_FILES.to_owned()));
        }
        self.request(request)?;
        Ok(None)
    }

    pub(super) fn situation_post(&self, name: &str) -> Post {
        Post {
            state: Some(self.session.phase().name()),
            step: Some(self.history.step),
            steps: Some(self.history.setup.steps),
            query: Some(self.form.experiment().to_query()),
            error: self.session.failure().map(|failure| failure.message.clone()),
            ..Post::named(name)
        }
    }
}
