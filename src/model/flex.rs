//! Tensors of the CPU backend as slices of numbers.

use burn::backend::Flex;
use burn::backend::tensor::FloatTensor;
use burn::tensor::{Element, Shape, TensorData};

/// Evaluates an expression in which a name stands for the type of a tensor's numbers, f32 or f64. In a browser there is only f32, so that
/// the worker does not contain everything twice.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! in_its_type {
    ($tensor:expr, $number:ident => $body:expr) => {
        match burn::backend::TensorMetadata::dtype(&$tensor) {
            burn::tensor::DType::F64 => {
                type $number = f64;
                $body
            }
            _ => {
                type $number = f32;
                $body
            }
        }
    };
}

/// Evaluates an expression in which a name stands for the type of a tensor's numbers, f32.
#[cfg(target_arch = "wasm32")]
macro_rules! in_its_type {
    ($tensor:expr, $number:ident => $body:expr) => {{
        type $number = f32;
        $body
    }};
}

pub(crate) use in_its_type;

/// The same tensor with its numbers in the order of its axes. Taken by value: a second handle to the numbers would have them copied before
/// they are changed in place.
#[expect(clippy::needless_pass_by_value, reason = "a second handle must not outlive the call")]
pub(crate) fn contiguous(tensor: FloatTensor<Flex>) -> FloatTensor<Flex> {
    tensor.to_contiguous()
}

/// A tensor of these numbers.
pub(crate) fn tensor<T: Element>(numbers: Vec<T>, shape: impl Into<Shape>) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(numbers, shape.into()))
}
