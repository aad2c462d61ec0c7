"""How a metric is spread over many runs: bins of round widths, and where one run stands; pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlops_tui.ui.axes import LARGEST, nice_step

MOST_BINS = 24


class Summary(StrEnum):
    """Which value of a run's history counts."""

    LAST = "last"
    BEST = "best"


@dataclass(frozen=True, slots=True)
class Spread:
    """What all runs have."""

    values: dict[str, float]
    """By the id of the run, finite."""
    odd: int
    """Runs whose value is NaN or infinite."""
    without: int
    """Runs that never recorded the metric."""
    starts: list[float]
    """Where each bin begins; the last entry is where the last bin ends."""
    counts: list[int]

    @property
    def quartiles(self) -> tuple[float, float, float] | None:
        """Return the first quartile, the median and the third; None without values."""
        if not self.values:
            return None
        ordered = sorted(self.values.values())
        first, middle, third = (_quantile(ordered, share) for share in (0.25, 0.5, 0.75))
        return first, middle, third

    def bin_of(self, value: float) -> int:
        """Return the position of the bin that holds a finite value."""
        inside = [at for at, start in enumerate(self.starts[:-1]) if start <= value]
        return inside[-1] if inside else 0

    def rank(self, run_id: str, lower_better: bool) -> int | None:
        """Return the place of a run among all, 1 for the best; equal ones share the better one."""
        if run_id not in self.values:
            return None
        own = self.values[run_id]
        return 1 + sum(
            other < own if lower_better else other > own for other in self.values.values()
        )


def spread(found: Mapping[str, object], runs: Iterable[str]) -> Spread:
    """Return how the values of `runs` are spread.

    Args:
        found: Values by the id of a run; None where there is none.
        runs: Whose values count.
    """
    finite: dict[str, float] = {}
    odd = without = 0
    for run_id in runs:
        value = found.get(run_id)
        if not isinstance(value, int | float):
            without += 1
        elif math.isfinite(value):
            finite[run_id] = float(value)
        else:
            odd += 1
    starts = bins(list(finite.values()))
    result = Spread(finite, odd, without, starts, [0] * max(0, len(starts) - 1))
    for value in finite.values():
        result.counts[result.bin_of(value)] += 1
    return result


def bins(values: Sequence[float]) -> list[float]:
    """Return the round edges of at most `MOST_BINS` bins, by the rule of Freedman and Diaconis."""
    if not values:
        return []
    ordered = sorted(max(-LARGEST, min(LARGEST, value)) for value in values)
    low, high = ordered[0], ordered[-1]
    span = high - low
    if span <= 0:
        margin = abs(low) * 0.05 or 0.5
        return [low - margin, low + margin]
    between = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    width = 2 * between / len(ordered) ** (1 / 3) or span / math.sqrt(len(ordered)) or span
    step = nice_step(span, max(4, math.ceil(min(MOST_BINS - 2, span / width))))
    first = math.floor(low / step)
    last = max(math.floor(high / step) + 1, first + 1)
    edges = [at * step for at in range(first, min(last, first + 2 * MOST_BINS) + 1)]
    is_told_apart = edges[-1] > high and all(a < b for a, b in itertools.pairwise(edges))
    return edges if is_told_apart else [low, high + span]  # the span is below what floats can tell


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value below which a share of the sorted values lies, between two if need be."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
