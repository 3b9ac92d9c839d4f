//! The null experiment: variants that do not differ are called different in at most 5 % of all experiments, however many there are.
//!
//! The accuracies are those of 512 real runs of one variant, 300 steps of the default network on MNIST:
//! `lab run 'data=mnist&init=kaiming_normal&seeds=512&steps=300&eval=300'`, as numbers of the 10,000 test images that are right.

use emergence_lab::metrics::statistics::{PairedDifference, SIGNIFICANCE, holm};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const RIGHT: &str = include_str!("../../data/null_accuracies.txt");
/// Experiments for each number of comparisons and seeds; the standard error of a rate of 5 % is 0.3 points.
const EXPERIMENTS: usize = 5_000;

#[test]
fn variants_that_do_not_differ_are_rarely_called_different() {
    let accuracies: Vec<f64> =
        RIGHT.split_whitespace().map(|count| count.parse::<f64>().expect("a number") / 10_000.0).collect();
    assert_eq!(accuracies.len(), 512, "one of each seed");
    let mut draws = ChaCha8Rng::seed_from_u64(16);
    for comparisons in [2, 6, 11] {
        for seeds in [3, 5, 10, 20] {
            let mut shuffled = accuracies.clone();
            let alarms = (0..EXPERIMENTS).filter(|_| {
                let (chosen, _) = shuffled.partial_shuffle(&mut draws, (comparisons + 1) * seeds);
                let (baseline, others) = chosen.split_at(seeds);
                let p = others.chunks(seeds).map(|own| {
                    let differences: Vec<f64> = own.iter().zip(baseline).map(|(own, base)| own - base).collect();
                    PairedDifference::of(&differences, 1e-4).and_then(|spread| spread.p()).expect("several pairs")
                });
                holm(&p.collect::<Vec<_>>()).into_iter().any(|p| p < SIGNIFICANCE)
            });
            let rate = alarms.count() as f64 / EXPERIMENTS as f64;
            assert!(rate <= 0.055, "{comparisons} comparisons, {seeds} seeds: {rate} false differences");
            // A test that never calls anything different would pass, too.
            assert!(rate >= 0.02, "{comparisons} comparisons, {seeds} seeds: {rate} is suspiciously few");
        }
    }
}
