//! The update of all parameters of all runs in one dispatch.

use super::flat::{allocated, flattened, places, views};
use super::shader::{Shader, ShaderOperation, ShaderSource, input, launch, output, spread};
use burn::backend::Cube;
use burn::tensor::{Tensor, TensorData};
use burn_wgpu::CubeTensor;

/// Invocations of a workgroup, each of which updates four numbers.
const WORKGROUP: u32 = 256;

/// The rule of an update. Terms that change from step to step are in [`UpdateInputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OptimizerRule {
    /// SGD without momentum.
    Sgd,
    /// SGD with momentum.
    Momentum,
    /// Adam.
    Adam {
        /// The bits of `beta_1`, `beta_2` and `eps`, of f32.
        constants: [u32; 3],
    },
}

impl OptimizerRule {
    /// Tensors of state for each parameter.
    fn moments(self) -> usize {
        match self {
            Self::Sgd => 0,
            Self::Momentum => 1,
            Self::Adam { .. } => 2,
        }
    }
}

/// How weights decay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum WeightDecay {
    /// Not at all.
    None,
    /// With the gradient.
    WithGradient,
    /// Apart from it, before the update.
    Decoupled,
}

/// What an update reads.
pub(crate) struct UpdateInputs<'tensors> {
    /// `[runs, rows, columns]` each.
    pub(crate) parameters: &'tensors [Tensor<3>],
    /// Likewise.
    pub(crate) gradients: &'tensors [Tensor<3>],
    /// The state of each parameter; empty before the first update.
    pub(crate) moments: &'tensors [Vec<Tensor<3>>],
    /// Learning rate and weight decay of every run, parameter by parameter: `[parameters, runs, 2]`.
    pub(crate) rates: &'tensors Tensor<3>,
    /// The factor of the learning rates, that of decoupled weight decay, the momentum, and Adam's `1 - beta_2^t`.
    pub(crate) terms: [f32; 4],
}

/// Parameters and moments after an update.
pub(crate) struct Updated {
    /// As [`UpdateInputs::parameters`].
    pub(crate) parameters: Vec<Tensor<3>>,
    /// As [`UpdateInputs::moments`].
    pub(crate) moments: Vec<Vec<Tensor<3>>>,
}

/// Updates all parameters at once; `None` if they are not on a GPU, or there are too many of them for one dispatch.
pub(crate) fn update(rule: OptimizerRule, decay: WeightDecay, inputs: &UpdateInputs<'_>) -> Option<Updated> {
    let primitives = |tensors: &[Tensor<3>]| tensors.iter().map(super::primitive).collect::<Option<Vec<_>>>();
    let parameters = primitives(inputs.parameters)?;
    let shapes = parameters.iter().map(|tensor| tensor.meta.shape().dims::<3>()).collect::<Vec<_>>();
    let flat = flattened(&parameters)?;
    let gradient = flattened(&primitives(inputs.gradients)?)?;
    let runs = shapes.first()?[0];
    let sizes = shapes.iter().map(|[_, rows, columns]| u32::try_from(rows * columns)).collect::<Result<Vec<_>, _>>();
    let is_first = inputs.moments.iter().all(Vec::is_empty);
    let shader = UpdateShader { rule, decay, is_first, runs: u32::try_from(runs).ok()?, sizes: sizes.ok()? };
    let rates = super::primitive(inputs.rates)?;
    let terms = Tensor::<1>::from_data(TensorData::from(inputs.terms), &inputs.rates.device());
    let terms = super::primitive(&terms)?;
    let (new, new_parameters) = allocated(&shapes, &flat);
    // First all first moments, then all second ones.
    let moment_shapes = shapes.repeat(rule.moments());
    let mut buffers = vec![&flat, &gradient, &rates, &terms, &new];
    let (old_moments, new_moments);
    if rule.moments() > 0 {
        new_moments = allocated(&moment_shapes, &flat).0;
        buffers.push(&new_moments);
        if !is_first {
            let of_index = |index: usize| inputs.moments.iter().filter_map(move |moments| moments.get(index).cloned());
            let old = (0..rule.moments()).flat_map(of_index).collect::<Vec<_>>();
            old_moments = flattened(&primitives(&old)?)?;
            buffers.push(&old_moments);
        }
        launch(&shader, &buffers);
        let all = tensors(views(&new_moments, &moment_shapes));
        let moments = (0..shapes.len()).map(|index| all.iter().skip(index).step_by(shapes.len()).cloned().collect());
        return Some(Updated { parameters: tensors(new_parameters), moments: moments.collect() });
    }
    launch(&shader, &buffers);
    Some(Updated { parameters: tensors(new_parameters), moments: vec![Vec::new(); shapes.len()] })
}

fn tensors(primitives: Vec<CubeTensor>) -> Vec<Tensor<3>> {
    primitives.into_iter().map(Tensor::from_primitive::<Cube>).collect()
}

/// Its tensors are parameters, gradients, rates, terms, new parameters and, as far as there are any, new moments and old moments; all
/// but rates and terms are flat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct UpdateShader {
    rule: OptimizerRule,
    decay: WeightDecay,
    /// Whether there are no moments yet.
    is_first: bool,
    runs: u32,
    /// Numbers of each parameter of one run.
    sizes: Vec<u32>,
}

impl UpdateShader {
    /// Where each parameter begins, and the size of all.
    fn places(&self) -> (Vec<u32>, u32) {
        let (places, size) = places(self.sizes.iter().map(|size| (size * self.runs) as usize));
        #[expect(clippy::cast_possible_truncation, reason = "sizes are u32, and memory is less than 4 GB")]
        let narrow = |number: usize| number as u32;
        (places.into_iter().map(narrow).collect(), narrow(size))
    }

    /// A function that finds the parameter of a place: its index, where it begins and its size of one run.
    fn search(&self) -> String {
        let (places, _) = self.places();
        format!("fn parameter(place: u32) -> vec3<u32> {{\n{}}}\n", self.branch(&places, 0, places.len()))
    }

    /// Finds a parameter among those from `from` to `to`.
    fn branch(&self, places: &[u32], from: usize, to: usize) -> String {
        if to - from <= 1 {
            return format!("    return vec3<u32>({from}u, {}u, {}u);\n", places[from], self.sizes[from]);
        }
        let middle = usize::midpoint(from, to);
        format!(
            "    if (place < {}u) {{\n{}    }}\n{}",
            places[middle],
            self.branch(places, from, middle),
            self.branch(places, middle, to)
        )
    }

    /// Statements with `rate` and `decay`, of four numbers, which may belong to several runs.
    fn coefficients(&self) -> String {
        let Self { runs, .. } = self;
        if self.sizes.iter().all(|size| size.is_multiple_of(4)) {
            return format!(
                "    let own = rates[found.x * {runs}u + offset / found.z];\n    let rate = vec4<f32>(own.x);\n    \
                 let decay = vec4<f32>(own.y);\n"
            );
        }
        let part = |index: u32| {
            format!(
                "    let own{index} = rates[found.x * {runs}u + min((offset + {index}u) / found.z, {}u)];\n",
                runs - 1
            )
        };
        (0..4).map(part).collect::<String>()
            + "    let rate = vec4<f32>(own0.x, own1.x, own2.x, own3.x);\n    \
               let decay = vec4<f32>(own0.y, own1.y, own2.y, own3.y);\n"
    }

    /// Statements that apply the rule to `weight` and `slope`.
    fn rule_text(&self) -> String {
        let zero = "vec4<f32>(0.0)";
        let old = |place: &str| if self.is_first { zero.to_owned() } else { format!("moments[{place}]") };
        match self.rule {
            OptimizerRule::Sgd => "    weight -= rate * terms[0] * slope;\n".to_owned(),
            OptimizerRule::Momentum => format!(
                "    let velocity = terms[2] * {} + slope;\n    new_moments[index] = velocity;\n    weight -= rate * terms[0] * velocity;\n",
                old("index")
            ),
            OptimizerRule::Adam { constants: [beta_1, beta_2, epsilon] } => {
                let second = format!("index + {}u", self.places().1 / 4);
                format!(
                    "    let beta_1 = bitcast<f32>({beta_1}u);\n    let beta_2 = bitcast<f32>({beta_2}u);\n    \
                     let first = beta_1 * {} + (1.0 - beta_1) * slope;\n    \
                     let second = beta_2 * {} + (1.0 - beta_2) * (slope * slope);\n    \
                     new_moments[index] = first;\n    new_moments[{second}] = second;\n    \
                     weight -= rate * terms[0] * (first / (sqrt(second / terms[3]) + bitcast<f32>({epsilon}u)));\n",
                    old("index"),
                    old(&second)
                )
            }
        }
    }
}

impl ShaderOperation for UpdateShader {
    type Shader = Self;

    fn shader(&self) -> Self {
        self.clone()
    }

    fn groups(&self) -> [u32; 3] {
        spread((self.places().1 / 4).div_ceil(WORKGROUP))
    }

    fn sizes(&self) -> Vec<u32> {
        Vec::new()
    }
}

/// One for each network: finding the parameter of a place among known ones is quicker.
impl Shader for UpdateShader {
    const SIZES: &'static [&'static str] = &[];

    fn workgroup(&self) -> [u32; 3] {
        [WORKGROUP, 1, 1]
    }

    fn source(&self) -> ShaderSource {
        let (_, size) = self.places();
        let [columns, ..] = self.groups();
        let vector = "vec4<f32>";
        let mut buffers = vec![
            input("parameters", vector),
            input("gradients", vector),
            input("rates", "vec2<f32>"),
            input("terms", "f32"),
            output("new_parameters", vector),
        ];
        if self.rule.moments() > 0 {
            buffers.push(output("new_moments", vector));
            buffers.extend((!self.is_first).then(|| input("moments", vector)));
        }
        let decay = match self.decay {
            WeightDecay::None => "",
            WeightDecay::WithGradient => "    slope += decay * weight;\n",
            WeightDecay::Decoupled => "    weight -= rate * terms[1] * (decay * weight);\n",
        };
        let body = format!(
            "    let index = id.y * {}u + id.x;\n    if (index >= {}u) {{ return; }}\n    let place = index * 4u;\n    \
             let found = parameter(place);\n    let offset = place - found.y;\n    \
             if (offset >= found.z * {}u) {{ return; }}\n{}    var weight = parameters[index];\n    \
             var slope = gradients[index];\n{decay}{}    new_parameters[index] = weight;\n",
            columns * WORKGROUP,
            size / 4,
            self.runs,
            self.coefficients(),
            self.rule_text()
        );
        ShaderSource { buffers, functions: self.search(), body }
    }
}
