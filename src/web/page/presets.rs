//! Experiments to begin with, each as its query string, and what it teaches. They are chosen to teach, not to flatter:
//! where a scheme does not help, its preset says so.

use crate::experiment::{Experiment, parse_query};

/// An experiment to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// What the picker calls it.
    pub name: &'static str,
    /// The experiment.
    pub query: &'static str,
    /// What it teaches.
    pub lesson: &'static str,
}

/// All of them, in the order of the picker. Those with convolutions use few test examples: on a CPU each takes about a
/// minute or two.
pub const PRESETS: [Preset; 7] = [
    Preset {
        name: "MLP on MNIST",
        query: "",
        lesson: "The rescaled start leads in the first steps. Raise the learning rate for all of them, and most of the lead \
                 is gone.",
    },
    Preset {
        name: "MLP and its rate control",
        query: "init=kaiming_normal,emergence(kaiming_normal;alpha=1.5),lrmatch(emergence(kaiming_normal;alpha=1.5))",
        lesson: "The rescaled start and the plain one with matched learning rates: their curves of accuracy and loss lie on \
                 each other.",
    },
    Preset {
        name: "CNN on MNIST",
        query: "test=1000&model=cnn:8,16&batch=64&steps=300",
        lesson: "Two small convolutions learn digits in a few hundred steps, whichever scheme they start from.",
    },
    Preset {
        name: "CNN on patterns (no download)",
        query: "data=patterns&test=1000&model=cnn:8,16&batch=64&steps=200",
        lesson: "Colored shapes and textures drawn in your browser: three channels in, nothing to fetch.",
    },
    Preset {
        name: "CNN on CIFAR-10 with batch norm",
        query: "data=cifar-10&test=1000&model=cnn:16,32&norm=batch&seeds=1&batch=64&steps=300",
        lesson: "Photographs. Behind batch normalization activity hardly depends on the scale of weights, and the schemes end \
                 close together. One seed each, so the table gives no verdict.",
    },
    Preset {
        name: "Deep plain CNN on CIFAR-10",
        query: "data=cifar-10&test=1000&model=cnn:16,16p,32,32p,32p\
                &init=kaiming_normal,emergence(kaiming_normal;alpha=1.2),emergence(kaiming_normal;alpha=1.5)\
                &seeds=1&lr=0.005&batch=64&steps=200",
        lesson: "Without normalization the powers of α add up over depth. In reference runs of a similar network with one more \
                 layer α 1.5 fell behind the plain start.",
    },
    Preset {
        name: "ResNet on patterns (no download)",
        query: "data=patterns&test=1000&model=resnet:16,32,64&norm=batch\
                &init=kaiming_normal,emergence(kaiming_normal;alpha=1.2)&seeds=1&batch=32&steps=200",
        lesson: "Shortcuts carry the signal past every block, and batch normalization turns the size of weights into a mere \
                 step size. One seed each: a look, no verdict.",
    },
];

impl Preset {
    /// The experiment, on the device of another one: where to compute is the visitor's affair.
    #[must_use]
    pub fn experiment(&self, other: &Experiment) -> Experiment {
        Experiment { device: other.device, ..parse_query(self.query).experiment }
    }
}

/// The index of the preset that an experiment is, wherever it is computed.
#[must_use]
pub fn preset_of(experiment: &Experiment) -> Option<usize> {
    PRESETS.iter().position(|preset| preset.experiment(experiment) == *experiment)
}
