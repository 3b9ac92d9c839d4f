//! Opens a device, under the same names on every platform. `train::self_test` checks whether it computes correctly.

#[cfg(feature = "gpu")]
mod gpu;
#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

use crate::error::{Error, Result};
use burn::tensor::{Device, Transaction};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{CPU_ADAPTER, CPU_GROUP_BYTES, CPU_STEP_BYTES, open_webgpu};
#[cfg(target_arch = "wasm32")]
pub use wasm::{CPU_ADAPTER, CPU_GROUP_BYTES, CPU_STEP_BYTES, open_webgpu};

/// Is told, in the words of the browser, that a GPU was lost. That happens at any time, also while nothing is computed.
pub type LossListener = fn(&str);

/// An open device with its description and limits.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    /// The handle for creating tensors.
    pub device: Device,
    /// Which path it is.
    pub backend: Backend,
    /// Description of the hardware or backend.
    pub adapter: String,
    /// The largest size, in bytes, of parameters and values of a batch that should be trained as one computation; `None` if larger is always
    /// better.
    pub group_bytes: Option<u64>,
    /// The largest memory, in bytes, for one training step of a group of runs.
    pub step_bytes: u64,
    /// The largest size of one tensor in bytes.
    pub tensor_bytes: u64,
}

/// The two paths of computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// WebGPU through burn-wgpu.
    WebGpu,
    /// Burn's Flex backend.
    Cpu,
}

impl Backend {
    /// The name in results files and on the page.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WebGpu => "webgpu",
            Self::Cpu => "cpu",
        }
    }
}

/// The CPU, which is always available.
#[must_use]
pub fn open_cpu() -> OpenDevice {
    OpenDevice {
        device: Device::flex(),
        backend: Backend::Cpu,
        adapter: CPU_ADAPTER.to_owned(),
        group_bytes: CPU_GROUP_BYTES,
        step_bytes: CPU_STEP_BYTES,
        tensor_bytes: CPU_STEP_BYTES,
    }
}

/// Reads several tensors in one go, as f32.
///
/// # Errors
/// [`Error::Device`] if the device fails or the data have a different type.
pub async fn read(transaction: Transaction) -> Result<Vec<Vec<f32>>> {
    let data = transaction.execute_async().await.map_err(|error| Error::device(&error))?;
    data.into_iter().map(|data| data.try_into_vec::<f32>().map_err(|error| Error::device(&error))).collect()
}
