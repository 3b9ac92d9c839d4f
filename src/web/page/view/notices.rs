//! Notices above the charts: errors in the address, the use of another data set than requested, the reason why a run stopped.

use super::{Action, Dispatcher};
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::failure::Remedy;
use crate::web::page::model::phase::Request;
use crate::web::page::model::quotations::quotations;
use crate::web::page::words::incidents;
use web_sys::Element;

/// The severity of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// Information.
    Info,
    /// Something differs from what was requested.
    Warning,
    /// The run cannot continue.
    Failure,
}

/// A button of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Replace the worker.
    Restart,
    /// Accept the license of the data set, and download it.
    License,
    /// Use the built-in digits.
    Digits,
    /// Compute on the CPU.
    Cpu,
    /// Reload the page.
    Reload,
}

/// The notices of the page, at most one per subject.
pub(super) struct Notices {
    element: Element,
}

impl Offer {
    const ALL: [Self; 5] = [Self::Restart, Self::License, Self::Digits, Self::Cpu, Self::Reload];

    fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::License => "license",
            Self::Digits => "digits",
            Self::Cpu => "cpu",
            Self::Reload => "reload",
        }
    }

    fn label(self) -> String {
        match self {
            Self::Restart => incidents::restart(),
            Self::License => incidents::accept_license(),
            Self::Digits => incidents::use_digits(),
            Self::Cpu => incidents::use_cpu(),
            Self::Reload => incidents::reload(),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Restart => Action::Requested(Request::Restart),
            Self::License => Action::AcceptLicense,
            Self::Digits => Action::UseDigits,
            Self::Cpu => Action::UseCpu,
            Self::Reload => Action::Reload,
        }
    }

    /// The buttons offered after a failure.
    #[must_use]
    pub(super) fn against(remedy: Remedy) -> &'static [Self] {
        match remedy {
            Remedy::Change | Remedy::Restart => &[Self::Restart],
            Remedy::License => &[Self::License],
            Remedy::OtherData => &[Self::Digits, Self::Restart],
            Remedy::OtherDevice => &[Self::Cpu, Self::Restart],
            Remedy::Reload => &[Self::Reload],
        }
    }
}

impl Notices {
    /// Binds the notices of the page.
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

    /// Shows a notice about a subject, replacing an earlier one about the same subject.
    pub(super) fn show(&self, subject: &str, severity: Severity, text: &str, offers: &[Offer]) -> WebResult<()> {
        self.remove(subject);
        let class = match severity {
            Severity::Info => "notice",
            Severity::Warning => "notice warning",
            Severity::Failure => "notice failure",
        };
        let notice = dom::create("div", class, "")?;
        notice.set_attribute("data-subject", subject)?;
        let sentence = dom::create("p", "", "")?;
        dom::set_pieces(&sentence, &quotations(text))?;
        dom::append(&notice, &sentence)?;
        for offer in offers {
            let button = dom::create("button", "", &offer.label())?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-offer", offer.name())?;
            dom::append(&notice, &button)?;
        }
        if severity != Severity::Failure {
            let button = dom::create("button", "remove", "×")?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-dismiss", "")?;
            button.set_attribute("aria-label", &incidents::dismiss())?;
            dom::append(&notice, &button)?;
        }
        dom::append(&self.element, &notice)?;
        Ok(())
    }

    /// Removes the notice about a subject, if there is one.
    pub(super) fn remove(&self, subject: &str) {
        let children = self.element.children();
        let all = (0..children.length()).filter_map(|index| children.item(index));
        let about = |notice: &Element| notice.get_attribute("data-subject").as_deref() == Some(subject);
        // Collected first, since the list of children changes while notices are removed.
        for notice in all.filter(about).collect::<Vec<_>>() {
            notice.remove();
        }
    }
}
