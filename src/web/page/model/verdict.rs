//! The sentence below the figure: which variant differs most clearly, by how much, what the seeds and the test set decide, and how large the
//! lead was at its largest.

use crate::catalog::FigureQuantity;
use crate::experiment::Experiment;
use crate::metrics::{BaselineComparison, FEWEST_PAIRS, FailureMode, History, Verdict, statistics};
use crate::texts::text;
use crate::web::page::words::{grouped, sentences, variant_label, verdicts};

/// The sentence about the quantity by which variants are compared; empty before the first evaluation. There is no verdict before all seeds
/// have `finished`.
#[must_use]
pub fn verdict_text(history: &History, baseline: usize, finished: bool) -> String {
    let Some(base) = history.variants.get(baseline) else { return String::new() };
    let comparisons = history.comparisons(baseline).into_iter().enumerate();
    let so_far = |comparison| BaselineComparison { verdict: Verdict::NotFinished, ..comparison };
    let comparisons = comparisons
        .filter_map(|(index, comparison)| Some((index, comparison?)))
        .map(|(index, comparison)| (index, if finished { comparison } else { so_far(comparison) }));
    // A difference that the seeds do not settle must not hide one that they do, however large it is.
    let clearest =
        comparisons.filter(|(_, comparison)| comparison.difference.is_some()).max_by(|(_, one), (_, other)| {
            let size = |comparison: &BaselineComparison| comparison.difference.unwrap_or_default().abs();
            one.verdict.is_difference().cmp(&other.verdict.is_difference()).then(size(one).total_cmp(&size(other)))
        });
    let failed = failures(history);
    let Some((index, comparison)) = clearest else { return failed };
    let [name, other] = [base, &history.variants[index]].map(|curves| variant_label(&curves.variant));
    let compared = Compared { history, name, other, comparison };
    let lead = early_lead(history, index, baseline);
    sentences([compared.sentence(), compared.test_set(), lead, failed])
}

/// A variant and the baseline.
struct Compared<'history> {
    history: &'history History,
    /// The name of the baseline.
    name: String,
    /// The name of the variant.
    other: String,
    comparison: BaselineComparison,
}

impl Compared<'_> {
    fn sentence(&self) -> String {
        let Self { name, other, comparison, .. } = self;
        let when = self.when();
        let mean = comparison.difference.unwrap_or_default();
        let (difference, distance) = (points(mean), format!("{:.1}", 100.0 * mean.abs()));
        let interval = self.interval();
        match comparison.verdict {
            Verdict::NotFinished => text!(
                "So far, {when}, {other} and {name} differ by {difference} points {interval}; the verdict comes at the end.",
                when,
                other,
                name,
                difference,
                interval
            ),
            Verdict::Better => text!(
                "{other} is ahead of {name} by {distance} points {when} {interval}.",
                other,
                name,
                distance,
                when,
                interval
            ),
            Verdict::Worse => text!(
                "{other} is behind {name} by {distance} points {when} {interval}.",
                other,
                name,
                distance,
                when,
                interval
            ),
            Verdict::PracticallyEqual => text!(
                "{other} and {name} are practically equal {when}: they differ by {difference} points {interval}, by less than {margin} points.",
                other,
                name,
                when,
                difference,
                interval,
                margin = verdicts::margin(comparison)
            ),
            Verdict::Undecided => self.undecided(&when, &difference, &interval),
            Verdict::FailsMore => {
                let failures = verdicts::failures_with_p(comparison);
                text!("{other} fails more often than {name} {when}: {failures}.", other, name, when, failures)
            }
            Verdict::FailsLess => {
                let failures = verdicts::failures_with_p(comparison);
                text!("{other} fails less often than {name} {when}: {failures}.", other, name, when, failures)
            }
            Verdict::TooFewSeeds => self.too_few(&when, &difference),
        }
    }

    /// Why there is no verdict.
    fn too_few(&self, when: &str, difference: &str) -> String {
        let Self { name, other, comparison, .. } = self;
        if self.are_copies() {
            return text!(
                "{other} and {name} differ by {difference} points {when}. All seeds start from the same weights, so there is one run only, and no verdict.",
                other,
                name,
                difference,
                when
            );
        }
        text!(
            "{other} and {name} differ by {difference} points {when}. A verdict takes at least {fewest} seeds; here: {seeds}.",
            other,
            name,
            difference,
            when,
            fewest = FEWEST_PAIRS,
            seeds = comparison.n
        )
    }

    /// Whether more seeds would be more copies of the same runs.
    fn are_copies(&self) -> bool {
        self.history.setup.experiment.seeds as usize > self.comparison.n
    }

    fn undecided(&self, when: &str, difference: &str, interval: &str) -> String {
        let Self { name, other, comparison, history } = self;
        if comparison.failures.is_some() {
            let failures = verdicts::failures_with_p(comparison);
            return text!(
                "Failures do not settle whether {other} and {name} differ {when}: {failures}.",
                other,
                name,
                when,
                failures
            );
        }
        let unsettled = text!(
            "{seeds} seeds do not settle whether {other} and {name} differ {when}: {difference} points {interval}.",
            seeds = comparison.n,
            other,
            name,
            when,
            difference,
            interval
        );
        let more = verdicts::more_seeds(&history.setup.experiment, comparison);
        let more = more.map(|more| text!("About {more} more would.", more));
        sentences(std::iter::once(unsettled).chain(more))
    }

    /// The interval with the number of seeds.
    fn interval(&self) -> String {
        let seeds = self.comparison.n;
        match self.comparison.ci95.map(|ends| ends.map(points)) {
            Some([low, high]) => text!("(95 % interval {low} to {high}, {seeds} seeds)", low, high, seeds),
            None => text!("({seeds} seeds)", seeds),
        }
    }

    /// After how many steps, and at which learning rate: another one may turn the verdict.
    fn when(&self) -> String {
        let experiment = &self.history.setup.experiment;
        let steps = grouped(self.history.step);
        match common_rate(experiment) {
            Some(rate) => text!("after {steps} steps at learning rate {rate}", steps, rate),
            None => text!("after {steps} steps, each at its own learning rate", steps),
        }
    }

    /// How far the choice of test examples goes.
    fn test_set(&self) -> String {
        let comparison = &self.comparison;
        let is_final = comparison.verdict != Verdict::NotFinished && comparison.verdict != Verdict::TooFewSeeds;
        let error = comparison.test_set_error.filter(|_| is_final);
        error.map_or_else(String::new, |error| {
            let error = format!("{:.1}", 200.0 * error);
            text!(
                "With other test examples this difference would change by about ±{error} points (two standard errors), whatever the number of seeds.",
                error
            )
        })
    }
}

/// The learning rate of all variants, if it is the same.
fn common_rate(experiment: &Experiment) -> Option<f64> {
    let mut rates = experiment.variants.iter().map(|variant| experiment.learning_rate_of(variant));
    let first = rates.next()?;
    rates.all(|rate| rate.total_cmp(&first).is_eq()).then_some(first)
}

/// The step at which the lead of a variant was largest, if it is at least twice as large as at the end.
fn early_lead(history: &History, variant: usize, baseline: usize) -> String {
    let (_, difference) = FigureQuantity::primary(history.setup.experiment.task());
    let source = difference.facts().source;
    let runs: Vec<_> = history.variants[variant].surviving_runs().collect();
    let series: Vec<Vec<(u64, f64)>> =
        runs.iter().map(|run| history.figure_values(variant, run, source, baseline)).collect();
    let Some(first) = series.first() else { return String::new() };
    let mean = |index: usize| {
        let values: Vec<f64> = series.iter().filter_map(|run| Some(run.get(index)?.1)).collect();
        statistics::mean(&values)
    };
    let means: Vec<(u64, f64)> =
        first.iter().enumerate().filter_map(|(index, (step, _))| Some((*step, mean(index)?))).collect();
    let largest = means.iter().copied().max_by(|one, other| one.1.abs().total_cmp(&other.1.abs()));
    match (largest, means.last()) {
        (Some((step, most)), Some((_, end))) if most.abs() >= 2.0 && most.abs() >= 2.0 * end.abs() => {
            text!(
                "The difference was largest at step {step}: {difference} points.",
                step,
                difference = points_text(most)
            )
        }
        _ => String::new(),
    }
}

/// The runs that have failed.
fn failures(history: &History) -> String {
    let facts = history.table_facts();
    let failed = history.variants.iter().filter_map(|curves| {
        let (name, of) = (variant_label(&curves.variant), curves.runs.len());
        let count = |mode: FailureMode| curves.runs.iter().filter(|run| facts.failure(run) == Some(mode)).count();
        let (diverged, idle) = (count(FailureMode::Diverged), count(FailureMode::NothingLearned));
        let diverged =
            (diverged > 0).then(|| text!("{name}: {runs} of {of} runs diverged.", name, runs = diverged, of));
        let idle = (idle > 0).then(|| {
            text!("{name}: {runs} of {of} runs learned nothing: no better than guessing.", name, runs = idle, of)
        });
        Some(sentences(diverged.into_iter().chain(idle))).filter(|text| !text.is_empty())
    });
    sentences(failed)
}

/// A difference of fractions in points.
fn points(value: f64) -> String {
    points_text(100.0 * value)
}

fn points_text(value: f64) -> String {
    format!("{value:+.1}").replace('-', "−")
}
