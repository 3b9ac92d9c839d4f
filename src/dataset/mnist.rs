//! MNIST (LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"): 60,000
//! training and 10,000 test images of handwritten digits, 28 x 28. This is the one place that lists its files.

pub use super::published::File;

use super::idx_set::IdxSet;
use super::{Dataset, Normalization};
use crate::error::Result;
use crate::experiment::DatasetName;

/// Images to learn from.
pub const TRAIN_IMAGES: File = File {
    name: "train-images-idx3-ubyte",
    bytes: 16 + 60_000 * 28 * 28,
    sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
};
/// Labels to learn from.
pub const TRAIN_LABELS: File = File {
    name: "train-labels-idx1-ubyte",
    bytes: 8 + 60_000,
    sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
};
/// Images to be judged by.
pub const TEST_IMAGES: File = File {
    name: "t10k-images-idx3-ubyte",
    bytes: 16 + 10_000 * 28 * 28,
    sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
};
/// Labels to be judged by.
pub const TEST_LABELS: File = File {
    name: "t10k-labels-idx1-ubyte",
    bytes: 8 + 10_000,
    sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};
/// The four files, in the order of [`assemble`].
pub const FILES: [File; 4] = [TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS];

/// Where the files can be had by anybody, as `MIRROR` + name + `.gz`; tried in this order.
/// The first one lets a web page of another origin read it (CORS `*`); the second is for native downloads.
pub const MIRRORS: [&str; 2] =
    ["https://raw.githubusercontent.com/fgnt/mnist/master/", "https://ossci-datasets.s3.amazonaws.com/mnist/"];

/// Mean and standard deviation of the 47,040,000 training pixels divided by 255, as everybody rounds them.
pub const NORMALIZATION: Normalization = Normalization { mean: 0.1307, std: 0.3081 };

/// The data set, but for the contents of its files.
pub const SET: IdxSet = IdxSet { name: DatasetName::Mnist, files: FILES, normalization: NORMALIZATION };

/// The data set of the four unpacked files. Files of fewer examples than the published ones are fine.
///
/// # Errors
/// Those of [`IdxSet::assemble`].
pub fn assemble(train_images: &[u8], train_labels: &[u8], test_images: &[u8], test_labels: &[u8]) -> Result<Dataset> {
    SET.assemble([train_images, train_labels, test_images, test_labels])
}
