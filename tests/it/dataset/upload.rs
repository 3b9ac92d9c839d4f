//! A visitor's own files: how they are recognized, and why unusable ones are rejected.

use super::cifar::{batch, tar};
use super::{gzip, header, images_file, labels_file};
use emergence_lab::catalog::FileContent;
use emergence_lab::dataset::readers::archive::NamedFile;
use emergence_lab::dataset::readers::idx;
use emergence_lab::dataset::upload::{self, Upload};
use emergence_lab::dataset::{ImageSet, Normalization, Part};
use emergence_lab::error::{Conversion, DatasetError, Error, UnknownFile, UploadError};
use emergence_lab::experiment::DatasetName;
use proptest::prelude::*;

/// A file by its name and contents.
type Given<'a> = (&'a str, &'a [u8]);

fn assemble(files: &[Given<'_>]) -> Result<ImageSet, Error> {
    let files = files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.to_vec() });
    match upload::assemble(files.collect(), &[])?.0 {
        Upload::Images(images) => Ok(images),
        Upload::Sentences(_) => panic!("images"),
    }
}

fn labels_of(files: &[Given<'_>]) -> (Vec<u8>, Vec<u8>) {
    let dataset = assemble(files).expect("usable files");
    (dataset.train.split().labels.clone(), dataset.test.split().labels.clone())
}

#[test]
fn batches_are_read_in_the_order_of_their_names() {
    let [one, two, test] = [&[1, 2][..], &[3], &[4, 5]].map(batch);
    let files: [Given<'_>; 3] = [("Test_Batch.bin", &test), ("data_batch_2.bin.gz", &two), ("data_batch_1.bin", &one)];
    assert_eq!(labels_of(&files), (vec![1, 2, 3], vec![4, 5]), "the test batch by its name");
    let dataset = assemble(&files).expect("usable files");
    assert_eq!((dataset.name, dataset.channels, dataset.height), (DatasetName::Upload, 3, 32), "shape");
    assert_eq!((dataset.classes, dataset.class_names().len()), (10, 10), "classes");
    // Every channel has a single value: its mean is exact, and its standard deviation is the lower bound.
    let expected = [10.0, 20.0, 30.0].map(|value: f32| Normalization { mean: value / 255.0, std: 1.0 / 255.0 });
    assert_eq!(dataset.normalization, expected, "per channel");
}

#[test]
fn the_last_sixth_of_a_single_part_is_used_for_testing() {
    let twelve = batch(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7]);
    let expected = (vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9], vec![8, 7]);
    assert_eq!(labels_of(&[("mine.bin", &twelve)]), expected, "training batches alone");
    assert_eq!(labels_of(&[("test.bin", &twelve)]), expected, "a test batch alone");
    assert_eq!(labels_of(&[("a.bin", &batch(&[1, 2]))]), (vec![1], vec![2]), "two examples");
    assert_eq!(assemble(&[("a.bin", &batch(&[1]))]), Err(UploadError::TooFew { got: 1 }.into()), "one example");
}

#[test]
fn an_archive_is_equivalent_to_its_files() {
    let [one, test] = [&[1, 2][..], &[4, 5]].map(batch);
    // As in the published archive, files are unsorted, with a description and a hidden file that some systems add.
    let files: [Given<'_>; 4] = [
        ("c/test_batch.bin", &test),
        ("c/readme.html", b"<html>"),
        ("c/._data_batch_1.bin", b"hidden"),
        ("c/data_batch_1.bin", &one),
    ];
    let archive = tar(&files);
    for name in ["cifar-10-binary.tar", "cifar-10-binary.tar.gz", "without a suffix"] {
        assert_eq!(labels_of(&[(name, &archive)]), (vec![1, 2], vec![4, 5]), "{name}");
    }
    let got = assemble(&[("a.tar", &tar(&[("readme", b"x")]))]);
    let useless = UploadError::Kind { file: "a.tar".to_owned(), got: UnknownFile::ArchiveWithoutData };
    assert_eq!(got, Err(useless.into()), "no data in it");
    let got = assemble(&[("a.tar", &archive[..1000])]).expect_err("cut off");
    assert!(matches!(&got, Error::Dataset(DatasetError::ArchiveDamaged { file, .. }) if file == "a.tar"), "{got}");
}

#[test]
fn idx_pairs_are_recognized_by_their_first_bytes() {
    let files: [Given<'_>; 4] = [
        ("train-images-idx3-ubyte", &images_file(3, 8)),
        ("train-labels-idx1-ubyte", &labels_file(&[0, 2, 1])),
        ("t10k-images-idx3-ubyte", &images_file(2, 8)),
        ("t10k-labels-idx1-ubyte", &labels_file(&[3, 0])),
    ];
    let dataset = assemble(&files).expect("two pairs");
    assert_eq!((dataset.channels, dataset.height, dataset.width, dataset.classes), (1, 8, 8, 4), "shape");
    assert_eq!(
        (&dataset.train.split().labels[..], &dataset.test.split().labels[..]),
        (&[0, 2, 1][..], &[3, 0][..]),
        "labels"
    );
    assert_eq!(dataset.train.split().images, &images_file(3, 8)[16..], "pixels");
    // Pixels 0 to 191: mean 95.5, variance (192^2 - 1) / 12.
    let (mean, std) = (95.5 / 255.0, (36_863.0_f64 / 12.0).sqrt() / 255.0);
    let got = dataset.normalization[0];
    assert!((f64::from(got.mean) - mean).abs() < 1e-7 && (f64::from(got.std) - std).abs() < 1e-7, "{got:?}");
    let [images, labels] = [images_file(6, 1), labels_file(&[0, 1, 2, 3, 4, 99])];
    assert_eq!(labels_of(&[("b", &labels), ("a", &images)]), (vec![0, 1, 2, 3, 4], vec![99]), "a single pair");
}

#[test]
fn files_in_unknown_formats_are_refused() {
    let images = images_file(2, 8);
    let cases: [(Given<'_>, UnknownFile); 3] = [
        (("a.gif", b"GIF89a"), UnknownFile::Format { name: "GIF", conversion: Conversion::Png }),
        (("a.txt", b""), UnknownFile::Empty),
        (("a", &gzip(&images)[..2]), UnknownFile::Beginning(vec![0x1f, 0x8b])),
    ];
    for (file, got) in cases {
        let expected = UploadError::Kind { file: file.0.to_owned(), got };
        assert_eq!(assemble(&[("i", &images), file]), Err(expected.into()), "{}", file.0);
    }
    assert_eq!(assemble(&[]), Err(UploadError::Empty.into()), "no files");
}

#[test]
fn files_that_do_not_belong_together_are_refused() {
    let [images, labels, larger] = [images_file(2, 8), labels_file(&[0, 1]), images_file(2, 9)];
    let name = |name: &str| name.to_owned();
    let twice = |content, part, first: &str, second: &str| {
        let (first, second) = (first.to_owned(), second.to_owned());
        UploadError::Twice { content, part, first, second }.into()
    };
    let unpaired = |file: &str, missing, part| UploadError::Unpaired { file: file.to_owned(), missing, part }.into();
    let cases: [(&[Given<'_>], DatasetError); 7] = [
        (
            &[("a.bin", &batch(&[1, 2])), ("i", &images)],
            UploadError::Mixed { batch: name("a.bin"), idx: name("i") }.into(),
        ),
        (
            &[("test1.bin", &batch(&[1])), ("test2.bin", &batch(&[1]))],
            twice(FileContent::Batch, Part::Test, "test1.bin", "test2.bin"),
        ),
        (&[("i", &images), ("j", &images)], twice(FileContent::Images, Part::Train, "i", "j")),
        (&[("i", &images)], unpaired("i", FileContent::Labels, Part::Train)),
        (
            &[("t10k", &labels), ("train-i", &images), ("train-l", &labels)],
            unpaired("t10k", FileContent::Images, Part::Test),
        ),
        (
            &[("i", &images), ("l", &labels_file(&[0]))],
            DatasetError::LabelCount { images_file: name("i"), labels_file: name("l"), images: 2, labels: 1 },
        ),
        (
            &[("i", &images), ("l", &labels), ("test-i", &larger), ("test-l", &labels)],
            DatasetError::ImageSize { file: name("test-i"), expected: (8, 8), got: (9, 9) },
        ),
    ];
    for (files, expected) in cases {
        assert_eq!(assemble(files), Err(expected.clone().into()), "{expected}");
    }
}

#[test]
fn images_and_labels_beyond_the_limits_are_refused() {
    let [images, labels] = [images_file(2, 8), labels_file(&[0, 1])];
    for side in [0, 65] {
        let size = (side as usize, side as usize);
        let expected = UploadError::ImageSize { file: "i".to_owned(), limit: 64, got: size };
        assert_eq!(assemble(&[("i", &images_file(2, side)), ("l", &labels)]), Err(expected.into()), "{side} pixels");
    }
    let range = DatasetError::LabelRange { file: "l".to_owned(), index: 1, label: 100, classes: 100 };
    assert_eq!(assemble(&[("i", &images), ("l", &labels_file(&[0, 100]))]), Err(range.into()), "labels");
    let one = UploadError::Classes { file: "l".to_owned(), limit: 100 };
    assert_eq!(assemble(&[("i", &images), ("l", &labels_file(&[0, 0]))]), Err(one.into()), "one class");
    let none = [("test-i", &images_file(0, 8)[..]), ("test-l", &labels_file(&[])), ("i", &images), ("l", &labels)];
    let expected = DatasetError::NoExamples { part: Part::Test };
    assert_eq!(assemble(&none), Err(expected.into()), "a test part without examples");
}

#[test]
fn uploads_are_limited() {
    let count = 60_002;
    let mut images = header(idx::IMAGES_MAGIC, &[count, 1, 1]);
    images.resize(images.len() + count as usize, 0);
    let mut labels = header(idx::LABELS_MAGIC, &[count]);
    labels.extend((0..count).map(|index| (index % 2) as u8));
    let test: [Given<'_>; 2] = [("test-i", &images_file(1, 1)), ("test-l", &labels_file(&[0]))];
    let got = assemble(&[("i", &images), ("l", &labels), test[0], test[1]]).expect_err("too many");
    assert_eq!(got, UploadError::TooMany { part: Part::Train, limit: 60_000, got: 60_002 }.into(), "with a test part");
    let (train, test) = labels_of(&[("i", &images), ("l", &labels)]);
    assert_eq!((train.len(), test.len()), (50_002, 10_000), "divided");
}

proptest! {
    #[test]
    fn arbitrary_uploads_never_panic(
        files in prop::collection::vec((0..6_usize, 0..4_u8, prop::collection::vec(any::<u8>(), 0..600)), 0..5),
    ) {
        let names = ["a.bin", "test.bin", "train-images", "t10k-labels", "x.tar", "labels"];
        let files = files.into_iter().map(|(name, kind, mut bytes)| {
            if kind < 2 && bytes.len() >= 4 {
                bytes[..4].copy_from_slice(&[0, 0, 8, if kind == 0 { 3 } else { 1 }]);
            }
            NamedFile { name: names[name].to_owned(), bytes }
        });
        let got = upload::assemble(files.collect(), &[]);
        prop_assert!(got.is_err(), "none of them is a valid file");
    }

    #[test]
    fn any_pair_is_read_as_written(
        (height, width, labels, pixels) in (1..9_usize, 1..9_usize, prop::collection::vec(0..100_u8, 2..20))
            .prop_flat_map(|(height, width, labels)| {
                let pixels = prop::collection::vec(any::<u8>(), height * width * labels.len());
                (Just(height), Just(width), Just(labels), pixels)
            }),
    ) {
        prop_assume!(labels.iter().any(|label| *label > 0));
        let lengths = [labels.len(), height, width].map(|length| u32::try_from(length).expect("small"));
        let images = [header(idx::IMAGES_MAGIC, &lengths), pixels.clone()].concat();
        let dataset = assemble(&[("i", &images), ("l", &labels_file(&labels))]).expect("a pair");
        prop_assert_eq!((dataset.height, dataset.width), (height, width), "size");
        prop_assert_eq!([&dataset.train.split().images[..], &dataset.test.split().images].concat(), pixels, "pixels");
        prop_assert_eq!(dataset.test.split().labels.len(), (labels.len() / 6).max(1), "a sixth");
        prop_assert_eq!([&dataset.train.split().labels[..], &dataset.test.split().labels].concat(), labels, "labels");
        prop_assert!(dataset.normalization[0].std > 0.0, "a positive divisor");
    }
}
