//! The inspection of one run (first-layer weights, confusion matrix, misclassified examples), and samples of a data set.

use super::SampleSentence;
use crate::experiment::dataset::Selection;
use crate::experiment::{DatasetName, Direction};
use serde::{Deserialize, Serialize};

/// The weights of the first layer as images, one per feature map or unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filters {
    /// The run, counted through all variants.
    pub run: usize,
    /// Steps taken.
    pub step: u64,
    /// Color channels of an image.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// Weights, `[channels, height, width]` each; they need not be finite in a run that has diverged.
    pub pictures: Vec<Vec<f32>>,
}

/// The confusion matrix of a run on the test examples, and some misclassified examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// The run, counted through all variants.
    pub run: usize,
    /// Steps taken.
    pub step: u64,
    /// Number of examples for each `[true class, predicted class]`, row by row.
    pub confusion: Vec<u32>,
    /// The first misclassified examples.
    pub mistakes: Vec<Mistake>,
}

/// A test example that a run misclassifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Its index among the test examples.
    pub index: usize,
    /// Its class.
    pub label: u8,
    /// The class that the run predicts.
    pub predicted: u16,
    /// `[channels, height, width]`, 0 to 255.
    pub pixels: Vec<u8>,
}

/// A data set with a few of its training examples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetSample {
    /// Which data set it is.
    pub name: DatasetName,
    /// Images; none at all if its examples are sentences.
    pub images: ImageSamples,
    /// From which language to which the sentences are translated; absent for images.
    pub direction: Option<Direction>,
    /// Of texts, which pairs are short enough.
    pub selection: Option<Selection>,
    /// Sentences with their translations; none if its examples are images.
    pub sentences: Vec<SampleSentence>,
}

/// A few images of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImageSamples {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Color channels of an image.
    pub channels: usize,
    /// Rows of an image.
    pub height: usize,
    /// Columns of an image.
    pub width: usize,
    /// The images.
    pub images: Vec<SampleImage>,
}

/// One image with its class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleImage {
    /// Its class.
    pub label: u8,
    /// `[channels, height, width]`, 0 to 255.
    pub pixels: Vec<u8>,
}
