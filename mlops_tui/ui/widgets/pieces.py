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


def difference(old: list[Piece], new: list[Piece], width: int) -> tuple[int, int]:
    """Return the cells `start, end` outside which both lines look the same."""
    start = 0
    for (old_text, old_kind), (new_text, new_kind) in zip(old, new, strict=False):
        if old_kind != new_kind or old_text != new_text:
            if old_kind == new_kind:
                start += cell_len(_common_start(old_text, new_text))
            break
        start += cell_len(old_text)
    end = width
    if len(old) == len(new):
        for (old_text, old_kind), (new_text, new_kind) in zip(
            reversed(old), reversed(new), strict=True
        ):
            if old_kind != new_kind or old_text != new_text:
                if old_kind == new_kind:
                    end -= cell_len(_common_start(old_text[::-1], new_text[::-1]))
                break
            end -= cell_len(old_text)
    return min(start, width - 1), max(end, start + 1)


def _common_start(one: str, other: str) -> str:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return one[:length]


def padded(pieces: list[Piece], width: int) -> list[Piece]:
    """Return the pieces, filled up with blanks to `width` cells."""
    room = width - sum(cell_len(text) for text, _ in pieces)
    return [*pieces, (" " * room, "")] if room > 0 else pieces
