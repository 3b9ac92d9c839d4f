//! Recorded results: the measurements of an experiment, thinned to what the page draws, as bytes in the format of postcard. The page
//! draws the recording of a scenario at once, before anything is computed.
//!
//! Losses of mini-batches are averaged over the buckets in which charts show them, so that the recorded chart is the same; numbers are
//! kept in f32, and fractions of active units to 1/10,000. Of the layers after the start, the means over the seeds of a variant are
//! kept, at a few steps. The emergence of random activity is left out.

use crate::catalog::{Occasion, QUANTITIES, Quantity};
use crate::experiment::Experiment;
use crate::metrics::statistics;
use crate::metrics::{History, LayerReport, MeasuredPoint, RandomPoint, RunCurves, Setup, Timing};
use serde::{Deserialize, Serialize};

/// Version of the format, its first byte.
const FORMAT: u8 = 4;
/// Fractions of active units are multiples of its reciprocal.
const FRACTIONS: f32 = 10_000.0;
/// Number of values of a layer: all but the factors of the scheme, which do not change.
const NUMBERS: usize = 6;
/// The steps at which layers are recorded, besides the last one.
const LAYER_STEPS: [u64; 3] = [1, 10, 100];
/// Bits of the mantissa of f32 that the values of layers lose: they are shown with three digits, and 12 bits are enough.
const LOST_BITS: u32 = 11;

/// A recorded result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// The day on which it was recorded: `2026-11-29`.
    pub date: String,
    setup: Setup,
    timing: Timing,
    elapsed: Vec<(u64, f32)>,
    step: u64,
    runs: Vec<RecordedRun>,
    /// Per variant.
    layers: Vec<Vec<RecordedLayers>>,
}

/// The layers of a variant after a step: [`NUMBERS`] means over its seeds for each, NaN where there is none.
type RecordedLayers = (u64, Vec<f32>);

/// A curve: steps with values, `None` where the value is not finite.
type RecordedCurve = (Quantity, Vec<(u64, Option<f32>)>);

/// The curves of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RecordedRun {
    diverged_at: Option<u64>,
    curves: Vec<RecordedCurve>,
    active_fraction: Vec<(u64, Vec<u16>)>,
    translations: Vec<(u64, Vec<String>)>,
}

/// Why a recording cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingError {
    /// It was written by another version of this program.
    Format {
        /// The expected version.
        expected: u8,
        /// Its version; `None` for no bytes at all.
        got: Option<u8>,
    },
    /// The bytes are damaged.
    Damaged {
        /// Their number.
        length: usize,
    },
}

impl Recording {
    /// The recording of a finished experiment; `None` before its start.
    #[must_use]
    pub fn of(history: &History, date: String) -> Option<Self> {
        let mut setup = history.setup.clone();
        let start = setup.start.as_mut()?;
        // The sentences of a data set with a license are not to be published.
        let is_free =
            setup.experiment.dataset.name.row().publication().is_none_or(|publication| publication.license.is_none());
        if !is_free {
            start.samples.clear();
        }
        start.random_activity.points.iter_mut().for_each(round);
        start.variants.iter_mut().flat_map(|variant| &mut variant.runs).flat_map(|run| &mut run.layers).for_each(thin);
        let evaluated = |step: u64| history.setup.experiment.evaluation.include(step, history.setup.experiment.steps);
        let elapsed = history.elapsed.iter().filter(|(step, _)| evaluated(*step) || *step == history.step);
        let mut runs: Vec<RecordedRun> =
            history.runs().map(|run| RecordedRun::of(run, history.bucket_width(Quantity::TrainLoss))).collect();
        if !is_free {
            for run in &mut runs {
                run.translations.clear();
            }
        }
        Some(Self {
            date,
            timing: history.timing,
            elapsed: elapsed.map(|(step, secs)| (*step, single(*secs))).collect(),
            step: history.step,
            runs,
            layers: (0..history.variants.len()).map(|variant| recorded_layers(history, variant)).collect(),
            setup,
        })
    }

    /// The recorded experiment.
    #[must_use]
    pub fn experiment(&self) -> &Experiment {
        &self.setup.experiment
    }

    /// The measurements.
    #[must_use]
    pub fn into_history(self) -> History {
        let mut history = History::new(self.setup);
        history.step = self.step;
        history.timing = self.timing;
        history.elapsed = self.elapsed.into_iter().map(|(step, secs)| (step, f64::from(secs))).collect();
        let runs = history.variants.iter_mut().flat_map(|variant| &mut variant.runs);
        for (run, recorded) in runs.zip(self.runs) {
            recorded.restore(run);
        }
        for (variant, layers) in self.layers.into_iter().enumerate() {
            restore_layers(&mut history, variant, &layers);
        }
        history
    }

    /// The bytes of the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Plain values of known lengths, for which writing to memory cannot fail.
        let body = postcard::to_allocvec(self).unwrap_or_default();
        std::iter::once(FORMAT).chain(body).collect()
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`RecordingError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordingError> {
        match bytes.split_first() {
            Some((&FORMAT, body)) => {
                postcard::from_bytes(body).map_err(|_| RecordingError::Damaged { length: bytes.len() })
            }
            other => Err(RecordingError::Format { expected: FORMAT, got: other.map(|(version, _)| *version) }),
        }
    }
}

impl RecordedRun {
    fn of(run: &RunCurves, bucket_width: u64) -> Self {
        let curve = |quantity: Quantity| {
            let width = if quantity.facts().occasion == Occasion::Step { bucket_width } else { 1 };
            let points = run.thinned(quantity, width).into_iter();
            points.map(|(step, value)| (step, value.filter(|value| value.is_finite()).map(single))).collect::<Vec<_>>()
        };
        let curves = QUANTITIES.iter().map(|row| (row.quantity, curve(row.quantity)));
        let fractions = run.active_fraction.iter();
        Self {
            diverged_at: run.diverged_at,
            curves: curves.filter(|(_, points)| !points.is_empty()).collect(),
            active_fraction: fractions
                .map(|(step, layers)| (*step, layers.iter().map(|f| coded(*f)).collect()))
                .collect(),
            translations: run.translations.clone(),
        }
    }

    fn restore(self, run: &mut RunCurves) {
        run.diverged_at = self.diverged_at;
        run.translations = self.translations;
        for (quantity, points) in self.curves {
            let points = points.into_iter();
            run.curves[quantity] =
                points.map(|(step, value)| -> MeasuredPoint { (step, value.map(f64::from)) }).collect();
        }
        let fractions = self.active_fraction.into_iter();
        let fraction = |code: u16| f32::from(code) / FRACTIONS;
        run.active_fraction =
            fractions.map(|(step, layers)| (step, layers.into_iter().map(fraction).collect())).collect();
    }
}

/// The layers of a variant at the recorded steps.
fn recorded_layers(history: &History, variant: usize) -> Vec<RecordedLayers> {
    let runs = &history.variants[variant].runs;
    let measured = runs.iter().map(|run| &run.layers).max_by_key(|layers| layers.len());
    let steps = measured.into_iter().flatten().map(|(step, _)| *step);
    let steps = steps.filter(|step| LAYER_STEPS.contains(step) || *step == history.step);
    let at = |step: u64| {
        let reports = runs.iter().filter_map(|run| run.layers.iter().find(|(own, _)| *own == step));
        let reports: Vec<&[LayerReport]> = reports.map(|(_, layers)| layers.as_slice()).collect();
        let layers = 0..reports.first().map_or(0, |layers| layers.len());
        layers.flat_map(|layer| averages(reports.iter().filter_map(|layers| layers.get(layer)))).collect()
    };
    steps.map(|step| (step, at(step))).collect()
}

/// The means of the values of a layer over the seeds.
fn averages<'report>(reports: impl Iterator<Item = &'report LayerReport>) -> [f32; NUMBERS] {
    let reports: Vec<[Option<f64>; NUMBERS]> = reports.map(numbers).collect();
    std::array::from_fn(|index| {
        let values: Vec<f64> = reports.iter().filter_map(|numbers| numbers[index]).collect();
        statistics::mean(&values).map_or(f32::NAN, short)
    })
}

/// Gives every run of a variant the recorded means.
fn restore_layers(history: &mut History, variant: usize, recorded: &[RecordedLayers]) {
    let starts = history.setup.start.iter().filter_map(|start| start.variants.get(variant));
    let starts: Vec<_> = starts.flat_map(|start| &start.runs).map(|run| run.layers.clone()).collect();
    for (run, start) in history.variants[variant].runs.iter_mut().zip(starts) {
        run.layers = recorded
            .iter()
            .map(|(step, values)| {
                let layers = start.iter().zip(values.chunks_exact(NUMBERS));
                (*step, layers.map(|(start, values)| restored_layer(start, values)).collect())
            })
            .collect();
    }
}

/// The values of a report in the order of the format.
fn numbers(report: &LayerReport) -> [Option<f64>; NUMBERS] {
    [
        report.weight_std,
        report.activation_mean,
        report.activation_std,
        report.active_fraction,
        report.gradient_norm,
        report.step_size,
    ]
}

fn restored_layer(start: &LayerReport, values: &[f32]) -> LayerReport {
    let number = |index: usize| values.get(index).map(|value| f64::from(*value)).filter(|value| value.is_finite());
    LayerReport {
        scales: start.scales,
        weight_std: number(0),
        activation_mean: number(1),
        activation_std: number(2),
        active_fraction: number(3),
        gradient_norm: number(4),
        step_size: number(5),
    }
}

/// The nearest f32 with few digits.
fn short(value: f64) -> f32 {
    let bits = single(value).to_bits();
    f32::from_bits((bits + (1 << (LOST_BITS - 1))) & !((1 << LOST_BITS) - 1))
}

/// Rounds the numbers of a report, so that their bytes compress to a third.
fn thin(report: &mut LayerReport) {
    let LayerReport { scales, weight_std, activation_mean, activation_std, active_fraction, gradient_norm, step_size } =
        report;
    let numbers = [
        &mut scales.weight,
        &mut scales.bias,
        &mut scales.norm,
        weight_std,
        activation_mean,
        activation_std,
        active_fraction,
        gradient_norm,
        step_size,
    ];
    for number in numbers {
        *number = number.map(|value| f64::from(short(value))).filter(|value| value.is_finite());
    }
}

/// The same for a point of the table of random activity.
fn round(point: &mut RandomPoint) {
    let rounded = |value: f64| f64::from(single(value));
    point.fraction = rounded(point.fraction);
    for interval in [&mut point.emergence_a, &mut point.emergence_b] {
        *interval = interval.map(|(low, high)| (rounded(low), rounded(high)));
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the precision of a recording")]
fn single(value: f64) -> f32 {
    value as f32
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of 16 bits first")]
fn coded(fraction: f32) -> u16 {
    (fraction * FRACTIONS).round().clamp(0.0, FRACTIONS) as u16
}
