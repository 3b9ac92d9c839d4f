//! The sum of several parts of a tensor, in one dispatch. The sum of one part is a copy.

use super::shader::{Shader, ShaderOperation, ShaderSource, input, output, spread};

/// Invocations of a workgroup.
const WORKGROUP: u32 = 64;

/// The sums of `count` numbers over `parts`. Its tensors are the numbers, `[parts, count]`, and the sums, `[count]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PartSum {
    pub(super) parts: u32,
    pub(super) count: u32,
}

impl ShaderOperation for PartSum {
    type Shader = PartSumShader;

    fn shader(&self) -> PartSumShader {
        PartSumShader
    }

    fn groups(&self) -> [u32; 3] {
        spread(self.count.div_ceil(WORKGROUP))
    }

    fn sizes(&self) -> Vec<u32> {
        let [columns, ..] = self.groups();
        vec![self.parts, self.count, columns * WORKGROUP]
    }
}

/// The shader for any number of parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct PartSumShader;

impl Shader for PartSumShader {
    const SIZES: &'static [&'static str] = &["parts", "count", "line"];

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        ShaderSource {
            buffers: vec![input("numbers", "f32"), output("sums", "f32")],
            functions: String::new(),
            body: "    let place = id.y * line + id.x;
    if (place >= count) { return; }
    var sum = numbers[place];
    for (var part = 1u; part < parts; part += 1u) { sum += numbers[part * count + place]; }
    sums[place] = sum;
"
            .to_owned(),
        }
    }
}
