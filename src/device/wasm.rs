//! Devices of the browser: WebGPU through burn-wgpu, in a worker that contains it, and the CPU in WebAssembly.

use super::{LossListener, OpenDevice};
use crate::error::Result;
use crate::graphics_adapter;

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
    gpu::open(graphics_adapter::description(&adapter), lost).await
}

#[cfg(feature = "gpu")]
mod gpu {
    use crate::device::{Backend, LossListener, OpenDevice};
    use crate::error::{DeviceError, MissingWebGpu, Result};
    use burn::tensor::Device;
    use burn::tensor::wgpu::wgpu::DeviceLostReason;

    /// Limit for a step on a GPU: a small one has a few gigabytes, which it shares with the display.
    const STEP_BYTES: u64 = 1 << 30;
    /// The largest storage buffer that every WebGPU device binds (`maxStorageBufferBindingSize` in the specification).
    const TENSOR_BYTES: u64 = 128 << 20;

    pub(super) async fn open(adapter: String, lost: LossListener) -> Result<OpenDevice> {
        let opened = Device::wgpu_options().init_with_setup_async().await;
        let (device, setup) =
            opened.map_err(|error| DeviceError::NoWebGpu(MissingWebGpu::Refused { message: error.to_string() }))?;
        // Burn listens, too, but tells only at the next use. In a browser both are told.
        setup.device.set_device_lost_callback(move |reason, message| {
            if reason != DeviceLostReason::Destroyed {
                lost(&message);
            }
        });
        Ok(OpenDevice {
            device,
            backend: Backend::WebGpu,
            adapter,
            group_bytes: None,
            step_bytes: STEP_BYTES,
            tensor_bytes: TENSOR_BYTES,
        })
    }
}

#[cfg(not(feature = "gpu"))]
mod gpu {
    use crate::device::{LossListener, OpenDevice};
    use crate::error::{DeviceError, MissingWebGpu, Result};
    use std::future::{Ready, ready};

    pub(super) fn open(_adapter: String, _lost: LossListener) -> Ready<Result<OpenDevice>> {
        ready(Err(DeviceError::NoWebGpu(MissingWebGpu::CpuWorker).into()))
    }
}
