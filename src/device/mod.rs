//! Opening a device, under the same names on every platform. Whether it computes right is `train::self_test`'s business.

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

/// An open device with what it says of itself.
#[derive(Debug, Clone)]
pub struct OpenDevice {
    /// The handle that tensors are made on.
    pub device: Device,
    /// Which path it is.
    pub backend: Backend,
    /// What it runs on, in words.
    pub adapter: String,
    /// The most bytes of parameters that are best trained as one computation; `None` where more is always better.
    pub group_bytes: Option<u64>,
    /// The most bytes that one training step of a group of runs may take.
    pub step_bytes: u64,
    /// The most bytes of one tensor.
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

/// The CPU, which is always there.
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
/// [`Error::Device`] when the device fails or has something else.
pub async fn read(transaction: Transaction) -> Result<Vec<Vec<f32>>> {
    let data = transaction.execute_async().await.map_err(|error| Error::device(&error))?;
    data.into_iter().map(|data| data.try_into_vec::<f32>().map_err(|error| Error::device(&error))).collect()
}
