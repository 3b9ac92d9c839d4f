//! The innermost loop of a matrix product: one tile of the result, which stays in registers. It has no dependencies, because
//! the module with relaxed SIMD and the benchmark of tiles are compiled from it, too.

/// Rows of a tile. With two registers of columns, eight sums; these, the two columns, and the numbers of the four rows fit into
/// the 15 registers that a browser uses on x86-64, so that nothing is spilled to memory. See docs/benchmarks.md for other shapes.
pub const ROWS: usize = 4;
/// Registers of columns of a tile.
pub const VECTORS: usize = 2;
/// Numbers per register: AVX2's eight on x86-64, four of NEON and of WebAssembly.
pub const LANES: usize = if cfg!(target_arch = "x86_64") { 8 } else { 4 };
/// Columns of a tile.
pub const COLUMNS: usize = VECTORS * LANES;

/// A tile of a matrix.
pub type Tile<T> = [[T; COLUMNS]; ROWS];

/// What the vector unit of a processor does with numbers of one type.
pub trait VectorUnit: Copy {
    /// The numbers.
    type Number: Copy;
    /// A register of [`Self::LANES`] numbers.
    type Vector: Copy;
    /// Numbers per register.
    const LANES: usize;

    /// The same number in every lane.
    fn splat(self, number: Self::Number) -> Self::Vector;

    /// The first [`Self::LANES`] numbers.
    fn load(self, numbers: &[Self::Number]) -> Self::Vector;

    /// `a * b + c`, rounded once or twice.
    fn multiply_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
}

/// The sums over `k` of `left[k][row] * right[k][column]`, for `ROWS` rows and the columns of `VECTORS` registers, starting with
/// `sums`. Both factors are packed: the numbers for each `k` follow those for the one before. Sums are formed in the order of `k`.
#[inline(always)]
pub fn add_products<U: VectorUnit, const ROWS: usize, const VECTORS: usize>(
    unit: U,
    left: &[U::Number],
    right: &[U::Number],
    mut sums: [[U::Vector; VECTORS]; ROWS],
) -> [[U::Vector; VECTORS]; ROWS] {
    for (left, right) in left.chunks_exact(ROWS).zip(right.chunks_exact(VECTORS * U::LANES)) {
        let mut columns = [unit.load(right); VECTORS];
        for vector in 1..VECTORS {
            columns[vector] = unit.load(&right[vector * U::LANES..]);
        }
        for row in 0..ROWS {
            let number = unit.splat(left[row]);
            for vector in 0..VECTORS {
                sums[row][vector] = unit.multiply_add(number, columns[vector], sums[row][vector]);
            }
        }
    }
    sums
}

/// The scalar product of each of `M` rows with each of `K` others, all of the same length, a multiple of the lanes; in as many partial sums
/// as there are lanes.
#[inline(always)]
pub fn scalar_products<U: VectorUnit, const M: usize, const K: usize>(
    unit: U,
    rows: [&[U::Number]; M],
    others: [&[U::Number]; K],
    zero: U::Vector,
) -> [[U::Vector; K]; M] {
    let mut sums = [[zero; K]; M];
    let length = rows.iter().chain(&others).map(|row| row.len()).min().unwrap_or_default() / U::LANES * U::LANES;
    // Nothing here can panic: a module that can has data.
    let load =
        |row: &[U::Number], begin: usize| row.get(begin..begin + U::LANES).map_or(zero, |numbers| unit.load(numbers));
    for begin in (0..length).step_by(U::LANES) {
        let mut near = [zero; K];
        for other in 0..K {
            near[other] = load(others[other], begin);
        }
        for row in 0..M {
            let own = load(rows[row], begin);
            for other in 0..K {
                sums[row][other] = unit.multiply_add(own, near[other], sums[row][other]);
            }
        }
    }
    sums
}
