//! The two programs of the training worker: the large one computes on WebGPU, too.

/// A program of the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerProgram {
    /// Computes on the CPU.
    Cpu,
    /// Computes on WebGPU or on the CPU.
    Gpu,
}

impl WorkerProgram {
    /// The `<meta>` of the page that names its script, with the hash of its build: Trunk's loader of the binary, in the folder of the page.
    #[must_use]
    pub fn meta(self) -> &'static str {
        match self {
            Self::Cpu => "worker",
            Self::Gpu => "worker-gpu",
        }
    }
}
