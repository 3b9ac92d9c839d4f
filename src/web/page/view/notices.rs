//! Notices above the charts: errors in the address, the use of another data set than requested, the reason why a run stopped.

use super::{Action, Dispatcher};
use crate::catalog::DataKind;
use crate::experiment::DatasetName;
use crate::web::dom;
use crate::web::error::WebResult;
use crate::web::page::model::failure::Remedy;
pub(super) use crate::web::page::model::notice_board::Severity;
use crate::web::page::model::notice_board::{MOST_FAILURE_LETTERS, NoticeBoard, shortened};
use crate::web::page::model::phase::Request;
use crate::web::page::model::quotations::quotations;
use crate::web::page::model::relief::Relief;
use crate::web::page::words::grouped;
use crate::web::page::words::incidents;
use std::cell::RefCell;
use web_sys::Element;

/// Subject of the line that says how many notices are not shown.
const MORE: &str = "more";
/// Most letters of the whole text of a notice, which its tooltip shows.
const WHOLE: usize = 2_000;

/// A button of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Replace the worker.
    Restart,
    /// Accept the license of the data set, and download it.
    Accept,
    /// Download the data set from another site.
    Download,
    /// Use a smaller batch.
    HalveBatch,
    /// Use fewer seeds.
    HalveSeeds,
    /// Use the built-in digits.
    Digits,
    /// Compute on the CPU.
    Cpu,
    /// Reload the page.
    Reload,
}

/// The notices of the page, at most one per subject, and few at a time.
pub(super) struct Notices {
    element: Element,
    board: RefCell<NoticeBoard>,
}

impl Offer {
    const ALL: [Self; 8] = [
        Self::Restart,
        Self::Accept,
        Self::Download,
        Self::HalveBatch,
        Self::HalveSeeds,
        Self::Digits,
        Self::Cpu,
        Self::Reload,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Accept => "accept",
            Self::Download => "download",
            Self::HalveBatch => "halve-batch",
            Self::HalveSeeds => "halve-seeds",
            Self::Digits => "digits",
            Self::Cpu => "cpu",
            Self::Reload => "reload",
        }
    }

    fn label(self) -> String {
        match self {
            Self::Restart => incidents::restart(),
            Self::Accept => incidents::accept_and_download(),
            Self::Download => incidents::download(),
            Self::HalveBatch => incidents::halve_batch(),
            Self::HalveSeeds => incidents::halve_seeds(),
            Self::Digits => incidents::use_digits(),
            Self::Cpu => incidents::use_cpu(),
            Self::Reload => incidents::reload(),
        }
    }

    fn action(self) -> Action {
        match self {
            Self::Restart => Action::Requested(Request::Restart),
            Self::Accept | Self::Download => Action::AllowDownload,
            Self::HalveBatch => Action::Relieved(Relief::Batch),
            Self::HalveSeeds => Action::Relieved(Relief::Seeds),
            Self::Digits => Action::UseDigits,
            Self::Cpu => Action::UseCpu,
            Self::Reload => Action::Reload,
        }
    }

    /// The button by which an experiment becomes smaller.
    #[must_use]
    pub(super) fn smaller(relief: Relief) -> Self {
        match relief {
            Relief::Batch => Self::HalveBatch,
            Relief::Seeds => Self::HalveSeeds,
        }
    }

    /// The buttons by which a data set is downloaded from another site, or not: without its images, digits do.
    #[must_use]
    pub(super) fn of_download(dataset: DatasetName) -> &'static [Self] {
        match dataset.row().kind() {
            DataKind::Images => &[Self::Download, Self::Digits],
            DataKind::Pairs => &[Self::Accept],
        }
    }

    /// The buttons offered after a failure, besides those that depend on the experiment.
    #[must_use]
    pub(super) fn against(remedy: Remedy) -> &'static [Self] {
        match remedy {
            Remedy::Change | Remedy::Restart | Remedy::Smaller => &[Self::Restart],
            Remedy::Consent => &[],
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
        Ok(Self { element, board: RefCell::default() })
    }

    /// Shows a notice about a subject, replacing an earlier one about the same subject. A long text is cut.
    pub(super) fn show(&self, subject: &str, severity: Severity, text: &str, offers: &[Offer]) -> WebResult<()> {
        self.remove_element(subject);
        let displaced = self.board.borrow_mut().show(subject, severity);
        if let Some(displaced) = &displaced {
            self.remove_element(displaced);
        }
        let class = match severity {
            Severity::Info => "notice",
            Severity::Warning => "notice warning",
            Severity::Failure => "notice failure",
        };
        let notice = dom::create("div", class, "")?;
        notice.set_attribute("data-subject", subject)?;
        let sentence = dom::create("p", "", "")?;
        // What is to be decided has to be readable.
        let most = if offers.is_empty() { severity.most_letters() } else { MOST_FAILURE_LETTERS };
        let short = shortened(text, most);
        dom::set_pieces(&sentence, &quotations(&short))?;
        if short.len() < text.len() {
            sentence.set_attribute("title", &shortened(text, WHOLE))?;
        }
        dom::append(&notice, &sentence)?;
        for offer in offers {
            let button = dom::create("button", "", &offer.label())?;
            button.set_attribute("type", "button")?;
            button.set_attribute("data-offer", offer.name())?;
            dom::append(&notice, &button)?;
        }
        if severity != Severity::Failure {
            dom::append(&notice, &dismissal()?)?;
        }
        dom::append(&self.element, &notice)?;
        if displaced.is_some() { self.show_more() } else { Ok(()) }
    }

    /// Says that there are so many notices besides those that are shown.
    pub(super) fn add_more(&self, count: usize) -> WebResult<()> {
        self.board.borrow_mut().add_more(count);
        self.show_more()
    }

    /// Removes the notice about a subject, if there is one.
    pub(super) fn remove(&self, subject: &str) {
        if subject == MORE {
            self.board.borrow_mut().forget_more();
            return self.remove_element(MORE);
        }
        if !self.board.borrow_mut().remove(subject) {
            return;
        }
        self.remove_element(subject);
        if self.board.borrow().more() == 0 {
            self.remove_element(MORE);
        }
    }

    /// The number of notices that are not shown, below the others.
    fn show_more(&self) -> WebResult<()> {
        self.remove_element(MORE);
        let more = self.board.borrow().more();
        if more == 0 {
            return Ok(());
        }
        let line = dom::create("div", "notice", "")?;
        line.set_attribute("data-subject", MORE)?;
        dom::append(&line, &dom::create("p", "", &incidents::more_notices(&grouped(more as u64)))?)?;
        dom::append(&line, &dismissal()?)?;
        dom::append(&self.element, &line)
    }

    fn remove_element(&self, subject: &str) {
        let children = self.element.children();
        let all = (0..children.length()).filter_map(|index| children.item(index));
        let about = |notice: &Element| notice.get_attribute("data-subject").as_deref() == Some(subject);
        // Collected first, since the list of children changes while notices are removed.
        for notice in all.filter(about).collect::<Vec<_>>() {
            notice.remove();
        }
    }
}

/// The button that removes a notice.
fn dismissal() -> WebResult<Element> {
    let button = dom::create("button", "remove", "×")?;
    button.set_attribute("type", "button")?;
    button.set_attribute("data-dismiss", "")?;
    button.set_attribute("aria-label", &incidents::dismiss())?;
    Ok(button)
}
