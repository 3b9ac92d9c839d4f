//! THE table of data sets: the names of each, facts about its images, where its examples come from, and the checksums of its files.
//!
//! To add a published data set in a supported format, add a line in `catalog!`, a row, and the list of files, all in this file.

use super::facts::{
    Citation, DataArchive, DataFile, FileContent, FileFormat, ImageFacts, Mirror, Normalization, Part, Publication,
    idx_files,
};
use crate::prose::{Prose, not_in_page};
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
    /// The visitor's own files.
    Upload,
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
    /// The visitor's own files.
    Upload = UPLOAD,
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
    origin: DatasetOrigin::Published(Publication {
        citation: Citation {
            authors: Prose::new("LeCun, Bottou, Bengio & Haffner 1998"),
            title: Prose::new("Gradient-based learning applied to document recognition"),
            url: Prose::new("https://doi.org/10.1109/5.726791"),
        },
        images: MNIST_IMAGES,
        format: FileFormat::Idx,
        files: not_in_page(&MNIST_FILES),
        archive: None,
        mirrors: not_in_page(&[
            Mirror { address: "https://raw.githubusercontent.com/fgnt/mnist/master/", cross_origin: true },
            Mirror { address: "https://ossci-datasets.s3.amazonaws.com/mnist/", cross_origin: false },
        ]),
    }),
};

/// The normalization is rounded to four digits, as is usual.
const MNIST_IMAGES: ImageFacts = ImageFacts {
    shape: [1, 28, 28],
    classes: 10,
    class_names: &[],
    train: 60_000,
    test: 10_000,
    normalization: &[Normalization { mean: 0.1307, std: 0.3081 }],
};

const MNIST_FILES: [DataFile; 4] = idx_files(
    &MNIST_IMAGES,
    [
        ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
);

const FASHION_MNIST: CatalogRow = CatalogRow {
    name: "fashion-mnist",
    label: "Fashion-MNIST",
    option: "Fashion-MNIST",
    sentence: Prose::new("articles of clothing"),
    origin: DatasetOrigin::Published(Publication {
        citation: Citation {
            authors: Prose::new("Xiao, Rasul & Vollgraf 2017"),
            title: Prose::new("Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms"),
            url: Prose::new("https://arxiv.org/abs/1708.07747"),
        },
        images: FASHION_MNIST_IMAGES,
        format: FileFormat::Idx,
        files: not_in_page(&FASHION_MNIST_FILES),
        archive: None,
        mirrors: not_in_page(&[
            Mirror {
                address: "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                cross_origin: true,
            },
            // The authors' own server. It does not support encryption; the checksums ensure that files are intact.
            Mirror { address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", cross_origin: false },
        ]),
    }),
};

/// The normalization is rounded to four digits, as is usual.
const FASHION_MNIST_IMAGES: ImageFacts = ImageFacts {
    shape: [1, 28, 28],
    classes: 10,
    class_names: &[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    train: 60_000,
    test: 10_000,
    normalization: &[Normalization { mean: 0.2860, std: 0.3530 }],
};

/// The authors publish MD5 sums of the compressed files. The SHA-256 sums of the decompressed files are those that three
/// unrelated projects state; those of the labels were also computed from the authors' files.
const FASHION_MNIST_FILES: [DataFile; 4] = idx_files(
    &FASHION_MNIST_IMAGES,
    [
        ("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        ("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        ("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        ("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
);

const CIFAR_10: CatalogRow = CatalogRow {
    name: "cifar-10",
    label: "CIFAR-10",
    option: "CIFAR-10",
    sentence: Prose::new("photographs of ten kinds of animals and vehicles"),
    origin: DatasetOrigin::Published(Publication {
        citation: Citation {
            authors: Prose::new("Krizhevsky 2009"),
            title: Prose::new("Learning multiple layers of features from tiny images"),
            url: Prose::new("https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"),
        },
        images: CIFAR_10_IMAGES,
        format: FileFormat::CifarBatches,
        files: not_in_page(&CIFAR_10_FILES),
        archive: Some(DataArchive {
            name: "cifar-10-binary.tar.gz",
            bytes: 170_052_171,
            sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        }),
        mirrors: not_in_page(&[Mirror { address: "https://www.cs.toronto.edu/~kriz/", cross_origin: false }]),
    }),
};

/// The normalization is rounded to four digits, as is usual. (Many programs use the standard deviations 0.2023, 0.1994 and
/// 0.2010, which are means of the standard deviations of single images.)
pub const CIFAR_10_IMAGES: ImageFacts = ImageFacts {
    shape: [3, 32, 32],
    classes: 10,
    class_names: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    train: 50_000,
    test: 10_000,
    normalization: &[
        Normalization { mean: 0.4914, std: 0.2470 },
        Normalization { mean: 0.4822, std: 0.2435 },
        Normalization { mean: 0.4465, std: 0.2616 },
    ],
};

/// The checksums are those that other projects state; the author publishes only that of the archive.
const CIFAR_10_FILES: [DataFile; 6] = [
    batch("data_batch_1.bin", Part::Train, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    batch("data_batch_2.bin", Part::Train, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    batch("data_batch_3.bin", Part::Train, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    batch("data_batch_4.bin", Part::Train, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    batch("data_batch_5.bin", Part::Train, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    batch("test_batch.bin", Part::Test, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
];

/// A file of 10,000 records, each a label and an image.
const fn batch(name: &'static str, part: Part, sha256: &'static str) -> DataFile {
    DataFile { name, part, content: FileContent::Batch, bytes: 10_000 * (1 + CIFAR_10_IMAGES.pixels()), sha256 }
}

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

const UPLOAD: CatalogRow = CatalogRow {
    name: "upload",
    label: "your files",
    option: "your own files",
    sentence: Prose::new("your own files"),
    origin: DatasetOrigin::Upload,
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
            DatasetOrigin::Published(publication) => Some(&publication.images),
            DatasetOrigin::Drawn(_, images) => Some(images),
            DatasetOrigin::Numbers | DatasetOrigin::Upload => None,
        }
    }

    /// The kind of its examples.
    #[must_use]
    pub const fn kind(&self) -> DataKind {
        match self.origin {
            DatasetOrigin::Numbers => DataKind::Pairs,
            _ => DataKind::Images,
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
