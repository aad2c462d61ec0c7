"""The tasks that evaluate and compare predictions: tables in, a report as JSON holds it out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables, read_table
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Direction
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.tasks.reading import told
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate import better
from mlops_tui.evaluate.columns import Kind, read_column, read_columns
from mlops_tui.evaluate.custom import compare_custom, custom_estimate, find_metric
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.pairs import Pair, pair
from mlops_tui.evaluate.predictions import (
    PREDICTION,
    SCORE,
    TRUTH,
    Predictions,
    read_predictions,
    units_of,
)
from mlops_tui.evaluate.ranking import FIRST, evaluate_ranking
from mlops_tui.evaluate.report import Setting, evaluate
from mlops_tui.evaluate.reported import metrics_json, without_nan
from mlops_tui.evaluate.sums import REPLICATES
from mlops_tui.evaluate.windows import Times

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 2_000_000
"""Rows that are judged; of more, as many are drawn at random."""
_STEPS = 3
_READ = 0.2
"""The share of the work that reading is taken for."""


def judge(
    progress: Progress, predictions: str, ask: Mapping[str, Any] | None = None
) -> dict[str, object]:
    """Return what a table of predictions tells.

    Args:
        progress: told of the share that is done.
        predictions: a file, folder or pattern, absolute.
        ask: what `judged` takes.

    Raises:
        InputError: it cannot be read, or lacks a column.
    """
    problems = Problems()
    frame, rows = read_sample(find_tables(predictions), MOST_ROWS, problems)
    progress(_READ, 1)
    report = judged(frame, ask or {}, lambda done: progress(_READ + (1 - _READ) * done, 1))
    if rows > len(frame):
        report["notes"].append(f"{len(frame):,} rows, drawn at random, of {rows:,}")
    return {"predictions": predictions, **report, "problems": told(problems)}


def compare(
    progress: Progress,
    a: str,
    b: str,
    metric: str,
    ask: Mapping[str, Any] | None = None,
) -> dict[str, object]:
    """Return whether the predictions at `b` are better than those at `a`, on the same rows.

    Args:
        progress: told of steps.
        a: a file, folder or pattern, absolute.
        b: the same.
        metric: by which.
        ask: what `compared` takes.

    Raises:
        InputError: something cannot be read, or rows cannot be paired.
    """
    problems = Problems()
    frames = []
    for at, path in enumerate((a, b)):
        frames.append(read_table(find_tables(path), problems=problems))
        progress(at + 1, _STEPS)
    found = compared(frames[0], frames[1], metric, ask or {}, _names_apart(a, b))
    progress(_STEPS, _STEPS)
    return {**found, "problems": told(problems)}


def compared(
    a: pd.DataFrame,
    b: pd.DataFrame,
    metric: str,
    ask: Mapping[str, Any],
    names: Sequence[str] = ("A", "B"),
) -> dict[str, Any]:
    """Return what `better` tells of two tables of predictions as JSON holds it.

    Args:
        a: predictions, with an id.
        b: the same.
        metric: by which.
        ask: `group`, `cost`, `problem`, `positive`, `min_difference`, `seed`; `own`: the `function`
            `module:function` of the metric, the `folder` it is looked for in, and `direction`.
        names: what the two are called.

    Raises:
        InputError: rows cannot be paired, or the metric cannot be told.
    """
    problem = ProblemKind(ask["problem"]) if ask.get("problem") else None
    both = pair(a, b, ask.get("group"), problem, ask.get("positive"), names)
    cost = Cost(**ask["cost"]) if ask.get("cost") else None
    wanted, seed = ask.get("min_difference"), ask.get("seed") or 0
    with threadpool_limits(1):
        if ask.get("own"):
            found = _compared_by(metric, ask["own"], both, wanted, seed)
        else:
            found = better.compare(metric, both.a, both.b, both.units, cost, wanted, seed)
    shape = {**found.as_json(), **{name: getattr(found, name) for name in MORE}}
    return shape | {"notes": [*both.notes, *found.notes]}


MORE = ("metric", "a", "b", "wanted", "wanted_by")
"""What people are told beside what programs rely on."""


def _names_apart(a: str, b: str) -> tuple[str, str]:
    names = os.path.basename(a), os.path.basename(b)
    return names if names[0] != names[1] else (a, b)


def judged(frame: pd.DataFrame, ask: Mapping[str, Any], on_progress: Any = None) -> dict[str, Any]:
    """Return the report of a table of predictions as JSON holds it.

    Args:
        frame: `id, y_true, y_pred[, y_score or y_score_CLASS]`, and columns to part the rows by.
        ask: `problem`, `positive`; `segments`: names of columns; `group`: the column of rows that
            belong together, or with `time` of the series that they are of; `cost`: fields of
            `domain.project.Cost`; `time`, `season`: the column that orders rows, and after how
            many steps they repeat themselves; `query`, `first`: the column of queries within which
            rows are ranked, and how many count; `functions`, `folder`: the `module:function` of
            metrics by their names, and where they are looked for; `replicates`, `seed`.
        on_progress: told the share that is done.

    Raises:
        InputError: a column is missing, the classes make no sense, or a metric failed.
    """
    for name in ("group", "time", "query"):
        if ask.get(name):
            _require(frame, [ask[name]])
    _require(frame, ask.get("segments") or ())
    if ask.get("query"):
        return _ranked(frame, ask, on_progress)
    problem = ProblemKind(ask["problem"]) if ask.get("problem") else None
    if problem is None and ask.get("season"):
        problem = ProblemKind.REGRESSION
    found = read_predictions(frame, problem, ask.get("positive"))
    setting = _setting(frame, found, ask)
    with threadpool_limits(1):  # its matrices are narrow: threads wait for each other
        report = evaluate(found.outcomes, setting, on_progress).as_json()
    report["metrics"] |= _by_functions(frame, found, setting, ask)
    report["notes"] = [*found.notes, *report["notes"]]
    return report


def _require(frame: pd.DataFrame, wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in frame:
            names = ", ".join(map(str, frame.columns[:20]))
            raise InputError(f"there is no column {name!r}", f"there are: {names}")


def _ranked(frame: pd.DataFrame, ask: Mapping[str, Any], on_progress: Any) -> dict[str, Any]:
    """Return the report of rows that are ranked within queries."""
    names = [str(name) for name in frame.columns]
    score = SCORE if SCORE in names else PREDICTION
    _require(frame, [TRUTH, score])
    relevance = read_column(TRUTH, frame[TRUTH], Kind.NUMERIC).values
    scores = read_column(score, frame[score], Kind.NUMERIC).values
    if np.isnan(relevance).all() or np.nanmin(relevance) < 0:
        raise InputError(f"{TRUTH} of a ranking is how relevant a row is: a number >= 0")
    setting = Setting(
        segments=read_columns(frame[list(ask.get("segments") or ())]),
        replicates=ask.get("replicates") or REPLICATES,
        seed=ask.get("seed") or 0,
    )
    queries = units_of(frame, ask["query"]).codes
    first = ask.get("first") or FIRST
    return evaluate_ranking(relevance, scores, queries, setting, first, on_progress).as_json()


def _setting(frame: pd.DataFrame, found: Predictions, ask: Mapping[str, Any]) -> Setting:
    segments: Sequence[str] = ask.get("segments") or ()
    group, time = ask.get("group"), ask.get("time")
    searched = [name for name in found.features if name not in (group, time)]
    columns = read_columns(frame[list(dict.fromkeys([*searched, *segments]))])
    cost = ask.get("cost")
    return Setting(
        cost=Cost(**cost) if cost else None,
        segments={name: columns[name] for name in segments},
        features={name: columns[name] for name in searched},
        units=units_of(frame, group) if group else None,
        times=None if time is None else _times(frame, time, group, ask.get("season") or 1),
        replicates=ask.get("replicates") or REPLICATES,
        seed=ask.get("seed") or 0,
    )


def _times(frame: pd.DataFrame, time: str, series: str | None, season: int) -> Times:
    seconds = read_column(time, frame[time], Kind.TIME).values
    if not np.isfinite(seconds).any():
        raise InputError(f"{time} has no times", "such as 2026-03-01 or 2026-03-01T12:00:00")
    return Times(seconds, units_of(frame, series).codes if series else None, season)


def _columns(frame: pd.DataFrame, outcomes: Outcomes, rows: Any) -> list[Any]:
    """Return what a metric of one's own is called with: y_true, y_pred and, if there, y_score."""
    wanted = [TRUTH] + ([PREDICTION] if PREDICTION in frame else [])
    columns = [frame[name].to_numpy()[rows] for name in wanted]
    if len(columns) == 1:
        columns.append(outcomes.predicted[rows])
    scores = outcomes.scores[rows]
    if scores.shape[1]:
        columns.append(scores[:, 1] if scores.shape[1] == 2 else scores)
    return columns


def _compared_by(
    metric: str, own: Mapping[str, Any], both: Pair, wanted: float | None, seed: int
) -> better.Comparison:
    """Return what a metric of one's own says of a pair."""
    rows = np.flatnonzero(both.a.is_labelled & both.b.is_labelled)
    a, b = (
        _columns(table, outcomes, rows)
        for table, outcomes in zip(both.tables, (both.a, both.b), strict=True)
    )
    function = find_metric(own["function"], Path(own["folder"]))
    units = None if both.units is None else both.units.take(rows)
    direction = Direction(own["direction"])
    return compare_custom(metric, function, a, b, direction, units, wanted, seed)


def _by_functions(
    frame: pd.DataFrame, found: Predictions, setting: Setting, ask: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the metrics that people wrote themselves, of the rows that the others are of."""
    functions: Mapping[str, str] = ask.get("functions") or {}
    if not functions:
        return {}
    rows = np.flatnonzero(found.outcomes.is_labelled)
    columns = _columns(frame, found.outcomes, rows)
    units = None if setting.units is None else setting.units.take(rows)
    told = {}
    for name, function in functions.items():
        metric = find_metric(function, Path(ask.get("folder") or "."))
        told[name] = custom_estimate(name, metric, columns, units, setting.seed)
    shape: dict[str, Any] = without_nan(metrics_json(told))
    return shape
