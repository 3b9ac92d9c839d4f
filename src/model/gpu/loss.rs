//! Cross-entropy of softmax with its gradient, in one dispatch.

use super::shader::{Shader, ShaderOperation, ShaderSource, input, output};

/// Invocations for each run; each has some of the rows.
const WORKGROUP: u32 = 64;

/// The sum over rows of the cross-entropy of every run, `[runs]`, and its gradient with respect to the logits, `[runs, rows, classes]`, both
/// times a factor. Its tensors are logits, targets `[1, rows, classes]`, losses and gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StackedCrossEntropy {
    pub(super) runs: u32,
    pub(super) rows: u32,
    pub(super) classes: u32,
    /// The bits of the factor.
    pub(super) factor: u32,
}

impl ShaderOperation for StackedCrossEntropy {
    type Shader = CrossEntropyShader;

    fn shader(&self) -> CrossEntropyShader {
        CrossEntropyShader
    }

    fn groups(&self) -> [u32; 3] {
        [self.runs, 1, 1]
    }

    fn sizes(&self) -> Vec<u32> {
        vec![self.rows, self.classes, self.factor]
    }
}

/// The shader for any sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct CrossEntropyShader;

impl Shader for CrossEntropyShader {
    const SIZES: &'static [&'static str] = &["rows", "classes", "factor_bits"];

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let body = format!(
            "    let run = group.x;
    let factor = bitcast<f32>(factor_bits);
    var loss = 0.0;
    for (var row = local; row < rows; row += {WORKGROUP}u) {{
        let logit = (run * rows + row) * classes;
        let wanted_row = row * classes;
        var largest = logits[logit];
        for (var label = 1u; label < classes; label += 1u) {{
            largest = max(largest, logits[logit + label]);
        }}
        var sum = 0.0;
        var counted = 0.0;
        var chosen = 0.0;
        for (var label = 0u; label < classes; label += 1u) {{
            let shifted = logits[logit + label] - largest;
            let wanted = targets[wanted_row + label];
            sum += exp(shifted);
            counted += wanted;
            // Of a class that is not wanted, the logit may be minus infinity.
            chosen += select(0.0, shifted * wanted, wanted > 0.0);
        }}
        for (var label = 0u; label < classes; label += 1u) {{
            let share = exp(logits[logit + label] - largest) / sum;
            gradient[logit + label] = (share * counted - targets[wanted_row + label]) * factor;
        }}
        loss += counted * log(sum) - chosen;
    }}
    part[local] = loss;
    workgroupBarrier();
    if (local == 0u) {{
        var total = 0.0;
        for (var index = 0u; index < {WORKGROUP}u; index += 1u) {{
            total += part[index];
        }}
        losses[run] = total * factor;
    }}
"
        );
        let buffers =
            vec![input("logits", "f32"), input("targets", "f32"), output("losses", "f32"), output("gradient", "f32")];
        ShaderSource { buffers, functions: format!("var<workgroup> part: array<f32, {WORKGROUP}>;\n"), body }
    }
}
