//! Values of several runs gathered by step.

/// The values at each step, in order of increasing step. A sorted list instead of a tree: the steps of every run are in order, so most
/// values belong at the end, and the page's program is smaller by the code of a tree.
#[must_use]
pub fn by_step<T>(values: impl IntoIterator<Item = (u64, T)>) -> Vec<(u64, Vec<T>)> {
    let mut steps: Vec<(u64, Vec<T>)> = Vec::new();
    for (step, value) in values {
        match steps.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(index) => steps[index].1.push(value),
            Err(index) => steps.insert(index, (step, vec![value])),
        }
    }
    steps
}
