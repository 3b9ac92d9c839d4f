//! Compiles the module in the browser, and calls it.

use crate::model::kernels::{COLUMNS, ROWS, Tile};
use js_sys::WebAssembly::{Instance, Module, Table, validate};
use js_sys::{Function, Object, Reflect, Uint8Array};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen::{JsCast, JsValue};

/// The module, which build.rs has compiled.
const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/relaxed.wasm"));

type TileFunction = unsafe extern "C" fn(*const f32, *const f32, usize, *mut f32);
type ScalarProductsFunction =
    unsafe extern "C" fn(*const f32, *const f32, *const f32, *const f32, *const f32, usize, *mut f32);

/// The module of this browser.
#[derive(Debug, Clone, Copy)]
struct Relaxed {
    add_to_tile: TileFunction,
    scalar_products: ScalarProductsFunction,
    /// Whether product and sum are rounded only once.
    fuses: bool,
}

/// The module, if the browser accepts it.
static MODULE: OnceLock<Option<Relaxed>> = OnceLock::new();
/// Whether it is in use.
static IN_USE: AtomicBool = AtomicBool::new(false);

/// From now on, uses relaxed SIMD if the browser has it, or with `exact` not.
pub(in crate::model::kernels) fn choose(exact: bool) {
    let is_there = !exact && MODULE.get_or_init(|| load().ok()).is_some();
    IN_USE.store(is_there, Ordering::Relaxed);
}

/// How the module rounds, if it is in use.
pub(in crate::model::kernels) fn fuses() -> Option<bool> {
    in_use().map(|module| module.fuses)
}

fn in_use() -> Option<Relaxed> {
    if IN_USE.load(Ordering::Relaxed) { *MODULE.get()? } else { None }
}

/// As [`crate::model::kernels::Number::add_to_tile`]; returns `false` if the module is not in use.
#[expect(unsafe_code, reason = "the function of another module can only be called through a pointer")]
pub(in crate::model::kernels) fn add_to_tile(left: &[f32], right: &[f32], tile: &mut Tile<f32>) -> bool {
    let Some(Relaxed { add_to_tile, .. }) = in_use() else { return false };
    let depth = (left.len() / ROWS).min(right.len() / COLUMNS);
    // SAFETY: the function reads `depth` times the rows and columns of a tile, which are there, and writes to the tile only.
    unsafe { add_to_tile(left.as_ptr(), right.as_ptr(), depth, tile.as_flattened_mut().as_mut_ptr()) };
    true
}

/// As [`crate::model::kernels::Number::scalar_products`] of two rows and three others; `None` if the module is not in use.
#[expect(unsafe_code, reason = "the function of another module can only be called through a pointer")]
pub(in crate::model::kernels) fn scalar_products(rows: [&[f32]; 2], others: [&[f32]; 3]) -> Option<[[f32; 3]; 2]> {
    let Relaxed { scalar_products, .. } = in_use()?;
    let length = rows.iter().chain(&others).map(|row| row.len()).min()?;
    let ([row_0, row_1], [other_0, other_1, other_2]) = (rows.map(<[f32]>::as_ptr), others.map(<[f32]>::as_ptr));
    let mut sums = [[0.0; 3]; 2];
    // SAFETY: the function reads `length` numbers of each, which are there, and writes to the sums only.
    unsafe { scalar_products(row_0, row_1, other_0, other_1, other_2, length, sums.as_flattened_mut().as_mut_ptr()) };
    Some(sums)
}

/// Instantiates the module on the memory of this program, and puts its functions into this program's table.
#[expect(unsafe_code, reason = "a place in the table is a function pointer")]
fn load() -> Result<Relaxed, JsValue> {
    let bytes = Uint8Array::from(BYTES);
    if !validate(&bytes)? {
        return Err(JsValue::NULL);
    }
    let (imports, environment) = (Object::new(), Object::new());
    Reflect::set(&environment, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"env".into(), &environment)?;
    let exports = Instance::new(&Module::new(&bytes)?, &imports)?.exports();
    let function = |name: &str| Reflect::get(&exports, &name.into())?.dyn_into::<Function>();
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    let place = |name: &str| {
        let place = table.grow(1)?;
        table.set(place, &function(name)?)?;
        Ok::<_, JsValue>(std::ptr::without_provenance::<()>(place as usize))
    };
    let (add_to_tile, scalar_products) = (place("add_to_tile")?, place("scalar_products_2x3")?);
    // SAFETY: in WebAssembly a function pointer is the index of a function in the table, and calling one of another type is a trap, not
    // undefined.
    let (add_to_tile, scalar_products) = unsafe {
        (
            std::mem::transmute::<*const (), TileFunction>(add_to_tile),
            std::mem::transmute::<*const (), ScalarProductsFunction>(scalar_products),
        )
    };
    // The square of 1 + 2^-12 needs 25 bits: rounded before the sum, nothing is left.
    let (number, rounded) = (1.0 + 2.0_f64.powi(-12), -(1.0 + 2.0_f64.powi(-11)));
    let left = function("multiply_add")?.call3(&JsValue::NULL, &number.into(), &number.into(), &rounded.into())?;
    Ok(Relaxed { add_to_tile, scalar_products, fuses: left.as_f64() != Some(0.0) })
}
