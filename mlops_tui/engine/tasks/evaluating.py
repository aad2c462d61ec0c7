"""The task that evaluates recorded predictions: tables in, a report as JSON holds it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.engine.tasks.evaluated_rows import Joined, join_dataset, read_predicted
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate.columns import Column, Kind, read_columns
from mlops_tui.evaluate.predictions import read_predictions, units_of
from mlops_tui.evaluate.report import EvaluationReport, Setting, evaluate
from mlops_tui.evaluate.segments import is_shared

if TYPE_CHECKING:
    import pandas as pd

MOST_SEGMENTED = 5
"""Columns whose values are told one by one where nobody says which."""
_MOST_VALUES = 12
"""Of such a column."""
_READ = 0.2
"""The share of the work that reading is."""


def measure(
    progress: Progress,
    predictions: str,
    dataset: Mapping[str, Any] | None = None,
    segments: Sequence[str] | None = None,
    positive: str | None = None,
    problem: str | None = None,
    cost: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the report of predictions, as JSON holds it.

    Args:
        progress: told the share that is done.
        predictions: a table of `id, y_true, y_pred` and scores.
        dataset: whose rows they are: `name`, `path` and the columns `id`, `target`, `group`.
        segments: columns whose values are told one by one; None: those with few values.
        positive: of two classes the one that recall and precision are about.
        problem: `binary`, `multiclass` or `regression`; told from the truth if left out.
        cost: fields of `domain.project.Cost`.

    Raises:
        InputError: something cannot be read, or lacks a column.
    """
    frame = read_predicted(predictions)
    progress(_READ / 2, 1.0)
    joined = join_dataset(frame, dataset)
    progress(_READ, 1.0)
    kind = ProblemKind(problem) if problem else None
    report = report_of(
        joined,
        segments,
        (kind, positive),
        Cost(**cost) if cost else None,
        lambda share: progress(_READ + (1 - _READ) * share, 1.0),
    )
    shape = report.as_json()
    shape["notes"] = [*joined.notes, *shape["notes"]]
    return shape | {
        "dataset": dict(dataset) if dataset else None,
        "dataset_rows": joined.dataset_rows,
        "predictions": os.path.basename(predictions),
    }


def report_of(
    joined: Joined,
    segments: Sequence[str] | None,
    told: tuple[ProblemKind | None, str | None],
    cost: Cost | None,
    on_progress: Any = None,
) -> EvaluationReport:
    """Return the report of rows with whatever columns they have.

    Raises:
        InputError: there is no such column, or the table has no truth or no predictions.
    """
    found = read_predictions(joined.predictions, *told)
    own = joined.predictions[list(found.features)]
    columns = _columns(own, joined.features)
    units = None
    if joined.group is not None:
        units = units_of(joined.group.to_frame(), str(joined.group.name))
    setting = Setting(
        cost=cost,
        segments=_chosen(columns, segments),
        features={name: it for name, it in columns.items() if is_shared(it)},
        units=units,
    )
    report = evaluate(found.outcomes, setting, on_progress)
    if not report.n:
        raise InputError("no row has both a prediction and its truth")
    return _with_notes(report, found.notes)


def _with_notes(report: EvaluationReport, notes: Sequence[str]) -> EvaluationReport:
    from dataclasses import replace

    return replace(report, notes=(*notes, *report.notes)) if notes else report


def _columns(own: pd.DataFrame, features: pd.DataFrame) -> dict[str, Column]:
    """Return the columns of a dataset, and those that the table of predictions has besides."""
    return {**read_columns(own), **read_columns(features)}


def _chosen(columns: Mapping[str, Column], names: Sequence[str] | None) -> dict[str, Column]:
    if names is not None:
        for name in names:
            if name not in columns:
                listed = ", ".join(list(columns)[:20]) or "none"
                raise InputError(f"there is no column {name!r} to part rows by", f"known: {listed}")
        return {name: columns[name] for name in names}
    few = [
        name
        for name, it in columns.items()
        if it.kind in (Kind.CATEGORY, Kind.BOOLEAN) and 2 <= len(it.label_counts) <= _MOST_VALUES
    ]
    return {name: columns[name] for name in few[:MOST_SEGMENTED]}
