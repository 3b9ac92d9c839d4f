//! The error messages about data: one plain line each.

use emergence_lab::catalog::FileContent;
use emergence_lab::dataset::Part;
use emergence_lab::error::{ArchiveDamage, DatasetError, DownloadFailure, UnknownFile, UploadError};
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
fn data_files_say_what_is_wrong_with_them() {
    let missing =
        DatasetError::DataFileMissing { path: name("d/f"), dataset: DatasetName::Mnist, directory: name("d") };
    let remedy = "to get it: `lab data fetch mnist --data-dir d`";
    check(&missing, &format!("d/f: expected this file or d/f.gz, got none; {remedy}"));
    let damaged = DatasetError::GzipDamaged { path: name("f.gz"), reason: name("corrupt deflate stream") };
    check(&damaged, "f.gz: expected gzip, got a damaged file: corrupt deflate stream");
    let damage = ArchiveDamage::CutOff { member: name("a/b.bin"), expected: 700, got: 600 };
    let cut_off = DatasetError::ArchiveDamaged { file: name("a.tar"), damage };
    check(&cut_off, "a.tar: expected a complete tar archive, got: 600 of the 700 bytes of a/b.bin");
}

#[test]
fn uploads_say_what_was_expected() {
    let unknown = |got| UploadError::Kind { file: name("a"), got };
    let known = "a CIFAR-10 batch (.bin), IDX images or labels, sentences with translations as text, or a tar archive of such files (.tar)";
    let cases = [
        (UnknownFile::Empty, "an empty file"),
        (UnknownFile::Beginning(vec![0x89, 0x0e]), "a file that begins with the bytes 890e"),
        (UnknownFile::Zip, "a zip archive, which has to be unpacked first"),
        (UnknownFile::Utf16, "text in UTF-16; save it as UTF-8"),
        (UnknownFile::ArchiveWithoutData, "an archive without any of these"),
    ];
    for (got, expected) in cases {
        check(&unknown(got), &format!("a: expected {known}, got {expected}"));
    }
    let (content, part) = (FileContent::Batch, Part::Test);
    let twice = UploadError::Twice { content, part, first: name("a"), second: name("b") };
    check(&twice, "upload: expected only one test file of CIFAR-10 records, got a and b");
    let unpaired = UploadError::Unpaired { file: name("i"), missing: FileContent::Labels, part: Part::Train };
    check(&unpaired, "i: expected a matching training file of labels, got none");
    let many = UploadError::TooMany { part: Part::Train, limit: 60_000, got: 60_001 };
    check(&many, "upload: expected at most 60000 training examples, got 60001");
}

#[test]
fn parts_are_named_as_their_keys() {
    let few = DatasetError::TooManyExamples { part: Part::Test, asked: 3, available: 2 };
    check(&few, "test: expected at most 2 examples, got 3");
    assert_eq!(few.key(), Some("test"), "the key that has to change");
    check(&DatasetError::NoExamples { part: Part::Train }, "train: expected at least one example, got none");
}
