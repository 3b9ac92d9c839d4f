//! The text form of an experiment: a URL query string, both ways. Only non-default keys are written, in the order of
//! [`KEYS`]; unknown keys are collected and ignored; a malformed value is reported by name and its default stands, so the
//! page can go on and the native command line can refuse.

use super::scheme::split_outside;
use super::{
    Activation, ActiveDefinition, ActivitySpec, DatasetName, DevicePreference, Experiment, InitScheme, Language,
    NormLayer, OptimizerKind, PagePart, Schedule, Theme, View, limits,
};
use crate::error::{Error, Result};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::fmt::{Display, Write};
use std::str::FromStr;

/// Version of the query string.
pub const QUERY_VERSION: u32 = 1;

/// What a query string says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParsedQuery {
    /// The experiment; defaults stand where the text is silent or wrong.
    pub experiment: Experiment,
    /// How to show it.
    pub view: View,
    /// Keys that mean nothing to us.
    pub unknown: Vec<String>,
    /// Malformed values, in the order of the text; their defaults stand.
    pub errors: Vec<Error>,
    /// Values that do not go with the others; their defaults stand, too.
    pub conflicts: Vec<Error>,
}

impl ParsedQuery {
    /// The experiment, or the first thing that is wrong with it.
    ///
    /// # Errors
    /// The first malformed value, else the first one that does not go with the others.
    pub fn strict(self) -> Result<(Experiment, View)> {
        match self.errors.into_iter().chain(self.conflicts).next() {
            Some(error) => Err(error),
            None => Ok((self.experiment, self.view)),
        }
    }
}

/// All keys, in the order in which they are written.
pub const KEYS: [&str; 27] = [
    "v", "data", "train", "test", "aug", "model", "act", "norm", "init", "seeds", "seed", "opt", "lr", "momentum",
    "wd", "sched", "batch", "steps", "eval", "tau", "active", "device", "run", "embed", "hide", "theme", "lang",
];

type NameTable<T, const N: usize> = [(&'static str, T); N];

const DATASETS: NameTable<DatasetName, 7> = [
    ("auto", DatasetName::Auto),
    ("mnist", DatasetName::Mnist),
    ("fashion-mnist", DatasetName::FashionMnist),
    ("cifar-10", DatasetName::Cifar10),
    ("digits", DatasetName::Digits),
    ("patterns", DatasetName::Patterns),
    ("upload", DatasetName::Upload),
];
const ACTIVATIONS: NameTable<Activation, 4> = [
    ("relu", Activation::Relu),
    ("tanh", Activation::Tanh),
    ("gelu", Activation::Gelu),
    ("sigmoid", Activation::Sigmoid),
];
const OPTIMIZERS: NameTable<OptimizerKind, 3> =
    [("sgd", OptimizerKind::Sgd), ("adam", OptimizerKind::Adam), ("adamw", OptimizerKind::AdamW)];
const DEFINITIONS: NameTable<ActiveDefinition, 3> =
    [("sample", ActiveDefinition::Sample), ("mean", ActiveDefinition::Mean), ("rate", ActiveDefinition::Rate)];
const DEVICES: NameTable<DevicePreference, 3> =
    [("auto", DevicePreference::Auto), ("webgpu", DevicePreference::WebGpu), ("cpu", DevicePreference::Cpu)];
const NORMALIZATIONS: NameTable<NormLayer, 2> = [("none", NormLayer::None), ("batch", NormLayer::Batch)];
const SWITCH: NameTable<bool, 2> = [("0", false), ("1", true)];
const PARTS: NameTable<PagePart, 5> = [
    ("controls", PagePart::Controls),
    ("legend", PagePart::Legend),
    ("table", PagePart::Table),
    ("article", PagePart::Article),
    ("export", PagePart::Export),
];
const THEMES: NameTable<Theme, 3> = [("auto", Theme::Auto), ("light", Theme::Light), ("dark", Theme::Dark)];
const LANGUAGES: NameTable<Language, 2> = [("en", Language::En), ("zh", Language::Zh)];

/// The name of `value` in a table of names.
pub(super) fn name_of<T: PartialEq + Copy>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, candidate)| *candidate == value).map_or("", |(name, _)| name)
}

/// The value called `text` in a table of names.
pub(super) fn value_of<T: Copy>(names: &[(&'static str, T)], text: &str) -> Option<T> {
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
}

/// All names of a table, for a sentence.
pub(super) fn names<T>(names: &[(&'static str, T)]) -> String {
    names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

impl DatasetName {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        DATASETS.into_iter().map(|(_, name)| name)
    }

    /// The name in the query string and of the folder that holds the files.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&DATASETS, self)
    }
}

impl DevicePreference {
    /// The name in the query string.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&DEVICES, self)
    }
}

impl PagePart {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        PARTS.into_iter().map(|(_, part)| part)
    }

    /// The name in the query string.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&PARTS, self)
    }
}

impl Theme {
    /// The name in the query string.
    #[must_use]
    pub fn name(self) -> &'static str {
        name_of(&THEMES, self)
    }
}

/// Reads a query string, with or without the leading `?`.
#[must_use]
pub fn parse_query(text: &str) -> ParsedQuery {
    let mut parsed = ParsedQuery::default();
    for pair in text.trim().trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key), decode(value));
        match apply(&mut parsed.experiment, &mut parsed.view, &key, &value) {
            Ok(true) => {}
            Ok(false) => parsed.unknown.push(key),
            Err(error) => parsed.errors.push(error),
        }
    }
    settle(&mut parsed);
    parsed
}

/// Puts the default where a value does not go with the others, so that what stands can be run.
fn settle(parsed: &mut ParsedQuery) {
    while let Err(error) = parsed.experiment.validate() {
        let known = parsed.conflicts.iter().any(|earlier| earlier.key() == error.key());
        if known || !error.key().is_some_and(|key| reset(&mut parsed.experiment, key)) {
            // No key's default is ever in conflict with itself; should one be, nothing but the defaults is sure to work.
            parsed.experiment = Experiment::default();
        }
        parsed.conflicts.push(error);
    }
}

/// Gives one of the keys that [`Experiment::validate`] names its default back; `false` for any other.
fn reset(experiment: &mut Experiment, key: &str) -> bool {
    let standard = Experiment::default();
    match key {
        "train" => experiment.dataset.train = None,
        "test" => experiment.dataset.test = None,
        "model" => experiment.model = standard.model,
        "init" => experiment.variants = standard.variants,
        "seeds" => experiment.seeds = standard.seeds,
        "batch" => experiment.batch_size = standard.batch_size,
        "steps" => experiment.steps = standard.steps,
        "eval" => experiment.evaluate_every = standard.evaluate_every,
        _ => return false,
    }
    true
}

fn decode(text: &str) -> String {
    // A plus is a plus: no value has a space, but formulas have sums.
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Sets one key; `Ok(false)` says that there is no such key.
fn apply(experiment: &mut Experiment, view: &mut View, key: &str, value: &str) -> Result<bool> {
    let optimizer = &mut experiment.optimizer;
    match key {
        "v" => drop(number(key, value, QUERY_VERSION, QUERY_VERSION)?),
        "data" => experiment.dataset.name = choice(&DATASETS, key, value)?,
        "train" => experiment.dataset.train = Some(number(key, value, 1, limits::EXAMPLES)?),
        "test" => experiment.dataset.test = Some(number(key, value, 1, limits::EXAMPLES)?),
        "aug" => experiment.dataset.augment = choice(&SWITCH, key, value)?,
        "model" => experiment.model = value.parse()?,
        "act" => experiment.activation = value.parse()?,
        "norm" => experiment.norm = value.parse()?,
        "init" => experiment.variants = variants(value)?,
        "seeds" => experiment.seeds = number(key, value, 1, limits::SEEDS)?,
        "seed" => experiment.first_seed = number(key, value, 0, u32::MAX)?,
        "opt" => optimizer.kind = choice(&OPTIMIZERS, key, value)?,
        "lr" => {
            optimizer.learning_rate = real(key, value, "a number above 0 and at most 1e6", |x| x > 0.0 && x <= 1e6)?;
        }
        "momentum" => optimizer.momentum = real(key, value, "a number from 0 to below 1", |x| (0.0..1.0).contains(&x))?,
        "wd" => optimizer.weight_decay = real(key, value, "a number from 0 to 10", |x| (0.0..=10.0).contains(&x))?,
        "sched" => optimizer.schedule = value.parse()?,
        "batch" => experiment.batch_size = number(key, value, 1, limits::BATCH_SIZE)?,
        "steps" => experiment.steps = number(key, value, 1, limits::STEPS)?,
        "eval" => experiment.evaluate_every = number(key, value, 1, limits::STEPS)?,
        "tau" => experiment.activity.tau = real(key, value, "a number from 0 to 1e6", |x| (0.0..=1e6).contains(&x))?,
        "active" => experiment.activity.definition = choice(&DEFINITIONS, key, value)?,
        "device" => experiment.device = choice(&DEVICES, key, value)?,
        "run" => view.run = choice(&SWITCH, key, value)?,
        "embed" => view.embed = choice(&SWITCH, key, value)?,
        "hide" => view.hide = parts(value)?,
        "theme" => view.theme = choice(&THEMES, key, value)?,
        "lang" => view.lang = choice(&LANGUAGES, key, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn choice<T: Copy>(table: &[(&'static str, T)], key: &str, value: &str) -> Result<T> {
    value_of(table, value).ok_or_else(|| Error::value(key, format!("one of {}", names(table)), value))
}

fn number<T: FromStr + PartialOrd + Display + Copy>(key: &str, value: &str, least: T, most: T) -> Result<T> {
    let parsed = value.parse().ok().filter(|number| *number >= least && *number <= most);
    parsed.ok_or_else(|| Error::value(key, format!("a whole number from {least} to {most}"), value))
}

fn real(key: &str, value: &str, expected: &str, accept: impl Fn(f64) -> bool) -> Result<f64> {
    // `-0` is accepted by the range check and would be written back as `-0`.
    let parsed = value.parse::<f64>().ok().filter(|number| accept(*number)).map(|number| number + 0.0);
    parsed.ok_or_else(|| Error::value(key, expected, value))
}

fn variants(value: &str) -> Result<Vec<InitScheme>> {
    split_outside(value, ',').into_iter().map(str::parse).collect()
}

fn parts(value: &str) -> Result<Vec<PagePart>> {
    let mut parts = Vec::new();
    for name in value.split(',').filter(|name| !name.is_empty()) {
        let part = choice(&PARTS, "hide", name)?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    Ok(parts)
}

impl FromStr for Activation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        choice(&ACTIVATIONS, "act", text)
    }
}

impl FromStr for NormLayer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        choice(&NORMALIZATIONS, "norm", text)
    }
}

impl FromStr for Schedule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            None if text == "constant" => Ok(Self::Constant),
            None if text == "cosine" => Ok(Self::Cosine),
            Some(("warmup", steps)) => {
                let steps = number("sched", steps, 1, limits::STEPS);
                let expected = format!("warmup:STEPS with a whole number from 1 to {}", limits::STEPS);
                steps.map(|steps| Self::Warmup { steps }).map_err(|_| Error::value("sched", expected, text))
            }
            _ => Err(Error::value("sched", "constant, cosine or warmup:STEPS", text)),
        }
    }
}

impl Display for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Cosine => f.write_str("cosine"),
            Self::Warmup { steps } => write!(f, "warmup:{steps}"),
        }
    }
}

impl Experiment {
    /// The canonical query string: non-default keys only, in the order of the contract.
    #[must_use]
    pub fn to_query(&self) -> String {
        self.to_query_with(&View::default())
    }

    /// The canonical query string with the page's own keys behind the experiment's.
    #[must_use]
    pub fn to_query_with(&self, view: &View) -> String {
        let mut writer = Writer(String::new());
        let standard = Self::default();
        let (own, other) = (&self.optimizer, &standard.optimizer);
        writer.pair("data", name_of(&DATASETS, self.dataset.name), name_of(&DATASETS, standard.dataset.name));
        writer.optional("train", self.dataset.train);
        writer.optional("test", self.dataset.test);
        writer.pair("aug", u8::from(self.dataset.augment), u8::from(standard.dataset.augment));
        writer.pair("model", &self.model, &standard.model);
        writer.pair("act", name_of(&ACTIVATIONS, self.activation), name_of(&ACTIVATIONS, standard.activation));
        writer.pair("norm", name_of(&NORMALIZATIONS, self.norm), name_of(&NORMALIZATIONS, standard.norm));
        writer.pair("init", variant_list(&self.variants), variant_list(&standard.variants));
        writer.pair("seeds", self.seeds, standard.seeds);
        writer.pair("seed", self.first_seed, standard.first_seed);
        writer.pair("opt", name_of(&OPTIMIZERS, own.kind), name_of(&OPTIMIZERS, other.kind));
        writer.pair("lr", own.learning_rate, other.learning_rate);
        writer.pair("momentum", own.momentum, other.momentum);
        writer.pair("wd", own.weight_decay, other.weight_decay);
        writer.pair("sched", own.schedule, other.schedule);
        writer.pair("batch", self.batch_size, standard.batch_size);
        writer.pair("steps", self.steps, standard.steps);
        writer.pair("eval", self.evaluate_every, standard.evaluate_every);
        writer.pair("tau", self.activity.tau, standard.activity.tau);
        let definition = |activity: &ActivitySpec| name_of(&DEFINITIONS, activity.definition);
        writer.pair("active", definition(&self.activity), definition(&standard.activity));
        writer.pair("device", name_of(&DEVICES, self.device), name_of(&DEVICES, standard.device));
        writer.view(view);
        writer.0
    }
}

fn variant_list(variants: &[InitScheme]) -> String {
    variants.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// What would end or change a pair; everything else stays readable in the address bar.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>');

/// Collects the pairs that differ from their defaults.
struct Writer(String);

impl Writer {
    fn pair(&mut self, key: &str, value: impl Display, standard: impl Display) {
        let value = value.to_string();
        if value != standard.to_string() {
            self.push(key, &value);
        }
    }

    fn optional(&mut self, key: &str, value: Option<usize>) {
        if let Some(value) = value {
            self.push(key, &value.to_string());
        }
    }

    fn view(&mut self, view: &View) {
        self.pair("run", u8::from(view.run), 0);
        self.pair("embed", u8::from(view.embed), 0);
        self.pair("hide", view.hide.iter().map(|part| part.name()).collect::<Vec<_>>().join(","), "");
        self.pair("theme", view.theme.name(), Theme::default().name());
        self.pair("lang", name_of(&LANGUAGES, view.lang), name_of(&LANGUAGES, Language::default()));
    }

    fn push(&mut self, key: &str, value: &str) {
        let separator = if self.0.is_empty() { "" } else { "&" };
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{separator}{key}={}", utf8_percent_encode(value, ESCAPED));
    }
}
