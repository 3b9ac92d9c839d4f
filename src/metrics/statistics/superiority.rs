//! How often a run of one variant is ahead of one of another.

/// The probability of superiority `P(A > B)` over all pairs of one value of each, of which equal ones count half (Vargha and Delaney 2000);
/// `None` if there are no pairs.
#[must_use]
pub fn probability_of_superiority(ahead: &[f64], behind: &[f64]) -> Option<f64> {
    let pairs = ahead.iter().flat_map(|one| behind.iter().map(move |other| one.partial_cmp(other)));
    let scores = pairs.flatten().map(|order| match order {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    });
    super::mean(&scores.collect::<Vec<f64>>())
}
