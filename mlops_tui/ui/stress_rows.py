"""How far a model falls where its inputs go wrong: what breaks it, then the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlops_tui.domain.text import count, safe
from mlops_tui.ui.evaluation_rows import bounds, number
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow, Shelf
from mlops_tui.ui.widgets.pieces import Piece

BROKEN = (Head("What goes wrong"), Head("What the model says"))


def stress_shelves(found: Mapping[str, Any]) -> list[Shelf]:
    """Return the cases, as `engine.actions_stress.stress_model` gives them."""
    metrics, cases = found["metrics"], found["cases"]
    first = metrics[0]
    heads = (
        *(Head("What goes wrong"), Head(safe(first), True), Head("Worse by", True)),
        *(Head("95 % interval"), Head("How sure"), *(Head(safe(it), True) for it in metrics[1:])),
    )
    broken = [it for it in cases if it["error"]]
    whole = [it for it in cases if not it["error"]]
    sure = sum(it["falls"][first]["is_sure"] for it in whole)
    words = f"{sure} of {count(len(whole), 'case')} surely worse, n {found['n']:,}"
    parts = (("Falls", whole, heads, words, _fall_row), ("Breaks it", broken, BROKEN, "", _broken))
    shelves = [
        Shelf(name, PlaceContent(head, [row(str(at), it) for at, it in enumerate(own)], told))
        for name, own, head, told, row in parts
        if own
    ]
    kinds = _kinds(cases, first)
    if len(kinds.rows) < len(cases):
        shelves.insert(0, Shelf("Kinds", replace(kinds, words=words)))
    notes = [*found.get("problems", ()), *found["notes"]]
    if notes:
        told = [
            PlaceRow(str(at), [(safe(it), "")], [("noted", safe(it))])
            for at, it in enumerate(notes)
        ]
        shelves.append(Shelf("Notes", PlaceContent((Head("Noted"),), told)))
    return shelves


def _kinds(cases: Sequence[Mapping[str, Any]], metric: str) -> PlaceContent:
    """Return a row for each kind of what goes wrong: what breaks the model, then the worst first.

    Args:
        cases: in that order.
        metric: which decides it.
    """
    heads = (
        *(Head("What goes wrong"), Head("Cases", True), Head("Break it", True)),
        *(Head("Surely worse", True), Head(safe(metric), True), Head("Worse by", True)),
        Head("The worst of them"),
    )
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for it in cases:
        kinds.setdefault(it["kind"], []).append(it)
    rows = []
    for kind, own in kinds.items():
        broken = sum(bool(it["error"]) for it in own)
        falls = [it["falls"][metric] for it in own if not it["error"]]
        sure = sum(it["is_sure"] for it in falls)
        worst = safe(own[0]["words"])
        cells: list[Piece] = [
            *((safe(kind), "strong"), (f"{len(own):,}", "dim")),
            (f"{broken:,}" if broken else "-", "bad" if broken else "dim"),
            (f"{sure:,}" if sure else "-", "bad" if sure else "dim"),
            (number(falls[0]["after"]) if falls else "-", ""),
            (number(falls[0]["fall"], 3) if falls else "-", "bad" if sure else ""),
            (worst, ""),
        ]
        facts = [("kind", f"{safe(kind)}: {count(len(own), 'case')}"), ("worst", worst)]
        if broken:
            facts.append(("said", safe(own[0]["error"])))
        rows.append(PlaceRow(kind, cells, facts))
    return PlaceContent(heads, rows)


def _broken(key: str, case: Mapping[str, Any]) -> PlaceRow:
    words, said = safe(case["words"]), safe(case["error"])
    return PlaceRow(key, [(words, "bad"), (said, "")], [("case", words), ("said", said)])


def _fall_row(key: str, case: Mapping[str, Any]) -> PlaceRow:
    words, falls = safe(case["words"]), case["falls"]
    first, *others = falls.values()
    sure = ("✗ sure", "bad") if first["is_sure"] else ("? chance does so too", "dim")
    cells: list[Piece] = [
        (words, ""),
        (number(first["after"]), "strong"),
        (number(first["fall"], 3), "bad" if first["is_sure"] else ""),
        *((bounds(first["low"], first["high"]), "dim"), sure),
        *((number(it["after"]), "") for it in others),
    ]
    facts = [("case", words)]
    facts += [
        (
            safe(name),
            f"{number(it['before'])} to {number(it['after'])}: worse by {number(it['fall'], 3)}"
            f" ({bounds(it['low'], it['high'])}), n {it['n']:,}",
        )
        for name, it in falls.items()
    ]
    return PlaceRow(key, cells, facts)
