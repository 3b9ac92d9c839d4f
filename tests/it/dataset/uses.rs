//! What a visitor's files are used for: the words of their names, and the visitor's decisions. And files that are left aside.

use super::cifar::{batch, tar};
use super::foreign::foreign;
use super::{gzip, images_file, labels_file};
use emergence_lab::dataset::ImageSet;
use emergence_lab::dataset::readers::archive::NamedFile;
use emergence_lab::dataset::upload::{UnpackedFiles, Upload};
use emergence_lab::error::{DataFileError, Error, UploadError, UploadNote};
use emergence_lab::experiment::own_files::{FileReading, FileRole};
use std::io::Write;

type Given<'a> = (&'a str, &'a [u8]);

fn unpack(files: &[Given<'_>], choices: &[(String, FileRole)]) -> Result<UnpackedFiles, Error> {
    let files = files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.to_vec() });
    UnpackedFiles::new(files.collect(), choices)
}

fn images(files: UnpackedFiles) -> (ImageSet, Vec<UploadNote>) {
    match files.assemble().unwrap_or_else(|error| panic!("{error}")) {
        (Upload::Images(images), notes) => (images, notes),
        (Upload::Sentences(_), _) => panic!("images"),
    }
}

fn zip(files: &[Given<'_>]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory");
        writer.write_all(bytes).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn names(list: &emergence_lab::error::NameList) -> Vec<&str> {
    list.names.iter().map(String::as_str).collect()
}

#[test]
fn names_say_what_files_are_for_by_whole_words() {
    let one = batch(&[1, 2]);
    for (name, expected) in [
        ("data_batch_1.bin", FileRole::Training),
        ("latest.bin", FileRole::Training),
        ("contest.bin", FileRole::Training),
        ("test_batch.bin", FileRole::Test),
        ("TEST-1.bin", FileRole::Test),
        ("testImages.bin", FileRole::Test),
        ("MNISTTest2.bin", FileRole::Test),
        ("testing.bin", FileRole::Test),
        ("my eval.bin", FileRole::Test),
        ("t10k-images.bin", FileRole::Test),
        ("xTrain.bin", FileRole::Training),
        ("a/test/train.bin", FileRole::Training),
        ("a/test/b.bin", FileRole::Test),
        ("val.bin", FileRole::LeftOut),
        ("validation/b.bin", FileRole::LeftOut),
        ("trainval.bin", FileRole::Training),
        ("train_test.bin", FileRole::Training),
        ("test/train_test.bin", FileRole::Test),
        ("naval.bin", FileRole::Training),
    ] {
        let other = ("data_batch_0.bin", &one[..]);
        let files = unpack(&[other, (name, &one)], &[]).expect("readable").files;
        let found = files.iter().find(|file| file.name == name);
        assert_eq!(found.map(|file| file.role), Some(expected), "{name}");
    }
}

#[test]
fn validation_files_are_neither_unless_the_visitor_says_so() {
    let [train, validation] = [batch(&[1, 2, 3]), batch(&[4, 5])];
    let files: [Given<'_>; 2] = [("train.bin", &train), ("val.bin", &validation)];
    let (read, notes) = images(unpack(&files, &[]).expect("readable"));
    assert_eq!((read.train.len(), read.test.len()), (2, 1), "a sixth of the training data, at least one");
    assert!(matches!(&notes[..], [UploadNote::Validation(list)] if names(list) == ["val.bin"]), "{notes:?}");
    let choices = [("val.bin".to_owned(), FileRole::Test)];
    let unpacked = unpack(&files, &choices).expect("readable");
    let reading = |name: &str, role| FileReading { name: name.to_owned(), files: 1, role };
    let expected = [reading("train.bin", FileRole::Training), reading("val.bin", FileRole::Test)];
    assert_eq!(unpacked.files, expected, "as decided");
    let (read, notes) = images(unpacked);
    assert_eq!(
        (read.train.split().labels.clone(), read.test.split().labels.clone()),
        (vec![1, 2, 3], vec![4, 5]),
        "used"
    );
    assert_eq!(notes, [], "nothing is left out");
    let all = files.map(|(name, _)| (name.to_owned(), FileRole::LeftOut));
    let only: [Given<'_>; 2] = [("dev.bin", &train), ("val.bin", &validation)];
    let expected = [reading("dev.bin", FileRole::Training), reading("val.bin", FileRole::Test)];
    assert_eq!(unpack(&only, &choices).expect("readable").files, expected, "also if only one of them is decided");
    let got = unpack(&files, &all).expect("readable").assemble().expect_err("nothing is left");
    assert_eq!(got, DataFileError::AllLeftOut.into(), "all are left out");
}

#[test]
fn hidden_files_are_left_aside_with_a_note() {
    let one = batch(&[1, 2]);
    let hidden: [Given<'_>; 5] = [
        ("._a.bin", b"x"),
        (".DS_Store", b"\0\0"),
        ("__MACOSX/a.bin", b"x"),
        ("Thumbs.db", b"\0"),
        ("Desktop.ini", b"["),
    ];
    let files = [&hidden[..], &[("a.bin", &one)]].concat();
    let (tar, zip) = (tar(&files), zip(&files));
    for given in [&files[..], &[("a.tar", &tar[..])], &[("a.zip", &zip[..])]] {
        let (read, notes) = images(unpack(given, &[]).expect("readable"));
        assert_eq!(read.train.len() + read.test.len(), 2, "the data");
        let [UploadNote::Hidden(list)] = &notes[..] else { panic!("{notes:?}") };
        assert_eq!(names(list), ["._a.bin", ".DS_Store", "__MACOSX/a.bin", "Thumbs.db", "Desktop.ini"], "by name");
    }
    let many = (0..20).map(|index| format!("._{index}")).collect::<Vec<_>>();
    let many = many.iter().map(|name| (&name[..], &b"x"[..])).chain([("a.bin", &one[..])]).collect::<Vec<_>>();
    let (_, notes) = images(unpack(&many, &[]).expect("readable"));
    assert!(notes[0].to_string().ends_with("._9 and 10 more."), "a bounded list: {}", notes[0]);
    let got = unpack(&hidden, &[]).expect("nothing").assemble().expect_err("nothing");
    assert_eq!(got, UploadError::Empty.into(), "only hidden files");
}

#[test]
fn archives_may_contain_each_other() {
    let [train_images, train_labels] = [images_file(4, 6), labels_file(&[0, 1, 2, 0])].map(|file| gzip(&file));
    let [test_images, test_labels] = [images_file(2, 6), labels_file(&[2, 1])].map(|file| gzip(&file));
    let inner = tar(&[("test/images.gz", &test_images), ("test/labels.gz", &test_labels)]);
    let files: [Given<'_>; 4] = [
        ("a/images.idx.gz", &train_images),
        ("a/labels.idx.gz", &train_labels),
        ("in.tar.gz", &gzip(&inner)),
        ("notes.txt", b"n"),
    ];
    let (read, notes) = images(unpack(&[("all.zip", &zip(&files))], &[]).expect("readable"));
    assert_eq!((read.train.len(), read.test.len()), (4, 2), "of both archives");
    assert!(matches!(&notes[..], [UploadNote::LeftAside(list)] if names(list) == ["notes.txt"]), "{notes:?}");
    let mut deep = gzip(b"x");
    for _ in 0..5 {
        deep = gzip(&deep);
    }
    let got = unpack(&[("deep", &deep)], &[]).err().expect("too deep");
    assert!(
        matches!(
            &got,
            Error::Dataset(emergence_lab::error::DatasetError::File(DataFileError::TooDeep { limit: 4, .. }))
        ),
        "{got}"
    );
    let [train, test] =
        [("train.zip", [1, 2]), ("test.zip", [3, 4])].map(|(name, labels)| (name, zip(&[("a.bin", &batch(&labels))])));
    let (read, _) = images(unpack(&[(train.0, &train.1), (test.0, &test.1)], &[]).expect("readable"));
    assert_eq!(
        (&read.train.split().labels[..], &read.test.split().labels[..]),
        (&[1, 2][..], &[3, 4][..]),
        "by archive"
    );
}

#[test]
fn folders_of_pictures_are_classes() {
    let [rgb, gray, jpeg] = ["rgb.png", "gray.png", "baseline.jpg"].map(foreign);
    let files: [Given<'_>; 7] = [
        ("set/train/cat/1.png", &rgb),
        ("set/train/cat/test_2.png", &gray),
        ("set/train/dog/1.jpg", &jpeg),
        ("set/test/dog/1.png", &rgb),
        ("set/test/cat/1.png", &gray),
        ("set/val/cat/1.png", &gray),
        ("set/readme.txt", b"pictures"),
    ];
    let unpacked = unpack(&[("pets.zip", &zip(&files))], &[]).expect("readable");
    let reading = |name: &str, files, role| FileReading { name: name.to_owned(), files, role };
    let expected = [
        reading("set/test", 2, FileRole::Test),
        reading("set/train", 3, FileRole::Training),
        reading("set/val", 1, FileRole::LeftOut),
    ];
    assert_eq!(unpacked.files, expected, "one use for each folder of classes");
    let (read, notes) = images(unpacked);
    assert_eq!(
        (read.channels, read.height, read.width, read.class_names()),
        (3, 12, 16, vec!["cat".to_owned(), "dog".to_owned()]),
        "shape"
    );
    assert_eq!(
        (&read.train.split().labels[..], &read.test.split().labels[..]),
        (&[0, 1, 0][..], &[0, 1][..]),
        "spread"
    );
    assert_eq!(notes.len(), 2, "the description and the validation pictures: {notes:?}");
    // Pictures of several sizes become squares.
    let mut larger = Vec::new();
    let mut encoder = png::Encoder::new(&mut larger, 70, 90);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&vec![7; 70 * 90])).expect("memory");
    let files: [Given<'_>; 4] = [("10/a.png", &larger), ("9/a.png", &gray), ("10/b.png", &larger), ("9/b.png", &gray)];
    let (read, notes) = images(unpack(&[("digits.zip", &zip(&files))], &[]).expect("readable"));
    assert_eq!(
        (read.channels, read.height, read.width, read.class_names()),
        (1, 32, 32, vec!["9".to_owned(), "10".to_owned()]),
        "by number"
    );
    assert_eq!(notes, [UploadNote::Resized { side: 32 }], "told");
    assert!(
        read.train.iter().any(|(image, label)| label == 1 && image.iter().all(|pixel| *pixel == 7)),
        "a mean of equal pixels"
    );
    let refused = |files: &[Given<'_>]| unpack(files, &[]).expect("readable").assemble().expect_err("no classes");
    let no_folder = |file: &str| Error::from(DataFileError::NoClassFolder { file: file.to_owned() });
    assert_eq!(refused(&[("1.png", &rgb)]), no_folder("1.png"), "a picture alone");
    let roles = zip(&[("train/1.png", &rgb), ("test/1.png", &rgb)]);
    assert_eq!(refused(&[("a.zip", &roles)]), no_folder("test/1.png"), "folders that are no classes");
    let one = zip(&[("cat/1.png", &rgb), ("cat/2.png", &rgb)]);
    assert_eq!(refused(&[("a.zip", &one)]), DataFileError::ClassCount { limit: 100, got: 1 }.into(), "one class");
}

#[test]
fn emnist_is_turned_upright_and_cifar_100_has_fine_labels() {
    let letters = images_file(2, 3);
    let files: [Given<'_>; 2] = [
        ("emnist-letters-train-images-idx3-ubyte", &letters),
        ("emnist-letters-train-labels-idx1-ubyte", &labels_file(&[1, 26])),
    ];
    let (read, notes) = images(unpack(&files, &[]).expect("readable"));
    let first = &letters[16..25];
    let expected = [0, 3, 6, 1, 4, 7, 2, 5, 8].map(|at| first[at]);
    assert_eq!(read.train.split().images, expected, "rows and columns are exchanged");
    assert!(matches!(&notes[..], [UploadNote::Transposed(list)] if names(list) == [files[0].0]), "{notes:?}");
    let fine =
        |labels: &[u8]| labels.iter().flat_map(|label| [&[19, *label][..], &[9; 3072]].concat()).collect::<Vec<_>>();
    let (train, test) = (fine(&[3, 99]), fine(&[0]));
    let archive = tar(&[("cifar-100-binary/train.bin", &train), ("cifar-100-binary/test.bin", &test)]);
    let (read, notes) = images(unpack(&[("cifar-100-binary.tar.gz", &gzip(&archive))], &[]).expect("readable"));
    assert_eq!(
        (&read.train.split().labels[..], &read.test.split().labels[..]),
        (&[3, 99][..], &[0][..]),
        "fine labels"
    );
    assert_eq!((read.classes, &read.class_names()[99][..], notes), (100, "worm", vec![UploadNote::FineLabels]), "told");
}

#[test]
fn integers_and_rows_are_read_as_pixels() {
    let mut table = vec![0, 0, 0x0c, 2];
    table.extend([3_u32, 4].iter().flat_map(|length| length.to_be_bytes()));
    table.extend((0..12_i32).flat_map(|value| (value * 100 - 300).to_be_bytes()));
    let (read, notes) =
        images(unpack(&[("images", &table), ("labels", &labels_file(&[0, 1, 1]))], &[]).expect("readable"));
    assert_eq!((read.channels, read.height, read.width), (1, 2, 2), "a square in a row");
    let expected = (0..12).map(|value| (f64::from(value) * 255.0 / 11.0).round()).collect::<Vec<_>>();
    let got = [&read.train.split().images[..], &read.test.split().images].concat();
    assert_eq!(
        got.iter().map(|pixel| f64::from(*pixel)).collect::<Vec<_>>(),
        expected,
        "from the smallest to the largest"
    );
    let scaled = UploadNote::Scaled { low: -300.0, high: 800.0 };
    assert_eq!(notes, [scaled, UploadNote::Rows { shape: [1, 2, 2] }], "told");
}
