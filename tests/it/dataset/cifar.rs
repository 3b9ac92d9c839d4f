//! The binary format of CIFAR-10, and tar archives.

use super::{Folder, check, check_normalization, gzip, images, load, missing_file, published, real_data};
use emergence_lab::catalog::CIFAR_10_IMAGES;
use emergence_lab::dataset::files::unpack_archive;
use emergence_lab::dataset::readers::archive::{NamedFile, unpack_tar};
use emergence_lab::dataset::readers::{ReadFile, assemble, cifar};
use emergence_lab::dataset::{ImageSet, Part, Split};
use emergence_lab::error::{ArchiveDamage, DatasetError, Error};
use emergence_lab::experiment::DatasetName;
use proptest::prelude::*;

/// Bytes of a record: a label and 32 x 32 pixels of three channels.
const RECORD: usize = 3073;

fn read_batch(file: &str, bytes: &[u8]) -> Result<Split, Error> {
    cifar::read_batches(&CIFAR_10_IMAGES, [(file, bytes)])
}

/// The data set in published files with these contents; all other files are missing.
fn of_batches(contents: &[(&str, &[u8])]) -> Result<ImageSet, Error> {
    let read = contents.iter().map(|(name, bytes)| {
        let file = published(DatasetName::Cifar10).files.iter().find(|file| file.name == *name).expect("a batch");
        ReadFile { file, bytes: bytes.to_vec() }
    });
    assemble(DatasetName::Cifar10, published(DatasetName::Cifar10), &read.collect::<Vec<_>>()).map(images)
}

/// Records with the given labels; the red plane of each is all 10, the green one all 20, the blue one all 30.
pub(crate) fn batch(labels: &[u8]) -> Vec<u8> {
    let planes = [10, 20, 30].map(|value| [value; 1024]).concat();
    labels.iter().flat_map(|label| std::iter::once(*label).chain(planes.iter().copied())).collect()
}

/// A tar archive of the given files, after a folder.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut append = |kind, name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        builder.append_data(&mut header, name, bytes).expect("writing to memory");
    };
    append(tar::EntryType::Directory, "folder/", &[]);
    for (name, bytes) in files {
        append(tar::EntryType::Regular, name, bytes);
    }
    builder.into_inner().expect("writing to memory")
}

#[test]
fn records_are_read_as_written() {
    let mut bytes = batch(&[3, 9]);
    // The second record's first blue pixel and its last one.
    (bytes[RECORD + 1 + 2048], bytes[2 * RECORD - 1]) = (77, 78);
    let split = read_batch("f", &bytes).expect("whole records");
    assert_eq!(split.labels, [3, 9], "labels");
    assert_eq!(split.images.len(), 2 * 3072, "pixels");
    assert_eq!((split.images[0], split.images[1024], split.images[2048]), (10, 20, 30), "planes of the first image");
    assert_eq!((split.images[3072 + 2048], split.images[2 * 3072 - 1]), (77, 78), "pixels of the second");
}

#[test]
fn broken_batches_are_refused() {
    let file = "f".to_owned();
    let refused = |bytes: &[u8]| read_batch("f", bytes).expect_err("a broken file");
    let length = |got| DatasetError::CifarLength { file: file.clone(), record: 3073, got }.into();
    assert_eq!(refused(&[]), length(0), "empty");
    assert_eq!(refused(&batch(&[1])[1..]), length(3072), "cut off");
    assert_eq!(refused(&[batch(&[1, 2]), vec![0]].concat()), length(6147), "too long");
    let range = DatasetError::LabelRange { file, index: 1, label: 10, classes: 10 }.into();
    assert_eq!(refused(&batch(&[1, 10])), range, "no such class");
}

#[test]
fn batches_are_concatenated_in_their_order() {
    let [one, two, three] = [[4, 5], [6, 7], [8, 9]].map(|labels| batch(&labels));
    let files = [("data_batch_1.bin", &one[..]), ("data_batch_2.bin", &two), ("test_batch.bin", &three)];
    let dataset = of_batches(&files).expect("whole files");
    assert_eq!(
        (&dataset.train.split().labels[..], &dataset.test.split().labels[..]),
        (&[4, 5, 6, 7][..], &[8, 9][..]),
        "labels"
    );
    assert_eq!((dataset.pixels(), dataset.classes), (3072, 10), "shape");
    assert_eq!(dataset.class_names()[8..], ["ship", "truck"], "names of classes");
    let mut out = Vec::new();
    dataset.write_examples(Part::Test, &[1], &mut out).expect("it is there");
    // By hand, with the same operations.
    assert_eq!((out[0], out[3071]), ((10.0 / 255.0 - 0.4914) / 0.2470, (30.0 / 255.0 - 0.4465) / 0.2616), "inputs");
    for (kept, part) in [(&files[2..], Part::Train), (&files[..2], Part::Test)] {
        assert_eq!(of_batches(kept), Err(DatasetError::NoExamples { part }.into()), "no batch of this part");
    }
    let got = of_batches(&[files[0], (files[1].0, &two[1..]), files[2]]).expect_err("a broken batch");
    assert!(
        matches!(&got, Error::Dataset(DatasetError::CifarLength { file, .. }) if file == "data_batch_2.bin"),
        "it is named: {got}"
    );
}

#[test]
fn all_existing_batches_are_read() {
    let folder = Folder::new("cifar");
    let cifar_10 = DatasetName::Cifar10;
    let got = load(&folder.0, cifar_10);
    assert_eq!(got, Err(missing_file(&folder.0, cifar_10, "data_batch_1.bin")), "an empty folder");
    folder.put_in("cifar-10", "data_batch_4.bin", &batch(&[4]));
    let got = load(&folder.0, cifar_10);
    assert_eq!(got, Err(missing_file(&folder.0, cifar_10, "test_batch.bin")), "no test batch");
    folder.put_in("cifar-10", "test_batch.bin.gz", &gzip(&batch(&[9])));
    folder.put_in("cifar-10", "data_batch_2.bin.gz", &gzip(&batch(&[2])));
    let dataset = load(&folder.0, cifar_10).expect("two batches and a test batch");
    assert_eq!(
        (&dataset.train.split().labels[..], &dataset.test.split().labels[..]),
        (&[2, 4][..], &[9][..]),
        "labels"
    );
    let got = check(&folder.0, cifar_10);
    assert_eq!(got, Err(missing_file(&folder.0, cifar_10, "data_batch_1.bin")), "not all of the published files");
    folder.put_in("cifar-10", "data_batch_2.bin.gz", &gzip(&vec![0; 32 << 20]));
    let got = load(&folder.0, cifar_10).expect_err("a decompression bomb");
    assert!(matches!(got, Error::Dataset(DatasetError::DataFileTooLarge { limit: 30_730_000, .. })), "{got}");
    let archive = published(cifar_10).archive.expect("published as an archive");
    let got = unpack_archive("a.tar.gz", &gzip(b"x"), &archive, published(cifar_10));
    let got = got.expect_err("not the published archive");
    assert!(
        matches!(&got, Error::Dataset(DatasetError::Checksum { file, .. }) if file == "cifar-10-binary.tar.gz"),
        "{got}"
    );
}

#[test]
fn cifar_10_has_the_expected_contents() {
    let Some(folder) = real_data("cifar-10") else { return };
    let dataset = load(&folder, DatasetName::Cifar10).expect("whole files");
    assert_eq!((dataset.train.len() % 10_000, dataset.test.len()), (0, 10_000), "examples");
    for class in 0..10 {
        let count = dataset.test.split().labels.iter().fold(0, |count, label| count + u32::from(*label == class));
        assert_eq!(count, 1000, "test images of class {class}");
    }
    // Rounded to four digits if it is complete; a part of the batches, or a copy compressed as JPEG, has similar values.
    let whole = check(&folder, DatasetName::Cifar10).is_ok();
    check_normalization(&dataset, if whole { 0.000_051 } else { 0.003 });
}

#[test]
fn archives_are_unpacked_completely_or_rejected() {
    // Longer than one block, and a name longer than the field for it.
    let long = "x".repeat(120);
    let archive = tar(&[("folder/a.bin", &[7; 700]), (&long, b"b"), ("empty", &[])]);
    let file = |name: &str, bytes: &[u8]| NamedFile { name: name.to_owned(), bytes: bytes.to_vec() };
    let expected = vec![file("folder/a.bin", &[7; 700]), file(&long, b"b"), file("empty", &[])];
    assert_eq!(unpack_tar("f", &archive, 701), Ok(expected.clone()), "files without the folder");
    assert_eq!(expected[0].base_name(), "a.bin", "the name without the folder");
    let too_large = Err(DatasetError::DataFileTooLarge { path: "f".to_owned(), limit: 700 }.into());
    assert_eq!(unpack_tar("f", &archive, 700), too_large, "one byte too many");
    // The folder's header, the file's header, and a part of the file.
    let got = unpack_tar("f", &archive[..1024 + 600], 701).expect_err("cut off");
    let damage = ArchiveDamage::CutOff { member: "folder/a.bin".to_owned(), expected: 700, got: 600 };
    assert_eq!(got, DatasetError::ArchiveDamaged { file: "f".to_owned(), damage }.into(), "cut off");
    let mut damaged = archive;
    damaged[5] ^= 1;
    let got = unpack_tar("f", &damaged, 701).expect_err("damaged");
    assert!(matches!(&got, Error::Dataset(DatasetError::ArchiveDamaged { file, .. }) if file == "f"), "{got}");
}

proptest! {
    #[test]
    fn reading_arbitrary_bytes_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
        match read_batch("f", &bytes) {
            Ok(split) => prop_assert_eq!(split.labels.len() * RECORD, bytes.len(), "all of it"),
            Err(error) => prop_assert!(bytes.len() != RECORD || bytes[0] > 9, "{error}"),
        }
        if let Ok(files) = unpack_tar("f", &bytes, 1000) {
            prop_assert!(files.iter().map(|file| file.bytes.len()).sum::<usize>() <= 1000, "bounded");
        }
    }

    #[test]
    fn any_records_are_read_as_written(labels in prop::collection::vec(0..10_u8, 1..4), seed in any::<u8>()) {
        let pixels = |index: u32| (0..3072).map(move |pixel| (pixel * (index + 3) % 251) as u8 ^ seed);
        let file = (0..).zip(&labels).flat_map(|(index, label)| std::iter::once(*label).chain(pixels(index)));
        let split = read_batch("f", &file.collect::<Vec<_>>()).expect("whole records");
        prop_assert_eq!(&split.images, &(0..).take(labels.len()).flat_map(pixels).collect::<Vec<_>>(), "pixels");
        prop_assert_eq!(split.labels, labels, "labels");
    }

    #[test]
    fn damaged_archives_never_panic(at in 0..3072_usize, value in any::<u8>(), length in 0..3073_usize) {
        let mut archive = tar(&[("a.bin", &[1; 100]), ("b.bin", &[2; 600])]);
        archive[at] = value;
        archive.truncate(length);
        if let Ok(files) = unpack_tar("f", &archive, 1 << 20) {
            prop_assert!(files.len() <= 2, "no file that was not there");
        }
    }
}
