"""The shapes and lines of predictions and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mlops_tui.cli.shapes import ago
from mlops_tui.domain.text import short_number

if TYPE_CHECKING:
    from mlops_tui.domain.evaluations import Evaluation, Figure, Looks, Predictions


def predictions_shape(found: Predictions) -> dict[str, object]:
    """Return predictions of a run as `show --json` gives them."""
    return {
        "path": found.path,
        "dataset": found.dataset,
        "model": found.model,
        "rows": found.rows,
        "recorded": found.t,
    }


def evaluation_shape(found: Evaluation) -> dict[str, object]:
    """Return an evaluation without its report as `evaluate --json` gives it."""
    return {
        "id": found.id,
        "run": found.run_id,
        "model": found.model,
        "version": found.number,
        "dataset": found.dataset,
        "data_version": found.data_version,
        "role": found.role,
        "task": found.problem or None,
        "n": found.rows,
        "metrics": {name: asdict(it) for name, it in found.figures.items()},
        "report": found.report,
        "predictions": found.predictions,
        "recorded": found.at,
        "by": found.by,
        "host": found.host,
        "error": found.error,
    }


def looks_shape(found: Looks) -> dict[str, object]:
    """Return how often a dataset was looked at as `evaluate --json` gives it."""
    from mlops_tui.domain.sealed import worth_words  # whoever looks at a run does without

    return {**asdict(found), "worth": worth_words(found)}


def predictions_lines(found: Sequence[Predictions]) -> list[str]:
    """Return the part about predictions of the page about a run."""
    if not found:
        return []
    lines = ["", "predictions"]
    for it in found:
        rows = "" if it.rows is None else f", {it.rows:,} rows"
        model = "" if it.model is None else f", of model {it.model}"
        lines.append(f"  {it.path}  (on {it.dataset or 'data that is not named'}{rows}{model})")
    return lines


TELLING = ("cost", "roc_auc", "accuracy", "f1", "mae", "rmse", "r2")
"""Metrics that tell most, those first."""
_MOST_METRICS = 3


def told_figures(it: Evaluation) -> str:
    """Return the metrics that tell most of an evaluation, in one line."""
    names = [name for name in TELLING if name in it.figures] or list(it.figures)
    return ", ".join(_figure_words(name, it.figures[name]) for name in names[:_MOST_METRICS])


def _figure_words(name: str, it: Figure) -> str:
    value = "-" if it.value is None else short_number(it.value, 3)
    if it.low is None or it.high is None:
        return f"{name} {value}"
    return f"{name} {value} ({short_number(it.low, 3)} to {short_number(it.high, 3)})"


def evaluation_lines(found: Sequence[Evaluation], now: float) -> list[str]:
    """Return the part about evaluations of the page about a run."""
    if not found:
        return []
    lines = ["", "evaluations"]
    for it in found:
        told = it.error or f"n {it.rows:,}: {told_figures(it)}"
        of = f"{it.subject} " if it.model is not None else ""
        on = it.dataset or "data that is not named"
        lines.append(f"  {it.id}  {of}on {on}, {ago(it.at, now)}: {told}")
    return lines


def sealed_lines(names: Sequence[str]) -> list[str]:
    """Return what is to be said of a training that has read data which is sealed."""
    if not names:
        return []
    which = ", ".join(names)
    return ["", f"it trained on sealed data: {which}; what is measured on that says nothing of it"]
