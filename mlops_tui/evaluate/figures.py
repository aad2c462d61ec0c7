"""Figures of performance that know their own sampling error: ratios, areas under curves, roots.

Each has `value`, and `influence`: how much each row moves it, mean 0, so that the standard error at
n rows is sd(influence) / sqrt(n) (the infinitesimal jackknife; of the area DeLong et al. 1988).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Z95 = 1.959964
"""Bounds are two-sided at 95 %."""


class Statistic(Protocol):
    """A figure over rows."""

    @property
    def value(self) -> float:
        """The figure; NaN where it is not defined."""

    @property
    def influence(self) -> Floats:
        """How much each row moves it, (n,)."""

    @property
    def support(self) -> float:
        """How many rows the figure rests on where it rests on the fewest: its denominator."""

    def take(self, rows: NDArray[Any]) -> Statistic:
        """Return the same figure over some of the rows."""


@dataclass(frozen=True)
class Ratio:
    """The mean over parts (classes) of sum(top) / sum(bottom); parts without a bottom are left out.

    Sensitivity, precision, F1 and means are all of this form.
    """

    top: Floats
    """(n, parts)."""
    bottom: Floats
    """(n, parts), >= 0."""
    empty: float = math.nan
    """What a part without a bottom counts as; NaN: it is left out."""

    @cached_property
    def _values(self) -> Floats:
        bottoms = self.bottom.sum(axis=0)
        tops = self.top.sum(axis=0)
        empty = np.full(len(tops), self.empty)
        return np.asarray(np.divide(tops, bottoms, out=empty, where=bottoms > 1e-9))

    @property
    def value(self) -> float:
        """The mean of the parts that are defined."""
        defined = self._values[~np.isnan(self._values)]
        return float(defined.mean()) if len(defined) else math.nan

    @cached_property
    def influence(self) -> Floats:
        """(n,)."""
        is_defined = ~np.isnan(self._values)
        if not is_defined.any():
            return np.zeros(len(self.top))
        top, bottom = self.top[:, is_defined], self.bottom[:, is_defined]
        each = top - self._values[is_defined] * bottom
        each /= np.maximum(bottom.mean(axis=0), 1e-300)
        return np.asarray(each.mean(axis=1), dtype=np.float64)

    @property
    def support(self) -> float:
        """The smallest bottom that is not 0."""
        sums = self.bottom.sum(axis=0)
        defined = sums[sums > 1e-9]
        return float(defined.min()) if len(defined) else 0.0

    def take(self, rows: NDArray[Any]) -> Ratio:
        """Return it over some of the rows."""
        return Ratio(self.top[rows], self.bottom[rows], self.empty)


@dataclass(frozen=True)
class _OfScores(ABC):
    """The mean over parts of a figure of scores, each part one class against the rest."""

    scores: Floats
    """(n, parts)."""
    truth: Floats
    """(n, parts), 0 to 1: how much of a positive each row is."""

    @staticmethod
    @abstractmethod
    def of_part(scores: Floats, truth: Floats) -> tuple[float, Floats]:
        """Return the figure of one part, NaN where it is not defined, and its influence, (n,)."""

    @property
    @abstractmethod
    def support(self) -> float:
        """How many rows it rests on where it rests on the fewest."""

    @cached_property
    def _parts(self) -> list[tuple[float, Floats]]:
        each = zip(self.scores.T, self.truth.T, strict=True)
        parts = [self.of_part(scores, truth) for scores, truth in each]
        return [(value, influence) for value, influence in parts if not math.isnan(value)]

    @property
    def value(self) -> float:
        """The mean of the parts that are defined."""
        values = [value for value, _ in self._parts]
        return sum(values) / len(values) if values else math.nan

    @cached_property
    def influence(self) -> Floats:
        """(n,)."""
        if not self._parts:
            return np.zeros(len(self.scores))
        return np.asarray(np.mean([influence for _, influence in self._parts], axis=0))

    def take(self, rows: NDArray[Any]) -> Self:
        """Return it over some of the rows."""
        return type(self)(self.scores[rows], self.truth[rows])


class Area(_OfScores):
    """The area under the ROC curve; ties count half.

    The truth may be a probability: a row is then so much of a positive and the rest of a negative.
    """

    @staticmethod
    def of_part(scores: Floats, truth: Floats) -> tuple[float, Floats]:
        """Return the area and each row's influence on it."""
        positives, negatives = float(truth.sum()), float((1 - truth).sum())
        if min(positives, negatives) < 1e-9:
            return math.nan, np.zeros(len(scores))
        order = np.argsort(scores, kind="stable")
        ranked, p = scores[order], truth[order]
        starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
        group = np.cumsum(np.r_[False, ranked[1:] != ranked[:-1]])
        up, down = np.add.reduceat(p, starts), np.add.reduceat(1 - p, starts)
        # how many negatives are below, and positives above, ties half
        below = (np.cumsum(down) - down / 2)[group] / negatives
        above = (positives - np.cumsum(up) + up / 2)[group] / positives
        value = float((p * below).sum() / positives)
        n = len(scores)
        moved = n * (p * (below - value) / positives + (1 - p) * (above - value) / negatives)
        influence = np.empty(n)
        influence[order] = moved
        return value, influence

    @property
    def support(self) -> float:
        """Positives or negatives, whichever are fewer."""
        positives = self.truth.sum(axis=0)
        fewest = np.minimum(positives, len(self.truth) - positives)
        defined = fewest[fewest > 1e-9]
        return float(defined.min()) if len(defined) else 0.0


class Precision(_OfScores):
    """Average precision: the sum over thresholds of precision times the recall gained there.

    As scikit-learn has it; each row is a positive or is none.
    """

    @staticmethod
    def of_part(scores: Floats, truth: Floats) -> tuple[float, Floats]:
        """Return average precision and each row's influence on it."""
        n, positives = len(scores), float(truth.sum())
        if not positives:
            return math.nan, np.zeros(n)
        order = np.argsort(-scores, kind="stable")
        ranked, p = scores[order], truth[order]
        is_new = np.r_[True, ranked[1:] != ranked[:-1]]
        starts, group = np.flatnonzero(is_new), np.cumsum(is_new) - 1
        up = np.add.reduceat(p, starts)
        found, above = np.cumsum(up), np.r_[starts[1:], n].astype(np.float64)
        precision = found / above
        value = float((up * precision).sum() / positives)
        # one more positive, or negative, lifts, or lowers, the precision from its score on down
        lifts = np.cumsum((up * (above - found) / above**2)[::-1])[::-1]
        lowers = np.cumsum((up * found / above**2)[::-1])[::-1]
        influence = np.empty(n)
        gains = p * (precision[group] - value + lifts[group]) - (1 - p) * lowers[group]
        influence[order] = n / positives * gains
        return value, influence

    @property
    def support(self) -> float:
        """The positives of the part that has the fewest."""
        positives = self.truth.sum(axis=0)
        return float(positives[positives > 0].min(initial=math.inf)) if positives.any() else 0.0


@dataclass(frozen=True)
class Root:
    """The square root of a figure."""

    inner: Statistic

    @property
    def value(self) -> float:
        """The root."""
        return math.sqrt(self.inner.value)

    @property
    def influence(self) -> Floats:
        """(n,), by the delta method."""
        root = self.value
        return self.inner.influence / (2 * root) if root > 0 else 0 * self.inner.influence

    @property
    def support(self) -> float:
        """That of the figure."""
        return self.inner.support

    def take(self, rows: NDArray[Any]) -> Root:
        """Return it over some of the rows."""
        return Root(self.inner.take(rows))


def mean_of(values: Floats) -> Ratio:
    """Return the mean of a value a row."""
    return Ratio(values[:, None], np.ones((len(values), 1)))


def standard_error(statistic: Statistic, n: int | None = None) -> float:
    """Return the standard error of a figure over `n` such rows; by default as many as it has."""
    rows = statistic.influence
    if not len(rows) or math.isnan(statistic.value):
        return math.nan
    return float(rows.std()) / math.sqrt(len(rows) if n is None else n)


def rate_bounds(
    value: float, error: float, support: float, quantile: float = Z95
) -> tuple[float, float]:
    """Return bounds of a share between 0 and 1, at 95 % unless another quantile is given.

    Wilson's (1927) at the number of rows at which a binomial share would have this standard error;
    of a share such as recall that is the number of positives itself. Of F1 too, which rises with
    the share TP / (TP + FP + FN). Where the error is 0, at `support` rows.
    """
    if math.isnan(value):
        return math.nan, math.nan
    variance = error**2
    n = value * (1 - value) / variance if variance > 0 and 0 < value < 1 else support
    n = max(min(n, 1e12), 1e-9)
    middle = (value + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile * math.sqrt(max(value * (1 - value) / n, 0) + quantile**2 / (4 * n**2))
    half /= 1 + quantile**2 / n
    # at the ends rounding alone would leave a little
    least, most = middle - half, middle + half
    return (0.0 if value == 0 else max(0.0, least)), (1.0 if value == 1 else min(1.0, most))


def plain_bounds(value: float, error: float, least: float = -math.inf) -> tuple[float, float]:
    """Return 95 % bounds of a mean, normal, none below `least`."""
    return max(least, value - Z95 * error), value + Z95 * error


def bounds_of_sum(
    amounts: list[float], shares: list[float], bounds: list[tuple[float, float]]
) -> tuple[float, float]:
    """Return bounds of a sum of shares times amounts >= 0 from the bounds of each.

    The method of variance estimates recovery (Zou and Donner 2008): right also where a share is 0.
    """
    total = sum(amount * share for amount, share in zip(amounts, shares, strict=True))
    low = high = 0.0
    for amount, share, (least, most) in zip(amounts, shares, bounds, strict=True):
        low += (amount * (share - least)) ** 2
        high += (amount * (most - share)) ** 2
    return max(0.0, total - math.sqrt(low)), total + math.sqrt(high)
