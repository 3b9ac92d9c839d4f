//! `--device`: what computes a training.

use crate::arguments::{Options, Usage};
use crate::output::tell;
use emergence_lab::device::{OpenDevice, open_cpu};
use emergence_lab::experiment::{DevicePreference, Experiment, Named};
use emergence_lab::train::self_test::Devices;

/// Opens the device of the option, else that of the experiment, of which `auto` means the CPU. A GPU has to pass the self-test.
///
/// # Errors
/// If the option is neither `cpu` nor `webgpu`, or there is no GPU that computes correctly.
pub(crate) fn open(options: &Options, experiment: &Experiment) -> anyhow::Result<OpenDevice> {
    let preference = match options.get("device") {
        None => experiment.device,
        Some(text) => DevicePreference::named(text)
            .filter(|preference| *preference != DevicePreference::Auto)
            .ok_or_else(|| Usage::new("--device", "cpu or webgpu", text))?,
    };
    if preference != DevicePreference::WebGpu {
        return Ok(open_cpu());
    }
    let lost = |message: &str| tell(format!("note: the GPU was lost: {message}"));
    let chosen = pollster::block_on(Devices::new(lost).choose(preference, &experiment.model, |_| {}))?;
    tell(format!("note: computing on {}", chosen.open.adapter));
    Ok(chosen.open)
}
