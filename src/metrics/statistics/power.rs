//! What a number of seeds can show, by Student's t: the textbook approximation, in which the power of a test is that of a shifted t.

use super::quantile;

/// The probability with which a difference is found that is as large as stated.
const POWER: f64 = 0.8;
/// Two seeds doubled this often are more than any experiment has.
const MOST_DOUBLINGS: u32 = 14;

/// The smallest true difference that `n` pairs show in 80 % of all experiments at this two-sided level (0.05, divided by the number of
/// comparisons), `(t(1 - level / 2, n - 1) + t(0.8, n - 1)) s / sqrt(n)`, where `deviation` is the standard deviation of a difference; `None` for
/// fewer than two.
#[must_use]
pub fn detectable_difference(deviation: f64, n: usize, level: f64) -> Option<f64> {
    Some((quantile(1.0 - level / 2.0, n)? + quantile(POWER, n)?) * deviation / (n as f64).sqrt())
}

/// How many pairs decide in 80 % of all experiments, if the true difference is the one found so far: they show it, or if it is below the
/// `margin`, that it is; `level` is that of [`detectable_difference`] ([two one-sided tests](https://doi.org/10.1007/BF01068419)); `None` if sixteen thousand do neither.
#[must_use]
pub fn seeds_to_decide(deviation: f64, difference: f64, margin: f64, level: f64) -> Option<usize> {
    let decides = |n: &usize| {
        let shows = detectable_difference(deviation, *n, level).is_some_and(|smallest| smallest <= difference.abs());
        shows || narrowest_margin(deviation, *n).is_some_and(|narrowest| narrowest <= margin - difference.abs())
    };
    // Once one number is enough, all larger ones are.
    let most = (1..=MOST_DOUBLINGS).map(|doublings| 1_usize << doublings).find(decides)?;
    let (mut too_few, mut enough) = (most / 2, most);
    while enough - too_few > 1 {
        let middle = usize::midpoint(too_few, enough);
        if decides(&middle) {
            enough = middle;
        } else {
            too_few = middle;
        }
    }
    Some(enough)
}

/// The narrowest margin within which equality is shown in 80 % of all experiments where there is no difference.
fn narrowest_margin(deviation: f64, n: usize) -> Option<f64> {
    // Both one-sided tests have to succeed: each fails in half of the remaining 20 %.
    Some((quantile(0.95, n)? + quantile(f64::midpoint(1.0, POWER), n)?) * deviation / (n as f64).sqrt())
}
