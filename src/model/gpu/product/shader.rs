//! The text of the shader of products.

use super::{MatrixOrder, ProductEpilogue};
use crate::model::gpu::functions::{functions, needs_argument};
use crate::model::gpu::shader::{COMPONENTS, Shader, ShaderBuffer, ShaderSource, input, output};

/// The sides of a tile, and invocations of a workgroup along columns and rows.
const TILE: [u32; 2] = [4, 4];
const WORKGROUP: [u32; 2] = [8, 8];
/// The same where a CPU executes the shader, in vectors of four or eight invocations.
const SOFTWARE_TILE: [u32; 2] = [8, 16];
const SOFTWARE_WORKGROUP: [u32; 2] = [8, 1];

/// What a product's shader knows of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct MatrixShape {
    pub(super) order: MatrixOrder,
    /// Whether four numbers are read at once.
    pub(super) is_vector: bool,
}

/// The shader of products of any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::model::gpu) struct ProductShader {
    pub(super) left: MatrixShape,
    pub(super) right: MatrixShape,
    /// Whether the rows of the result consist of whole vectors.
    pub(super) are_rows_vectors: bool,
    pub(super) epilogue: ProductEpilogue,
    pub(super) software: bool,
}

impl Shader for ProductShader {
    const SIZES: &'static [&'static str] = &["rows", "columns", "depth", "left_run"];

    fn workgroup(&self) -> [u32; 3] {
        let [x, y] = if self.software { SOFTWARE_WORKGROUP } else { WORKGROUP };
        [x, y, 1]
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
            body: self.body(),
        }
    }
}

/// A matrix as the tiles read it.
#[derive(Clone, Copy)]
struct Operand {
    name: &'static str,
    shape: MatrixShape,
    /// The variable with the number of its rows, if it is the left one, or of its columns.
    outer: &'static str,
    /// The variable with the first of them in a tile, and how many a tile has.
    first: &'static str,
    count: u32,
    /// Where the numbers of a run begin.
    run: &'static str,
    /// Whether four of them that are side by side stay so at the edge.
    by_four: bool,
}

/// The number of a row or column of a tile, as an expression; beyond the last one it is the last one, or one of the last four.
fn at_most(first: &str, index: u32, outer: &str, by_four: bool) -> String {
    if by_four {
        format!("min({first} + {}u, {outer} - 4u) + {}u", index / 4 * 4, index % 4)
    } else {
        format!("min({first} + {index}u, {outer} - 1u)")
    }
}

impl Operand {
    /// Statements that compute where the numbers of each row, or column, begin; those of four side by side have one place.
    fn places(self) -> String {
        let Self { name, shape: MatrixShape { order, is_vector }, outer, first, count, run, by_four } = self;
        let place = |index: u32| {
            let own = at_most(first, index, outer, by_four);
            match (order, is_vector) {
                (MatrixOrder::Along, true) => format!("({run} + ({own}) * depth) / 4u"),
                (MatrixOrder::Along, false) => format!("{run} + ({own}) * depth"),
                (MatrixOrder::Across, true) => format!("({run} + {}) / 4u", at_most(first, 4 * index, outer, true)),
                (MatrixOrder::Across, false) => format!("{run} + {own}"),
            }
        };
        let places = if order == MatrixOrder::Across && is_vector { count / 4 } else { count };
        (0..places).map(|index| format!("    let {name}{index} = {};\n", place(index))).collect()
    }

    /// Statements that read the numbers of the terms `k` to `k + 3`, if they are side by side: `{name}_{index}` is a vector over them.
    fn read_along(self) -> String {
        let Self { name, count, .. } = self;
        let vector = |index: u32| {
            if self.shape.is_vector {
                return format!("{name}[{name}{index} + k / 4u]");
            }
            let parts = (0..4).map(|term| format!("{name}[{name}{index} + k + {term}u]")).collect::<Vec<_>>();
            format!("vec4<f32>({})", parts.join(", "))
        };
        (0..count).map(|index| format!("        let {name}_{index} = {};\n", vector(index))).collect()
    }

    /// Statements that read the numbers of one term, with the number `term`: `{name}_{label}_{block}` is a vector over four rows, or columns.
    fn read_across(self, label: &str, term: &str) -> String {
        let Self { name, shape: MatrixShape { order, is_vector }, outer, count, .. } = self;
        let part = |index: u32| match (order, is_vector) {
            (MatrixOrder::Along, true) => {
                format!("{name}[{name}{index} + ({term}) / 4u][({term}) % 4u]")
            }
            (MatrixOrder::Along, false) => format!("{name}[{name}{index} + {term}]"),
            (MatrixOrder::Across, _) => format!("{name}[{name}{index} + ({term}) * {outer}]"),
        };
        let vector = |block: u32| {
            if order == MatrixOrder::Across && is_vector {
                return format!("{name}[{name}{block} + ({term}) * ({outer} / 4u)]");
            }
            let parts = (4 * block..4 * block + 4).map(part).collect::<Vec<_>>();
            format!("vec4<f32>({})", parts.join(", "))
        };
        (0..count / 4).map(|block| format!("        let {name}_{label}_{block} = {};\n", vector(block))).collect()
    }
}

impl ProductShader {
    /// Rows and columns of a tile, multiples of four.
    pub(super) fn tile(self) -> [u32; 2] {
        if self.software { SOFTWARE_TILE } else { TILE }
    }

    /// The names and types of the buffers.
    fn buffers(self) -> Vec<ShaderBuffer> {
        let element = |is_vector: bool| if is_vector { "vec4<f32>" } else { "f32" };
        let row = element(self.are_rows_vectors);
        let mut buffers =
            vec![input("left", element(self.left.is_vector)), input("right", element(self.right.is_vector))];
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

    fn operands(self) -> [Operand; 2] {
        let [tile_rows, tile_columns] = self.tile();
        let (left, right) = (self.left, self.right);
        [
            Operand {
                name: "left",
                shape: left,
                outer: "rows",
                first: "row",
                count: tile_rows,
                run: "run * left_run",
                by_four: self.are_rows_by_four(),
            },
            Operand {
                name: "right",
                shape: right,
                outer: "columns",
                first: "column",
                count: tile_columns,
                run: "run * columns * depth",
                by_four: self.are_rows_vectors,
            },
        ]
    }

    /// Whether four rows of a tile stay side by side at the edge.
    fn are_rows_by_four(self) -> bool {
        self.left.order == MatrixOrder::Across && self.left.is_vector
    }

    /// Every row of a tile, with every four of its columns.
    fn blocks(self) -> impl Iterator<Item = (u32, u32)> + use<> {
        let [rows, columns] = self.tile();
        (0..rows).flat_map(move |row| (0..columns / 4).map(move |block| (row, block)))
    }

    fn body(self) -> String {
        let [tile_rows, tile_columns] = self.tile();
        let [left, right] = self.operands();
        let mut text = format!(
            "    let column = id.x * {tile_columns}u;\n    let row = id.y * {tile_rows}u;\n    let run = group.z;\n    \
             if (column >= columns || row >= rows) {{ return; }}\n{}{}",
            left.places(),
            right.places()
        );
        for (row, block) in self.blocks() {
            text += &format!("    var sum{row}_{block} = vec4<f32>(0.0);\n");
        }
        let first_single = if self.software {
            "0u"
        } else {
            text += &format!(
                "    let whole = depth / 4u * 4u;\n    for (var k = 0u; k < whole; k += 4u) {{\n{}    }}\n",
                self.four_terms()
            );
            "whole"
        };
        text += &format!(
            "    for (var k = {first_single}; k < depth; k += 1u) {{\n{}{}{}    }}\n",
            left.read_across("one", "k"),
            right.read_across("one", "k"),
            self.one_term("one", |row| format!("left_one_{}.{}", row / 4, COMPONENTS[row as usize % 4]))
        );
        text + &self.epilogue()
    }

    /// Statements that add the terms `k` to `k + 3`.
    fn four_terms(self) -> String {
        let [left, right] = self.operands();
        let is_along = |operand: Operand| operand.shape.order == MatrixOrder::Along;
        let mut text = if is_along(left) { left.read_along() } else { String::new() };
        if is_along(right) {
            text += &right.read_along();
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
            text += &right.read_across(&label, &place);
            text += &if is_along(left) {
                self.one_term(&label, |row| format!("left_{row}.{component}"))
            } else {
                let own = |row: u32| format!("left_{label}_{}.{}", row / 4, COMPONENTS[row as usize % 4]);
                left.read_across(&label, &place) + &self.one_term(&label, own)
            };
        }
        text
    }

    /// Statements that add one term, of which `left` is the number of a row.
    fn one_term(self, label: &str, left: impl Fn(u32) -> String) -> String {
        let sum = |(row, block): (u32, u32)| {
            let factor = left(row);
            format!("        sum{row}_{block} = fma(vec4<f32>({factor}), right_{label}_{block}, sum{row}_{block});\n")
        };
        self.blocks().map(sum).collect()
    }

    /// Statements that write the tile: `line{row}` is the place of a row, `at{block}` or `at{column}` that in it.
    fn epilogue(self) -> String {
        let [rows, columns] = self.tile();
        let blocks = 0..columns / 4;
        let mut text = String::new();
        if self.are_rows_vectors {
            for block in blocks.clone() {
                text += &format!("    let at{block} = min(column / 4u + {block}u, columns / 4u - 1u);\n");
            }
        } else {
            for column in 0..columns {
                text += &format!("    let at{column} = min(column + {column}u, columns - 1u);\n");
            }
        }
        let width = if self.are_rows_vectors { "(columns / 4u)" } else { "columns" };
        text += &format!("    let of_run = run * {width};\n");
        if matches!(self.epilogue, ProductEpilogue::Bias(_)) {
            for block in blocks {
                text += &format!("    let bias{block} = {};\n", self.read("bias", "of_run", block));
            }
        }
        for row in 0..rows {
            let own = at_most("row", row, "rows", self.are_rows_by_four());
            text += &format!("    let line{row} = (run * rows + {own}) * {width};\n");
        }
        text += &self.blocks().map(|(row, block)| self.finished(row, block)).collect::<String>();
        if self.epilogue == ProductEpilogue::ColumnSums {
            text += &self.column_sums();
        }
        text
    }

    /// Statements that compute what follows the sums of four columns of a row, and write it.
    fn finished(self, row: u32, block: u32) -> String {
        let (sum, line) = (format!("sum{row}_{block}"), format!("line{row}"));
        match self.epilogue {
            ProductEpilogue::None | ProductEpilogue::ColumnSums => self.written("result", &sum, &line, block),
            ProductEpilogue::Bias(activation) => {
                let argument = format!("{sum} + bias{block}");
                let value = activation.map_or(argument.clone(), |_| format!("activated({argument})"));
                let mut own = self.written("result", &value, &line, block);
                if activation.is_some_and(needs_argument) {
                    own += &self.written("argument", &argument, &line, block);
                }
                own
            }
            ProductEpilogue::Slope(_) => {
                let value = format!("{sum} * slope({})", self.read("known", &line, block));
                self.written("result", &value, &line, block)
            }
        }
    }

    /// Statements that add up the columns of the right matrix over all terms.
    fn column_sums(self) -> String {
        let blocks = 0..self.tile()[1] / 4;
        let begin = blocks.clone().map(|block| format!("    var total{block} = vec4<f32>(0.0);\n")).collect::<String>();
        let add =
            blocks.clone().map(|block| format!("        total{block} += right_one_{block};\n")).collect::<String>();
        let end =
            blocks.map(|block| self.written("sums", &format!("total{block}"), "of_run", block)).collect::<String>();
        let [_, right] = self.operands();
        format!(
            "    if (row == 0u) {{\n{begin}    for (var k = 0u; k < depth; k += 1u) {{\n{}{add}    }}\n{end}    }}\n",
            right.read_across("one", "k")
        )
    }

    /// Four columns of a line of a tensor like the result.
    fn read(self, name: &str, line: &str, block: u32) -> String {
        if self.are_rows_vectors {
            return format!("{name}[{line} + at{block}]");
        }
        let part = |column: u32| format!("{name}[{line} + at{column}]");
        format!("vec4<f32>({})", (4 * block..4 * block + 4).map(part).collect::<Vec<_>>().join(", "))
    }

    /// Statements that write four columns of a line.
    fn written(self, name: &str, value: &str, line: &str, block: u32) -> String {
        if self.are_rows_vectors {
            return format!("    {name}[{line} + at{block}] = {value};\n");
        }
        let part = |(column, component): (u32, &&str)| {
            format!("        {name}[{line} + at{}] = value.{component};\n", 4 * block + column)
        };
        let parts = (0..).zip(&COMPONENTS).map(part).collect::<String>();
        format!("    {{\n        let value = {value};\n{parts}    }}\n")
    }
}
