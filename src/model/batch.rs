//! Mini-batches as tensors: the examples and what a network should say about them.

use burn::tensor::{Int, Tensor};

/// Examples with their targets.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What the network gets.
    pub inputs: Inputs,
    /// What it should predict.
    pub targets: Targets,
}

/// The examples of a batch.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "a batch is made once per step")]
pub enum Inputs {
    /// Images, `[1, examples, inputs]`.
    Images(Tensor<3>),
    /// Pairs of sentences.
    Sentences(Sentences),
}

/// Pairs of sentences, padded to equal lengths.
#[derive(Debug, Clone)]
pub struct Sentences {
    /// The sentence to be translated.
    pub source: SentenceTensor,
    /// What the decoder reads: a symbol for the beginning, then the translation without its end.
    pub target: SentenceTensor,
}

/// Sentences of one language.
#[derive(Debug, Clone)]
pub struct SentenceTensor {
    /// Symbols, `[examples, positions]`.
    pub symbols: Tensor<2, Int>,
    /// 1 where there is a symbol, 0 for padding, `[examples, positions]`.
    pub present: Tensor<2>,
}

/// What a network should predict, one row per prediction: one for each image, or one for each position of a translation.
#[derive(Debug, Clone)]
pub struct Targets {
    /// The probability of each class in each row, `[1, rows, classes]`; zeros in rows that do not count.
    pub distribution: Tensor<3>,
    /// Number of rows that count, for each example.
    pub counted: Vec<usize>,
}

impl Batch {
    /// Images `[1, examples, inputs]` with their classes, `[1, examples, classes]`.
    #[must_use]
    pub fn of_images(images: Tensor<3>, one_hot: Tensor<3>) -> Self {
        let examples = images.dims()[1];
        let targets = Targets { distribution: one_hot, counted: vec![1; examples] };
        Self { inputs: Inputs::Images(images), targets }
    }

    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.counted.len()
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// These examples and then those of `other`, of the same kind.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let counted = [self.targets.counted.as_slice(), &other.targets.counted].concat();
        let distribution = Tensor::cat(vec![self.targets.distribution.clone(), other.targets.distribution.clone()], 1);
        Self { inputs: self.inputs.joined(&other.inputs), targets: Targets { distribution, counted } }
    }

    /// `count` of these examples, starting at index `start`.
    #[must_use]
    pub fn part(&self, start: usize, count: usize) -> Self {
        let rows = self.targets.distribution.dims()[1] / self.len().max(1);
        let distribution = self.targets.distribution.clone().narrow(1, start * rows, count * rows);
        let targets = Targets { distribution, counted: self.targets.counted[start..start + count].to_vec() };
        Self { inputs: self.inputs.part(start, count), targets }
    }
}

impl Targets {
    /// Number of rows that count.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.counted.iter().sum::<usize>() as f64
    }
}

impl Inputs {
    fn joined(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Images(own), Self::Images(other)) => Self::Images(Tensor::cat(vec![own.clone(), other.clone()], 1)),
            (Self::Sentences(own), Self::Sentences(other)) => Self::Sentences(Sentences {
                source: own.source.joined(&other.source),
                target: own.target.joined(&other.target),
            }),
            // Batches of one experiment are of one kind.
            _ => self.clone(),
        }
    }

    fn part(&self, start: usize, count: usize) -> Self {
        match self {
            Self::Images(images) => Self::Images(images.clone().narrow(1, start, count)),
            Self::Sentences(Sentences { source, target }) => {
                Self::Sentences(Sentences { source: source.part(start, count), target: target.part(start, count) })
            }
        }
    }
}

impl SentenceTensor {
    fn joined(&self, other: &Self) -> Self {
        Self {
            symbols: Tensor::cat(vec![self.symbols.clone(), other.symbols.clone()], 0),
            present: Tensor::cat(vec![self.present.clone(), other.present.clone()], 0),
        }
    }

    fn part(&self, start: usize, count: usize) -> Self {
        Self {
            symbols: self.symbols.clone().narrow(0, start, count),
            present: self.present.clone().narrow(0, start, count),
        }
    }
}
