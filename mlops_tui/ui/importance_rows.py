"""Which parameters matter, as rows: how much of a metric goes with each, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.text import count, safe
from mlops_tui.ui.evaluation_rows import number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece

BAR_CELLS = 20
SURE, UNSURE = ("✓ beyond chance", "good"), ("? chance could be", "warn")
NO_TRUST = ("✗ nothing foretold", "bad")


def importance_title(found: Mapping[str, Any]) -> str:
    """Return such as `What moves accuracy of train, n 40 runs`."""
    return f"What moves {found['metric']} of {found['job']}, n {found['n']:,} runs"


def importance_content(found: Mapping[str, Any]) -> PlaceContent:
    """Return the parameters, the most important first, each with how sure that is.

    Args:
        found: as `actions_importance.importance` returns it.
    """
    heads = (
        *(Head("Parameter"), Head("Share", True), Head("95 %", True), Head("Of the variance")),
        *(Head("How sure"), Head("Values", True)),
    )
    rows = [_row(it, found) for it in found["params"]]
    told = f"foretold {_share(found['explained'])}, chance gives up to {_share(found['chance'])}"
    return PlaceContent(heads, rows, told)


def _share(share: float) -> str:
    """Return a share of the variance; below 0 there is none."""
    return f"{100 * max(0.0, share):.0f} %"


def _row(it: Mapping[str, Any], found: Mapping[str, Any]) -> PlaceRow:
    share = min(1.0, max(0.0, it["share"]))
    bar = "█" * round(share * BAR_CELLS)
    sure: Piece = SURE if it["is_sure"] else UNSURE if found["explained"] > 0 else NO_TRUST
    cells: list[Piece] = [
        (safe(it["param"]), "strong"),
        (_share(it["share"]), ""),
        (f"{round(100 * it['low'])} to {round(100 * it['high'])}", "dim"),
        (bar.ljust(BAR_CELLS, "·"), "bar"),
        sure,
        (f"{it['values']:,}", "dim"),
    ]
    return PlaceRow(it["param"], cells, _facts(it, found))


def _facts(it: Mapping[str, Any], found: Mapping[str, Any]) -> list[Fact]:
    share = f"{number(it['share'], 3)} ({number(it['low'], 2)} to {number(it['high'], 2)})"
    sure = "more than the greatest that chance gave of any parameter"
    if not it["is_sure"]:
        sure = f"no more than chance gives: up to {number(found['chance'], 2)}"
    if found["explained"] <= 0:
        sure = "nothing is foretold of runs not learned from: believe none of these; more runs help"
    facts = [
        ("parameter", f"{safe(it['param'])}, {count(it['values'], 'value')} tried"),
        ("share", f"{share} of the variance of {safe(found['metric'])} is lost without it"),
        ("how sure", sure),
        ("interval", "over ways to part these runs; with other runs it would be wider"),
        ("foretold", f"{100 * found['explained']:.0f} % of the variance, of runs not learned from"),
        ("n", f"{found['n']:,} finished runs of {safe(found['job'])}"),
        ("left out", ", ".join(map(safe, found["seeds"]))),
    ]
    return [(label, words) for label, words in facts if words]
