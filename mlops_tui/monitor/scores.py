"""How far apart two samples are, by the statistics that people know; one number each, no verdict.

Scores of shares work along the last axis of arrays of counts, so that a thousand resamples cost
one call. In all of them 0 means that the two samples look the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SMALLEST_SHARE = 1e-4
"""PSI is infinite where a bin is empty on one side; Evidently fills in this share, and so do we."""
SMALLEST_SD = 1e-3
"""As Evidently: a distance over the sd of a constant column would be infinite."""
_EXACT_ROWS = 200_000


def wasserstein(reference: Floats, current: Floats) -> float:
    """Return the first Wasserstein (earth mover's) distance over the sd of the reference.

    Evidently's convention: the population's sd (ddof 0), at least 0.001. In units of that sd: 0.1
    is a shift of the mean by a tenth of an sd. Unbounded; NaN where one sample is empty.

    Args:
        reference: finite values, ascending.
        current: finite values, ascending.
    """
    if not len(reference) or not len(current):
        return float("nan")
    return earth_mover(reference, current) / spread(reference)


def spread(ascending: Floats) -> float:
    """Return the population's sd of values, but at least 0.001; no square overflows."""
    scale = float(max(abs(ascending[0]), abs(ascending[-1]), 1.0))
    return max(float(np.std(ascending / scale)) * scale, SMALLEST_SD)


def earth_mover(reference: Floats, current: Floats) -> float:
    """Return the area between two distribution functions, in the unit of the values.

    Above 200,000 rows in all the two quantile functions are compared at as many points as the
    larger sample has rows: exact for samples of one size, else to within range / rows.
    """
    n, m = len(reference), len(current)
    if n == m:
        return float(np.mean(np.abs(reference - current)))
    if n + m > _EXACT_ROWS:
        at = (np.arange(max(n, m)) + 0.5) / max(n, m)
        apart = reference[(at * n).astype(np.int64)] - current[(at * m).astype(np.int64)]
        return float(np.mean(np.abs(apart)))
    both = np.sort(np.concatenate([reference, current]), kind="stable")
    below = np.searchsorted(reference, both[:-1], "right") / n
    below_current = np.searchsorted(current, both[:-1], "right") / m
    return float(np.sum(np.abs(below - below_current) * np.diff(both)))


def kolmogorov_smirnov(reference: Floats, current: Floats) -> float:
    """Return the greatest distance of two distribution functions, in [0, 1]; NaN without values.

    Args:
        reference: finite values, ascending.
        current: finite values, ascending.
    """
    if not len(reference) or not len(current):
        return float("nan")
    apart = 0.0
    for points in (reference, current):
        below = np.searchsorted(reference, points, "right") / len(reference)
        below_current = np.searchsorted(current, points, "right") / len(current)
        apart = max(apart, float(np.max(np.abs(below - below_current))))
    return apart


def shares(counts: NDArray[np.float64] | NDArray[np.int64]) -> Floats:
    """Return counts over their sums along the last axis; NaN where a sum is 0."""
    total = counts.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(counts / total, dtype=np.float64)


def jensen_shannon(reference: Floats, current: Floats) -> Floats:
    """Return the Jensen-Shannon distance: the root of the divergence in base 2, in [0, 1].

    NannyML's and scipy's convention with base=2; Evidently takes base e (at most 0.8326).
    """
    p, q = shares(reference), shares(current)
    middle = (p + q) / 2
    both = _entropy_terms(p, middle) + _entropy_terms(q, middle)
    return np.asarray(np.sqrt(np.clip(both.sum(axis=-1) / 2, 0.0, 1.0)), dtype=np.float64)


def _entropy_terms(p: Floats, q: Floats) -> Floats:
    ratio = np.divide(p, q, out=np.ones_like(p), where=p > 0)
    return np.asarray(p * np.log2(ratio), dtype=np.float64)


def psi(reference: Floats, current: Floats) -> Floats:
    """Return the population stability index, sum of (q - p) ln(q / p), natural logarithm, >= 0.

    Lewis (1994). Shares of 0 become 0.0001 first, so it is finite: at most about 9.2 a bin.
    """
    p = np.maximum(shares(reference), SMALLEST_SHARE)
    q = np.maximum(shares(current), SMALLEST_SHARE)
    return np.asarray(((q - p) * np.log(q / p)).sum(axis=-1), dtype=np.float64)


def hellinger(reference: Floats, current: Floats) -> Floats:
    """Return the Hellinger distance, the root of half the squared distance of roots, in [0, 1]."""
    apart = np.sqrt(shares(reference)) - np.sqrt(shares(current))
    return np.asarray(np.sqrt((apart**2).sum(axis=-1) / 2), dtype=np.float64)


def chi_square(reference: Floats, current: Floats) -> Floats:
    """Return the effect size of the 2 x k contingency table: the root of X2 (1/n + 1/N), >= 0.

    X2 is Pearson's statistic without correction for continuity; by itself it would grow with the
    rows whatever the difference. At n = N this is twice Cohen's w. At most (n + N) / sqrt(n N),
    where the two sides have nothing in common. Cells empty on both sides count nothing.
    """
    n = current.sum(axis=-1, keepdims=True)
    rows = reference.sum(axis=-1, keepdims=True)
    pooled = (reference + current) / (n + rows)
    apart = (shares(reference) - shares(current)) ** 2
    terms = np.divide(apart, pooled, out=np.zeros_like(apart), where=pooled > 0)
    return np.asarray(np.sqrt(terms.sum(axis=-1)), dtype=np.float64)


def total_variation(reference: Floats, current: Floats) -> Floats:
    """Return half the sum of the differences of shares, in [0, 1]: how many rows have moved."""
    return np.asarray(np.abs(shares(reference) - shares(current)).sum(axis=-1) / 2, np.float64)


def l_infinity(reference: Floats, current: Floats) -> Floats:
    """Return the greatest difference of one share, in [0, 1]."""
    return np.asarray(np.abs(shares(reference) - shares(current)).max(axis=-1), np.float64)


OF_SHARES: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "jensen_shannon": jensen_shannon,
    "psi": psi,
    "hellinger": hellinger,
    "chi_square": chi_square,
    "total_variation": total_variation,
    "l_infinity": l_infinity,
}
"""Scores of counts of categories, or of numbers in bins."""

OF_NUMBERS: Mapping[str, Callable[[Floats, Floats], float]] = {
    "wasserstein": wasserstein,
    "kolmogorov_smirnov": kolmogorov_smirnov,
}
"""Scores of numbers alone."""

THRESHOLDS: Mapping[str, float] = {
    "wasserstein": 0.1,
    "kolmogorov_smirnov": 0.1,
    "jensen_shannon": 0.1,
    "psi": 0.1,
    "hellinger": 0.1,
    "chi_square": 0.25,
    "total_variation": 0.1,
    "l_infinity": 0.1,
    "out_of_vocabulary": 0.1,
}
"""From which score on a difference is of practical size, unless a project says otherwise.

Evidently's, where it has one. All are near a shift by a tenth of an sd, or of ten rows in a
hundred; that chance gives as much in a small batch is for the null to say.
"""

GROWS_WITH_SQUARE = frozenset({"psi"})
"""Scores that grow as the square of a small difference; all others grow as the difference."""

BINS = 10
"""Numbers fall in ten bins of equal shares of the reference for the scores of shares."""


def bin_edges(reference: Floats, bins: int = BINS) -> Floats:
    """Return the inner edges of bins with about equal shares of the reference, ascending, unique.

    A bin holds its upper edge. Ties, as in a column that is mostly 0, leave fewer bins.

    Args:
        reference: finite values, ascending, at least one.
        bins: how many, at most.
    """
    places = np.ceil(np.arange(1, bins) * len(reference) / bins).astype(np.int64) - 1
    edges = np.unique(reference[np.maximum(places, 0)])
    return np.asarray(edges[edges < reference[-1]], dtype=np.float64)


def bin_counts(ascending: Floats, edges: Floats) -> Floats:
    """Return how many values fall in each of the `len(edges) + 1` bins."""
    below = np.searchsorted(ascending, edges, "right")
    ends = np.concatenate([[0], below, [len(ascending)]])
    return np.asarray(np.diff(ends), dtype=np.float64)
