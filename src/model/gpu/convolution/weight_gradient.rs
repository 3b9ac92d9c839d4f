//! The gradient of a convolution with respect to its weights.

use super::{ConvolutionSizes, WORKGROUP};
use crate::model::gpu::shader::{Shader, ShaderSource, input, output};

/// Most output channels of an invocation that computes gradients of weights.
const MOST_MAPS: u32 = 4;
/// Most numbers in the memory of a workgroup, of 16 KB, for each of its invocations.
const MOST_SHARED: u32 = 64;

/// The gradients with respect to the weight and, if there is one, the bias. Its tensors are input, gradient with respect to the output, the
/// gradient of the weight, and that of the bias.
///
/// A workgroup computes the weights from one feature map to a few others; its invocations share out the rows of all examples, and add up
/// their sums in the memory of the workgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::model::gpu) struct ConvolutionWeightGradient {
    pub(in crate::model::gpu) sizes: ConvolutionSizes,
    pub(in crate::model::gpu) bias: bool,
}

impl ConvolutionWeightGradient {
    /// Whether the sums of an invocation fit into the memory of a workgroup.
    pub(in crate::model::gpu) fn fits(kernel: u32) -> bool {
        kernel * kernel < MOST_SHARED
    }

    /// Output channels of a workgroup.
    fn maps(&self) -> u32 {
        (MOST_SHARED / (self.sizes.kernel * self.sizes.kernel + 1)).clamp(1, MOST_MAPS).min(self.sizes.output[0])
    }

    /// Sums of an invocation: those of the weights of each output channel, and that of its bias.
    fn sums(&self) -> u32 {
        self.maps() * (self.sizes.kernel * self.sizes.kernel + 1)
    }

    /// Statements that add the products of a position of the output to the sums.
    fn products(&self) -> String {
        let ConvolutionSizes { kernel, stride, padding, .. } = self.sizes;
        let (maps, taps) = (self.maps(), kernel * kernel);
        let mut inner = String::new();
        for map in 0..maps {
            inner += &format!("            let slope{map} = gradient[line{map} + column];\n");
        }
        for above in 0..kernel {
            for tap in 0..kernel {
                inner += &format!(
                    "            let pixel{above}_{tap} = pixel(above{above}, inside{above}, i32(column * {stride}u) + {tap} - {padding});\n"
                );
                for map in 0..maps {
                    let sum = map * (taps + 1) + above * kernel + tap;
                    inner += &format!("            sum{sum} = fma(slope{map}, pixel{above}_{tap}, sum{sum});\n");
                }
            }
        }
        for map in 0..maps {
            let sum = map * (taps + 1) + taps;
            inner += &format!("            sum{sum} += slope{map};\n");
        }
        inner
    }

    /// Statements that find the rows of the output and of the input.
    fn line_places(&self) -> String {
        let sizes = &self.sizes;
        let ConvolutionSizes { input: [_, height, width], kernel, stride, padding, .. } = *sizes;
        let ([channels_out, rows, columns], maps) = (sizes.output, self.maps());
        let mut lines = String::new();
        for map in 0..maps {
            lines += &format!(
                "        let line{map} = (({} + min(first + {map}u, {}u)) * {rows}u + row) * {columns}u;\n",
                sizes.example(channels_out),
                channels_out - 1
            );
        }
        for above in 0..kernel {
            lines += &format!(
                "        let y{above} = i32(row * {stride}u) + {above} - {padding};\n        \
                 let inside{above} = y{above} >= 0 && y{above} < {height};\n        \
                 let above{above} = (({} + channel) * {height}u + u32(clamp(y{above}, 0, {}))) * {width}u;\n",
                sizes.input_example(),
                height - 1
            );
        }
        lines
    }

    /// Statements that add up the sums of all invocations, and write them.
    fn totals(&self) -> String {
        let Self { sizes, bias } = *self;
        let (channels_in, channels_out) = (sizes.input[0], sizes.output[0]);
        let (sums, taps) = (self.sums(), sizes.kernel * sizes.kernel);
        let mut body = String::new();
        for sum in 0..sums {
            body += &format!("    part[local * {sums}u + {sum}u] = sum{sum};\n");
        }
        let of_bias = if bias {
            format!("if (channel == 0u) {{ bias[run * {channels_out}u + map] = total; }}")
        } else {
            String::new()
        };
        body += &format!(
            "    workgroupBarrier();\n    for (var sum = local; sum < {sums}u; sum += {WORKGROUP}u) {{\n        \
             let map = first + sum / {of_map}u;\n        let tap = sum % {of_map}u;\n        \
             if (map >= {channels_out}u) {{ continue; }}\n        var total = 0.0;\n        \
             for (var index = 0u; index < {WORKGROUP}u; index += 1u) {{ total += part[index * {sums}u + sum]; }}\n        \
             if (tap < {taps}u) {{\n            \
             weights[((run * {channels_out}u + map) * {channels_in}u + channel) * {taps}u + tap] = total;\n        \
             }} else {{ {of_bias} }}\n    }}\n",
            of_map = taps + 1
        );
        body
    }
}

impl Shader for ConvolutionWeightGradient {
    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn groups(&self) -> [u32; 3] {
        [self.sizes.output[0].div_ceil(self.maps()), self.sizes.input[0], self.sizes.runs]
    }

    fn source(&self) -> ShaderSource {
        let Self { sizes, bias } = *self;
        let ConvolutionSizes { batch, input: [_, _, width], output: [_, rows, columns], .. } = sizes;
        let (maps, sums) = (self.maps(), self.sums());
        let mut buffers = vec![input("images", "f32"), input("gradient", "f32"), output("weights", "f32")];
        buffers.extend(bias.then(|| output("bias", "f32")));
        let shared = format!("var<workgroup> part: array<f32, {}>;\n", sums * WORKGROUP);
        let read = format!(
            "fn pixel(line: u32, is_inside: bool, column: i32) -> f32 {{\n    \
             if (!is_inside || column < 0 || column >= {width}) {{ return 0.0; }}\n    \
             return images[line + u32(column)];\n}}\n"
        );
        let mut body =
            format!("    let run = group.z;\n    let channel = group.y;\n    let first = group.x * {maps}u;\n");
        for sum in 0..sums {
            body += &format!("    var sum{sum} = 0.0;\n");
        }
        let (lines, inner) = (self.line_places(), self.products());
        body += &format!(
            "    for (var place = local; place < {}u; place += {WORKGROUP}u) {{\n        let example = place / {rows}u;\n        \
             let row = place % {rows}u;\n{lines}        for (var column = 0u; column < {columns}u; column += 1u) {{\n{inner}        }}\n    }}\n",
            batch * rows
        );
        body += &self.totals();
        ShaderSource { buffers, functions: shared + &read, body }
    }
}
