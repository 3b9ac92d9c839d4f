//! The page inside another page: answers to the host's commands, and pausing for other embeds.

use super::Page;
use crate::experiment::parse_query;
use crate::export::Results;
use crate::web::error::WebResult;
use crate::web::page::lifecycle::Request;
use crate::web::page::messages::{HostRequest, Post, Question};
use crate::web::page::notices::Severity;
use crate::web::page::words;
use crate::web::page::words::incidents;

/// Subject of the notice that another embed has started.
pub(super) const OTHER: &str = "other";

impl Page {
    /// Pauses for another embed. Only embeds do so: two tabs opened on purpose may run side by side.
    pub(super) fn yield_to_other(&mut self) -> WebResult<()> {
        if !self.view.embed || !self.lifecycle.allows(Request::Pause, false) {
            return Ok(());
        }
        self.notices.show(OTHER, Severity::Info, incidents::PAUSED_FOR_OTHER, &[])?;
        self.request(Request::Pause)
    }

    pub(super) fn answer(&mut self, question: &Question) -> WebResult<()> {
        let outcome = match &question.request {
            HostRequest::Request(Request::Run, Some(query)) if self.lifecycle.allows(Request::Run, true) => {
                match self.adopt(query)? {
                    None if self.lacks_files() => Some(words::NO_FILES.to_owned()),
                    None => {
                        self.request(Request::Run)?;
                        None
                    }
                    refused => refused,
                }
            }
            HostRequest::Request(request, _) => self.obey(*request, &question.name)?,
            HostRequest::Config(Some(query)) => self.adopt(query)?,
            HostRequest::Results if self.history.step == 0 => Some(incidents::NO_RESULTS.to_owned()),
            HostRequest::Config(None) | HostRequest::Results => None,
            HostRequest::Refused(reason) => Some(reason.clone()),
        };
        let results = matches!(question.request, HostRequest::Results) && outcome.is_none();
        let results = if results { Results::of(&self.history).map(Box::new) } else { None };
        let base = question.answer();
        let situation = self.situation_post(&question.name);
        self.parent.post(&Post { id: base.id, results, error: outcome, ..situation })
    }

    /// Puts the host's experiment into the form; returns the reason if it is invalid.
    fn adopt(&mut self, query: &str) -> WebResult<Option<String>> {
        let parsed = parse_query(query);
        if !parsed.unknown.is_empty() {
            self.notices.show("unknown", Severity::Info, &words::unknown_keys(&parsed.unknown), &[])?;
        }
        match parsed.strict() {
            Ok((experiment, _)) => self.configure(experiment).map(|()| None),
            Err(error) => Ok(Some(error.to_string())),
        }
    }

    /// Carries out a request of the host; returns the reason if it is not possible now.
    fn obey(&mut self, request: Request, name: &str) -> WebResult<Option<String>> {
        if !self.lifecycle.allows(request, self.is_changed()) {
            let state = self.lifecycle.phase().name();
            return Ok(Some(incidents::impossible_command(name, state)));
        }
        if self.starts(request) && !self.form.is_valid() {
            return Ok(Some(incidents::INVALID_FIELD.to_owned()));
        }
        if self.starts(request) && self.lacks_files() {
            return Ok(Some(words::NO_FILES.to_owned()));
        }
        self.request(request)?;
        Ok(None)
    }

    pub(super) fn situation_post(&self, name: &str) -> Post {
        Post {
            state: Some(self.lifecycle.phase().name()),
            step: Some(self.history.step),
            steps: Some(self.history.setup.experiment.steps),
            query: Some(self.form.experiment().to_query()),
            error: self.lifecycle.failure().map(|failure| failure.message.clone()),
            ..Post::named(name)
        }
    }
}
