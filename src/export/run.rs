//! One run of a results file: its initial state, then one key per curve, in the order of the table of curves.
//!
//! Serialization is written by hand, because the keys come from [`QUANTITIES`], and because values measured in f32 are formatted
//! as f32: 0.9, not 0.8999999761581421.

use crate::catalog::{Precision, QUANTITIES, Quantity, QuantityFacts};
use crate::digest::hexadecimal;
use crate::metrics::{LayerReport, MeasuredPoint, QuantityCurves, RunCurves, RunStart};
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// One run of a results file with its curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunResults {
    /// The seed of the initial weights.
    pub seed: u64,
    /// SHA-256 of the initial weights.
    pub weights_sha256: String,
    /// Its layers before the first step.
    pub layers: Vec<LayerReport>,
    /// The step at which the run diverged, see [`RunCurves::diverged_at`].
    pub diverged_at: Option<u64>,
    /// One curve per quantity.
    pub curves: QuantityCurves,
    /// Fraction of active units per measured layer, at every evaluation.
    pub active_fraction: Vec<(u64, Vec<f32>)>,
    /// [`RunCurves::correct`], in hexadecimal digits in the file.
    pub correct: Vec<u8>,
}

impl RunResults {
    /// The results of a run. Points that are not finite are omitted, except that the step of an undefined logarithm is kept.
    pub(super) fn of(run: &RunCurves, start: &RunStart) -> Self {
        let mut curves = QuantityCurves::default();
        for row in &QUANTITIES {
            let points = run.curves[row.quantity].iter();
            let points = points.map(|&(step, value)| (step, value.filter(|value| value.is_finite())));
            curves[row.quantity] = points.filter(|(_, value)| value.is_some() || row.logarithmic).collect();
        }
        let fractions = run.active_fraction.iter().filter(|(_, layers)| layers.iter().all(|layer| layer.is_finite()));
        Self {
            seed: run.seed,
            weights_sha256: start.weights_sha256.clone(),
            layers: start.layers.clone(),
            diverged_at: run.diverged_at,
            curves,
            active_fraction: fractions.cloned().collect(),
            correct: run.correct.clone(),
        }
    }

    fn is_written(&self, row: &QuantityFacts) -> bool {
        !(row.optional && self.curves[row.quantity].is_empty())
    }
}

impl Serialize for RunResults {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = || QUANTITIES.iter().filter(|row| self.is_written(row));
        let mut run =
            serializer.serialize_struct("RunResults", 5 + usize::from(!self.correct.is_empty()) + written().count())?;
        run.serialize_field("seed", &self.seed)?;
        run.serialize_field("weights_sha256", &self.weights_sha256)?;
        run.serialize_field("layers", &self.layers)?;
        run.serialize_field("diverged_at", &self.diverged_at)?;
        for row in written() {
            let curve = WrittenCurve { points: &self.curves[row.quantity], precision: row.precision };
            run.serialize_field(row.name, &curve)?;
        }
        run.serialize_field("active_fraction", &self.active_fraction)?;
        if !self.correct.is_empty() {
            run.serialize_field("correct", &hexadecimal(&self.correct))?;
        }
        run.end()
    }
}

/// A curve to be written to a file.
struct WrittenCurve<'points> {
    points: &'points [MeasuredPoint],
    precision: Precision,
}

impl Serialize for WrittenCurve<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let points = self.points.iter();
        match self.precision {
            Precision::Single => serializer.collect_seq(points.map(|(step, value)| (step, value.map(narrowed)))),
            Precision::Double => serializer.collect_seq(points),
        }
    }
}

/// A value that was measured in f32.
#[expect(clippy::cast_possible_truncation, reason = "it was widened from f32")]
pub(super) fn narrowed(value: f64) -> f32 {
    value as f32
}

impl<'de> Deserialize<'de> for RunResults {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RunVisitor)
    }
}

/// Reads a run key by key.
struct RunVisitor;

impl<'de> Visitor<'de> for RunVisitor {
    type Value = RunResults;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a run")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<RunResults, M::Error> {
        let mut run = RunResults::default();
        let mut found = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "seed" => run.seed = map.next_value()?,
                "weights_sha256" => run.weights_sha256 = map.next_value()?,
                "layers" => run.layers = map.next_value()?,
                "diverged_at" => run.diverged_at = map.next_value()?,
                "active_fraction" => run.active_fraction = map.next_value()?,
                "correct" => run.correct = read_hex(&map.next_value::<String>()?).map_err(M::Error::custom)?,
                name => match Quantity::named(name) {
                    Some(quantity) => run.curves[quantity] = read_curve(&mut map, quantity.facts().precision)?,
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
            found.push(key);
        }
        let curves = QUANTITIES.iter().filter(|row| !row.optional).map(|row| row.name);
        let mut needed = ["seed", "weights_sha256", "active_fraction"].into_iter().chain(curves);
        match needed.find(|name| !found.iter().any(|key| key == name)) {
            Some(missing) => Err(M::Error::missing_field(missing)),
            None => Ok(run),
        }
    }
}

/// Hexadecimal digits as bytes.
fn read_hex(text: &str) -> Result<Vec<u8>, String> {
    let digits = text.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = digits.chunks(2).map(|pair| byte(pair).filter(|_| pair.len() == 2)).collect::<Option<Vec<u8>>>();
    bytes.ok_or_else(|| format!("expected an even number of hexadecimal digits, got {} characters", digits.len()))
}

/// Reads the points of a curve. Values measured in f32 are read as f32, so that they are restored exactly.
fn read_curve<'de, M: MapAccess<'de>>(map: &mut M, precision: Precision) -> Result<Vec<MeasuredPoint>, M::Error> {
    match precision {
        Precision::Single => {
            let points = map.next_value::<Vec<(u64, Option<f32>)>>()?.into_iter();
            Ok(points.map(|(step, value)| (step, value.map(f64::from))).collect())
        }
        Precision::Double => map.next_value(),
    }
}
