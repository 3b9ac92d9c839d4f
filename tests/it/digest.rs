//! Checksums: SHA-256 as the standard defines it, in pieces of any size, and the verification of files by it.

use emergence_lab::dataset::readers::checksum;
use emergence_lab::digest::sha256;
use emergence_lab::error::DatasetError;

#[test]
fn sha256_is_the_standard_one() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256([b"abc"]), expected, "of `abc`");
    assert_eq!(sha256(["a", "", "bc"]), expected, "in pieces");
    let long = vec![7; 200_000];
    assert_eq!(sha256([&long]), sha256(long.chunks(999)), "in other pieces");
    assert_eq!(checksum::verify("f", expected, b"abc"), Ok(()), "the published contents");
    let got = checksum::verify("f", expected, b"axc").expect_err("a damaged file");
    let (file, expected) = ("f".to_owned(), expected.to_owned());
    assert_eq!(got, DatasetError::Checksum { file, expected, got: sha256([b"axc"]) }.into(), "a damaged file");
}
