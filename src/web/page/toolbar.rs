//! The bar at the top: the buttons, the progress, where it computes.

use super::lifecycle::{Lifecycle, Phase, Request};
use super::words::{facts, pace_text, status, step_text};
use super::{Action, Dispatcher};
use crate::metrics::{Environment, History};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::{Element, HtmlElement};

/// The buttons with what they ask for.
const BUTTONS: [(&str, Request); 5] = [
    ("run", Request::Run),
    ("pause", Request::Pause),
    ("resume", Request::Resume),
    ("step", Request::Step),
    ("reset", Request::Reset),
];

/// What the bar shows.
pub(super) struct Situation<'page> {
    /// What the page is doing.
    pub(super) lifecycle: &'page Lifecycle,
    /// What has been measured.
    pub(super) history: &'page History,
    /// The form holds another experiment than the one shown.
    pub(super) changed: bool,
    /// There was a run already, of the experiment that the form holds.
    pub(super) again: bool,
    /// What is being loaded, and the part of it that is there.
    pub(super) loading: Option<&'page (String, Option<f64>)>,
}

/// The bar of the document.
pub(super) struct Toolbar {
    buttons: Vec<(HtmlElement, Request)>,
    status: Element,
    steps: Element,
    pace: Element,
    bar: Element,
    backend: HtmlElement,
    reason: Element,
    facts: Element,
    changed: HtmlElement,
}

impl Toolbar {
    /// Binds the bar.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let requested = dispatcher.clone();
        dom::on(&dom::element::<Element>("buttons")?, "click", move |event| {
            if let Some(request) = dom::marked(&event, "request").as_deref().and_then(Request::named) {
                requested.dispatch(Action::Requested(request));
            }
        })?;
        let buttons = BUTTONS.into_iter().map(|(id, request)| Ok((dom::element(id)?, request)));
        Ok(Self {
            buttons: buttons.collect::<WebResult<_>>()?,
            status: claimed_status()?,
            steps: dom::element("steps")?,
            pace: dom::element("pace")?,
            bar: dom::element("bar")?,
            backend: dom::element("backend")?,
            reason: dom::element("reason")?,
            facts: dom::element("facts")?,
            changed: dom::element("changed")?,
        })
    }

    /// Shows the situation.
    pub(super) fn show(&self, now: &Situation<'_>) -> WebResult<()> {
        let phase = now.lifecycle.phase();
        self.show_buttons(now)?;
        dom::set_text(&self.status, &status(now.lifecycle, now.history, now.again));
        self.show_progress(now)?;
        dom::set_text(&self.pace, &pace_text(now.history, phase));
        dom::set_text(&self.facts, &facts(&now.history.setup).unwrap_or("\u{a0}".to_owned()));
        let shown = !matches!(phase, Phase::Loading | Phase::Ready | Phase::Failed);
        self.changed.set_hidden(!(now.changed && shown));
        Ok(())
    }

    /// Shows where it computes, and why not on the GPU.
    pub(super) fn show_backend(&self, environment: &Environment, fallback: Option<&str>) -> WebResult<()> {
        let name = if environment.backend == "webgpu" { "WebGPU" } else { "CPU" };
        dom::set_text(&self.backend, name);
        self.backend.set_hidden(false);
        dom::set_attribute(&self.backend, "title", &environment.adapter)?;
        dom::set_text(&self.reason, fallback.unwrap_or_default());
        Ok(dom::root()?.dataset().set("backend", &environment.backend)?)
    }

    fn show_buttons(&self, now: &Situation<'_>) -> WebResult<()> {
        let paused = now.lifecycle.phase() == Phase::Paused;
        let focused = dom::document()?.active_element();
        let mut orphaned = false;
        for (button, request) in &self.buttons {
            // Not `disabled`, which would take the focus away from whoever has just pressed it.
            let disabled = !now.lifecycle.allows(*request, now.changed);
            dom::set_attribute(button, "aria-disabled", if disabled { "true" } else { "false" })?;
            let hide = matches!(request, Request::Pause if paused) || matches!(request, Request::Resume if !paused);
            orphaned |= hide && focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(button)));
            button.set_hidden(hide);
        }
        // Pause and Resume take turns in one place: so does the focus.
        let successor =
            self.buttons.iter().find(|(_, request)| *request == if paused { Request::Resume } else { Request::Pause });
        match successor.filter(|_| orphaned) {
            Some((button, _)) => Ok(button.focus()?),
            None => Ok(()),
        }
    }

    fn show_progress(&self, now: &Situation<'_>) -> WebResult<()> {
        let (text, share) = match (now.lifecycle.phase(), now.loading) {
            (Phase::Preparing, Some((text, share))) => (text.clone(), *share),
            (Phase::Preparing, None) => ("\u{a0}".to_owned(), None),
            _ => {
                let share = now.history.step as f64 / now.history.setup.experiment.steps.max(1) as f64;
                (step_text(now.history), Some(share))
            }
        };
        dom::set_text(&self.steps, &text);
        match share {
            Some(share) => dom::set_attribute(&self.bar, "value", &format!("{share:.4}")),
            None => Ok(self.bar.remove_attribute("value")?),
        }
    }
}

/// The status line; www/early.js leaves it alone from here on.
fn claimed_status() -> WebResult<Element> {
    let status: Element = dom::element("status")?;
    status.remove_attribute("data-early")?;
    Ok(status)
}
