//! What happens on a GPU before the first step.

use serde::{Deserialize, Serialize};

/// What is done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpeningStage {
    /// Shaders are compiled, and their results compared with those of the CPU.
    Testing {
        /// Parts of it that are done: opening the GPU, and the tests of the operations that the network needs.
        done: usize,
        /// All parts of it.
        total: usize,
    },
    /// The time of a step is measured on GPU and CPU.
    Timing,
}

/// The times of a training step of all runs on both devices, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTimes {
    /// On the GPU.
    pub webgpu_microseconds: u64,
    /// On the CPU, with all its cores in use.
    pub cpu_microseconds: u64,
}

impl StepTimes {
    /// Whether the CPU is the faster device.
    #[must_use]
    pub fn cpu_is_faster(self) -> bool {
        self.cpu_microseconds < self.webgpu_microseconds
    }
}
