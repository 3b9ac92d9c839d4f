//! Devices of the native build: the CPU and, with the feature `gpu`, a graphics processor.

use super::{LossListener, OpenDevice};
use crate::error::Result;

/// Description of the CPU path.
pub const CPU_ADAPTER: &str = "Flex, native";

/// No limit: several threads share the runs of one computation, the more the better.
pub const CPU_GROUP_BYTES: Option<u64> = None;

/// Half the memory of a small present-day machine.
pub const CPU_STEP_BYTES: u64 = 4 << 30;

/// Opens the GPU that the graphics interface of the system prefers. It is opened once per process.
///
/// # Errors
/// [`DeviceError::NoWebGpu`](crate::error::DeviceError::NoWebGpu) if there is none, or the program was built without the feature `gpu`.
#[cfg(feature = "gpu")]
pub async fn open_webgpu(lost: LossListener) -> Result<OpenDevice> {
    super::gpu::open(|setup| describe(&setup.adapter.get_info()), lost).await
}

/// The name of a GPU, with the graphics interface and the driver through which it is used.
#[cfg(feature = "gpu")]
fn describe(info: &burn::tensor::wgpu::wgpu::AdapterInfo) -> String {
    let driver = [info.driver.as_str(), &info.driver_info].into_iter().filter(|part| !part.is_empty());
    let driver = driver.collect::<Vec<_>>().join(" ");
    let driver = if driver.is_empty() { driver } else { format!(", {driver}") };
    format!("{} ({}{driver})", info.name, info.backend)
}

/// Without the feature `gpu` there is none.
///
/// # Errors
/// Always [`DeviceError::NoWebGpu`](crate::error::DeviceError::NoWebGpu).
#[cfg(not(feature = "gpu"))]
pub async fn open_webgpu(_lost: LossListener) -> Result<OpenDevice> {
    use crate::error::{DeviceError, MissingWebGpu};
    Err(DeviceError::NoWebGpu(MissingWebGpu::NativeBuild).into())
}
