"""What stands in a list of one kind of thing, such as datasets, and how wide its columns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mlops_tui.ui.facts import Fact
from mlops_tui.ui.widgets.pieces import Piece, fit

GAP = 2
WIDEST = 40
LEAST_LAST = 16
"""The last column, which says most, is rather cut off than left out where it has so much room."""


@dataclass(frozen=True, slots=True)
class Head:
    """The title of a column, and where its cells stand."""

    title: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One thing: its cells, safe to show, and what there is to say about it."""

    key: str
    cells: Sequence[Piece]
    facts: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class PlaceContent:
    """All that a place shows."""

    heads: Sequence[Head]
    """As many as each row has cells; the first columns stay where there is little room."""
    rows: Sequence[PlaceRow]
    words: str = ""
    """For the title."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of several lists about one thing."""

    name: str
    content: PlaceContent
    empty: str = "There is nothing in it."
    start: str = ""
    """The key of the row to begin at; empty for the first."""


def widths(content: PlaceContent, width: int) -> list[int]:
    """Return the cells of each column that has room.

    No column keeps the others out by being wider than `WIDEST`; what is left goes to those that
    were cut, the last one before the others, and then to the last, if it is text.
    """
    found: list[int] = []
    wanted: list[int] = []
    room = width
    for at, head in enumerate(content.heads):
        texts = [head.title, *(row.cells[at][0] for row in content.rows)]
        wanted.append(max(cell_len(text) for text in texts))
        least = min(WIDEST, wanted[at])
        if found and least > room:
            if at == len(content.heads) - 1 and room >= LEAST_LAST:
                found.append(room)
            break
        found.append(min(least, room))
        room -= least + GAP
    if not found:
        return []
    room = max(0, width - sum(found) - GAP * (len(found) - 1))
    for at in (len(found) - 1, *range(len(found) - 1)):
        more = min(room, wanted[at] - found[at])
        found[at] += more
        room -= more
    if not content.heads[len(found) - 1].right:
        found[-1] += room
    return found


def line_of(cells: Sequence[Piece], heads: Sequence[Head], room: Sequence[int]) -> list[Piece]:
    """Return cells side by side, each as wide as `room` says."""
    pieces: list[Piece] = []
    last = len(room) - 1
    for at, ((text, kind), head, width) in enumerate(zip(cells, heads, room, strict=False)):
        pieces.append((fit(text, width, head.right), kind))
        if at != last:
            pieces.append((" " * GAP, ""))
    return pieces
