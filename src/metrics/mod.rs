//! The measurements of an experiment as plain serializable values: training writes them; plots, tables and exports read them.
//! Nothing here depends on tensors or pixels.

mod assembly;
mod by_step;
pub mod comparison;
mod curve;
mod device_start;
mod failure;
mod figure;
mod history;
mod inspection;
mod quantity_curves;
mod race;
mod random;
mod record;
mod resolution;
mod setup;
mod start_report;
pub mod statistics;
mod stopwatch;
mod translation;
mod verdict;

pub use assembly::{Assembly, assembled, interleaved};
pub use by_step::by_step;
pub use comparison::{GoalSteps, SpeedComparison, TableFacts, VariantSummary, summaries};
pub use curve::{CurvePoint, LOSS_BUCKETS, MeanCurve};
pub use device_start::{OpeningStage, StepTimes};
pub use failure::FailureMode;
pub use figure::{Divergence, FigureCurve, FigureSpec, StepValue};
pub use history::{History, KEPT_TIMES, NetworkLayers, RunCurves, VariantCurves};
pub use inspection::{DatasetSample, Examination, Filters, ImageSamples, Mistake, SampleImage};
pub use quantity_curves::{MeasuredPoint, QuantityCurves};
pub use race::{RaceCell, RaceRow, RaceTable};
pub use random::StepInterval;
pub use record::{EvaluationRecord, LateFacts, Record, RunEvaluation, StepRecord};
pub use resolution::{KEPT_EVALUATIONS, KEPT_LOSSES, Resolution};
pub use setup::{Chance, Environment, Receipt, RunStart, Setup, StartFacts, VariantStart};
pub use start_report::{InitCost, LayerReport, LayerScales, PreparationProgress, RandomActivity, RandomPoint};
pub use statistics::Statistic;
pub use stopwatch::{Stopwatch, Timing};
pub use translation::{AskedSentence, AttentionMap, SampleSentence, SentenceAnswer, Translation};
pub use verdict::{BaselineComparison, FEWEST_PAIRS, FailureTest, Verdict};
