//! Fixtures that several test files use: experiments, layers and fields from short texts, small data sets, tensors on the CPU,
//! and the project's source files.

use emergence_lab::experiment::architecture::{FeatureShape, LayerPlace, WeightLayer, WeightShape};
use emergence_lab::experiment::{Experiment, parse_query};
use emergence_lab::rng::{Purpose, below, stream};
use emergence_lab::web::page::fields::FieldText;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The shape of MNIST images.
pub(crate) const GRAY: FeatureShape = FeatureShape { channels: 1, height: 28, width: 28 };
/// The shape of CIFAR-10 images.
pub(crate) const COLOR: FeatureShape = FeatureShape { channels: 3, height: 32, width: 32 };

/// The experiment of a valid query.
pub(crate) fn experiment(query: &str) -> Experiment {
    parse_query(query).strict().unwrap_or_else(|error| panic!("{query}: {error}")).0
}

/// Fields of a form, or of the picker, with these texts.
pub(crate) fn field_texts(texts: &[(&str, &str)]) -> Vec<FieldText> {
    texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Dense layers between these widths; the last layer is the output.
pub(crate) fn dense_layers(widths: &[usize]) -> Vec<WeightLayer> {
    let place = |index: usize| if index + 2 == widths.len() { LayerPlace::Output } else { LayerPlace::Trunk };
    let pairs = widths.windows(2).enumerate();
    pairs
        .map(|(index, pair)| WeightLayer {
            shape: WeightShape::Dense { inputs: pair[0], outputs: pair[1] },
            normalized: false,
            place: place(index),
        })
        .collect()
}

/// The random numbers below a bound that a training uses for mask `index` of random activity.
pub(crate) fn mask_draws(seed: u64, index: u64) -> impl FnMut(u32) -> u32 {
    let mut draws = stream(seed, Purpose::RandomActivity, index);
    move |bound| below(&mut draws, bound)
}

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the repository with one of these extensions, in order, with their paths relative to it and
/// their texts. Third-party files, as in `node_modules`, are omitted.
pub(crate) fn files_below(folder: &str, extensions: &[&str]) -> Vec<(String, String)> {
    let top = root().join(folder);
    let mut found = Vec::new();
    collect(&top, extensions, &mut found);
    found.sort();
    let relative =
        |path: &Path| path.strip_prefix(&top).expect("below the folder").to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (relative(path), fs::read_to_string(path).expect("readable"))).collect()
}

fn collect(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            if path.file_name() != Some(OsStr::new("node_modules")) {
                collect(&path, extensions, found);
            }
        } else if extensions.iter().any(|extension| path.extension() == Some(OsStr::new(extension))) {
            found.push(path);
        }
    }
}

/// All source files of the crate with their paths relative to `src/`.
pub(crate) fn all_sources() -> Vec<(String, String)> {
    files_below("src", &["rs"])
}

/// The text without comments, so that a doc link is not an import.
pub(crate) fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Networks, data and training on the CPU.
#[cfg(feature = "train")]
pub(crate) mod cpu {
    use super::experiment;
    use burn::tensor::{Device, Tensor, TensorData};
    use emergence_lab::dataset::{Dataset, digits};
    use emergence_lab::device::open_cpu;
    use emergence_lab::experiment::Experiment;
    use emergence_lab::experiment::architecture::FeatureShape;
    use emergence_lab::metrics::History;
    use emergence_lab::model::Plan;
    use emergence_lab::train::{Training, Work};
    use std::rc::Rc;

    /// The network of an experiment for inputs of this shape.
    pub(crate) fn plan(experiment: &Experiment, input: FeatureShape, classes: usize) -> Rc<Plan> {
        let architecture = experiment.model.architecture(input, classes, experiment.norm).expect("a network that fits");
        Rc::new(Plan { architecture, activation: experiment.activation })
    }

    pub(crate) fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &Device::flex())
    }

    pub(crate) fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        pollster::block_on(tensor.into_data_async()).expect("the CPU can be read").try_into_vec().expect("f32")
    }

    /// Compares with reference numbers, with an absolute tolerance up to 1 and a relative one above.
    pub(crate) fn assert_close(what: &str, got: &[f32], expected: &[f64], tolerance: f64) {
        assert_eq!(got.len(), expected.len(), "{what}: as many numbers");
        for (index, (got, expected)) in got.iter().zip(expected).enumerate() {
            let difference = (f64::from(*got) - expected).abs();
            assert!(difference <= tolerance * expected.abs().max(1.0), "{what}[{index}]: {got} instead of {expected}");
        }
    }

    /// A small fixed data set: enough to train on for a few dozen steps.
    pub(crate) fn few_digits() -> Rc<Dataset> {
        Rc::new(digits::generate(1, 640, 128, |_, _| ()).expect("a small data set"))
    }

    /// The training of a valid query, before its first step.
    pub(crate) fn training(query: &str, dataset: &Rc<Dataset>) -> Training {
        pollster::block_on(Training::new(&experiment(query), dataset, &open_cpu())).expect("a valid training")
    }

    /// Trains to the end; reads records after every `drain_every` pieces of work.
    pub(crate) fn finish(training: &mut Training, drain_every: usize) -> History {
        let mut history = History::new(training.setup().clone());
        for piece in 1.. {
            let work = pollster::block_on(training.advance(true)).expect("the CPU computes");
            if piece % drain_every == 0 || work == Work::Finished {
                history.apply(&pollster::block_on(training.drain()).expect("the CPU can be read"));
            }
            if work == Work::Finished {
                break;
            }
        }
        history
    }
}
