//! Data files on disk: plain, gzipped, missing, damaged, and MNIST itself if it is available.

use super::{
    Folder, check, check_normalization, gzip, images_file, labels_file, load, missing_file, mnist_files, real_data,
    small, small_files,
};
use emergence_lab::dataset::readers::gzip::gunzip;
use emergence_lab::error::{DatasetError, Error};
use emergence_lab::experiment::DatasetName;

#[test]
fn files_are_read_plain_or_gzipped() {
    let folder = Folder::new("files");
    let [train_images, .., test_labels] = mnist_files();
    for (file, bytes) in mnist_files().iter().zip(small_files()) {
        folder.put(&format!("{}.gz", file.name), &gzip(&bytes));
    }
    assert_eq!(load(&folder.0, DatasetName::Mnist), Ok(small()), "gzipped");
    folder.put(test_labels.name, &labels_file(&[1, 1]));
    let test = load(&folder.0, DatasetName::Mnist).expect("whole files").test;
    assert_eq!(test.split().labels, [1, 1], "the plain file comes first");
    let got = check(&folder.0, DatasetName::Mnist).expect_err("not the published files");
    assert!(matches!(&got, Error::Dataset(DatasetError::Checksum { file, .. }) if file == train_images.name), "{got}");
}

#[test]
fn files_that_are_missing_or_damaged_are_named() {
    let folder = Folder::new("damaged");
    let got = load(&folder.0, DatasetName::Mnist).expect_err("an empty folder");
    assert_eq!(got, missing_file(&folder.0, DatasetName::Mnist, "train-images-idx3-ubyte"), "an empty folder");
    let mut packed = gzip(&images_file(3, 28));
    packed.truncate(packed.len() - 9);
    folder.put("train-images-idx3-ubyte.gz", &packed);
    let got = load(&folder.0, DatasetName::Mnist).expect_err("a packed file cut off");
    assert!(
        matches!(&got, Error::Dataset(DatasetError::GzipDamaged { path, .. }) if path.contains("ubyte.gz")),
        "{got}"
    );
    let last = packed.len() - 12;
    packed[last] ^= 0x55;
    let got = gunzip("f", &packed[..], 1 << 20).expect_err("a damaged packed file");
    assert!(matches!(got, Error::Dataset(DatasetError::GzipDamaged { .. })), "{got}");
    // 8 MB of zeros compress to 8 KB: decompression stops one byte after the longest possible file.
    folder.put("train-images-idx3-ubyte.gz", &gzip(&images_file(3, 28)));
    folder.put("train-labels-idx1-ubyte.gz", &gzip(&vec![0; 8 << 20]));
    let got = load(&folder.0, DatasetName::Mnist).expect_err("a decompression bomb");
    assert!(matches!(got, Error::Dataset(DatasetError::DataFileTooLarge { limit: 60_008, .. })), "{got}");
}

#[test]
fn mnist_is_what_was_published() {
    let Some(folder) = real_data("mnist") else { return };
    check(&folder, DatasetName::Mnist).expect("the published files");
    let dataset = load(&folder, DatasetName::Mnist).expect("the published files");
    assert_eq!((dataset.train.len(), dataset.test.len()), (60_000, 10_000), "examples");
    assert_eq!(dataset.train.split().labels[..5], [5, 0, 4, 1, 9], "first training labels");
    assert_eq!(dataset.test.split().labels[..5], [7, 2, 1, 0, 4], "first test labels");
    // Rounded to four digits.
    check_normalization(&dataset, 0.000_051);
}

#[test]
fn fashion_mnist_is_read_like_mnist() {
    let folder = Folder::new("fashion");
    let got = load(&folder.0, DatasetName::FashionMnist).expect_err("an empty folder");
    assert_eq!(got, missing_file(&folder.0, DatasetName::FashionMnist, "train-images-idx3-ubyte"), "an empty folder");
    for (file, bytes) in mnist_files().iter().zip(small_files()) {
        folder.put_in("fashion-mnist", &format!("{}.gz", file.name), &gzip(&bytes));
    }
    let dataset = load(&folder.0, DatasetName::FashionMnist).expect("whole files");
    assert_eq!((&dataset.train, &dataset.test), (&small().train, &small().test), "the same examples");
    assert_eq!((dataset.name, dataset.normalization[0].mean), (DatasetName::FashionMnist, 0.2860), "of another set");
    assert_eq!((&dataset.class_names()[9][..], &small().class_names()[9][..]), ("Ankle boot", "9"), "names of classes");
    let got = check(&folder.0, DatasetName::FashionMnist).expect_err("not the published files");
    assert!(
        matches!(&got, Error::Dataset(DatasetError::Checksum { expected, .. }) if expected.starts_with("c59f468a")),
        "{got}"
    );
}
