"""From the series of a chart and the way to look at them to lines, marks and axes; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlops_tui.domain.runs import Series
from mlops_tui.ui import palette
from mlops_tui.ui.axes import Axis, step_axis
from mlops_tui.ui.chart_view import (
    ChartView,
    Window,
    XKind,
    nearest_point,
    smoothed,
    x_values,
    y_extent,
)
from mlops_tui.ui.raster import Line, Mark, is_all_finite
from mlops_tui.ui.scales import Scale, time_axis

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


@dataclass(frozen=True, slots=True)
class Plot:
    """The lines of a chart as they are drawn: values that its scale cannot show are NaN."""

    data: ChartData
    raw: list[Line]
    smooth: list[Line]
    """One a curve, none where nothing is smoothed."""
    extent: Window
    """The x of all points at hand."""

    @property
    def view(self) -> ChartView:
        return self.data.view

    @property
    def lines(self) -> list[Line]:
        """All lines in the order in which they are drawn: the first curve comes on top."""
        if not self.smooth:
            return self.raw[::-1]
        dim = [Line(line.xs, line.ys, line.owner + palette.SLOTS) for line in self.raw]
        return [*dim[::-1], *self.smooth[::-1]]

    @property
    def told(self) -> list[Line]:
        """The lines whose values are read out."""
        return self.smooth or self.raw

    def y_extent(self) -> Window | None:
        """Return the values to make room for; None where there is nothing to draw."""
        shown: list[Sequence[float]] = [line.ys for line in self.raw]
        if self.view.window is not None:
            low, high = self.view.window
            shown = [
                [y for x, y in zip(line.xs, line.ys, strict=True) if low <= x <= high]
                for line in self.raw
            ]
        return y_extent(shown, self.view.scale, self.view.y_range)

    def x_axis(self, parts: int) -> Axis:
        """Return the axis of x with about `parts` steps."""
        low, high = self.view.shown(self.extent)
        curves = self.data.curves
        if self.view.x is not XKind.STEP:
            return time_axis(low, high, parts)
        if self.view.window is not None:
            return step_axis(low, high, parts, growing=False, from_zero=False)
        plans = [curve.planned for curve in curves if curve.planned is not None]
        is_live = any(curve.is_live for curve in curves)
        return step_axis(low, high, parts, max(plans, default=None), is_live)

    def read_out(self) -> list[tuple[int, float]]:
        """Return slot and value of each curve: at the cursor, or else its last one."""
        found = []
        for curve, line in zip(self.data.curves, self.told, strict=True):
            at = (
                len(line.ys) - 1
                if self.view.cursor is None
                else nearest_point(line.xs, self.view.cursor)
            )
            if at is not None and at >= 0:
                found.append(
                    (curve.slot, curve.series.values[at] if not self.smooth else line.ys[at])
                )
        return found

    def marks(self) -> list[Mark]:
        """Return what stands out: the best value of each curve, and where the cursor is."""
        found = []
        for line in reversed(self.raw):
            best = best_position(line.ys, self.data.lower_better)
            if best is not None:
                found.append(Mark(line.xs[best], line.ys[best], BEST, line.owner))
        if self.view.cursor is not None:
            for line in reversed(self.told):
                at = nearest_point(line.xs, self.view.cursor)
                if at is not None and math.isfinite(line.ys[at]):
                    found.append(Mark(line.xs[at], line.ys[at], HERE, line.owner))
        return found


def plot(data: ChartData) -> Plot:
    """Return what is to be drawn of `data`."""
    view = data.view
    raw = []
    for curve in data.curves:
        xs = x_values(curve.series, view.x, curve.start)
        ys: Sequence[float] = curve.series.values
        if view.scale is Scale.LOG:
            ys = [y if y > 0 else math.nan for y in ys]
        raw.append(Line(xs, ys, curve.slot))
    extent = x_extent(raw)
    low, high = view.shown(extent)
    smooth = [
        Line(line.xs, smoothed(line.xs, line.ys, view.smoothing, high - low), line.owner)
        for line in raw
        if view.smoothing
    ]
    return Plot(data, raw, smooth, extent)


def best_position(ys: Sequence[float], lower_better: bool) -> int | None:
    """Return where the best finite value is first; None where none is better than another."""
    finite = ys if is_all_finite(ys) else [y for y in ys if math.isfinite(y)]
    if not len(finite) or min(finite) == max(finite):
        return None
    best = min(finite) if lower_better else max(finite)
    return next(at for at, y in enumerate(ys) if y == best)


def x_extent(lines: Sequence[Line]) -> Window:
    """Return the smallest and greatest x of all lines, `(0, 1)` where there is none."""
    with_points = [line for line in lines if len(line.xs)]
    if not with_points:
        return 0.0, 1.0
    return min(line.xs[0] for line in with_points), max(line.xs[-1] for line in with_points)
