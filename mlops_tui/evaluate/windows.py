"""Rows in the order of their time: calendar windows, blocks of neighbours, and naive forecasts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.figures import Floats
from mlops_tui.evaluate.sums import Codes, OfSums

MOST_WINDOWS = 24
_LEAST_ROWS = 10
_LEAST_BLOCKS = 20
_WIDTHS = (("h", 1), ("D", 1), ("W", 1), ("M", 1), ("M", 3), ("Y", 1))


@dataclass(frozen=True)
class Times:
    """When rows happened."""

    seconds: Floats
    """(n,) Unix time, NaN where not known."""
    series: Codes | None = None
    """(n,) which series each row is of; None: all are of one."""
    season: int = 1
    """After so many steps a series repeats itself: what happened then is the naive forecast."""

    def take(self, rows: NDArray[np.int64]) -> Times:
        """Return the times of some rows."""
        series = None if self.series is None else self.series[rows]
        return Times(self.seconds[rows], series, self.season)


@dataclass(frozen=True)
class Span:
    """A window of time and its rows."""

    name: str
    """Such as `2026-03`."""
    start: float
    end: float
    """First and last time in it, Unix seconds."""
    rows: Codes
    """Places."""


def spans_of(times: Times) -> list[Span]:
    """Return hours, days, weeks, months, quarters or years.

    The shortest that make at most 24 windows, with ten rows or more each on average.
    """
    known = np.flatnonzero(np.isfinite(times.seconds))
    if not len(known):
        return []
    moments = times.seconds[known].astype("datetime64[s]")
    for unit, count in _WIDTHS:
        places = _places(moments, unit, count)
        found, codes = np.unique(places, return_inverse=True)
        if len(found) <= min(MOST_WINDOWS, len(known) / _LEAST_ROWS):
            break
    order = np.argsort(codes, kind="stable")
    spans = []
    for at, rows in enumerate(np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)):
        own = times.seconds[known[rows]]
        name = _name(int(found[at]), unit, count)
        spans.append(Span(name, float(own.min()), float(own.max()), known[rows]))
    return spans


def _places(moments: NDArray[np.datetime64], unit: str, count: int) -> Codes:
    """Return the number of the window of each moment."""
    if unit == "W":  # the first day of Unix time was a Thursday; weeks begin on Monday
        return np.asarray((moments.astype("datetime64[D]").astype(np.int64) + 3) // 7)
    return np.asarray(moments.astype(f"datetime64[{unit}]").astype(np.int64) // count)


def _name(place: int, unit: str, count: int) -> str:
    if unit == "W":
        return f"week of {np.datetime64(place * 7 - 3, 'D')}"
    moment = np.datetime64(place * count, unit)  # type: ignore[call-overload]
    if count == 3:
        year, month = str(moment).split("-")
        return f"{year}-Q{(int(month) + 2) // 3}"
    return str(moment)


def blocks_of(times: Times, errors: Floats) -> Units | None:
    """Return blocks of neighbouring moments, whose errors resemble each other; None of too few.

    A block is twice as long as errors are correlated, and no shorter than the cube root of the
    number of moments (Künsch 1989). Rows of one moment, such as of several series, stay together.

    Args:
        times: of the rows.
        errors: (n,) of what the dependence is judged by.
    """
    known = np.isfinite(times.seconds)
    moments, codes = np.unique(times.seconds[known], return_inverse=True)
    n = len(moments)
    if n < 2 * _LEAST_BLOCKS or not known.all():
        return None
    sizes = np.bincount(codes)
    sides = [np.bincount(codes, weights=it) / sizes for it in (errors, np.abs(errors))]
    length = max(math.ceil(n ** (1 / 3)), 2 * max(map(correlated, sides)))
    length = min(length, n // _LEAST_BLOCKS)
    blocks = codes // length
    return Units(
        blocks.astype(np.int64), int(blocks.max()) + 1, f"by blocks of {length} moments in a row"
    )


def correlated(values: Floats) -> int:
    """Return after how many steps values in a row no longer resemble each other."""
    n = len(values)
    centred = values - values.mean()
    total = float((centred**2).sum())
    if total <= 0:
        return 0
    for lag in range(1, max(1, n // 4)):
        if float((centred[lag:] * centred[:-lag]).sum()) / total < 2 / math.sqrt(n):
            return lag - 1
    return max(0, n // 4)


def scaled_error(times: Times, truth: Floats, predicted: Floats) -> OfSums | None:
    """Return the mean absolute error beside that of the naive forecast (MASE).

    Hyndman and Koehler (2006) scale by the training series; here it is the naive error over the
    very rows that are judged, so that 1 is as good as repeating what happened one season before.
    None where no row has another one season before it.
    """
    series = times.series if times.series is not None else np.zeros(len(truth), dtype=np.int64)
    order = np.lexsort((times.seconds, series))
    order = order[np.isfinite(times.seconds[order])]
    if len(order) <= times.season:
        return None
    later, earlier = order[times.season :], order[: -times.season]
    is_same = series[later] == series[earlier]
    later, earlier = later[is_same], earlier[is_same]
    naive, has_naive = np.zeros(len(truth)), np.zeros(len(truth))
    naive[later], has_naive[later] = np.abs(truth[later] - truth[earlier]), 1.0
    if not naive.any():
        return None

    def of(totals: Floats) -> Floats:
        error, usual = totals[..., 1] / totals[..., 0], totals[..., 3] / totals[..., 2]
        return np.asarray(error / usual)

    columns = np.column_stack([np.ones(len(truth)), np.abs(predicted - truth), has_naive, naive])
    return OfSums(columns, of, float(has_naive.sum()))
