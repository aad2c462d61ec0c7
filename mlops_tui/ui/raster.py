"""Drawing lines on a grid of characters: pure functions from points to glyphs and owners.

No Textual, no colours: a cell says which line owns it, the widget says what that looks like.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

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
    """One line to draw, its points sorted by x."""

    xs: Sequence[float]
    ys: Sequence[float]
    owner: int
    """Says in the result whose cells these are; >= 0."""


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


def draw(
    lines: Sequence[Line],
    x_axis: Axis,
    y_axis: Axis,
    size: tuple[int, int],
    symbols: Symbols,
    marks: Sequence[Mark] = (),
) -> Picture:
    """Return the lines drawn on `size` (columns, rows) cells; later ones, and marks, are on top.

    Points left or right of the x axis are left out; values beyond the y axis run along its edge.
    A value that is not finite interrupts its line and is marked on the bottom row.
    """
    columns, rows = size
    kit = SYMBOL_SETS[symbols]
    masks = [[0] * columns for _ in range(rows)]
    owners = [[-1] * columns for _ in range(rows)]
    gaps: dict[int, int] = {}
    for line in lines:
        shape = (columns * kit.columns, rows * kit.rows)
        for extent in trace(line, x_axis, y_axis, shape):
            _paint(masks, owners, kit, extent, line.owner)
        for column in gap_columns(line, x_axis, columns):
            gaps[column] = line.owner
    glyphs = [[kit.glyphs[mask] for mask in row] for row in masks]
    if rows:
        for column, owner in gaps.items():
            glyphs[-1][column], owners[-1][column] = GAP, owner
    for mark in marks:
        if rows and columns and x_axis.low <= mark.x <= x_axis.high:
            column = _dot(x_axis.share(mark.x), columns * kit.columns) // kit.columns
            dot = rows * kit.rows - 1 - _dot(y_axis.share(mark.y), rows * kit.rows)
            glyphs[dot // kit.rows][column] = mark.glyph
            owners[dot // kit.rows][column] = mark.owner
    return Picture(["".join(row) for row in glyphs], owners)


def _paint(
    masks: list[list[int]], owners: list[list[int]], kit: SymbolSet, extent: Extent, owner: int
) -> None:
    column, dot_column = divmod(extent[0], kit.columns)
    for dot in range(extent[1], extent[2] + 1):
        row, dot_row = divmod(dot, kit.rows)
        if owners[row][column] != owner:
            owners[row][column], masks[row][column] = owner, 0
        masks[row][column] |= kit.bits[dot_row][dot_column]


def trace(line: Line, x_axis: Axis, y_axis: Axis, shape: tuple[int, int]) -> Iterator[Extent]:
    """Yield what the line covers, column by column of dots; its cost is that of its points."""
    before: tuple[int, int] | None = None
    columns, rows = shape
    if not columns or not rows:
        return
    for x, y in zip(line.xs, line.ys, strict=False):
        if not math.isfinite(y):
            before = None
            continue
        if not x_axis.low <= x <= x_axis.high:
            continue
        here = (_dot(x_axis.share(x), columns), rows - 1 - _dot(y_axis.share(y), rows))
        yield from _segment(before or here, here)
        before = here


def _dot(share: float, dots: int) -> int:
    return min(dots - 1, max(0, round(share * (dots - 1))))


def _segment(start: tuple[int, int], end: tuple[int, int]) -> Iterator[Extent]:
    """Yield the columns of a straight line; adjacent columns touch."""
    (x0, y0), (x1, y1) = start, end
    if x0 == x1:
        yield (x0, y0, y1) if y0 < y1 else (x0, y1, y0)
        return
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
    found = set()
    for x, y in zip(line.xs, line.ys, strict=False):
        if not math.isfinite(y) and 0 <= (share := x_axis.share(x)) <= 1:
            found.add(_dot(share, columns))
    return found
