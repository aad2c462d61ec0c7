"""A chart as a picture for papers and mails: shapes from what a chart shows; no Textual.

`figure_svg` and `figure_png` write them down.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlops_tui.domain.text import with_unit
from mlops_tui.ui import palette
from mlops_tui.ui.axes import Axis
from mlops_tui.ui.plot import ChartData as ChartData
from mlops_tui.ui.plot import Plot, best_position, plot
from mlops_tui.ui.raster import Line
from mlops_tui.ui.scales import scaled_axis

WIDTH, HEIGHT = 960, 540
LEFT, RIGHT, TOP, BOTTOM = 80, 24, 84, 56
POINTS = 4 * WIDTH
"""As many of a series tell all that can be seen."""
LEGEND_LINE = 20
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_INK, _QUIET, _GRID = "#222222", "#555555", "#e4e4e4"
Places = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Words:
    """Text at a place, in pixels from the left top; `anchor` is the end of it that is there."""

    x: float
    y: float
    text: str
    colour: str = _INK
    anchor: str = "start"
    """`start`, `middle` or `end`."""
    size: int = 13
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """A line through places, in pixels from the left top."""

    places: Places
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    is_area: bool = False
    """Filled, without a line around it."""
    is_inside: bool = False
    """Cut off where the plot ends."""


Shape = Words | Way


def shapes(data: ChartData, legend: Sequence[tuple[str, int]]) -> list[Shape]:
    """Return what there is to draw, in this order, on white.

    Args:
        data: What the chart shows, its series with about `POINTS` points.
        legend: What each line is, with the slot of its colour.
    """
    plotted = plot(data)
    extent = plotted.y_extent()
    parts: list[Shape] = [*_heading(data), *_legend(legend)]
    if extent is None:
        parts.append(Words(LEFT, TOP + 30, "no finite values", _QUIET))
    else:
        x_axis = plotted.x_axis(10)
        y_axis = scaled_axis(*extent, 8, data.view.scale)
        parts += [*_axes(x_axis, y_axis, data), *_inside(plotted, x_axis, y_axis)]
    return parts


def _heading(data: ChartData) -> Iterator[Shape]:
    yield Words(LEFT, 28, with_unit(data.metric, data.unit), size=17, is_bold=True)
    words = ", ".join(data.view.words)
    if words:
        yield Words(WIDTH - RIGHT, 28, words, _QUIET, "end")


def _legend(legend: Sequence[tuple[str, int]]) -> Iterator[Shape]:
    """Yield two lines of names at most; what has no room is counted."""
    x, y = float(LEFT), 52.0
    for position, (name, slot) in enumerate(legend):
        width = 34 + 7.5 * len(name)
        if x + width > WIDTH - RIGHT - 70 and x > LEFT:
            if y > 52:
                yield Words(x, y, f"and {len(legend) - position} more", _QUIET)
                return
            x, y = float(LEFT), y + LEGEND_LINE
        yield Way([(x, y - 4), (x + 18, y - 4)], _colour(slot), 3.0)
        yield Words(x + 24, y, name)
        x += width


def _colour(owner: int) -> str:
    return palette.theme_variables(dark=False)[f"series-{owner % palette.SLOTS}"]


def _axes(x_axis: Axis, y_axis: Axis, data: ChartData) -> Iterator[Shape]:
    right, foot = LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT
    for value in y_axis.ticks():
        y = TOP + PLOT_HEIGHT * (1 - y_axis.share(value))
        yield Way([(LEFT, y), (right, y)], _GRID)
        yield Words(LEFT - 8, y + 4, y_axis.label(value), _QUIET, "end")
    for value in x_axis.ticks():
        x = LEFT + PLOT_WIDTH * x_axis.share(value)
        yield Way([(x, foot), (x, foot + 5)], _QUIET)
        yield Words(x, foot + 20, x_axis.label(value), _QUIET, "middle")
    yield Way([(LEFT, TOP), (LEFT, foot), (right, foot)], _QUIET)
    yield Words(LEFT + PLOT_WIDTH / 2, HEIGHT - 14, data.view.x_words, _INK, "middle")


def _inside(plotted: Plot, x_axis: Axis, y_axis: Axis) -> Iterator[Shape]:
    """Yield what stands in the plot: bands, lines, best values and what is not finite."""
    for fill in plotted.fills:
        there = [at for at, low in enumerate(fill.lows) if math.isfinite(low)]
        for stretch in _stretches(there):
            edge = [(fill.xs[at], fill.highs[at]) for at in stretch]
            edge += [(fill.xs[at], fill.lows[at]) for at in reversed(stretch)]
            places = _places(edge, x_axis, y_axis)
            yield Way(places, _colour(fill.owner), 0, 0.18, is_area=True, is_inside=True)
    for line in plotted.lines:
        opacity = 0.35 if line.owner >= palette.SLOTS else 1.0
        for stretch in _stretches([at for at, y in enumerate(line.ys) if math.isfinite(y)]):
            places = _places([(line.xs[at], line.ys[at]) for at in stretch], x_axis, y_axis)
            if len(places) == 1:  # a point alone is a dash
                ((x, y),) = places
                places = [(x - 1.5, y), (x + 1.5, y)]
            yield Way(places, _colour(line.owner), 1.6, opacity, is_inside=True)
    yield from _gaps(plotted.lines, x_axis)
    for line in plotted.raw:
        best = best_position(line.ys, plotted.data.lower_better)
        if best is not None and 0 <= x_axis.share(line.xs[best]) <= 1:
            ((x, y),) = _places([(line.xs[best], line.ys[best])], x_axis, y_axis)
            diamond = [(x, y - 5), (x + 5, y), (x, y + 5), (x - 5, y)]
            yield Way(diamond, _colour(line.owner), is_area=True, is_inside=True)


def _gaps(lines: Sequence[Line], x_axis: Axis) -> Iterator[Shape]:
    """Yield a cross below every value that is not finite."""
    foot = TOP + PLOT_HEIGHT - 4
    for line in lines:
        if line.is_torn:
            continue
        shares = {
            round(x_axis.share(x), 3)
            for x, y in zip(line.xs, line.ys, strict=True)
            if not math.isfinite(y)
        }
        for share in sorted(share for share in shares if 0 <= share <= 1):
            x, colour = LEFT + PLOT_WIDTH * share, _colour(line.owner)
            yield Way([(x - 3, foot - 3), (x + 3, foot + 3)], colour, is_inside=True)
            yield Way([(x + 3, foot - 3), (x - 3, foot + 3)], colour, is_inside=True)


def _stretches(positions: Sequence[int]) -> Iterator[list[int]]:
    """Yield runs of positions that follow each other."""
    run: list[int] = []
    for at in positions:
        if run and at != run[-1] + 1:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _places(points: Sequence[tuple[float, float]], x_axis: Axis, y_axis: Axis) -> Places:
    """Return where points stand in the picture; far away ones not further than it can say."""
    xs = x_axis.shares([x for x, _ in points])
    ys = y_axis.shares([y for _, y in points])
    return [
        (LEFT + PLOT_WIDTH * x, TOP + PLOT_HEIGHT * (1 - max(-9.0, min(9.0, y))))
        for x, y in zip(xs, ys, strict=True)
    ]
