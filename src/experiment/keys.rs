//! THE table of query keys. A row states the name of a key, its allowed values, how it is parsed and written, and its field in
//! the form; parsing, error messages, form fields and the tables of the documentation all use these rows.
//!
//! To add a key, add a field to [`Experiment`] or [`View`], and a row here.

use super::analysis::{GOALS, MARGINS};
use super::evaluation::INTERVAL_BOUNDS;
use super::figure_view::{SMOOTHING, at_text, parse_at, parse_pin, pin_text};
use super::form_field::{FieldGroup, field};
use super::grid::{learning_rates, rates_text, schemes_text};
use super::key::{Key, KeyValues};
use super::key_texts::{
    ALL, AUTO, EXAMPLES, FIRST_SEED, HEIGHTS, HELD_OUT, LENGTH, STEPS, VOCABULARY, all_or, height, list, margin, order,
    shown, switch,
};
use super::model::NETWORK_EXAMPLES;
use super::values::{Named, choice, real, whole};
use super::variant::{LEARNING_RATES, parse_list};
use super::{
    Activation, ActiveDefinition, Band, DatasetName, DevicePreference, Direction, Language, NormLayer, OptimizerKind,
    PagePart, Schedule, Theme, XAxis, YAxis, limits,
};
use crate::catalog::FigureQuantity;
use crate::error::Bounds;
use crate::prose::Prose;

/// Version of the query string.
pub const QUERY_VERSION: u64 = 1;

/// A row whose value is a field of [`Link`]; `$read` parses a value, `$write` writes it as text.
macro_rules! key {
    ($name:literal, $help:literal, $field:expr, $values:expr, $($path:ident).+, $read:expr, $write:expr) => {
        Key {
            name: $name,
            help: Prose::new($help),
            field: $field,
            values: $values,
            read: |name, link, text| {
                link.$($path).+ = $read(name, text)?;
                Ok(())
            },
            write: |link| $write(&link.$($path).+),
        }
    };
}

/// A row for a whole number.
macro_rules! whole {
    ($name:literal, $help:literal, $field:expr, $bounds:expr, $($path:ident).+) => {
        key!($name, $help, $field, KeyValues::Number($bounds), $($path).+, |name, text| whole(name, text, $bounds), ToString::to_string)
    };
}

/// A row for a whole number that may be absent.
macro_rules! optional {
    ($name:literal, $help:literal, $field:expr, $bounds:expr, $($path:ident).+) => {
        key!($name, $help, $field, KeyValues::OptionalNumber($bounds), $($path).+,
            |name, text| all_or(name, text, $bounds),
            |value: &Option<usize>| value.map_or_else(|| ALL.to_owned(), |number| number.to_string()))
    };
}

/// A row for a real number.
macro_rules! real {
    ($name:literal, $help:literal, $field:expr, $bounds:expr, $($path:ident).+) => {
        key!($name, $help, $field, KeyValues::Number($bounds), $($path).+, |name, text| real(name, text, $bounds), ToString::to_string)
    };
}

/// A row for a value of a closed list.
macro_rules! choice {
    ($name:literal, $help:literal, $field:expr, $list:ty, $($path:ident).+) => {
        key!($name, $help, $field, KeyValues::Choice(labels::<$list>), $($path).+,
            choice::<$list>, |value: &$list| value.name().to_owned())
    };
}

/// A row for a switch.
macro_rules! switch {
    ($name:literal, $help:literal, $field:expr, $($path:ident).+) => {
        key!($name, $help, $field, KeyValues::Switch, $($path).+, switch, |value: &bool| u8::from(*value).to_string())
    };
}

/// All keys, in the order in which they are written.
pub const KEYS: [Key; 45] = [
    Key {
        name: "v",
        help: Prose::new("version of this notation"),
        field: None,
        values: KeyValues::Number(Bounds::whole(1, QUERY_VERSION)),
        read: |name, _, text| whole::<u64>(name, text, Bounds::whole(1, QUERY_VERSION)).map(drop),
        write: |_| QUERY_VERSION.to_string(),
    },
    choice!(
        "data",
        "data set; `auto` is MNIST if the page’s own site has it or the visitor has allowed its download, otherwise `digits`, and the page says which",
        Some(field(FieldGroup::Data, "Data").with_hint("MNIST or digits: digits if MNIST is not on this site")),
        DatasetName,
        experiment.dataset.name
    ),
    optional!(
        "train",
        "number of training examples to use, starting from the first",
        Some(field(FieldGroup::Network, "Training examples")),
        EXAMPLES,
        experiment.dataset.train
    ),
    whole!(
        "valid",
        "number of training examples that are held out, a fixed random choice: if there are any, the runs are evaluated on them and not on the test examples, as for choosing a learning rate",
        Some(field(FieldGroup::Network, "Held out for validation")),
        HELD_OUT,
        experiment.dataset.valid
    ),
    optional!(
        "test",
        "number of test examples to use, a fixed random choice",
        Some(field(FieldGroup::Network, "Test examples")),
        EXAMPLES,
        experiment.dataset.test
    ),
    key!(
        "pair",
        "direction of translation: of `numbers`, two different ones of `digits`, `en`, `de`, `fr` and `zh`; of `multi30k`, `de-en` or `en-de`; of `text`, `forward` or `back`",
        Some(field(FieldGroup::Network, "Languages")),
        KeyValues::Choice(Direction::labels),
        experiment.dataset.direction,
        |_, text: &str| text.parse(),
        ToString::to_string
    ),
    whole!(
        "vocab",
        "largest number of symbols of the joint vocabulary of both languages (byte pair encoding), including the special ones",
        Some(field(FieldGroup::Network, "Vocabulary (symbols)")),
        VOCABULARY,
        experiment.dataset.vocabulary
    ),
    whole!(
        "length",
        "longest sentence in symbols; pairs with a longer one are left out, and the page says how many",
        Some(field(FieldGroup::Network, "Longest sentence (symbols)")),
        LENGTH,
        experiment.dataset.length
    ),
    switch!(
        "aug",
        "augmentation: randomly crop and flip training images",
        Some(field(FieldGroup::Network, "Augmentation: random crops and flips").wide()),
        experiment.dataset.augment
    ),
    key!(
        "model",
        "network; `mlp:` is a linear classifier",
        Some(field(FieldGroup::Main, "Network").wide().with_hint("`mlp:128,64` widths · `cnn:16,32p` feature maps, `p` max or `a` average pooling, `s2` stride, `k5` kernel · \
             `resnet:16,32x2` blocks · `transformer:32x2` for sentences")),
        KeyValues::Text(Prose::new("`mlp:W,W,…`, `cnn:C,C,…` with entries `C[k5][s2][p|a]`, `resnet:C,CxB,…`, `transformer:W[hH][fF][xE+D][u]`"), &NETWORK_EXAMPLES),
        experiment.model,
        |_, text: &str| text.parse(),
        ToString::to_string
    ),
    choice!(
        "act",
        "activation function after every hidden layer",
        Some(field(FieldGroup::Network, "Activation")),
        Activation,
        experiment.activation
    ),
    choice!(
        "norm",
        "normalization: `batch` after every hidden layer's weights of an image network, `pre` or `post` in a transformer",
        Some(field(FieldGroup::Network, "Normalization")),
        NormLayer,
        experiment.norm
    ),
    Key {
        name: "init",
        help: Prose::new("variants to compare, the first of which is the baseline"),
        field: None,
        values: KeyValues::Text(Prose::new("comma-separated list of schemes, each optionally with its own learning rate: `SCHEME@lr=RATE`; a list or grid in brackets makes one variant of each of its values: `emergence(kaiming_normal;alpha=[1.1,1.5])`"), &[]),
        read: |_, link, text| {
            link.experiment.variants = parse_list(text)?;
            Ok(())
        },
        write: |link| schemes_text(&link.experiment),
    },
    whole!(
        "seeds",
        "runs per variant, each with its own seed; at most 512 runs in total",
        Some(field(FieldGroup::Runs, "Seeds per variant")),
        Bounds::whole(1, limits::SEEDS),
        experiment.seeds
    ),
    whole!(
        "seed",
        "seed of each variant's first run; the others count up from it",
        Some(field(FieldGroup::Runs, "First seed")),
        FIRST_SEED,
        experiment.first_seed
    ),
    key!(
        "order",
        "seed of the order of examples and of augmentation, which all runs share; `auto` is that of the first run",
        Some(field(FieldGroup::Runs, "Order of examples")),
        KeyValues::AutoOrNumber(FIRST_SEED),
        experiment.order,
        order,
        |order: &Option<u32>| order.map_or_else(|| AUTO.to_owned(), |seed| seed.to_string())
    ),
    choice!("opt", "optimizer", Some(field(FieldGroup::Optimizer, "Optimizer")), OptimizerKind, experiment.optimizer.kind),
    Key {
        name: "lr",
        help: Prose::new("learning rate; of a list `0.003,0.01` or a grid `0.001..0.1x5` (equal factors) every variant has all"),
        field: Some(field(FieldGroup::Main, "Learning rate")),
        values: KeyValues::Numbers(LEARNING_RATES),
        read: |name, link, text| {
            let rates = learning_rates(name, text)?;
            link.experiment.optimizer.learning_rate = rates[0];
            link.rates = rates;
            Ok(())
        },
        write: |link| rates_text(&link.experiment),
    },
    real!(
        "momentum",
        "momentum of SGD",
        Some(field(FieldGroup::Optimizer, "Momentum (SGD)")),
        Bounds::real(0.0, 1.0).below(),
        experiment.optimizer.momentum
    ),
    real!(
        "wd",
        "weight decay (L2 in the gradient for SGD and Adam, decoupled for AdamW)",
        Some(field(FieldGroup::Optimizer, "Weight decay")),
        Bounds::real(0.0, 10.0),
        experiment.optimizer.weight_decay
    ),
    real!(
        "smooth",
        "label smoothing of sentences: the share of the target's probability that is spread over all symbols",
        Some(field(FieldGroup::Optimizer, "Label smoothing (sentences)")),
        Bounds::real(0.0, 0.5),
        experiment.smoothing
    ),
    key!(
        "sched",
        "learning rate schedule; `warmup:STEPS` is a linear warm-up, `inverse_sqrt:STEPS` the same with a decay in proportion to 1/√step after it",
        Some(field(FieldGroup::Optimizer, "Schedule")),
        KeyValues::Choice(Schedule::labels),
        experiment.optimizer.schedule,
        |_, text: &str| text.parse(),
        ToString::to_string
    ),
    whole!(
        "batch",
        "training examples per step",
        Some(field(FieldGroup::Optimizer, "Batch size")),
        Bounds::whole(1, limits::BATCH_SIZE as u64),
        experiment.batch_size
    ),
    whole!("steps", "training steps", Some(field(FieldGroup::Main, "Steps")), STEPS, experiment.steps),
    key!(
        "eval",
        "steps between two evaluations; `auto` evaluates after 0, 1, 2, 5, 10, 20 and 50 steps, then every 50",
        Some(field(FieldGroup::Measurement, "Evaluate every … steps")),
        KeyValues::AutoOrNumber(INTERVAL_BOUNDS),
        experiment.evaluation,
        |_, text: &str| text.parse(),
        ToString::to_string
    ),
    real!(
        "tau",
        "threshold τ above which a unit's |activation| counts as active",
        Some(field(FieldGroup::Measurement, "Active above τ")),
        Bounds::real(0.0, 1e6),
        experiment.activity.tau
    ),
    choice!(
        "active",
        "when a unit counts as active",
        Some(field(FieldGroup::Measurement, "A unit is active").wide()),
        ActiveDefinition,
        experiment.activity.definition
    ),
    key!(
        "margin",
        "difference of the variants that does not matter, in percentage points: what is shown to be smaller is called practically equal; `auto` is 0.5 for MNIST, Fashion-MNIST and `digits`, and 1 for everything else",
        Some(field(FieldGroup::Measurement, "Practically equal within ± points")),
        KeyValues::AutoOrNumber(MARGINS),
        experiment.analysis.margin,
        margin,
        |margin: &Option<f64>| margin.map_or_else(|| AUTO.to_owned(), |points| points.to_string())
    ),
    real!(
        "goal",
        "accuracy (of numbers, exact match) in percent to which steps are counted",
        Some(field(FieldGroup::Measurement, "Count steps to … %")),
        GOALS,
        experiment.analysis.goal
    ),
    choice!(
        "device",
        "where to compute; `auto` measures a step on WebGPU, if it works, and on the CPU, and takes the faster one (in browsers; `lab` takes the CPU)",
        Some(field(FieldGroup::Data, "Compute on").with_hint("Automatic: the faster of WebGPU, if it works, and the CPU")),
        DevicePreference,
        experiment.device
    ),
    switch!("run", "start immediately", None, view.run),
    switch!("embed", "shown in a frame: no header, no article, a link to the full version", None, view.embed),
    key!(
        "hide",
        "comma-separated list of parts to omit; `table` includes the layers, `article` the path explorer",
        None,
        KeyValues::Choice(labels::<PagePart>),
        view.hide,
        list::<PagePart>,
        |parts: &Vec<PagePart>| parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(",")
    ),
    choice!("theme", "colors; `auto` follows the visitor's system", None, Theme, view.theme),
    key!(
        "height",
        "height of the figure in CSS pixels; `auto` is that of the frame",
        None,
        KeyValues::AutoOrNumber(HEIGHTS),
        view.height,
        height,
        |height: &Option<u32>| height.map_or_else(|| AUTO.to_owned(), |pixels| pixels.to_string())
    ),
    key!(
        "show",
        "comma-separated list of quantities of the figure, the first one large",
        None,
        KeyValues::Choice(labels::<FigureQuantity>),
        view.figure.show,
        shown,
        |show: &Vec<FigureQuantity>| show.iter().map(|one| one.facts().name).collect::<Vec<_>>().join(",")
    ),
    choice!("x", "horizontal axis of the figure", None, XAxis, view.figure.x),
    choice!("y", "vertical axis of the figure; `error` is the error rate on a logarithmic scale", None, YAxis, view.figure.y),
    key!(
        "zoom",
        "part of the training that the figure shows: all of it, the first steps, the second half, or from one step to another",
        None,
        KeyValues::Text(Prose::new("`all`, `early`, `plateau` or `FROM..TO`"), &[]),
        view.figure.zoom,
        |_, text: &str| text.parse(),
        ToString::to_string
    ),
    key!(
        "at",
        "step under the scrubber",
        None,
        KeyValues::Text(Prose::new("`last` or a step"), &[]),
        view.figure.at,
        parse_at,
        |at: &Option<u64>| at_text(*at)
    ),
    real!(
        "ema",
        "smoothing of the figure: the weight of earlier values in an exponential moving average",
        None,
        SMOOTHING,
        view.figure.smoothing
    ),
    choice!("band", "what the figure shows beside the mean over the seeds", None, Band, view.figure.band),
    whole!(
        "baseline",
        "number of the variant with which the others are compared",
        None,
        Bounds::whole(1, limits::STACKED_RUNS as u64),
        view.figure.baseline
    ),
    key!(
        "pin",
        "number of the result on the visitor's shelf that is drawn behind",
        None,
        KeyValues::Text(Prose::new("`none` or a number from 1 to 8"), &[]),
        view.figure.pin,
        parse_pin,
        |pin: &Option<u32>| pin_text(*pin)
    ),
    choice!("lang", "language of the texts; `auto` is that of the browser", None, Language, view.language),
];

impl Key {
    /// The key with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

fn labels<T: Named>() -> Vec<(&'static str, &'static str)> {
    T::rows().map(|(name, label, _)| (name, label)).collect()
}
