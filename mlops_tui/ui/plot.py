"""From the series of a chart and the way to look at them to lines, marks and axes; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from mlops_tui.domain.runs import Series
from mlops_tui.ui import palette
from mlops_tui.ui.axes import Axis, nice_step, step_axis, value_axis
from mlops_tui.ui.chart_view import (
    ChartView,
    Window,
    XKind,
    nearest_point,
    smoothed,
    within,
    x_values,
    y_extent,
)
from mlops_tui.ui.grouping import Band, Course, Group, band
from mlops_tui.ui.raster import Fill, Line, Mark, is_all_finite
from mlops_tui.ui.scales import Scale, time_axis

MOST_PLACES = 600
"""At so many places a mean is worked out."""
BEST, HERE = "◆", "●"


@dataclass(frozen=True, slots=True)
class Curve:
    """One run's history of the chart's metric."""

    run_id: str
    name: str
    slot: int
    """Says the colour, 0 to `palette.SLOTS - 1`."""
    series: Series
    planned: float | None = None
    """The step at which the run will be done, if that is known."""
    is_live: bool = False
    start: float = 0.0
    """Unix time at which the run began."""


@dataclass(frozen=True, slots=True)
class ChartData:
    """All that a chart shows."""

    metric: str
    unit: str = ""
    curves: tuple[Curve, ...] = ()
    view: ChartView = field(default_factory=ChartView)
    lower_better: bool = False
    is_selected: bool = False
    groups: Mapping[str, Group] = field(default_factory=dict)
    """Each run's group, by its id; empty where every run is drawn alone."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The lines of a chart as they are drawn: values that its scale cannot show are NaN."""

    data: ChartData
    raw: list[Line]
    """One a curve, or one a group: its mean."""
    smooth: list[Line]
    """One for each of them, none where nothing is smoothed."""
    extent: Window
    """The x of all points at hand."""
    bands: list[Band] = field(default_factory=list)
    """One a group; none where there are no groups."""

    @property
    def view(self) -> ChartView:
        return self.data.view

    @property
    def lines(self) -> list[Line]:
        """All lines in the order in which they are drawn: the first curve comes on top."""
        if self.bands:
            return self._means
        if not self.smooth:
            return self.raw[::-1]
        return [*(dimmed(line) for line in self.raw[::-1]), *self.smooth[::-1]]

    @property
    def _means(self) -> list[Line]:
        pairs = list(zip(self.raw, self.bands, strict=True))[::-1]
        fewer = [dimmed(of_fewer(line, one)) for line, one in pairs]
        odd = [Line(one.odd, [math.nan] * len(one.odd), line.owner) for line, one in pairs]
        whole = [of_all(line, one) for line, one in pairs]
        if self.smooth:
            whole = [*map(dimmed, whole), *self.smooth[::-1]]
        return [*odd, *fewer, *whole]

    @property
    def fills(self) -> list[Fill]:
        """What the groups span."""
        return [
            Fill(one.xs, one.lows, one.highs, line.owner + palette.SLOTS)
            for line, one in zip(self.raw, self.bands, strict=False)
        ][::-1]

    @property
    def told(self) -> list[Line]:
        """The lines whose values are read out."""
        return self.smooth or self.raw

    def y_extent(self) -> Window | None:
        """Return the values to make room for; None where there is nothing to draw."""
        courses = [(line.xs, line.ys) for line in self.raw]
        courses += [(one.xs, edge) for one in self.bands for edge in (one.lows, one.highs)]
        shown = [ys for _, ys in courses]
        if self.view.window is not None:
            low, high = self.view.window
            shown = [
                [y for x, y in zip(xs, ys, strict=True) if low <= x <= high] for xs, ys in courses
            ]
        found = y_extent(shown, self.view.scale, self.view.y_range)
        if found is None:
            return None
        return within(found, self.view.limits_of(self.data.metric), self.view.scale)

    def x_axis(self, parts: int) -> Axis:
        """Return the axis of x with about `parts` steps."""
        low, high = self.view.shown(self.extent)
        curves = self.data.curves
        if self.view.x is XKind.METRIC:
            if self.view.window is None:
                return value_axis(low, high, parts)
            return Axis(low, high, nice_step(high - low, parts))
        if self.view.x is not XKind.STEP:
            return time_axis(low, high, parts)
        if self.view.window is not None:
            return step_axis(low, high, parts, growing=False, from_zero=False)
        plans = [curve.planned for curve in curves if curve.planned is not None]
        is_live = any(curve.is_live for curve in curves)
        return step_axis(low, high, parts, max(plans, default=None), is_live)

    def read_out(self) -> list[Told]:
        """Return the value of each line: at the cursor, or else its last one."""
        found = []
        for position, line in enumerate(self.told):
            at = len(line.ys) - 1 if self.view.cursor is None else self.nearest(line)
            if at is None or at < 0:
                continue
            if self.bands:
                found.append(Told(line.owner, line.ys[at], self.bands[position].counts[at]))
            elif self.smooth:
                found.append(Told(line.owner, line.ys[at]))
            else:
                found.append(Told(line.owner, self.data.curves[position].series.values[at]))
        return found

    def nearest(self, line: Line) -> int | None:
        """Return the position of the point of a line that the cursor is on."""
        if self.view.cursor is None:
            return None
        if self.view.x is not XKind.METRIC:
            return nearest_point(line.xs, self.view.cursor)
        cursor = self.view.cursor
        return min(range(len(line.xs)), key=lambda at: abs(line.xs[at] - cursor), default=None)

    def marks(self) -> list[Mark]:
        """Return what stands out: the best value of each curve, and where the cursor is."""
        found = []
        for line in reversed(self.raw):
            best = best_position(line.ys, self.data.lower_better)
            if best is not None:
                found.append(Mark(line.xs[best], line.ys[best], BEST, line.owner))
        if self.view.cursor is not None:
            for line in reversed(self.told):
                at = self.nearest(line)
                if at is not None and math.isfinite(line.ys[at]):
                    found.append(Mark(line.xs[at], line.ys[at], HERE, line.owner))
        return found


class Told(NamedTuple):
    """What is read out of one line."""

    slot: int
    value: float
    runs: int | None = None
    """Of how many runs it is the mean; None where it is a run's own."""


def plot(data: ChartData) -> Plot:
    """Return what is to be drawn of `data`."""
    view = data.view
    courses = [
        Line(x_values(curve.series, view.x, curve.start), curve.series.values, curve.slot)
        for curve in data.curves
    ]
    bands: list[Band] = []
    if data.groups:
        courses, bands = means(data, courses)
    raw = courses
    if view.scale is Scale.LOG:
        raw = [replace(line, ys=[y if y > 0 else math.nan for y in line.ys]) for line in courses]
    extent = x_extent(raw)
    low, high = view.shown(extent)
    smooth = [
        replace(line, ys=smoothed(line.xs, line.ys, view.smoothing, high - low))
        for line in raw
        if view.smoothing and view.x is not XKind.METRIC
    ]
    return Plot(data, raw, smooth, extent, bands)


def means(data: ChartData, lines: Sequence[Line]) -> tuple[list[Line], list[Band]]:
    """Return the mean and the band of each group of runs."""
    groups: dict[Group, list[Course]] = {}
    for curve, line in zip(data.curves, lines, strict=True):
        groups.setdefault(data.groups[curve.run_id], []).append((line.xs, line.ys))
    bands = [band(courses, MOST_PLACES) for courses in groups.values()]
    return [
        Line(one.xs, one.means, group.slot, is_torn=True)
        for one, group in zip(bands, groups, strict=True)
    ], bands


def dimmed(line: Line) -> Line:
    """Return the line in the dim variant of its colour."""
    return replace(line, owner=line.owner + palette.SLOTS)


def of_all(line: Line, one: Band) -> Line:
    """Return the stretches of a mean to which all runs contribute."""
    return replace(
        line,
        ys=[y if n == one.size else math.nan for y, n in zip(line.ys, one.counts, strict=True)],
    )


def of_fewer(line: Line, one: Band) -> Line:
    """Return the stretches of a mean to which some runs do not contribute, with their ends."""
    is_partial = [n < one.size for n in one.counts]
    return replace(
        line,
        ys=[
            y if any(is_partial[max(0, at - 1) : at + 2]) else math.nan
            for at, y in enumerate(line.ys)
        ],
    )


def best_position(ys: Sequence[float], lower_better: bool) -> int | None:
    """Return where the best finite value is first; None where none is better than another."""
    finite = ys if is_all_finite(ys) else [y for y in ys if math.isfinite(y)]
    if not len(finite) or min(finite) == max(finite):
        return None
    best = min(finite) if lower_better else max(finite)
    return next(at for at, y in enumerate(ys) if y == best)


def x_extent(lines: Sequence[Line]) -> Window:
    """Return the smallest and greatest x of all lines, `(0, 1)` where there is none."""
    with_points = [line.xs for line in lines if len(line.xs)]
    ends = [end for xs in with_points for end in (min(xs), max(xs)) if math.isfinite(end)]
    return (min(ends), max(ends)) if ends else (0.0, 1.0)
