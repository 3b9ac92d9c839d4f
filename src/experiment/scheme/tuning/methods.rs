//! THE table of tuning methods: all facts about each method that do not require running it. The computations are in `tune`, in
//! one file per method.
//!
//! To add a method, add a variant, its constants and a row here, its file in `tune`, and its line in `tune/mod.rs`.

use super::constant::{Constant, TypedConstant};
use super::{TuningBatch, TuningFacts};
use crate::error::Bounds;
use crate::experiment::optimizer::UpdateRule;
use crate::experiment::scheme::closed_form_cards::{BaseInit, RequiredNetwork};
use crate::experiment::scheme::{Card, Source};
use crate::experiment::values::Named;
use crate::prose::Prose;
use serde::{Deserialize, Serialize};

/// A method that adjusts initial weights by running the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TuningMethod {
    /// Layer-sequential unit variance, Mishkin & Matas 2015.
    Lsuv,
    /// Within-layer normalization, Krähenbühl, Doersch, Donahue & Darrell 2015.
    DataDependent,
    /// Dauphin & Schoenholz 2019.
    MetaInit,
    /// Zhu, Ni, Xu, Kong, Huang & Goldstein 2021.
    GradInit,
    /// Neural initialization optimization (NIO) by `GradCosine`, Yang, Wang, Yuan & Lin 2022.
    Nio,
    /// Adaptive model initialization, Liu, Liu, Gao, Chen & Han 2020.
    Admin,
}

/// Allowed range of a number of iterations.
const ITERATIONS: Bounds = Bounds::whole(1, 10_000);
/// Allowed range of a positive constant.
const POSITIVE: Bounds = Bounds::real(1e-9, 1e9);
/// Allowed range of the decay of a running mean.
const DECAY: Bounds = Bounds::real(0.0, 0.999_999);

/// Constants of LSUV.
pub mod lsuv {
    use super::{Bounds, TypedConstant};

    /// Accepted difference between the standard deviation of a layer's output and 1.
    pub const TOLERANCE: TypedConstant<f64> = TypedConstant::real(
        "tolerance",
        "accepted difference between the standard deviation and 1",
        0.1,
        Bounds::real(1e-6, 0.5),
    );
    /// Maximum number of rescalings of one layer.
    pub const TRIES: TypedConstant<u64> =
        TypedConstant::whole("tries", "maximum number of rescalings per layer", 10, Bounds::whole(1, 100));
}

/// Constants of data-dependent initialization.
pub mod data_dependent {
    use super::{Bounds, TypedConstant};

    /// Target mean `β` of every unit or feature map.
    pub const BETA: TypedConstant<f64> = TypedConstant::real(
        "beta",
        "mean β of every unit before its activation function",
        0.1,
        Bounds::real(-10.0, 10.0),
    );
    /// Number of batches on which mean and standard deviation are measured.
    pub const BATCHES: TypedConstant<u64> =
        TypedConstant::whole("batches", "number of batches measured", 10, Bounds::whole(1, 1000));
    /// Number of examples in each of these batches.
    pub const BATCH: TypedConstant<usize> =
        TypedConstant::count("batch", "examples per batch", 16, Bounds::whole(2, 512));
}

/// Constants of `MetaInit`.
pub mod meta_init {
    use super::{Bounds, ITERATIONS, POSITIVE, TypedConstant};

    /// Number of iterations.
    pub const STEPS: TypedConstant<u64> = TypedConstant::whole("steps", "number of iterations", 500, ITERATIONS);
    /// Step size for the norm of each weight tensor.
    pub const LEARNING_RATE: TypedConstant<f64> =
        TypedConstant::real("lr", "step size for the norm of each weight tensor", 0.1, POSITIVE);
    /// Momentum of these steps.
    pub const MOMENTUM: TypedConstant<f64> =
        TypedConstant::real("momentum", "momentum of these steps", 0.9, Bounds::real(0.0, 0.999));
    /// `ε`, which keeps the denominator of the gradient quotient away from zero.
    pub const EPSILON: TypedConstant<f64> = TypedConstant::real(
        "eps",
        "ε that keeps the denominator of the gradient quotient away from 0",
        1e-5,
        Bounds::real(1e-9, 1.0),
    );
}

/// Constants of `GradInit` that NIO does not have; those that both have are in [`scales`](super::scales).
pub mod grad_init {
    use super::{ITERATIONS, POSITIVE, TypedConstant, UpdateRule};

    /// Number of iterations, `T`.
    pub const STEPS: TypedConstant<u64> = TypedConstant::whole("steps", "number of iterations T", 390, ITERATIONS);
    /// The optimizer whose first step is considered; `auto` is that of the experiment.
    pub const STEP: TypedConstant<Option<UpdateRule>> =
        TypedConstant::auto_or_name("step", "optimizer whose first step is considered");
    /// Size `η` of that step; `auto` is 0.1 for SGD and 0.001 for Adam.
    pub const ETA: TypedConstant<Option<f64>> = TypedConstant::auto_or_real("eta", "size η of that step", POSITIVE);
    /// Upper bound `γ` on the gradient norm. For SGD this is the 2-norm, and `auto` is 1; for Adam it is the 1-norm, and `auto`
    /// is the square root of the number of parameters, which the 1-norm of a gradient of 2-norm 1 never exceeds.
    pub const GAMMA: TypedConstant<Option<f64>> =
        TypedConstant::auto_or_real("gamma", "upper bound γ on the gradient norm", POSITIVE);
    /// Adam's learning rate `τ` for the scales; `auto` is 0.01, or 0.1 with batch normalization.
    pub const LEARNING_RATE: TypedConstant<Option<f64>> =
        TypedConstant::auto_or_real("lr", "Adam's learning rate τ for the scales", POSITIVE);
}

/// Constants of NIO that `GradInit` does not have; those that both have are in [`scales`](super::scales).
pub mod nio {
    use super::{Bounds, ITERATIONS, POSITIVE, TypedConstant};

    /// Number of iterations.
    pub const STEPS: TypedConstant<u64> = TypedConstant::whole("steps", "number of iterations", 100, ITERATIONS);
    /// Number `D` of parts of a batch whose gradients are compared.
    pub const PARTS: TypedConstant<usize> = TypedConstant::count(
        "parts",
        "number of parts of a batch whose gradients are compared",
        2,
        Bounds::whole(2, 8),
    );
    /// Upper bound `γ` on the mean norm of the parts' gradients.
    pub const GAMMA: TypedConstant<f64> =
        TypedConstant::real("gamma", "upper bound γ on the mean norm of their gradients", 5.0, POSITIVE);
    /// Adam's learning rate `τ` for the scales.
    pub const LEARNING_RATE: TypedConstant<f64> =
        TypedConstant::real("lr", "Adam's learning rate τ for the scales", 0.05, POSITIVE);
}

/// Constants that `GradInit` and NIO share. Both update scales by Adam with clipped gradients and lower bounds.
pub mod scales {
    use super::{Bounds, Constant, DECAY, POSITIVE, TypedConstant};

    /// Largest absolute gradient of a scale; larger ones are clipped.
    pub const CLIP: TypedConstant<f64> =
        TypedConstant::real("clip", "largest absolute gradient of a scale", 1.0, POSITIVE);
    /// Smallest scale of a weight.
    pub const FLOOR: TypedConstant<f64> =
        TypedConstant::real("floor", "smallest scale of a weight", 0.01, Bounds::real(0.0, 1.0));
    /// Decay `β₁` of Adam's first moment of a scale's gradient.
    pub const BETA_1: TypedConstant<f64> =
        TypedConstant::real("beta1", "decay β₁ of the first moment of a scale's gradient", 0.9, DECAY).advanced();
    /// Decay `β₂` of its second moment.
    pub const BETA_2: TypedConstant<f64> =
        TypedConstant::real("beta2", "decay β₂ of its second moment", 0.999, DECAY).advanced();
    /// `ε`, which keeps the denominator of a scale's step away from zero.
    pub const EPSILON: TypedConstant<f64> = TypedConstant::real(
        "eps",
        "ε that keeps the denominator of a scale's step away from 0",
        1e-8,
        Bounds::real(1e-12, 1.0),
    )
    .advanced();
    /// Smallest scale of a bias.
    pub const BIAS_FLOOR: TypedConstant<f64> =
        TypedConstant::real("bias_floor", "smallest scale of a bias", 0.0, Bounds::real(0.0, 1.0)).advanced();

    /// All of these constants, in the order in which they are written.
    pub const ALL: [Constant; 6] =
        [CLIP.constant, FLOOR.constant, BETA_1.constant, BETA_2.constant, EPSILON.constant, BIAS_FLOOR.constant];
}

/// Work per layer in LSUV: one forward pass measures the standard deviation, another one confirms that it is 1.
const LSUV_WORK: u64 = 2;
/// Work per iteration of `GradInit` or NIO: 3 for a gradient, 6 for the gradient of the objective or a Hessian-vector product.
const SCALE_STEP_WORK: u64 = 9;
/// Work per iteration of `MetaInit`: a Hessian-vector product, and the gradient of the quotient that contains it.
const META_INIT_WORK: u64 = 45;

/// THE table of tuning methods, in the order in which they are offered.
pub static TUNING_METHODS: [TuningFacts; 6] = [
    TuningFacts {
        method: TuningMethod::Lsuv,
        name: "lsuv",
        label: "LSUV",
        card: Card {
            sentence: Prose::new(
                "Divides the weights of each layer, in forward order, by the standard deviation of the layer's output on \
                       one batch, until that deviation is 1.",
            ),
            equation: &[Prose::new("W ← W / s, s = std(W x)"), Prose::new("until |s − 1| ≤ tolerance")],
            source: Source::published("Mishkin & Matas 2015", "arXiv 1511.06422", "https://arxiv.org/abs/1511.06422"),
            cost: Prose::new("before step 0: usually two forward passes per layer"),
        },
        base: BaseInit::Orthogonal,
        constants: &[&[lsuv::TOLERANCE.constant, lsuv::TRIES.constant]],
        batch: TuningBatch::Whole,
        network: RequiredNetwork::Any,
        works_on_zeros: false,
        work: |_, layers, batch| LSUV_WORK * layers * batch,
        memory_factor: 1,
    },
    TuningFacts {
        method: TuningMethod::DataDependent,
        name: "datadep",
        label: "Data-dependent",
        card: Card {
            sentence: Prose::new(
                "Gives every unit or feature map the mean β and the standard deviation 1 before its activation function, \
                       layer by layer, as measured on a few batches.",
            ),
            equation: &[
                Prose::new("W ← W / σ, b ← β + (b − μ) / σ"),
                Prose::new("μ, σ: mean, standard deviation of a unit"),
            ],
            source: Source::published(
                "Krähenbühl, Doersch, Donahue & Darrell 2015",
                "arXiv 1511.06856",
                "https://arxiv.org/abs/1511.06856",
            ),
            cost: Prose::new("before step 0: forward passes of 10 batches of 16 examples per layer"),
        },
        base: BaseInit::KaimingNormal,
        constants: &[&[
            data_dependent::BETA.constant,
            data_dependent::BATCHES.constant,
            data_dependent::BATCH.constant,
        ]],
        batch: TuningBatch::Own(data_dependent::BATCH),
        network: RequiredNetwork::Any,
        works_on_zeros: false,
        work: |values, layers, _| {
            values.get(&data_dependent::BATCHES) * layers * values.get(&data_dependent::BATCH) as u64
        },
        memory_factor: 1,
    },
    TuningFacts {
        method: TuningMethod::MetaInit,
        name: "metainit",
        label: "MetaInit",
        card: Card {
            sentence: Prose::new(
                "Adjusts the norm of each weight tensor so that a step of gradient descent changes the gradient g as \
                       little as possible. Uses random inputs and labels instead of training data.",
            ),
            equation: &[Prose::new("minimize the mean of"), Prose::new("|(g − H g) / (g ± ε) − 1|")],
            source: Source::published(
                "Dauphin & Schoenholz 2019",
                "NeurIPS",
                "https://papers.nips.cc/paper_files/paper/2019/hash/876e8108f87eb61877c6263228b67256-Abstract.html",
            ),
            cost: Prose::new("before step 0: 500 iterations, each as long as about 15 training steps"),
        },
        base: BaseInit::KaimingNormal,
        constants: &[&[
            meta_init::STEPS.constant,
            meta_init::LEARNING_RATE.constant,
            meta_init::MOMENTUM.constant,
            meta_init::EPSILON.constant,
        ]],
        batch: TuningBatch::Whole,
        network: RequiredNetwork::Any,
        works_on_zeros: false,
        work: |values, _, batch| META_INIT_WORK * values.get(&meta_init::STEPS) * batch,
        memory_factor: 6,
    },
    TuningFacts {
        method: TuningMethod::GradInit,
        name: "gradinit",
        label: "GradInit",
        card: Card {
            sentence: Prose::new(
                "Scales each parameter tensor so that the optimizer's first step, in the direction A[g], lowers the loss \
                       as far as possible while the norm of the gradient g stays within a bound.",
            ),
            equation: &[Prose::new("minimize L(θ − η A[g]) with ‖g‖ ≤ γ")],
            source: Source::published(
                "Zhu, Ni, Xu, Kong, Huang & Goldstein 2021",
                "arXiv 2102.08098",
                "https://arxiv.org/abs/2102.08098",
            ),
            cost: Prose::new("before step 0: 390 iterations, each as long as 2 to 4 training steps"),
        },
        base: BaseInit::KaimingNormal,
        constants: &[
            &[
                grad_init::STEPS.constant,
                grad_init::STEP.constant,
                grad_init::ETA.constant,
                grad_init::GAMMA.constant,
                grad_init::LEARNING_RATE.constant,
            ],
            &scales::ALL,
        ],
        batch: TuningBatch::Halves,
        network: RequiredNetwork::Any,
        // Layers of zeros stay unchanged.
        works_on_zeros: true,
        work: |values, _, batch| SCALE_STEP_WORK * values.get(&grad_init::STEPS) * batch,
        memory_factor: 3,
    },
    TuningFacts {
        method: TuningMethod::Nio,
        name: "nio",
        label: "NIO",
        card: Card {
            sentence: Prose::new(
                "Scales each parameter tensor so that the gradients of different parts of a batch point in the same \
                       direction.",
            ),
            equation: &[Prose::new("maximize mean cos(g_{i}, g_{j})"), Prose::new("with mean ‖g_{i}‖ ≤ γ")],
            source: Source::published(
                "Yang, Wang, Yuan & Lin 2022",
                "arXiv 2210.05956",
                "https://arxiv.org/abs/2210.05956",
            ),
            cost: Prose::new("before step 0: 100 iterations, each as long as 3 or 4 training steps"),
        },
        base: BaseInit::KaimingNormal,
        constants: &[
            &[nio::STEPS.constant, nio::PARTS.constant, nio::GAMMA.constant, nio::LEARNING_RATE.constant],
            &scales::ALL,
        ],
        batch: TuningBatch::Parts(nio::PARTS),
        network: RequiredNetwork::Any,
        works_on_zeros: false,
        work: |values, _, batch| SCALE_STEP_WORK * values.get(&nio::STEPS) * batch,
        memory_factor: 3,
    },
    TuningFacts {
        method: TuningMethod::Admin,
        name: "admin",
        label: "Admin",
        card: Card {
            sentence: Prose::new(
                "For transformers with post-normalization: weighs every shortcut as strongly as all branches before it \
                       together, as measured on one batch, so that no single branch dominates.",
            ),
            equation: &[
                Prose::new("LN(ρ_{i} x + f_{i}(x)), ρ_{1} = 1"),
                Prose::new("ρ_{i+1} = √(Var[ρ_{i} x] + Var[f_{i}(x)])"),
            ],
            source: Source::published(
                "Liu, Liu, Gao, Chen & Han 2020",
                "arXiv 2004.08249",
                "https://arxiv.org/abs/2004.08249",
            ),
            cost: Prose::new("before step 0: one forward pass per sub-layer"),
        },
        base: BaseInit::XavierUniform,
        constants: &[],
        batch: TuningBatch::Whole,
        network: RequiredNetwork::TransformerWithPostNormalization,
        works_on_zeros: true,
        work: |_, layers, batch| layers * batch,
        memory_factor: 1,
    },
];

/// The row of every method is at the index of its discriminant.
const _: () = {
    let mut row = 0;
    while row < TUNING_METHODS.len() {
        assert!(TUNING_METHODS[row].method as usize == row, "expected the rows in the order of the variants");
        row += 1;
    }
};

impl TuningMethod {
    /// Its row of the table.
    #[must_use]
    pub fn facts(self) -> &'static TuningFacts {
        &TUNING_METHODS[self as usize]
    }

    /// Its constants, in the order in which they are written.
    pub fn constants(self) -> impl Iterator<Item = &'static Constant> {
        self.facts().constants.iter().copied().flatten()
    }
}

impl Named for TuningMethod {
    fn rows() -> impl Iterator<Item = (&'static str, &'static str, Self)> {
        TUNING_METHODS.iter().map(|row| (row.name, row.label, row.method))
    }
}
