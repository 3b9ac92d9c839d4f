//! The error messages about data: one plain line each.

use emergence_lab::catalog::FileContent;
use emergence_lab::dataset::Part;
use emergence_lab::error::{
    ArchiveDamage, Conversion, DataFileError, DatasetError, DownloadFailure, MemberRefusal, NameList, NpyRefusal,
    UnknownFile, UploadError, UploadNote,
};
use emergence_lab::experiment::DatasetName;
use std::fmt::{Debug, Display};

fn check(error: &(impl Display + Debug), expected: &str) {
    assert_eq!(error.to_string(), expected, "{error:?}");
}

fn name(name: &str) -> String {
    name.to_owned()
}

#[test]
fn failed_downloads_say_why() {
    let cases = [
        (DownloadFailure::NotFound, "the server answered 404 Not Found, or sent a web page instead"),
        (DownloadFailure::Status { code: 503, text: name("Unavailable") }, "the server answered 503 Unavailable"),
        (DownloadFailure::Network { message: name("Failed to fetch") }, "Failed to fetch"),
        (DownloadFailure::TimedOut { seconds: 20 }, "nothing was received for 20 seconds"),
        (
            DownloadFailure::NotOnThisSite { address: name("https://a/b.tar.gz") },
            "this site does not have it. Download https://a/b.tar.gz and drop it on this page, or select it under Data, \
             your own files",
        ),
    ];
    for (reason, expected) in cases {
        check(&DatasetError::Download { file: name("f"), reason }, &format!("f could not be downloaded: {expected}"));
    }
}

#[test]
fn the_question_before_a_download_names_the_server_and_the_size() {
    let question = |dataset: DatasetName| {
        let server = dataset.row().publication().expect("published").server();
        DatasetError::Consent { dataset, server }.to_string()
    };
    let rest = "(11.6 MB); that server will see your IP address.";
    let mnist = format!("MNIST is not on this site. It can be downloaded from raw.githubusercontent.com {rest}");
    assert_eq!(question(DatasetName::Mnist), mnist, "without a license");
    let multi30k = question(DatasetName::Multi30k);
    for part in ["raw.githubusercontent.com (1.3 MB)", "CC BY-NC-SA 4.0", "noncommercial", "Elliott"] {
        assert!(multi30k.contains(part), "with a license, {part}: {multi30k}");
    }
}

#[test]
fn data_files_say_what_is_wrong_with_them() {
    let missing =
        DatasetError::DataFileMissing { path: name("d/f"), dataset: DatasetName::Mnist, directory: name("d") };
    let remedy = "to get it: `lab data fetch mnist --data-dir d`";
    check(&missing, &format!("d/f: expected this file or d/f.gz, got none; {remedy}"));
    let damaged = DatasetError::GzipDamaged { path: name("f.gz"), reason: name("corrupt deflate stream") };
    check(&damaged, "f.gz: expected gzip, got a damaged file: corrupt deflate stream");
    let large = |limit| DatasetError::DataFileTooLarge { path: name("f"), limit };
    check(&large(1 << 29), "f: expected at most 512 MB, got more");
    check(&large(700), "f: expected at most 700 bytes, got more");
    let damage = ArchiveDamage::CutOff { member: name("a/b.bin"), expected: 700, got: 600 };
    let cut_off = DatasetError::ArchiveDamaged { file: name("a.tar"), damage };
    check(&cut_off, "a.tar: expected a complete archive, got: 600 of the 700 bytes of a/b.bin");
}

#[test]
fn uploads_say_what_was_expected() {
    let format = |name, conversion| UnknownFile::Format { name, conversion };
    let unknown = |got| UploadError::Kind { file: name("a"), got };
    let known = "images (CIFAR batches, IDX, NumPy arrays, folders of PNG or JPEG) or sentences with translations as text, also in a tar or \
                 zip archive";
    let cases = [
        (UnknownFile::Empty, "an empty file"),
        (UnknownFile::Beginning(vec![0x89, 0x0e]), "a file that begins with the bytes 890e"),
        (format("RAR", Conversion::Unpack), "a file packed with RAR; unpack it first, or pack it as zip"),
        (format("HDF5", Conversion::Numpy), "a file in the format HDF5; save its arrays with numpy.savez"),
        (format("GIF", Conversion::Png), "an image in the format GIF; save it as PNG"),
        (UnknownFile::Utf16, "text in UTF-16; save it as UTF-8"),
        (UnknownFile::ArchiveWithoutData, "an archive without any of these"),
    ];
    for (got, expected) in cases {
        check(&unknown(got), &format!("a: expected {known}, got {expected}"));
    }
    let (content, part) = (FileContent::Batch, Part::Test);
    let twice = UploadError::Twice { content, part, first: name("a"), second: name("b") };
    check(&twice, "upload: expected only one test file of CIFAR records, got a and b");
    let unpaired = UploadError::Unpaired { file: name("i"), missing: FileContent::Labels, part: Part::Train };
    check(&unpaired, "i: expected a matching training file of labels, got none");
    let many = UploadError::TooMany { part: Part::Train, limit: 60_000, got: 60_001 };
    check(&many, "upload: expected at most 60000 training examples, got 60001");
}

#[test]
fn files_of_other_programs_say_how_to_convert_them() {
    let member = |reason| DataFileError::Member { file: name("a.tar"), member: name("b"), reason };
    check(
        &member(MemberRefusal::Sparse),
        "a.tar: expected whole files, got the sparse file b; pack the archive again without --sparse",
    );
    check(
        &member(MemberRefusal::LinkWithoutFile { target: name("c") }),
        "a.tar: expected the file c before b, which is a hard link to it, got none; pack the archive again with --hard-dereference",
    );
    check(&member(MemberRefusal::Encrypted), "a.tar: expected files without a password, got b with one");
    let npy = |reason| DataFileError::Npy { file: name("x.npy"), reason };
    check(
        &npy(NpyRefusal::FortranOrder),
        "x.npy: expected an array in C order, got one in Fortran order; convert it with numpy.ascontiguousarray(x)",
    );
    let labels = DataFileError::ArrayShape { file: name("y.npy"), content: FileContent::Labels, got: vec![9, 10] };
    check(
        &labels,
        "y.npy: expected one whole number per image, an array of shape (count), got the shape (9, 10); convert one-hot labels with \
         y.argmax(1)",
    );
    check(
        &DataFileError::NoClassFolder { file: name("1.png") },
        "1.png: expected pictures in an archive with a folder for each class, like train/cat/1.png, got this one without",
    );
    let files = (0..12).map(|index| index.to_string()).collect::<NameList>();
    check(&UploadNote::Validation(files), "Not used (validation files): 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more.");
    check(&UploadNote::Scaled { low: -1.0, high: 0.5 }, "Pixel values from -1 to 0.5 became 0 to 255.");
}

#[test]
fn parts_are_named_as_their_keys() {
    let few = DatasetError::TooManyExamples { part: Part::Test, asked: 3, available: 2 };
    check(&few, "test: expected at most 2 examples, got 3");
    assert_eq!(few.key(), Some("test"), "the key that has to change");
    check(&DatasetError::NoExamples { part: Part::Train }, "train: expected at least one example, got none");
}
