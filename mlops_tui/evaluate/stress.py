"""How far a model falls when its inputs go wrong, or when it learned from wrong labels.

Every case changes the very rows that were judged before, so each fall is a paired difference: what
a model loses where a column is missing, moves, is in another unit, out of range, new or noisy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.domain import evaluated
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Direction
from mlops_tui.evaluate import better
from mlops_tui.evaluate.better import Comparison
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.predictions import TRUTH, read_predictions
from mlops_tui.evaluate.reported import without_nan
from mlops_tui.evaluate.stress_cases import Case, cases_of

Predict = Callable[[pd.DataFrame], pd.DataFrame]
"""Rows of features to `y_pred` and, if known, `y_score` or `y_score_CLASS`, in their order."""
Fit = Callable[[pd.DataFrame, "pd.Series[Any]"], Predict]
"""Rows of features and their truth to what predicts."""

MOST_COLUMNS = 100
_SEVERAL_SHARES = (0.05, 0.1, 0.2)
_PROBLEMS = {
    ProblemKind.BINARY: ("accuracy", "recall", "roc_auc"),
    ProblemKind.MULTICLASS: ("accuracy", "f1"),
    ProblemKind.REGRESSION: ("mae", "r2"),
}


@dataclass(frozen=True)
class Fall:
    """What a case does to one metric."""

    metric: str
    before: float
    after: float
    fall: float
    """How much worse it is, in the metric's unit: > 0 is worse whichever way it gets better."""
    low: float
    high: float
    """95 % bounds of the fall, paired."""
    n: int
    is_sure: bool
    """Whether it is worse for certain."""


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    case: Case
    falls: tuple[Fall, ...]
    error: str | None = None
    """What the model said where it gave no predictions at all."""


@dataclass(frozen=True)
class StressReport:
    """All cases: those in which the model failed, then the worst first by the first metric."""

    metrics: tuple[str, ...]
    before: dict[str, float]
    outcomes: tuple[Outcome, ...]
    n: int
    columns: int
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it; null for what is not defined."""
        shape: dict[str, Any] = {
            "metrics": list(self.metrics),
            "before": self.before,
            "n": self.n,
            "columns": self.columns,
            "cases": [
                {
                    **asdict(it.case),
                    "error": it.error,
                    "falls": {fall.metric: asdict(fall) for fall in it.falls},
                }
                for it in self.outcomes
            ],
            "notes": list(self.notes),
        }
        plain: dict[str, Any] = without_nan(shape)
        return plain


def stress(
    predict: Predict,
    features: pd.DataFrame,
    truth: pd.Series[Any],
    metrics: Sequence[str] = (),
    problem: ProblemKind | None = None,
    positive: str | None = None,
    cost: Cost | None = None,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> StressReport:
    """Return how far each metric falls in each case.

    Args:
        predict: the model; it may raise anything, which is told of the case.
        features: what the model reads, a row each.
        truth: of the same rows.
        metrics: which, the first of them decides which case is the worst; by default those that
            suit what is predicted, and `cost` first where costs are known.
        problem: what is predicted; None: told from the truth.
        positive: of two classes the one that recall is about.
        cost: what errors cost.
        seed: of noise, and of which rows are hit.
        on_progress: told the share that is done.

    Raises:
        InputError: the model cannot predict the rows as they are, or a metric is not defined.
    """
    judge = _Judge(truth, problem, positive, cost)
    before = judge.read(_predicted(predict, features))
    chosen = tuple(metrics) or _usual(before, cost)
    columns = read_columns(features)
    shown = dict(list(columns.items())[:MOST_COLUMNS])
    draw = np.random.default_rng(seed)
    cases = list(cases_of(features, shown, draw))
    outcomes = []
    for at, (case, change) in enumerate(cases):
        outcomes.append(_outcome(case, judge, before, chosen, predict, change(features)))
        if on_progress is not None:
            on_progress((at + 1) / len(cases))
    notes = []
    if len(columns) > len(shown):
        notes.append(f"only the first {len(shown)} of {len(columns)} columns were changed")
    figures = {it: better.compare(it, before, before, cost=cost).a for it in chosen}
    told = tuple(sorted(outcomes, key=_worst_first))
    return StressReport(chosen, figures, told, len(before), len(shown), tuple(notes))


def label_noise(
    fit: Fit,
    training: tuple[pd.DataFrame, pd.Series[Any]],
    judged: tuple[pd.DataFrame, pd.Series[Any]],
    metrics: Sequence[str] = (),
    problem: ProblemKind | None = None,
    positive: str | None = None,
    cost: Cost | None = None,
    seed: int = 0,
) -> StressReport:
    """Return how far each metric falls when the model learns from labels of which some are wrong.

    Wrong labels of a class are another class of the training rows; wrong numbers are those of other
    rows. Each share is learned from once.

    Args:
        fit: learns.
        training: features and truth to learn from.
        judged: features and truth to judge by.
        metrics: as for `stress`.
        problem: as for `stress`.
        positive: as for `stress`.
        cost: as for `stress`.
        seed: of which labels are wrong.

    Raises:
        InputError: the model cannot learn from the rows as they are, or a metric is not defined.
    """
    judge = _Judge(judged[1], problem, positive, cost)
    before = judge.read(_predicted(_fitted(fit, *training), judged[0]))
    chosen = tuple(metrics) or _usual(before, cost)
    draw = np.random.default_rng(seed)
    outcomes = []
    for share in _SEVERAL_SHARES:
        case = Case("labels", None, f"{share:.0%} of the labels that it learned from are wrong")
        wrong = wrong_labels(training[1], share, draw)
        try:
            predict = _fitted(fit, training[0], wrong)
        except InputError as error:
            outcomes.append(Outcome(case, (), error.message))
            continue
        outcomes.append(_outcome(case, judge, before, chosen, predict, judged[0]))
    figures = {it: better.compare(it, before, before, cost=cost).a for it in chosen}
    told = tuple(sorted(outcomes, key=_worst_first))
    return StressReport(chosen, figures, told, len(before), len(training[0].columns))


def together(one: StressReport, other: StressReport) -> StressReport:
    """Return the cases of both, of the same model on the same rows, the worst first."""
    outcomes = sorted((*one.outcomes, *other.outcomes), key=_worst_first)
    return replace(one, outcomes=tuple(outcomes), notes=(*one.notes, *other.notes))


def wrong_labels(truth: pd.Series[Any], share: float, draw: np.random.Generator) -> pd.Series[Any]:
    """Return labels of which a share is wrong for certain, where that can be."""
    rows = draw.choice(len(truth), round(share * len(truth)), replace=False)
    values = truth.to_numpy(copy=True)
    distinct = pd.unique(truth.dropna())
    if getattr(truth.dtype, "kind", "") == "f" and len(distinct) > 2:
        values[rows] = draw.permutation(values)[rows]
    else:
        for row in rows:
            others = [it for it in distinct if it != values[row]]
            values[row] = others[draw.integers(len(others))] if others else values[row]
    return pd.Series(values, index=truth.index, name=truth.name)


class _Judge:
    """Takes what a model says for outcomes; the truth stays."""

    def __init__(
        self,
        truth: pd.Series[Any],
        problem: ProblemKind | None,
        positive: str | None,
        cost: Cost | None,
    ) -> None:
        self._truth = truth.reset_index(drop=True)
        self._problem = problem
        self._positive = positive
        self.cost = cost

    def read(self, said: pd.DataFrame) -> Outcomes:
        """Return outcomes."""
        frame = said.reset_index(drop=True).assign(**{TRUTH: self._truth})
        return read_predictions(frame, self._problem, self._positive).outcomes


def _predicted(predict: Predict, features: pd.DataFrame) -> pd.DataFrame:
    """Return predictions.

    Raises:
        InputError: whatever the model raised.
    """
    try:
        said = predict(features)
    except Exception as error:
        raise InputError(f"the model failed: {_words(error)}") from error
    if len(said) != len(features):
        raise InputError(f"the model told {len(said):,} predictions of {len(features):,} rows")
    return said


def _fitted(fit: Fit, features: pd.DataFrame, truth: pd.Series[Any]) -> Predict:
    try:
        return fit(features, truth)
    except Exception as error:
        raise InputError(f"the model cannot be trained: {_words(error)}") from error


def _words(error: Exception) -> str:
    first = str(error).strip().splitlines()[:1]
    return f"{type(error).__name__}: {first[0][:200]}" if first else type(error).__name__


def _usual(before: Outcomes, cost: Cost | None) -> tuple[str, ...]:
    """Return the metrics to tell where nobody says which."""
    names = list(_PROBLEMS[before.problem])
    if not before.scores.shape[1] and "roc_auc" in names:
        names.remove("roc_auc")
    is_error = before.problem is ProblemKind.BINARY and cost is not None
    if is_error and cost is not None and (cost.false_negative or cost.false_positive):
        names.insert(0, "cost")
    return tuple(names)


def _outcome(
    case: Case,
    judge: _Judge,
    before: Outcomes,
    metrics: Sequence[str],
    predict: Predict,
    changed: pd.DataFrame,
) -> Outcome:
    try:
        after = judge.read(_predicted(predict, changed))
        falls = tuple(_fall(it, before, after, judge.cost) for it in metrics)
    except InputError as error:
        return Outcome(case, (), error.message)
    return Outcome(case, falls)


def _fall(metric: str, before: Outcomes, after: Outcomes, cost: Cost | None) -> Fall:
    found: Comparison = better.compare(metric, before, after, cost=cost, is_quick=True)
    sign = 1.0 if evaluated.direction_of(metric) is Direction.MINIMIZE else -1.0
    low, high = sorted((sign * found.low + 0.0, sign * found.high + 0.0))
    return Fall(
        metric,
        found.a,
        found.b,
        sign * found.difference + 0.0,
        low,
        high,
        found.n,
        found.verdict is better.Verdict.WORSE,
    )


def _worst_first(it: Outcome) -> tuple[bool, float]:
    fall = it.falls[0].fall if it.falls else math.inf
    return it.error is None, -fall if not math.isnan(fall) else 0.0
