//! Batches of examples as tensors.

use crate::dataset::batcher::Batcher;
use crate::dataset::pairs::length;
use crate::dataset::symbols::{BEGINNING, END, FIRST_WORD, PADDING};
use crate::dataset::{Dataset, ImageSet, PairSet, Part};
use crate::error::{DatasetError, Result};
use crate::experiment::dataset::ExampleFacts;
use crate::init::draw::StandardNormals;
use crate::model::{Batch, Inputs, SentenceTensor, Sentences, Targets};
use crate::rng::{Purpose, below, stream};
use crate::tune::Examples;
use burn::tensor::{Device, Tensor, TensorData};
use std::rc::Rc;

/// Training examples in the order used for tuning, never augmented.
#[derive(Debug)]
pub(super) struct TuningExamples {
    dataset: Rc<Dataset>,
    seed: u64,
    smoothing: f64,
    device: Device,
    /// The batcher for the batch size requested last.
    batcher: Option<(usize, Batcher)>,
}

impl TuningExamples {
    /// Examples in the order given by `seed`, with this label smoothing.
    pub(super) fn new(dataset: &Rc<Dataset>, seed: u64, smoothing: f64, device: &Device) -> Self {
        Self { dataset: Rc::clone(dataset), seed, smoothing, device: device.clone(), batcher: None }
    }

    /// Symbols drawn uniformly from the words of a vocabulary, and for translations a symbol for the end: no padding.
    fn noise_sentences(&self, pairs: &PairSet, size: usize, index: u64) -> Batch {
        let mut sources = stream(self.seed, Purpose::TuningInputs, index);
        let mut targets = stream(self.seed, Purpose::TuningLabels, index);
        let ([source, target], [source_symbols, target_symbols]) = (positions(pairs), symbols(pairs));
        // Vocabularies have far fewer than 2^16 symbols.
        let word = |draws: &mut _, symbols: usize| {
            let words = u32::try_from(symbols - usize::from(FIRST_WORD)).unwrap_or(u32::MAX);
            FIRST_WORD + u16::try_from(below(draws, words)).unwrap_or_default()
        };
        let mut sentences = Vec::with_capacity(size);
        for _ in 0..size {
            let source: Vec<u16> = (0..source).map(|_| word(&mut sources, source_symbols)).collect();
            let words = (1..target).map(|_| word(&mut targets, target_symbols));
            sentences.push((source, words.chain([END]).collect()));
        }
        let pairs =
            sentences.iter().map(|(source, target): &(Vec<u16>, Vec<u16>)| (source.as_slice(), target.as_slice()));
        sentence_batch(pairs, [source, target], target_symbols, self.smoothing, &self.device)
    }

    #[expect(clippy::cast_possible_truncation, reason = "kept in the precision of the weights")]
    fn noise_images(&self, images: &ImageSet, size: usize, index: u64) -> Batch {
        let (inputs, classes) = (images.pixels(), images.classes);
        let normals = StandardNormals::new(stream(self.seed, Purpose::TuningInputs, index));
        let pixels = normals.take(size * inputs).map(|normal| normal as f32).collect::<Vec<_>>();
        let mut draws = stream(self.seed, Purpose::TuningLabels, index);
        let mut one_hot = vec![0.0_f32; size * classes];
        for row in one_hot.chunks_exact_mut(classes) {
            // There are at most 256 classes, so the conversion cannot fail.
            row[below(&mut draws, u32::try_from(classes).unwrap_or(u32::MAX)) as usize] = 1.0;
        }
        Batch::of_images(
            Tensor::from_data(TensorData::new(pixels, [1, size, inputs]), &self.device),
            Tensor::from_data(TensorData::new(one_hot, [1, size, classes]), &self.device),
        )
    }
}

impl Examples for TuningExamples {
    fn batch(&mut self, size: usize, index: u64) -> Result<Batch> {
        let mut batcher = match self.batcher.take().filter(|(of, _)| *of == size) {
            Some((_, batcher)) => batcher,
            None => Batcher::for_tuning(self.dataset.len(Part::Train), size, self.seed)?,
        };
        let form = BatchForm { augmentation: None, smoothing: self.smoothing };
        let batch = batch(&self.dataset, Part::Train, batcher.batch(index), form, &self.device);
        self.batcher = Some((size, batcher));
        batch
    }

    fn noise(&mut self, size: usize, index: u64) -> Result<Batch> {
        Ok(match &*self.dataset {
            Dataset::Images(images) => self.noise_images(images, size, index),
            Dataset::Pairs(pairs) => self.noise_sentences(pairs, size, index),
        })
    }
}

/// How examples become a batch.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BatchForm {
    /// The key (seed, step) by which training images are augmented; they are not if it is absent.
    pub(super) augmentation: Option<(u64, u64)>,
    /// Label smoothing of sentences.
    pub(super) smoothing: f64,
}

/// Examples with their targets.
pub(super) fn batch(dataset: &Dataset, part: Part, indices: &[u32], form: BatchForm, device: &Device) -> Result<Batch> {
    match dataset {
        Dataset::Images(images) => {
            let inputs = match form.augmentation {
                Some(key) => augmented(images, indices, key, device)?,
                None => pixels(images, part, indices, device)?,
            };
            Ok(Batch::of_images(inputs, one_hot(images, part, indices, device)?))
        }
        Dataset::Pairs(pairs) => {
            let examples = pairs.part(part);
            let get = |index: &u32| {
                let missing = DatasetError::NoSuchExample { index: *index, examples: examples.len() };
                examples.get(*index as usize).ok_or(missing)
            };
            let sentences = indices.iter().map(get).collect::<std::result::Result<Vec<_>, _>>()?;
            Ok(sentence_batch(sentences.into_iter(), positions(pairs), symbols(pairs)[1], form.smoothing, device))
        }
    }
}

/// Pairs of sentences, cut to these numbers of positions.
pub(super) fn sentence_batch<'symbols>(
    pairs: impl Iterator<Item = (&'symbols [u16], &'symbols [u16])>,
    [source_positions, target_positions]: [usize; 2],
    classes: usize,
    smoothing: f64,
    device: &Device,
) -> Batch {
    let (mut sources, mut targets, mut before, mut counted) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (source, target) in pairs {
        let target = &target[..target_positions];
        sources.extend_from_slice(&source[..source_positions]);
        targets.extend_from_slice(target);
        // The decoder reads the beginning, and then everything but the end.
        before.push(BEGINNING);
        before
            .extend(target[..target_positions - 1].iter().map(|symbol| if *symbol == END { PADDING } else { *symbol }));
        counted.push(length(target));
    }
    let inputs = Inputs::Sentences(Sentences {
        source: sentence_tensor(&sources, source_positions, device),
        target: sentence_tensor(&before, target_positions, device),
    });
    Batch { inputs, targets: Targets { distribution: distribution(&targets, classes, smoothing, device), counted } }
}

/// Symbols, `[sentences, positions]`.
pub(super) fn sentence_tensor(symbols: &[u16], positions: usize, device: &Device) -> SentenceTensor {
    let shape = [symbols.len() / positions.max(1), positions];
    let present = symbols.iter().map(|symbol| f32::from(u8::from(*symbol != PADDING))).collect::<Vec<_>>();
    let symbols = symbols.iter().map(|symbol| i32::from(*symbol)).collect::<Vec<_>>();
    SentenceTensor {
        symbols: Tensor::from_data(TensorData::new(symbols, shape), device),
        present: Tensor::from_data(TensorData::new(present, shape), device),
    }
}

/// `(1 - s) one_hot + s / V` for every symbol that is not padding, zeros for the others, `[1, symbols, V]`.
#[expect(clippy::cast_possible_truncation, reason = "the precision of the values")]
fn distribution(symbols: &[u16], classes: usize, smoothing: f64, device: &Device) -> Tensor<3> {
    let (spread, rest) = ((smoothing / classes as f64) as f32, (1.0 - smoothing) as f32);
    let mut values = vec![0.0_f32; symbols.len() * classes];
    for (row, symbol) in values.chunks_exact_mut(classes).zip(symbols) {
        if *symbol != PADDING {
            row.fill(spread);
            row[usize::from(*symbol)] += rest;
        }
    }
    Tensor::from_data(TensorData::new(values, [1, symbols.len(), classes]), device)
}

/// Positions of a sentence and of a translation.
pub(super) fn positions(pairs: &PairSet) -> [usize; 2] {
    sizes(pairs).map(|[_, positions]| positions)
}

/// Symbols of both languages.
pub(super) fn symbols(pairs: &PairSet) -> [usize; 2] {
    sizes(pairs).map(|[symbols, _]| symbols)
}

fn sizes(pairs: &PairSet) -> [[usize; 2]; 2] {
    match pairs.examples {
        ExampleFacts::Pairs { source, target, .. } => [source, target].map(|side| [side.symbols, side.positions]),
        ExampleFacts::Images { .. } => [[0; 2]; 2],
    }
}

/// Normalized images, `[1, examples, inputs]`.
fn pixels(images: &ImageSet, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut values = Vec::new();
    images.write_examples(part, indices, &mut values)?;
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), images.pixels()]), device))
}

/// Normalized training images, cropped and flipped as determined by (seed, step), `[1, examples, inputs]`.
fn augmented(images: &ImageSet, indices: &[u32], key: (u64, u64), device: &Device) -> Result<Tensor<3>> {
    let mut values = Vec::new();
    images.write_augmented(Part::Train, indices, key.0, key.1, &mut values)?;
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), images.pixels()]), device))
}

/// One-hot targets, `[1, examples, classes]`. Computed on the CPU, since Burn's own `one_hot` reads back synchronously.
fn one_hot(images: &ImageSet, part: Part, indices: &[u32], device: &Device) -> Result<Tensor<3>> {
    let mut labels = Vec::new();
    images.write_labels(part, indices, &mut labels)?;
    let classes = images.classes;
    let mut values = vec![0.0_f32; indices.len() * classes];
    for (row, label) in values.chunks_exact_mut(classes).zip(labels) {
        row[usize::from(label)] = 1.0;
    }
    Ok(Tensor::from_data(TensorData::new(values, [1, indices.len(), classes]), device))
}
