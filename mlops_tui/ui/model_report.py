"""How a model does on a batch, and which drift matters to it, as parts of a text to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.data_reports import Part

VERDICTS = {
    "ok": ("✓ ok", "good"),
    "degraded": ("✗ worse", "bad"),
    "too_little_data": ("? too little", "warn"),
}
BASES = {"realised": "measured by its truth", "estimated": "estimated without the truth"}
MATTERS = {"matters": ("✗ matters", "bad"), "does_not_matter": ("✓ does not", "good")}
UNSURE = ("? unsure", "warn")
WIDEST = 11


def performance_title(name: str, found: Mapping[str, Any]) -> str:
    """Return such as `The model on week-13.csv: worse, 300 rows with a prediction`."""
    words = VERDICTS[found["verdict"]][0][2:]
    labelled = f", {found['n_labelled']:,} with their truth" if found["n_labelled"] else ""
    return f"The model on {name}: {words}, {found['n_current']:,} rows with a prediction{labelled}"


def performance_parts(found: Mapping[str, Any]) -> list[Part]:
    """Return the objective, then each metric with its bounds, measured and estimated."""
    parts = _objective_parts(found.get("objective"))
    for basis, heading in BASES.items():
        metrics = [it for it in found["metrics"] if it["basis"] == basis]
        if metrics:
            judged = metrics[0]["n"]
            head = f"{heading}, {judged:,} rows; 95 % bounds"
            parts += [Part("", "", ""), Part("", "heading", head)]
            parts += [_metric(it, judged) for it in metrics]
    if found["why_not_estimated"]:
        parts.append(Part("no estimate", "dim", safe(found["why_not_estimated"])))
    trust = found["trust"]
    if trust is not None and not trust["is_kept"]:
        words = (
            f"over {trust['n']:,} rows with their truth {trust['metric']} is"
            f" {_number(trust['realised'])}, where {_number(trust['estimated'])} was estimated:"
            " the same rows have another truth now"
        )
        parts.append(Part("no trust", "bad", safe(words)))
    elif any(it["basis"] == "estimated" for it in found["metrics"]):
        parts.append(Part("holds while", "dim", safe("; ".join(found["assumptions"]))))
    return parts


def _objective_parts(objective: Mapping[str, Any] | None) -> list[Part]:
    if objective is None:
        return []
    reached = {True: ("✓ reached", "good"), False: ("✗ missed", "bad")}
    label, kind = reached.get(objective["is_reached"], ("? unsure", "warn"))
    value = f"{_number(objective['value'])} ({_bounds(objective)}), n {objective['n']:,}"
    target = "" if objective["target"] is None else f", target {_number(objective['target'])}"
    words = f"{objective['objective']} {value}{target}, {BASES[objective['basis']]}"
    return [Part(label, kind, safe(words))]


def _metric(found: Mapping[str, Any], judged: int) -> Part:
    label, kind = VERDICTS[found["verdict"]]
    words = (
        f"{found['metric']:<{WIDEST}} {_number(found['value']):>6} ({_bounds(found)})"
        f"  usual {_number(found['reference'])}, limit {_number(found['threshold'])}"
    )
    rows = "" if found["n"] == judged else f"  n {found['n']:,}"
    return Part(label, kind, safe(words + rows))


def matters_parts(found: Mapping[str, Any]) -> list[Part]:
    """Return what the columns that moved do to predictions, what hurts most first."""
    parts = [Part("", "heading", "What of it matters to the model")]
    if found["why_not"]:
        return [*parts, Part("not told", "dim", safe(found["why_not"])), Part("", "", "")]
    told = [it for it in found["columns"] if it["words"]]
    for it in told:
        label, kind = MATTERS.get(it["verdict"], UNSURE)
        parts.append(Part(label, kind, safe(it["words"])))
    if not told:
        parts.append(Part("", "dim", "No column that moved is one of its own."))
    return [*parts, Part("", "", "")]


def _bounds(found: Mapping[str, Any]) -> str:
    return f"{_number(found['lower'])} to {_number(found['upper'])}"


def _number(value: float | None) -> str:
    return "-" if value is None else short_number(value, 3)
