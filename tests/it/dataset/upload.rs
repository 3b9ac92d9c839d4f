//! A visitor's own files: what they are taken for, and what is said of those that will not do.

use super::cifar::{batch, tar};
use super::{gzip, header, images_file, labels_file};
use emergence_lab::dataset::archive::NamedFile;
use emergence_lab::dataset::{Dataset, Normalization, idx, upload};
use emergence_lab::error::{DatasetError, Error};
use emergence_lab::experiment::DatasetName;
use proptest::prelude::*;

/// A file by its name and contents.
type Given<'a> = (&'a str, &'a [u8]);

fn assemble(files: &[Given<'_>]) -> Result<Dataset, Error> {
    upload::assemble(
        files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.to_vec() }).collect(),
    )
}

fn labels_of(files: &[Given<'_>]) -> (Vec<u8>, Vec<u8>) {
    let dataset = assemble(files).expect("files that will do");
    (dataset.train.labels.clone(), dataset.test.labels.clone())
}

#[test]
fn batches_are_taken_in_the_order_of_their_names() {
    let [one, two, test] = [&[1, 2][..], &[3], &[4, 5]].map(batch);
    let files: [Given<'_>; 3] = [("Test_Batch.bin", &test), ("data_batch_2.bin.gz", &two), ("data_batch_1.bin", &one)];
    assert_eq!(labels_of(&files), (vec![1, 2, 3], vec![4, 5]), "the test batch by its name");
    let dataset = assemble(&files).expect("files that will do");
    assert_eq!((dataset.name, dataset.channels, dataset.height), (DatasetName::Upload, 3, 32), "shape");
    assert_eq!((dataset.classes, dataset.class_names().len()), (10, 10), "classes");
    // Every channel is of one value: its mean is exact, its standard deviation the least one.
    let expected = [10.0, 20.0, 30.0].map(|value: f32| Normalization { mean: value / 255.0, std: 1.0 / 255.0 });
    assert_eq!(dataset.normalization, expected, "per channel");
}

#[test]
fn one_part_alone_gives_its_last_sixth_for_the_test() {
    let twelve = batch(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7]);
    let expected = (vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9], vec![8, 7]);
    assert_eq!(labels_of(&[("mine.bin", &twelve)]), expected, "training batches alone");
    assert_eq!(labels_of(&[("test.bin", &twelve)]), expected, "a test batch alone");
    assert_eq!(labels_of(&[("a.bin", &batch(&[1, 2]))]), (vec![1], vec![2]), "two examples");
    assert_eq!(assemble(&[("a.bin", &batch(&[1]))]), Err(DatasetError::UploadTooFew { got: 1 }.into()), "one example");
}

#[test]
fn an_archive_stands_for_its_files() {
    let [one, test] = [&[1, 2][..], &[4, 5]].map(batch);
    // The order is as odd as in the published archive, with a description and what some systems add.
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
    let got = assemble(&[("a.tar", &tar(&[("readme", b"x")]))]).expect_err("nothing in it");
    assert!(got.to_string().ends_with("got an archive without any of these"), "{got}");
    let got = assemble(&[("a.tar", &archive[..1000])]).expect_err("cut off");
    assert!(matches!(&got, Error::Dataset(DatasetError::ArchiveDamaged { file, .. }) if file == "a.tar"), "{got}");
}

#[test]
fn idx_pairs_are_found_by_their_first_bytes() {
    let files: [Given<'_>; 4] = [
        ("train-images-idx3-ubyte", &images_file(3, 8)),
        ("train-labels-idx1-ubyte", &labels_file(&[0, 2, 1])),
        ("t10k-images-idx3-ubyte", &images_file(2, 8)),
        ("t10k-labels-idx1-ubyte", &labels_file(&[3, 0])),
    ];
    let dataset = assemble(&files).expect("two pairs");
    assert_eq!((dataset.channels, dataset.height, dataset.width, dataset.classes), (1, 8, 8, 4), "shape");
    assert_eq!((&dataset.train.labels[..], &dataset.test.labels[..]), (&[0, 2, 1][..], &[3, 0][..]), "labels");
    assert_eq!(dataset.train.images, &images_file(3, 8)[16..], "pixels");
    // Pixels 0 to 191: mean 95.5, variance (192^2 - 1) / 12.
    let (mean, std) = (95.5 / 255.0, (36_863.0_f64 / 12.0).sqrt() / 255.0);
    let got = dataset.normalization[0];
    assert!((f64::from(got.mean) - mean).abs() < 1e-7 && (f64::from(got.std) - std).abs() < 1e-7, "{got:?}");
    let [images, labels] = [images_file(6, 1), labels_file(&[0, 1, 2, 3, 4, 99])];
    assert_eq!(labels_of(&[("b", &labels), ("a", &images)]), (vec![0, 1, 2, 3, 4], vec![99]), "a single pair");
}

#[test]
fn files_that_will_not_do_are_named() {
    let [images, labels] = [images_file(2, 8), labels_file(&[0, 1])];
    let cases: [(&[Given<'_>], &str); 15] = [
        (&[], "upload: expected files, got none"),
        (
            &[("a.png", b"\x89PNG")],
            "a.png: expected a CIFAR-10 batch (.bin), IDX images or labels, or a tar archive \
            of such files (.tar), got a file that begins with the bytes 89504e47",
        ),
        (&[("a.txt", b"")], "got an empty file"),
        (&[("a", &gzip(&images))], "begins with the bytes 1f8b"),
        (&[("a.bin", &batch(&[1, 2])), ("i", &images)], "files of one kind, got a.bin (CIFAR-10) and i (IDX)"),
        (
            &[("test1.bin", &batch(&[1])), ("test2.bin", &batch(&[1]))],
            "one test file of CIFAR-10 images, got test1.bin and test2.bin",
        ),
        (&[("i", &images), ("j", &images)], "one training file of images, got i and j"),
        (&[("i", &images)], "i: expected a training file of labels to go with it, got none"),
        (&[("t10k", &labels), ("train-i", &images), ("train-l", &labels)], "t10k: expected a test file of images"),
        (&[("i", &images), ("l", &labels_file(&[0]))], "l: expected 2 labels, as many as images in i, got 1"),
        (&[("i", &images), ("l", &labels_file(&[0, 100]))], "l: expected labels below 100, got 100 at example 1"),
        (
            &[("i", &images), ("l", &labels_file(&[0, 0]))],
            "l: expected labels of 2 to 100 classes, got the label 0 alone",
        ),
        (&[("i", &images_file(2, 65)), ("l", &labels)], "i: expected images of 1 to 64 by 1 to 64 pixels, got 65 x 65"),
        (&[("i", &images_file(2, 0)), ("l", &labels)], "i: expected images of 1 to 64 by 1 to 64 pixels, got 0 x 0"),
        (
            &[("i", &images), ("l", &labels), ("test-i", &images_file(2, 9)), ("test-l", &labels)],
            "test-i: expected images of 8 x 8 pixels, got 9 x 9",
        ),
    ];
    for (files, expected) in cases {
        let got = assemble(files).expect_err(expected).to_string();
        assert!(got.contains(expected), "expected `{expected}`, got `{got}`");
    }
    let none = [("test-i", &images_file(0, 8)[..]), ("test-l", &labels_file(&[])), ("i", &images), ("l", &labels)];
    assert_eq!(assemble(&none), Err(DatasetError::NoExamples { part: "test" }.into()), "a test part without examples");
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
    assert_eq!(
        got,
        DatasetError::UploadTooMany { part: "training", limit: 60_000, got: 60_002 }.into(),
        "with a test part"
    );
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
        let got = upload::assemble(files.collect());
        prop_assert!(got.is_err(), "no whole file among them");
    }

    #[test]
    fn any_pair_comes_back(
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
        prop_assert_eq!([&dataset.train.images[..], &dataset.test.images].concat(), pixels, "pixels");
        prop_assert_eq!(dataset.test.labels.len(), (labels.len() / 6).max(1), "a sixth");
        prop_assert_eq!([&dataset.train.labels[..], &dataset.test.labels].concat(), labels, "labels");
        prop_assert!(dataset.normalization[0].std > 0.0, "to be divided by");
    }
}
