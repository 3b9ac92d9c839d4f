//! Products of matrices of all runs, with what comes before and after them in a dense layer: one dispatch for any number of runs.
//!
//! Each invocation computes a tile of the result in registers with names of their own. There is neither workgroup memory nor a barrier, which
//! some devices execute slowly. Where invocations are executed on a CPU, a read from memory costs as much as dozens of multiplications, and
//! the tile is large; elsewhere it is small, so that there are enough invocations for all processors, and four terms of the sum are added at
//! a time.
//!
//! What a tile has beyond the last row or column is that row or column again: it is computed, and written, once more.

mod shader;

use super::is_software;
use super::shader::{Shader, ShaderOperation};
use crate::experiment::Activation;
use shader::{MatrixShape, ProductShader};

/// `left · right` of every run, `[runs, rows, columns]`, where the sum has `depth` terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Product {
    runs: u32,
    rows: u32,
    columns: u32,
    depth: u32,
    /// The order of the numbers of the left matrix.
    left: MatrixOrder,
    /// That of the right one; if it is [`MatrixOrder::Along`], so is that of the left one.
    right: MatrixOrder,
    /// Whether all runs have the same left matrix.
    shared: bool,
    /// What follows.
    epilogue: ProductEpilogue,
    /// Whether a CPU executes the shader.
    software: bool,
}

/// The order of the numbers of a matrix in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum MatrixOrder {
    /// The terms of a sum are side by side.
    Along,
    /// The rows of the result, or its columns, are side by side.
    Across,
}

/// What follows a product. Its tensor comes after both matrices and before the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ProductEpilogue {
    /// Nothing.
    None,
    /// A bias for each column, `[runs, 1, columns]`, and an activation function. If its derivative is computed from the argument, that is
    /// written to one more tensor, after the result.
    Bias(Option<Activation>),
    /// The derivative of an activation function is multiplied, given its result, or its argument, in a tensor like the result.
    Slope(Activation),
    /// The sums of the columns of the right matrix, `[runs, 1, columns]`, are written to one more tensor, after the result.
    ColumnSums,
}

impl Product {
    /// `x W` of a dense layer, with these sizes of inputs `[runs or 1, rows, depth]` and weights `[runs, depth, columns]`.
    pub(super) fn dense([inputs, rows, depth]: [usize; 3], [runs, _, columns]: [usize; 3]) -> Option<Self> {
        let size = |number: usize| u32::try_from(number).ok();
        Some(Self {
            runs: size(runs)?,
            rows: size(rows)?,
            columns: size(columns)?,
            depth: size(depth)?,
            left: MatrixOrder::Along,
            right: MatrixOrder::Across,
            shared: inputs < runs,
            epilogue: ProductEpilogue::None,
            software: is_software(),
        })
    }

    /// The product with what follows.
    pub(super) fn then(self, epilogue: ProductEpilogue) -> Self {
        Self { epilogue, ..self }
    }

    /// The gradient of `x W` with respect to `x`: that with respect to the result, times the transposed weights.
    pub(super) fn input_gradient(self) -> Self {
        Self { columns: self.depth, depth: self.columns, right: MatrixOrder::Along, shared: false, ..self }
    }

    /// The gradient of `x W` with respect to `W`: transposed inputs, times the gradient with respect to the result.
    pub(super) fn weight_gradient(self) -> Self {
        Self { rows: self.depth, depth: self.rows, left: MatrixOrder::Across, ..self }
    }
}

impl ShaderOperation for Product {
    type Shader = ProductShader;

    fn shader(&self) -> ProductShader {
        let Self { rows, columns, depth, left, right, epilogue, software, .. } = *self;
        let operand = |order, outer: u32| MatrixShape {
            order,
            // The CPU reads four numbers one by one, in any case.
            is_vector: match order {
                MatrixOrder::Along => !software && depth.is_multiple_of(4),
                MatrixOrder::Across => outer.is_multiple_of(4),
            },
        };
        ProductShader {
            left: operand(left, rows),
            right: operand(right, columns),
            are_rows_vectors: columns.is_multiple_of(4),
            epilogue,
            software,
        }
    }

    fn groups(&self) -> [u32; 3] {
        let shader = self.shader();
        let ([rows, columns], [x, y, _]) = (shader.tile(), shader.workgroup());
        [self.columns.div_ceil(columns * x), self.rows.div_ceil(rows * y), self.runs]
    }

    fn sizes(&self) -> Vec<u32> {
        let Self { rows, columns, depth, shared, .. } = *self;
        vec![rows, columns, depth, if shared { 0 } else { rows * depth }]
    }
}
