//! The generator of color patterns: the same bytes on every platform, balanced labels, colors that do not reveal the class,
//! and images that a linear classifier cannot learn.

use super::check_normalization;
use crate::fixtures::part;
use emergence_lab::dataset::patterns::{self, AREA, SEED, SIDE, VALUES};
use emergence_lab::dataset::{ImageSet, LabeledExamples, Part};
use emergence_lab::digest::sha256;
use emergence_lab::error::DatasetError;
use emergence_lab::experiment::dataset::ExampleFacts;
use emergence_lab::experiment::{DatasetName, DatasetSpec};
use std::collections::HashSet;
use std::sync::LazyLock;

/// 2000 training and 500 test examples, made once for all tests.
static SOME: LazyLock<ImageSet> = LazyLock::new(|| first(2000, 500));

/// The first examples of the data set.
fn first(train: usize, test: usize) -> ImageSet {
    ImageSet::drawn(&patterns::RECIPE, SEED, train, test).expect("few")
}

#[test]
fn patterns_are_the_same_everywhere() {
    let dataset = first(100, 20);
    let bytes = [&dataset.train.split().images[..], &dataset.train.split().labels].concat();
    let golden = "262dbf018dd90232ef43babc082e8c1ad8ca0f2143be572ab3cf510e25779418";
    assert_eq!(sha256([&bytes]), golden, "the first 100 examples");
    let (image, label) = patterns::example(SEED, 7);
    let got = (&dataset.train.split().images[7 * VALUES..8 * VALUES], dataset.train.split().labels[7]);
    assert_eq!(got, (&image[..], label), "generated separately");
    let (image, label) = patterns::example(SEED, patterns::FIRST_TEST_INDEX);
    let got = (&dataset.test.split().images[..VALUES], dataset.test.split().labels[0]);
    assert_eq!(got, (&image[..], label), "the first test example");
    assert_ne!(patterns::example(1, 7).0, patterns::example(SEED, 7).0, "another seed");
}

#[test]
fn fewer_patterns_are_the_first_ones() {
    let few = first(30, 10);
    assert_eq!(first(100, 20).selected(&part(Some(30), Some(10))), Ok(few), "a prefix");
}

#[test]
fn patterns_are_color_images_of_ten_classes() {
    let dataset = first(5, 3);
    assert_eq!(dataset.name, DatasetName::Patterns, "name");
    let shape = (dataset.channels, dataset.height, dataset.width, dataset.classes);
    assert_eq!(shape, (3, 32, 32, 10), "shape");
    let facts = DatasetSpec::whole(DatasetName::Patterns).facts().expect("known before it is drawn");
    let examples = ExampleFacts::images(dataset.shape(), dataset.classes);
    assert_eq!(examples, facts.examples, "the facts used by the limits");
    let most = (patterns::TRAIN_EXAMPLES, patterns::TEST_EXAMPLES);
    assert_eq!(most, (facts.train, facts.test), "the largest allowed numbers");
    assert_eq!(dataset.class_names()[3..5], ["triangle", "cross"], "names of classes");
}

#[test]
fn patterns_are_varied_and_balanced() {
    for class in 0..10 {
        let count = SOME.train.split().labels.iter().fold(0, |count, label| count + u32::from(*label == class));
        // Binomial(2000, 0.1): mean 200, standard deviation 13.4; five of them are 67.
        assert!((133..=267).contains(&count), "{count} examples of {class}");
    }
    let images: HashSet<&[u8]> = SOME.train.iter().map(|(image, _)| image).collect();
    assert_eq!(images.len(), 2000, "no image twice");
    // A channel need not separate the figure from the background, but one of them must.
    let flat = |plane: &[u8]| plane.iter().max().zip(plane.iter().min()).is_none_or(|(high, low)| high - low < 20);
    for image in images {
        assert!(!image.chunks(AREA).all(flat), "a visible figure");
    }
}

#[test]
fn patterns_have_the_stated_normalization() {
    // The constants are those of 20,000 images. The mean (standard deviation) of a channel varies by 0.16 (0.05) from image to
    // image, by 0.0036 over 2000 of them; five of these are 0.018.
    check_normalization(&SOME, 0.018);
}

#[test]
fn patterns_are_limited() {
    let too_many = DatasetError::TooManyExamples { part: Part::Train, asked: 20_001, available: 20_000 }.into();
    assert_eq!(ImageSet::drawn(&patterns::RECIPE, 0, 20_001, 1), Err(too_many), "too many training examples");
    let too_many = DatasetError::TooManyExamples { part: Part::Test, asked: 4001, available: 4000 }.into();
    assert_eq!(ImageSet::drawn(&patterns::RECIPE, 0, 1, 4001), Err(too_many), "too many test examples");
    assert_eq!(
        ImageSet::drawn(&patterns::RECIPE, 0, 0, 1),
        Err(DatasetError::NoExamples { part: Part::Train }.into()),
        "no training examples"
    );
    assert_eq!(
        ImageSet::drawn(&patterns::RECIPE, 0, 1, 0),
        Err(DatasetError::NoExamples { part: Part::Test }.into()),
        "no test examples"
    );
}

/// The mean colors of the images.
fn mean_colors(examples: &LabeledExamples) -> Vec<[f64; 3]> {
    let mean = |plane: &[u8]| plane.iter().map(|value| f64::from(*value)).sum::<f64>() / AREA as f64;
    let color = |image: &[u8]| std::array::from_fn(|channel| mean(&image[channel * AREA..(channel + 1) * AREA]));
    examples.iter().map(|(image, _)| color(image)).collect()
}

#[test]
fn colors_do_not_reveal_the_class() {
    let (train, test) = (mean_colors(&SOME.train), mean_colors(&SOME.test));
    let (mut sums, mut counts) = ([[0.0; 3]; 10], [0.0; 10]);
    for (color, label) in train.iter().zip(&SOME.train.split().labels) {
        let class = usize::from(*label);
        counts[class] += 1.0;
        (0..3).for_each(|channel| sums[class][channel] += color[channel]);
    }
    let distance = |color: &[f64; 3], class: usize| -> f64 {
        (0..3).map(|channel| (color[channel] - sums[class][channel] / counts[class]).powi(2)).sum()
    };
    let nearest = |color: &[f64; 3]| {
        (0..10).min_by(|a, b| distance(color, *a).total_cmp(&distance(color, *b))).expect("ten classes")
    };
    let right = test.iter().zip(SOME.test.iter()).filter(|(color, (_, label))| nearest(color) == usize::from(*label));
    // Chance is Binomial(500, 0.1): mean 50, standard deviation 6.7; 75 are 15 %.
    let right = right.count();
    assert!(right < 75, "{right} of 500 by the nearest mean color of a class");
}

/// Rows and columns of [`lightness`].
const HALF: usize = SIDE / 2;

/// The images without color at half the resolution, approximately normalized, each with a 1 for the bias. A linear classifier
/// loses little information and needs fewer examples: differences between the class means are the same in all channels and
/// extend over many pixels.
fn lightness(examples: &LabeledExamples) -> Vec<[f32; HALF * HALF + 1]> {
    let image = |image: &[u8]| {
        let mut sums = [0_u16; HALF * HALF];
        for (place, value) in image.iter().enumerate() {
            let (row, column) = (place % AREA / SIDE, place % SIDE);
            sums[row / 2 * HALF + column / 2] += u16::from(*value);
        }
        let mut inputs = [1.0; HALF * HALF + 1];
        inputs.iter_mut().zip(sums).for_each(|(input, sum)| *input = (f32::from(sum) / 12.0 - 127.5) / 54.0);
        inputs
    };
    examples.iter().map(|(pixels, _)| image(pixels)).collect()
}

/// `weights` times the inputs, for each class.
fn logits(weights: &[[f32; HALF * HALF + 1]; 10], inputs: &[f32]) -> [f32; 10] {
    weights.map(|row| row.iter().zip(inputs).map(|(weight, input)| weight * input).sum())
}

/// Softmax regression by stochastic gradient descent, one example at a time.
fn softmax_regression(images: &[[f32; HALF * HALF + 1]], labels: &[u8]) -> [[f32; HALF * HALF + 1]; 10] {
    const EPOCHS: usize = 3;
    const LEARNING_RATE: f32 = 2e-3;
    let mut weights = [[0.0; HALF * HALF + 1]; 10];
    for (inputs, label) in (0..EPOCHS).flat_map(|_| images.iter().zip(labels)) {
        let logits = logits(&weights, inputs);
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let parts = logits.map(|logit| (logit - largest).exp());
        let sum = parts.iter().sum::<f32>();
        for (class, (row, part)) in weights.iter_mut().zip(parts).enumerate() {
            let target = if class == usize::from(*label) { 1.0 } else { 0.0 };
            let step = LEARNING_RATE * (target - part / sum);
            row.iter_mut().zip(inputs).for_each(|(weight, input)| *weight += step * input);
        }
    }
    weights
}

#[test]
fn a_linear_classifier_does_not_learn_patterns() {
    let weights = softmax_regression(&lightness(&SOME.train), &SOME.train.split().labels);
    let chosen = |inputs: &[f32]| {
        let logits = logits(&weights, inputs);
        (0..10).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).expect("ten classes")
    };
    let images = lightness(&SOME.test);
    let right =
        images.iter().zip(SOME.test.iter()).filter(|(inputs, (_, label))| chosen(*inputs) == usize::from(*label));
    // More than the 50 expected by chance, because shapes are near the center and usually lighter than the background; far
    // fewer than the 450 of a small convolutional network after 600 steps.
    let right = right.count();
    assert!((100..275).contains(&right), "{right} of 500 test images");
}
