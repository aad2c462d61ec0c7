"""What a loaded model says of rows of a table; only ever in a worker process."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.domain.errors import InputError
from mlops_tui.evaluate.predictions import PREDICTION, SCORE

Predict = Callable[[pd.DataFrame], pd.DataFrame]
"""Rows of a dataset to `y_pred` and, of classes with scores, `y_score_CLASS`, in their order."""


def predictor(
    model: Any, signature: Mapping[str, Any] | None = None, others: Sequence[str] = ()
) -> tuple[Predict, list[str] | None]:
    """Return what predicts, and the columns that it reads; None for all that are left.

    Args:
        model: as `model_loading.load` returns it: anything with `predict`, a mapping with one such
            value and, for two classes, perhaps a `threshold`, or an ONNX session.
        signature: `inputs` with the names that the model takes; None where it is not known.
        others: columns that are no inputs, where nothing says which are.

    Raises:
        InputError: it cannot predict.
    """
    threshold: Any = None
    if isinstance(model, Mapping):
        threshold = model.get("threshold")
        model = model[place_in(model)]
    names = _inputs_of(model, signature)
    if hasattr(model, "get_inputs"):
        return _of_session(model, names, others), names
    if not hasattr(model, "predict"):
        raise InputError(f"a {type(model).__name__} cannot predict: it has no predict")
    is_number = isinstance(threshold, int | float)
    return _of_estimator(model, names, others, float(threshold) if is_number else None), names


def place_in(saved: Mapping[Any, Any]) -> Any:
    """Return the key of the model in a mapping that was saved with it.

    Raises:
        InputError: not one of its values can predict, or several.
    """
    places = [key for key, it in saved.items() if hasattr(it, "predict")]
    if len(places) != 1:
        keys = ", ".join(map(str, list(saved)[:10]))
        raise InputError(
            f"the file holds a mapping ({keys}) with {len(places)} values that can predict",
            "save the model alone, or in a mapping with nothing else that has `predict`",
        )
    return places[0]


def _inputs_of(model: Any, signature: Mapping[str, Any] | None) -> list[str] | None:
    """Return the columns that a model takes: as it says itself, else as its signature does."""
    own = getattr(model, "feature_names_in_", None)
    if own is not None:
        return [str(name) for name in own]
    told = (signature or {}).get("inputs")
    names = [it.get("name") for it in told] if isinstance(told, Sequence) else []
    return [str(name) for name in names] if names and all(names) else None


def inputs_in(
    frame: pd.DataFrame, names: Sequence[str] | None, others: Sequence[str]
) -> pd.DataFrame:
    """Return the columns that a model reads, in its order.

    Raises:
        InputError: the rows lack one.
    """
    if names is None:
        return frame[[name for name in frame.columns if str(name) not in others]]
    missing = [name for name in names if name not in frame]
    if missing:
        has = ", ".join(map(str, frame.columns[:10]))
        raise InputError(
            f"the rows have no column {missing[0]!r}, which the model reads", f"they have: {has}"
        )
    return frame[list(names)]


def _of_estimator(
    model: Any, names: list[str] | None, others: Sequence[str], threshold: float | None
) -> Predict:
    takes_names = hasattr(model, "feature_names_in_")
    classes = getattr(model, "classes_", None)
    # a pipeline or search has these only where the model within has them
    how = next((it for it in ("predict_proba", "decision_function") if hasattr(model, it)), None)

    def predict(frame: pd.DataFrame) -> pd.DataFrame:
        rows = inputs_in(frame, names, others)
        given = rows if takes_names or not _is_all_numbers(rows) else rows.to_numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if classes is None or how is None or np.ndim(classes[0]):
                return pd.DataFrame({PREDICTION: np.ravel(model.predict(given))})
            scores = np.asarray(getattr(model, how)(given), dtype=np.float64)
            if threshold is None or len(classes) != 2:
                said = np.ravel(model.predict(given))
            else:
                positive = scores if scores.ndim == 1 else scores[:, 1]
                said = np.asarray(classes)[(positive >= threshold).astype(int)]
        return _table(said, scores, classes)

    return predict


def _is_all_numbers(rows: pd.DataFrame) -> bool:
    return all(pd.api.types.is_numeric_dtype(dtype) for dtype in rows.dtypes)


def _table(said: Any, scores: Any, classes: Any) -> pd.DataFrame:
    """Return predictions with a score for each class; of two classes one does."""
    table = {PREDICTION: np.ravel(said)}
    if scores.ndim == 1:
        table[f"{SCORE}_{classes[-1]}"] = scores
    else:
        table |= {f"{SCORE}_{name}": scores[:, at] for at, name in enumerate(classes)}
    return pd.DataFrame(table)


def _of_session(session: Any, names: list[str] | None, others: Sequence[str]) -> Predict:
    """Return what predicts by ONNX: one input of numbers, labels first, then perhaps scores."""
    inputs, outputs = session.get_inputs(), [it.name for it in session.get_outputs()]
    if len(inputs) != 1:
        raise InputError(f"an ONNX model with {len(inputs)} inputs is not understood: one would be")
    dtype = np.float64 if "double" in inputs[0].type else np.float32

    def predict(frame: pd.DataFrame) -> pd.DataFrame:
        rows = inputs_in(frame, names, others).to_numpy(dtype=dtype)
        told = session.run(outputs, {inputs[0].name: rows})
        if len(told) == 1:
            return pd.DataFrame({PREDICTION: np.ravel(told[0])})
        scores: Any = told[1]
        classes: Any = np.unique(told[0])
        if isinstance(scores, list):
            classes = list(scores[0])
            scores = np.array([[row[name] for name in classes] for row in scores])
        else:
            scores = np.asarray(scores)
            if scores.ndim != 2 or scores.shape[1] != len(classes):
                return pd.DataFrame({PREDICTION: np.ravel(told[0])})
        return _table(told[0], scores, classes)

    return predict
