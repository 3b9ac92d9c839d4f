//! Shaders in WGSL that are launched in the same stream as Burn's own, on tensors of Burn.

use burn::tensor::Shape;
use burn_wgpu::{CubeTensor, into_contiguous};
use cubecl::PrecompiledSource;
use cubecl::ir::settings::Dim3;
use cubecl::ir::{ElemType, UIntKind, metadata::Info};
use cubecl::prelude::{AddressType, CubeCount, ExecutionMode, KernelId, KernelSettings, Scope};
use cubecl::prelude::{CubeKernel, KernelDefinition, KernelMetadata};
use cubecl::server::{Handle, KernelArguments};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

/// The four components of a vector.
pub(super) const COMPONENTS: [&str; 4] = ["x", "y", "z", "w"];

/// Most workgroups along an axis on every device.
pub(super) const MOST_GROUPS: u32 = 65_535;

/// Most storage buffers of a shader on every device (`maxStorageBuffersPerShaderStage` in the specification of WebGPU).
const MOST_BUFFERS: usize = 8;

/// Most buffers of sizes that are kept: those of a few experiments, which are needed again at every step.
const MOST_SIZES: usize = 512;

/// The name of the entry point of every shader.
const ENTRY_POINT: &str = "main";

/// An operation on tensors that a shader computes. What is compiled is only the shader, which operations of other sizes have in common:
/// compiling takes most of the time until the first step.
pub(super) trait ShaderOperation {
    type Shader: Shader;

    fn shader(&self) -> Self::Shader;

    /// Workgroups along each axis.
    fn groups(&self) -> [u32; 3];

    /// The numbers that the shader has under the names [`Shader::SIZES`].
    fn sizes(&self) -> Vec<u32>;
}

/// A shader: equal values have equal sources, which are compiled once.
pub(super) trait Shader: Clone + Eq + Hash + Debug + Send + Sync + 'static {
    /// The names of the numbers that differ between operations.
    const SIZES: &'static [&'static str];

    /// Invocations of a workgroup along each axis.
    fn workgroup(&self) -> [u32; 3];

    /// The declarations of its buffers, in the order of the tensors of [`launch`], and the body of its main function, in which `id` is the
    /// index of the invocation, `local` that in its workgroup, and `group` that of the workgroup.
    fn source(&self) -> ShaderSource;
}

/// The text of a shader.
pub(super) struct ShaderSource {
    /// Its buffers.
    pub(super) buffers: Vec<ShaderBuffer>,
    /// Functions.
    pub(super) functions: String,
    /// The statements of the main function.
    pub(super) body: String,
}

/// A buffer of a shader.
pub(super) struct ShaderBuffer {
    name: &'static str,
    /// The type of its elements.
    element: &'static str,
    is_written: bool,
}

/// A buffer that is read.
pub(super) const fn input(name: &'static str, element: &'static str) -> ShaderBuffer {
    ShaderBuffer { name, element, is_written: false }
}

/// A buffer that is written.
pub(super) const fn output(name: &'static str, element: &'static str) -> ShaderBuffer {
    ShaderBuffer { name, element, is_written: true }
}

impl ShaderBuffer {
    /// Natively, tensors are parts of the same memory, which a dispatch cannot both read and write under different declarations. In a browser
    /// each has its own, and what is declared as writable must be bound only once.
    fn access(&self) -> &'static str {
        if self.is_written || cfg!(not(target_family = "wasm")) { "read_write" } else { "read" }
    }
}

thread_local! {
    /// The buffers of sizes that were needed so far: they are written once. A process, or a worker, opens one GPU.
    static SIZES: RefCell<HashMap<Vec<u32>, Handle>> = RefCell::default();
}

/// The buffer with these numbers.
fn sizes(numbers: Vec<u32>, like: &CubeTensor) -> Handle {
    SIZES.with_borrow_mut(|known| {
        if known.len() >= MOST_SIZES {
            known.clear();
        }
        let create = |numbers: &Vec<u32>| {
            let bytes = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect::<Vec<_>>();
            like.client.create_from_slice(&bytes)
        };
        known.entry(numbers).or_insert_with_key(create).clone()
    })
}

/// Launches an operation on tensors.
pub(super) fn launch(operation: &impl ShaderOperation, tensors: &[&CubeTensor]) {
    let Some(first) = tensors.first() else { return };
    let numbers = operation.sizes();
    let sizes = (!numbers.is_empty()).then(|| sizes(numbers, first));
    let handles = tensors.iter().map(|tensor| tensor.handle.clone()).chain(sizes);
    let [x, y, z] = operation.groups();
    first.client.launch(
        Box::new(Launched(operation.shader())),
        CubeCount::Static(x, y, z),
        KernelArguments::new().with_buffers(handles.map(Handle::binding).collect()),
    );
}

/// This many workgroups, along two axes if they are more than one may have.
pub(super) fn spread(groups: u32) -> [u32; 3] {
    let columns = groups.clamp(1, MOST_GROUPS);
    [columns, groups.div_ceil(columns), 1]
}

/// A tensor whose numbers are not written yet, beside `like`.
pub(super) fn empty(shape: impl Into<Shape>, like: &CubeTensor) -> CubeTensor {
    let shape = shape.into();
    let handle = like.client.empty(shape.num_elements() * size_of::<f32>());
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, like.dtype)
}

/// The tensor with its numbers in the order of its axes.
pub(super) fn contiguous(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(tensor)
}

/// A shader as Burn's stack launches it.
#[derive(Debug)]
struct Launched<S>(S);

impl<S: Shader> KernelMetadata for Launched<S> {
    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info(self.0.clone())
    }

    fn address_type(&self) -> ElemType {
        UIntKind::U32.into()
    }
}

impl<S: Shader> CubeKernel for Launched<S> {
    /// Without instructions: the source is already in the language of the device.
    fn define(&self) -> KernelDefinition {
        let [x, y, z] = self.0.workgroup();
        let settings = KernelSettings::new(Dim3 { x, y, z }, ExecutionMode::Checked, AddressType::U32);
        KernelDefinition { body: Scope::root(settings.clone()), settings, info: Info::default() }
    }

    fn source(&self) -> Option<PrecompiledSource> {
        Some(PrecompiledSource { source: text(&self.0), entrypoint_name: ENTRY_POINT.to_owned(), lang: "wgsl" })
    }
}

/// The whole text of a shader.
pub(super) fn text<S: Shader>(shader: &S) -> String {
    let ShaderSource { mut buffers, functions, body } = shader.source();
    buffers.extend((!S::SIZES.is_empty()).then(|| input("sizes", "u32")));
    assert!(
        buffers.len() <= MOST_BUFFERS,
        "a shader has at most {MOST_BUFFERS} storage buffers, or some devices refuse it: {shader:?}"
    );
    let declared = buffers.iter().enumerate().map(|(index, buffer)| {
        let ShaderBuffer { name, element, .. } = buffer;
        format!("@group(0) @binding({index}) var<storage, {}> {name}: array<{element}>;\n", buffer.access())
    });
    let named = S::SIZES.iter().enumerate().map(|(index, name)| format!("    let {name} = sizes[{index}u];\n"));
    let [x, y, z] = shader.workgroup();
    format!(
        "{}{functions}\n@compute @workgroup_size({x}, {y}, {z})\nfn {ENTRY_POINT}(@builtin(global_invocation_id) id: vec3<u32>, \
         @builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3<u32>) {{\n{}{body}}}\n",
        declared.collect::<String>(),
        named.collect::<String>()
    )
}
