//! The training step on a GPU with shaders of our own: a few dispatches for any number of runs.
//!
//! Burn's operations need several dispatches for each of ours, and a dispatch has a price that does not depend on its work. What has no
//! shader here is computed with Burn's operations; [`with_burn_operations`] has everything computed so, as a reference.

#![expect(clippy::format_push_string, clippy::format_collect, reason = "the text of a shader is made once")]

mod batch_norm;
mod convolution;
mod flat;
mod functions;
pub(in crate::model) mod layers;
mod loss;
mod maps;
mod part_sum;
mod product;
mod shader;
mod step;
mod update;

use burn::backend::Cube;
use burn::tensor::{DType, Tensor};
use burn_wgpu::CubeTensor;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
pub(in crate::model) use step::gradient;
pub(crate) use update::{OptimizerRule, UpdateInputs, Updated, WeightDecay, update};

/// Whether a CPU executes the shaders.
static IS_SOFTWARE: AtomicBool = AtomicBool::new(false);

/// Says that a CPU executes the shaders, for which others are fast.
pub fn expect_software(is_software: bool) {
    IS_SOFTWARE.store(is_software, Ordering::Relaxed);
}

fn is_software() -> bool {
    TILES.get().unwrap_or_else(|| IS_SOFTWARE.load(Ordering::Relaxed))
}

thread_local! {
    static BURN_ONLY: Cell<bool> = const { Cell::new(false) };
    /// Whether shaders have the tiles for a CPU that executes them, in place of what the device wants.
    static TILES: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Runs `work` on this thread with the tiles for a CPU that executes shaders, or with those for a GPU, whatever the device is.
pub fn with_software_tiles<T>(are_wanted: bool, work: impl FnOnce() -> T) -> T {
    let before = TILES.replace(Some(are_wanted));
    let result = work();
    TILES.set(before);
    result
}

/// Runs `work` without the shaders of this module, on this thread.
pub fn with_burn_operations<T>(work: impl FnOnce() -> T) -> T {
    let before = BURN_ONLY.replace(true);
    let result = work();
    BURN_ONLY.set(before);
    result
}

/// Whether our own shaders are wanted.
fn are_wanted() -> bool {
    !BURN_ONLY.get()
}

/// Whether the operations of this module apply to a tensor.
pub(crate) fn applies_to<const D: usize>(tensor: &Tensor<D>) -> bool {
    primitive(tensor).is_some()
}

/// The tensor of the GPU, with its numbers in the order of its axes; `None` if it is elsewhere or not of f32, or Burn's operations are
/// wanted.
fn primitive<const D: usize>(tensor: &Tensor<D>) -> Option<CubeTensor> {
    if !are_wanted() {
        return None;
    }
    let tensor = tensor.clone().try_into_primitive::<Cube>().ok().filter(|tensor| tensor.dtype == DType::F32)?;
    Some(shader::contiguous(tensor))
}
