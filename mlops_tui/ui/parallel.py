"""Parallel coordinates in characters: parameters and metrics as axes, each run a line; pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlops_tui.domain.groups import SEED_LIKE
from mlops_tui.domain.runs import ParamValue, Run
from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui import palette
from mlops_tui.ui.axes import Axis
from mlops_tui.ui.formats import value_text
from mlops_tui.ui.raster import Line, Picture, Symbols, draw
from mlops_tui.ui.widgets.pieces import Piece, fit

AXIS_CELLS = 13
"""So much room an axis needs to be told from the next one."""
MOST_LEVELS = 12
"""More different texts than that cannot be told apart on one axis."""
LOG_FROM = 100.0
"""An axis is logarithmic where its greatest value is so many times its least, ..."""
CROWDED = 0.1
"""... and half of all values lie in so small a share of a linear one."""
LABEL_ROWS = 3
MOST_GOOD = 12
"""More lines than that, and none stands out."""
CHOSEN, GOOD, OTHER = 1, 3, palette.SLOTS
"""Whose line it is: the chosen run's, one of the best quarter, another one (dim)."""


@dataclass(frozen=True, slots=True)
class ParallelAxis:
    """One parameter or metric, and where each run stands on it."""

    name: str
    shares: tuple[float, ...]
    """0 at the bottom, 1 at the top; NaN where a run has no value."""
    labels: tuple[tuple[float, str], ...]
    """What stands at which share; at least the bottom and the top."""
    told: tuple[str, ...]
    """The value of each run in words."""


def param_axes(runs: Sequence[Run]) -> list[ParallelAxis]:
    """Return an axis for each parameter that differs between runs; not for seeds."""
    names = dict.fromkeys(name for run in runs for name in run.params)
    made = [
        _axis(name, [run.params.get(name) for run in runs])
        for name in names
        if not SEED_LIKE.search(name)
    ]
    return [it for it in made if it is not None]


def metric_axis(runs: Sequence[Run], metric: str, is_lower_better: bool) -> ParallelAxis | None:
    """Return the axis of the last values of a metric, its good end marked; None where all agree."""
    values = [run.metrics[metric].last if metric in run.metrics else None for run in runs]
    found = _axis(metric, values)
    if found is None:
        return None
    best = min(found.labels) if is_lower_better else max(found.labels)
    labels = tuple(
        (at, f"{words} ◆" if (at, words) == best else words) for at, words in found.labels
    )
    return ParallelAxis(found.name, found.shares, labels, found.told)


def _axis(name: str, values: Sequence[ParamValue]) -> ParallelAxis | None:
    if not any(isinstance(it, str | bool) for it in values):
        return _of_numbers(name, values)
    texts = [None if it is None else value_text(it) for it in values]
    levels = sorted({it for it in texts if it is not None})
    if not 2 <= len(levels) <= MOST_LEVELS:
        return None
    places = {it: at / (len(levels) - 1) for at, it in enumerate(levels)}
    shares = tuple(math.nan if it is None else places[it] for it in texts)
    labels = tuple((places[it], it) for it in levels)
    return ParallelAxis(safe(name), shares, labels, tuple(it or "-" for it in texts))


def _of_numbers(name: str, values: Sequence[ParamValue]) -> ParallelAxis | None:
    numbers = [_number(it) for it in values]
    known = [it for it in numbers if it is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    if low == high:
        return None
    middle = sorted(known)[len(known) // 2]
    is_log = low > 0 and high / low >= LOG_FROM and middle - low < CROWDED * (high - low)

    def place(value: float) -> float:
        if is_log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    shares = tuple(math.nan if it is None else place(it) for it in numbers)
    ends = ((0.0, short_number(low)), (1.0, short_number(high)))
    title = safe(name) + (" log" if is_log else "")
    told = tuple("-" if it is None else value_text(it) for it in values)
    return ParallelAxis(title, shares, ends, told)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def shown_axes(
    params: Sequence[ParallelAxis], metrics: Sequence[ParallelAxis], width: int, skip: int
) -> list[ParallelAxis]:
    """Return the axes that have room: the metrics at the right, parameters from the nth one on."""
    room = max(2, width // AXIS_CELLS)
    last = list(metrics[: max(1, room - 1)])
    return [*params[skip : skip + room - len(last)], *last]


def best_few(axis: ParallelAxis, is_lower_better: bool) -> set[int]:
    """Return the places of the best runs by the axis of a metric: a quarter, at most a dozen."""
    known = [at for at, it in enumerate(axis.shares) if not math.isnan(it)]
    known.sort(key=lambda at: axis.shares[at], reverse=not is_lower_better)
    return set(known[: max(1, min(MOST_GOOD, len(known) // 4))])


def drawn(
    axes: Sequence[ParallelAxis], good: Collection[int], size: tuple[int, int], symbols: Symbols
) -> Picture:
    """Return the lines of all runs, those at the places `good` over the others.

    Args:
        axes: two or more, from left to right.
        good: places of the runs that stand out.
        size: columns and rows of all of it, with names and labels of the axes.
        symbols: what lines are drawn with.
    """
    order = sorted(range(len(axes[0].shares)), key=lambda at: at in good)
    return _draw(axes, [(at, GOOD if at in good else OTHER) for at in order], size, symbols)


def _draw(
    axes: Sequence[ParallelAxis],
    runs: Sequence[tuple[int, int]],
    size: tuple[int, int],
    symbols: Symbols,
) -> Picture:
    """Return the lines of some runs, each with its owner."""
    xs = [float(at) for at in range(len(axes))]
    lines = [Line(xs, [it.shares[at] for it in axes], owner, is_torn=True) for at, owner in runs]
    room = (max(0, size[0]), max(0, size[1] - LABEL_ROWS))
    return draw(lines, Axis(0, len(axes) - 1, 1), Axis(0, 1, 0.25), room, symbols)


def parallel_lines(
    axes: Sequence[ParallelAxis],
    picture: Picture,
    chosen: int | None,
    size: tuple[int, int],
    symbols: Symbols,
) -> list[list[Piece]]:
    """Return axes with a line for each run, in `size` (columns, rows) cells; none without room.

    Args:
        axes: two or more, from left to right.
        picture: of all runs, as `drawn` returns it for the same axes and size.
        chosen: the place of the run that lies over all others.
        size: names, the picture, and labels above and below it.
        symbols: what lines are drawn with.
    """
    width, height = size[0], size[1] - LABEL_ROWS
    if height < 2 or len(axes) < 2 or width < AXIS_CELLS:
        return []
    cells = [
        [(glyph, _kind(owner)) for glyph, owner in zip(text, owners, strict=True)]
        for text, owners in zip(picture.rows, picture.owners, strict=True)
    ]
    if chosen is not None:
        own = _draw(axes, [(chosen, CHOSEN)], size, symbols)
        for row, text, owners in zip(cells, own.rows, own.owners, strict=True):
            for at, owner in enumerate(owners):
                if owner == CHOSEN:
                    row[at] = (text[at], _kind(CHOSEN))
    columns = [round(at * (width - 1) / (len(axes) - 1)) for at in range(len(axes))]
    for column, axis in zip(columns, axes, strict=True):
        for row in cells:
            if row[column][0] == " ":
                row[column] = ("│", "axis")
        for share, words in axis.labels[1:-1]:
            _put(cells[round((1 - share) * (height - 1))], column, words)
    rows = [_joined(row) for row in cells]
    names = _row([(column, it.name) for column, it in zip(columns, axes, strict=True)], width)
    tops = _row(
        [(column, it.labels[-1][1]) for column, it in zip(columns, axes, strict=True)], width
    )
    ends = _row(
        [(column, it.labels[0][1]) for column, it in zip(columns, axes, strict=True)], width
    )
    return [[(names, "title")], [(tops, "axis")], *rows, [(ends, "axis")]]


def _kind(owner: int) -> str:
    if owner < 0:
        return ""
    return f"dim-{owner % palette.SLOTS}" if owner >= palette.SLOTS else f"series-{owner}"


def _put(row: list[Piece], column: int, words: str) -> None:
    """Write a label right of an axis, or left of it where there is no room; over the lines."""
    cells = safe(words)[: AXIS_CELLS - 3]
    start = column + 1 if column + 1 + len(cells) <= len(row) else column - len(cells)
    for at, letter in enumerate(cells):
        if 0 <= start + at < len(row):
            row[start + at] = (letter, "axis")


def _row(words: Sequence[tuple[int, str]], width: int) -> str:
    """Return labels under each other's axes: from the axis on, the last one up to it."""
    room = words[1][0] - words[0][0] - 1
    cells = ""
    for column, text in words[:-1]:
        cells = fit(cells, column) + fit(text, min(room, cell_len(text)))
    last = words[-1][1]
    taken = min(room, cell_len(last))
    return fit(fit(cells, width - taken - 1) + " " + fit(last, taken), width)


def _joined(row: Sequence[Piece]) -> list[Piece]:
    """Return cells as pieces, neighbours of one kind together."""
    pieces: list[Piece] = []
    for text, kind in row:
        if pieces and pieces[-1][1] == kind:
            pieces[-1] = (pieces[-1][0] + text, kind)
        else:
            pieces.append((text, kind))
    return pieces
