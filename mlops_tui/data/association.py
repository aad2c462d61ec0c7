"""How strongly a column goes with the target, from rows that fit into memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data import values
from mlops_tui.data.profiled import Association, ColumnType

_FEWEST_ROWS = 10
_MOST_CLASSES = 100
"""A measure of association over more groups than that finds one in every sample."""
_NUMBERS = (ColumnType.NUMERIC, ColumnType.TIME)
_GROUPS = (ColumnType.CATEGORY, ColumnType.BOOLEAN)

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]


def associate(
    column: pd.Series[Any], kind: ColumnType, target: pd.Series[Any], target_kind: ColumnType
) -> Association | None:
    """Return how strongly a column goes with the target; None where that cannot be said.

    Spearman's rank correlation for two numeric columns; the correlation ratio (eta, Pearson 1905)
    for a numeric and a grouping one; Cramer's V corrected for bias (Bergsma 2013) for two
    grouping ones. Ids and free text have none.
    """
    if not {kind, target_kind} <= {*_NUMBERS, *_GROUPS}:
        return None
    one, other = _figures(column, kind), _figures(target, target_kind)
    there = ~(np.isnan(one) | np.isnan(other))
    one, other = one[there], other[there]
    if len(one) < _FEWEST_ROWS:
        return None
    if kind in _NUMBERS and target_kind in _NUMBERS:
        return _association("spearman", spearman(one, other), len(one))
    if kind in _GROUPS and target_kind in _GROUPS:
        return _association(
            "cramers v", cramers_v(one.astype(np.int64), other.astype(np.int64)), len(one)
        )
    groups, numbers = (other, one) if kind in _NUMBERS else (one, other)
    return _association(
        "correlation ratio", correlation_ratio(groups.astype(np.int64), numbers), len(one)
    )


def _association(measure: str, value: float | None, n: int) -> Association | None:
    return None if value is None else Association(measure, value, n)


def _figures(column: pd.Series[Any], kind: ColumnType) -> Floats:
    """Return numbers, or the number of its group for each value; NaN for missing ones."""
    if kind is ColumnType.NUMERIC:
        found = values.numbers(column)
        return np.where(np.isfinite(found), found, np.nan)
    if kind is ColumnType.TIME:
        return values.times(column)
    codes, _ = pd.factorize(column)
    return np.where(codes >= 0, codes.astype(np.float64), np.nan)


def spearman(one: Floats, other: Floats) -> float | None:
    """Return Spearman's rho, mean ranks for ties; None where a side is constant."""
    ranks = [pd.Series(side).rank().to_numpy() for side in (one, other)]
    if any(np.ptp(side) == 0 for side in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def correlation_ratio(groups: Codes, numbers: Floats) -> float | None:
    """Return eta, the root of the share of variance between groups; None where nothing varies.

    Adjusted for the number of groups as epsilon squared (Kelley 1935), never below 0.
    """
    counts = np.bincount(groups)
    counts = counts[counts > 0]
    n, k = len(numbers), len(counts)
    centred = numbers - numbers.mean()
    total = float(np.dot(centred, centred))
    if k < 2 or k > min(_MOST_CLASSES, n - 1) or total == 0:
        return None
    sums = np.bincount(groups, weights=centred)[np.bincount(groups) > 0]
    within = max(0.0, total - float((sums**2 / counts).sum()))
    return float(np.sqrt(max(0.0, 1 - (within / (n - k)) / (total / (n - 1)))))


def cramers_v(one: Codes, other: Codes) -> float | None:
    """Return Cramer's V corrected for bias; None where a side has one group or very many."""
    table = pd.crosstab(one, other).to_numpy(dtype=np.float64)
    n = table.sum()
    rows, columns = table.shape
    if min(rows, columns) < 2 or max(rows, columns) > _MOST_CLASSES:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = float(((table - expected) ** 2 / expected).sum() / n)
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    room = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(1.0, phi / room))) if room > 0 else None
