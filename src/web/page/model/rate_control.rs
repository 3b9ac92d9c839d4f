//! The note beside the curves if both a rescaling and its rate control are in the list: whether their curves must coincide, and
//! why.

use crate::experiment::{
    Activation, BaseInit, Experiment, InitScheme, ModelSpec, NormLayer, OptimizerFacts, Rescaling, RescalingRule, Turn,
    Variant,
};
use crate::texts::{text, translated};
use crate::web::page::words::{scheme_label, sentences};

/// Why the curves of a rescaling and of its rate control need not coincide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Batch normalization cancels the factors of all layers but the last.
    BatchNormalization,
    /// Shortcuts add signals that were multiplied by different factors.
    Shortcuts,
    /// The softmax of attention is not homogeneous.
    Attention,
    /// The activation function is not positively homogeneous.
    Activation,
    /// The biases do not start at zero, and the factors multiply weights only.
    Biases,
    /// The product of all factors is not 1, so the output of the network changes.
    Product,
}

/// The sentences about every rescaling whose rate control is in the list; `None` if there is none.
#[must_use]
pub fn rate_control_note(experiment: &Experiment) -> Option<String> {
    let variants = &experiment.variants;
    // Trained at the same learning rate.
    let pairs = variants.iter().filter_map(|variant| match &variant.scheme {
        InitScheme::RateControl(rescaling) => {
            let rescaled = Variant::new(InitScheme::emergence(rescaling.clone()), variant.learning_rate);
            variants.contains(&rescaled).then_some(rescaling)
        }
        _ => None,
    });
    let verdicts: Vec<String> = pairs.clone().map(|rescaling| verdict(experiment, rescaling)).collect();
    if verdicts.is_empty() {
        return None;
    }
    let OptimizerFacts { label, rate_power, .. } = experiment.optimizer.kind.facts();
    let power = match rate_power {
        1 => "c".to_owned(),
        2 => "c²".to_owned(),
        power => format!("c^{power}"),
    };
    let promised = pairs.into_iter().any(|rescaling| difference(experiment, rescaling).is_none());
    let equivalence = text!(
        "With ReLU, zero biases, no normalization and no shortcuts, multiplying a layer by c only changes its learning rate, to \
         η/{power} under {optimizer}, which is exactly what the control applies.",
        power,
        optimizer = label
    );
    let elsewhere = if promised {
        text!("Under batch normalization or with shortcuts they need not coincide.")
    } else {
        String::new()
    };
    Some(sentences(verdicts.into_iter().chain([equivalence, elsewhere])))
}

fn verdict(experiment: &Experiment, rescaling: &Rescaling) -> String {
    let name = scheme_label(&InitScheme::emergence(rescaling.clone()));
    match difference(experiment, rescaling) {
        None => text!(
            "The accuracy and loss curves of “{name}” and of its rate control must coincide while nothing diverges, up to \
             {exactness}.",
            name,
            exactness = translated(experiment.optimizer.kind.facts().exactness)
        ),
        Some(difference) => {
            let reason = reason(difference);
            text!(
                "The curves of “{name}” and of its rate control need not coincide here, since {reason}.",
                name,
                reason
            )
        }
    }
}

fn reason(difference: Difference) -> String {
    match difference {
        Difference::BatchNormalization => text!("batch normalization cancels all factors except the last one"),
        Difference::Shortcuts => text!("shortcuts add signals that were scaled by different factors"),
        Difference::Attention => {
            text!("in a transformer, shortcuts, normalization and the softmax of attention lie between the factors")
        }
        Difference::Activation => text!("among the activation functions, only ReLU is positively homogeneous"),
        Difference::Biases => text!("the biases do not start at zero"),
        Difference::Product => text!("the product of all factors is not 1"),
    }
}

/// Why a rescaling is not equivalent to layer-wise learning rates, if it is not.
#[must_use]
pub fn difference(experiment: &Experiment, rescaling: &Rescaling) -> Option<Difference> {
    let layers = experiment.model.weight_layer_count();
    let hidden = layers > 1;
    if hidden && experiment.norm == NormLayer::Batch {
        return Some(Difference::BatchNormalization);
    }
    match experiment.model {
        ModelSpec::ResNet { .. } => return Some(Difference::Shortcuts),
        ModelSpec::Transformer(_) => return Some(Difference::Attention),
        ModelSpec::Mlp { .. } | ModelSpec::Cnn { .. } => {}
    }
    if hidden && experiment.activation != Activation::Relu {
        return Some(Difference::Activation);
    }
    if rescaling.base == BaseInit::Pytorch {
        return Some(Difference::Biases);
    }
    (!is_balanced(rescaling, layers)).then_some(Difference::Product)
}

/// Whether the product of the factors of this many layers is 1.
fn is_balanced(rescaling: &Rescaling, layers: usize) -> bool {
    let unscaled = (rescaling.alpha - 1.0).abs() < f64::EPSILON;
    let turn = match rescaling.turn {
        Turn::Auto => layers / 2,
        Turn::At(turn) => turn.min(layers),
    };
    // With the automatic turning point, the middle layer of an odd number of layers is not rescaled.
    let middle_left_alone = rescaling.turn == Turn::Auto;
    unscaled
        || match rescaling.rule {
            RescalingRule::Pivot => 2 * turn + 1 == layers,
            RescalingRule::Outer | RescalingRule::Inner | RescalingRule::Flat => {
                middle_left_alone || 2 * turn == layers
            }
        }
}
