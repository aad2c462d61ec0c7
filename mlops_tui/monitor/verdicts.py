"""From scores to verdicts: practical size, chance, many columns at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.verdicts import Level, Verdict, level

__all__ = ["Level", "Verdict", "adjusted", "level", "of_batch", "of_column"]

FALSE_SHARE = 0.04
"""The false discovery rate that the correction over columns holds: nulls are drawn from a sample,
and with this false alarms stay below 5 % of batches."""
BLIND_FACTOR = 3.0
"""Too little data where once in a hundred times chance passes the threshold times this."""
BLIND_SHARE = 0.1
"""Of the false discovery rate, for columns with too little data: what they say must be plain."""
LEAST_ROWS = 10
"""With fewer values on either side nothing is said about a distribution."""


def adjusted(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p-values adjusted over all columns by Benjamini and Hochberg (1995), in order.

    A column passes at rate q where its adjusted value is <= q. Holds for independent columns and
    for positively dependent ones.
    """
    given = np.asarray(p_values, dtype=np.float64)
    if not len(given):
        return given
    order = np.argsort(given)
    ranked = given[order] * len(given) / np.arange(1, len(given) + 1)
    monotone = np.minimum.accumulate(ranked[::-1])[::-1]
    back = np.empty_like(monotone)
    back[order] = np.minimum(monotone, 1.0)
    return back


def of_column(
    score: float, threshold: float, q99: float, adjusted_p: float, n: int, rows: int
) -> Verdict:
    """Return the verdict of one column.

    Drift only where the score is of practical size, above what chance passes once in a hundred
    times at this size, and passes the correction over all columns. What is no drift is too little
    data where chance alone goes beyond three times the threshold, since then silence says nothing;
    there drift has to be ten times as sure.

    Args:
        score: >= 0; NaN where there was nothing to compare.
        threshold: of practical size from here on.
        q99: the 99 % quantile of the null.
        adjusted_p: the p-value, corrected over columns.
        n: values in the batch.
        rows: values in the reference.
    """
    if min(n, rows) < LEAST_ROWS or np.isnan(score):
        return Verdict.TOO_LITTLE_DATA
    is_blind = q99 > BLIND_FACTOR * threshold
    least = FALSE_SHARE * BLIND_SHARE if is_blind else FALSE_SHARE
    if score >= threshold and score > q99 and adjusted_p <= least:
        return Verdict.DRIFT
    return Verdict.TOO_LITTLE_DATA if is_blind else Verdict.OK


def of_batch(columns: Sequence[Verdict]) -> Verdict:
    """Return the verdict of a batch: drift by any column; too little data where most are so."""
    if Verdict.DRIFT in columns:
        return Verdict.DRIFT
    blind = sum(verdict is Verdict.TOO_LITTLE_DATA for verdict in columns)
    return Verdict.TOO_LITTLE_DATA if 2 * blind > len(columns) or not columns else Verdict.OK
