//! THE table of query keys. A row states the name of a key, its allowed values, how it is parsed and written, and its field in
//! the form; parsing, error messages, form fields and the tables of the documentation all use these rows.
//!
//! To add a key, add a field to [`Experiment`] or [`View`], and a row here.

use super::form_field::{FieldGroup, FormField, field};
use super::model::NETWORK_EXAMPLES;
use super::scheme::{list_text, parse_list};
use super::values::{Named, choice, real, whole};
use super::{
    Activation, ActiveDefinition, DatasetName, DevicePreference, Experiment, NormLayer, OptimizerKind, PagePart,
    Schedule, Theme, View, limits,
};
use crate::error::{Bounds, Error, Expected, Result};
use crate::prose::Prose;

/// Version of the query string.
pub const QUERY_VERSION: u64 = 1;

/// What a query string describes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// What determines the numbers.
    pub experiment: Experiment,
    /// How the page is displayed.
    pub view: View,
}

/// A key of the query string.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// A description in one line.
    pub help: Prose,
    /// Its field in the form; `None` if it has none, or a special one.
    pub field: Option<FormField>,
    /// Its allowed values.
    pub values: KeyValues,
    read: fn(&'static str, &mut Link, &str) -> Result<()>,
    write: fn(&Link) -> String,
}

/// The allowed values of a key.
#[derive(Debug, Clone, Copy)]
pub enum KeyValues {
    /// A number.
    Number(Bounds),
    /// A number; the key may also be absent.
    OptionalNumber(Bounds),
    /// One of these names, each with a label to display.
    Choice(fn() -> Vec<(&'static str, &'static str)>),
    /// `0` or `1`.
    Switch,
    /// A text in this notation, with examples, each with its meaning.
    Text(Prose, &'static [(Prose, Prose)]),
}

impl Key {
    /// Parses `text` and sets the key's value.
    ///
    /// # Errors
    /// [`Error::Value`], or [`Error::Formula`] for a formula of `init`.
    pub fn read(&self, link: &mut Link, text: &str) -> Result<()> {
        (self.read)(self.name, link, text)
    }

    /// The text of its value; empty if it is absent.
    #[must_use]
    pub fn write(&self, link: &Link) -> String {
        (self.write)(link)
    }

    /// The text of its default.
    #[must_use]
    pub fn default_text(&self) -> String {
        self.write(&Link::default())
    }

    /// Resets it to its default.
    pub fn reset(&self, link: &mut Link) {
        // The text of a default can always be read.
        let _ = self.read(link, &self.default_text());
    }

    /// The key with this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

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

/// What 32 bits hold.
const FIRST_SEED: Bounds = Bounds::whole(0, 4_294_967_295);
const EXAMPLES: Bounds = Bounds::whole(1, limits::EXAMPLES as u64);
const STEPS: Bounds = Bounds::whole(1, limits::STEPS);

/// All keys, in the order in which they are written.
pub const KEYS: [Key; 27] = [
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
        "data set; `auto` is MNIST if its files can be downloaded, otherwise `digits`, and the page says which",
        Some(field(FieldGroup::Data, "Data").with_hint("MNIST or digits: digits if MNIST cannot be downloaded")),
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
    optional!(
        "test",
        "number of test examples to use, starting from the first",
        Some(field(FieldGroup::Network, "Test examples")),
        EXAMPLES,
        experiment.dataset.test
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
             `resnet:16,32x2` blocks")),
        KeyValues::Text(Prose::new("`mlp:W,W,…`, `cnn:C,C,…` with entries `C[k5][s2][p|a]`, `resnet:C,CxB,…`"), &NETWORK_EXAMPLES),
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
        "normalization after every hidden layer's weights",
        Some(field(FieldGroup::Network, "Normalization")),
        NormLayer,
        experiment.norm
    ),
    key!(
        "init",
        "variants to compare, the first of which is the baseline",
        None,
        KeyValues::Text(Prose::new("comma-separated list of schemes"), &[]),
        experiment.variants,
        |_, text| parse_list(text),
        |variants: &Vec<_>| list_text(variants)
    ),
    whole!(
        "seeds",
        "runs per variant, each with its own seed; at most 64 runs in total",
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
    choice!("opt", "optimizer", Some(field(FieldGroup::Optimizer, "Optimizer")), OptimizerKind, experiment.optimizer.kind),
    real!(
        "lr",
        "learning rate",
        Some(field(FieldGroup::Main, "Learning rate")),
        Bounds::real(0.0, 1e6).above(),
        experiment.optimizer.learning_rate
    ),
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
    key!(
        "sched",
        "learning rate schedule; `warmup:STEPS` is a linear warm-up",
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
    whole!(
        "eval",
        "steps between two evaluations",
        Some(field(FieldGroup::Measurement, "Evaluate every … steps")),
        STEPS,
        experiment.evaluate_every
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
    choice!(
        "device",
        "where to compute; `auto` is WebGPU if it works, otherwise the CPU",
        Some(field(FieldGroup::Data, "Compute on").with_hint("Automatic: WebGPU if it works, otherwise the CPU")),
        DevicePreference,
        experiment.device
    ),
    switch!("run", "start immediately", None, view.run),
    switch!("embed", "shown in a frame: no header, no article, a link to the full version", None, view.embed),
    key!(
        "hide",
        "comma-separated list of parts to omit; `table` includes layers before training, `article` the path explorer",
        None,
        KeyValues::Choice(labels::<PagePart>),
        view.hide,
        parts,
        |parts: &Vec<PagePart>| parts.iter().map(|part| part.name()).collect::<Vec<_>>().join(",")
    ),
    choice!("theme", "colors; `auto` follows the visitor's system", None, Theme, view.theme),
    Key {
        name: "lang",
        help: Prose::new("language of the texts"),
        field: None,
        values: KeyValues::Choice(|| vec![(ENGLISH, "English")]),
        read: |name, _, text| match text {
            ENGLISH => Ok(()),
            _ => Err(Error::value(name, Expected::OneOf(vec![ENGLISH]), text)),
        },
        write: |_| ENGLISH.to_owned(),
    },
];

/// The only language available.
const ENGLISH: &str = "en";

fn labels<T: Named>() -> Vec<(&'static str, &'static str)> {
    T::rows().map(|(name, label, _)| (name, label)).collect()
}

/// The number of examples that is no limit.
const ALL: &str = "all";

fn all_or(name: &'static str, text: &str, bounds: Bounds) -> Result<Option<usize>> {
    match text {
        ALL => Ok(None),
        number => {
            let parsed = whole(name, number, bounds).map(Some);
            parsed.map_err(|_| Error::value(name, Expected::AllOr(bounds), number))
        }
    }
}

fn switch(name: &'static str, text: &str) -> Result<bool> {
    match text {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(Error::value(name, Expected::OneOf(vec!["0", "1"]), text)),
    }
}

fn parts(name: &'static str, text: &str) -> Result<Vec<PagePart>> {
    let mut parts = Vec::new();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let part = choice(name, part)?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    Ok(parts)
}
