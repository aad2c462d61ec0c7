"""How charts look at their series: which x, which part of it, which scale; pure state and numbers.

One view serves all charts of a screen, so that their x axes, zoom and cursor are linked.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain
from typing import TypeVar

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.runs import Series
from mlops_tui.domain.text import safe
from mlops_tui.ui.scales import Scale

SMOOTHINGS = (0.0, 0.6, 0.9, 0.97)
VIEWPORT = 1000
"""Points that a whole chart counts as for smoothing, where it has more."""
MOST_SMOOTHING = 0.999
SMALLEST_WINDOW = 1e-4
"""Of the whole: further in there is nothing to see."""

Window = tuple[float, float]
Limits = tuple[float | None, float | None]
"""The least and the greatest value to show; None for what the values ask for."""
Choice = TypeVar("Choice")


class XKind(StrEnum):
    """What the x axis counts."""

    STEP = "step"
    ELAPSED = "time"
    CLOCK = "clock"
    METRIC = "metric"
    """The values of another metric at the same steps."""


COUNTED = (XKind.STEP, XKind.ELAPSED, XKind.CLOCK)
"""What one key goes through; the metric is picked."""


@dataclass(frozen=True, slots=True)
class JoinedSeries(Series):
    """A history with the values of another metric at its steps."""

    xs: array[float] = field(default_factory=lambda: array("d"))
    """As long as `steps`; finite."""


class Grouping(StrEnum):
    """Which runs are drawn as one line: their mean, in a band from the least to the greatest."""

    NONE = "each run"
    SEEDS = "mean over seeds"
    SWEEP = "mean of each sweep"
    ALL = "mean of all"


class YRange(StrEnum):
    """Which values the y axis makes room for."""

    ALL = "all values"
    ZERO = "all values and zero"
    BULK = "without outliers"


@dataclass(frozen=True, slots=True)
class ChartView:
    """What a person has chosen; every method returns the view after a key."""

    x: XKind = XKind.STEP
    scale: Scale = Scale.LINEAR
    y_range: YRange = YRange.ALL
    smoothing: float = 0.0
    """0 to 1: the weight of what came before."""
    window: Window | None = None
    """The part of x that is shown; None for all of it."""
    cursor: float | None = None
    """The x that is read out."""
    grouping: Grouping = Grouping.NONE
    x_metric: str = ""
    """Whose values x counts, for `XKind.METRIC`."""
    limits: tuple[tuple[str, Limits], ...] = ()
    """Of the metrics whose y axis a person has fixed."""

    def next_x(self) -> ChartView:
        here = self.x if self.x in COUNTED else XKind.CLOCK
        return replace(self, x=_after(here, COUNTED), window=None, cursor=None)

    def over(self, metric: str) -> ChartView:
        """Count the values of `metric`, or steps again where it is empty."""
        kind = XKind.METRIC if metric else XKind.STEP
        return replace(self, x=kind, x_metric=metric, window=None, cursor=None)

    def next_grouping(self) -> ChartView:
        return replace(self, grouping=_after(self.grouping, tuple(Grouping)))

    def next_scale(self) -> ChartView:
        return replace(self, scale=_after(self.scale, tuple(Scale)))

    def next_y_range(self) -> ChartView:
        return replace(self, y_range=_after(self.y_range, tuple(YRange)))

    def limited(self, metric: str, limits: Limits) -> ChartView:
        """Fix the y axis of a metric; two times None lets it follow the values again."""
        others = tuple(it for it in self.limits if it[0] != metric)
        own = () if limits == (None, None) else ((metric, limits),)
        return replace(self, limits=(*others, *own))

    def limits_of(self, metric: str) -> Limits:
        return dict(self.limits).get(metric, (None, None))

    def next_smoothing(self) -> ChartView:
        return replace(self, smoothing=_after(self.smoothing, SMOOTHINGS))

    def whole(self) -> ChartView:
        return replace(self, window=None, cursor=None)

    def zoomed(self, factor: float, extent: Window) -> ChartView:
        """Show `1 / factor` of what is shown, around the cursor or else the middle."""
        low, high = self.shown(extent)
        span = (high - low) / factor
        if span >= extent[1] - extent[0]:
            return replace(self, window=None)
        span = max(span, (extent[1] - extent[0]) * SMALLEST_WINDOW)
        middle = self.cursor if self.cursor is not None else (low + high) / 2
        share = (middle - low) / (high - low) if high > low else 0.5
        return replace(self, window=_inside(middle - share * span, span, extent))

    def panned(self, share: float, extent: Window) -> ChartView:
        """Show what lies `share` of the window further on; the cursor comes along."""
        if self.window is None:
            return self
        low, high = self.window
        window = _inside(low + share * (high - low), high - low, extent)
        if self.cursor is None:
            return replace(self, window=window)
        cursor = min(max(self.cursor + window[0] - low, extent[0]), extent[1])
        return replace(self, window=window, cursor=cursor)

    def pointed(self, by: int, columns: int, extent: Window) -> ChartView:
        """Move the cursor by so many columns; it starts at the end, and pulls the window along."""
        low, high = self.shown(extent)
        if self.cursor is None:
            return replace(self, cursor=high)
        wanted = self.cursor + by * (high - low) / max(1, columns - 1)
        cursor = min(max(wanted, extent[0]), extent[1])
        moved = replace(self, cursor=cursor)
        if self.window is not None and not low <= cursor <= high:
            start = cursor if cursor < low else cursor - (high - low)
            moved = replace(moved, window=_inside(start, high - low, extent))
        return moved

    def shown(self, extent: Window) -> Window:
        """Return the part of x that is shown of `extent`."""
        return self.window or extent

    @property
    def points(self) -> tuple[object, ...]:
        """What decides which points are read."""
        return (self.window, self.x, self.x_metric, self.has_groups)

    @property
    def has_groups(self) -> bool:
        """Say whether runs are drawn together; over another metric there is no mean of them."""
        return self.grouping is not Grouping.NONE and self.x is not XKind.METRIC

    @property
    def x_words(self) -> str:
        """What x counts."""
        return safe(self.x_metric) if self.x is XKind.METRIC else str(self.x)

    @property
    def words(self) -> list[str]:
        """What differs from how charts look at first."""
        told = []
        if self.has_groups:
            told.append(str(self.grouping))
        if self.x is not XKind.STEP:
            told.append(f"x {self.x_words}")
        if self.scale is not Scale.LINEAR:
            told.append(str(self.scale))
        if self.y_range is not YRange.ALL:
            told.append(str(self.y_range))
        if self.limits:
            told.append("y fixed")
        if self.smoothing:
            told.append(f"smooth {self.smoothing:g}")
        if self.window is not None:
            told.append("zoomed")
        return told


def _after(here: Choice, choices: Sequence[Choice]) -> Choice:
    return choices[(list(choices).index(here) + 1) % len(choices)]


def _inside(start: float, span: float, extent: Window) -> Window:
    start = min(max(start, extent[0]), extent[1] - span)
    return start, start + span


def x_values(series: Series, kind: XKind, start: float) -> Sequence[float]:
    """Return the x of each point: its step, time, seconds since `start`, or what it is joined with.

    What is not joined yet has NaN.
    """
    if kind is XKind.METRIC:
        return series.xs if isinstance(series, JoinedSeries) else [math.nan] * len(series.steps)
    if kind is XKind.STEP:
        return series.steps
    if kind is XKind.CLOCK:
        return series.times
    return [moment - start for moment in series.times]


def smoothed(xs: Sequence[float], ys: Sequence[float], weight: float, span: float) -> list[float]:
    """Return `ys` averaged exponentially over the points before, whatever their distances.

    A point counts by how far it lies back on a chart of `VIEWPORT` points at most, so that
    thinned-out series look like whole ones; the average is corrected for its short start. Values
    that are not finite stay as they are. (W&B's time-weighted exponential moving average, with as
    many points for a chart as a short series has, which is then the plain average.)

    Args:
        xs: Places of the points, not falling.
        ys: Their values.
        weight: 0 (as it is) to 1, not included.
        span: Length of the x axis.
    """
    strength = min(math.sqrt(weight), MOST_SMOOTHING)
    points = min(VIEWPORT, len(xs) - 1)
    average, debias, last = 0.0, 0.0, None
    result = []
    for x, y in zip(xs, ys, strict=True):
        if not math.isfinite(y):
            result.append(y)
            continue
        distance = (x - last) / span * points if last is not None and span > 0 else 1.0
        keep = strength ** max(distance, 0.0)
        last = x
        average = average * keep + y * (1 - keep) if keep < 1 else average
        debias = debias * keep + 1 - keep
        result.append(average / debias if debias else y)
    return result


def nearest_point(xs: Sequence[float], x: float) -> int | None:
    """Return the position of the point nearest to `x`, the earlier of two; None without points."""
    if not len(xs):
        return None
    after = bisect_left(xs, x)
    if after == 0:
        return 0
    if after == len(xs) or x - xs[after - 1] <= xs[after] - x:
        return after - 1
    return after


def y_extent(values: Sequence[Sequence[float]], scale: Scale, kind: YRange) -> Window | None:
    """Return the smallest and greatest value to make room for; None where nothing can be drawn."""
    shown = [_drawable(series, scale) for series in values if len(series)]
    if not any(shown):
        return None
    low = min(min(series) for series in shown if series)
    high = max(max(series) for series in shown if series)
    if kind is YRange.BULK and sum(map(len, shown)) >= 20:
        ordered = sorted(chain.from_iterable(shown))
        low, high = ordered[len(ordered) // 50], ordered[-1 - len(ordered) // 50]
    if kind is YRange.ZERO and scale is not Scale.LOG:
        low, high = min(low, 0.0), max(high, 0.0)
    return low, high


def within(extent: Window, limits: Limits, scale: Scale) -> Window:
    """Return the extent with the ends that a person has fixed, where they have a place on it."""
    low, high = extent
    ends = [it if it is None or it > 0 or scale is not Scale.LOG else None for it in limits]
    low = low if ends[0] is None else ends[0]
    high = high if ends[1] is None else ends[1]
    return (low, high) if low < high else extent


def read_limits(text: str) -> Limits:
    """Return what is typed as `0.5 1`, `0.5 -` or `- 1`; nothing is typed for no limits.

    Raises:
        InputError: it is not of this form, or the first is not below the second.
    """
    words = text.replace(",", " ").split()
    if not words:
        return None, None
    try:
        low, high = (None if word == "-" else float(word) for word in words)
    except ValueError:
        raise InputError(f"{text!r} is not understood", "two numbers, such as 0.5 1") from None
    if any(it is not None and not math.isfinite(it) for it in (low, high)):
        raise InputError(f"{text!r} has no end", "a dash leaves an end to the values")
    if low is not None and high is not None and low >= high:
        raise InputError(f"{low:g} is not below {high:g}", "the least value comes first")
    return low, high


def _drawable(values: Sequence[float], scale: Scale) -> Sequence[float]:
    """Return the values that have a place on the scale."""
    if scale is Scale.LOG:
        return [value for value in values if value > 0 and math.isfinite(value)]
    if math.isfinite(sum(values)):
        return values
    return [value for value in values if math.isfinite(value)]
