//! Notices above the charts: what was wrong with the address, which data is used instead, why it cannot go on.

use super::lifecycle::Remedy;
use super::{Action, Dispatcher, lifecycle::Request};
use crate::web::dom;
use crate::web::error::WebResult;
use web_sys::Element;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// Good to know.
    Info,
    /// Something is not as it was asked for.
    Warning,
    /// It cannot go on.
    Failure,
}

/// A button of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Replace the worker.
    Restart,
    /// Use the embedded digits.
    Digits,
    /// Compute on the CPU.
    Cpu,
    /// Load the page anew.
    Reload,
}

/// The notices of the document, one per subject.
pub(super) struct Notices {
    element: Element,
}

impl Offer {
    const ALL: [Self; 4] = [Self::Restart, Self::Digits, Self::Cpu, Self::Reload];

    fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Digits => "digits",
            Self::Cpu => "cpu",
            Self::Reload => "reload",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Restart => "Restart",
            Self::Digits => "Use digits instead",
            Self::Cpu => "Compute on the CPU",
            Self::Reload => "Reload the page",
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Restart => Action::Requested(Request::Restart),
            Self::Digits => Action::UseDigits,
            Self::Cpu => Action::UseCpu,
            Self::Reload => Action::Reload,
        }
    }

    /// What can be offered against a failure.
    #[must_use]
    pub(super) fn against(remedy: Remedy) -> &'static [Self] {
        match remedy {
            Remedy::Change | Remedy::Restart => &[Self::Restart],
            Remedy::OtherData => &[Self::Digits, Self::Restart],
            Remedy::OtherDevice => &[Self::Cpu, Self::Restart],
            Remedy::Reload => &[Self::Reload],
        }
    }
}

impl Notices {
    /// Binds the notices of the document.
    pub(super) fn bind(dispatcher: &Dispatcher) -> WebResult<Self> {
        let element: Element = dom::element("notices")?;
        let pressed = dispatcher.clone();
        dom::on(&element, "click", move |event| {
            if let Some(name) = dom::marked(&event, "offer") {
                if let Some(offer) = Offer::ALL.into_iter().find(|offer| offer.name() == name) {
                    pressed.dispatch(offer.action());
                }
            } else if dom::marked(&event, "dismiss").is_some()
                && let Some(subject) = dom::marked(&event, "subject")
            {
                pressed.dispatch(Action::Dismiss(subject));
            }
        })?;
        Ok(Self { element })
    }

    /// Shows a notice about a subject, in place of an earlier one about it.
    pub(super) fn show(&self, subject: &str, severity: Severity, text: &str, offers: &[Offer]) -> WebResult<()> {
        self.remove(subject);
        let class = match severity {
            Severity::Info => "notice",
            Severity::Warning => "notice warning",
            Severity::Failure => "notice failure",
        };
        let notice = dom::create("div", class, "")?;
        notice.set_attribute("data-subject", subject)?;
        dom::append(&notice, &dom::create("p", "", text)?)?;
        for offer in offers {
            let button = dom::create("button", "", offer.label())?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-offer", offer.name())?;
            dom::append(&notice, &button)?;
        }
        if severity != Severity::Failure {
            let button = dom::create("button", "remove", "×")?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-dismiss", "")?;
            button.set_attribute("aria-label", "Dismiss this notice")?;
            dom::append(&notice, &button)?;
        }
        dom::append(&self.element, &notice)?;
        Ok(())
    }

    /// Takes away the notice about a subject, if there is one.
    pub(super) fn remove(&self, subject: &str) {
        let children = self.element.children();
        let all = (0..children.length()).filter_map(|index| children.item(index));
        let about = |notice: &Element| notice.get_attribute("data-subject").as_deref() == Some(subject);
        // Collected first: the list of children is a live one.
        for notice in all.filter(about).collect::<Vec<_>>() {
            notice.remove();
        }
    }
}
