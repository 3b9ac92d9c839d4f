//! The loops in which the CPU spends its time, for every kind of processor from one source: on x86-64 with AVX2 and fused
//! multiply-add where the processor has them, on ARM with NEON, in a browser with WebAssembly's SIMD.

#![expect(
    clippy::inline_always,
    reason = "a loop is compiled for a vector unit only with all of its body in one function"
)]

pub mod copy;
pub mod functions;
pub mod panels;
pub mod parallel;
pub mod product;
mod relaxed_simd;
pub mod tile;
mod unit;

pub use tile::{COLUMNS, ROWS, Tile};
pub use unit::{Number, arithmetic, choose_arithmetic, vectorized};
