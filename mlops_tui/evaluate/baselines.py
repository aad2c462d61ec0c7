"""What a constant answer and simple models come to on the same rows: a figure needs a meaning.

They learn from the training data what a model could have learned: a dummy, a linear model, and a
shallow tree, of the columns that both tables have.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.evaluate.outcomes import MISSING, Outcomes

Floats = NDArray[np.float64]

MOST_TRAINED = 50_000
"""Rows that simple models learn from; of more, as many are drawn."""
_MOST_LABELS = 20
"""Of a category, the most frequent; the others are one."""
_MOST_INPUTS = 300
_DEPTH = 4
_STEPS = 300
_LEAST_ROWS = 20


@dataclass(frozen=True)
class Baseline:
    """One simple model's answers for the rows that are evaluated."""

    name: str
    """`dummy`, `linear` or `tree`."""
    words: str
    outcomes: Outcomes
    trained_rows: int


def baselines(
    outcomes: Outcomes,
    truth: Floats,
    trained: Mapping[str, Column],
    columns: Mapping[str, Column],
    cost: Cost | None = None,
    seed: int = 0,
) -> list[Baseline]:
    """Return what simple models say of the rows; a dummy alone where no column is common.

    Args:
        outcomes: of the model that is evaluated, (n,) rows.
        truth: of the training rows, (m,): numbers, or places in `outcomes.classes`; `MISSING` and
            NaN where it is not known.
        trained: the columns of the training rows.
        columns: the same of the evaluated rows; those that are missing there are not used.
        cost: of two classes, what errors cost: then the dummy is the cheapest answer.
        seed: of the draw, where there are many rows.
    """
    is_number = outcomes.problem is ProblemKind.REGRESSION
    is_known = np.isfinite(truth) if is_number else (truth >= 0) & (truth < len(outcomes.classes))
    rows = np.flatnonzero(is_known)
    if len(rows) < _LEAST_ROWS or (not is_number and len(np.unique(truth[rows])) < 2):
        return []
    if len(rows) > MOST_TRAINED:
        rows = np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_TRAINED])
    known = truth[rows]
    found = [_dummy(outcomes, known, cost)]
    before, after = _inputs(trained, columns, rows)
    if before.shape[1]:
        found += _simple(outcomes, known, before, after, seed)
    return found


def _dummy(outcomes: Outcomes, truth: Floats, cost: Cost | None) -> Baseline:
    """Answer the mean, or one class always with the classes' shares as scores."""
    n = len(outcomes)
    if outcomes.problem is ProblemKind.REGRESSION:
        said = np.full(n, float(truth.mean()))
        return Baseline("dummy", "always the mean", replace(outcomes, predicted=said), len(truth))
    k = len(outcomes.classes)
    shares = np.bincount(truth.astype(np.int64), minlength=k) / len(truth)
    most, why = int(shares.argmax()), "the most frequent class"
    if outcomes.problem is ProblemKind.BINARY and cost is not None and _is_known(cost):
        missed, needless = float(cost.false_negative or 0), float(cost.false_positive or 0)
        most, why = int(needless * shares[0] < missed * shares[1]), "the cheapest constant answer"
    words = f"always {outcomes.classes[most]}, {why}"
    said = np.full(n, float(most))
    scores = np.tile(shares, (n, 1))
    return Baseline("dummy", words, replace(outcomes, predicted=said, scores=scores), len(truth))


def _is_known(cost: Cost) -> bool:
    return cost.false_negative is not None or cost.false_positive is not None


def _simple(
    outcomes: Outcomes, truth: Floats, before: Floats, after: Floats, seed: int
) -> list[Baseline]:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    inputs = f"of {before.shape[1]} inputs"
    if outcomes.problem is ProblemKind.REGRESSION:
        models = {
            "linear": (f"ridge regression {inputs}", make_pipeline(StandardScaler(), Ridge())),
            "tree": (f"a tree of depth {_DEPTH}", DecisionTreeRegressor(max_depth=_DEPTH)),
        }
    else:
        logistic = make_pipeline(StandardScaler(), LogisticRegression(max_iter=_STEPS))
        models = {
            "linear": (f"logistic regression {inputs}", logistic),
            "tree": (f"a tree of depth {_DEPTH}", DecisionTreeClassifier(max_depth=_DEPTH)),
        }
    models["tree"][1].set_params(min_samples_leaf=5, random_state=seed)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit that has not converged is simple enough
        for name, (words, model) in models.items():
            model.fit(before, truth)
            found.append(Baseline(name, words, _answers(outcomes, model, after), len(truth)))
    return found


def _answers(outcomes: Outcomes, model: Any, inputs: Floats) -> Outcomes:
    said = np.asarray(model.predict(inputs), dtype=np.float64)
    if outcomes.problem is ProblemKind.REGRESSION:
        return replace(outcomes, predicted=said)
    scores = np.zeros((len(inputs), len(outcomes.classes)))
    scores[:, model.classes_.astype(np.int64)] = model.predict_proba(inputs)
    return replace(outcomes, predicted=said, scores=scores)


def _inputs(
    trained: Mapping[str, Column], columns: Mapping[str, Column], rows: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return the inputs of training and of evaluated rows, (m, inputs) and (n, inputs)."""
    before: list[Floats] = []
    after: list[Floats] = []
    for name, column in trained.items():
        other = columns.get(name)
        if other is None or len(before) >= _MOST_INPUTS:
            continue
        if column.kind is Kind.NUMERIC and other.kind is Kind.NUMERIC:
            pairs = [_filled(column.values[rows], other.values)]
        elif column.kind in (Kind.CATEGORY, Kind.BOOLEAN) and other.kind is column.kind:
            pairs = _one_hot(column, other, rows)
        else:
            continue
        before += [one for one, _ in pairs]
        after += [other for _, other in pairs]
    if not before:
        return np.empty((len(rows), 0)), np.empty((0, 0))
    return np.column_stack(before), np.column_stack(after)


def _filled(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    finite = before[np.isfinite(before)]
    middle = float(np.median(finite)) if len(finite) else 0.0
    return tuple(np.where(np.isfinite(it), it, middle) for it in (before, after))  # type: ignore[return-value]


def _one_hot(column: Column, other: Column, rows: NDArray[np.int64]) -> list[tuple[Floats, Floats]]:
    counts = np.bincount(column.codes[rows][column.codes[rows] >= 0], minlength=len(column.labels))
    frequent: Sequence[int] = np.argsort(-counts, kind="stable")[:_MOST_LABELS].tolist()
    places = {label: at for at, label in enumerate(other.labels)}
    found = []
    for at in frequent:
        place = places.get(column.labels[at], MISSING - 1)
        one = (column.codes[rows] == at).astype(np.float64)
        found.append((one, (other.codes == place).astype(np.float64)))
    return found
