"""How a model did over windows: measured beside estimated, over what is usual; pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.domain.performed import DEGRADED, ESTIMATED, KNOWN, REALISED, Performed
from mlops_tui.domain.text import safe
from mlops_tui.ui import palette, raster
from mlops_tui.ui.axes import Axis, value_axis
from mlops_tui.ui.evaluation_rows import number
from mlops_tui.ui.raster import Fill, Line, Mark, Symbols
from mlops_tui.ui.widgets.line_chart import LABELS, plot_rows
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.wrapped_view import Lines

CHART_ROWS = 10
_RATES = ("accuracy", "f1", "precision", "recall", "specificity", "roc_auc")
"""Never above 1."""
_MEASURED, _ESTIMATED, _USUAL = 1, 2, 3
"""Slots of the palette."""
_Z95 = 1.96
_POINT, _WORSE = "●", "✗"
_FIGURE_CELLS = 30
_ROOMY = 90
"""With so many cells bounds are told in words."""


class Window(NamedTuple):
    """One window whose model was judged."""

    batch: BatchFacts
    performed: Performed


def metric_names(windows: Sequence[Window]) -> list[str]:
    """Return the metrics of windows, those that most people know first."""
    names = {it["metric"]: None for window in windows for it in window.performed.figures["metrics"]}
    return sorted(names, key=lambda name: name not in KNOWN)


def performance_lines(windows: Sequence[Window], width: int, symbols: Symbols) -> Lines:
    """Return a chart for each metric, the first with its figures below; oldest window left.

    Args:
        windows: oldest first.
        width: cells.
        symbols: what lines are drawn with.
    """
    if not windows:
        return [[("Nothing is known of the model on these windows.", "")]]
    names = metric_names(windows)
    lines = [*_legend(width, symbols)]
    for name in names:
        lines += [[], *chart_lines(windows, name, width, symbols)]
        if name == names[0]:
            lines += [[], *_table(windows, name, width)]
    return lines


def chart_lines(windows: Sequence[Window], metric: str, width: int, symbols: Symbols) -> Lines:
    """Return the chart of one metric, with its title and what the ends of the x axis are."""
    room = max(8, width - LABELS - 1)
    realised, estimated = (_course(windows, metric, basis) for basis in (REALISED, ESTIMATED))
    title: list[Piece] = [(safe(metric), "title"), *_sizes(realised, estimated)]
    both = [*realised, *estimated]
    if not both:
        return [title]
    usual = [it for _, it in sorted(both, key=lambda pair: pair[0]) if it["reference"] is not None]
    band = {at: _band(metric, it) for at, it in [*estimated, *realised]}
    places = sorted(band)
    lows, highs = ([band[at][side] for at in places] for side in (0, 1))
    # bounds only where their windows do not run into each other
    bars = realised if 3 * len(windows) <= room else []
    shown = [it[name] for _, it in both for name in ("value", "reference")]
    shown += [it[name] for _, it in bars for name in ("lower", "upper")]
    numbers = [it for it in [*shown, *lows, *highs] if _is_finite(it)]
    if not numbers:
        return [title]
    x_axis = Axis(-0.5, len(windows) - 0.5, 1.0)
    y_axis = value_axis(min(numbers), max(numbers), CHART_ROWS // 2)
    xs = [float(at) for at in places]
    lines = [Line(xs, [it["reference"] for it in usual[:1]] * len(xs), _USUAL + palette.SLOTS)]
    lines += [_line(estimated, _ESTIMATED)]
    lines += [
        Line([at, at], [it["lower"], it["upper"]], _MEASURED + palette.SLOTS)
        for at, it in bars
        if _is_finite(it["lower"]) and _is_finite(it["upper"])
    ]
    lines += [_line(realised, _MEASURED)]
    marks = [
        Mark(at, it["value"], _WORSE if it["verdict"] == DEGRADED else _POINT, slot)
        for course, slot in ((estimated, _ESTIMATED), (realised, _MEASURED))
        for at, it in course
        if _is_finite(it["value"]) and (slot == _MEASURED or it["verdict"] == DEGRADED)
    ]
    fill = Fill(xs, lows, highs, _USUAL + palette.SLOTS)
    picture = raster.draw(lines, x_axis, y_axis, (room, CHART_ROWS), symbols, marks, [fill])
    return [title, *plot_rows(picture, y_axis), _ends(windows, room)]


Course = Sequence[tuple[int, Mapping[str, Any]]]
"""Places of windows with what a metric was there."""


def _course(windows: Sequence[Window], metric: str, basis: str) -> Course:
    found = ((at, it.performed.metric(metric, basis)) for at, it in enumerate(windows))
    return [(at, it) for at, it in found if it is not None]


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _line(course: Course, owner: int) -> Line:
    xs = [float(at) for at, _ in course]
    ys = [math.nan if it["value"] is None else it["value"] for _, it in course]
    return Line(xs, ys, owner, is_torn=True)


def _band(metric: str, it: Mapping[str, Any]) -> tuple[float, float]:
    """Return between which values 95 of 100 windows of this size of the reference would be."""
    usual, spread = it["reference"], it["sampling_error"]
    if usual is None or spread is None:
        return math.nan, math.nan
    low, high = usual - _Z95 * spread, usual + _Z95 * spread
    return (
        low if metric == "r2" else max(0.0, low),
        min(1.0, high) if metric in _RATES else high,
    )


def _sizes(realised: Course, estimated: Course) -> list[Piece]:
    told: list[Piece] = []
    for course, words, slot in ((realised, "measured", 1), (estimated, "estimated", 2)):
        if course:
            sizes = [it["n"] for _, it in course]
            n = f"{min(sizes):,}" + (f" to {max(sizes):,}" if min(sizes) != max(sizes) else "")
            told.append((f"  {words} in {len(course)}, n {n}", f"series-{slot}"))
    return told


def _legend(width: int, symbols: Symbols) -> Lines:
    usual = "⠒" if symbols is Symbols.BRAILLE else "-"
    pieces: list[Piece] = [
        *((f"{_POINT} measured by its truth  ", "series-1"), (f"{_WORSE} worse  ", "series-1")),
        *(("─ estimated  ", "series-2"), (f"{usual} usual, 95 %", "series-3")),
    ]
    left = width - sum(len(text) for text, _ in pieces)
    return [pieces if left >= 0 else [*pieces[:2], pieces[2]]]


def _ends(windows: Sequence[Window], room: int) -> list[Piece]:
    first, last = (safe(windows[at].batch.key) for at in (0, -1))
    half = room // 2
    words = fit(first, half) + fit(last, room - half, right=True)
    return [(" " * LABELS + words, "axis")]


def _table(windows: Sequence[Window], metric: str, width: int) -> Lines:
    """Return a line a window, the newest first: measured and estimated, with bounds and n."""
    keys = max(8, width - 2 * _FIGURE_CELLS - 1)
    to = " to " if width >= _ROOMY else ".."
    head = fit("Window", keys) + "   " + fit("Measured", _FIGURE_CELLS) + "Estimated"
    lines: Lines = [[(fit(head, width), "header")]]
    for batch, performed in reversed(windows):
        pieces: list[Piece] = [(fit(safe(batch.key), keys) + " ", "")]
        for basis in (REALISED, ESTIMATED):
            it = performed.metric(metric, basis)
            kind = "dim" if it is None else "bad" if it["verdict"] == DEGRADED else ""
            pieces.append((fit(_figure(it, to), _FIGURE_CELLS), kind))
        lines.append(pieces)
    return lines


def _figure(it: Mapping[str, Any] | None, to: str) -> str:
    if it is None or it["value"] is None:
        return "  -"
    value, low, high = (number(it[name], 3) for name in ("value", "lower", "upper"))
    mark = _WORSE if it["verdict"] == DEGRADED else " "
    return f"{mark} {value} ({low}{to}{high}) n {it['n']:,}"
