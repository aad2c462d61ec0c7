"""The task that makes probabilities of a model's scores: a new file that wraps the model."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlops_tui.data.problems import Problems
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import ModelFormat
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.engine.tasks.model_calls import place_in
from mlops_tui.engine.tasks.model_loading import load
from mlops_tui.engine.tasks.predicting import predictor
from mlops_tui.engine.tasks.reading import told
from mlops_tui.engine.tasks.rows_of_truth import inputs_of, read_rows
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate import better
from mlops_tui.evaluate.measures import are_probabilities
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.predictions import PREDICTION, SCORE, TRUTH, read_predictions
from mlops_tui.evaluate.reliability import Reliability, reliability_of
from mlops_tui.evaluate.reported import without_nan

MOST_ROWS = 200_000
MANY_ROWS = 1_000
"""From so many on a curve of steps (isotonic) is learned, below it a logistic one (sigmoid)."""
_LEAST_OF_CLASS = 10
_FOLDS = 5
_STEPS = 4


def calibrate(
    progress: Progress,
    model: Mapping[str, Any],
    dataset: Mapping[str, Any],
    target: str,
    method: str | None = None,
    positive: str | None = None,
) -> dict[str, Any]:
    """Write a model whose scores are calibrated on a dataset, and return what that is good for.

    What is told of it is cross-fitted: each row is judged by a calibration that it was no part of.

    Args:
        progress: told of steps.
        model: `path`, `format`, `trust` as `model_loading.load` takes them, and `signature`.
        dataset: `name`, `path`, `target` and other columns that are no inputs.
        target: the file to write, absolute.
        method: `isotonic` or `sigmoid`; None: by the number of rows.
        positive: of two classes the one that scores are of.

    Raises:
        InputError: the model is no classifier of scikit-learn, or there are too few rows.
        RefusedError: nobody trusts the model.
    """
    loaded = load(model["path"], model["format"], model.get("trust"))
    place = place_in(loaded) if isinstance(loaded, Mapping) else None
    inner = _classifier(loaded if place is None else loaded[place])
    problems = Problems()
    rows, truth, _ = read_rows(dataset, MOST_ROWS, problems)
    predict, names = predictor(loaded, model.get("signature"), inputs_of(rows, dataset))
    inputs = rows[names]
    given = inputs if hasattr(inner, "feature_names_in_") else inputs.to_numpy()
    labels = _as_known(truth, inner.classes_)
    how = method or ("isotonic" if len(rows) >= MANY_ROWS else "sigmoid")
    progress(1, _STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calibrated = _calibrator(inner, how)
        crossed = _cross_fitted(calibrated, given, labels)
        progress(2, _STEPS)
        calibrated.fit(given, labels)
    said = predict(rows)
    whole = calibrated if place is None else _wrapped(loaded, place, calibrated, said, given)
    _save(target, model["format"], whole)
    progress(3, _STEPS)
    before = _outcomes(said, truth, positive)
    after = _outcomes(_table(crossed, inner.classes_), truth, positive)
    progress(_STEPS, _STEPS)
    shape = {"method": how, "n": len(rows), **_sides(before, after), "problems": told(problems)}
    plain: dict[str, Any] = without_nan(shape)
    return plain


def _classifier(model: Any) -> Any:
    """Return a model that can be calibrated."""
    from sklearn.base import is_classifier

    if not hasattr(model, "fit") or not is_classifier(model):
        raise InputError(f"a {type(model).__name__} is no classifier of scikit-learn")
    return model


def _sides(before: Outcomes, after: Outcomes) -> dict[str, Any]:
    """Return the reliability of both, and whether the logarithmic loss is better."""
    sides = {"before": _told(before), "after": _told(after), "log_loss": None}
    if not are_probabilities(before.scores):
        return sides
    found = better.compare("log_loss", before, after)
    return sides | {"log_loss": {**found.as_json(), "a": found.a, "b": found.b}}


def _as_known(truth: pd.Series[Any], classes: Any) -> NDArray[Any]:
    """Return the truth in the values that a model knows its classes by."""
    by_word = {_word(it): it for it in classes}
    unknown = sorted({_word(it) for it in truth} - set(by_word))
    if unknown:
        known = ", ".join(by_word)
        raise InputError(f"the model does not know the class {unknown[0]!r}", f"it knows: {known}")
    labels = np.array([by_word[_word(it)] for it in truth])
    counts = {name: int((labels == it).sum()) for name, it in by_word.items()}
    fewest = min(counts, key=lambda name: counts[name])
    if counts[fewest] < _LEAST_OF_CLASS:
        raise InputError(
            f"only {counts[fewest]} rows are of class {fewest}: too few to calibrate by",
            f"each class takes {_LEAST_OF_CLASS} or more",
        )
    return labels


def _word(value: Any) -> str:
    whole = isinstance(value, float | np.floating) and float(value).is_integer()
    return str(int(value)) if whole else str(value)


def _calibrator(model: Any, method: str) -> Any:
    from sklearn.calibration import CalibratedClassifierCV

    try:
        from sklearn.frozen import FrozenEstimator
    except ImportError:  # scikit-learn before 1.6
        return CalibratedClassifierCV(model, method=method, cv="prefit")
    return CalibratedClassifierCV(FrozenEstimator(model), method=method, ensemble=False)


def _cross_fitted(calibrated: Any, given: Any, labels: NDArray[Any]) -> NDArray[np.float64]:
    """Return probabilities, (n, k), of rows by calibrations that they were no part of."""
    from sklearn.base import clone
    from sklearn.model_selection import StratifiedKFold

    found = np.empty((len(labels), len(np.unique(labels))))
    for known, held in StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(labels, labels):
        parts = [given.iloc[it] if hasattr(given, "iloc") else given[it] for it in (known, held)]
        found[held] = clone(calibrated).fit(parts[0], labels[known]).predict_proba(parts[1])
    return found


def _wrapped(
    saved: Mapping[str, Any], place: Any, calibrated: Any, said: pd.DataFrame, given: Any
) -> dict[str, Any]:
    """Return what was saved with its model calibrated, and a threshold that decides as before."""
    found = {**saved, place: calibrated}
    threshold = saved.get("threshold")
    classes = calibrated.classes_
    if isinstance(threshold, int | float) and len(classes) == 2:
        was = said[f"{SCORE}_{classes[-1]}"].to_numpy() >= threshold
        found["threshold"] = threshold_like(calibrated.predict_proba(given)[:, 1], was)
    return found


def threshold_like(scores: NDArray[np.float64], was: NDArray[np.bool_]) -> float:
    """Return the threshold by which scores, (n,), decide most rows as they were decided."""
    order = np.argsort(-scores, kind="stable")
    ranked, positive = scores[order], was[order]
    # of the first k rows taken for positive, and the others not, so many are decided otherwise
    changed = np.cumsum(np.r_[0, ~positive]) + np.cumsum(np.r_[0, positive[::-1]])[::-1]
    is_edge = np.r_[True, ranked[1:] != ranked[:-1], True]
    changed = np.where(is_edge, changed, len(scores) + 1)
    k = int(changed.argmin())
    above = ranked[k - 1] if k else 1.0
    below = ranked[k] if k < len(ranked) else 0.0
    return float((above + below) / 2) if k else float(np.nextafter(ranked[0], 2))


def _save(target: str, kind: str, model: Any) -> None:
    if ModelFormat(kind) is ModelFormat.SKOPS:
        import skops.io

        skops.io.dump(model, target)
        return
    if ModelFormat(kind) is ModelFormat.PICKLE:
        import pickle

        with open(target, "wb") as file:
            pickle.dump(model, file)
        return
    import joblib

    joblib.dump(model, target)


def _table(scores: NDArray[np.float64], classes: Any) -> pd.DataFrame:
    table = {f"{SCORE}_{name}": scores[:, at] for at, name in enumerate(classes)}
    return pd.DataFrame({PREDICTION: np.asarray(classes)[scores.argmax(axis=1)], **table})


def _outcomes(said: pd.DataFrame, truth: pd.Series[Any], positive: str | None) -> Outcomes:
    frame = said.assign(**{TRUTH: truth.to_numpy()})
    return read_predictions(frame, None, positive).outcomes


def _told(rows: Outcomes) -> dict[str, Any] | None:
    """Return how scores compare with what came true; of no probabilities None."""
    if not are_probabilities(rows.scores):
        return None
    found: Reliability | None
    if rows.problem is ProblemKind.BINARY:
        found = reliability_of(rows.scores[:, 1], rows.truth == 1, "positive")
    else:
        top = rows.scores.argmax(axis=1)
        found = reliability_of(rows.scores.max(axis=1), rows.truth == top, "top")
    return None if found is None else {**asdict(found), "verdict": found.verdict}
