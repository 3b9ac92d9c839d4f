//! Commands that mend what stopped a run: data sets are downloaded from other sites after a question, or replaced by the digits; an experiment
//! that does not fit the memory becomes smaller.

use super::Page;
use crate::experiment::DatasetName;
use crate::protocol::{Command, DownloadSource};
use crate::web::error::WebResult;
use crate::web::page::model::failure::Remedy;
use crate::web::page::model::relief::Relief;
use crate::web::page::view::consent_storage;
use crate::web::page::view::notices::{Offer, Severity};
use crate::web::page::words::incidents;

/// Subject of the notice that a download was refused.
pub(super) const DOWNLOAD: &str = "download";

impl Page {
    /// Shows why the run cannot go on, if it cannot, and what helps.
    pub(super) fn show_failure(&self) -> WebResult<()> {
        if let Some(failure) = self.lifecycle.failure() {
            self.notices.show(
                "failure",
                failure_severity(failure.remedy),
                &failure.message,
                &self.offers_against(failure.remedy),
            )
        } else {
            self.notices.remove("failure");
            Ok(())
        }
    }

    /// The buttons offered after a failure.
    pub(super) fn offers_against(&self, remedy: Remedy) -> Vec<Offer> {
        let particular = match (remedy, &self.offered) {
            (Remedy::Smaller, _) => self.relief().map(Offer::smaller).into_iter().collect(),
            (Remedy::Consent, Some(source)) => Offer::of_download(source.dataset).to_vec(),
            _ => Vec::new(),
        };
        [&particular, Offer::against(remedy)].concat()
    }

    fn relief(&self) -> Option<Relief> {
        let experiment = self.form.experiment();
        let facts = experiment.dataset.facts().or(self.files.facts(&experiment.dataset));
        Relief::of(experiment, facts.as_ref())
    }

    /// Makes the experiment of the form smaller, and runs it.
    pub(super) fn relieve(&mut self, relief: Relief) -> WebResult<()> {
        let Some(smaller) = relief.applied(self.form.experiment()) else { return Ok(()) };
        self.replace_form(smaller)?;
        self.run_anew()
    }

    /// Says why the digits are used in place of the default data set, and offers the latter if it can be downloaded.
    pub(super) fn explain_digits(&mut self, reason: &str, offer: Option<DownloadSource>) -> WebResult<()> {
        if let Some(source) = offer {
            self.offered = Some(source);
            let text = incidents::digits_meanwhile(reason);
            return self.notices.show("data", Severity::Info, &text, &[Offer::Download]);
        }
        self.notices.show("data", Severity::Warning, &incidents::data_replaced(reason), &[])
    }

    /// The data set needs a decision; one that was made earlier is not asked for again.
    pub(super) fn recall_refusal(&mut self) -> WebResult<()> {
        match &self.offered {
            Some(source) if self.awaits_decision() && self.consents.refuse(source) => self.do_without(),
            _ => Ok(()),
        }
    }

    fn awaits_decision(&self) -> bool {
        self.lifecycle.failure().is_some_and(|failure| failure.remedy == Remedy::Consent)
    }

    /// Downloads the data set that was asked for, and runs the experiment.
    pub(super) fn allow_download(&mut self) -> WebResult<()> {
        let Some(source) = self.offered.take() else { return Ok(()) };
        let dataset = source.dataset;
        self.decide(source.clone(), true);
        self.send(&Command::AllowDownload { source })?;
        if self.form.experiment().dataset.name.preferred() != dataset {
            self.use_data(dataset)?;
        }
        self.run_anew()
    }

    /// Runs the experiment with the digits; in answer to the question whether to download others, the answer is kept.
    pub(super) fn use_digits(&mut self) -> WebResult<()> {
        match &self.offered {
            Some(source) if self.awaits_decision() => {
                self.decide(source.clone(), false);
                self.do_without()
            }
            _ => {
                self.use_data(DatasetName::Digits)?;
                self.run_anew()
            }
        }
    }

    fn decide(&mut self, source: DownloadSource, is_allowed: bool) {
        self.consents.decide(source, is_allowed);
        consent_storage::save(&self.consents);
    }

    /// Runs the experiment with the digits, since the visitor has refused the download of another data set.
    fn do_without(&mut self) -> WebResult<()> {
        self.use_data(DatasetName::Digits)?;
        self.run_anew()?;
        let Some(source) = &self.offered else { return Ok(()) };
        let text = incidents::download_refused(source.dataset, &source.server);
        self.notices.show(DOWNLOAD, Severity::Info, &text, &[Offer::Download])
    }
}

/// A question is no failure.
fn failure_severity(remedy: Remedy) -> Severity {
    if remedy == Remedy::Consent { Severity::Info } else { Severity::Failure }
}
