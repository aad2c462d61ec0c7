"""Tables of plain text, aligned, cut to the terminal's width and never where nobody looks."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.text import safe

GAP = "  "
NARROWEST = 6
"""Letters that a column keeps where the terminal is too narrow; less says nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column and how it behaves."""

    title: str
    is_right: bool = False
    """Numbers stand on the right."""
    is_fixed: bool = False
    """Never cut: an id that lacks its end is of no use."""


def table_lines(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None
) -> list[str]:
    """Return the lines of a table, its head first.

    Args:
        columns: the heads.
        rows: the cells, as many in each row as there are columns; made safe here.
        width: cells of the terminal; None for no limit.
    """
    cells = [[safe(cell) for cell in row] for row in rows]
    widths = [
        max([text_width(column.title), *(text_width(row[at]) for row in cells)])
        for at, column in enumerate(columns)
    ]
    if width is not None:
        _shrink(columns, widths, width)
    lines = [_line(columns, widths, [column.title for column in columns])]
    lines += [_line(columns, widths, row) for row in cells]
    return lines if width is None else [cut(line, width) for line in lines]


def text_width(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_letter_width(letter) for letter in text)


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with `…` where something is missing."""
    if text_width(text) <= width:
        return text
    kept, used = [], 0
    for letter in text:
        used += _letter_width(letter)
        if used > width - 1:
            break
        kept.append(letter)
    return "".join(kept) + "…" if width > 0 else ""


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _shrink(columns: Sequence[Column], widths: list[int], width: int) -> None:
    """Take cells from the widest column that may give some, until the line fits."""
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while excess > 0:
        givers = [
            at
            for at, column in enumerate(columns)
            if not column.is_fixed and widths[at] > max(NARROWEST, text_width(column.title))
        ]
        if not givers:
            return
        widest = max(givers, key=widths.__getitem__)
        widths[widest] -= 1
        excess -= 1


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    parts = []
    for column, width, cell in zip(columns, widths, cells, strict=True):
        text = cut(cell, width)
        blank = " " * (width - text_width(text))
        parts.append(blank + text if column.is_right else text + blank)
    return GAP.join(parts).rstrip()
