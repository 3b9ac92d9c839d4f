//! The gradient of a convolution with respect to its weights.
//!
//! An invocation computes the weights from a row of a window of one feature map to a few others, over the positions of some of the examples.
//! Where that is too few invocations to employ a device, the examples are in several parts, which one more dispatch for each of weight and
//! bias adds up: a barrier, with which one dispatch would do, takes some drivers minutes to compile.

use super::{ConvolutionSizes, ConvolutionWindow, INPUT_EXAMPLE, NAMES, OUTPUT_EXAMPLE, PIXEL};
use crate::model::gpu::part_sum::PartSum;
use crate::model::gpu::shader::{Shader, ShaderOperation, ShaderSource, empty, input, launch, output};
use burn_wgpu::CubeTensor;

/// Most output channels of an invocation; and of one that a CPU executes.
const MAPS: u32 = 4;
const SOFTWARE_MAPS: u32 = 8;
/// As many invocations employ a device; and a CPU.
const ENOUGH: u32 = 8192;
const SOFTWARE_ENOUGH: u32 = 64;
/// Most parts.
const MOST_PARTS: u32 = 64;

/// Computes the gradients with respect to the weight and, if there is one, the bias, from the input and the gradient with respect to the
/// output.
pub(in crate::model::gpu) fn weight_gradient(
    sizes: ConvolutionSizes,
    [images, slope]: [&CubeTensor; 2],
    gradients: &[CubeTensor],
) -> Option<()> {
    let gradient = ConvolutionWeightGradient { sizes, bias: gradients.len() > 1 };
    let parts = gradient.parts();
    let launched = |results: &[CubeTensor]| {
        launch(&gradient, &[images, slope].into_iter().chain(results).collect::<Vec<_>>());
    };
    if parts == 1 {
        launched(gradients);
        return Some(());
    }
    let of_parts = |tensor: &CubeTensor| empty([parts as usize, tensor.meta.shape().num_elements()], tensor);
    let sums = gradients.iter().map(of_parts).collect::<Vec<_>>();
    launched(&sums);
    for (sum, total) in sums.iter().zip(gradients) {
        let count = u32::try_from(total.meta.shape().num_elements()).ok()?;
        launch(&PartSum { parts, count }, &[sum, total]);
    }
    Some(())
}

/// The gradients of all parts. Its tensors are input, gradient with respect to the output, those of the weight, and those of the bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ConvolutionWeightGradient {
    sizes: ConvolutionSizes,
    bias: bool,
}

impl ConvolutionWeightGradient {
    /// Invocations for one part of all runs, with those of one run.
    fn invocations(&self) -> [u32; 2] {
        let ConvolutionSizes { runs, input: [channels_in, ..], output: [channels_out, ..], kernel, .. } = self.sizes;
        let one = channels_out.div_ceil(self.shader().maps()) * channels_in * kernel;
        [one * runs, one]
    }

    /// Into how many parts the examples are split.
    fn parts(&self) -> u32 {
        let enough = if self.sizes.software { SOFTWARE_ENOUGH } else { ENOUGH };
        let [all, _] = self.invocations();
        enough.div_ceil(all).min(self.sizes.batch).min(MOST_PARTS)
    }
}

impl ShaderOperation for ConvolutionWeightGradient {
    type Shader = ConvolutionWeightGradientShader;

    fn shader(&self) -> ConvolutionWeightGradientShader {
        ConvolutionWeightGradientShader { window: self.sizes.window(), bias: self.bias }
    }

    fn groups(&self) -> [u32; 3] {
        let [_, one] = self.invocations();
        [one.div_ceil(self.sizes.window().workgroup()), self.parts(), self.sizes.runs]
    }

    fn sizes(&self) -> Vec<u32> {
        self.sizes.numbers(self.sizes.batch.div_ceil(self.parts()))
    }
}

/// The shader for maps of any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ConvolutionWeightGradientShader {
    window: ConvolutionWindow,
    bias: bool,
}

impl ConvolutionWeightGradientShader {
    /// Output channels of an invocation.
    fn maps(&self) -> u32 {
        if self.window.software { SOFTWARE_MAPS } else { MAPS }
    }

    /// Statements that find what an invocation computes: `above`, the row of the window, `channel` and the maps.
    fn begin(&self) -> String {
        let (kernel, maps) = (self.window.kernel, self.maps());
        let mut text = format!(
            "    let run = group.z;\n    let above = id.x % {kernel}u;\n    let channel = (id.x / {kernel}u) % channels_in;\n    \
             let first = id.x / ({kernel}u * channels_in) * {maps}u;\n    if (first >= channels_out) {{ return; }}\n"
        );
        for map in 0..maps {
            text += &format!("    let map{map} = min(first + {map}u, channels_out - 1u);\n");
            for sum in self.sums() {
                text += &format!("    var total{map}_{sum} = 0.0;\n");
            }
        }
        text
    }

    /// The names of the sums for each map: those of the weights, and that of the bias.
    fn sums(&self) -> Vec<String> {
        let taps = (0..self.window.kernel).map(|tap| tap.to_string());
        taps.chain(self.bias.then(|| "bias".to_owned())).collect()
    }

    /// What `text` makes of every sum.
    fn each(&self, text: impl Fn(&str) -> String) -> String {
        let sums = self.sums();
        let of_map = |map: u32| sums.iter().map(|sum| text(&format!("{map}_{sum}"))).collect::<String>();
        (0..self.maps()).map(of_map).collect()
    }

    /// Statements that add the products of a position of the output to the sums.
    fn products(&self) -> String {
        let ConvolutionWindow { kernel, stride, padding, .. } = self.window;
        let mut text = String::new();
        for map in 0..self.maps() {
            text += &format!("                let slope{map} = gradient[line{map} + column];\n");
            if self.bias {
                text += &format!("                sum{map}_bias += slope{map};\n");
            }
        }
        for tap in 0..kernel {
            text += &format!(
                "                let pixel{tap} = select(0.0, pixel(line, i32(column * {stride}u) + {tap} - {padding}, width), is_inside);\n"
            );
            for map in 0..self.maps() {
                text += &format!("                sum{map}_{tap} = fma(slope{map}, pixel{tap}, sum{map}_{tap});\n");
            }
        }
        text
    }

    /// Statements that write the sums.
    fn written(&self) -> String {
        let (kernel, taps) = (self.window.kernel, self.window.kernel * self.window.kernel);
        let mut text = String::new();
        for map in 0..self.maps() {
            text += &format!(
                "    let place{map} = (((group.y * runs + run) * channels_out + map{map}) * channels_in + channel) * {taps}u + above * {kernel}u;\n"
            );
            for tap in 0..kernel {
                text += &format!("    weights[place{map} + {tap}u] = total{map}_{tap};\n");
            }
        }
        if self.bias {
            text += "    if (channel == 0u && above == 0u) {\n";
            for map in 0..self.maps() {
                text += &format!("        bias[(group.y * runs + run) * channels_out + map{map}] = total{map}_bias;\n");
            }
            text += "    }\n";
        }
        text
    }
}

impl Shader for ConvolutionWeightGradientShader {
    const SIZES: &'static [&'static str] = NAMES;

    fn workgroup(&self) -> [u32; 3] {
        [self.window.workgroup(), 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let ConvolutionWindow { stride, padding, .. } = self.window;
        let mut buffers = vec![input("images", "f32"), input("gradient", "f32"), output("weights", "f32")];
        buffers.extend(self.bias.then(|| output("bias", "f32")));
        let lines = (0..self.maps()).map(|map| {
            format!("            let line{map} = (({OUTPUT_EXAMPLE} + map{map}) * rows + row) * columns;\n")
        });
        // The sums of an example are added up first, so that less is lost to rounding.
        let body = self.begin()
            + &format!(
                "    for (var example = group.y * part; example < min((group.y + 1u) * part, batch); example += 1u) {{\n{}        \
                 for (var row = 0u; row < rows; row += 1u) {{\n            \
                 let y = i32(row * {stride}u + above) - {padding};\n            \
                 let is_inside = y >= 0 && y < i32(height);\n            \
                 let line = (({INPUT_EXAMPLE} + channel) * height + u32(clamp(y, 0, i32(height) - 1))) * width;\n{}            \
                 for (var column = 0u; column < columns; column += 1u) {{\n{}            }}\n        }}\n{}    }}\n",
                self.each(|sum| format!("        var sum{sum} = 0.0;\n")),
                lines.collect::<String>(),
                self.products(),
                self.each(|sum| format!("        total{sum} += sum{sum};\n"))
            )
            + &self.written();
        ShaderSource { buffers, functions: PIXEL.to_owned(), body }
    }
}
