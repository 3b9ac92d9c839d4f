//! The page inside another page: answers to the host's commands, and pausing for other embeds.

use super::Page;
use crate::experiment::{Theme, parse_query};
use crate::export::Results;
use crate::web::error::WebResult;
use crate::web::page::model::host_queue::MOST_WAITING;
use crate::web::page::model::messages::{HostRequest, Post, Question};
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::model::start_claim::StartClaim;
use crate::web::page::view::appearance;
use crate::web::page::view::notices::Severity;
use crate::web::page::words;
use crate::web::page::words::incidents;
use wasm_bindgen::JsValue;

/// Subject of the notice that another embed has started.
pub(super) const OTHER: &str = "other";

impl Page {
    /// Pauses for another embed that was started later. Only embeds do so: two tabs opened on purpose may run side by side.
    pub(super) fn yield_to_other(&mut self, other: StartClaim) -> WebResult<()> {
        if !self.view.embed || !self.parent.yields_to(other) {
            return Ok(());
        }
        // The last one that was started computes, even if this one comes into sight.
        self.sight.decided();
        if !self.lifecycle.allows(Request::Pause, false) {
            return Ok(());
        }
        self.notices.show(OTHER, Severity::Info, &incidents::paused_for_other(), &[])?;
        self.request(Request::Pause)
    }

    /// Pauses an embed that has left the screen, and goes on when it is back.
    pub(super) fn be_seen(&mut self, seen: bool) -> WebResult<()> {
        if !self.view.embed {
            return Ok(());
        }
        if seen {
            self.sight.came();
            return self.go_on_in_sight();
        }
        if self.sight.left(self.lifecycle.allows(Request::Pause, false)) {
            self.request(Request::Pause)
        } else {
            Ok(())
        }
    }

    /// Goes on with what was paused only because it could not be seen.
    fn go_on_in_sight(&mut self) -> WebResult<()> {
        if self.sight.goes_on(self.lifecycle.allows(Request::Resume, false)) {
            self.request(Request::Resume)?;
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, question: &Question, ids: Vec<JsValue>) -> WebResult<()> {
        if matches!(question.request, HostRequest::Results) && self.shown.history.step == 0 && self.fetching.is_some() {
            return match self.questions.push(question.clone(), ids) {
                Ok(()) => Ok(()),
                Err((question, ids)) => {
                    let reason = incidents::too_many_messages(MOST_WAITING);
                    self.parent.answer(&Post::refusal(&question.name, reason), ids)
                }
            };
        }
        let outcome = match &question.request {
            HostRequest::Request(Request::Run, Some(query)) if self.lifecycle.allows(Request::Run, true) => {
                match self.adopt(query)? {
                    None if self.lacks_files() => Some(words::files::no_files()),
                    None => {
                        self.request(Request::Run)?;
                        None
                    }
                    refused => refused,
                }
            }
            HostRequest::Request(request, _) => self.obey(*request, &question.name)?,
            HostRequest::Config(Some(query)) => self.adopt(query)?,
            HostRequest::Results if self.shown.history.step == 0 => Some(incidents::no_results()),
            HostRequest::Config(None) | HostRequest::Results => None,
            HostRequest::Theme(theme) => self.adopt_theme(*theme)?,
            HostRequest::Refused(reason) => Some(reason.clone()),
        };
        let results = matches!(question.request, HostRequest::Results) && outcome.is_none();
        let results = if results { Results::of(&self.shown.history).map(Box::new) } else { None };
        let situation = self.situation_post(&question.name);
        // The host hears of the experiment that it has set, even if another one is still shown.
        let query = match question.request {
            HostRequest::Request(Request::Run, _) | HostRequest::Config(_) => Some(self.form.experiment().to_query()),
            _ => situation.query.clone(),
        };
        self.parent.answer(&Post { results, error: outcome, query, ..situation }, ids)
    }

    /// Puts the host's experiment into the form; returns the reason if it is invalid.
    fn adopt(&mut self, query: &str) -> WebResult<Option<String>> {
        let parsed = parse_query(query);
        if !parsed.unknown.is_empty() {
            self.notices.show("unknown", Severity::Info, &words::unknown_keys(&parsed.unknown), &[])?;
        }
        match parsed.strict() {
            Ok((experiment, _)) => {
                self.configure(experiment)?;
                self.replace_poster()?;
                Ok(None)
            }
            Err(error) => Ok(Some(words::error_text(&error))),
        }
    }

    /// A frame that is the figure alone has no place to say that what it shows is not what it would run, so it shows that.
    fn replace_poster(&mut self) -> WebResult<()> {
        let idle = matches!(self.lifecycle.phase(), Phase::Ready | Phase::Finished | Phase::Failed);
        let up_to_date = self.shown.is_result() && !self.is_edited();
        if !idle || up_to_date || !appearance::is_figure()? {
            return Ok(());
        }
        self.show_unrun();
        self.draw()
    }

    /// Takes over the host's colors; returns the reason if the address has fixed them.
    fn adopt_theme(&mut self, theme: Theme) -> WebResult<Option<String>> {
        if self.view.theme != Theme::FromParent {
            return Ok(Some(incidents::theme_fixed()));
        }
        self.host_theme = theme;
        appearance::apply(&self.view, self.host_theme)?;
        self.draw().map(|()| None)
    }

    /// Carries out a request of the host; returns the reason if it is not possible now.
    fn obey(&mut self, request: Request, name: &str) -> WebResult<Option<String>> {
        self.sight.decided();
        if !self.lifecycle.allows(request, self.is_edited()) {
            let state = self.lifecycle.phase().name();
            return Ok(Some(incidents::impossible_command(name, state)));
        }
        if self.starts(request) && !self.form.is_valid() {
            return Ok(Some(incidents::invalid_field()));
        }
        if self.starts(request) && self.lacks_files() {
            return Ok(Some(words::files::no_files()));
        }
        self.request(request)?;
        Ok(None)
    }

    /// The experiment that is shown or, before the first one, that of the form.
    fn shared_query(&self) -> String {
        if self.shown.is_result() { self.shown.experiment.to_query() } else { self.form.experiment().to_query() }
    }

    pub(super) fn situation_post(&self, name: &str) -> Post {
        Post {
            state: Some(self.lifecycle.phase().name()),
            step: Some(self.shown.history.step),
            steps: Some(self.shown.history.setup.experiment.steps),
            query: Some(self.shared_query()),
            error: self.lifecycle.failure().map(|failure| failure.message.clone()),
            ..Post::named(name)
        }
    }
}
