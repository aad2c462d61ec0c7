"""How a loaded model is called: rows in, labels and scores out, whatever kind of object it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from mlops_tui.domain.errors import InputError

TIMED_ROWS = 300
_TIMED_SECONDS = 3.0
_WARM_CALLS = 5


@dataclass(frozen=True)
class Answers:
    """What a model says of n rows."""

    predicted: list[Any]
    """A label or number a row."""
    scores: Any = None
    """(n,) of the positive class, or (n, k); None where it has none."""
    classes: Sequence[Any] | None = None
    """k of them, in the order of the columns of scores."""


class Callable_(Protocol):
    """A model that can be called."""

    @property
    def columns(self) -> Sequence[str]:
        """What it takes, in this order."""

    def answer(self, rows: pd.DataFrame) -> Answers:
        """Return what it says of rows."""


@dataclass(frozen=True)
class Estimator:
    """What has `predict`, as scikit-learn's models have, with a threshold where it has one."""

    model: Any
    columns: Sequence[str]
    """What it takes, in this order."""
    threshold: float | None = None
    """Of two classes: the second from this score on."""

    def answer(self, rows: pd.DataFrame) -> Answers:
        """Return labels and, where it has them, scores."""
        inputs = self._inputs(rows)
        classes = getattr(self.model, "classes_", None)
        scores = None
        if hasattr(self.model, "predict_proba"):
            scores = np.asarray(self.model.predict_proba(inputs))
        elif classes is not None and hasattr(self.model, "decision_function"):
            scores = np.asarray(self.model.decision_function(inputs))
            scores = scores if scores.ndim == 1 else None
        is_of_two = classes is not None and len(classes) == 2
        if self.threshold is not None and scores is not None and is_of_two:
            positive = scores[:, 1] if scores.ndim == 2 else scores
            chosen = np.asarray(classes)[(positive >= self.threshold).astype(int)]
            return Answers(chosen.tolist(), scores, classes)
        return Answers(np.asarray(self.model.predict(inputs)).tolist(), scores, classes)

    def _inputs(self, rows: pd.DataFrame) -> Any:
        chosen = rows[list(self.columns)]
        # a model that was fitted on an array warns of names that it does not know
        return chosen if hasattr(self.model, "feature_names_in_") else _array(chosen)


@dataclass(frozen=True)
class Session:
    """An `onnxruntime.InferenceSession` of one matrix, or of a column each; labels come first."""

    session: Any
    columns: Sequence[str]

    def answer(self, rows: pd.DataFrame) -> Answers:
        """Return labels and, where there is a second output, scores."""
        chosen = rows[list(self.columns)]
        inputs = self.session.get_inputs()
        if len(inputs) == 1:
            fed = {inputs[0].name: chosen.to_numpy(dtype=np.float32)}
        else:
            fed = {it.name: _column(chosen, it.name, it.type) for it in inputs}
        found = self.session.run(None, fed)
        labels = np.asarray(found[0]).reshape(len(rows), -1)[:, 0].tolist()
        if len(found) < 2:
            return Answers(labels)
        scores, classes = _scores(found[1])
        return Answers(labels, scores, classes)


def callable_of(loaded: Any, names: Sequence[str] | None, columns: Sequence[str]) -> Callable_:
    """Return a loaded model as what can be called.

    Args:
        loaded: the object; a dict with one that has `predict` and perhaps `threshold` does too.
        names: what its signature says it takes; None where it has none.
        columns: of the dataset, those that may go in.

    Raises:
        InputError: it cannot be called, or needs a column that the dataset does not have.
    """
    threshold = None
    if isinstance(loaded, Mapping):
        told = loaded.get("threshold")
        threshold = float(told) if isinstance(told, int | float) else None
        loaded = loaded[place_in(loaded)]
    own = getattr(loaded, "feature_names_in_", None)
    wanted = [str(it) for it in own] if own is not None else list(names or columns)
    missing = [it for it in wanted if it not in columns]
    if missing:
        words = f"the model needs {', '.join(missing[:5])}, which the dataset does not have"
        raise InputError(words, f"it has: {', '.join(list(columns)[:20])}")
    if hasattr(loaded, "predict"):
        count = getattr(loaded, "n_features_in_", len(wanted))
        if count != len(wanted):
            words = f"the model takes {count} columns, and there are {len(wanted)} to choose from"
            raise InputError(words, "register it with an input example, which names them")
        return Estimator(loaded, wanted, threshold)
    if hasattr(loaded, "get_inputs") and hasattr(loaded, "run"):
        return Session(loaded, wanted)
    kind = f"{type(loaded).__module__}.{type(loaded).__qualname__}"
    raise InputError(f"a {kind} has no predict to call", "record its run.predictions(...) instead")


def place_in(saved: Mapping[Any, Any]) -> Any:
    """Return the key of the model in a dict that was saved with it.

    Raises:
        InputError: none of its values can predict, or several can and none of them is `model`.
    """
    places = [key for key, it in saved.items() if hasattr(it, "predict")]
    if "model" in saved:
        return "model"
    if len(places) != 1:
        keys = ", ".join(map(str, list(saved)[:10]))
        raise InputError(
            f"the file holds a dict ({keys}) with {len(places)} values that can predict",
            "save the model alone, or under `model`",
        )
    return places[0]


def _array(rows: pd.DataFrame) -> Any:
    return rows.to_numpy() if all(it.kind in "iufb" for it in rows.dtypes) else rows


def _column(rows: pd.DataFrame, name: str, kind: str) -> Any:
    if name not in rows:
        raise InputError(f"the model needs {name}, which the dataset does not have")
    dtype: Any = np.float32 if "float" in kind else np.int64 if "int" in kind else object
    return rows[name].to_numpy(dtype=dtype).reshape(-1, 1)


def _scores(found: Any) -> tuple[Any, Sequence[Any] | None]:
    """Return scores and classes of a second output: a matrix, or a mapping a row."""
    if isinstance(found, list) and found and isinstance(found[0], Mapping):
        classes = list(found[0])
        return np.array([[row[it] for it in classes] for row in found]), classes
    scores = np.asarray(found)
    if scores.ndim != 2 or scores.shape[1] < 2:
        return None, None
    return scores, list(range(scores.shape[1]))


def latencies(model: Callable_, rows: pd.DataFrame) -> list[float]:
    """Return how long calls with one row took, ascending, milliseconds.

    After a few that do not count: so many rows, or as many as three seconds allow.
    """
    for at in range(min(_WARM_CALLS, len(rows))):
        model.answer(rows.iloc[at : at + 1])
    found = []
    end = time.perf_counter() + _TIMED_SECONDS
    for at in range(min(TIMED_ROWS, len(rows))):
        row = rows.iloc[at : at + 1]
        begun = time.perf_counter()
        model.answer(row)
        found.append(1000 * (time.perf_counter() - begun))
        if time.perf_counter() > end:
            break
    return sorted(found)
