"""A series that grows, held in few numbers: what rules about it look at; no numpy, any length."""

from __future__ import annotations

import itertools
import math
from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence

MOST_STRETCHES = 256
_MAD_TO_SD = 1.4826
"""The standard deviation of normal values over their median absolute deviation."""


class Curve:
    """A series as means of stretches of equally many points; one thread.

    A stretch is one point at first. Whenever there are `MOST_STRETCHES`, two and two become one, so
    that adding points costs what they are, and asking costs nothing that grows. What is not finite
    is counted apart.
    """

    def __init__(self) -> None:
        self.means = array("d")
        """Of whole stretches, in the order of the steps."""
        self.steps = array("q")
        """The last step of each stretch."""
        self.times = array("d")
        """The last time of each stretch, Unix seconds."""
        self.width = 1
        """Points in a stretch."""
        self.count = 0
        """Points in all, those included that are not finite."""
        self.bad = 0
        """Points that are not finite."""
        self.last_bad = 0
        """How many of the last points, without a gap, are not finite."""
        self.last_bad_step: int | None = None
        """The step of the first of these."""
        self.last_step: int | None = None
        self._sum = 0.0
        self._summed = 0

    def extend(self, steps: Sequence[int], times: Sequence[float], values: Sequence[float]) -> None:
        """Add points that come after all there are."""
        for step, t, value in zip(steps, times, values, strict=True):
            self._add(step, t, value)

    def _add(self, step: int, t: float, value: float) -> None:
        self.count += 1
        self.last_step = step
        if not math.isfinite(value):
            self.bad += 1
            self.last_bad += 1
            if self.last_bad == 1:
                self.last_bad_step = step
            return
        self.last_bad = 0
        self._sum += value
        self._summed += 1
        if self._summed == self.width:
            self.means.append(self._sum / self.width)
            self.steps.append(step)
            self.times.append(t)
            self._sum, self._summed = 0.0, 0
            if len(self.means) == MOST_STRETCHES:
                self._join()

    def _join(self) -> None:
        pairs = zip(self.means[::2], self.means[1::2], strict=True)
        self.means = array("d", [(one + other) / 2 for one, other in pairs])
        self.steps, self.times = self.steps[1::2], self.times[1::2]
        self.width *= 2

    @property
    def finite(self) -> int:
        """Return how many points are finite."""
        return self.count - self.bad


def median(values: Iterable[float]) -> float:
    """Return the middle one of values, or the mean of the two; there is at least one."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def noise(values: Sequence[float]) -> float:
    """Return how much values scatter from one to the next, as a standard deviation, >= 0.

    The median absolute deviation of the differences over the square root of 2: a slow change does
    not count, and neither do few jumps. For values that depend on the ones before it is less than
    their standard deviation.
    """
    if len(values) < 3:
        return 0.0
    differences = [later - value for value, later in itertools.pairwise(values)]
    middle = median(differences)
    return _MAD_TO_SD * median(abs(it - middle) for it in differences) / math.sqrt(2)


def running_medians(values: Sequence[float], width: int) -> list[float]:
    """Return the median of every `width` neighbours, one less than `width` fewer than `values`."""
    window = sorted(values[: width - 1])
    found = []
    for at in range(width - 1, len(values)):
        insort(window, values[at])
        half = width // 2
        is_odd = width % 2 == 1
        found.append(window[half] if is_odd else (window[half - 1] + window[half]) / 2)
        del window[bisect_left(window, values[at - width + 1])]
    return found


def mean_and_error(values: Sequence[float], blocks: int) -> tuple[float, float]:
    """Return the mean of values and its standard error from the means of contiguous blocks.

    Batch means (Conway 1963): where neighbours resemble each other the error of a mean is greater
    than from the scatter of single values, and the scatter between blocks tells.

    Args:
        values: at least two a block; what does not fill a block at the end counts in none.
        blocks: how many, at least two.
    """
    size = len(values) // blocks
    means = [_mean(values[at * size : (at + 1) * size]) for at in range(blocks)]
    middle = _mean(means)
    variance = sum((it - middle) ** 2 for it in means) / (blocks - 1)
    return middle, math.sqrt(variance / blocks)


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found)
