"""Computes the coefficients in src/model/kernels/functions.rs: python3 functions.py (NumPy and SciPy).

Each polynomial minimizes the greatest relative error of the function on its interval, by Lawson's algorithm: least squares with weights
that are multiplied by the errors until all greatest errors are equal. Prints the error, in units of 2^-24, and the coefficients as f32.
"""
import numpy as np
from scipy.special import erf, erfc, erfcx


def minimax(name, x, variable, degree, target, weight):
    """The polynomial in `variable` closest to `target`, errors times `weight`."""
    basis = np.stack([variable**k for k in range(degree + 1)], 1) * weight[:, None]
    goal, shares, best = target * weight, np.ones_like(x), None
    for _ in range(300):
        roots = np.sqrt(shares)
        coefficients = np.linalg.lstsq(basis * roots[:, None], goal * roots, rcond=None)[0]
        errors = np.abs(basis @ coefficients - goal)
        if best is None or errors.max() < best[0]:
            best = errors.max(), coefficients
        shares *= errors + 1e-30
        shares /= shares.sum()
    print(name, f"{best[0] * 2**24:.3f}", [float(np.float32(c)) for c in best[1]])


nodes = np.cos(np.linspace(0, np.pi, 4001))
unit = (nodes + 1) / 2

x = nodes * np.log(2) / 2 * 1.02
series = 0.5 + x / 6 + x * x / 24
exact = (np.expm1(x) - x) / np.where(x == 0, 1, x) ** 2
minimax("EXP", x, x, 4, np.where(np.abs(x) < 1e-4, series, exact), x * x / np.exp(x) + 1e-12)

x = unit * 0.625 + 1e-9
series = -1 / 3 + 2 / 15 * x * x
minimax("TANH", x, x * x, 4, np.where(x < 1e-3, series, (np.tanh(x) - x) / x**3), x**3 / np.tanh(x))

x = unit + 1e-9
minimax("ERF", x, x * x, 6, erf(x) / x, x / erf(x))

x = unit * 3 + 1
minimax("ERFC", x, 2 / (2 + x), 6, erfcx(x), erfc(x) / erfcx(x) / erf(x))
