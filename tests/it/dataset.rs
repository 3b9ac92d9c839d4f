//! Tests of `dataset`: data sets in IDX files, the generator of digits, and the order of the batches. The catalog, files on
//! disk, CIFAR-10, numbers in words, color patterns, uploads, augmentation and error messages have separate files.

mod augment;
mod catalog;
pub(crate) mod cifar;
mod disk;
mod foreign;
mod idx_files;
mod numbers;
mod patterns;
mod selection;
mod text;
mod upload;
mod uses;
mod words;

use crate::fixtures::{part, skipped};
use emergence_lab::catalog::{DataFile, Publication};
use emergence_lab::dataset::batcher::Batcher;
use emergence_lab::dataset::files;
use emergence_lab::dataset::readers::gzip::gunzip;
use emergence_lab::dataset::readers::{self, LoadedFiles, ReadFile, idx};
use emergence_lab::dataset::recipe::Recipe;
use emergence_lab::dataset::{Dataset, DatasetChecksum, ImageSet, Part, digits};
use emergence_lab::digest::sha256;
use emergence_lab::error::{DatasetError, Error};
use emergence_lab::experiment::DatasetName;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

fn header(magic: u32, lengths: &[u32]) -> Vec<u8> {
    std::iter::once(&magic).chain(lengths).flat_map(|word| word.to_be_bytes()).collect()
}

fn images_file(count: u32, side: u32) -> Vec<u8> {
    let mut bytes = header(idx::IMAGES_MAGIC, &[count, side, side]);
    bytes.extend((0..count * side * side).map(|pixel| (pixel % 251) as u8));
    bytes
}

fn labels_file(labels: &[u8]) -> Vec<u8> {
    let mut bytes = header(idx::LABELS_MAGIC, &[u32::try_from(labels.len()).expect("few labels")]);
    bytes.extend(labels);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// A data set of three training and two test images, as files.
fn small_files() -> [Vec<u8>; 4] {
    [images_file(3, 28), labels_file(&[5, 0, 9]), images_file(2, 28), labels_file(&[7, 2])]
}

/// The checksum of the examples in use.
fn checksum_of(images: &ImageSet) -> String {
    Dataset::Images(images.clone()).sha256()
}

fn small() -> ImageSet {
    assemble(&small_files()).expect("complete files")
}

fn assemble(contents: &[Vec<u8>; 4]) -> Result<ImageSet, Error> {
    let contents = contents.iter().cloned();
    let read = published(DatasetName::Mnist).files.iter().zip(contents).map(|(file, bytes)| ReadFile { file, bytes });
    readers::assemble(DatasetName::Mnist, published(DatasetName::Mnist), &read.collect::<Vec<_>>()).map(images)
}

/// The files of a data set that is published as files.
fn published(name: DatasetName) -> &'static Publication {
    name.row().publication().expect("published as files")
}

/// MNIST's files: training images, training labels, test images and test labels.
fn mnist_files() -> [DataFile; 4] {
    published(DatasetName::Mnist).files.try_into().expect("four files")
}

fn load(folder: &Path, name: DatasetName) -> Result<ImageSet, Error> {
    files::load(folder, name, published(name)).map(images)
}

fn images(loaded: LoadedFiles) -> ImageSet {
    match loaded {
        LoadedFiles::Images(images) => images,
        LoadedFiles::Sentences(_) => panic!("images"),
    }
}

fn check(folder: &Path, name: DatasetName) -> Result<(), Error> {
    files::check(folder, name, published(name))
}

/// A temporary folder for one test, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("emergence-lab-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        self.put_in("mnist", name, bytes);
    }

    fn put_in(&self, folder: &str, name: &str, bytes: &[u8]) {
        let folder = self.0.join(folder);
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        std::fs::write(folder.join(name), bytes).expect("the temporary folder is writable");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

proptest! {
    #[test]
    fn assembling_and_unpacking_arbitrary_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(assemble(&std::array::from_fn(|_| bytes.clone())).is_err(), "too short to hold an image");
        if let Ok(unpacked) = gunzip("f", &bytes[..], 100) {
            prop_assert!(unpacked.len() <= 100, "bounded");
        }
    }
}

#[test]
fn assembling_checks_that_files_belong_together() {
    let [train, test] = [&small().train, &small().test].map(|part| (part.len(), part.split().images.len()));
    assert_eq!((train, test), ((3, 3 * 784), (2, 2 * 784)), "examples and pixels");
    let mut files = small_files();
    files[1] = labels_file(&[5, 0]);
    let got = assemble(&files).expect_err("a label is missing");
    let [train_images, train_labels, test_images, _] = mnist_files();
    let expected = DatasetError::LabelCount {
        images_file: train_images.name.to_owned(),
        labels_file: train_labels.name.to_owned(),
        images: 3,
        labels: 2,
    }
    .into();
    assert_eq!(got, expected, "a label is missing");
    let mut files = small_files();
    files[2] = images_file(2, 14);
    let got = assemble(&files).expect_err("smaller images");
    let file = test_images.name.to_owned();
    assert_eq!(got, DatasetError::ImageSize { file, expected: (28, 28), got: (14, 14) }.into(), "smaller images");
    let mut files = small_files();
    (files[2], files[3]) = (images_file(0, 28), labels_file(&[]));
    assert_eq!(assemble(&files), Err(DatasetError::NoExamples { part: Part::Test }.into()), "no test images");
}

#[test]
fn examples_are_normalized_and_truncated() {
    let dataset = small();
    let mut out = vec![9.0; 5];
    dataset.write_examples(Part::Train, &[2, 0], &mut out).expect("both are there");
    assert_eq!(out.len(), 2 * 784, "replaced, not appended to");
    // By hand: pixel 0 of image 2 is 2 * 784 % 251 = 62, pixel 3 of image 0 is 3. Same operations, so the same bits.
    assert_eq!((out[0], out[787]), ((62.0 / 255.0 - 0.1307) / 0.3081, (3.0 / 255.0 - 0.1307) / 0.3081), "inputs");
    let mut labels = Vec::new();
    dataset.write_labels(Part::Train, &[2, 0], &mut labels).expect("both are there");
    assert_eq!(labels, [9, 5], "labels");
    let no_such = Err(DatasetError::NoSuchExample { index: 2, examples: 2 }.into());
    assert_eq!(dataset.write_examples(Part::Test, &[2], &mut out), no_such, "images");
    assert_eq!(dataset.write_labels(Part::Test, &[2], &mut labels), no_such, "labels");

    let whole = dataset;
    let too_many = Err(DatasetError::TooManyExamples { part: Part::Test, asked: 3, available: 2 }.into());
    assert_eq!(whole.selected(&part(Some(1), Some(3))), too_many, "more than there are");
    assert_eq!(
        whole.selected(&part(Some(0), None)),
        Err(DatasetError::NoExamples { part: Part::Train }.into()),
        "none"
    );
    assert_eq!(whole.selected(&part(None, None)), Ok(whole.clone()), "all");
    let dataset = whole.selected(&part(Some(2), None)).expect("fewer than there are");
    assert_eq!(
        (dataset.train.split().images.len(), dataset.train.split().labels.len(), dataset.test.len()),
        (1568, 2, 2),
        "sizes"
    );
    let used = [&whole.train.split().images[..1568], &[5, 0], &whole.test.split().images, &[7, 2]].concat();
    assert_eq!(checksum_of(&dataset), sha256([&used]), "the checksum covers the examples in use");
    assert_ne!(checksum_of(&dataset), checksum_of(&whole), "other examples have a different checksum");
}

/// The error about a file that exists neither plain nor gzipped.
fn missing_file(folder: &Path, dataset: DatasetName, file: &str) -> Error {
    let path = folder.join(dataset.row().name).join(file).display().to_string();
    DatasetError::DataFileMissing { path, dataset, directory: folder.display().to_string() }.into()
}

/// The folder of the real data, `$EMERGENCE_LAB_DATA` or else `data/`, if it contains the data set `name`. Otherwise the test
/// must return.
pub(crate) fn real_data(name: &str) -> Option<PathBuf> {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let folder = std::env::var_os("EMERGENCE_LAB_DATA").map_or_else(own, PathBuf::from);
    if folder.join(name).is_dir() {
        return Some(folder);
    }
    skipped(&format!("no {name}/ in {} (`cargo xtask data {name}` fetches it)", folder.display()));
    None
}

/// The documented constants of each channel are within `tolerance` of the measured ones.
fn check_normalization(dataset: &ImageSet, tolerance: f64) {
    let (pixels, plane) = (dataset.pixels(), dataset.height * dataset.width);
    assert_eq!(dataset.normalization.len(), dataset.channels, "one for each channel");
    for (channel, stated) in dataset.normalization.iter().enumerate() {
        let mut histogram = [0_u64; 256];
        for image in dataset.train.split().images.chunks(pixels) {
            for pixel in &image[channel * plane..(channel + 1) * plane] {
                histogram[usize::from(*pixel)] += 1;
            }
        }
        let moment = |power| {
            let value = |pixel: usize| (pixel as f64 / 255.0).powi(power);
            histogram.iter().enumerate().map(|(pixel, count)| value(pixel) * *count as f64).sum::<f64>()
                / (dataset.train.len() * plane) as f64
        };
        let (mean, std) = (moment(1), (moment(2) - moment(1).powi(2)).sqrt());
        let wrong = |measured: f64, stated: f32| (measured - f64::from(stated)).abs() > tolerance;
        let right = !wrong(mean, stated.mean) && !wrong(std, stated.std);
        assert!(right, "channel {channel}: measured {mean} and {std}, stated {stated:?}");
    }
}

#[test]
fn digits_are_the_same_everywhere() {
    let dataset = ImageSet::drawn(&digits::RECIPE, digits::SEED, 100, 20).expect("few");
    let bytes = [&dataset.train.split().images[..], &dataset.train.split().labels].concat();
    let golden = "8d0ec2a104cd021bc062a5219d74e5f13723c0b410296b11ad4486d08e3196b5";
    assert_eq!(sha256([&bytes]), golden, "the first 100 examples");
    let (image, label) = digits::example(digits::SEED, 7);
    assert_eq!(
        (&dataset.train.split().images[7 * 784..8 * 784], dataset.train.split().labels[7]),
        (&image[..], label),
        "generated separately"
    );
    let (image, label) = digits::example(digits::SEED, digits::FIRST_TEST_INDEX);
    assert_eq!(
        (&dataset.test.split().images[..784], dataset.test.split().labels[0]),
        (&image[..], label),
        "the first test example"
    );
    let backwards = ImageSet::drawn(&digits::RECIPE, digits::SEED, 100, 20).expect("few");
    (0..100).rev().for_each(|index| assert!(backwards.train.get(index).is_some(), "{index}"));
    assert_eq!(backwards, dataset, "in another order");
    assert_eq!(dataset.train.get(100), None, "no more");
    assert_ne!(digits::example(1, 7).0, digits::example(digits::SEED, 7).0, "another seed");
}

#[test]
fn examples_are_drawn_once_when_they_are_needed() {
    static DRAWN: AtomicUsize = AtomicUsize::new(0);
    static RECIPE: Recipe = Recipe {
        example: |seed, index| {
            DRAWN.fetch_add(1, Ordering::Relaxed);
            (digits::RECIPE.example)(seed, index)
        },
        ..digits::RECIPE
    };
    let whole = ImageSet::drawn(&RECIPE, 3, 1000, 50).expect("few");
    let few = whole.selected(&part(Some(20), None)).expect("fewer");
    let mut images = Vec::new();
    few.write_examples(Part::Train, &[7, 3, 7], &mut images).expect("they exist");
    whole.write_examples(Part::Train, &[3], &mut images).expect("it exists");
    assert_eq!(DRAWN.load(Ordering::Relaxed), 2, "3 and 7, shared by both");
    assert_eq!(checksum_of(&few).len(), 64, "a checksum");
    assert_eq!(DRAWN.load(Ordering::Relaxed), 70, "all of the smaller one");
    let mut checksum = DatasetChecksum::default();
    let few_examples = Dataset::Images(few.clone());
    while !checksum.advance(&few_examples, 7) {}
    assert_eq!(checksum.finish(), checksum_of(&few), "in pieces");
}

#[test]
fn digits_are_varied_and_balanced() {
    let dataset = ImageSet::drawn(&digits::RECIPE, digits::SEED, 2000, 1).expect("few");
    for class in 0..10 {
        let count = dataset.train.split().labels.iter().fold(0, |count, label| count + u32::from(*label == class));
        // Binomial(2000, 0.1): mean 200, standard deviation 13.4; five of them are 67.
        assert!((133..=267).contains(&count), "{count} examples of {class}");
    }
    let images: std::collections::HashSet<&[u8]> = dataset.train.iter().map(|(image, _)| image).collect();
    assert_eq!(images.len(), 2000, "no image twice");
    for image in images {
        let ink = image.iter().filter(|pixel| **pixel > 100).count();
        assert!((12..400).contains(&ink), "{ink} pixels of ink: neither blank nor completely filled");
        let border = (0..28).filter(|at| image[*at] > 100 || image[27 * 28 + at] > 100).count();
        assert!(border < 10, "{border} pixels of ink in the first and last row: cut off");
    }
}

#[test]
fn digits_have_the_stated_normalization() {
    let dataset = ImageSet::drawn(&digits::RECIPE, digits::SEED, 3000, 1).expect("few");
    // The constants are those of 60,000 images. The mean (standard deviation) of an image varies by 0.035 (0.05) from image
    // to image, by 0.0007 (0.001) over 3000 of them; five of the larger are 0.005.
    check_normalization(&dataset, 0.005);
}

#[test]
fn digits_are_limited() {
    let too_many = DatasetError::TooManyExamples { part: Part::Train, asked: 60_001, available: 60_000 }.into();
    assert_eq!(ImageSet::drawn(&digits::RECIPE, 0, 60_001, 1), Err(too_many), "too many");
    assert_eq!(
        ImageSet::drawn(&digits::RECIPE, 0, 1, 0),
        Err(DatasetError::NoExamples { part: Part::Test }.into()),
        "none"
    );
}

#[test]
fn every_epoch_uses_every_example_once() {
    let mut batcher = Batcher::new(1000, 100, 3).expect("ten batches");
    assert_eq!(batcher.steps_per_epoch(), 10, "steps per epoch");
    let mut epoch = |epoch: u64| (0..10).flat_map(|step| batcher.batch(10 * epoch + step).to_vec()).collect::<Vec<_>>();
    let (first, second) = (epoch(0), epoch(1));
    assert_ne!(first, second, "each epoch has its own order");
    for order in [&first, &second] {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..1000).collect::<Vec<_>>(), "a permutation");
    }
    let bytes: Vec<u8> = first.iter().flat_map(|index| index.to_le_bytes()).collect();
    let mut another = Batcher::new(1000, 100, 3).expect("ten batches");
    assert_eq!(another.batch(17), &second[700..800], "any step can be looked up without the steps before it");
    assert_eq!(another.batch(2), &first[200..300], "and back");
    assert_eq!(
        another.order_sha256(),
        sha256([&bytes]),
        "the checksum is that of the first epoch, regardless of the current step"
    );
    let mut larger = Batcher::new(1000, 300, 3).expect("three batches");
    assert_eq!((larger.steps_per_epoch(), larger.batch(2)), (3, &first[600..900]), "the partial batch is dropped");
    assert_eq!(larger.batch(3), &second[..300], "then comes the next epoch");
    assert_ne!(Batcher::new(1000, 100, 4).expect("ten batches").batch(0), &first[..100], "another seed");
}

/// From tests/data/init_reference.py, an independent program.
#[test]
fn the_order_is_the_same_everywhere() {
    let mut batcher = Batcher::new(60_000, 128, 0).expect("many batches");
    assert_eq!(batcher.steps_per_epoch(), 468, "60,000 / 128 is 468.75");
    let first = [51576, 12718, 28286, 32481, 8112, 15259, 44349, 13317];
    assert_eq!(batcher.batch(0)[..8], first, "first indices");
    assert_eq!(
        batcher.order_sha256(),
        "779cbe4d86db372a9f7bae14bba2ce94d6b959405e0cdfb2783894b823e54301",
        "the first epoch"
    );
}

#[test]
fn the_order_is_uniform() {
    // All 24 permutations of four examples over 4800 epochs: 200 each expected, standard deviation 13.8, five are 69.
    let mut batcher = Batcher::new(4, 4, 0).expect("one batch");
    let mut counts = std::collections::HashMap::new();
    (0..4800).for_each(|step| *counts.entry(batcher.batch(step).to_vec()).or_insert(0) += 1);
    assert_eq!(counts.len(), 24, "every permutation occurs");
    for (order, count) in counts {
        assert!((131..=269).contains(&count), "{order:?}: {count} of 4800");
    }
}

#[test]
fn batches_need_examples() {
    for (examples, batch_size) in [(10, 11), (10, 0), (0, 1), (1 << 32, 1)] {
        let got = Batcher::new(examples, batch_size, 0).map(|batcher| batcher.steps_per_epoch());
        assert_eq!(got, Err(DatasetError::BatchSize { examples, batch_size }.into()), "{batch_size} of {examples}");
    }
    assert_eq!(Batcher::new(10, 10, 0).map(|batcher| batcher.steps_per_epoch()), Ok(1), "exactly one batch");
}
