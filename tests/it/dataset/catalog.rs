//! The table of data sets: unique names, consistent rows, and file lengths against published ones.

use super::published;
use emergence_lab::catalog::{DatasetName, DatasetOrigin, ImageFacts, Publication};
use emergence_lab::dataset::readers::{ReadFile, missing};
use emergence_lab::experiment::limits::EXAMPLES;
use emergence_lab::experiment::{DatasetSpec, Named};
use std::collections::HashSet;

fn publications() -> impl Iterator<Item = (DatasetName, &'static Publication)> {
    DatasetName::ALL.iter().filter_map(|name| Some((*name, name.row().publication()?)))
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|digit| matches!(digit, '0'..='9' | 'a'..='f'))
}

#[test]
fn names_are_unique_and_need_no_escape() {
    let names = DatasetName::ALL.iter().map(|name| name.row().name).collect::<HashSet<_>>();
    assert_eq!(names.len(), DatasetName::ALL.len(), "names of the query string, and of folders");
    for name in names {
        let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        assert!(plain && !name.is_empty(), "{name}");
        assert_eq!(DatasetName::named(name).map(|found| found.row().name), Some(name), "it is read back");
    }
    let options = DatasetName::ALL.iter().map(|name| name.label()).collect::<HashSet<_>>();
    assert_eq!(options.len(), DatasetName::ALL.len(), "options of the form");
}

#[test]
fn image_facts_are_consistent() {
    for name in DatasetName::ALL {
        let Some(ImageFacts { shape, classes, class_names, train, test, normalization }) = name.row().images() else {
            continue;
        };
        assert_eq!(normalization.len(), shape[0], "{name:?}: a normalization for each channel");
        assert!(normalization.iter().all(|channel| channel.std > 0.0), "{name:?}: a positive divisor");
        assert!(class_names.is_empty() || class_names.len() == *classes, "{name:?}: a name for each class");
        assert_eq!(class_names.iter().collect::<HashSet<_>>().len(), class_names.len(), "{name:?}: no name twice");
        assert!((1..=EXAMPLES).contains(train) && (1..=EXAMPLES).contains(test), "{name:?}: within the limits");
    }
}

#[test]
fn published_files_have_checksums_and_mirrors() {
    for (name, publication) in publications() {
        let files = publication.files.iter().map(|file| (file.name, file.sha256));
        for (file, sha256) in files.chain(publication.archive.map(|archive| (archive.name, archive.sha256))) {
            assert!(is_sha256(sha256), "{name:?}: {file}");
        }
        let names = publication.files.iter().map(|file| file.name).collect::<HashSet<_>>();
        assert_eq!(names.len(), publication.files.len(), "{name:?}: names of files");
        assert!(!publication.mirrors.is_empty(), "{name:?}: it can be downloaded");
        assert!(
            publication.mirrors.iter().all(|mirror| mirror.address.ends_with('/')),
            "{name:?}: a file's name follows"
        );
    }
}

/// The lengths that the publishers state.
#[test]
fn files_have_the_published_lengths() {
    let lengths = |name| published(name).files.iter().map(|file| file.bytes).collect::<Vec<_>>();
    for name in [DatasetName::Mnist, DatasetName::FashionMnist] {
        assert_eq!(lengths(name), [47_040_016, 60_008, 7_840_016, 10_008], "{name:?}");
    }
    assert_eq!(lengths(DatasetName::Cifar10), [30_730_000; 6], "six batches of 10,000");
}

#[test]
fn addresses_are_those_of_files_or_of_their_archive() {
    let first = |name| {
        let publication = published(name);
        publication.address(&publication.mirrors[0], &publication.files[0])
    };
    let mnist = "https://raw.githubusercontent.com/fgnt/mnist/master/train-images-idx3-ubyte.gz";
    assert_eq!(first(DatasetName::Mnist), mnist, "a separate file");
    let cifar = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
    assert_eq!(first(DatasetName::Cifar10), cifar, "an archive");
    assert!(published(DatasetName::Mnist).cross_origin_mirror().is_some(), "the page can download it");
    assert!(published(DatasetName::Cifar10).cross_origin_mirror().is_none(), "its owner sends no CORS header");
}

#[test]
fn the_second_of_two_data_sets_can_always_be_loaded() {
    for name in DatasetName::ALL {
        let candidates = name.candidates().collect::<Vec<_>>();
        assert_eq!(candidates[0], name.preferred(), "{name:?}: the preferred one comes first");
        match name.row().origin {
            DatasetOrigin::Either { otherwise, .. } => {
                assert_eq!(candidates[1..], [otherwise], "{name:?}: the other one");
                assert!(matches!(otherwise.row().origin, DatasetOrigin::Drawn(..)), "{name:?}: it needs no files");
                assert_eq!(
                    DatasetSpec::whole(*name).facts(),
                    DatasetSpec::whole(otherwise).facts(),
                    "{name:?}: an experiment fits both"
                );
            }
            _ => assert_eq!(candidates, [*name], "{name:?}: itself"),
        }
    }
}

#[test]
fn some_training_batches_suffice_but_no_idx_file_may_be_missing() {
    let without = |name, absent: &[usize]| {
        let files = published(name).files.iter().enumerate();
        let read = files.filter(|(index, _)| !absent.contains(index)).map(|(_, file)| ReadFile { file, bytes: vec![] });
        missing(published(name), &read.collect::<Vec<_>>()).map(|file| file.name)
    };
    assert_eq!(without(DatasetName::Mnist, &[]), None, "all files");
    assert_eq!(without(DatasetName::Mnist, &[1, 3]), Some("train-labels-idx1-ubyte"), "the first missing one");
    assert_eq!(without(DatasetName::Cifar10, &[0, 1, 3, 4]), None, "one training batch");
    assert_eq!(without(DatasetName::Cifar10, &[0, 1, 2, 3, 4]), Some("data_batch_1.bin"), "no training batch");
    assert_eq!(without(DatasetName::Cifar10, &[5]), Some("test_batch.bin"), "no test batch");
}
