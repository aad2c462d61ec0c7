"""Quantised axes: ranges and ticks at round numbers, so that a new point seldom moves the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LARGEST = 1e300
"""Beyond it, spans overflow; such values are drawn at the edge."""
SMALLEST = 1e-300
"""Below it, powers of ten are rounded to nothing, and so are steps."""
KEEP_SHARE = 0.4
"""A range stays as it is while the data fill this share of it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A range with round ends; `low < high` and `step > 0` always."""

    low: float
    high: float
    step: float

    def ticks(self) -> list[float]:
        """Return the multiples of `step` inside the range, at most 50."""
        first = math.ceil(self.low / self.step - 1e-9)
        last = math.floor(self.high / self.step + 1e-9)
        return [index * self.step for index in range(first, min(last, first + 49) + 1)]

    def share(self, value: float) -> float:
        """Return where `value` lies, 0 at `low` and 1 at `high`; outside it goes beyond."""
        return (value - self.low) / (self.high - self.low)

    def shares(self, values: Sequence[float]) -> list[float]:
        """Return `share` of each value; what is not finite may give anything that is not either."""
        low, span = self.low, self.high - self.low
        return [(value - low) / span for value in values]

    def label(self, value: float) -> str:
        """Return a short label of a tick."""
        return tick_label(value, self.step)


def nice_step(span: float, parts: int, factors: Sequence[float] = (1.0, 2.0, 5.0)) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `span / parts`."""
    wanted = span / max(1, parts)
    if not wanted > 0 or math.isinf(wanted):
        return 1.0
    if wanted < SMALLEST:
        return SMALLEST
    power = 10.0 ** math.floor(math.log10(wanted))
    for factor in factors:
        if factor * power >= wanted * (1 - 1e-9):
            return factor * power
    return 10.0 * power


def value_axis(low: float, high: float, parts: int, previous: Axis | None = None) -> Axis:
    """Return an axis for values in `low..high`, `previous` itself where it still fits.

    Args:
        low: Smallest finite value.
        high: Greatest finite value.
        parts: About how many steps there is room for.
        previous: The axis shown until now.
    """
    low, high = (max(-LARGEST, min(LARGEST, value)) for value in (low, high))
    if previous and _still_fits(previous, low, high):
        return previous
    if high <= low:
        margin = abs(low) * 0.1 or 0.5
        low, high = low - margin, high + margin
    step = nice_step(high - low, parts)
    while low + step == low or high + step == high:  # the span is below what floats can tell
        step *= 10
    bottom = math.floor(low / step + 1e-9) * step
    top = math.ceil(high / step - 1e-9) * step
    return Axis(bottom, top if top > bottom else bottom + step, step)


def _still_fits(axis: Axis, low: float, high: float) -> bool:
    inside = axis.low <= low and high <= axis.high
    return inside and (high - low) >= KEEP_SHARE * (axis.high - axis.low)


def step_axis(
    first: float,
    last: float,
    parts: int,
    planned: float | None = None,
    growing: bool = True,
    from_zero: bool = True,
) -> Axis:
    """Return an axis for steps: up to `planned` if given, else doubling while `growing`.

    Args:
        first: Smallest step.
        last: Greatest step so far.
        parts: About how many labels there is room for.
        planned: The last step the run is going to make, if known.
        growing: More steps may come.
        from_zero: Begin at zero where that is not far.
    """
    is_near = 0 <= first <= last / 4 or first == last
    low = 0.0 if from_zero and is_near else float(first)
    high = float(last)
    if planned is not None and planned >= last:
        high = planned
    elif growing:
        high = low + _doubled(max(last - low, 1.0))
    if high <= low:
        high = low + 1.0
    step = nice_step(high - low, parts, (1.0, 2.0, 2.5, 5.0))
    return Axis(low, high, step if step >= 10 else max(1.0, nice_step(high - low, parts)))


def _doubled(span: float) -> float:
    size = 10.0
    while size < span:
        size *= 2
    return size


def tick_label(value: float, step: float) -> str:
    """Return a short label of a tick: as many decimals as `step` needs, k, M and G for big ones."""
    if abs(value) < step * 1e-6:
        return "0"
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * (10 if size == 1e3 else 1) and abs(value) < 1e13:
            return _fixed(value / size, step / size) + unit
    if abs(value) >= 1e13 or step < 1e-5:
        return f"{value:.2g}"
    return _fixed(value, step)


def _fixed(value: float, step: float) -> str:
    decimals = max(0, min(6, -math.floor(math.log10(step) + 1e-9)))
    return f"{value:.{decimals}f}"
