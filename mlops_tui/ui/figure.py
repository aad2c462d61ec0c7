"""A chart as a picture for papers and mails: SVG text from what a chart shows; no Textual."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from mlops_tui.domain.text import safe
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
_PLOT = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
_INK, _QUIET, _GRID = "#222222", "#555555", "#e4e4e4"


def svg(data: ChartData, legend: Sequence[tuple[str, int]]) -> str:
    """Return the chart as an SVG document on white.

    Args:
        data: What the chart shows, its series with about `POINTS` points.
        legend: What each line is, with the slot of its colour.
    """
    plotted = plot(data)
    extent = plotted.y_extent()
    parts = [*_heading(data), *_legend(legend)]
    if extent is None:
        parts.append(_text(LEFT, TOP + 30, "no finite values", _QUIET))
    else:
        x_axis = plotted.x_axis(10)
        y_axis = scaled_axis(*extent, 8, data.view.scale)
        parts += [*_axes(x_axis, y_axis, data), *_inside(plotted, x_axis, y_axis)]
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _text(x: float, y: float, words: str, colour: str = _INK, more: str = "") -> str:
    clean = escape(safe(words), quote=True)
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{more}>{clean}</text>'


def _heading(data: ChartData) -> Iterator[str]:
    unit = f" ({data.unit})" if data.unit and data.unit != "1" else ""
    yield _text(LEFT, 28, data.metric + unit, more=' font-size="17" font-weight="bold"')
    words = ", ".join(data.view.words)
    if words:
        yield _text(WIDTH - RIGHT, 28, words, _QUIET, ' text-anchor="end"')


def _legend(legend: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Yield two lines of names at most; what has no room is counted."""
    x, y = float(LEFT), 52.0
    for position, (name, slot) in enumerate(legend):
        width = 34 + 7.5 * len(name)
        if x + width > WIDTH - RIGHT - 70 and x > LEFT:
            if y > 52:
                yield _text(x, y, f"and {len(legend) - position} more", _QUIET)
                return
            x, y = float(LEFT), y + LEGEND_LINE
        colour = _colour(slot)
        yield f'<path d="M{x:.1f} {y - 4:.1f}h18" stroke="{colour}" stroke-width="3"/>'
        yield _text(x + 24, y, name)
        x += width


def _colour(owner: int) -> str:
    return palette.theme_variables(dark=False)[f"series-{owner % palette.SLOTS}"]


def _axes(x_axis: Axis, y_axis: Axis, data: ChartData) -> Iterator[str]:
    width, height = _PLOT
    for value in y_axis.ticks():
        y = TOP + height * (1 - y_axis.share(value))
        yield f'<path d="M{LEFT} {y:.1f}h{width}" stroke="{_GRID}"/>'
        yield _text(LEFT - 8, y + 4, y_axis.label(value), _QUIET, ' text-anchor="end"')
    for value in x_axis.ticks():
        x = LEFT + width * x_axis.share(value)
        yield f'<path d="M{x:.1f} {TOP + height}v5" stroke="{_QUIET}"/>'
        yield _text(x, TOP + height + 20, x_axis.label(value), _QUIET, ' text-anchor="middle"')
    yield f'<path d="M{LEFT} {TOP}v{height}h{width}" fill="none" stroke="{_QUIET}"/>'
    middle = LEFT + width / 2
    yield _text(middle, HEIGHT - 14, data.view.x_words, _INK, ' text-anchor="middle"')


def _inside(plotted: Plot, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    """Yield what stands in the plot: bands, lines, best values and what is not finite."""
    width, height = _PLOT
    yield f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{width}" height="{height}"/>'
    yield '</clipPath><g clip-path="url(#plot)" fill="none" stroke-linejoin="round">'
    for fill in plotted.fills:
        colour = _colour(fill.owner)
        there = [at for at, low in enumerate(fill.lows) if math.isfinite(low)]
        for stretch in _stretches(there):
            edge = [(fill.xs[at], fill.highs[at]) for at in stretch]
            edge += [(fill.xs[at], fill.lows[at]) for at in reversed(stretch)]
            way = _way(_places(edge, x_axis, y_axis))
            yield f'<path d="{way}Z" fill="{colour}" fill-opacity="0.18"/>'
    for line in plotted.lines:
        faint = ' stroke-opacity="0.35"' if line.owner >= palette.SLOTS else ""
        for stretch in _stretches([at for at, y in enumerate(line.ys) if math.isfinite(y)]):
            points = [(line.xs[at], line.ys[at]) for at in stretch]
            way = _way(_places(points, x_axis, y_axis))
            yield f'<path d="{way}" stroke="{_colour(line.owner)}" stroke-width="1.6"{faint}/>'
    yield "</g>"
    yield from _gaps(plotted.lines, x_axis)
    for line in plotted.raw:
        best = best_position(line.ys, plotted.data.lower_better)
        if best is not None and 0 <= x_axis.share(line.xs[best]) <= 1:
            (x, y), *_ = _places([(line.xs[best], line.ys[best])], x_axis, y_axis)
            yield f'<path d="M{x} {y - 5:.1f}l5 5l-5 5l-5 -5Z" fill="{_colour(line.owner)}"/>'


def _gaps(lines: Sequence[Line], x_axis: Axis) -> Iterator[str]:
    """Yield a cross below every value that is not finite."""
    foot = TOP + _PLOT[1] - 4
    for line in lines:
        if line.is_torn:
            continue
        shares = {
            round(x_axis.share(x), 3)
            for x, y in zip(line.xs, line.ys, strict=True)
            if not math.isfinite(y)
        }
        for share in sorted(share for share in shares if 0 <= share <= 1):
            x = LEFT + _PLOT[0] * share
            way = f"M{x - 3:.1f} {foot - 3}l6 6m0 -6l-6 6"
            yield f'<path d="{way}" stroke="{_colour(line.owner)}"/>'


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


def _places(
    points: Sequence[tuple[float, float]], x_axis: Axis, y_axis: Axis
) -> list[tuple[float, float]]:
    """Return where points stand in the picture; far away ones not further than it can say."""
    width, height = _PLOT
    xs = x_axis.shares([x for x, _ in points])
    ys = y_axis.shares([y for _, y in points])
    return [
        (round(LEFT + width * x, 1), round(TOP + height * (1 - max(-9.0, min(9.0, y))), 1))
        for x, y in zip(xs, ys, strict=True)
    ]


def _way(places: Sequence[tuple[float, float]]) -> str:
    if len(places) == 1:  # a point alone is a dash
        (x, y) = places[0]
        return f"M{x - 1.5:.1f} {y}h3"
    return "M" + "L".join(f"{x} {y}" for x, y in places)
