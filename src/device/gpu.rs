//! Opens a GPU through burn-wgpu: in the browser its WebGPU, natively Vulkan, Metal or DirectX 12.
//!
//! All shaders are WGSL, on every platform. So matrix products are those of f32: the compilers that use tensor cores, which would round
//! the factors to TF32, are not part of the program.

use super::{Backend, LossListener, OpenDevice};
use crate::error::{DeviceError, MissingWebGpu, Result};
use crate::model::gpu::expect_software;
use burn::tensor::Device;
use burn::tensor::wgpu::WgpuSetup;
use burn::tensor::wgpu::wgpu::{DeviceLostReason, DeviceType};

/// Limit for a step on a GPU: a small one has a few gigabytes, which it shares with the display.
const STEP_BYTES: u64 = 1 << 30;
/// The largest storage buffer that every WebGPU device binds (`maxStorageBufferBindingSize` in the specification).
const TENSOR_BYTES: u64 = 128 << 20;

/// Opens the preferred GPU; `adapter` describes it. Possible once per process, or WebAssembly instance.
pub(super) async fn open(adapter: impl FnOnce(&WgpuSetup) -> String, lost: LossListener) -> Result<OpenDevice> {
    let opened = Device::wgpu_options().init_with_setup_async().await;
    let (device, setup) =
        opened.map_err(|error| DeviceError::NoWebGpu(MissingWebGpu::Refused { message: error.to_string() }))?;
    // Burn listens, too, but tells only at the next use. In a browser both are told.
    setup.device.set_device_lost_callback(move |reason, message| {
        if reason != DeviceLostReason::Destroyed {
            lost(&message);
        }
    });
    let adapter = adapter(&setup);
    // SwiftShader does not say in every browser that it computes on the CPU.
    let is_software = setup.adapter.get_info().device_type == DeviceType::Cpu || adapter.contains("swiftshader");
    expect_software(is_software);
    Ok(OpenDevice {
        device,
        backend: Backend::WebGpu,
        adapter,
        group_bytes: None,
        step_bytes: STEP_BYTES,
        tensor_bytes: TENSOR_BYTES,
    })
}
