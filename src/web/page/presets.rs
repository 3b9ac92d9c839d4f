//! Predefined experiments, each as its query string with a sentence on what it shows. They are chosen to teach, not to advertise:
//! if a scheme does not help, its preset says so.

use crate::experiment::{Experiment, parse_query};

/// A predefined experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// Its name in the form.
    pub name: &'static str,
    /// The experiment.
    pub query: &'static str,
    /// What it shows, in one or two sentences.
    pub lesson: &'static str,
}

/// All presets, in the order of the form. Those with convolutions use few test examples, so that each takes one or two minutes
/// on a CPU.
pub const PRESETS: [Preset; 7] = [
    Preset {
        name: "MLP on MNIST",
        query: "",
        lesson: "The rescaled initialization leads during the first steps. Raise the learning rate for all variants, and most \
                 of the lead disappears.",
    },
    Preset {
        name: "MLP and its rate control",
        query: "init=kaiming_normal,emergence(kaiming_normal;alpha=1.5),lrmatch(emergence(kaiming_normal;alpha=1.5))",
        lesson: "The rescaled initialization, and its base with the equivalent learning rates: their accuracy and loss curves \
                 coincide.",
    },
    Preset {
        name: "CNN on MNIST",
        query: "test=1000&model=cnn:8,16&batch=64&steps=300",
        lesson: "Two small convolutional layers learn to classify digits within a few hundred steps, whichever scheme \
                 initializes them.",
    },
    Preset {
        name: "CNN on patterns (no download)",
        query: "data=patterns&test=1000&model=cnn:8,16&batch=64&steps=200",
        lesson: "Colored shapes and textures, drawn in your browser: three input channels, no download.",
    },
    Preset {
        name: "CNN on CIFAR-10 with batch norm",
        query: "data=cifar-10&test=1000&model=cnn:16,32&norm=batch&seeds=1&batch=64&steps=300",
        lesson: "Photographs. With batch normalization, activity hardly depends on the scale of the weights, and the schemes end \
                 close together. With one seed each, the table gives no verdict.",
    },
    Preset {
        name: "Deep plain CNN on CIFAR-10",
        query: "data=cifar-10&test=1000&model=cnn:16,16p,32,32p,32p\
                &init=kaiming_normal,emergence(kaiming_normal;alpha=1.2),emergence(kaiming_normal;alpha=1.5)\
                &seeds=1&lr=0.005&batch=64&steps=200",
        lesson: "Without normalization, the powers of α accumulate with depth. In reference runs of a similar network with one more \
                 layer, α = 1.5 fell behind its base.",
    },
    Preset {
        name: "ResNet on patterns (no download)",
        query: "data=patterns&test=1000&model=resnet:16,32,64&norm=batch\
                &init=kaiming_normal,emergence(kaiming_normal;alpha=1.2)&seeds=1&batch=32&steps=200",
        lesson: "Shortcuts carry the signal past every block, and with batch normalization the scale of the weights only \
                 changes the effective step size. With one seed each, the table gives no verdict.",
    },
];

impl Preset {
    /// The experiment, with the device of `other`: a preset does not change the visitor's choice of device.
    #[must_use]
    pub fn experiment(&self, other: &Experiment) -> Experiment {
        Experiment { device: other.device, ..parse_query(self.query).experiment }
    }
}

/// The index of the preset that equals this experiment, apart from the device.
#[must_use]
pub fn preset_of(experiment: &Experiment) -> Option<usize> {
    PRESETS.iter().position(|preset| preset.experiment(experiment) == *experiment)
}
