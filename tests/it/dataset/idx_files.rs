//! IDX files: valid ones, each kind of damage, and headers with wrong lengths.

use super::{assemble, gzip, header, images_file, labels_file};
use emergence_lab::dataset::readers::idx;
use emergence_lab::error::{DatasetError, Error};
use proptest::prelude::*;

#[test]
fn idx_files_are_read_as_written() {
    let bytes = images_file(3, 28);
    let images = idx::read_images("f", &bytes).expect("a whole file");
    assert_eq!((images.count, images.height, images.width), (3, 28, 28), "shape");
    assert_eq!(images.pixels, &bytes[16..], "pixels");
    assert_eq!(idx::read_labels("f", &labels_file(&[0, 9]), 10).expect("a whole file"), [0, 9], "labels");
}

#[test]
fn idx_refuses_each_kind_of_broken_file() {
    let file = "f".to_owned();
    let labels = |bytes: &[u8]| idx::read_labels("f", bytes, 10).expect_err("a broken file");
    let images = |bytes: &[u8]| idx::read_images("f", bytes).expect_err("a broken file");
    let magic =
        DatasetError::IdxMagic { file: file.clone(), expected: idx::LABELS_MAGIC, got: idx::IMAGES_MAGIC }.into();
    assert_eq!(labels(&images_file(1, 28)), magic, "images instead of labels");
    let got_magic = images(&gzip(b"x"));
    assert!(
        matches!(got_magic, Error::Dataset(DatasetError::IdxMagic { got: 0x1f8b_0800.., .. })),
        "still gzipped: {got_magic}"
    );
    assert_eq!(images(&[]), DatasetError::IdxTruncated { file: file.clone(), expected: 16, got: 0 }.into(), "empty");
    let head = &images_file(1, 28)[..15];
    assert_eq!(
        images(head),
        DatasetError::IdxTruncated { file: file.clone(), expected: 16, got: 15 }.into(),
        "header cut off"
    );
    let mut bytes = images_file(2, 28);
    bytes.pop();
    assert_eq!(
        images(&bytes),
        DatasetError::IdxTruncated { file: file.clone(), expected: 1584, got: 1583 }.into(),
        "cut off"
    );
    bytes.extend([0, 0]);
    assert_eq!(
        images(&bytes),
        DatasetError::IdxTooLong { file: file.clone(), expected: 1584, got: 1585 }.into(),
        "too long"
    );
    let range = DatasetError::LabelRange { file, index: 2, label: 10, classes: 10 }.into();
    assert_eq!(labels(&labels_file(&[1, 2, 10, 11])), range, "no such class");
}

#[test]
fn wrong_lengths_in_headers_are_rejected_without_allocating() {
    let most = u128::from(u32::MAX);
    for (lengths, expected) in [
        ([u32::MAX, 1, 1], 16 + most),
        ([u32::MAX; 3], 16 + most * most * most),
        // In 32 and 64 bits these products overflow to zero.
        ([1 << 16, 1 << 16, 1], 16 + (1 << 32)),
        ([1 << 31, 1 << 31, 4], 16 + (1 << 64)),
    ] {
        let got = idx::read_images("f", &header(idx::IMAGES_MAGIC, &lengths)).expect_err("a header with wrong lengths");
        assert_eq!(got, DatasetError::IdxTruncated { file: "f".to_owned(), expected, got: 16 }.into(), "{lengths:?}");
    }
    let bytes = header(idx::IMAGES_MAGIC, &[0, u32::MAX, u32::MAX]);
    assert_eq!(idx::read_images("f", &bytes).map(|images| images.count), Ok(0), "zero images of any size are empty");
    let refused = assemble(&[bytes, labels_file(&[]), vec![], vec![]]).expect_err("images of another size");
    assert!(matches!(refused, Error::Dataset(DatasetError::ImageSize { .. })), "{refused}");
}

proptest! {
    #[test]
    fn idx_never_panics_and_only_borrows(kind in 0..3_u8, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut bytes = bytes;
        if kind < 2 && bytes.len() >= 4 {
            // The right magic number, so that the lengths are read.
            bytes[..4].copy_from_slice(&[0, 0, 8, if kind == 0 { 3 } else { 1 }]);
        }
        // The result borrows from the input: nothing is allocated, whatever lengths the header states.
        let within = |part: &[u8]| part.is_empty() || bytes.as_ptr_range().contains(&part.as_ptr());
        if let Ok(images) = idx::read_images("f", &bytes) {
            prop_assert!(within(images.pixels), "borrowed");
            prop_assert_eq!(images.count * images.height * images.width, bytes.len() - 16, "all of it");
        }
        if let Ok(labels) = idx::read_labels("f", &bytes, 10) {
            prop_assert!(within(labels), "borrowed");
        }
    }

    #[test]
    fn idx_reads_back_any_labels(labels in prop::collection::vec(0..10_u8, 0..200)) {
        let file = labels_file(&labels);
        prop_assert_eq!(idx::read_labels("f", &file, 10).expect("a whole file"), &labels[..], "labels");
    }
}
