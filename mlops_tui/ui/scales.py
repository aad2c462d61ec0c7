"""Axes that are not linear: logarithms, signed logarithms and time; pure, like `axes`."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mlops_tui.ui.axes import KEEP_SHARE, Axis, tick_label, value_axis

DECADES_BELOW = 3
"""How far below the greatest magnitude a signed logarithm turns linear."""
_SECONDS = (1, 2, 5, 10, 15, 30)
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
TIME_STEPS = (
    *_SECONDS,
    *(_MINUTE * number for number in _SECONDS),
    *(_HOUR * number for number in (1, 2, 3, 6, 12)),
    *(_DAY * number for number in (1, 2, 7, 14, 30, 90, 365)),
)
"""Seconds between two ticks that people can read."""


class Scale(StrEnum):
    """How values are spread over an axis."""

    LINEAR = "linear"
    LOG = "log"
    SYMLOG = "symlog"


@dataclass(frozen=True, slots=True)
class LogAxis(Axis):
    """Positive values by their logarithm; `step` is how many decades lie between two ticks.

    Within one decade, ticks are where a linear axis has them, and `step` is between two of those.
    """

    def ticks(self) -> list[float]:
        """Return powers of ten, with 2 and 5 times them where there are less than two decades."""
        if self.high < 10 * self.low:
            return Axis(self.low, self.high, self.step).ticks()
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        factors = (1, 2, 5) if self.high < 100 * self.low else (1,)
        found = [
            factor * 10.0**power
            for power in range(first, last + 1)
            if len(factors) > 1 or power % max(1, round(self.step)) == 0
            for factor in factors
        ]
        return [value for value in found if self.low * 0.999 <= value <= self.high * 1.001]

    def share(self, value: float) -> float:
        """Return where `value` lies, 0 at `low` and 1 at `high`; far below for what has no log."""
        if value <= 0:
            return -1.0
        low = math.log(self.low)
        return (math.log(value) - low) / (math.log(self.high) - low)

    def shares(self, values: Sequence[float]) -> list[float]:
        """Return `share` of each value."""
        return [self.share(value) for value in values]

    def label(self, value: float) -> str:
        """Return a short label of a tick."""
        return tick_label(value, self.step) if self.high < 10 * self.low else f"{value:g}"


@dataclass(frozen=True, slots=True)
class SymlogAxis(Axis):
    """Values of both signs by the logarithm of their size; linear within `step` of zero."""

    def ticks(self) -> list[float]:
        """Return zero, and powers of ten of both signs, at most about nine."""
        first = math.floor(math.log10(self.step)) + 1
        last = math.floor(math.log10(max(abs(self.low), abs(self.high))) + 1e-9)
        every = max(1, -(-(last - first + 1) // 4))
        sizes = [10.0**power for power in range(last, first - 1, -every)]
        values = sorted([-size for size in sizes] + [0.0] + sizes)
        return [value for value in values if self.low <= value <= self.high]

    def share(self, value: float) -> float:
        """Return where `value` lies, 0 at `low` and 1 at `high`; outside it goes beyond."""
        low, high = math.asinh(self.low / self.step), math.asinh(self.high / self.step)
        return (math.asinh(value / self.step) - low) / (high - low)

    def shares(self, values: Sequence[float]) -> list[float]:
        """Return `share` of each value."""
        return [self.share(value) for value in values]

    def label(self, value: float) -> str:
        """Return a short label of a tick."""
        return f"{value:g}"


@dataclass(frozen=True, slots=True)
class TimeAxis(Axis):
    """Seconds since a start, or Unix time where they are that many; `step` from `TIME_STEPS`."""

    def ticks(self) -> list[float]:
        """Return moments at round times of the local clock, at most 50."""
        shift = time.localtime(self.low).tm_gmtoff if self.is_clock else 0
        first = math.ceil((self.low + shift) / self.step - 1e-9)
        last = math.floor((self.high + shift) / self.step + 1e-9)
        return [index * self.step - shift for index in range(first, min(last, first + 49) + 1)]

    @property
    def is_clock(self) -> bool:
        """Say whether the values are Unix times: no run lasts until 1971."""
        return self.low > 365 * _DAY

    def label(self, value: float) -> str:
        """Return a short label of a tick."""
        if not self.is_clock:
            return elapsed_label(value)
        if self.step >= _DAY:
            return time.strftime("%m-%d", time.localtime(value))
        return time.strftime("%H:%M" if self.step >= _MINUTE else "%H:%M:%S", time.localtime(value))


def elapsed_label(seconds: float) -> str:
    """Return such as `0`, `30s`, `5m`, `1h30`, `2d`."""
    whole = round(seconds)
    if not whole:
        return "0"
    if abs(whole) < _MINUTE:
        return f"{whole}s"
    if abs(whole) < _HOUR:
        return f"{whole // _MINUTE}m" + (f"{whole % _MINUTE:02d}" if whole % _MINUTE else "")
    if abs(whole) < _DAY:
        rest = whole % _HOUR // _MINUTE
        return f"{whole // _HOUR}h" + (f"{rest:02d}" if rest else "")
    rest = whole % _DAY // _HOUR
    return f"{whole // _DAY}d" + (f"{rest}h" if rest else "")


def time_axis(first: float, last: float, parts: int) -> TimeAxis:
    """Return an axis from `first` to `last` with about `parts` steps that people can read."""
    span = max(last - first, 1.0)
    wanted = span / max(1, parts)
    step = next((step for step in TIME_STEPS if step >= wanted), TIME_STEPS[-1])
    return TimeAxis(first, first + span, float(step))


def scaled_axis(
    low: float, high: float, parts: int, scale: Scale, previous: Axis | None = None
) -> Axis:
    """Return an axis for values in `low..high`, `previous` itself where it still fits.

    Args:
        low: Smallest finite value; above 0 for `Scale.LOG`.
        high: Greatest finite value.
        parts: About how many steps there is room for.
        scale: How the values are spread.
        previous: The axis shown until now.
    """
    if scale is Scale.LINEAR or (scale is Scale.SYMLOG and low == high == 0):
        return value_axis(low, high, parts, previous if type(previous) is Axis else None)
    made = _log_axis(low, high, parts) if scale is Scale.LOG else _symlog_axis(low, high)
    if type(previous) is type(made) and previous.low <= low and high <= previous.high:
        if previous.share(high) - previous.share(low) >= KEEP_SHARE:
            return previous
    return made


def _log_axis(low: float, high: float, parts: int) -> LogAxis:
    linear = value_axis(low, high, parts)
    if 0 < linear.low * (1 + 1e-9) < linear.high < 10 * linear.low:
        return LogAxis(linear.low, linear.high, linear.step)
    bottom, top = round_below(low), round_above(high)
    while top < 10 * bottom:
        bottom, top = bottom / 2, top * 2
    decades = math.log10(top) - math.log10(bottom)
    return LogAxis(bottom, top, float(max(1, math.ceil(decades / max(1, parts) - 1e-9))))


def _symlog_axis(low: float, high: float) -> SymlogAxis:
    size = max(abs(low), abs(high))
    linear = 10.0 ** (math.floor(math.log10(size)) - DECADES_BELOW)
    bottom = _away(low, linear) if low < 0 else 0.0
    top = _away(high, linear) if high > 0 else 0.0
    return SymlogAxis(bottom, top, linear)


def _away(value: float, smallest: float) -> float:
    return math.copysign(round_above(max(abs(value), smallest)), value)


def round_below(value: float) -> float:
    """Return the greatest of 1, 2, 5 times a power of ten that is not above `value` > 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        (factor * power for factor in (5, 2, 1) if factor * power <= value * (1 + 1e-9)), power
    )


def round_above(value: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below `value` > 0."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        (factor * power for factor in (1, 2, 5) if factor * power >= value * (1 - 1e-9)), 10 * power
    )
