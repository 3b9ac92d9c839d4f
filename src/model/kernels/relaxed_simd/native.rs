//! Natively there is no such module, and nothing to choose.

use crate::model::kernels::Tile;

pub(in crate::model::kernels) fn choose(_exact: bool) {}

pub(in crate::model::kernels) fn fuses() -> Option<bool> {
    None
}

pub(in crate::model::kernels) fn add_to_tile(_left: &[f32], _right: &[f32], _tile: &mut Tile<f32>) -> bool {
    false
}

pub(in crate::model::kernels) fn scalar_products(_rows: [&[f32]; 2], _others: [&[f32]; 3]) -> Option<[[f32; 3]; 2]> {
    None
}
