"""The shapes and lines of predictions and evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mlops_tui.domain.sealed import worth_words

if TYPE_CHECKING:
    from mlops_tui.domain.evaluations import Evaluation, Looks, Predictions


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


def sealed_lines(names: Sequence[str]) -> list[str]:
    """Return what is to be said of a training that has read data which is sealed."""
    if not names:
        return []
    which = ", ".join(names)
    return ["", f"it trained on sealed data: {which}; what is measured on that says nothing of it"]
