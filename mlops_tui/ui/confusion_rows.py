"""The confusion of classes as a list: a row each true class, a column each predicted one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.text import safe
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow, Shelf
from mlops_tui.ui.widgets.pieces import Piece

FEW_CLASSES = 6
"""Of more, counts have no commas, so that ten classes have room in 80 columns."""
NONE_THERE = "·"


def confusion_shelf(found: Mapping[str, Any] | None) -> Shelf:
    """Return counts by true and predicted class; the cursor begins at the class found least."""
    if found is None:
        return Shelf("Confusion", PlaceContent((), ()))
    classes = [safe(it) for it in found["classes"]]
    has_other = any(found["other"])
    heads = [Head("True"), Head("Found", True), *(Head(it, True) for it in classes)]
    heads += [Head("none of these", True)] * has_other
    is_dense = len(classes) > FEW_CLASSES
    rows, shares = [], []
    for at, (name, counts) in enumerate(zip(classes, found["counts"], strict=True)):
        total = sum(counts) + found["other"][at]
        shares.append(counts[at] / total if total else math.inf)
        cells: list[Piece] = [(name, "strong"), (f"{counts[at] / total:.1%}" if total else "-", "")]
        for other, n in enumerate(counts):
            kind = "good" if other == at else "bad" if n else "dim"
            cells.append((str(n) if is_dense and n else f"{n:,}" if n else NONE_THERE, kind))
        cells += [(f"{found['other'][at]:,}", "dim")] * has_other
        missed = [(n, classes[other]) for other, n in enumerate(counts) if n and other != at]
        told = ", ".join(f"{n:,} as {other}" for n, other in sorted(missed, reverse=True)[:6])
        facts: list[Fact] = [
            ("class", f"{name}: {total:,} rows, {counts[at]:,} found"),
            ("taken", told or "none for another"),
        ]
        rows.append(PlaceRow(str(at), cells, facts))
    total = sum(map(sum, found["counts"])) + sum(found["other"])
    wrong = total - sum(counts[at] for at, counts in enumerate(found["counts"]))
    words = f"rows true, columns predicted; {wrong:,} of {total:,} wrong"
    start = str(shares.index(min(shares))) if shares else ""
    return Shelf("Confusion", PlaceContent(heads, rows, words), start=start)
