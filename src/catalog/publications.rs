//! What is known about published data sets: whom to cite, which files there are, where they can be downloaded, and under which license.

use super::facts::{
    Citation, DataArchive, DataFile, FileContent, FileFormat, ImageFacts, License, Mirror, Normalization, Part,
    Publication, PublishedContents, SentenceFacts, idx_files,
};
use super::languages::NumberLanguage;
use crate::prose::{Prose, not_in_page};

/// MNIST.
pub(super) const MNIST: Publication = Publication {
    citation: Citation {
        authors: Prose::new("LeCun, Bottou, Bengio & Haffner 1998"),
        title: Prose::new("Gradient-based learning applied to document recognition"),
        url: Prose::new("https://doi.org/10.1109/5.726791"),
    },
    contents: PublishedContents::Images(MNIST_IMAGES, FileFormat::Idx),
    files: not_in_page(&MNIST_FILES),
    archive: None,
    mirrors: not_in_page(&[
        Mirror { address: "https://raw.githubusercontent.com/fgnt/mnist/master/", cross_origin: true },
        Mirror { address: "https://ossci-datasets.s3.amazonaws.com/mnist/", cross_origin: false },
    ]),
    megabytes: "11.6",
    license: None,
};

/// The normalization is rounded to four digits, as is usual.
const MNIST_IMAGES: ImageFacts = ImageFacts {
    shape: [1, 28, 28],
    classes: 10,
    class_names: &[],
    train: 60_000,
    test: 10_000,
    normalization: &[Normalization { mean: 0.1307, std: 0.3081 }],
};

const MNIST_FILES: [DataFile; 4] = idx_files(
    &MNIST_IMAGES,
    [
        ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
        ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    ],
);

/// Fashion-MNIST.
pub(super) const FASHION_MNIST: Publication = Publication {
    citation: Citation {
        authors: Prose::new("Xiao, Rasul & Vollgraf 2017"),
        title: Prose::new("Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms"),
        url: Prose::new("https://arxiv.org/abs/1708.07747"),
    },
    contents: PublishedContents::Images(FASHION_MNIST_IMAGES, FileFormat::Idx),
    files: not_in_page(&FASHION_MNIST_FILES),
    archive: None,
    mirrors: not_in_page(&[
        Mirror {
            address: "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            cross_origin: true,
        },
        // The authors' own server. It does not support encryption; the checksums ensure that files are intact.
        Mirror { address: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", cross_origin: false },
    ]),
    megabytes: "30.9",
    license: None,
};

/// The normalization is rounded to four digits, as is usual.
const FASHION_MNIST_IMAGES: ImageFacts = ImageFacts {
    shape: [1, 28, 28],
    classes: 10,
    class_names: &[
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ],
    train: 60_000,
    test: 10_000,
    normalization: &[Normalization { mean: 0.2860, std: 0.3530 }],
};

/// The authors publish MD5 sums of the compressed files. The SHA-256 sums of the decompressed files are those that three
/// unrelated projects state; those of the labels were also computed from the authors' files.
const FASHION_MNIST_FILES: [DataFile; 4] = idx_files(
    &FASHION_MNIST_IMAGES,
    [
        ("train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        ("train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        ("t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        ("t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ],
);

/// CIFAR-10.
pub(super) const CIFAR_10: Publication = Publication {
    citation: Citation {
        authors: Prose::new("Krizhevsky 2009"),
        title: Prose::new("Learning multiple layers of features from tiny images"),
        url: Prose::new("https://www.cs.toronto.edu/~kriz/learning-features-2009-TR.pdf"),
    },
    contents: PublishedContents::Images(CIFAR_10_IMAGES, FileFormat::CifarBatches),
    files: not_in_page(&CIFAR_10_FILES),
    archive: Some(DataArchive {
        name: "cifar-10-binary.tar.gz",
        bytes: 170_052_171,
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    }),
    mirrors: not_in_page(&[Mirror { address: "https://www.cs.toronto.edu/~kriz/", cross_origin: false }]),
    megabytes: "170",
    license: None,
};

/// The normalization is rounded to four digits, as is usual. (Many programs use the standard deviations 0.2023, 0.1994 and
/// 0.2010, which are means of the standard deviations of single images.)
pub const CIFAR_10_IMAGES: ImageFacts = ImageFacts {
    shape: [3, 32, 32],
    classes: 10,
    class_names: &["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    train: 50_000,
    test: 10_000,
    normalization: &[
        Normalization { mean: 0.4914, std: 0.2470 },
        Normalization { mean: 0.4822, std: 0.2435 },
        Normalization { mean: 0.4465, std: 0.2616 },
    ],
};

/// The checksums are those that other projects state; the author publishes only that of the archive.
const CIFAR_10_FILES: [DataFile; 6] = [
    batch("data_batch_1.bin", Part::Train, "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
    batch("data_batch_2.bin", Part::Train, "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
    batch("data_batch_3.bin", Part::Train, "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
    batch("data_batch_4.bin", Part::Train, "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
    batch("data_batch_5.bin", Part::Train, "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
    batch("test_batch.bin", Part::Test, "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
];

/// A file of 10,000 records, each a label and an image.
const fn batch(name: &'static str, part: Part, sha256: &'static str) -> DataFile {
    DataFile { name, part, content: FileContent::Batch, bytes: 10_000 * (1 + CIFAR_10_IMAGES.pixels()), sha256 }
}

/// Multi30k.
pub(super) const MULTI30K: Publication = Publication {
    citation: Citation {
        authors: Prose::new("Elliott, Frank, Sima'an & Specia 2016"),
        title: Prose::new("Multi30K: multilingual English-German image descriptions"),
        url: Prose::new("https://doi.org/10.18653/v1/W16-3210"),
    },
    contents: PublishedContents::Sentences(SentenceFacts {
        train: 29_000,
        test: 1_000,
        languages: [NumberLanguage::German, NumberLanguage::English],
    }),
    files: not_in_page(&MULTI30K_FILES),
    archive: None,
    mirrors: not_in_page(&[Mirror {
        address: "https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/",
        cross_origin: true,
    }]),
    megabytes: "1.3",
    license: Some(License {
        name: "CC BY-NC-SA 4.0",
        url: "https://creativecommons.org/licenses/by-nc-sa/4.0/",
        authors: "Elliott, Frank, Sima'an & Specia 2016",
    }),
};

const MULTI30K_FILES: [DataFile; 4] = [
    sentences(
        "train.de",
        Part::Train,
        0,
        2_110_398,
        "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72",
    ),
    sentences(
        "train.en",
        Part::Train,
        1,
        1_801_238,
        "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
    ),
    sentences(
        "test_2016_flickr.de",
        Part::Test,
        0,
        70_649,
        "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16",
    ),
    sentences(
        "test_2016_flickr.en",
        Part::Test,
        1,
        62_076,
        "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
    ),
];

/// A file of sentences in the first (0) or the second language.
const fn sentences(name: &'static str, part: Part, language: usize, bytes: usize, sha256: &'static str) -> DataFile {
    DataFile { name, part, content: FileContent::Sentences(language), bytes, sha256 }
}
