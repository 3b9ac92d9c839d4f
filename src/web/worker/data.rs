//! Data sets in the browser: published files, generated data, and the default that may become either.

use super::Loaded;
use super::download::{own, progress, published};
use super::scope::EventLoopTurn;
use crate::dataset::generator::Generator;
use crate::dataset::published::{File, files, mirrors};
use crate::dataset::{Dataset, cifar, digits, fashion_mnist, mnist, patterns};
use crate::error::{DatasetError, Error, Result};
use crate::experiment::DatasetName;
use crate::experiment::Named;
use std::rc::Rc;

/// Examples generated between two turns of the event loop.
const DRAWN_PER_TURN: usize = 1000;

/// Loads a data set, reporting progress to the page; `Auto` becomes `digits` if MNIST cannot be downloaded.
///
/// # Errors
/// The error of the first file that no source could provide; [`Error::UploadEmpty`] for the visitor's own files, which
/// are not loaded from anywhere.
pub(super) async fn load(asked: DatasetName, turn: &EventLoopTurn) -> Result<Loaded> {
    let (dataset, fallback) = match asked {
        DatasetName::Digits => (draw_digits(turn).await?, None),
        DatasetName::Patterns => {
            let (train, test) = (patterns::TRAIN_EXAMPLES, patterns::TEST_EXAMPLES);
            (draw("patterns", patterns::generator(patterns::SEED, train, test)?, turn).await, None)
        }
        DatasetName::Mnist | DatasetName::FashionMnist => (load_idx(asked).await?, None),
        DatasetName::Cifar10 => (load_cifar10().await?, None),
        DatasetName::Auto => match load_idx(DatasetName::Mnist).await {
            Ok(dataset) => (dataset, None),
            Err(error) => (draw_digits(turn).await?, Some(error.to_string())),
        },
        DatasetName::Upload => return Err(DatasetError::UploadEmpty.into()),
    };
    Ok(Loaded { asked, dataset: Rc::new(dataset), fallback })
}

async fn draw_digits(turn: &EventLoopTurn) -> Result<Dataset> {
    let generator = digits::generator(digits::SEED, digits::TRAIN_EXAMPLES, digits::TEST_EXAMPLES)?;
    Ok(draw("digits", generator, turn).await)
}

async fn draw(name: &str, mut generator: Generator, turn: &EventLoopTurn) -> Dataset {
    while !generator.advance(DRAWN_PER_TURN) {
        progress(name, generator.done() as u64, Some(generator.total() as u64));
        turn.pass().await;
    }
    generator.finish()
}

/// MNIST or Fashion-MNIST: from our cache, else from the same origin, else from the public mirror.
async fn load_idx(name: DatasetName) -> Result<Dataset> {
    let mirror = mirrors(name).first().copied().unwrap_or_default();
    let mut contents = Vec::new();
    for file in files(name) {
        contents.push(published(name.name(), file, mirror).await?);
    }
    let set = if name == DatasetName::FashionMnist { fashion_mnist::SET } else { mnist::SET };
    set.assemble(std::array::from_fn(|index| contents.get(index).map_or(&[][..], Vec::as_slice)))
}

/// CIFAR-10 from the same origin, with any number of training batches; its owner does not let pages of other sites read it.
async fn load_cifar10() -> Result<Dataset> {
    let folder = DatasetName::Cifar10.name();
    let [batches @ .., test_file] = &cifar::FILES;
    let mut train = Vec::new();
    for file in batches {
        train.extend(own(folder, file).await?.map(|bytes| (file.name, bytes)));
    }
    let missing = |file: &File| {
        DatasetError::Download {
            file: file.name.to_owned(),
            reason: format!("this site does not have it. {}", own_files()),
        }
        .into()
    };
    if train.is_empty() {
        return Err(missing(&batches[0]));
    }
    let test = own(folder, test_file).await?.ok_or_else(|| missing(test_file))?;
    let train = train.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect::<Vec<_>>();
    cifar::assemble(&train, (test_file.name, &test))
}

fn own_files() -> String {
    format!("Download {} and drop it on this page, or choose it under Data, your own files", cifar::URL)
}
