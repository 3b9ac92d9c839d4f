//! Activation functions in WGSL, of four numbers at once, with their derivatives.

use crate::experiment::Activation;

/// The functions `activated(x)` and `slope(known)`: the derivative given the result, or for GELU the argument.
///
/// A NaN stays a NaN, by which a run that has diverged is recognized; WGSL's `max` may drop it. The argument of `tanh` is limited, because
/// some drivers compute it from exponentials that overflow.
pub(super) fn functions(activation: Activation) -> String {
    let (helpers, value, slope) = match activation {
        Activation::Relu => (
            "",
            "select(x, vec4<f32>(0.0), x < vec4<f32>(0.0))",
            "select(vec4<f32>(0.0), vec4<f32>(1.0), known > vec4<f32>(0.0))",
        ),
        Activation::Tanh => (
            "",
            "select(tanh(clamp(x, vec4<f32>(-15.0), vec4<f32>(15.0))), x, x != x)",
            "vec4<f32>(1.0) - known * known",
        ),
        Activation::Sigmoid => ("", "vec4<f32>(1.0) / (vec4<f32>(1.0) + exp(-x))", "known * (vec4<f32>(1.0) - known)"),
        Activation::Gelu => {
            (NORMAL, "x * cumulative(x)", "cumulative(known) + known * 0.3989422804014327 * exp(-0.5 * known * known)")
        }
    };
    format!(
        "{helpers}fn activated(x: vec4<f32>) -> vec4<f32> {{ return {value}; }}\n\
         fn slope(known: vec4<f32>) -> vec4<f32> {{ return {slope}; }}\n"
    )
}

/// The standard normal distribution function by formula 7.1.26 of Abramowitz & Stegun, to 1e-7.
const NORMAL: &str = "fn cumulative(x: vec4<f32>) -> vec4<f32> {
    let z = abs(x) * 0.7071067811865476;
    let t = vec4<f32>(1.0) / (vec4<f32>(1.0) + 0.3275911 * z);
    let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    let tail = 0.5 * series * exp(-z * z);
    return select(tail, vec4<f32>(1.0) - tail, x >= vec4<f32>(0.0));
}
";

/// Whether the derivative is computed from the argument.
pub(super) fn needs_argument(activation: Activation) -> bool {
    activation == Activation::Gelu
}
