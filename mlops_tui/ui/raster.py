"""Drawing lines on a grid of characters: pure functions from points to glyphs and owners.

No Textual, no colours: a cell says which line owns it, the widget says what that looks like.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mlops_tui.ui.axes import Axis


class Symbols(StrEnum):
    """What a cell is drawn with."""

    BRAILLE = "braille"
    BLOCK = "block"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True)
class SymbolSet:
    """How many dots a cell has, and which bit of its mask each dot is."""

    columns: int
    rows: int
    bits: tuple[tuple[int, ...], ...]
    """`bits[row][column]`"""
    glyphs: Sequence[str]
    """The glyph of each mask."""


_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_ASCII = " '-|.|||"
SYMBOL_SETS = {
    Symbols.BRAILLE: SymbolSet(
        2,
        4,
        ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80)),
        " " + "".join(chr(0x2800 + mask) for mask in range(1, 256)),
    ),
    Symbols.BLOCK: SymbolSet(2, 2, ((1, 2), (4, 8)), _BLOCKS),
    Symbols.ASCII: SymbolSet(1, 3, ((1,), (2,), (4,)), _ASCII),
}
GAP = "\u00d7"
"""Marks, on the bottom row, where a line has a point that is no finite number."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line to draw through its points in their order."""

    xs: Sequence[float]
    ys: Sequence[float]
    owner: int
    """Says in the result whose cells these are; >= 0."""
    is_torn: bool = False
    """Values that are not finite are no facts, only places where it is not drawn."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What lies between two lines, drawn as sparse dots."""

    xs: Sequence[float]
    lows: Sequence[float]
    """NaN where there is nothing."""
    highs: Sequence[float]
    owner: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One glyph to put where a point is."""

    x: float
    y: float
    glyph: str
    owner: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of glyphs, and for every cell its owner, -1 where it is empty."""

    rows: list[str]
    owners: list[list[int]]


Extent = tuple[int, int, int]
"""What a line covers in one column of dots: column, top row, bottom row, from the top."""
_BREAK = -1
"""In place of a dot where there is no point."""


def draw(
    lines: Sequence[Line],
    x_axis: Axis,
    y_axis: Axis,
    size: tuple[int, int],
    symbols: Symbols,
    marks: Sequence[Mark] = (),
    fills: Sequence[Fill] = (),
) -> Picture:
    """Return the lines drawn on `size` (columns, rows) cells; later ones, and marks, are on top.

    Points left or right of the x axis are left out; values beyond the y axis run along its edge.
    A value that is not finite interrupts its line and is marked on the bottom row.
    """
    columns, rows = size
    if not columns or not rows:
        return Picture(["" for _ in range(rows)], [[] for _ in range(rows)])
    kit = SYMBOL_SETS[symbols]
    shape = (columns * kit.columns, rows * kit.rows)
    glyphs = [" "] * (columns * rows)
    owners = [-1] * (columns * rows)
    painted = [(fill.owner, fill_cells(fill, x_axis, y_axis, size, kit)) for fill in fills]
    painted += [
        (line.owner, line_cells(trace(line, x_axis, y_axis, shape), columns, kit)) for line in lines
    ]
    for owner, cells in painted:
        for cell, mask in cells.items():
            glyphs[cell], owners[cell] = kit.glyphs[mask], owner
    for line in lines:
        for column in gap_columns(line, x_axis, columns):
            cell = (rows - 1) * columns + column
            glyphs[cell], owners[cell] = GAP, line.owner
    for mark in marks:
        if x_axis.low <= mark.x <= x_axis.high:
            column = _dot(x_axis.share(mark.x), shape[0]) // kit.columns
            row = (shape[1] - 1 - _dot(y_axis.share(mark.y), shape[1])) // kit.rows
            glyphs[row * columns + column] = mark.glyph
            owners[row * columns + column] = mark.owner
    starts = range(0, columns * rows, columns)
    return Picture(
        ["".join(glyphs[start : start + columns]) for start in starts],
        [owners[start : start + columns] for start in starts],
    )


def line_cells(extents: Iterable[Extent], columns: int, kit: SymbolSet) -> dict[int, int]:
    """Return the mask of every cell that a line touches; cells are counted row by row."""
    cells: dict[int, int] = {}
    spans, rows = _spans(kit), kit.rows
    for column, top, bottom in extents:
        masks = spans[column % kit.columns]
        cell = top // rows * columns + column // kit.columns
        last = bottom // rows * columns + column // kit.columns
        start = top % rows
        while cell < last:
            cells[cell] = cells.get(cell, 0) | masks[start][rows - 1]
            cell, start = cell + columns, 0
        cells[cell] = cells.get(cell, 0) | masks[start][bottom % rows]
    return cells


@lru_cache(maxsize=3)
def _spans(kit: SymbolSet) -> list[list[list[int]]]:
    """Return `[dot column][top][bottom]`: the mask of the dots from top to bottom in one cell."""
    return [
        [
            [sum(kit.bits[dot][column] for dot in range(top, low + 1)) for low in range(kit.rows)]
            for top in range(kit.rows)
        ]
        for column in range(kit.columns)
    ]


def fill_cells(
    fill: Fill, x_axis: Axis, y_axis: Axis, size: tuple[int, int], kit: SymbolSet
) -> dict[int, int]:
    """Return the mask of every cell of a filled stretch: every other dot of it."""
    shape = (size[0] * kit.columns, size[1] * kit.rows)
    edges = [
        {extent[0]: extent for extent in trace(line, x_axis, y_axis, shape)}
        for line in (Line(fill.xs, fill.lows, 0), Line(fill.xs, fill.highs, 0))
    ]
    cells: dict[int, int] = {}
    for column in edges[0].keys() & edges[1].keys():
        cell_column, dot_column = divmod(column, kit.columns)
        for dot in range(edges[1][column][1], edges[0][column][2] + 1):
            if (dot + column) % 2 == 0:
                cell = dot // kit.rows * size[0] + cell_column
                cells[cell] = cells.get(cell, 0) | kit.bits[dot % kit.rows][dot_column]
    return cells


def trace(line: Line, x_axis: Axis, y_axis: Axis, shape: tuple[int, int]) -> Iterator[Extent]:
    """Yield what the line covers, column by column of dots; its cost is that of its points."""
    here = _BREAK
    row = top = bottom = 0
    for column, next_row in zip(*_dots(line, x_axis, y_axis, shape), strict=True):
        if column == here:
            top, bottom = min(top, next_row), max(bottom, next_row)
        else:
            if here != _BREAK and column != _BREAK:
                *passed, (_, top_there, bottom_there) = _walk((here, row), (column, next_row))
                _, first_top, first_bottom = passed[0]
                yield here, min(top, first_top), max(bottom, first_bottom)
                yield from passed[1:]
                top, bottom = top_there, bottom_there
            else:
                if here != _BREAK:
                    yield here, top, bottom
                top = bottom = next_row
            here = column
        row = next_row
    if here != _BREAK:
        yield here, top, bottom


def _dots(
    line: Line, x_axis: Axis, y_axis: Axis, shape: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Return column and row of every point; the column is `_BREAK` where it cannot be drawn."""
    last, bottom = shape[0] - 1, shape[1] - 1
    columns = [
        round(share * last) if 0 <= share <= 1 else _BREAK for share in x_axis.shares(line.xs)
    ]
    rows = [
        bottom - round(share * bottom) if 0 <= share <= 1 else 0 if share > 1 else bottom
        for share in y_axis.shares(line.ys)
    ]
    if not is_all_finite(line.ys):
        columns = [
            column if math.isfinite(y) else _BREAK
            for column, y in zip(columns, line.ys, strict=True)
        ]
    return columns, rows


def is_all_finite(values: Sequence[float]) -> bool:
    """Say whether no value is NaN or infinite; a sum that overflows is looked at one by one."""
    return math.isfinite(sum(values)) or all(map(math.isfinite, values))


def _dot(share: float, dots: int) -> int:
    return min(dots - 1, max(0, round(share * (dots - 1))))


def _walk(start: tuple[int, int], end: tuple[int, int]) -> list[Extent]:
    """Return the columns of a straight line in the order from `start` to `end`, in either way."""
    if start[0] < end[0]:
        return list(_segment(start, end))
    return list(_segment(end, start))[::-1]


def _segment(start: tuple[int, int], end: tuple[int, int]) -> Iterator[Extent]:
    """Yield the columns of a straight line to the right; adjacent columns touch."""
    (x0, y0), (x1, y1) = start, end
    slope = (y1 - y0) / (x1 - x0)
    way = 1 if slope > 0 else -1
    last, first = y0, y0
    for column in range(x0, x1 + 1):
        middle = y0 + slope * (column - x0 + 0.5)
        # a half goes to the column that comes next, and that one begins a dot further on
        until = math.ceil(middle - 0.5) if slope > 0 else math.floor(middle + 0.5)
        until = y1 if column == x1 else until
        if column > x0:
            first = last if until == last else last + way
        yield (column, first, until) if first <= until else (column, until, first)
        last = until


def gap_columns(line: Line, x_axis: Axis, columns: int) -> set[int]:
    """Return the cell columns in which the line has values that are not finite."""
    if line.is_torn or is_all_finite(line.ys):
        return set()
    return {
        _dot(share, columns)
        for x, y in zip(line.xs, line.ys, strict=True)
        if not math.isfinite(y) and 0 <= (share := x_axis.share(x)) <= 1
    }
