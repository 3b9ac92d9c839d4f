//! The types of the catalog's rows: facts about images and sentences, and about published files.

use super::languages::NumberLanguage;
use crate::prose::Prose;
use serde::{Deserialize, Serialize};

/// The images of a data set. If its files are incomplete, or if only a part of it is used, there are fewer examples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageFacts {
    /// `[channels, height, width]`; one channel is gray, three are red, green and blue.
    pub shape: [usize; 3],
    /// Number of classes; labels are below it.
    pub classes: usize,
    /// Names of the classes; empty if they are digits.
    pub class_names: &'static [&'static str],
    /// Number of training examples.
    pub train: usize,
    /// Number of test examples.
    pub test: usize,
    /// Mean and standard deviation of each channel over the whole training part.
    pub normalization: &'static [Normalization],
}

/// Mean and standard deviation over all pixels of one channel of the training images, after division by 255.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Normalization {
    /// Mean, in [0, 1].
    pub mean: f32,
    /// Standard deviation, above 0.
    pub std: f32,
}

/// A data set that is published as files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Publication {
    /// The publication that describes it.
    pub citation: Citation,
    /// What the files contain.
    pub contents: PublishedContents,
    /// The files, in the order in which they are read.
    pub files: &'static [DataFile],
    /// The archive that contains all of them; `None` if each is published separately, gzipped.
    pub archive: Option<DataArchive>,
    /// Where to download the files or the archive, in the order in which they are tried.
    pub mirrors: &'static [Mirror],
    /// The size of the download in megabytes, as it is written in a sentence.
    pub megabytes: &'static str,
    /// The license, if it has to be accepted before the files are downloaded. They are then never part of the page either.
    pub license: Option<License>,
}

/// What published files contain.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PublishedContents {
    /// Images with classes.
    Images(ImageFacts, FileFormat),
    /// Sentences with their translations: two files for each part whose lines correspond.
    Sentences(SentenceFacts),
}

/// The sentences of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentenceFacts {
    /// Number of pairs for training, including those that are too long for an experiment.
    pub train: usize,
    /// Number of pairs for testing, likewise.
    pub test: usize,
    /// The languages of the first and the second file of each part.
    pub languages: [NumberLanguage; 2],
}

/// A license that has to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct License {
    /// Its name.
    pub name: &'static str,
    /// A link to its text.
    pub url: &'static str,
    /// Whom it asks to name, with the year of the publication: as in the citation, which is not in WebAssembly.
    pub authors: &'static str,
}

/// A publication to cite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// Authors and year.
    pub authors: Prose,
    /// Title.
    pub title: Prose,
    /// A link to the text.
    pub url: Prose,
}

/// A format of data files; each has a reader in `dataset::readers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// IDX, the format of MNIST: for each part, one file of gray images and one of labels.
    Idx,
    /// The binary format of CIFAR-10: files of records, each a label and an image; any number of files for training.
    CifarBatches,
}

/// One published file. Length and checksum are those of the decompressed contents, because those of the compressed file change
/// when it is compressed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFile {
    /// Its published name, without `.gz`.
    pub name: &'static str,
    /// The part that its examples belong to.
    pub part: Part,
    /// What it contains of these examples.
    pub content: FileContent,
    /// Its length, in bytes.
    pub bytes: usize,
    /// SHA-256, in hexadecimal.
    pub sha256: &'static str,
}

/// What a data file contains of its examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileContent {
    /// Images, in IDX.
    Images,
    /// Labels, in IDX.
    Labels,
    /// Images with their labels: a batch in the format of CIFAR-10.
    Batch,
    /// Sentences in the first or the second language, one per line.
    Sentences(usize),
}

/// A published archive, `.tar.gz`. Length and checksum are those of the compressed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataArchive {
    /// Its published name.
    pub name: &'static str,
    /// Its length, in bytes.
    pub bytes: usize,
    /// SHA-256, in hexadecimal.
    pub sha256: &'static str,
}

/// A public server of published files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// The address of a file without the file's name.
    pub address: &'static str,
    /// Whether web pages of other origins may read it (the header `Access-Control-Allow-Origin: *`).
    pub cross_origin: bool,
}

/// A part of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Examples for training.
    Train,
    /// Examples for testing.
    Test,
}

impl ImageFacts {
    /// Values per image: channels x height x width.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.shape[0] * self.shape[1] * self.shape[2]
    }
}

impl Part {
    /// The query key that limits the size of this part.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

impl Publication {
    /// The address of a file on `mirror`, gzipped, or of the archive that contains it.
    #[must_use]
    pub fn address(&self, mirror: &Mirror, file: &DataFile) -> String {
        match self.archive {
            Some(archive) => format!("{}{}", mirror.address, archive.name),
            None => format!("{}{}.gz", mirror.address, file.name),
        }
    }

    /// The name of the server from which pages download files or, if they may not, of the first one; empty if there is none.
    #[must_use]
    pub fn server(&self) -> &'static str {
        let mirror = self.cross_origin_mirror().or(self.mirrors.first());
        let address = mirror.map_or("", |mirror| mirror.address);
        address.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default()
    }

    /// The first mirror that web pages of other origins may read.
    #[must_use]
    pub fn cross_origin_mirror(&self) -> Option<&'static Mirror> {
        self.mirrors.iter().find(|mirror| mirror.cross_origin)
    }
}

/// The four files of a data set in IDX, each with its name and its checksum: training images, training labels, test images
/// and test labels.
pub(super) const fn idx_files(images: &ImageFacts, files: [(&'static str, &'static str); 4]) -> [DataFile; 4] {
    let [train_images, train_labels, test_images, test_labels] = files;
    [
        idx_file(images, Part::Train, FileContent::Images, train_images),
        idx_file(images, Part::Train, FileContent::Labels, train_labels),
        idx_file(images, Part::Test, FileContent::Images, test_images),
        idx_file(images, Part::Test, FileContent::Labels, test_labels),
    ]
}

const fn idx_file(
    images: &ImageFacts,
    part: Part,
    content: FileContent,
    (name, sha256): (&'static str, &'static str),
) -> DataFile {
    let examples = match part {
        Part::Train => images.train,
        Part::Test => images.test,
    };
    let [header, example] = match content {
        FileContent::Labels => [8, 1],
        _ => [16, images.pixels()],
    };
    DataFile { name, part, content, bytes: header + examples * example, sha256 }
}
