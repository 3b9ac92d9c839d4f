//! The vector units of processors, and the tile of a matrix product on the one that the program runs on.

use super::relaxed_simd;
use super::tile::{COLUMNS, LANES, Tile, VectorUnit, add_products, scalar_products};
use pulp::{Arch, Simd, WithSimd};
use std::marker::PhantomData;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// The numbers that are computed with: f32, and f64 for tests against finite differences.
pub trait Number:
    Copy
    + Default
    + Send
    + Sync
    + PartialOrd
    + AddAssign
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + 'static
{
    /// Adds to each place of `tile` the sum over `k` of `left[k][row] * right[k][column]`; both factors are packed
    /// ([`super::panels`]).
    fn add_to_tile(left: &[Self], right: &[Self], tile: &mut Tile<Self>);

    /// The scalar product of each of `M` rows with each of `K` others, all of the same length, a multiple of [`COLUMNS`].
    fn scalar_products<const M: usize, const K: usize>(rows: [&[Self]; M], others: [&[Self]; K]) -> [[Self; K]; M];

    /// The nearest number.
    fn from_f64(value: f64) -> Self;

    /// `self`, at double precision.
    fn to_f64(self) -> f64;

    /// The square root.
    #[must_use]
    fn sqrt(self) -> Self;

    /// `e^self`.
    #[must_use]
    fn exp(self) -> Self;

    /// The hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;

    /// The error function.
    #[must_use]
    fn erf(self) -> Self;
}

impl Number for f32 {
    // Never inlined: browsers allocate registers badly in large functions, and take long to optimize them.
    #[inline(never)]
    fn add_to_tile(left: &[Self], right: &[Self], tile: &mut Tile<Self>) {
        if !relaxed_simd::add_to_tile(left, right, tile) {
            Arch::new().dispatch(TileSums { left, right, tile });
        }
    }

    #[inline(never)]
    fn scalar_products<const M: usize, const K: usize>(rows: [&[Self]; M], others: [&[Self]; K]) -> [[Self; K]; M] {
        // A constant condition: the numbers in which it is called most.
        if M == 2
            && K == 3
            && let Some(sums) = relaxed_simd::scalar_products([rows[0], rows[1]], [others[0], others[1], others[2]])
        {
            return std::array::from_fn(|row| std::array::from_fn(|other| sums[row][other]));
        }
        Arch::new().dispatch(ScalarProducts { rows, others })
    }

    #[expect(clippy::cast_possible_truncation, reason = "that is the purpose")]
    #[inline]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self.into()
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn exp(self) -> Self {
        super::functions::exp(self)
    }

    #[inline(always)]
    fn tanh(self) -> Self {
        super::functions::tanh(self)
    }

    #[inline(always)]
    fn erf(self) -> Self {
        super::functions::erf(self)
    }
}

impl Number for f64 {
    fn add_to_tile(left: &[Self], right: &[Self], tile: &mut Tile<Self>) {
        add_in_order(left, right, tile);
    }

    fn scalar_products<const M: usize, const K: usize>(rows: [&[Self]; M], others: [&[Self]; K]) -> [[Self; K]; M] {
        let sums = scalar_products(Lanes(PhantomData), rows, others, [0.0; COLUMNS]);
        sums.map(|sums| sums.map(|lanes| lanes.into_iter().sum()))
    }

    #[inline]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline]
    fn to_f64(self) -> f64 {
        self
    }

    fn sqrt(self) -> Self {
        self.sqrt()
    }

    fn exp(self) -> Self {
        libm::exp(self)
    }

    fn tanh(self) -> Self {
        libm::tanh(self)
    }

    fn erf(self) -> Self {
        libm::erf(self)
    }
}

/// From now on, uses the fastest arithmetic of this browser; with `exact`, the one that rounds in the same way in all browsers. Natively
/// there is no choice.
pub fn choose_arithmetic(exact: bool) {
    relaxed_simd::choose(exact);
}

/// The arithmetic in use: results are the same to the bit only where it is the same.
#[must_use]
pub fn arithmetic() -> &'static str {
    match relaxed_simd::fuses() {
        Some(true) => "relaxed simd, fused",
        Some(false) => "relaxed simd, not fused",
        None => vector_unit(),
    }
}

/// The vector unit of this processor.
#[cfg(target_arch = "x86_64")]
fn vector_unit() -> &'static str {
    match Arch::new() {
        Arch::Scalar => "sse2",
        _ => "avx2, fused",
    }
}

/// The vector unit of this processor.
#[cfg(not(target_arch = "x86_64"))]
fn vector_unit() -> &'static str {
    if cfg!(target_arch = "wasm32") {
        "simd128"
    } else if cfg!(target_arch = "aarch64") {
        "neon, fused"
    } else {
        "scalar"
    }
}

/// Runs `loops` compiled for the vector unit of this processor.
pub fn vectorized<R>(loops: impl FnOnce() -> R) -> R {
    struct Loops<F>(F);
    impl<R, F: FnOnce() -> R> WithSimd for Loops<F> {
        type Output = R;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _simd: S) -> R {
            (self.0)()
        }
    }
    Arch::new().dispatch(Loops(loops))
}

/// [`Number::add_to_tile`] for f32.
struct TileSums<'numbers> {
    left: &'numbers [f32],
    right: &'numbers [f32],
    tile: &'numbers mut Tile<f32>,
}

impl WithSimd for TileSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        // A constant: only one of the branches is compiled.
        if S::F32_LANES == LANES {
            let unit = Registers(simd);
            let sums = self.tile.each_ref().map(|row| [unit.load(row), unit.load(&row[LANES..])]);
            let sums = add_products(unit, self.left, self.right, sums);
            for (row, sums) in self.tile.iter_mut().zip(sums) {
                let [near, far] = S::as_mut_simd_f32s(row).0 else { return };
                [*near, *far] = sums;
            }
        } else {
            add_in_order(self.left, self.right, self.tile);
        }
    }
}

/// [`Number::scalar_products`] for f32.
struct ScalarProducts<'numbers, const M: usize, const K: usize> {
    rows: [&'numbers [f32]; M],
    others: [&'numbers [f32]; K],
}

impl<const M: usize, const K: usize> WithSimd for ScalarProducts<'_, M, K> {
    type Output = [[f32; K]; M];

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> [[f32; K]; M] {
        let sums = scalar_products(Registers(simd), self.rows, self.others, simd.splat_f32s(0.0));
        sums.map(|sums| sums.map(|lanes| simd.reduce_sum_f32s(lanes)))
    }
}

/// The registers of an instruction set.
#[derive(Clone, Copy)]
struct Registers<S>(S);

impl<S: Simd> VectorUnit for Registers<S> {
    type Number = f32;
    type Vector = S::f32s;
    const LANES: usize = S::F32_LANES;

    #[inline(always)]
    fn splat(self, number: f32) -> S::f32s {
        self.0.splat_f32s(number)
    }

    #[inline(always)]
    fn load(self, numbers: &[f32]) -> S::f32s {
        S::as_simd_f32s(&numbers[..S::F32_LANES]).0[0]
    }

    #[inline(always)]
    fn multiply_add(self, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
        self.0.mul_add_e_f32s(a, b, c)
    }
}

/// The tile without a vector unit.
#[inline(always)]
fn add_in_order<T: Number>(left: &[T], right: &[T], tile: &mut Tile<T>) {
    let sums = add_products(Lanes(PhantomData), left, right, tile.map(|row| [row]));
    *tile = sums.map(|[row]| row);
}

/// A row of a tile as if it were a register.
#[derive(Clone, Copy)]
struct Lanes<T>(PhantomData<T>);

impl<T: Number> VectorUnit for Lanes<T> {
    type Number = T;
    type Vector = [T; COLUMNS];
    const LANES: usize = COLUMNS;

    #[inline(always)]
    fn splat(self, number: T) -> [T; COLUMNS] {
        [number; COLUMNS]
    }

    #[inline(always)]
    fn load(self, numbers: &[T]) -> [T; COLUMNS] {
        std::array::from_fn(|lane| numbers[lane])
    }

    #[inline(always)]
    fn multiply_add(self, a: [T; COLUMNS], b: [T; COLUMNS], c: [T; COLUMNS]) -> [T; COLUMNS] {
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }
}
