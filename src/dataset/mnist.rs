//! MNIST (LeCun, Bottou, Bengio & Haffner 1998, "Gradient-based learning applied to document recognition"): 60,000
//! training and 10,000 test images of handwritten digits, 28 x 28. This is the one place that lists its files.

use super::{Dataset, Normalization, Part, Split, idx, limit, sha256};
use crate::error::{Error, Result};
use crate::experiment::DatasetName;

/// One of the four files. Checksums are of the unpacked contents, since packing again changes the packed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its published name, without `.gz`.
    pub name: &'static str,
    /// Length of the unpacked file, in bytes.
    pub bytes: usize,
    /// SHA-256 of the unpacked file, in hexadecimal.
    pub sha256: &'static str,
}

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

/// Folder of the files within a data folder, and within the page's own site.
pub const FOLDER: &str = "mnist";

/// Mean and standard deviation of the 47,040,000 training pixels divided by 255, as everybody rounds them.
pub const NORMALIZATION: Normalization = Normalization { mean: 0.1307, std: 0.3081 };

const HEIGHT: usize = 28;
const WIDTH: usize = 28;
const CLASSES: usize = 10;

impl File {
    /// Where `mirror`, one of [`MIRRORS`], has the gzipped file.
    #[must_use]
    pub fn url(&self, mirror: &str) -> String {
        format!("{mirror}{}.gz", self.name)
    }

    /// Checks unpacked contents against the published checksum.
    ///
    /// # Errors
    /// [`Error::Checksum`].
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        let got = sha256(bytes);
        if got == self.sha256 {
            return Ok(());
        }
        Err(Error::Checksum { file: self.name.to_owned(), expected: self.sha256.to_owned(), got })
    }
}

/// The data set of the four unpacked files. Files of fewer examples than the published ones are fine.
///
/// # Errors
/// Those of [`idx::read_images`] and [`idx::read_labels`], and [`Error::ImageSize`], [`Error::LabelCount`] and
/// [`Error::NoExamples`].
pub fn assemble(train_images: &[u8], train_labels: &[u8], test_images: &[u8], test_labels: &[u8]) -> Result<Dataset> {
    Ok(Dataset {
        name: DatasetName::Mnist,
        train: split(Part::Train, (TRAIN_IMAGES, train_images), (TRAIN_LABELS, train_labels))?,
        test: split(Part::Test, (TEST_IMAGES, test_images), (TEST_LABELS, test_labels))?,
        channels: 1,
        height: HEIGHT,
        width: WIDTH,
        classes: CLASSES,
        normalization: vec![NORMALIZATION],
    })
}

fn split(part: Part, (images_file, images): (File, &[u8]), (labels_file, labels): (File, &[u8])) -> Result<Split> {
    let images = idx::read_images(images_file.name, images)?;
    let labels = idx::read_labels(labels_file.name, labels, CLASSES)?;
    let (expected, got) = ((HEIGHT, WIDTH), (images.height, images.width));
    if got != expected {
        return Err(Error::ImageSize { file: images_file.name.to_owned(), expected, got });
    }
    if images.count != labels.len() {
        return Err(Error::LabelCount {
            images_file: images_file.name.to_owned(),
            labels_file: labels_file.name.to_owned(),
            images: images.count,
            labels: labels.len(),
        });
    }
    limit(part, None, images.count)?;
    Ok(Split { images: images.pixels.to_vec(), labels: labels.to_vec() })
}
