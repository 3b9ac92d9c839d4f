//! Data files as other programs write them: `tests/data/data_files_reference.py` has made them and says what is in them.

use super::{gzip, labels_file};
use emergence_lab::catalog::FileContent;
use emergence_lab::dataset::ImageSet;
use emergence_lab::dataset::readers::archive::{NamedFile, list_tar, unpack_tar};
use emergence_lab::dataset::readers::gzip::gunzip;
use emergence_lab::dataset::readers::zip_archive::{ZipFiles, ZipMember};
use emergence_lab::dataset::readers::{npy, picture};
use emergence_lab::dataset::upload::{self, Upload};
use emergence_lab::error::{DataFileError, DatasetError, Error, MemberRefusal, NpyRefusal, UploadNote};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;

static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/data_files_reference.json")).expect("JSON"));

/// A file of the reference.
pub(super) fn foreign(name: &str) -> Vec<u8> {
    let text = REFERENCE["files"][name].as_str().unwrap_or_else(|| panic!("{name} is there"));
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..][..2], 16).expect("two digits")).collect()
}

fn bytes(list: &Value) -> Vec<u8> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|value| value.as_u64().and_then(|value| value.try_into().ok()).expect("a byte"))
        .collect()
}

pub(super) fn read(files: &[(&str, &[u8])]) -> Result<(ImageSet, Vec<UploadNote>), Error> {
    let files = files.iter().map(|(name, bytes)| NamedFile { name: (*name).to_owned(), bytes: bytes.to_vec() });
    match upload::assemble(files.collect(), &[])? {
        (Upload::Images(images), notes) => Ok((images, notes)),
        (Upload::Sentences(_), _) => panic!("images"),
    }
}

fn scaled(low: f64) -> Vec<UploadNote> {
    vec![UploadNote::Scaled { low, high: 1.0 }]
}

#[test]
fn arrays_of_numpy_are_read_whatever_their_type() {
    let expected = &REFERENCE["expected"]["arrays"];
    for (name, notes) in [
        ("uint8", vec![]),
        ("float32", scaled(0.0)),
        ("float64_big_endian", scaled(0.0)),
        ("int32_big_endian", vec![]),
        ("int64", vec![]),
        ("signed_unit", scaled(-1.0)),
        ("channels_last", vec![]),
        ("channels_first", vec![]),
    ] {
        let file = format!("{name}.npz");
        let (images, got) = read(&[(&file, &foreign(&file))]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (train, test) = (images.train.split(), images.test.split());
        assert_eq!((images.channels, images.height, images.width, images.classes), (1, 3, 2, 3), "{name}: shape");
        assert_eq!((&train.images, &test.images), (&bytes(&expected["train"]), &bytes(&expected["test"])), "{name}");
        assert_eq!(train.labels, bytes(&expected["train_labels"]), "{name}: training labels");
        assert_eq!(test.labels, bytes(&expected["test_labels"]), "{name}: test labels");
        assert_eq!(got, notes, "{name}: notes");
    }
    let array = foreign("version_2.npy");
    let array = npy::read("f", &array).expect("a newer version of the format");
    assert_eq!((&array.shape[..], array.bytes), (&[6, 3, 2][..], &bytes(&expected["train"])[..]), "version 2");
}

#[test]
fn arrays_that_are_not_read_say_how_to_convert_them() {
    let refused = |bytes: &[u8]| npy::read("f", bytes).expect_err("not readable");
    let of = |reason| DataFileError::Npy { file: "f".to_owned(), reason }.into();
    assert_eq!(refused(&foreign("fortran.npy")), of(NpyRefusal::FortranOrder), "Fortran order");
    assert!(refused(&foreign("fortran.npy")).to_string().contains("ascontiguousarray"), "the way to convert it");
    assert_eq!(refused(&foreign("half.npy")), of(NpyRefusal::Element { got: "<f2".to_owned() }), "half precision");
    let whole = foreign("version_2.npy");
    let (expected, got) = (whole.len() as u128, whole.len() as u128 - 1);
    assert_eq!(refused(&whole[..whole.len() - 1]), of(NpyRefusal::Length { expected, got }), "cut off");
    assert_eq!(refused(&whole[..40]), of(NpyRefusal::Header), "in the header");
}

#[test]
fn pictures_have_the_pixels_that_pillow_decodes() {
    // Decoders of JPEG may round differently; two roundings in each of three steps are 3 of 255, and 4 with subsampled colors.
    for (name, tolerance) in [
        ("rgb.png", 0),
        ("gray.png", 0),
        ("alpha.png", 0),
        ("deep.png", 0),
        ("palette.png", 0),
        ("bits.png", 0),
        ("baseline.jpg", 3),
        ("progressive.jpg", 4),
        ("gray.jpg", 3),
    ] {
        let expected = &REFERENCE["expected"][name];
        let channels = usize::try_from(expected["channels"].as_u64().expect("a number")).expect("small");
        let file = foreign(name);
        let facts = picture::measure(name, &file).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((facts.height, facts.width, facts.is_color), (12, 16, channels == 3), "{name}");
        let mut planes = Vec::new();
        picture::decode(name, &file).unwrap_or_else(|error| panic!("{error}")).write_planes(
            channels,
            (12, 16),
            &mut planes,
        );
        let expected = bytes(&expected["planes"]);
        let apart = planes.iter().zip(&expected).map(|(got, expected)| got.abs_diff(*expected)).max();
        assert_eq!(planes.len(), expected.len(), "{name}: all pixels");
        assert!(apart <= Some(tolerance), "{name}: {apart:?} of 255 apart");
    }
    let mut small = Vec::new();
    picture::decode("f", &foreign("rgb.png")).expect("a picture").write_planes(3, (4, 4), &mut small);
    assert_eq!(
        small,
        bytes(&REFERENCE["expected"]["rgb.png at 4 x 4"]),
        "the mean over each area of the central square"
    );
    for name in ["rgb.png", "baseline.jpg", "progressive.jpg"] {
        let file = foreign(name);
        let got = picture::decode("f", &file[..file.len() / 2]).expect_err("half of a picture");
        assert!(
            matches!(&got, Error::Dataset(DatasetError::File(DataFileError::Picture { file, .. })) if file == "f"),
            "{name}: {got}"
        );
    }
}

#[test]
fn gzip_files_of_several_members_are_read_whole() {
    assert_eq!(gunzip("f", &foreign("members.gz")[..], 8), Ok(b"one, two".to_vec()), "three members and padding");
    let too_large = DatasetError::DataFileTooLarge { path: "f".to_owned(), limit: 7 };
    assert_eq!(gunzip("f", &foreign("members.gz")[..], 7), Err(too_large.into()), "together too large");
    let labels = labels_file(&[0, 1, 2, 3]);
    let members = [gzip(&labels[..3]), gzip(&labels[3..])].concat();
    assert_eq!(gunzip("f", &members[..], 100), Ok(labels), "divided within the header");
    let followed = [gzip(b"x"), b"what is this".to_vec()].concat();
    let got = gunzip("f", &followed[..], 100).expect_err("something else follows");
    assert!(matches!(got, Error::Dataset(DatasetError::GzipDamaged { .. })), "{got}");
}

#[test]
fn zip_archives_are_read_file_by_file() {
    let archive = foreign("files.zip");
    let mut files = ZipFiles::open("z", &archive).expect("an archive");
    let wanted = |name: &str| !name.starts_with("__MACOSX");
    assert_eq!(files.read(0, 700, wanted), Ok(ZipMember::File("data/a.bin".into(), vec![b'a'; 700])), "deflated");
    assert_eq!(files.read(1, 700, wanted), Ok(ZipMember::Unwanted("__MACOSX/data/._a.bin".into())), "not wanted");
    assert_eq!(files.read(2, 700, wanted), Ok(ZipMember::File("data/b.txt".into(), b"bb".to_vec())), "stored");
    let too_large = DatasetError::DataFileTooLarge { path: "z".to_owned(), limit: 699 };
    let mut files = ZipFiles::open("z", &archive).expect("an archive");
    assert_eq!(files.read(0, 699, wanted), Err(too_large.into()), "one byte too many");
    let archive = foreign("lzma.zip");
    let got = ZipFiles::open("z", &archive).expect("an archive").read(0, 100, wanted).expect_err("another method");
    let reason = |error: &Error| match error {
        Error::Dataset(DatasetError::File(DataFileError::Member { reason, .. })) => Some(reason.clone()),
        _ => None,
    };
    assert!(matches!(reason(&got), Some(MemberRefusal::Method { .. })), "{got}");
    // Every byte of a file matters: a changed one is noticed by the checksum.
    let mut damaged = foreign("files.zip");
    let at = damaged.windows(2).position(|two| two == b"bb").expect("it is stored");
    damaged[at] = b'c';
    let got = ZipFiles::open("z", &damaged).expect("an archive").read(2, 100, wanted).expect_err("damaged");
    assert!(matches!(got, Error::Dataset(DatasetError::ArchiveDamaged { .. })), "{got}");
}

#[test]
fn tar_archives_of_all_kinds_are_read_or_refused_by_name() {
    let tar = |name: &str| gunzip(name, &foreign(name)[..], 1 << 20).expect("gzipped");
    let kinds = tar("kinds.tar.gz");
    let listing = list_tar("t", &kinds).expect("an archive");
    assert_eq!(listing.others, ["symbolic.bin"], "what has no contents");
    let files = unpack_tar("t", &kinds, 9).expect("an archive");
    let names = files.iter().map(|file| &file.name[..]).collect::<Vec<_>>();
    assert_eq!(names, ["a.bin", "contiguous.bin", "hard.bin"], "files");
    assert!(files.iter().all(|file| file.bytes == b"abc"), "a hard link is the file to which it refers");
    let twice = [&kinds[..], &kinds].concat();
    assert_eq!(list_tar("t", &twice).expect("two archives").files.len(), 6, "one archive after the other");
    for name in ["sparse_gnu.tar.gz", "sparse_pax.tar.gz"] {
        let got = list_tar("t", &tar(name)).expect_err("sparse");
        let DatasetError::File(DataFileError::Member { file, member, reason }) = (match got {
            Error::Dataset(error) => error,
            other => panic!("{name}: {other}"),
        }) else {
            panic!("{name}: not refused by name")
        };
        assert_eq!((&file[..], reason), ("t", MemberRefusal::Sparse), "{name}");
        assert!(member.contains("hole.bin"), "{name}: {member}");
    }
    // The hard link without the file before it: the two blocks of header and contents of each of the first two files are gone.
    let got = list_tar("t", &kinds[4 * 512..]).expect_err("no target");
    let reason = MemberRefusal::LinkWithoutFile { target: "a.bin".to_owned() };
    let (file, member) = ("t".to_owned(), "hard.bin".to_owned());
    assert_eq!(got, DataFileError::Member { file, member, reason }.into(), "a link to nothing");
}

#[test]
fn labels_have_to_be_whole_numbers() {
    let labels = |values: &[f32]| {
        let mut bytes = vec![0, 0, 0x0d, 1];
        bytes.extend(u32::try_from(values.len()).expect("few").to_be_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_be_bytes()));
        bytes
    };
    let images = super::images_file(2, 4);
    let (read, _) = read(&[("i", &images), ("l", &labels(&[1.0, 0.0]))]).expect("whole numbers");
    assert_eq!([&read.train.split().labels[..], &read.test.split().labels].concat(), [1, 0], "IDX of float32");
    for value in [0.5, -1.0, 100.0, f32::NAN, 1e9] {
        let got = super::foreign::read(&[("i", &images), ("l", &labels(&[0.0, value]))]).expect_err("no label");
        let Error::Dataset(DatasetError::File(DataFileError::ArrayValue { content, index, .. })) = got else {
            panic!("{got}")
        };
        assert_eq!((content, index), (FileContent::Labels, 1), "{value}");
    }
}

proptest! {
    #[test]
    fn any_array_header_is_read_or_refused(header in "[{}'a-z_:, ()<>|0-9]{0,80}", numbers in 0..9_usize) {
        let length = u16::try_from(header.len()).expect("short").to_le_bytes();
        let file = [&npy::MAGIC[..], &[1, 0], &length, header.as_bytes(), &vec![0; numbers]].concat();
        if let Ok(array) = npy::read("f", &file) {
            prop_assert_eq!(array.bytes.len(), array.element.size() * array.shape.iter().product::<usize>(), "all of it");
        }
    }

    #[test]
    fn damaged_files_never_panic(
        name in prop::sample::select(vec!["uint8.npz", "rgb.png", "palette.png", "baseline.jpg", "progressive.jpg", "files.zip", "kinds.tar.gz", "members.gz"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in any::<prop::sample::Index>(),
    ) {
        let mut file = foreign(name);
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        file.truncate(length.index(file.len()) + 1);
        let zip = [NamedFile { name: name.to_owned(), bytes: file.clone() }];
        let _ = upload::assemble(zip.to_vec(), &[]);
        let _ = picture::decode(name, &file);
    }
}
