"""What a person asks of predictions: how good they are; a worker reads and reckons."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.project import Cost
from mlops_tui.engine import workers
from mlops_tui.engine.workers import Cancellation, OnProgress


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """How predictions are to be judged; nothing of it is needed."""

    segments: Sequence[str] = ()
    """Columns whose values are told one by one."""
    group: str | None = None
    """The column of rows that belong together."""
    cost: Cost | None = None
    problem: str | None = None
    positive: str | None = None
    time: str | None = None
    """The column that orders rows: numbers are then a forecast, and `group` is their series."""
    season: int | None = None
    """After so many steps a series repeats itself; None: 1."""
    query: str | None = None
    """The column of queries within which rows are ranked."""
    first: int | None = None
    """How many rows of a query count for `ndcg@K`; None: 10."""
    functions: Sequence[str] = ()
    """Metrics that a person wrote, `module:function`; run in a worker."""
    folder: str | None = None
    """Where these are looked for; None: where we stand."""
    seed: int = 0

    @property
    def ask(self) -> dict[str, Any]:
        """What a worker is told."""
        return {
            "segments": list(self.segments),
            "group": self.group,
            "cost": None if self.cost is None else asdict(self.cost),
            "problem": self.problem,
            "positive": self.positive,
            "time": self.time,
            "season": self.season,
            "query": self.query,
            "first": self.first,
            "functions": {name: name for name in self.functions},
            "folder": os.path.abspath(self.folder or "."),
            "seed": self.seed,
        }


def evaluate_predictions(
    predictions: Path,
    question: EvaluationQuestion | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return what a file, folder or pattern of predictions tells; no project is needed.

    Args:
        predictions: `id, y_true, y_pred[, y_score or y_score_CLASS]`; its other columns part the
            rows.
        question: how to judge.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Returns:
        `evaluate.report.EvaluationReport.as_json()`, with `predictions`, its absolute path, and
        `problems` of the files.

    Raises:
        NotFoundError: there is no such file.
        InputError: it is no table, or lacks a column.
        WorkerError: the worker process was lost.
    """
    asked = question or EvaluationQuestion()
    arguments = {"predictions": absolute(predictions), "ask": asked.ask}
    found: dict[str, Any] = workers.work("evaluations.judge", arguments, on_progress, cancellation)
    return found


def compare_predictions(
    a: Path,
    b: Path,
    metric: str,
    question: EvaluationQuestion | None = None,
    min_difference: float | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return whether the predictions of `b` are better than those of `a`; no project is needed.

    Args:
        a: `id, y_true, y_pred[, y_score or y_score_CLASS]`; rows are paired by id.
        b: the same.
        metric: by which.
        question: how to judge; its segments do not matter.
        min_difference: the difference that a person wants to see, > 0.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Returns:
        `verdict`, `difference`, `low`, `high`, `confidence`, `n`, `method`, `rows_needed`; and for
        people `metric`, `a`, `b`, `wanted`, `wanted_by`, `notes`, `problems`.

    Raises:
        NotFoundError: there is no such file.
        InputError: rows cannot be paired, or the metric cannot be told.
        WorkerError: the worker process was lost.
    """
    if min_difference is not None and not 0 < min_difference < float("inf"):
        raise InputError(f"{min_difference:g} is no difference to see", "a number above 0")
    asked = question or EvaluationQuestion()
    arguments = {
        "a": absolute(a),
        "b": absolute(b),
        "metric": metric,
        "ask": asked.ask | {"min_difference": min_difference},
    }
    found: dict[str, Any] = workers.work(
        "evaluations.compare", arguments, on_progress, cancellation
    )
    return found


def absolute(path: Path) -> str:
    """Return the absolute path of data.

    Raises:
        NotFoundError: nothing is there.
    """
    if not os.path.lexists(path) and not any(letter in str(path) for letter in "*?["):
        raise NotFoundError(f"there is no file or folder {path}")
    return os.path.abspath(path)
