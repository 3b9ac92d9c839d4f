//! Tensors of a network in one piece of memory, so that one dispatch can update all of them.

use super::part_sum::PartSum;
use super::shader::{empty, launch};
use burn::tensor::Shape;
use burn_wgpu::CubeTensor;

/// Every tensor begins at a multiple of this many numbers: 256 bytes, to which WebGPU aligns what a shader is given.
pub(super) const ALIGNMENT: u32 = 64;

/// Where each of several tensors begins, and the size of all, in numbers.
pub(super) fn places(sizes: impl IntoIterator<Item = usize>) -> (Vec<usize>, usize) {
    let mut end = 0;
    let begin = |size: usize| {
        let begin = end;
        end += size.next_multiple_of(ALIGNMENT as usize);
        begin
    };
    let places = sizes.into_iter().map(begin).collect();
    (places, end)
}

/// Memory for tensors of these shapes, and the tensors in it.
pub(super) fn allocated(shapes: &[[usize; 3]], like: &CubeTensor) -> (CubeTensor, Vec<CubeTensor>) {
    let (_, size) = places(shapes.iter().map(|shape| shape.iter().product()));
    let flat = empty([size], like);
    let views = views(&flat, shapes);
    (flat, views)
}

/// The tensors of these shapes in `flat`.
pub(super) fn views(flat: &CubeTensor, shapes: &[[usize; 3]]) -> Vec<CubeTensor> {
    let (places, size) = places(shapes.iter().map(|shape| shape.iter().product()));
    let bytes = |numbers: usize| (numbers * size_of::<f32>()) as u64;
    let view = |(shape, place): (&[usize; 3], usize)| {
        let end = place + shape.iter().product::<usize>();
        let handle = flat.handle.clone().offset_start(bytes(place)).offset_end(bytes(size - end));
        let (client, device) = (flat.client.clone(), flat.device.clone());
        CubeTensor::new_contiguous(client, device, Shape::from(*shape), handle, flat.dtype)
    };
    shapes.iter().zip(places).map(view).collect()
}

/// The memory of tensors, which are contiguous: that in which they are, or a copy.
pub(super) fn flattened(tensors: &[CubeTensor]) -> Option<CubeTensor> {
    let first = tensors.first()?;
    let (places, size) = places(tensors.iter().map(|tensor| tensor.meta.shape().num_elements()));
    if let Some(flat) = common(tensors, &places, size) {
        return Some(flat);
    }
    let shapes = tensors.iter().map(|tensor| tensor.meta.shape().dims::<3>()).collect::<Vec<_>>();
    let (flat, views) = allocated(&shapes, first);
    for (tensor, view) in tensors.iter().zip(&views) {
        let count = u32::try_from(tensor.meta.shape().num_elements()).ok()?;
        launch(&PartSum { parts: 1, count }, &[tensor, view]);
    }
    Some(flat)
}

/// The memory in which tensors are at these places, if there is one.
fn common(tensors: &[CubeTensor], places: &[usize], size: usize) -> Option<CubeTensor> {
    let first = tensors.first()?;
    let is_at = |(tensor, place): (&CubeTensor, &usize)| {
        let handle = &tensor.handle;
        std::ptr::eq(handle.memory.descriptor(), first.handle.memory.descriptor())
            && handle.size() == (size * size_of::<f32>()) as u64
            && handle.offset_start.unwrap_or(0) == (place * size_of::<f32>()) as u64
    };
    if !tensors.iter().zip(places).all(is_at) {
        return None;
    }
    let mut handle = first.handle.clone();
    (handle.offset_start, handle.offset_end) = (None, None);
    let (client, device) = (first.client.clone(), first.device.clone());
    Some(CubeTensor::new_contiguous(client, device, Shape::from([size]), handle, first.dtype))
}
