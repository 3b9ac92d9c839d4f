//! Batch normalization of all runs with the statistics of the batch, and its gradients, each in one dispatch: a workgroup for each feature map
//! of each run reads its numbers a few times, and adds up in its memory.

use super::flat::ALIGNMENT;
use super::functions::{functions, needs_argument};
use super::shader::{Shader, ShaderOperation, ShaderSource, input, output};
use crate::experiment::Activation;
use crate::model::batch_norm::EPSILON;

/// Invocations of a workgroup.
const WORKGROUP: u32 = 256;

/// The sizes of what is normalized, `[runs, batch, channels, positions]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BatchNormSizes {
    pub(super) runs: u32,
    pub(super) batch: u32,
    pub(super) channels: u32,
    pub(super) positions: u32,
}

impl BatchNormSizes {
    const NAMES: &'static [&'static str] = &["batch", "channels", "positions", "step"];

    /// Numbers from one statistic to the next, of those that [`super::flat::allocated`] puts into one piece of memory: with a buffer for each,
    /// a shader would have more than the eight that every device has.
    fn step(&self) -> u32 {
        (self.runs * self.channels).next_multiple_of(ALIGNMENT)
    }

    fn groups(&self) -> [u32; 3] {
        [self.channels, self.runs, 1]
    }

    fn numbers(&self) -> Vec<u32> {
        vec![self.batch, self.channels, self.positions, self.step()]
    }
}

/// A loop of an invocation over its numbers, whose index is `place`.
fn each(text: &str) -> String {
    format!(
        "    for (var index = local; index < batch * positions; index += {WORKGROUP}u) {{\n        \
         let place = ((run * batch + index / positions) * channels + channel) * positions + index % positions;\n{text}    }}\n"
    )
}

/// Statements that find the feature map of the workgroup, and count its numbers.
const BEGIN: &str = "    let run = group.y;
    let channel = group.x;
    let own = run * channels + channel;
    let count = f32(batch * positions);
";

/// A function that adds up two numbers over all invocations.
fn total() -> String {
    format!(
        "var<workgroup> part: array<vec2<f32>, {WORKGROUP}>;\nfn total(local: u32, value: vec2<f32>) -> vec2<f32> {{\n    \
         part[local] = value;\n    workgroupBarrier();\n    \
         for (var half = {}u; half > 0u; half = half / 2u) {{\n        \
         if (local < half) {{ part[local] += part[local + half]; }}\n        workgroupBarrier();\n    }}\n    \
         let sum = part[0];\n    workgroupBarrier();\n    return sum;\n}}\n",
        WORKGROUP / 2
    )
}

/// The normalized maps. Its tensors are maps, scale, shift, result, the statistics (mean, variance divided by the count less one, and the inverse
/// of the standard deviation), and the argument of an activation function whose derivative needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BatchNormForward {
    pub(super) sizes: BatchNormSizes,
    pub(super) activation: Option<Activation>,
}

impl ShaderOperation for BatchNormForward {
    type Shader = BatchNormForwardShader;

    fn shader(&self) -> BatchNormForwardShader {
        BatchNormForwardShader { activation: self.activation }
    }

    fn groups(&self) -> [u32; 3] {
        self.sizes.groups()
    }

    fn sizes(&self) -> Vec<u32> {
        self.sizes.numbers()
    }
}

/// The shader for any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BatchNormForwardShader {
    activation: Option<Activation>,
}

impl Shader for BatchNormForwardShader {
    const SIZES: &'static [&'static str] = BatchNormSizes::NAMES;

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let Self { activation } = *self;
        let mut buffers = ["maps", "scale", "shift"].map(|name| input(name, "f32")).into_iter().collect::<Vec<_>>();
        buffers.extend(["result", "statistics"].map(|name| output(name, "f32")));
        buffers.extend(activation.is_some_and(needs_argument).then(|| output("argument", "f32")));
        let write = match activation {
            None => "        result[place] = value;\n".to_owned(),
            Some(activation) => {
                let argument = if needs_argument(activation) { "        argument[place] = value;\n" } else { "" };
                format!("        result[place] = activated(vec4<f32>(value)).x;\n{argument}")
            }
        };
        let body = BEGIN.to_owned()
            + "    var sum = 0.0;\n"
            + &each("        sum += maps[place];\n")
            + "    let center = total(local, vec2<f32>(sum, 0.0)).x / count;\n    var squares = 0.0;\n"
            + &each("        let off = maps[place] - center;\n        squares += off * off;\n")
            + &format!(
                "    let squared = total(local, vec2<f32>(squares, 0.0)).x;\n    \
                 let over = inverseSqrt(squared / count + {EPSILON:e});\n    \
                 if (local == 0u) {{\n        statistics[own] = center;\n        statistics[step + own] = squared / max(count - 1.0, 1.0);\n        \
                 statistics[2u * step + own] = over;\n    }}\n"
            )
            + &each(&format!("        let value = (maps[place] - center) * over * scale[own] + shift[own];\n{write}"));
        ShaderSource { buffers, functions: total() + &activation.map(functions).unwrap_or_default(), body }
    }
}

/// The gradients. Its tensors are the gradient with respect to the result before the activation function, maps, scale, the statistics, and the
/// gradients with respect to maps, scale and shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BatchNormGradient {
    pub(super) sizes: BatchNormSizes,
}

impl ShaderOperation for BatchNormGradient {
    type Shader = BatchNormGradientShader;

    fn shader(&self) -> BatchNormGradientShader {
        BatchNormGradientShader
    }

    fn groups(&self) -> [u32; 3] {
        self.sizes.groups()
    }

    fn sizes(&self) -> Vec<u32> {
        self.sizes.numbers()
    }
}

/// The shader for any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct BatchNormGradientShader;

impl Shader for BatchNormGradientShader {
    const SIZES: &'static [&'static str] = BatchNormSizes::NAMES;

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let mut buffers =
            ["gradient", "maps", "scale", "statistics"].map(|name| input(name, "f32")).into_iter().collect::<Vec<_>>();
        buffers.extend(["result", "scale_gradient", "shift_gradient"].map(|name| output(name, "f32")));
        let body = BEGIN.to_owned()
            + "    let center = statistics[own];\n    let over = statistics[2u * step + own];\n    var sums = vec2<f32>(0.0);\n"
            + &each("        sums += gradient[place] * vec2<f32>(1.0, (maps[place] - center) * over);\n")
            + "    let all = total(local, sums);\n    \
               if (local == 0u) {\n        scale_gradient[own] = all.y;\n        shift_gradient[own] = all.x;\n    }\n    \
               let middle = all / count;\n    let factor = scale[own] * over;\n"
            + &each(
                "        let standardized = (maps[place] - center) * over;\n        \
                 result[place] = factor * (gradient[place] - middle.x - standardized * middle.y);\n",
            );
        ShaderSource { buffers, functions: total(), body }
    }
}
