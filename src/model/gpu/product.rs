//! Products of matrices of all runs, with what comes before and after them in a dense layer: one dispatch for any number of runs.
//!
//! Each invocation computes a tile of the result in registers with names of their own, four terms of the sum at a time. There is neither
//! workgroup memory nor a barrier, which some devices execute slowly. Where invocations are executed on a CPU, a read from memory costs as
//! much as dozens of multiplications, and the tile is large; elsewhere it is small, so that there are enough invocations for all processors.

use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderBuffer, ShaderSource, input, output};
use crate::experiment::Activation;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;
/// The sides of a tile, and invocations of a workgroup, where the CPU executes them: as many as its vectors have numbers.
const SOFTWARE_TILE: u32 = 16;
const SOFTWARE_WORKGROUP: u32 = 8;
/// Fewest invocations for which software has large tiles.
const FEWEST_INVOCATIONS: u32 = 32;
/// The four components of a vector.
const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// `left · right` of every run, `[runs, rows, columns]`, where the sum has `depth` terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Product {
    pub(super) runs: u32,
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) depth: u32,
    /// The order of the numbers of the left matrix.
    pub(super) left: MatrixOrder,
    /// That of the right one; if it is [`MatrixOrder::Along`], so is that of the left one.
    pub(super) right: MatrixOrder,
    /// Whether all runs have the same left matrix.
    pub(super) shared: bool,
    /// What follows.
    pub(super) epilogue: ProductEpilogue,
    /// Whether a CPU executes the shader.
    pub(super) software: bool,
}

/// The order of the numbers of a matrix in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum MatrixOrder {
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
    /// Rows and columns of a tile, multiples of four.
    fn tile(&self) -> [u32; 2] {
        let mut tile = [self.rows, self.columns].map(|size| size.next_multiple_of(4).min(SOFTWARE_TILE));
        let is_enough = |[rows, columns]: [u32; 2]| {
            self.rows.div_ceil(rows) * self.columns.div_ceil(columns) * self.runs >= FEWEST_INVOCATIONS
        };
        while self.software && !is_enough(tile) && tile != [4, 4] {
            let longer = usize::from(tile[1] > tile[0]);
            tile[longer] = (tile[longer] / 2).next_multiple_of(4);
        }
        if self.software { tile } else { [4, 4] }
    }

    /// Tiles along columns and rows.
    fn tiles(&self) -> [u32; 2] {
        let [rows, columns] = self.tile();
        [self.columns.div_ceil(columns), self.rows.div_ceil(rows)]
    }

    /// The names and types of the buffers.
    fn buffers(&self) -> Vec<ShaderBuffer> {
        let element = |side_by_side: u32| if side_by_side.is_multiple_of(4) { "vec4<f32>" } else { "f32" };
        let contiguous = |order, size| if order == MatrixOrder::Along { self.depth } else { size };
        let row = element(self.columns);
        let mut buffers = vec![
            input("left", element(contiguous(self.left, self.rows))),
            input("right", element(contiguous(self.right, self.columns))),
        ];
        match self.epilogue {
            ProductEpilogue::None => buffers.push(output("result", row)),
            ProductEpilogue::Bias(activation) => {
                buffers.extend([input("bias", row), output("result", row)]);
                buffers.extend(activation.is_some_and(needs_argument).then(|| output("argument", row)));
            }
            ProductEpilogue::Slope(_) => buffers.extend([input("known", row), output("result", row)]),
            ProductEpilogue::ColumnSums => buffers.extend([output("result", row), output("sums", row)]),
        }
        buffers
    }
}

impl Shader for Product {
    fn workgroup(&self) -> [u32; 3] {
        let [columns, rows] = self.tiles();
        let most = if self.software { SOFTWARE_WORKGROUP } else { WORKGROUP };
        let x = columns.next_power_of_two().min(most);
        [x, rows.next_power_of_two().min(most / x), 1]
    }

    fn groups(&self) -> [u32; 3] {
        let ([columns, rows], [x, y, _]) = (self.tiles(), self.workgroup());
        [columns.div_ceil(x), rows.div_ceil(y), self.runs]
    }

    fn source(&self) -> ShaderSource {
        let activation = match self.epilogue {
            ProductEpilogue::Bias(activation) => activation,
            ProductEpilogue::Slope(activation) => Some(activation),
            ProductEpilogue::None | ProductEpilogue::ColumnSums => None,
        };
        ShaderSource {
            buffers: self.buffers(),
            functions: activation.map(functions).unwrap_or_default(),
            body: Body::new(self).text(),
        }
    }
}

/// A matrix as the tiles read it: `outer` are its rows, or its columns.
#[derive(Clone, Copy)]
struct Operand {
    name: &'static str,
    order: MatrixOrder,
    /// Number of rows of the left matrix, or of columns of the right one.
    outer: u32,
    /// The variable with the first of them in a tile, and how many a tile has.
    first: &'static str,
    count: u32,
    depth: u32,
    shared: bool,
}

impl Operand {
    /// Whether four numbers are read at once.
    fn is_vector(self) -> bool {
        let side_by_side = if self.order == MatrixOrder::Along { self.depth } else { self.outer };
        side_by_side.is_multiple_of(4)
    }

    /// Statements that compute where the numbers of each row, or column, begin; those of four side by side have one place. Those beyond the
    /// last one are the last one again; what is computed of them is not written.
    fn places(self) -> String {
        let Self { name, order, outer, first, count, depth, shared } = self;
        let run = if shared { "0u".to_owned() } else { format!("run * {}u", outer * depth) };
        let last = outer - 1;
        let place = |index: u32| match (order, self.is_vector()) {
            (MatrixOrder::Along, true) => format!("({run} + min({first} + {index}u, {last}u) * {depth}u) / 4u"),
            (MatrixOrder::Along, false) => format!("{run} + min({first} + {index}u, {last}u) * {depth}u"),
            (MatrixOrder::Across, true) => format!("({run} + min({first} + {}u, {}u)) / 4u", 4 * index, outer - 4),
            (MatrixOrder::Across, false) => format!("{run} + min({first} + {index}u, {last}u)"),
        };
        let places = if order == MatrixOrder::Across && self.is_vector() { count / 4 } else { count };
        (0..places).map(|index| format!("    let {name}{index} = {};\n", place(index))).collect()
    }

    /// Statements that read the numbers of the terms `k` to `k + 3`, if they are side by side: `{name}_{index}` is a vector over them.
    fn read_along(self) -> String {
        let Self { name, count, .. } = self;
        let vector = |index: u32| {
            if self.is_vector() {
                return format!("{name}[{name}{index} + k / 4u]");
            }
            let parts = (0..4).map(|term| format!("{name}[{name}{index} + k + {term}u]")).collect::<Vec<_>>();
            format!("vec4<f32>({})", parts.join(", "))
        };
        (0..count).map(|index| format!("        let {name}_{index} = {};\n", vector(index))).collect()
    }

    /// Statements that read the numbers of one term, with the number `term`: `{name}_{label}_{block}` is a vector over four rows, or columns.
    fn read_across(self, label: &str, term: &str) -> String {
        let Self { name, order, outer, count, .. } = self;
        let part = |index: u32| match order {
            MatrixOrder::Along => format!("{name}[{name}{index} + {term}]"),
            MatrixOrder::Across => format!("{name}[{name}{index} + ({term}) * {outer}u]"),
        };
        let vector = |block: u32| {
            if order == MatrixOrder::Across && self.is_vector() {
                return format!("{name}[{name}{block} + ({term}) * {}u]", outer / 4);
            }
            let parts = (4 * block..4 * block + 4).map(part).collect::<Vec<_>>();
            format!("vec4<f32>({})", parts.join(", "))
        };
        (0..count / 4).map(|block| format!("        let {name}_{label}_{block} = {};\n", vector(block))).collect()
    }
}

/// The body of a product's main function.
struct Body<'product> {
    product: &'product Product,
    left: Operand,
    right: Operand,
}

impl<'product> Body<'product> {
    fn new(product: &'product Product) -> Self {
        let Product { rows, columns, depth, left, right, shared, .. } = *product;
        let [tile_rows, tile_columns] = product.tile();
        Self {
            product,
            left: Operand { name: "left", order: left, outer: rows, first: "row", count: tile_rows, depth, shared },
            right: Operand {
                name: "right",
                order: right,
                outer: columns,
                first: "column",
                count: tile_columns,
                depth,
                shared: false,
            },
        }
    }

    /// Every row of a tile, with every four of its columns.
    fn blocks(&self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let [rows, columns] = self.product.tile();
        (0..rows).flat_map(move |row| (0..columns / 4).map(move |block| (row, block)))
    }

    fn text(&self) -> String {
        let Product { rows, columns, depth, .. } = *self.product;
        let [tile_rows, tile_columns] = self.product.tile();
        let whole = depth / 4 * 4;
        let mut text = format!(
            "    let column = id.x * {tile_columns}u;\n    let row = id.y * {tile_rows}u;\n    let run = group.z;\n    \
             if (column >= {columns}u || row >= {rows}u) {{ return; }}\n{}{}",
            self.left.places(),
            self.right.places()
        );
        for (row, block) in self.blocks() {
            text += &format!("    var sum{row}_{block} = vec4<f32>(0.0);\n");
        }
        if whole > 0 {
            text += &format!("    for (var k = 0u; k < {whole}u; k += 4u) {{\n{}    }}\n", self.four_terms());
        }
        if whole < depth {
            text += &format!(
                "    for (var k = {whole}u; k < {depth}u; k += 1u) {{\n{}{}{}    }}\n",
                self.left.read_across("one", "k"),
                self.right.read_across("one", "k"),
                self.one_term("one", |row| format!("left_one_{}.{}", row / 4, COMPONENTS[row as usize % 4]))
            );
        }
        text + &self.epilogue()
    }

    /// Statements that add the terms `k` to `k + 3`.
    fn four_terms(&self) -> String {
        let is_along = |operand: Operand| operand.order == MatrixOrder::Along;
        let mut text = if is_along(self.left) { self.left.read_along() } else { String::new() };
        if is_along(self.right) {
            text += &self.right.read_along();
            for (row, block) in self.blocks() {
                let dots = (4 * block..4 * block + 4).map(|column| format!("dot(left_{row}, right_{column})"));
                let dots = dots.collect::<Vec<_>>().join(", ");
                text += &format!("        sum{row}_{block} += vec4<f32>({dots});\n");
            }
            return text;
        }
        for (term, component) in COMPONENTS.iter().enumerate() {
            let label = term.to_string();
            let place = format!("k + {term}u");
            text += &self.right.read_across(&label, &place);
            text += &if is_along(self.left) {
                self.one_term(&label, |row| format!("left_{row}.{component}"))
            } else {
                let own = |row: u32| format!("left_{label}_{}.{}", row / 4, COMPONENTS[row as usize % 4]);
                self.left.read_across(&label, &place) + &self.one_term(&label, own)
            };
        }
        text
    }

    /// Statements that add one term, of which `left` is the number of a row.
    fn one_term(&self, label: &str, left: impl Fn(u32) -> String) -> String {
        let sum = |(row, block): (u32, u32)| {
            let factor = left(row);
            format!("        sum{row}_{block} = fma(vec4<f32>({factor}), right_{label}_{block}, sum{row}_{block});\n")
        };
        self.blocks().map(sum).collect()
    }

    fn epilogue(&self) -> String {
        let Product { rows, epilogue, .. } = *self.product;
        let mut text = String::new();
        for (row, block) in self.blocks() {
            let line = format!("(run * {rows}u + row + {row}u)");
            let sum = format!("sum{row}_{block}");
            let mut own = match epilogue {
                ProductEpilogue::None | ProductEpilogue::ColumnSums => self.written("result", &sum, &line, block),
                ProductEpilogue::Bias(activation) => {
                    let argument = format!("{sum} + {}", self.row_of("bias", "run", block));
                    let value = activation.map_or(argument.clone(), |_| format!("activated({argument})"));
                    let mut own = self.written("result", &value, &line, block);
                    if activation.is_some_and(needs_argument) {
                        own += &self.written("argument", &argument, &line, block);
                    }
                    own
                }
                ProductEpilogue::Slope(_) => {
                    let value = format!("{sum} * slope({})", self.row_of("known", &line, block));
                    self.written("result", &value, &line, block)
                }
            };
            if !rows.is_multiple_of(self.product.tile()[0]) && row > 0 {
                own = format!("    if (row + {row}u < {rows}u) {{\n{own}    }}\n");
            }
            text += &own;
        }
        if epilogue == ProductEpilogue::ColumnSums {
            text += &self.column_sums();
        }
        text
    }

    /// Statements that add up the columns of the right matrix over all terms.
    fn column_sums(&self) -> String {
        let blocks = 0..self.product.tile()[1] / 4;
        let begin = blocks.clone().map(|block| format!("    var total{block} = vec4<f32>(0.0);\n")).collect::<String>();
        let add =
            blocks.clone().map(|block| format!("        total{block} += right_one_{block};\n")).collect::<String>();
        let end = blocks.map(|block| self.written("sums", &format!("total{block}"), "run", block)).collect::<String>();
        format!(
            "    if (row == 0u) {{\n{begin}    for (var k = 0u; k < {}u; k += 1u) {{\n{}{add}    }}\n{end}    }}\n",
            self.product.depth,
            self.right.read_across("one", "k")
        )
    }

    /// Four columns of a line of a tensor like the result.
    fn row_of(&self, name: &str, line: &str, block: u32) -> String {
        let columns = self.product.columns;
        if columns.is_multiple_of(4) {
            return format!("{name}[({line} * {columns}u + min(column + {}u, {}u)) / 4u]", 4 * block, columns - 4);
        }
        let part = |index: u32| format!("{name}[{line} * {columns}u + min(column + {index}u, {}u)]", columns - 1);
        format!("vec4<f32>({})", (4 * block..4 * block + 4).map(part).collect::<Vec<_>>().join(", "))
    }

    /// Statements that write four columns of a line, except those beyond the last column.
    fn written(&self, name: &str, value: &str, line: &str, block: u32) -> String {
        let columns = self.product.columns;
        let (first, is_whole) = (4 * block, columns.is_multiple_of(self.product.tile()[1]));
        if columns.is_multiple_of(4) {
            let own = format!("{name}[({line} * {columns}u + column + {first}u) / 4u] = {value};");
            return if is_whole || block == 0 {
                format!("    {own}\n")
            } else {
                format!("    if (column + {first}u < {columns}u) {{ {own} }}\n")
            };
        }
        let part = |(index, component): (u32, &&str)| {
            let place = first + index;
            format!(
                "        if (column + {place}u < {columns}u) {{ {name}[{line} * {columns}u + column + {place}u] = value.{component}; }}\n"
            )
        };
        let parts = (0..).zip(&COMPONENTS).map(part).collect::<String>();
        format!("    {{\n        let value = {value};\n{parts}    }}\n")
    }
}
