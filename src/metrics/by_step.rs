//! Values of several runs gathered by step.

/// The values at each step, in order of increasing step. A sorted list instead of a tree: the steps of every run are in order, so most
/// values belong at the end, and the page's program is smaller by the code of a tree.
#[must_use]
pub fn by_step<T>(values: impl IntoIterator<Item = (u64, T)>) -> Vec<(u64, Vec<T>)> {
    let mut steps: Vec<(u64, Vec<T>)> = Vec::new();
    // Where the next value belongs if the runs have the same steps.
    let mut next = 0;
    for (step, value) in values {
        let expected = steps.get(next).is_some_and(|(expected, _)| *expected == step);
        let found = if expected { Ok(next) } else { steps.binary_search_by_key(&step, |(step, _)| *step) };
        next = match found {
            Ok(index) => {
                steps[index].1.push(value);
                index
            }
            Err(index) => {
                steps.insert(index, (step, vec![value]));
                index
            }
        } + 1;
    }
    steps
}
