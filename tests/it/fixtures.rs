//! What tests in several files need: experiments, layers and fields from short texts, made-up histories, the project's own files,
//! and networks and data on the CPU.

use emergence_lab::catalog::Quantity;
use emergence_lab::emergence::{NetworkGraph, random_point};
use emergence_lab::experiment::architecture::{FeatureShape, LayerPlace, LayerRank, WeightLayer, WeightShape};
use emergence_lab::experiment::dataset::DatasetFacts;
use emergence_lab::experiment::{DatasetName, DatasetSpec, Experiment, parse_query};
use emergence_lab::metrics::{
    Chance, Environment, EvaluationRecord, History, InitCost, MeasuredPoint, RandomActivity, RandomPoint, Receipt,
    Record, RunEvaluation, RunStart, Setup, StartFacts, StepRecord, Timing, VariantStart,
};
use emergence_lab::rng::{Purpose, below, stream};
use emergence_lab::web::page::model::fields::FieldText;
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
            rank: LayerRank::in_chain(index),
            part: None,
        })
        .collect()
}

/// The random numbers below a bound that a training uses for mask `index` of random activity.
pub(crate) fn mask_draws(seed: u64, index: u64) -> impl FnMut(u32) -> u32 {
    let mut draws = stream(seed, Purpose::RandomActivity, index);
    move |bound| below(&mut draws, bound)
}

/// The data of an experiment with this many training and test examples; all if absent.
pub(crate) fn part(train: Option<usize>, test: Option<usize>) -> DatasetSpec {
    DatasetSpec { train, test, ..DatasetSpec::whole(DatasetName::Digits) }
}

/// A made-up setup: `names` with `seeds` runs each, `steps` planned, an epoch of 100 steps, three measured layers.
pub(crate) fn setup(names: &[&str], seeds: u32, steps: u64) -> Setup {
    let variants = names.iter().map(|name| name.parse().expect("a scheme")).collect();
    let experiment = parse_query("data=digits&model=mlp:64,32&eval=20").experiment;
    let experiment = Experiment { variants, seeds, steps, ..experiment };
    let hash = |text: String| format!("{text:0<64}");
    let run = |variant: usize, seed| RunStart { weights_sha256: hash(format!("{variant}{seed}")), layers: Vec::new() };
    let variants = (0..names.len()).map(|variant| VariantStart {
        cost: InitCost::default(),
        runs: (0..seeds).map(|seed| run(variant, seed)).collect(),
    });
    let data = DatasetSpec::whole(DatasetName::Digits).facts().expect("known before it is loaded");
    let start = StartFacts {
        data: DatasetFacts { train: 12_800, test: 1000, ..data },
        probe: data.examples,
        samples: Vec::new(),
        chance: Chance { accuracy: 0.1, loss: 10_f64.ln() },
        steps_per_epoch: 100,
        random_activity: RandomActivity::default(),
        parameters: 52_650,
        environment: Environment {
            backend: "cpu".to_owned(),
            adapter: "Flex <SIMD> & one thread".to_owned(),
            arithmetic: "simd128".to_owned(),
            version: "0.1.0".to_owned(),
        },
        receipt: Receipt {
            data_sha256: hash("d".to_owned()),
            order_sha256: hash("e".to_owned()),
            vocabulary_sha256: None,
        },
        selection: None,
        variants: variants.collect(),
    };
    Setup { experiment, start: Some(start) }
}

/// What the start of a made-up setup has told.
pub(crate) fn start(setup: &mut Setup) -> &mut StartFacts {
    setup.start.as_mut().expect("it has started")
}

/// Points of a curve that is measured in f32.
pub(crate) fn points(values: impl IntoIterator<Item = (u64, f32)>) -> Vec<MeasuredPoint> {
    values.into_iter().map(|(step, value)| (step, Some(f64::from(value)))).collect()
}

/// Noise in `[-1, 1]` that is the same everywhere.
fn noise(run: usize, step: u64, purpose: u64) -> f64 {
    let mut state =
        (run as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ step.wrapping_mul(0xD1B5_4A32_D192_ED03) ^ purpose;
    state = (state ^ (state >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state ^= state >> 29;
    (state % 2001) as f64 / 1000.0 - 1.0
}

/// Curves like those of a real experiment, from rational functions and [`noise`]: three variants with three runs, of which
/// the last one diverges at step 130.
pub(crate) fn synthetic_history(until: u64) -> History {
    let names = ["xavier_normal", "kaiming_normal", "emergence(kaiming_normal;alpha=1.5)"];
    let mut history = History::new(setup(&names, 3, 400));
    let evaluations = (0..=until).step_by(20).map(|step| EvaluationRecord {
        step,
        runs: (0..9).map(|run| (run != 8 || step < 130).then(|| evaluation(run, step))).collect(),
        layers: Vec::new(),
        translations: Vec::new(),
    });
    let steps = (1..=until).map(|step| StepRecord {
        step,
        losses: (0..9)
            .map(|run| (run != 8 || step < 130).then(|| narrow(loss(run, step) + 0.2 * noise(run, step, 1))))
            .collect(),
    });
    history.apply(&Record { steps: steps.collect(), evaluations: evaluations.collect(), ..Record::default() });
    history.timing = Timing { steps_per_sec: 125.0, ms_per_step: 8.0, runs: 9, elapsed_secs: 3.25 };
    history
}

fn loss(run: usize, step: u64) -> f64 {
    let rate = [30.0, 22.0, 12.0][run / 3] * (1.0 + 0.1 * (run % 3) as f64);
    2.3 / (1.0 + step as f64 / rate) + 0.1
}

/// A made-up evaluation of one of these runs.
pub(crate) fn evaluation(run: usize, step: u64) -> RunEvaluation {
    let variant = run / 3;
    let loss = loss(run, step) + 0.03 * noise(run, step, 2);
    let active = |layer: usize| narrow(0.75 - 0.1 * layer as f64 * variant as f64 - 40.0 / (step as f64 + 200.0));
    let accuracy = (1.05 - 0.4 * loss).clamp(0.05, 0.99);
    let emergence_a = 3.5 - 0.6 * variant as f64 - 0.001 * step as f64 + 0.05 * noise(run, step, 3);
    let emergence_b = 4.0 + 0.2 * variant as f64 + 0.001 * step as f64 + 0.05 * noise(run, step, 4);
    let values = [
        (Quantity::TestLoss, f64::from(narrow(loss))),
        (Quantity::TestAccuracy, f64::from(narrow(accuracy))),
        (Quantity::EmergenceA, emergence_a),
        (Quantity::EmergenceB, emergence_b),
    ];
    RunEvaluation {
        values: values.map(|(quantity, value)| (quantity, Some(value))).to_vec(),
        active_fraction: (0..3).map(active).collect(),
        correct: Vec::new(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "made-up numbers")]
pub(crate) fn narrow(value: f64) -> f32 {
    value as f32
}

/// Random activity of dense layers, as a training measures it.
pub(crate) fn random_of(widths: &[usize]) -> RandomActivity {
    let network = NetworkGraph::dense(widths).expect("layers with units");
    let points = (0..).map_while(|index| random_point(&network, index, |mask| mask_draws(0, mask))).map(|point| {
        RandomPoint { fraction: point.fraction, emergence_a: point.log10_e_a, emergence_b: point.log10_e_b }
    });
    RandomActivity { points: points.collect() }
}

/// The history of [`synthetic_history`] with the random activity of its layers.
pub(crate) fn history_with_random(until: u64) -> History {
    let mut history = synthetic_history(until);
    let widths: Vec<usize> = history.layers.measured.iter().map(|layer| layer.shape.units()).collect();
    start(&mut history.setup).random_activity = random_of(&widths);
    history
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

/// Compares with a file of `tests/data`; with `UPDATE_GOLDEN=1` in the environment it writes the file instead.
pub(crate) fn check_golden(name: &str, text: &str) {
    let path = root().join("tests/data").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("tests/data can be made");
        fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == golden, "{name} differs; look at it, and rewrite it with UPDATE_GOLDEN=1 if the change is meant");
}

/// Says that the test that calls it cannot be carried out here; it must then return. `cargo xtask test` counts the lines.
pub(crate) fn skipped(reason: &str) {
    let thread = std::thread::current();
    // Not `println`, whose output the test harness captures. The leading line break starts a new line after harness output.
    let line = format!("\nskipped: {}: {reason}\n", thread.name().unwrap_or_default());
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).expect("a place to print to");
}

/// Networks, data and trainings on the CPU.
#[cfg(feature = "train")]
pub(crate) mod cpu {
    use super::experiment;
    use crate::layer_weights::{self, LayerWeights, UNSCALED};
    use burn::tensor::{Device, Tensor, TensorData};
    use emergence_lab::catalog::Quantity;
    use emergence_lab::dataset::{Dataset, ImageSet, digits};
    use emergence_lab::device::open_cpu;
    use emergence_lab::experiment::Experiment;
    use emergence_lab::experiment::architecture::{FeatureShape, WeightLayer};
    use emergence_lab::experiment::dataset::ExampleFacts;
    use emergence_lab::init::InitialParameters;
    use emergence_lab::metrics::{History, RunCurves};
    use emergence_lab::model::{Batch, Plan};
    use emergence_lab::train::{Training, Work};
    use serde::Deserialize;
    use std::rc::Rc;

    /// A tensor of a reference file by formula: `offset + scale * value(index, salt)`.
    #[derive(Deserialize, Clone)]
    pub(crate) struct Recipe {
        pub(crate) shape: Vec<usize>,
        salt: u64,
        scale: f64,
        offset: f64,
    }

    impl Recipe {
        pub(crate) fn values(&self) -> Vec<f32> {
            let value = |index: u64| {
                let base = (index + 2003 * (self.salt + 1)) % 65_537;
                (base * base % 65_537 * base % 65_537) as f64 / 32_768.0 - 1.0
            };
            #[expect(clippy::cast_possible_truncation, reason = "rounded to f32 as the scripts say")]
            (0..self.shape.iter().product::<usize>() as u64)
                .map(|index| (self.offset + self.scale * value(index)) as f32)
                .collect()
        }
    }

    /// The weights of all layers by these recipes: for each one its weights, then its bias or its scale and shift.
    pub(crate) fn recipe_weights(layers: &[WeightLayer], recipes: &[Recipe]) -> InitialParameters {
        let mut recipes = recipes.iter().map(Recipe::values);
        let mut next = || recipes.next().expect("a recipe for every parameter");
        let weights = layers.iter().map(|layer| {
            let (weight, second) = (next(), next());
            assert_eq!(weight.len(), layer.shape.count(), "as many weights");
            let (bias, scale, shift) =
                if layer.normalized { (Vec::new(), second, next()) } else { (second, Vec::new(), Vec::new()) };
            LayerWeights { weight, bias, scale, shift, shape: layer.shape, factors: UNSCALED }
        });
        layer_weights::parameters(&weights.collect::<Vec<_>>())
    }

    /// The inputs of a reference file: images, or vectors.
    pub(crate) fn input_shape(sizes: &[usize]) -> FeatureShape {
        match sizes[..] {
            [channels, height, width] => FeatureShape { channels, height, width },
            _ => FeatureShape::dense(sizes.iter().product()),
        }
    }

    /// A mini-batch of these images, one after the other.
    pub(crate) fn batch(images: Vec<f32>, labels: &[usize], classes: usize) -> Batch {
        let (examples, inputs) = (labels.len(), images.len() / labels.len());
        let one_hot = labels.iter().flat_map(|label| (0..classes).map(move |c| f32::from(u8::from(c == *label))));
        let one_hot = tensor(one_hot.collect(), [1, examples, classes]);
        Batch::of_images(tensor(images, [1, examples, inputs]), one_hot)
    }

    /// The network of an experiment for inputs of this shape.
    pub(crate) fn plan(experiment: &Experiment, input: FeatureShape, classes: usize) -> Rc<Plan> {
        let architecture = experiment
            .model
            .architecture(&ExampleFacts::images(input, classes), experiment.norm)
            .expect("a network that fits");
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
        Rc::new(ImageSet::drawn(&digits::RECIPE, 1, 640, 128).expect("a small data set").into())
    }

    /// The images of a data set.
    pub(crate) fn images(dataset: &Dataset) -> &ImageSet {
        dataset.images().expect("images")
    }

    /// The test accuracy of a run at the last evaluation.
    pub(crate) fn last_accuracy(run: &RunCurves) -> Option<f64> {
        run.final_value(Quantity::TestAccuracy)
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

/// The page's HTML as visitors get it: `www/index.html` with its parts.
pub(crate) fn document() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let index = read("index.html");
    let mut pieces = index.split("<link data-trunk rel=\"inline\" href=\"");
    let mut html = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once("\" />").expect("a complete link");
        html.push_str(&read(name));
        html.push_str(rest);
    }
    html
}
