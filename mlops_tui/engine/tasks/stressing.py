"""The task that stresses a model: it is loaded, fed with what goes wrong, and measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.problems import Problems
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.engine.tasks.model_calls import place_in
from mlops_tui.engine.tasks.model_loading import load
from mlops_tui.engine.tasks.predicting import predictor
from mlops_tui.engine.tasks.reading import told
from mlops_tui.engine.tasks.rows_of_truth import inputs_of, read_rows
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate.stress import Predict, StressReport, label_noise, stress, together

MOST_ROWS = 5_000
"""Rows that are judged in every case; of more, as many are drawn at random."""
MOST_TRAINED = 50_000
_STRESSED = 0.8
"""The share of the work that changed inputs are taken for, where labels are changed as well."""


def run(
    progress: Progress,
    model: Mapping[str, Any],
    dataset: Mapping[str, Any],
    train: Mapping[str, Any] | None = None,
    ask: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return how far a model falls on a dataset whose columns go wrong.

    Args:
        progress: told of the share that is done.
        model: `path`, `format`, `trust` as `model_loading.load` takes them, and `signature`.
        dataset: `name`, `path`, `id`, `target`, `group`, `timestamp`.
        train: the same of what the model learned from, to have it learn again from labels that are
            wrong; None: it does not.
        ask: `metrics`, `problem`, `positive`, `cost`, `seed`.

    Raises:
        InputError: something cannot be read or lacks a column, or the model cannot predict.
        RefusedError: nobody trusts the model.
    """
    from threadpoolctl import threadpool_limits

    asked = dict(ask or {})
    loaded = load(model["path"], model["format"], model.get("trust"))
    problems = Problems()
    rows, truth, count = read_rows(dataset, MOST_ROWS, problems)
    predict, names = predictor(loaded, model.get("signature"), inputs_of(rows, dataset))
    how: dict[str, Any] = {
        "metrics": asked.get("metrics") or (),
        "problem": ProblemKind(asked["problem"]) if asked.get("problem") else None,
        "positive": asked.get("positive"),
        "cost": Cost(**asked["cost"]) if asked.get("cost") else None,
        "seed": asked.get("seed") or 0,
    }
    share = 1.0 if train is None else _STRESSED
    # hundreds of small calls: threads would wait for each other most of the time
    with threadpool_limits(1):
        inputs = rows[names]
        found = stress(predict, inputs, truth, **how, on_progress=_part(progress, share))
        if train is not None:
            learned = _learned(loaded, train, names, (inputs, truth), how, problems)
            found = together(found, learned)
    report = found.as_json()
    progress(1, 1)
    if count > len(rows):
        report["notes"].append(f"{len(rows):,} rows, drawn at random, of {count:,}")
    return {"dataset": dataset.get("name"), **report, "problems": told(problems)}


def _part(progress: Progress, share: float) -> Callable[[float], None]:
    return lambda done: progress(share * done, 1)


def _learned(
    loaded: Any,
    train: Mapping[str, Any],
    names: list[str],
    judged: tuple[pd.DataFrame, pd.Series[Any]],
    how: Mapping[str, Any],
    problems: Problems,
) -> StressReport:
    """Return how far a model falls that learns again from labels of which some are wrong."""
    from sklearn.base import BaseEstimator, clone

    place = place_in(loaded) if isinstance(loaded, Mapping) else None
    model = loaded if place is None else loaded[place]
    if not isinstance(model, BaseEstimator):
        raise InputError("only an estimator of scikit-learn can learn again from wrong labels")
    takes_names = hasattr(model, "feature_names_in_")
    rows, truth, _ = read_rows(train, MOST_TRAINED, problems)
    missing = [name for name in names if name not in rows]
    if missing:
        words = f"{train.get('name')} has no column {missing[0]!r}, which the model reads"
        raise InputError(words, "it cannot learn again from it")

    def fit(frame: pd.DataFrame, labels: pd.Series[Any]) -> Predict:
        own = clone(model).fit(frame if takes_names else frame.to_numpy(), np.asarray(labels))
        again = own if place is None else {**loaded, place: own}
        return predictor(again, None, list(frame.columns))[0]

    return label_noise(fit, (rows[names], truth), judged, **how)
