//! What the rows of the catalog are made of: facts about images, and about files that others have published.

/// The images of a data set. Where examples are missing from its files, or only some are used, there are fewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageFacts {
    /// `[channels, height, width]`; one channel is gray, three are red, green and blue.
    pub shape: [usize; 3],
    /// Number of classes; labels are smaller.
    pub classes: usize,
    /// What the labels mean; empty where they are digits.
    pub class_names: &'static [&'static str],
    /// Training examples.
    pub train: usize,
    /// Test examples.
    pub test: usize,
    /// Mean and standard deviation of each channel over the whole training part.
    pub normalization: &'static [Normalization],
}

/// Mean and standard deviation over all pixels of one channel of the training images, after division by 255.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalization {
    /// Mean, in [0, 1].
    pub mean: f32,
    /// Standard deviation, above 0.
    pub std: f32,
}

/// A data set that others have published as files.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Publication {
    /// Who published it, and where it is described.
    pub citation: Citation,
    /// What the files hold.
    pub images: ImageFacts,
    /// How they hold it.
    pub format: FileFormat,
    /// The files, in the order in which they are read.
    pub files: &'static [DataFile],
    /// The archive that contains all of them; `None` if each is published by itself, gzipped.
    pub archive: Option<DataArchive>,
    /// Where to download the files or the archive, in the order in which to try.
    pub mirrors: &'static [Mirror],
}

/// A publication to cite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    /// Authors and year.
    pub authors: &'static str,
    /// Title.
    pub title: &'static str,
    /// A link to the text.
    pub url: &'static str,
}

/// A format of data files, which has a reader in `dataset::readers`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// IDX, the format of MNIST: a file of gray images and one of labels for each part.
    Idx,
    /// The binary format of CIFAR-10: files of records, each a label and an image; any number of them for training.
    CifarBatches,
}

/// One published file. Length and checksum are those of the unpacked contents, since packing a file again changes the packed
/// ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataFile {
    /// Its published name, without the `.gz` of a packed file.
    pub name: &'static str,
    /// The part that its examples belong to.
    pub part: Part,
    /// What it holds of them.
    pub content: FileContent,
    /// Its length, in bytes.
    pub bytes: usize,
    /// SHA-256, in hexadecimal.
    pub sha256: &'static str,
}

/// What a data file holds of its examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileContent {
    /// Images, in IDX.
    Images,
    /// Labels, in IDX.
    Labels,
    /// Images with their labels, in a batch in the format of CIFAR-10.
    Batch,
}

/// A published archive, `.tar.gz`. Length and checksum are those of the packed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataArchive {
    /// Its published name.
    pub name: &'static str,
    /// Its length, in bytes.
    pub bytes: usize,
    /// SHA-256, in hexadecimal.
    pub sha256: &'static str,
}

/// A place from which anybody can download published files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mirror {
    /// What precedes the name of a file in its address.
    pub address: &'static str,
    /// Whether it allows web pages of other origins to read it (the header `Access-Control-Allow-Origin: *`).
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
    /// Numbers per image: channels x height x width.
    #[must_use]
    pub const fn pixels(&self) -> usize {
        self.shape[0] * self.shape[1] * self.shape[2]
    }
}

impl Part {
    /// The key of the query string that limits this part.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

impl Publication {
    /// The address from which `mirror` sends a file, gzipped, or the archive that contains it.
    #[must_use]
    pub fn address(&self, mirror: &Mirror, file: &DataFile) -> String {
        match self.archive {
            Some(archive) => format!("{}{}", mirror.address, archive.name),
            None => format!("{}{}.gz", mirror.address, file.name),
        }
    }

    /// The first mirror that a web page of another origin may read.
    #[must_use]
    pub fn cross_origin_mirror(&self) -> Option<&Mirror> {
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
