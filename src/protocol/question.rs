//! Questions of the page to the networks of all runs, and their answers.

use crate::metrics::SentenceAnswer;
use serde::{Deserialize, Serialize};

/// A question to all runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkQuestion {
    /// What is on an image?
    Image(ImageSource),
    /// What is the translation of a sentence?
    Sentence(SentenceSource),
}

/// A sentence to be translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentenceSource {
    /// A test sentence.
    Test {
        /// Its index, modulo the number of test sentences.
        index: usize,
    },
    /// A sentence typed by the visitor.
    Typed {
        /// As it was typed.
        text: String,
    },
}

/// An image to be classified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageSource {
    /// A test example.
    Test {
        /// Its index, modulo the number of test examples.
        index: usize,
    },
    /// A drawing by the visitor.
    Drawn {
        /// `[channels, height, width]` of the data set, 0 to 255.
        pixels: Vec<u8>,
    },
}

/// The answers of all runs to a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NetworkAnswer {
    /// How they classify an image.
    Image {
        /// The image, `[channels, height, width]`, 0 to 255.
        pixels: Vec<u8>,
        /// Index and true class if it is a test example.
        test: Option<(usize, u8)>,
        /// Probability of each class for each run, by variant, then by seed; not finite in a run that has diverged.
        probabilities: Vec<Vec<f32>>,
    },
    /// How they translate a sentence.
    Sentence(SentenceAnswer),
}
