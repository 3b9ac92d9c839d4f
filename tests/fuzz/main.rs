//! Feeds every reader of data files with damaged files: 100,000 each, or as many as `FUZZ_INPUTS` says, of
//! `cargo test --release --test fuzz -- --ignored --nocapture`. None may panic, and none may allocate more at once than twice the file, or twice
//! what the compressed file may unpack to.
//!
//! The files are mutations of sound ones by a generator with a fixed seed, so every run tries the same ones.

mod allocator;
mod mutation;

use allocator::largest_allocation;
use emergence_lab::catalog::CIFAR_10_IMAGES;
use emergence_lab::dataset::readers::archive::{NamedFile, list_tar};
use emergence_lab::dataset::readers::gzip::gunzip;
use emergence_lab::dataset::readers::zip_archive::ZipFiles;
use emergence_lab::dataset::readers::{cifar, cifar_100, idx, npy, picture};
use emergence_lab::dataset::upload;
use mutation::Mutator;
use std::hint::black_box;

/// What the readers of compressed files may unpack in these tests.
const LIMIT: usize = 1 << 16;
/// What a reader may need for itself: the states of decoders and the words of errors.
const OWN: usize = 1 << 18;

/// A sound file of the reference, in the format of a reader.
fn sound(name: &str) -> Vec<u8> {
    let reference = include_str!("../data/data_files_reference.json");
    let start =
        reference.find(&format!("\"{name}\": \"")).unwrap_or_else(|| panic!("{name} is there")) + name.len() + 5;
    let digits = reference[start..].split('"').next().expect("hexadecimal digits").as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).expect("a digit");
    digits.chunks_exact(2).map(|two| digit(two[0]) * 16 + digit(two[1])).collect()
}

fn array(element: u8, lengths: &[u32], size: usize) -> Vec<u8> {
    let dimensions = u8::try_from(lengths.len()).expect("few");
    let mut file = vec![0, 0, element, dimensions];
    file.extend(lengths.iter().flat_map(|length| length.to_be_bytes()));
    let count = lengths.iter().product::<u32>() as usize * size;
    file.extend([0, 1, 2].into_iter().cycle().map(|label| if size == 1 { label } else { 0 }).take(count));
    file
}

fn tar(name: &str) -> Vec<u8> {
    gunzip(name, &sound(name)[..], LIMIT).expect("gzipped")
}

/// Tries a reader with mutations of sound files; `most` is the largest allocation for a file of a length.
fn fuzz(reader: &str, seeds: &[Vec<u8>], most: impl Fn(usize) -> usize, read: impl Fn(&[u8])) {
    let inputs = std::env::var("FUZZ_INPUTS").ok().and_then(|inputs| inputs.parse().ok()).unwrap_or(100_000_u32);
    let mut mutator = Mutator::new(reader);
    let mut largest = 0;
    for index in 0..inputs {
        let file = mutator.mutate(seeds);
        let allocated = largest_allocation(|| read(&file));
        let most = most(file.len()) + OWN;
        assert!(
            allocated <= most,
            "{reader}: {allocated} bytes at once for input {index} of {} bytes, at most {most}",
            file.len()
        );
        largest = largest.max(allocated);
    }
    eprintln!("{reader}: {inputs} inputs, largest allocation {largest} bytes");
}

fn twice(length: usize) -> usize {
    2 * length
}

fn unpacked(_: usize) -> usize {
    2 * LIMIT
}

/// What a picture may unpack to; a byte may hold eight pixels, each of which becomes three bytes.
fn decoded(length: usize) -> usize {
    8 * 3 * picture::EXPANSION * length
}

fn assemble(name: &str, bytes: &[u8]) {
    let _ = black_box(upload::assemble(vec![NamedFile { name: name.to_owned(), bytes: bytes.to_vec() }], &[]));
}

#[test]
#[ignore = "seconds in a release build, minutes in any other; part of the benchmark run"]
fn readers_survive_damaged_files() {
    let arrays = [array(8, &[3, 4, 4], 1), array(8, &[5], 1), array(0x0d, &[2, 3, 3], 4), array(0x0c, &[4], 4)];
    fuzz("IDX", &arrays, twice, |file| {
        let _ = black_box(idx::read_images("f", file));
        let _ = black_box(idx::read_labels("f", file, 10));
        if let Ok(array) = idx::read_array("f", file) {
            let _ = black_box(array.labels("f", 100));
        }
    });
    let numpy = ["fortran.npy", "half.npy", "version_2.npy"].map(sound);
    fuzz("NumPy", &numpy, twice, |file| {
        if let Ok(array) = npy::read("f", file) {
            let _ = black_box(array.labels("f", 100));
        }
    });
    let records = [vec![3; 3073], vec![3; 2 * 3074]];
    fuzz("CIFAR", &records, twice, |file| {
        let _ = black_box(cifar::read_batches(&CIFAR_10_IMAGES, [("f", file)]));
        let _ = black_box(cifar_100::read_fine([("f", file)]));
    });
    fuzz("gzip", &["members.gz", "kinds.tar.gz"].map(sound), unpacked, |file| {
        let _ = black_box(gunzip("f", file, LIMIT));
    });
    let tars = ["kinds.tar.gz", "sparse_gnu.tar.gz", "sparse_pax.tar.gz"].map(tar);
    fuzz("tar", &tars, twice, |file| {
        let _ = black_box(list_tar("f", file));
    });
    let zips = ["files.zip", "lzma.zip", "uint8.npz"].map(sound);
    fuzz(
        "zip",
        &zips,
        |length| twice(length) + unpacked(length),
        |file| {
            if let Ok(mut files) = ZipFiles::open("f", file) {
                for index in 0..files.len() {
                    let _ = black_box(files.read(index, LIMIT, |_| true));
                }
            }
        },
    );
    let pictures = |names: &[&str]| names.iter().map(|name| sound(name)).collect::<Vec<_>>();
    let decode = |file: &[u8]| {
        if let Ok(picture) = picture::decode("f", file) {
            picture.write_planes(3, (8, 8), &mut Vec::new());
        }
    };
    fuzz(
        "PNG",
        &pictures(&["rgb.png", "gray.png", "alpha.png", "deep.png", "palette.png", "bits.png"]),
        decoded,
        decode,
    );
    fuzz("JPEG", &pictures(&["baseline.jpg", "progressive.jpg", "gray.jpg"]), decoded, decode);
    let texts = [b"a\tb\nc\td\ne\tf\ng\th\n".to_vec(), "ä\tö\r\nü\tß\n".repeat(9).into_bytes()];
    fuzz("text", &texts, |length| 40 * length, |file| assemble("f.tsv", file));
    let mut all = [&arrays[..], &numpy, &records, &tars, &zips, &texts].concat();
    all.extend(["members.gz", "kinds.tar.gz", "rgb.png", "baseline.jpg", "float32.npz"].map(sound));
    fuzz("upload", &all, decoded, |file| assemble("f", file));
}
