"""What a loaded model says of rows, as a table of predictions; only ever in a worker process."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.engine.tasks.model_calls import Answers, callable_of
from mlops_tui.evaluate.predictions import PREDICTION, SCORE

Predict = Callable[[pd.DataFrame], pd.DataFrame]
"""Rows of a dataset to `y_pred` and, of classes with scores, `y_score_CLASS`, in their order."""


def predictor(
    loaded: Any, signature: Mapping[str, Any] | None, columns: Sequence[str]
) -> tuple[Predict, list[str]]:
    """Return what predicts, and the columns that it reads.

    Args:
        loaded: as `model_loading.load` returns it.
        signature: `inputs` with the names that the model takes; None where it is not known.
        columns: of the dataset, those that may go in.

    Raises:
        InputError: it cannot predict, or needs a column that is not there.
    """
    told = (signature or {}).get("inputs")
    names = [it.get("name") for it in told] if isinstance(told, Sequence) else []
    called = callable_of(loaded, list(map(str, names)) if names and all(names) else None, columns)

    def predict(rows: pd.DataFrame) -> pd.DataFrame:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return table_of(called.answer(rows))

    return predict, list(called.columns)


def table_of(answers: Answers) -> pd.DataFrame:
    """Return answers as a table of predictions; of two classes with one score, of the last."""
    table: dict[str, Any] = {PREDICTION: answers.predicted}
    if answers.scores is not None and answers.classes is not None:
        scores = np.asarray(answers.scores)
        classes = list(answers.classes)
        if scores.ndim == 1:
            table[f"{SCORE}_{classes[-1]}"] = scores
        else:
            table |= {f"{SCORE}_{name}": scores[:, at] for at, name in enumerate(classes)}
    return pd.DataFrame(table)
