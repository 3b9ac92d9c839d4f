//! The toolbar: buttons, progress, and the device in use.

use super::{Action, Dispatcher};
use crate::metrics::{Environment, History};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::lifecycle::Lifecycle;
use crate::web::page::model::phase::{Phase, Request};
use crate::web::page::words::{invalid_setup, pace_text, play_label, status, step_text};
use web_sys::{Element, HtmlElement};

/// The requests of the buttons; the id of each button is the name of its request.
const BUTTONS: [Request; 5] = [Request::Run, Request::Pause, Request::Resume, Request::Step, Request::Reset];

/// The state that the toolbar shows.
pub(super) struct Situation<'page> {
    /// The state machine of the page.
    pub(super) lifecycle: &'page Lifecycle,
    /// The measurements so far.
    pub(super) history: &'page History,
    /// Whether the experiment in the form is not the one that is shown.
    pub(super) edited: bool,
    /// The label of the first invalid field of the form, if any.
    pub(super) refused: Option<String>,
    /// Whether the page is a frame of another page.
    pub(super) embedded: bool,
    /// Whether an experiment was started, and the form is the one that is shown.
    pub(super) again: bool,
    /// What is being loaded or prepared, and the fraction done, if known.
    pub(super) loading: Option<&'page (String, Option<f64>)>,
}

/// The toolbar of the page.
pub(super) struct Toolbar {
    buttons: Vec<(HtmlElement, Request)>,
    /// The button on the figure of a frame.
    play: HtmlElement,
    status: Element,
    /// The button that leads to an invalid field.
    refused: HtmlElement,
    steps: Element,
    pace: Element,
    bar: Element,
    backend: HtmlElement,
    reason: Element,
}

impl Toolbar {
    /// Binds the toolbar.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let requested = dispatcher.clone();
        dom::on(&dom::element::<Element>("figure")?, "click", move |event| {
            if let Some(request) = dom::marked(&event, "request").as_deref().and_then(Request::named) {
                requested.dispatch(Action::Requested(request));
            }
        })?;
        let buttons = BUTTONS.into_iter().map(|request| Ok((dom::element(request.name())?, request)));
        Ok(Self {
            buttons: buttons.collect::<WebResult<_>>()?,
            play: dom::element("play")?,
            status: claimed_status()?,
            refused: dom::element("refused")?,
            steps: dom::element("steps")?,
            pace: dom::element("pace")?,
            bar: dom::element("bar")?,
            backend: dom::element("backend")?,
            reason: dom::element("reason")?,
        })
    }

    /// Shows the current state.
    pub(super) fn show(&self, now: &Situation<'_>) -> WebResult<()> {
        let phase = now.lifecycle.phase();
        self.show_buttons(now)?;
        self.show_play(now)?;
        let refused = now.refused.as_ref().filter(|_| !now.lifecycle.measuring());
        let status = if refused.is_some() { invalid_setup() } else { status(now.lifecycle, now.history, now.again) };
        self.refused.set_hidden(refused.is_none());
        dom::set_text(&self.refused, refused.map_or("", String::as_str));
        dom::set_text(&self.status, &status);
        self.show_progress(now)?;
        dom::set_text(&self.pace, &pace_text(now.history, phase));
        Ok(())
    }

    /// Shows the device in use and, after a fallback to the CPU, the reason.
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
            enable(button, now.lifecycle.allows(*request, now.edited))?;
            let hide = matches!(request, Request::Pause if paused) || matches!(request, Request::Resume if !paused);
            orphaned |= hide && focused.as_ref().is_some_and(|focused| focused.is_same_node(Some(button)));
            button.set_hidden(hide);
        }
        // Pause and Resume replace each other, and keep the focus.
        let successor =
            self.buttons.iter().find(|(_, request)| *request == if paused { Request::Resume } else { Request::Pause });
        match successor.filter(|_| orphaned) {
            Some((button, _)) => Ok(button.focus()?),
            None => Ok(()),
        }
    }

    /// The only button of a frame: it starts, pauses and resumes.
    fn show_play(&self, now: &Situation<'_>) -> WebResult<()> {
        let phase = now.lifecycle.phase();
        self.play.set_hidden(!now.embedded);
        let label = play_label(phase);
        dom::set_text(&self.play, &label);
        dom::set_attribute(&self.play, "aria-label", &label)?;
        dom::set_attribute(&self.play, "data-request", phase.main_request().name())
    }

    fn show_progress(&self, now: &Situation<'_>) -> WebResult<()> {
        let is_preparing = now.lifecycle.phase() == Phase::Preparing || now.lifecycle.tuning();
        let (text, share) = match now.loading {
            Some((text, share)) if is_preparing => (text.clone(), *share),
            None if is_preparing => ("\u{a0}".to_owned(), None),
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

/// Shows whether a button is available. Not with `disabled`, which would remove the focus from a button just pressed.
fn enable(button: &Element, enabled: bool) -> WebResult<()> {
    dom::set_attribute(button, "aria-disabled", if enabled { "false" } else { "true" })
}

/// The status line, which www/early.js does not change from now on.
fn claimed_status() -> WebResult<Element> {
    let status: Element = dom::element("status")?;
    status.remove_attribute("data-early")?;
    Ok(status)
}
