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
    /// Its script, in the folder of the page: Trunk's loader of the binary.
    #[must_use]
    pub fn script(self) -> &'static str {
        match self {
            Self::Cpu => "worker_loader.js",
            Self::Gpu => "worker_gpu_loader.js",
        }
    }
}
