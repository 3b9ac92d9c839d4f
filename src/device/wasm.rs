//! Devices of the browser: WebGPU through burn-wgpu, and the CPU in WebAssembly.

use super::{Backend, OpenDevice};
use crate::error::{Error, Result};
use burn::tensor::Device;

/// What the CPU path runs on.
pub const CPU_ADAPTER: &str = "Flex, WebAssembly with SIMD";

/// Opens the browser's preferred GPU. Possible once per WebAssembly instance: a lost device needs a new worker.
///
/// # Errors
/// [`Error::NoWebGpu`] when there is no adapter or it refuses a device.
pub async fn open_webgpu() -> Result<OpenDevice> {
    let opened = Device::wgpu_options().init_with_setup_async().await;
    let (device, setup) = opened.map_err(|error| Error::NoWebGpu { reason: error.to_string() })?;
    let info = setup.adapter.get_info();
    let adapter = if info.name.is_empty() { "unnamed adapter".to_owned() } else { info.name };
    Ok(OpenDevice { device, backend: Backend::WebGpu, adapter })
}
