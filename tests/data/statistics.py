"""Prints the expected numbers of tests/it/metrics/statistics.rs: python3 statistics.py (NumPy and SciPy).

Every number comes from a function of SciPy that is not written like ours: the t test and its interval, Fisher's exact test, the exhaustive
permutation test of signs, the Mann-Whitney statistic as a probability, Student's quantiles. Holm's correction is written here once more, in
its stepwise form. The numbers of seeds are found by trying all, one after another.
"""

import numpy as np
from scipy import stats

differences = np.array([0.021, -0.004, 0.013, 0.007, 0.016, 0.002, 0.011])
test = stats.ttest_1samp(differences, 0)
print("paired", differences.mean(), differences.std(ddof=1), test.pvalue)
for level in (0.95, 0.9):
    print("interval", level, list(test.confidence_interval(level)))
flips = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
print("sign flip", flips.pvalue)

for table in ([[3, 0], [0, 3]], [[4, 0], [0, 4]], [[2, 3], [0, 5]], [[5, 0], [0, 5]], [[3, 4], [1, 9]], [[0, 5], [0, 5]]):
    print("fisher", table, stats.fisher_exact(table).pvalue)

ahead, behind = [0.91, 0.93, 0.95, 0.9], [0.9, 0.92, 0.94]
print("superiority", stats.mannwhitneyu(ahead, behind).statistic / (len(ahead) * len(behind)))

values = [0.02, 0.04, 0.005, 0.3, 0.02]
corrected, largest = [None] * len(values), 0.0
for rank, index in enumerate(sorted(range(len(values)), key=lambda index: values[index])):
    largest = min(1.0, max(largest, (len(values) - rank) * values[index]))
    corrected[index] = largest
print("holm", corrected)


def detectable(deviation, n):
    return (stats.t.ppf(0.975, n - 1) + stats.t.ppf(0.8, n - 1)) * deviation / np.sqrt(n)


def decides(deviation, difference, margin, n):
    narrowest = (stats.t.ppf(0.95, n - 1) + stats.t.ppf(0.9, n - 1)) * deviation / np.sqrt(n)
    return detectable(deviation, n) <= abs(difference) or narrowest <= margin - abs(difference)


for deviation, n in ((0.3, 3), (0.3, 5), (0.3, 10), (0.8, 5), (1.5, 5)):
    print("detectable", deviation, n, detectable(deviation, n))
for deviation, difference in ((0.3, 0.5), (0.3, 0.0), (0.8, 0.3), (0.2, -0.1), (1.5, 2.0), (3.0, 0.5)):
    print("to decide", deviation, difference, next(n for n in range(2, 10_000) if decides(deviation, difference, 0.5, n)))

# The test set: per-example right or wrong of two runs of two variants.
right = np.array([[1, 1, 0, 1, 0, 1, 1, 1, 0, 1], [1, 0, 0, 1, 1, 1, 1, 1, 1, 1]])
wrong = np.array([[1, 0, 0, 1, 0, 1, 0, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1, 0, 1]])
means = (right - wrong).mean(axis=0)
print("test set", stats.sem(means))
b, c, n = (right[0] > wrong[0]).sum(), (right[0] < wrong[0]).sum(), right.shape[1]
# McNemar's counts of one pair, with the divisor of a sample.
print("mcnemar", np.sqrt((b + c - (b - c) ** 2 / n) / (n * (n - 1))))
