"""Which metrics are told of what a model predicts, after scikit-learn's definitions.

Where scikit-learn counts what is not defined as 0, such as the precision of a class of two that was
never predicted, it is not told here; in a mean over several classes it does count as 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate import metrics, sums
from mlops_tui.evaluate.estimating import Measure, Median, Rule
from mlops_tui.evaluate.figures import Area, Floats, Precision, Ratio, mean_of
from mlops_tui.evaluate.metrics import Judged
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.sums import OfSums

_LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
"""A probability of 0 for what was true counts as this much, or the loss would be infinite."""
_ONE = 1e-3
"""Probabilities of the classes of a row may miss a sum of 1 by so much."""


def measures_of(outcomes: Outcomes, cost: Cost | None = None) -> dict[str, Measure]:
    """Return all that can be told of rows with truth and prediction."""
    if not len(outcomes):
        return {}
    if outcomes.problem is ProblemKind.REGRESSION:
        return of_numbers(outcomes.truth, outcomes.predicted, cost)
    judged = metrics.judged(outcomes)
    return _of_two(judged, cost) if judged.is_binary else _of_several(judged)


def are_probabilities(scores: Floats) -> bool:
    """Say whether scores of classes, (n, k), can be taken for probabilities."""
    if not scores.shape[1] or not len(scores) or scores.min() < 0 or scores.max() > 1:
        return False
    return bool((np.abs(scores.sum(axis=1) - 1) <= _ONE).all())


def _of_two(judged: Judged, cost: Cost | None) -> dict[str, Measure]:
    plain = metrics.of_classes(judged)
    truth, chosen = judged.truth[:, 1], judged.chosen[:, 1]
    found = {name: Measure(it, Rule.SHARE) for name, it in plain.items()}
    if judged.scores.shape[1]:
        precision = Precision(judged.scores[:, 1:], truth[:, None])
        found["average_precision"] = Measure(precision, Rule.SHARE)
    found["balanced_accuracy"] = Measure(
        Ratio(judged.chosen * judged.truth, judged.truth), Rule.SHARE
    )
    found["mcc"] = Measure(matthews(judged.truth, judged.chosen), Rule.CORRELATION)
    found |= _of_probabilities(judged)
    if cost is not None and (cost.false_negative or cost.false_positive):
        amounts = (float(cost.false_negative or 0), float(cost.false_positive or 0))
        errors = (truth * (1 - chosen), (1 - truth) * chosen)
        shares = tuple(
            (amount, mean_of(error)) for amount, error in zip(amounts, errors, strict=True)
        )
        mean = mean_of(amounts[0] * errors[0] + amounts[1] * errors[1])
        found["cost"] = Measure(mean, Rule.COST, shares)
    return found


def _of_several(judged: Judged) -> dict[str, Measure]:
    chosen, truth = judged.chosen, judged.truth
    is_there = (chosen.sum(axis=0) + truth.sum(axis=0)) > 0
    chosen, truth = chosen[:, is_there], truth[:, is_there]
    hit = chosen * truth
    found = {
        "accuracy": Measure(mean_of(hit.sum(axis=1)), Rule.SHARE),
        "balanced_accuracy": Measure(Ratio(hit, truth), Rule.SHARE),
        "f1": Measure(Ratio(hit, (chosen + truth) / 2, 0.0), Rule.SHARE),
        "precision": Measure(Ratio(hit, chosen, 0.0), Rule.SHARE),
        "recall": Measure(Ratio(hit, truth, 0.0), Rule.SHARE),
        "mcc": Measure(matthews(judged.truth, judged.chosen), Rule.CORRELATION),
    }
    if judged.scores.shape[1]:
        scores = judged.scores[:, is_there]
        found["roc_auc"] = Measure(Area(scores, truth), Rule.SHARE)
        found["average_precision"] = Measure(Precision(scores, truth), Rule.SHARE)
    return found | _of_probabilities(judged)


def _of_probabilities(judged: Judged) -> dict[str, Measure]:
    if not are_probabilities(judged.scores):
        return {}
    losses = {
        "log_loss": log_losses(judged.truth, judged.scores),
        "brier": brier_losses(judged.truth, judged.scores),
    }
    return {name: Measure(sums.mean(each), Rule.BOOTSTRAP) for name, each in losses.items()}


def log_losses(truth: Floats, scores: Floats) -> Floats:
    """Return the natural logarithmic loss of each row, (n,)."""
    said = (truth * scores).sum(axis=1)
    return np.asarray(-np.log(np.maximum(said, _LEAST_PROBABILITY)))


def brier_losses(truth: Floats, scores: Floats) -> Floats:
    """Return the squared distance of each row, (n,): of two classes that of the positive one."""
    squares = (scores - truth) ** 2
    return squares[:, 1] if scores.shape[1] == 2 else np.asarray(squares.sum(axis=1))


def matthews(truth: Floats, chosen: Floats) -> OfSums:
    """Return Matthews' correlation coefficient, of several classes Gorodkin's (2004)."""
    k = truth.shape[1]
    hit = (truth * chosen).sum(axis=1)

    def of(totals: Floats) -> Floats:
        n, right = totals[..., 0], totals[..., 1]
        true, said = totals[..., 2 : 2 + k], totals[..., 2 + k :]
        both = right * n - (true * said).sum(axis=-1)
        apart = (n**2 - (true**2).sum(axis=-1)) * (n**2 - (said**2).sum(axis=-1))
        return np.asarray(both / np.sqrt(np.where(apart > 0, apart, np.nan)))

    columns = np.column_stack([np.ones(len(hit)), hit, truth, chosen])
    counts = truth.sum(axis=0)
    return OfSums(columns, of, float(counts[counts > 0].min(initial=len(hit))))


def of_classes_each(outcomes: Outcomes) -> list[tuple[str, int, dict[str, Measure]]]:
    """Return, for each of several classes, its name, its rows and what can be told of it alone."""
    judged = metrics.judged(outcomes)
    found = []
    for at, name in enumerate(outcomes.classes):
        chosen, truth = judged.chosen[:, [at]], judged.truth[:, [at]]
        each = {
            "precision": Measure(Ratio(chosen * truth, chosen), Rule.SHARE),
            "recall": Measure(Ratio(chosen * truth, truth), Rule.SHARE),
            "f1": Measure(Ratio(chosen * truth, (chosen + truth) / 2), Rule.SHARE),
        }
        if judged.scores.shape[1]:
            each["roc_auc"] = Measure(Area(judged.scores[:, [at]], truth), Rule.SHARE)
        found.append((name, int(truth.sum()), each))
    return found


def of_numbers(truth: Floats, predicted: Floats, cost: Cost | None = None) -> dict[str, Measure]:
    """Return what can be told of predicted numbers.

    The percentage only where no truth is 0, the logarithm only where nothing is negative.
    """
    losses = metrics.row_losses(truth, predicted)
    found = {
        name: Measure(sums.mean(each, sums.Scale.LOG), Rule.BOOTSTRAP)
        for name, each in losses.items()
    }
    for root, square in (("rmse", "mse"), ("rmsle", "msle")):
        if square in losses:
            found[root] = Measure(root_mean(losses[square]), Rule.BOOTSTRAP)
    error = predicted - truth
    found["bias"] = Measure(sums.mean(error), Rule.BOOTSTRAP)
    found["median_ae"] = Measure(Median(np.abs(error)), Rule.ORDER)
    found["r2"] = Measure(sums.explained(truth, predicted), Rule.BOOTSTRAP)
    if cost is not None and cost.per_unit:
        money = losses["mae"] * float(cost.per_unit)
        found["cost"] = Measure(sums.mean(money), Rule.BOOTSTRAP)
    return found


def root_mean(squares: Floats) -> OfSums:
    """Return the root of the mean of squares."""
    inner = sums.mean(squares)
    of_squares = inner.function  # not `inner`: the rows need not outlive the figure

    def of(totals: Floats) -> Floats:
        return np.asarray(np.sqrt(np.maximum(of_squares(totals), 0)))

    return OfSums(inner.columns, of, inner.rests_on, sums.Scale.LOG)


def in_order(found: Mapping[str, Measure], names: tuple[str, ...]) -> dict[str, Measure]:
    """Return measures in the order of names, those with another name last."""
    first = {name: found[name] for name in names if name in found}
    return first | {name: it for name, it in found.items() if name not in first}


def class_places(outcomes: Outcomes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return truth and prediction as places of classes, (n,); k: some other."""
    return outcomes.truth.astype(np.int64), outcomes.predicted.astype(np.int64)
