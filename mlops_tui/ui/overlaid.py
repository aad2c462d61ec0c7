"""Two distributions of one column over each other: what is usual, and a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.widgets.pieces import Piece, fit

MOST_BINS = 24
WIDEST_LABEL = 24
SHARE_CELLS = 16
COMMON, MORE, LESS = ("█", "bar"), ("▓", "bad"), ("░", "dim")


class Bin(NamedTuple):
    """Values in a stretch, or of a category, as rows of each side."""

    label: str
    reference: int
    current: int


def bins_of(found: Mapping[str, Any]) -> list[Bin]:
    """Return the bins of a distribution as a report has it, at most `MOST_BINS` of them."""
    sides = list(zip(found["reference"], found["current"], strict=True))
    if found["kind"] != "numeric":
        pairs = zip(found["labels"], sides, strict=True)
        bins = [Bin(safe(str(label)), *side) for label, side in pairs]
        return sorted(bins, key=lambda it: -max(it.reference, it.current))[:MOST_BINS]
    size = -(-len(sides) // MOST_BINS)
    edges = found["edges"]
    bins = []
    for start in range(0, len(sides), size):
        part = sides[start : start + size]
        ends = edges[start], edges[start + len(part)]
        label = " to ".join(short_number(edge, 3) for edge in ends)
        bins.append(Bin(label, sum(one for one, _ in part), sum(two for _, two in part)))
    return bins


def overlaid_lines(found: Mapping[str, Any], width: int) -> list[list[Piece]]:
    """Return a line a bin, at most `width` cells wide: bars over each other, and both shares."""
    bins = bins_of(found)
    totals = sum(found["reference"]), sum(found["current"])
    shares = [(it.reference / max(1, totals[0]), it.current / max(1, totals[1])) for it in bins]
    labels = min(WIDEST_LABEL, max((len(it.label) for it in bins), default=0))
    room = max(1, width - labels - SHARE_CELLS - 2)
    most = max((max(pair) for pair in shares), default=0.0) or 1.0
    lines = [_legend(totals, width)]
    for it, (usual, now) in zip(bins, shares, strict=True):
        cells = round(room * usual / most), round(room * now / most)
        words = f"{_percent(usual)} {_percent(now)}"
        bar = _bar(*cells)
        pieces = [(fit(it.label, labels, right=True) + " ", "dim"), *bar]
        lines.append([*pieces, (" " * (room - max(cells)), ""), (f" {words}", "")])
    return lines


def _legend(totals: tuple[int, int], width: int) -> list[Piece]:
    """Return what the bars mean, and what the shares at the right end are of."""
    reference, current = totals
    pieces = [COMMON, (" both  ", "dim"), MORE, (" more now  ", "dim"), LESS, (" less now", "dim")]
    heads = f"usual {reference:,} rows, now {current:,}"
    room = width - sum(len(text) for text, _ in pieces)
    return [*pieces, (fit(heads, room, right=True), "dim")]


def _bar(usual: int, now: int) -> list[Piece]:
    common = min(usual, now)
    glyph, kind = MORE if now > usual else LESS
    return [(COMMON[0] * common, COMMON[1]), (glyph * abs(now - usual), kind)]


def _percent(share: float) -> str:
    return f"{100 * share:5.1f} %"
