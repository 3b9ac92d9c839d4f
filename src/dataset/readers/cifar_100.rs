//! The binary format of CIFAR-100 (Krizhevsky 2009): records as those of CIFAR-10, but with two labels each, of which the second is the fine
//! one, of 100 classes.

use super::cifar::read_records;
use crate::catalog::{CIFAR_10_IMAGES, ImageFacts};
use crate::dataset::examples::Split;
use crate::error::Result;

/// Label bytes of a record.
const LABELS: usize = 2;

/// The images of CIFAR-100 with their fine labels. The caller chooses the mean and standard deviation for normalization.
pub const CIFAR_100_IMAGES: ImageFacts = ImageFacts {
    shape: CIFAR_10_IMAGES.shape,
    classes: 100,
    class_names: &[
        "apple",
        "aquarium fish",
        "baby",
        "bear",
        "beaver",
        "bed",
        "bee",
        "beetle",
        "bicycle",
        "bottle",
        "bowl",
        "boy",
        "bridge",
        "bus",
        "butterfly",
        "camel",
        "can",
        "castle",
        "caterpillar",
        "cattle",
        "chair",
        "chimpanzee",
        "clock",
        "cloud",
        "cockroach",
        "couch",
        "crab",
        "crocodile",
        "cup",
        "dinosaur",
        "dolphin",
        "elephant",
        "flatfish",
        "forest",
        "fox",
        "girl",
        "hamster",
        "house",
        "kangaroo",
        "keyboard",
        "lamp",
        "lawn mower",
        "leopard",
        "lion",
        "lizard",
        "lobster",
        "man",
        "maple tree",
        "motorcycle",
        "mountain",
        "mouse",
        "mushroom",
        "oak tree",
        "orange",
        "orchid",
        "otter",
        "palm tree",
        "pear",
        "pickup truck",
        "pine tree",
        "plain",
        "plate",
        "poppy",
        "porcupine",
        "possum",
        "rabbit",
        "raccoon",
        "ray",
        "road",
        "rocket",
        "rose",
        "sea",
        "seal",
        "shark",
        "shrew",
        "skunk",
        "skyscraper",
        "snail",
        "snake",
        "spider",
        "squirrel",
        "streetcar",
        "sunflower",
        "sweet pepper",
        "table",
        "tank",
        "telephone",
        "television",
        "tiger",
        "tractor",
        "train",
        "trout",
        "tulip",
        "turtle",
        "wardrobe",
        "whale",
        "willow tree",
        "wolf",
        "woman",
        "worm",
    ],
    train: 50_000,
    test: 10_000,
    normalization: &[],
};

/// Bytes of a record.
pub const RECORD: usize = LABELS + CIFAR_100_IMAGES.pixels();

/// Reads files of records, each with its name for errors; the result is empty without files.
///
/// # Errors
/// As [`read_batches`](super::cifar::read_batches).
pub fn read_fine<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Split> {
    read_records(&CIFAR_100_IMAGES, LABELS, files)
}
