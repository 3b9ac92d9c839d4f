//! Devices of the native build: the CPU only.

use super::{LossListener, OpenDevice};
use crate::error::{DeviceError, MissingWebGpu, Result};

/// Description of the CPU path.
pub const CPU_ADAPTER: &str = "Flex, native";

/// No limit: several threads share the runs of one computation, the more the better.
pub const CPU_GROUP_BYTES: Option<u64> = None;

/// Half the memory of a small present-day machine.
pub const CPU_STEP_BYTES: u64 = 4 << 30;

/// The native build has no GPU path.
///
/// # Errors
/// Always [`DeviceError::NoWebGpu`].
pub async fn open_webgpu(_lost: LossListener) -> Result<OpenDevice> {
    Err(DeviceError::NoWebGpu(MissingWebGpu::NativeBuild).into())
}
