//! The experiments that a query string without further keys describes: one for each task. Values that differ from those of the task are
//! written.

use super::{
    Activation, ActiveDefinition, ActivitySpec, AnalysisSpec, BaseInit, DatasetName, DatasetSpec, DevicePreference,
    Direction, EvaluationSteps, Experiment, InitScheme, ModelSpec, NormLayer, OptimizerKind, OptimizerSpec, Rescaling,
    Schedule, TransformerSpec,
};
use crate::catalog::Task;

/// The seeds per variant.
const SEEDS: u32 = 5;
/// The number of training steps.
const STEPS: u64 = 300;

/// The base of the powers for transformers: the general default would multiply the last of 18 ranks by 38.
const TRANSFORMER_ALPHA: f64 = 1.1;
/// Steps of the linear warm-up on texts.
const TEXT_WARMUP: u64 = 50;
/// Width of the transformer for numbers; that for texts is twice as wide.
const TRANSFORMER_WIDTH: usize = 32;

impl Default for Experiment {
    /// The experiment on images.
    fn default() -> Self {
        Self {
            dataset: DatasetSpec::whole(DatasetName::Auto),
            model: ModelSpec::Mlp { hidden: vec![128, 128, 128] },
            activation: Activation::Relu,
            norm: NormLayer::None,
            variants: vec![
                BaseInit::XavierNormal.into(),
                BaseInit::KaimingNormal.into(),
                InitScheme::emergence(Rescaling::default()).into(),
            ],
            seeds: SEEDS,
            first_seed: 0,
            order: None,
            optimizer: OptimizerSpec {
                kind: OptimizerKind::Sgd,
                learning_rate: 0.01,
                momentum: 0.9,
                weight_decay: 0.0,
                schedule: Schedule::Constant,
            },
            smoothing: 0.0,
            batch_size: 128,
            steps: STEPS,
            evaluation: EvaluationSteps::Auto,
            activity: ActivitySpec { tau: 0.05, definition: ActiveDefinition::Sample },
            analysis: AnalysisSpec::STANDARD,
            device: DevicePreference::Auto,
        }
    }
}

impl Experiment {
    /// The experiment on all of this data set that is described by its name alone.
    #[must_use]
    pub fn standard(name: DatasetName) -> Self {
        let experiment = match name.row().task() {
            Task::Images => Self::default(),
            Task::Numbers => Self::on_numbers(),
            Task::Texts => Self::on_texts(),
        };
        let direction = Direction::standard(name);
        Self { dataset: DatasetSpec { name, direction, ..experiment.dataset }, ..experiment }
    }

    fn on_numbers() -> Self {
        let images = Self::default();
        let rescaling = Rescaling { base: BaseInit::XavierNormal, alpha: TRANSFORMER_ALPHA, ..Rescaling::default() };
        Self {
            dataset: DatasetSpec { test: Some(500), ..images.dataset },
            model: ModelSpec::Transformer(TransformerSpec::of_width(TRANSFORMER_WIDTH)),
            norm: NormLayer::Pre,
            variants: vec![
                BaseInit::XavierNormal.into(),
                BaseInit::KaimingNormal.into(),
                InitScheme::emergence(rescaling).into(),
            ],
            optimizer: OptimizerSpec { kind: OptimizerKind::Adam, learning_rate: 0.003, ..images.optimizer },
            batch_size: 32,
            evaluation: EvaluationSteps::Every(25),
            ..images
        }
    }

    fn on_texts() -> Self {
        let numbers = Self::on_numbers();
        Self {
            model: ModelSpec::Transformer(TransformerSpec::of_width(2 * TRANSFORMER_WIDTH)),
            seeds: 1,
            optimizer: OptimizerSpec { schedule: Schedule::Warmup { steps: TEXT_WARMUP }, ..numbers.optimizer },
            smoothing: 0.1,
            batch_size: 64,
            steps: 400,
            evaluation: EvaluationSteps::Every(50),
            ..numbers
        }
    }
}
