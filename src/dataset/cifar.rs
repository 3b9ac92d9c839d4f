//! CIFAR-10 (Krizhevsky 2009, "Learning multiple layers of features from tiny images"): 50,000 training and 10,000
//! test color photographs of ten kinds of things, 32 x 32, in its binary version. This is the one place that lists
//! its files.
//!
//! A file, called a batch, is a number of records of 3073 bytes without any header: the label, then the planes of red,
//! green and blue, each row-major. Nothing says how many records there are but the length.

use super::published::File;
use super::{Dataset, Normalization, Part, Split, limit};
use crate::error::{DatasetError, Result};
use crate::experiment::DatasetName;

/// Colors of an image.
pub const CHANNELS: usize = 3;
/// Height and width of an image, in pixels.
pub const SIDE: usize = 32;
/// Number of classes.
pub const CLASSES: usize = 10;
/// Bytes of the pixels of an image.
const PIXELS: usize = CHANNELS * SIDE * SIDE;
/// Bytes of a record: a label and an image.
pub const RECORD: usize = 1 + PIXELS;

/// The five files to learn from, in their order, and the one to be judged by. Checksums are as other
/// projects state them; the author publishes that of the archive alone.
pub const FILES: [File; 6] = [
    batch("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    batch("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    batch("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    batch("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    batch("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    batch("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
];

/// The published archive of the six files, as it is sent: length and checksum are of the packed contents.
pub const ARCHIVE: File = File {
    name: "cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
};
/// Where [`ARCHIVE`] can be had by anybody. A web page of another origin is not let read it.
pub const URL: &str = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
/// The most that [`ARCHIVE`] can unpack to, in bytes: the six files, a description, and padding.
pub const UNPACKED: usize = 6 * 10_000 * RECORD + (1 << 20);

/// What the labels mean, in the author's words.
pub const CLASS_NAMES: [&str; CLASSES] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// Mean and standard deviation of the 51,200,000 training pixels of red, green and blue divided by 255, rounded to four
/// digits as is usual. (Many programs have 0.2023, 0.1994 and 0.2010 instead, which are means of the standard
/// deviations of single images.)
pub const NORMALIZATION: [Normalization; CHANNELS] = [
    Normalization { mean: 0.4914, std: 0.2470 },
    Normalization { mean: 0.4822, std: 0.2435 },
    Normalization { mean: 0.4465, std: 0.2616 },
];

const fn batch(name: &'static str, sha256: &'static str) -> File {
    File { name, bytes: 10_000 * RECORD, sha256 }
}

/// Reads a batch of one or more records. `file` is its name, for errors.
///
/// # Errors
/// [`DatasetError::CifarLength`] and [`DatasetError::LabelRange`].
pub fn read_batch(file: &str, bytes: &[u8]) -> Result<Split> {
    let mut split = Split::default();
    append_batch(file, bytes, &mut split)?;
    Ok(split)
}

/// All examples of some batches, in their order.
///
/// # Errors
/// Those of [`read_batch`].
pub(super) fn read_batches<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Split> {
    let mut split = Split::default();
    files.into_iter().try_for_each(|(file, bytes)| append_batch(file, bytes, &mut split))?;
    Ok(split)
}

fn append_batch(file: &str, bytes: &[u8], split: &mut Split) -> Result<()> {
    let (records, rest) = bytes.as_chunks::<RECORD>();
    if records.is_empty() || !rest.is_empty() {
        return Err(DatasetError::CifarLength { file: file.to_owned(), record: RECORD, got: bytes.len() }.into());
    }
    split.images.reserve_exact(records.len() * PIXELS);
    split.labels.reserve_exact(records.len());
    for (index, [label, pixels @ ..]) in records.iter().enumerate() {
        if usize::from(*label) >= CLASSES {
            return Err(
                DatasetError::LabelRange { file: file.to_owned(), index, label: *label, classes: CLASSES }.into()
            );
        }
        split.labels.push(*label);
        split.images.extend_from_slice(pixels);
    }
    Ok(())
}

/// The data set of the training batches, each with its name, and the test batch. Fewer batches than the published ones
/// are fine, as are shorter ones.
///
/// # Errors
/// Those of [`read_batch`], and [`DatasetError::NoExamples`] without a training batch.
pub fn assemble(train: &[(&str, &[u8])], test: (&str, &[u8])) -> Result<Dataset> {
    let train = read_batches(train.iter().copied())?;
    limit(Part::Train, None, train.len())?;
    Ok(Dataset {
        name: DatasetName::Cifar10,
        train: train.into(),
        test: read_batch(test.0, test.1)?.into(),
        channels: CHANNELS,
        height: SIDE,
        width: SIDE,
        classes: CLASSES,
        normalization: NORMALIZATION.to_vec(),
    })
}
