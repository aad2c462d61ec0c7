"""The metrics of performance by name: which are better high, and their figures over rows.

The truth may be probabilities: then a figure is what to expect of the metric (CBPE).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate.figures import Area, Floats, Ratio, Root, Statistic, mean_of
from mlops_tui.evaluate.outcomes import Outcomes

OF_CLASSES = ("roc_auc", "accuracy", "f1", "precision", "recall", "specificity")
OF_NUMBERS = ("mae", "rmse", "mse", "mape", "msle", "rmsle", "r2")
RATES = frozenset({*OF_CLASSES, "r2"})
"""Better high, 1 is perfect; the others are losses: better low, 0 is perfect."""
BOUNDED = frozenset(OF_CLASSES)
"""Between 0 and 1."""

_LEAST_MARGIN = 0.02
_MARGIN_OF_ERROR = 0.2
"""A rate has to lose two points, and its distance from 1 to grow by a fifth, before it matters."""
_MARGIN_OF_LOSS = 0.1
_SQUARED = frozenset({"mse", "msle"})


@dataclass(frozen=True)
class Judged:
    """What was predicted of n rows, and what was true or how likely each class is."""

    predicted: NDArray[np.int64]
    """(n,) places of classes; k: some other."""
    truth: Floats
    """(n, k): 1 for the true class, or probabilities; a row of zeros: some other class."""
    scores: Floats
    """(n, k), or (n, 0): without them there is no area."""
    is_binary: bool

    @property
    def parts(self) -> slice:
        """The classes that metrics are the mean of: of two the positive one only."""
        return slice(1, 2) if self.is_binary else slice(None)

    @property
    def chosen(self) -> Floats:
        """(n, k): 1 for the predicted class."""
        return one_hot(self.predicted, self.truth.shape[1])


def one_hot(codes: NDArray[np.int64], k: int) -> Floats:
    """Return 1 in the column of each code, (n, k); codes outside of 0 to k - 1 are rows of 0."""
    return np.asarray(codes[:, None] == np.arange(k)[None, :], dtype=np.float64)


def judged(outcomes: Outcomes, truth: Floats | None = None) -> Judged:
    """Return outcomes of classes to be judged by their truth, or by these probabilities."""
    k = len(outcomes.classes)
    known = one_hot(outcomes.truth.astype(np.int64), k) if truth is None else truth
    predicted = outcomes.predicted.astype(np.int64)
    return Judged(predicted, known, outcomes.scores, outcomes.problem is ProblemKind.BINARY)


def of_classes(rows: Judged) -> dict[str, Statistic]:
    """Return every metric of classification that can be told; of several classes the plain mean.

    Classes without a row to judge by are left out of that mean: one that a small batch does not
    have makes recall no smaller.
    """
    chosen, truth = rows.chosen[:, rows.parts], rows.truth[:, rows.parts]
    hit = (rows.chosen * rows.truth).sum(axis=1)
    found: dict[str, Statistic] = {}
    if rows.scores.shape[1]:
        found["roc_auc"] = Area(rows.scores[:, rows.parts], truth)
    found["accuracy"] = mean_of(hit)
    found["f1"] = Ratio(chosen * truth, (chosen + truth) / 2)
    found["precision"] = Ratio(chosen * truth, chosen)
    found["recall"] = Ratio(chosen * truth, truth)
    found["specificity"] = Ratio((1 - chosen) * (1 - truth), 1 - truth)
    return found


def row_losses(truth: Floats, predicted: Floats) -> dict[str, Floats]:
    """Return what metrics of regression are means of, a number a row.

    The percentage only where no truth is 0, the logarithm only where nothing is negative.
    """
    error = predicted - truth
    found = {"mae": np.abs(error), "mse": error**2}
    if len(truth) and (truth != 0).all():
        found["mape"] = np.abs(error / truth)
    if len(truth) and truth.min() >= 0 and predicted.min() >= 0:
        found["msle"] = (np.log1p(predicted) - np.log1p(truth)) ** 2
    return found


def of_losses(losses: Mapping[str, Floats]) -> dict[str, Statistic]:
    """Return metrics of regression from the losses of the rows, real or foretold ones."""
    found: dict[str, Statistic] = {}
    for name in ("mae", "mse", "mape", "msle"):
        if name in losses:
            found[name] = mean_of(losses[name])
    for root, name in (("rmse", "mse"), ("rmsle", "msle")):
        if name in found:
            found[root] = Root(found[name])
    return {name: found[name] for name in OF_NUMBERS if name in found}


def r2_of(truth: Floats, predicted: Floats) -> Ratio:
    """Return the share of the truth's variance that the predictions explain."""
    total = (truth - truth.mean()) ** 2
    return Ratio((total - (predicted - truth) ** 2)[:, None], total[:, None])


def of_numbers(truth: Floats, predicted: Floats) -> dict[str, Statistic]:
    """Return every metric of regression that can be told."""
    found = of_losses(row_losses(truth, predicted))
    return found | {"r2": r2_of(truth, predicted)} if len(truth) else found


def worsening(metric: str, before: float, after: float) -> float:
    """Return by how much a metric got worse; negative where it got better."""
    return before - after if metric in RATES else after - before


def margin(metric: str, usual: float) -> float:
    """Return how much worse than usual a metric has to be before a person should care.

    Rates: 0.02, or a fifth of the distance from 1, whichever is more. Losses: a tenth, squared ones
    a fifth.
    """
    if metric in RATES:
        return max(_LEAST_MARGIN, _MARGIN_OF_ERROR * (1 - usual))
    return usual * _MARGIN_OF_LOSS * (2 if metric in _SQUARED else 1)


def confusion(rows: Judged) -> Floats:
    """Return how many rows of each class (first axis) were predicted as each, (k, k).

    With probabilities for the truth, how many are to be expected.
    """
    return np.asarray(rows.truth.T @ rows.chosen, dtype=np.float64)
