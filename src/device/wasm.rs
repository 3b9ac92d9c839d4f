//! Devices of the browser: WebGPU through burn-wgpu, in a worker that contains it, and the CPU in WebAssembly.

use super::{LossListener, OpenDevice};
use crate::error::Result;
use crate::graphics_adapter;
#[cfg(not(feature = "gpu"))]
use std::future::{Ready, ready};
use wasm_bindgen::JsValue;

/// Description of the CPU path.
pub const CPU_ADAPTER: &str = "Flex, WebAssembly with SIMD";

/// Parameters and values of this size have gradients of the same size, and with more, the single thread waits for memory: 6 runs of a
/// convolutional network with 10 MB of values each take a fifth longer as one computation (docs/benchmarks.md).
pub const CPU_GROUP_BYTES: Option<u64> = Some(4 << 20);

/// A quarter of the memory that WebAssembly can address.
pub const CPU_STEP_BYTES: u64 = 1 << 30;

/// Opens the browser's preferred GPU. Possible once per WebAssembly instance: a lost device, of which `lost` is told, needs a new worker.
///
/// # Errors
/// [`DeviceError::NoWebGpu`](crate::error::DeviceError::NoWebGpu) if there is no adapter, it refuses a device, or this worker computes on
/// the CPU only.
pub async fn open_webgpu(lost: LossListener) -> Result<OpenDevice> {
    let adapter = graphics_adapter::find().await?;
    open(&adapter, lost).await
}

#[cfg(feature = "gpu")]
async fn open(adapter: &JsValue, lost: LossListener) -> Result<OpenDevice> {
    super::gpu::open(|_| graphics_adapter::description(adapter), lost).await
}

#[cfg(not(feature = "gpu"))]
fn open(_adapter: &JsValue, _lost: LossListener) -> Ready<Result<OpenDevice>> {
    use crate::error::{DeviceError, MissingWebGpu};
    ready(Err(DeviceError::NoWebGpu(MissingWebGpu::CpuWorker).into()))
}
