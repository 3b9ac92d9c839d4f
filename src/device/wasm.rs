//! Devices of the browser: WebGPU through burn-wgpu, and the CPU in WebAssembly.

use super::{Backend, OpenDevice};
use crate::error::{DeviceError, Error, MissingWebGpu, Result};
use burn::tensor::Device;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Description of the CPU path.
pub const CPU_ADAPTER: &str = "Flex, WebAssembly with SIMD";

/// Parameters of this size have gradients of the same size, and with more, the single thread waits for memory when it updates
/// the weights: 12 runs of 1 MB each took a fifth less time in groups of 3 than as one (docs/benchmarks.md).
pub const CPU_GROUP_BYTES: Option<u64> = Some(4 << 20);

/// A quarter of the memory that WebAssembly can address.
pub const CPU_STEP_BYTES: u64 = 1 << 30;

/// Limit for a step on a GPU: a small one has a few gigabytes, which it shares with the display.
const GPU_STEP_BYTES: u64 = 1 << 30;
/// The largest storage buffer that every WebGPU device binds (`maxStorageBufferBindingSize` in the specification).
const GPU_TENSOR_BYTES: u64 = 128 << 20;

/// Opens the browser's preferred GPU. Possible once per WebAssembly instance: a lost device needs a new worker.
///
/// # Errors
/// [`DeviceError::NoWebGpu`] if there is no adapter or it refuses a device.
pub async fn open_webgpu() -> Result<OpenDevice> {
    let adapter = adapter_in_words().await?;
    let opened = Device::wgpu_options().init_async().await;
    let device =
        opened.map_err(|error| DeviceError::NoWebGpu(MissingWebGpu::Refused { message: error.to_string() }))?;
    Ok(OpenDevice {
        device,
        backend: Backend::WebGpu,
        adapter,
        group_bytes: None,
        step_bytes: GPU_STEP_BYTES,
        tensor_bytes: GPU_TENSOR_BYTES,
    })
}

/// The browser's description of its adapter. Requested before Burn opens it, to have a clear reason if there is none.
async fn adapter_in_words() -> Result<String> {
    let gpu = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "gpu"));
    let gpu = gpu.ok_or(DeviceError::NoWebGpu(MissingWebGpu::NotOffered))?;
    let no_adapter = || Error::from(DeviceError::NoWebGpu(MissingWebGpu::NoAdapter));
    let request = get(&gpu, "requestAdapter").and_then(|request| request.dyn_into::<Function>().ok());
    let promise = request.and_then(|request| request.call0(&gpu).ok()).ok_or_else(no_adapter)?;
    let adapter = JsFuture::from(promise.unchecked_into::<Promise>()).await.map_err(|_| no_adapter())?;
    if adapter.is_null() {
        return Err(no_adapter());
    }
    let info = get(&adapter, "info").unwrap_or(JsValue::NULL);
    let words = ["vendor", "architecture", "description"].iter().filter_map(|key| get(&info, key)?.as_string());
    let words = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    Ok(if words.is_empty() { "a graphics adapter without a name".to_owned() } else { words })
}

/// A property, if present.
fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    Reflect::get(object, &key.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}
