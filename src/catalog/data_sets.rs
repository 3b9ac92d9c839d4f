//! THE table of data sets: the names of each, facts about its images, and where its examples come from.
//!
//! To add a published data set in a supported format, add a line in `catalog!`, a row here, and its files in `publications`.

use super::facts::{ImageFacts, Normalization, Publication, PublishedContents, SentenceFacts};
use super::publications;
use crate::prose::Prose;
use serde::{Deserialize, Serialize};

/// The facts about a data set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CatalogRow {
    /// Its name in the query string and on the command line, which is also the name of the folder with its files.
    pub name: &'static str,
    /// Its name in a sentence.
    pub label: &'static str,
    /// Its name as an option of the form.
    pub option: &'static str,
    /// A description, as a phrase without a period.
    pub sentence: Prose,
    /// Where its examples come from.
    pub origin: DatasetOrigin,
}

/// Where the examples of a data set come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DatasetOrigin {
    /// The examples of `preferred` if it can be loaded, else those of `otherwise`.
    Either {
        /// The data set to try first.
        preferred: DatasetName,
        /// The data set to use if the first one is unavailable; it can always be loaded.
        otherwise: DatasetName,
    },
    /// Published files.
    Published(Publication),
    /// Our own generator.
    Drawn(DrawnSet, ImageFacts),
    /// Numbers in words, to be translated from one language to another.
    Numbers,
    /// The visitor's own files of images.
    Upload,
    /// The visitor's own files of sentences.
    Text,
}

/// A data set that is drawn by our own generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrawnSet {
    /// Digits that look handwritten.
    Digits,
    /// Shapes and textures in color.
    Patterns,
}

/// The kind of examples of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// Images with classes.
    Images,
    /// Pairs of a sentence and its translation.
    Pairs,
}

impl DataKind {
    /// Its name in the HTML of the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Pairs => "pairs",
        }
    }
}

/// What networks learn on a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// To classify images.
    Images,
    /// To translate numbers in words, of which there is one right translation.
    Numbers,
    /// To translate sentences, of which there are many good translations.
    Texts,
}

impl Task {
    /// The kind of its examples.
    #[must_use]
    pub const fn kind(self) -> DataKind {
        match self {
            Self::Images => DataKind::Images,
            Self::Numbers | Self::Texts => DataKind::Pairs,
        }
    }
}

/// Defines the enum of data sets and assigns a row to each.
macro_rules! catalog {
    ($($(#[$doc:meta])* $name:ident = $row:ident,)*) => {
        /// A data set by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum DatasetName { $($(#[$doc])* $name,)* }

        impl DatasetName {
            /// All data sets, in the order in which the form offers them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The facts about the data set.
            #[must_use]
            pub const fn row(self) -> &'static CatalogRow {
                match self { $(Self::$name => &$row,)* }
            }
        }
    };
}

catalog! {
    /// MNIST if its files can be loaded, otherwise `digits`; the loaded data set states which one it is.
    Auto = AUTO,
    /// Handwritten digits.
    Mnist = MNIST,
    /// Articles of clothing in the format of MNIST.
    FashionMnist = FASHION_MNIST,
    /// Color photographs of ten kinds of objects.
    Cifar10 = CIFAR_10,
    /// Digits drawn by our own generator.
    Digits = DIGITS,
    /// Color pictures of ten kinds of shapes and textures drawn by our own generator.
    Patterns = PATTERNS,
    /// Numbers in words of two languages.
    Numbers = NUMBERS,
    /// Captions of photographs in German and English.
    Multi30k = MULTI30K,
    /// The visitor's own files of images.
    Upload = UPLOAD,
    /// The visitor's own files of sentences.
    Text = TEXT,
}

const AUTO: CatalogRow = CatalogRow {
    name: "auto",
    label: "MNIST or digits",
    option: "MNIST or digits",
    sentence: Prose::new("MNIST, or `digits` if MNIST cannot be loaded"),
    origin: DatasetOrigin::Either { preferred: DatasetName::Mnist, otherwise: DatasetName::Digits },
};

const MNIST: CatalogRow = CatalogRow {
    name: "mnist",
    label: "MNIST",
    option: "MNIST",
    sentence: Prose::new("handwritten digits"),
    origin: DatasetOrigin::Published(publications::MNIST),
};

const FASHION_MNIST: CatalogRow = CatalogRow {
    name: "fashion-mnist",
    label: "Fashion-MNIST",
    option: "Fashion-MNIST",
    sentence: Prose::new("articles of clothing"),
    origin: DatasetOrigin::Published(publications::FASHION_MNIST),
};

const CIFAR_10: CatalogRow = CatalogRow {
    name: "cifar-10",
    label: "CIFAR-10",
    option: "CIFAR-10",
    sentence: Prose::new("photographs of ten kinds of animals and vehicles"),
    origin: DatasetOrigin::Published(publications::CIFAR_10),
};

const DIGITS: CatalogRow = CatalogRow {
    name: "digits",
    label: "digits",
    option: "digits (ours)",
    sentence: Prose::new("digits that look handwritten"),
    origin: DatasetOrigin::Drawn(DrawnSet::Digits, DIGITS_IMAGES),
};

/// The normalization was measured on the training images that the experiments use.
pub const DIGITS_IMAGES: ImageFacts = ImageFacts {
    shape: [1, 28, 28],
    classes: 10,
    class_names: &[],
    train: 60_000,
    test: 10_000,
    normalization: &[Normalization { mean: 0.1068, std: 0.2298 }],
};

const PATTERNS: CatalogRow = CatalogRow {
    name: "patterns",
    label: "patterns",
    option: "patterns (ours)",
    sentence: Prose::new("shapes and textures"),
    origin: DatasetOrigin::Drawn(DrawnSet::Patterns, PATTERNS_IMAGES),
};

/// The normalization was measured on the training images that the experiments use.
pub const PATTERNS_IMAGES: ImageFacts = ImageFacts {
    shape: [3, 32, 32],
    classes: 10,
    class_names: &["disc", "ring", "frame", "triangle", "cross", "rows", "columns", "checks", "dots", "glow"],
    train: 20_000,
    test: 4_000,
    normalization: &[
        Normalization { mean: 0.4991, std: 0.2124 },
        Normalization { mean: 0.5002, std: 0.2121 },
        Normalization { mean: 0.4989, std: 0.212 },
    ],
};

const NUMBERS: CatalogRow = CatalogRow {
    name: "numbers",
    label: "numbers",
    option: "numbers in words (ours)",
    sentence: Prose::new(
        "numbers below a million in digits or in words of four languages, to be translated by a transformer",
    ),
    origin: DatasetOrigin::Numbers,
};

const MULTI30K: CatalogRow = CatalogRow {
    name: "multi30k",
    label: "Multi30k",
    option: "Multi30k, captions",
    sentence: Prose::new("captions of photographs in German and English, to be translated by a transformer"),
    origin: DatasetOrigin::Published(publications::MULTI30K),
};

const UPLOAD: CatalogRow = CatalogRow {
    name: "upload",
    label: "your images",
    option: "your own images",
    sentence: Prose::new("your own images"),
    origin: DatasetOrigin::Upload,
};

const TEXT: CatalogRow = CatalogRow {
    name: "text",
    label: "your sentences",
    option: "your own sentences",
    sentence: Prose::new("your own sentences with their translations, to be translated by a transformer"),
    origin: DatasetOrigin::Text,
};

/// Number of examples in the largest part of any data set whose images are known before it is loaded.
pub const LARGEST_PART: usize = {
    let (mut largest, mut index) = (0, 0);
    while index < DatasetName::ALL.len() {
        if let Some(images) = DatasetName::ALL[index].row().images() {
            let part = if images.train > images.test { images.train } else { images.test };
            largest = if part > largest { part } else { largest };
        }
        index += 1;
    }
    largest
};

impl DatasetName {
    /// The data set to try first.
    #[must_use]
    pub const fn preferred(self) -> Self {
        match self.row().origin {
            DatasetOrigin::Either { preferred, .. } => preferred,
            _ => self,
        }
    }

    /// Whether it is made of the visitor's own files.
    #[must_use]
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Upload | Self::Text)
    }

    /// The data sets that may be loaded under this name, the preferred one first.
    pub fn candidates(self) -> impl Iterator<Item = Self> {
        let otherwise = match self.row().origin {
            DatasetOrigin::Either { otherwise, .. } => Some(otherwise),
            _ => None,
        };
        std::iter::once(self.preferred()).chain(otherwise)
    }
}

impl CatalogRow {
    /// Facts about its images; `None` if they are unknown before it is loaded.
    #[must_use]
    pub const fn images(&self) -> Option<&ImageFacts> {
        match &self.origin {
            DatasetOrigin::Either { preferred, .. } => preferred.row().images(),
            DatasetOrigin::Published(Publication { contents: PublishedContents::Images(images, _), .. })
            | DatasetOrigin::Drawn(_, images) => Some(images),
            _ => None,
        }
    }

    /// What networks learn on it.
    #[must_use]
    pub const fn task(&self) -> Task {
        match self.origin {
            DatasetOrigin::Numbers => Task::Numbers,
            DatasetOrigin::Published(Publication { contents: PublishedContents::Sentences(_), .. })
            | DatasetOrigin::Text => Task::Texts,
            _ => Task::Images,
        }
    }

    /// The kind of its examples.
    #[must_use]
    pub const fn kind(&self) -> DataKind {
        self.task().kind()
    }

    /// Facts about its published sentences; `None` if it has none.
    #[must_use]
    pub const fn sentences(&self) -> Option<&SentenceFacts> {
        match &self.origin {
            DatasetOrigin::Published(Publication { contents: PublishedContents::Sentences(facts), .. }) => Some(facts),
            _ => None,
        }
    }

    /// Its files and their mirrors; `None` if it is not published as files.
    #[must_use]
    pub const fn publication(&self) -> Option<&Publication> {
        match &self.origin {
            DatasetOrigin::Published(publication) => Some(publication),
            _ => None,
        }
    }
}
