"""Simple models beside the one that is evaluated: they learn from the training data, same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.tasks.evaluated_rows import Joined
from mlops_tui.evaluate import better
from mlops_tui.evaluate.baselines import MOST_TRAINED, Baseline, baselines
from mlops_tui.evaluate.columns import Kind, read_column, read_columns
from mlops_tui.evaluate.estimating import Estimate, Part, Units, estimates
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.predictions import read_predictions, units_of
from mlops_tui.evaluate.report import told_of
from mlops_tui.evaluate.reported import metrics_json, without_nan

MOST_COMPARED = 20_000
"""Rows that simple models are measured on; of more, as many are drawn at random."""
_REPLICATES = 300
"""Of the intervals of a simple model; enough for what it is for."""
_METRICS = ("cost", "roc_auc", "accuracy", "mae", "r2")
_MOST_METRICS = 2
_NOT_INPUTS = ("id", "target", "group", "timestamp")


def compare_simple(
    joined: Joined, dataset: Mapping[str, Any], train: Mapping[str, Any], ask: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what simple models come to on these rows, and what is to be said of them.

    Args:
        joined: the rows, their predictions and the columns of their dataset.
        dataset: whose rows they are, with the roles of its columns.
        train: the training data: `name`, `path` and the roles of its columns.
        ask: as for `evaluating.report_of`.
    """
    try:
        frame, _ = read_sample(find_tables(train["path"]), MOST_TRAINED)
        target = train.get("target")
        if target not in frame:
            raise InputError(f"{train['name']} has no column {target!r} to learn")
        found, outcomes, units = _answers(joined, frame, dataset, train, ask)
    except MlopsTuiError as error:
        return [], [f"no simple model is compared: {error.message}"]
    cost = Cost(**ask["cost"]) if ask.get("cost") else None
    shapes, notes = [], []
    for it in found:
        metrics = _measured(it.outcomes, units, cost)
        verdicts = _verdicts(it, outcomes, units, cost, set(metrics))
        shapes.append(
            {
                "name": it.name,
                "words": it.words,
                "trained_on": train["name"],
                "trained_rows": it.trained_rows,
                "metrics": metrics_json(metrics),
                "model_against_it": verdicts,
            }
        )
        poor = [name for name, told in verdicts.items() if told["verdict"] != "better"]
        if poor and len(poor) == len(verdicts):
            notes.append(f"no better than {it.words} by {' or '.join(poor)}")
    plain: list[dict[str, Any]] = without_nan(shapes)
    return plain, notes


def _answers(
    joined: Joined,
    frame: pd.DataFrame,
    dataset: Mapping[str, Any],
    train: Mapping[str, Any],
    ask: Mapping[str, Any],
) -> tuple[list[Baseline], Outcomes, Any]:
    problem = ProblemKind(ask["problem"]) if ask.get("problem") else None
    rows = _drawn(np.flatnonzero(joined.predictions["y_true"].notna().to_numpy()))
    predictions = joined.predictions.iloc[rows].reset_index(drop=True)
    outcomes = read_predictions(predictions, problem, ask.get("positive")).outcomes
    apart = {it.get(role) for it in (dataset, train) for role in _NOT_INPUTS}
    names = [it for it in joined.features.columns if it in frame and it not in apart]
    trained = read_columns(frame[names])
    kinds = {name: it.kind for name, it in trained.items()}
    features = joined.features.iloc[rows].reset_index(drop=True)
    columns = read_columns(features[names], kinds)
    truth = _truth(frame[train["target"]], outcomes)
    units = None
    if joined.group is not None:
        units = units_of(joined.frame.iloc[rows].reset_index(drop=True), joined.group)
    cost = Cost(**ask["cost"]) if ask.get("cost") else None
    return baselines(outcomes, truth, trained, columns, cost), outcomes, units


def _drawn(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if len(rows) <= MOST_COMPARED:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, MOST_COMPARED, replace=False))


def _truth(target: pd.Series[Any], outcomes: Outcomes) -> NDArray[np.float64]:
    """Return the truth of training rows: numbers, or places of classes, -1 for other ones."""
    if outcomes.problem is ProblemKind.REGRESSION:
        return read_column("", target, Kind.NUMERIC).values
    places = {label: at for at, label in enumerate(outcomes.classes)}
    kind = Kind.BOOLEAN if set(outcomes.classes) == {"0", "1"} else Kind.CATEGORY
    column = read_column("", target, kind)
    lookup = np.array([*(places.get(it, -1) for it in column.labels), -1], dtype=np.float64)
    return lookup[column.codes]


def _measured(outcomes: Outcomes, units: Units | None, cost: Cost | None) -> Mapping[str, Estimate]:
    kept = np.flatnonzero(outcomes.is_labelled)
    known = outcomes.take(kept)
    own = None if units is None else units.take(kept)
    parts = [Part(np.arange(len(known)), told_of(known, cost))]
    return estimates(parts, len(known), own, _REPLICATES)[0]


def _verdicts(
    it: Baseline, outcomes: Outcomes, units: Any, cost: Cost | None, known: set[str]
) -> dict[str, dict[str, Any]]:
    """Return whether the model is better than a simple one, by the metrics that tell most."""
    found: dict[str, dict[str, Any]] = {}
    for metric in _METRICS:
        if metric not in known or len(found) >= _MOST_METRICS:
            continue
        if metric == "roc_auc" and not outcomes.scores.shape[1]:
            continue
        try:
            told = better.compare(metric, it.outcomes, outcomes, units, cost)
        except InputError:
            continue
        found[metric] = told.as_json()
    return found
