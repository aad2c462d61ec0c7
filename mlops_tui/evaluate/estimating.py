"""Metrics with their intervals: which method each takes, and all of many parts at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate import figures, sums
from mlops_tui.evaluate.figures import Floats, Statistic
from mlops_tui.evaluate.sums import Block, Codes, OfSums

FEW = 100
"""Below so many rows in its denominator an interval may hold less often than it says."""


class Rule(StrEnum):
    """How an interval is made; by simulation, the one that holds as often as it says."""

    SHARE = "Wilson"
    """Of shares and of what is made of them (Wilson 1927), at the n at which a binomial share has
    the figure's standard error; for an area that standard error is DeLong's."""
    CORRELATION = "Fisher z"
    """Of what lies between -1 and 1, by the delta method."""
    BOOTSTRAP = "bootstrap-t"
    ORDER = "order statistics"
    """Of a median (Woodruff 1952)."""
    COST = "MOVER"
    """Of a weighted sum of shares (Zou and Donner 2008)."""


@dataclass(frozen=True)
class Estimate:
    """A figure and how sure of it one may be."""

    value: float
    """NaN where it is not defined."""
    low: float
    high: float
    """Of the 95 % interval; NaN where there are too few rows to tell."""
    n: int
    """The rows that it rests on: its denominator; of one with several, the smallest."""
    method: str


@dataclass(frozen=True)
class Measure:
    """A metric that is to be told."""

    statistic: Statistic
    rule: Rule
    parts: tuple[tuple[float, Statistic], ...] = ()
    """By `COST`: money, and the share that it is paid for."""


@dataclass(frozen=True)
class Units:
    """Rows that are drawn together, since they belong together."""

    codes: Codes
    """(n,) the unit of each row, from 0."""
    count: int
    words: str
    """Such as `by patient`."""

    def take(self, rows: NDArray[np.int64]) -> Units:
        """Return the units of some rows."""
        return Units(self.codes[rows], self.count, self.words)


@dataclass(frozen=True)
class Part:
    """Some of the rows, and what is to be told of them."""

    rows: Codes
    """Places."""
    measures: Mapping[str, Measure]
    offset: int = 0
    """Of those that part the rows, how many rows are in the parts before it."""


def estimates(
    parts: Iterable[Part],
    n: int,
    units: Units | None = None,
    replicates: int = sums.REPLICATES,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> list[dict[str, Estimate]]:
    """Return the metrics of every part of `n` rows; all share the same samples.

    Parts are taken one after the other, and let go of as far as they need no samples.
    """
    found: list[dict[str, Estimate]] = []
    waiting: list[_Waiting] = []
    blocks: list[Block] = []
    for at, part in enumerate(parts):
        own = None if units is None else units.take(part.rows)
        told = {name: _estimate(it, own) for name, it in part.measures.items()}
        found.append(told)
        resampled = {name: it for name, it in part.measures.items() if _is_resampled(it, own)}
        tables = [_table(it.statistic, own) for it in resampled.values()]
        for name, measure, table in zip(resampled, resampled.values(), tables, strict=True):
            assert isinstance(measure.statistic, OfSums)
            waiting.append(_Waiting(at, name, measure.statistic.light, table.own))
        if tables:
            joined = np.column_stack([it.columns for it in tables])
            blocks.append(Block(joined, part.offset if own is None else 0))
    count = n if units is None else units.count
    samples = sums.resampled(blocks, count, replicates, seed, on_progress)
    del blocks
    drawn = iter([column for sampled in samples for column in sampled.T])
    for it in waiting:
        own_samples = np.column_stack([next(drawn) for _ in range(it.own.width)])
        low, high = sums.studentised(it.figure, it.own, own_samples)
        found[it.part][it.name] = replace(found[it.part][it.name], low=low, high=high)
    return found


@dataclass(frozen=True)
class _Waiting:
    """A figure whose samples are not drawn yet."""

    part: int
    name: str
    figure: sums.Light
    own: sums.Totals


def _is_resampled(measure: Measure, units: Units | None) -> bool:
    is_ours = measure.rule is Rule.BOOTSTRAP and isinstance(measure.statistic, OfSums)
    if not is_ours:
        return False
    rows = measure.statistic.support if units is None else _there(units)
    return rows >= sums.LEAST_UNITS


def _table(statistic: Statistic, units: Units | None) -> sums.Table:
    assert isinstance(statistic, OfSums)
    if units is None:
        return sums.table_of(statistic.columns)
    return sums.table_of(sums.by_unit(statistic.columns, units.codes, units.count))


def _there(units: Units) -> int:
    return len(np.unique(units.codes))


def _estimate(measure: Measure, units: Units | None) -> Estimate:
    """Return a metric, without bounds where they take samples."""
    value = measure.statistic.value
    n = round(measure.statistic.support)
    words = measure.rule.value if units is None else f"{measure.rule.value}, {units.words}"
    low, high = math.nan, math.nan
    if not math.isnan(value) and measure.rule is not Rule.BOOTSTRAP:
        low, high = _bounds(measure, value, units)
    return Estimate(value, low, high, n, words)


def _bounds(measure: Measure, value: float, units: Units | None) -> tuple[float, float]:
    statistic, count = measure.statistic, None if units is None else _there(units)
    if count is not None and count < 2:
        return math.nan, math.nan
    z = quantile(count)
    if measure.rule is Rule.COST:
        shares = [share.value for _, share in measure.parts]
        each = [share_bounds(share, units, z) for _, share in measure.parts]
        return figures.bounds_of_sum([amount for amount, _ in measure.parts], shares, each)
    if measure.rule is Rule.CORRELATION:
        error = standard_error(statistic.influence, units)
        return correlation_bounds(value, error, statistic.support, z)
    if measure.rule is Rule.ORDER:
        assert isinstance(statistic, Median)
        return statistic.bounds(units, z)
    return share_bounds(statistic, units, z)


def share_bounds(statistic: Statistic, units: Units | None, z: float) -> tuple[float, float]:
    """Return Wilson's bounds at the effective n."""
    error = standard_error(statistic.influence, units)
    support = statistic.support if units is None else min(statistic.support, _there(units))
    return figures.rate_bounds(statistic.value, error, support, z)


def correlation_bounds(value: float, error: float, support: float, z: float) -> tuple[float, float]:
    """Return bounds of what lies between -1 and 1 by its inverse hyperbolic tangent.

    Of 1, where nothing varies, what twice a share of so many rows less 1 has.
    """
    if abs(value) >= 1 - 1e-12:
        low, high = figures.rate_bounds((value + 1) / 2, 0.0, support, z)
        return 2 * low - 1, 2 * high - 1
    middle, half = math.atanh(value), z * error / (1 - value**2)
    return math.tanh(middle - half), math.tanh(middle + half)


def standard_error(influence: Floats, units: Units | None = None) -> float:
    """Return the standard error of a figure from what each row moves it; by unit where given."""
    n = len(influence)
    if n < 1:
        return math.nan
    if units is None:
        return math.sqrt(float((influence**2).sum())) / n
    moved = np.bincount(units.codes, weights=influence)
    count = _there(units)
    return math.sqrt(float((moved**2).sum()) * count / max(count - 1, 1)) / n


def quantile(units: int | None, confidence: float = 0.95) -> float:
    """Return the normal quantile of two-sided bounds; of units Student's, since they may be few."""
    tail = 1 - (1 - confidence) / 2
    if units is None:
        return NormalDist().inv_cdf(tail)
    from scipy.special import stdtrit

    return float(stdtrit(max(units - 1, 1), tail))


@dataclass(frozen=True)
class Median:
    """The median of a value a row."""

    values: Floats

    @property
    def value(self) -> float:
        """The median."""
        return float(np.median(self.values)) if len(self.values) else math.nan

    @property
    def influence(self) -> Floats:
        """What each row moves the share of values below the median, (n,)."""
        return np.asarray(0.5 - (self.values > self.value), dtype=np.float64)

    @property
    def support(self) -> float:
        """How many values there are."""
        return float(len(self.values))

    def take(self, rows: NDArray[np.int64]) -> Median:
        """Return it over some of the rows."""
        return Median(self.values[rows])

    def bounds(self, units: Units | None, z: float) -> tuple[float, float]:
        """Return the values at the bounds of the share that is below the median."""
        n = len(self.values)
        half = z * standard_error(self.influence, units)
        if n < 6 or not half < 0.5:
            return math.nan, math.nan
        ranked = np.sort(self.values)
        low, high = math.floor(n * (0.5 - half)), math.ceil(n * (0.5 + half))
        return float(ranked[max(low, 0)]), float(ranked[min(high, n - 1)])
