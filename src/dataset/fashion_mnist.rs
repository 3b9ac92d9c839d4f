//! Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, "Fashion-MNIST: a novel image dataset for benchmarking machine learning
//! algorithms"): 60,000 training and 10,000 test images of articles of clothing, in the format of MNIST.
//!
//! Its authors publish MD5 sums of the packed files. The SHA-256 sums below are of the unpacked files, as three
//! unrelated projects state them; those of the labels were computed once more from the authors' files.

use super::Normalization;
use super::idx_set::IdxSet;
use super::published::File;
use crate::experiment::DatasetName;

/// The four files: training images, training labels, test images and test labels.
pub const FILES: [File; 4] = [
    File {
        name: "train-images-idx3-ubyte",
        bytes: 16 + 60_000 * 28 * 28,
        sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    File {
        name: "train-labels-idx1-ubyte",
        bytes: 8 + 60_000,
        sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    File {
        name: "t10k-images-idx3-ubyte",
        bytes: 16 + 10_000 * 28 * 28,
        sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    File {
        name: "t10k-labels-idx1-ubyte",
        bytes: 8 + 10_000,
        sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
];

/// Where the files can be had by anybody, as `MIRROR` + name + `.gz`; tried in this order.
/// The first one lets a web page of another origin read it (CORS `*`); the second, the one that the authors name, has
/// no encryption, which the checksums make up for.
pub const MIRRORS: [&str; 2] = [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
];

/// What the labels mean, in the authors' words.
pub const CLASS_NAMES: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Mean and standard deviation of the 47,040,000 training pixels divided by 255, as everybody rounds them.
pub const NORMALIZATION: Normalization = Normalization { mean: 0.2860, std: 0.3530 };

/// The data set, but for the contents of its files.
pub const SET: IdxSet = IdxSet { name: DatasetName::FashionMnist, files: FILES, normalization: NORMALIZATION };
