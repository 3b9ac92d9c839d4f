//! What the visitor has decided about downloads of data sets from other sites: asked once for each data set and server, and kept as lines of
//! text in the browser.

use crate::experiment::{DatasetName, Named};
use crate::protocol::DownloadSource;

/// In a line of a download that is allowed, and of one that is not.
const DECISIONS: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The visitor's decisions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consents {
    decided: Vec<(DownloadSource, bool)>,
}

impl Consents {
    /// Reads the lines of [`Consents::to_text`]; a line that is none of them is skipped, and its question asked again.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut consents = Self::default();
        for (source, is_allowed) in text.lines().filter_map(decision) {
            consents.decide(source, is_allowed);
        }
        consents
    }

    /// A line for each decision: `mnist raw.githubusercontent.com yes`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let line = |(DownloadSource { dataset, server }, is_allowed): &(DownloadSource, bool)| {
            let word = DECISIONS.iter().find(|(_, decision)| decision == is_allowed).map_or("", |(word, _)| word);
            format!("{} {server} {word}\n", dataset.name())
        };
        self.decided.iter().map(line).collect()
    }

    /// Records a decision, in place of an earlier one about the same source.
    pub fn decide(&mut self, source: DownloadSource, is_allowed: bool) {
        self.decided.retain(|(known, _)| *known != source);
        self.decided.push((source, is_allowed));
    }

    /// The sources from which the visitor lets the page download.
    pub fn allowed(&self) -> impl Iterator<Item = &DownloadSource> {
        self.decided.iter().filter(|(_, is_allowed)| *is_allowed).map(|(source, _)| source)
    }

    /// Whether the visitor has decided against this source.
    #[must_use]
    pub fn refuse(&self, source: &DownloadSource) -> bool {
        self.decided.iter().any(|(known, is_allowed)| known == source && !is_allowed)
    }
}

fn decision(line: &str) -> Option<(DownloadSource, bool)> {
    let mut words = line.split(' ');
    let (dataset, server, word) = (words.next()?, words.next()?, words.next()?);
    let (_, is_allowed) = DECISIONS.into_iter().find(|(known, _)| *known == word)?;
    let source = DownloadSource { dataset: DatasetName::named(dataset)?, server: server.to_owned() };
    words.next().is_none().then_some((source, is_allowed))
}
