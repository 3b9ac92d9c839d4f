//! What a visitor should know about files that could be used.

/// What was done with files, other than reading them as they are.
#[derive(Debug, Clone, PartialEq)]
pub enum UploadNote {
    /// Files that operating systems add were left aside.
    Hidden(NameList),
    /// Files that are no data, or that belong to other data of the same archive, were left aside.
    LeftAside(NameList),
    /// Validation files are not used.
    Validation(NameList),
    /// The images of EMNIST, which are stored with rows and columns exchanged, were turned upright.
    Transposed(NameList),
    /// Of CIFAR-100, the fine labels are used.
    FineLabels,
    /// Pixels were converted from this range to 0 to 255.
    Scaled {
        /// What has become 0.
        low: f64,
        /// What has become 255.
        high: f64,
    },
    /// Rows of a table were read as images.
    Rows {
        /// Channels, height and width of an image.
        shape: [usize; 3],
    },
    /// Pictures were cropped to squares and resized.
    Resized {
        /// Height and width.
        side: usize,
    },
}

/// The first names of a list, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameList {
    /// The first ones.
    pub names: Vec<String>,
    /// Number of further ones.
    pub more: usize,
}

/// Number of names that a list keeps.
const KEPT: usize = 10;

impl NameList {
    /// Adds a name.
    pub fn push(&mut self, name: &str) {
        if self.names.len() < KEPT { self.names.push(name.to_owned()) } else { self.more += 1 }
    }

    /// Whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl<N: AsRef<str>> FromIterator<N> for NameList {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut list = Self::default();
        names.into_iter().for_each(|name| list.push(name.as_ref()));
        list
    }
}
