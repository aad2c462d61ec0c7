"""A table of predictions, `id, y_true, y_pred[, y_score or y_score_CLASS]`, as outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.columns import Kind, read_column
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.outcomes import Outcomes, Roles, read_outcomes, strange_labels

if TYPE_CHECKING:
    import pandas as pd

ID, TRUTH, PREDICTION, SCORE = "id", "y_true", "y_pred", "y_score"
_HINT = f"a table of predictions has {ID}, {TRUTH}, {PREDICTION} and, if known, {SCORE}"


@dataclass(frozen=True)
class Predictions:
    """What a table says."""

    outcomes: Outcomes
    features: tuple[str, ...]
    """Its other columns."""
    notes: tuple[str, ...]
    """What is to be said of its values."""


def roles_of(
    names: list[str], problem: ProblemKind | None = None, positive: str | None = None
) -> Roles:
    """Return which columns say what.

    Raises:
        InputError: the truth, or whatever was predicted, is missing.
    """
    scores = {SCORE: ""} if SCORE in names else {}
    each = {name: name.removeprefix(f"{SCORE}_") for name in names if name.startswith(f"{SCORE}_")}
    scores = each or scores
    if TRUTH not in names:
        raise InputError(f"there is no column {TRUTH}", f"{_HINT}; it has {', '.join(names[:20])}")
    if PREDICTION not in names and not scores:
        words = f"there is no column {PREDICTION}, and no {SCORE}"
        raise InputError(words, f"{_HINT}; it has {', '.join(names[:20])}")
    if len(each) > 2 and problem is None:  # the rows may lack one of its classes
        problem = ProblemKind.MULTICLASS
    prediction = PREDICTION if PREDICTION in names else None
    by_class = {klass: name for name, klass in scores.items()}
    return Roles(TRUTH, prediction, by_class, problem, positive)


def read_predictions(
    frame: pd.DataFrame, problem: ProblemKind | None = None, positive: str | None = None
) -> Predictions:
    """Return what a table of predictions says.

    Raises:
        InputError: a column is missing, there are no rows, or the classes make no sense.
    """
    names = [str(name) for name in frame.columns]
    is_scored = SCORE in names and TRUTH in names
    if problem is None and is_scored and frame[TRUTH].nunique() <= 2:
        problem = ProblemKind.BINARY  # numbers are predicted without a score
    roles = roles_of(names, problem, positive)
    if not len(frame):
        raise InputError("there are no predictions: the table has no rows")
    if frame[TRUTH].isna().all():
        raise InputError(f"{TRUTH} is empty in every row", "nothing can be measured without truth")
    try:
        outcomes, _ = read_outcomes(frame, frame, roles)
    except InputError as error:
        if SCORE in names and "score for ''" in error.message:
            words = f"{SCORE} is of two classes, and {TRUTH} has {frame[TRUTH].nunique()}"
            hint = f"a column {SCORE}_CLASS for each; or say what it is: a ranking, a regression"
            raise InputError(words, hint) from None
        # here is one table, not a reference and a batch
        raise InputError(error.message.replace("the reference", "the table"), error.hint) from None
    known = {ID, TRUTH, PREDICTION, *roles.scores.values()}
    features = tuple(name for name in names if name not in known)
    return Predictions(outcomes, features, tuple(strange_labels(frame, outcomes, roles)))


def units_of(frame: pd.DataFrame, column: str) -> Units:
    """Return the rows that share a value of a column; a row without one is on its own.

    Raises:
        InputError: there is no such column.
    """
    if column not in frame:
        names = ", ".join(map(str, frame.columns[:20]))
        raise InputError(f"there is no column {column!r}", f"there are: {names}")
    found = read_column(column, frame[column], Kind.CATEGORY)
    codes = found.codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(found.labels) + np.arange(int(alone.sum()))
    return Units(codes, len(found.labels) + int(alone.sum()), f"by {column}")
