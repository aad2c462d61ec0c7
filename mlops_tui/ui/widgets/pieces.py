"""A line of text in pieces of one look each: cut to width, and compared; no widget."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

Piece = tuple[str, str]
"""Text and its kind, one of `looks`, or empty for plain."""


def fit(text: str, width: int, right: bool = False) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis where it is longer."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    return " " * (width - length) + text if right else text + " " * (width - length)


def wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at blanks where there are some."""
    lines = []
    line = ""
    for word in re.split(r"(?<=\S)(?=\s)", text):
        if cell_len(line + word) <= width:
            line += word
            continue
        *full, rest = chop_cells(word.lstrip(), width) or [""]
        lines += [line, *full] if line else full
        line = rest
    return [*lines, line]


def padded(pieces: list[Piece], width: int) -> list[Piece]:
    """Return the pieces, filled up with blanks to `width` cells."""
    room = width - sum(cell_len(text) for text, _ in pieces)
    return [*pieces, (" " * room, "")] if room > 0 else pieces
