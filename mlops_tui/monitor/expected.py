"""What to expect of a metric where the truth is not known: CBPE for classes, DLE for numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate import metrics
from mlops_tui.evaluate.calibration import Calibrator, calibrator_for
from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.evaluate.figures import Floats, Statistic, standard_error
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.monitor import losses
from mlops_tui.monitor.multivariate import encode

_REFITS = 16
_MOST_REFITTED = 10_000
"""Rows of reference and batch by which the doubt in a calibration is told."""
_LABEL_DRAWS = 4
_SEED = 23


@dataclass(frozen=True)
class Expectation:
    """Metrics as they are to be expected, and how far off they may be."""

    reference: Mapping[str, Statistic]
    current: Mapping[str, Statistic]
    errors: Mapping[str, float]
    """The standard error of the metric that the batch's own truth would show, by chance of rows
    and labels."""
    doubts: Mapping[str, float]
    """The standard error of what was learned from the reference."""
    is_calibrated: bool = False
    probabilities: Floats | None = None
    """(n, k) of the batch."""
    cells: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """The share of the reference's rows in each cell of the confusion matrix, as expected there."""
    cell_doubts: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """As `doubts`, of the share of rows in each cell of the confusion matrix."""


def expect(
    reference: Outcomes, batch: Outcomes, features: tuple[Floats, Floats] | None
) -> tuple[Expectation | None, str]:
    """Return what to expect of the batch, or None and why not.

    Args:
        reference: rows with predictions and truth.
        batch: rows with predictions; their truth is not looked at.
        features: the same rows encoded for trees, (rows, columns); for a regression only.
    """
    if not len(batch):
        return None, "no row of the batch has a prediction"
    if reference.problem is ProblemKind.REGRESSION:
        return _of_numbers(reference, batch, features)
    if not reference.scores.shape[1]:
        return None, "without a column of scores nothing can be estimated: name it (score)"
    return _of_classes(reference, batch), ""


def encoded(before: Mapping[str, Column], after: Mapping[str, Column]) -> tuple[Floats, Floats]:
    """Return the columns that both have, for trees: (rows, columns) of each."""
    kinds = (Kind.NUMERIC, Kind.CATEGORY, Kind.BOOLEAN)
    names = [
        name
        for name, column in before.items()
        if name in after and column.kind in kinds and column.count
    ]
    if not names:
        sides = (before, after)
        empty = [np.empty((max((it.rows for it in side.values()), default=0), 0)) for side in sides]
        return empty[0], empty[1]
    return encode(before, before, names), encode(before, after, names)


def _of_classes(reference: Outcomes, batch: Outcomes) -> Expectation:
    """Estimate by calibrated probabilities (CBPE): each row is right as often as they say."""
    truth = metrics.one_hot(reference.truth.astype(np.int64), len(reference.classes))
    calibrator = calibrator_for(reference.scores, truth)
    likely = metrics.judged(reference, calibrator.probabilities(reference.scores))
    usual = metrics.of_classes(likely)
    before = metrics.confusion(likely) / len(reference)
    probabilities = calibrator.probabilities(batch.scores)
    now = metrics.of_classes(metrics.judged(batch, probabilities))
    doubts, cells = _refitted(calibrator, reference, batch, truth)
    errors = _errors_by_labels(batch, probabilities)
    facts = (calibrator.is_needed, probabilities, before, cells)
    return Expectation(usual, now, errors, doubts, *facts)


def _errors_by_labels(batch: Outcomes, probabilities: Floats) -> dict[str, float]:
    """Return standard errors of metrics once labels are drawn by their probabilities."""
    draw = np.random.default_rng(_SEED)
    sums = np.cumsum(probabilities, axis=1)
    found: dict[str, list[float]] = {}
    for _ in range(_LABEL_DRAWS):
        places = (draw.random((len(batch), 1)) * sums[:, -1:] > sums).sum(axis=1)
        truth = metrics.one_hot(np.minimum(places, probabilities.shape[1] - 1), sums.shape[1])
        for name, statistic in metrics.of_classes(metrics.judged(batch, truth)).items():
            found.setdefault(name, []).append(standard_error(statistic))
    return {name: _root_mean_square(errors) for name, errors in found.items()}


def _root_mean_square(values: list[float]) -> float:
    kept = [value for value in values if not math.isnan(value)]
    return math.sqrt(sum(value**2 for value in kept) / len(kept)) if kept else math.nan


def _refitted(
    calibrator: Calibrator, reference: Outcomes, batch: Outcomes, truth: Floats
) -> tuple[dict[str, float], Floats]:
    """Return how much estimates vary with the rows that the reference happens to have.

    Calibrators are fitted to redrawn references. Scores taken as they are are off by as much as the
    reference says, which varies too.
    """
    draw = np.random.default_rng(_SEED)
    rows = min(len(reference), _MOST_REFITTED)
    some = batch.take(_some(len(batch), draw))
    values: dict[str, list[float]] = {}
    cells = []
    for _ in range(_REFITS):
        drawn = draw.integers(0, len(reference), rows)
        again = reference.take(drawn)
        if calibrator.is_needed:
            refitted = calibrator.refitted(again.scores, truth[drawn])
            now = metrics.judged(some, refitted.probabilities(some.scores))
            found = {name: it.value for name, it in metrics.of_classes(now).items()}
            cells.append(metrics.confusion(now) / max(len(some), 1))
        else:
            found, gap = _gap(again, truth[drawn])
            cells.append(gap)
        for name, value in found.items():
            values.setdefault(name, []).append(value)
    scale = math.sqrt(rows / len(reference))
    doubts = {name: _spread(it) * scale for name, it in values.items()}
    return doubts, np.std(cells, axis=0, ddof=1) * scale


def _gap(rows: Outcomes, truth: Floats) -> tuple[dict[str, float], Floats]:
    """Return by how much measure and estimate differ over these rows."""
    real, guessed = metrics.judged(rows, truth), metrics.judged(rows, rows.scores)
    known, estimated = metrics.of_classes(real), metrics.of_classes(guessed)
    gaps = {name: known[name].value - estimated[name].value for name in known}
    return gaps, (metrics.confusion(real) - metrics.confusion(guessed)) / len(rows)


def _some(count: int, draw: np.random.Generator) -> NDArray[np.int64]:
    if count <= _MOST_REFITTED:
        return np.arange(count)
    return np.sort(draw.choice(count, _MOST_REFITTED, replace=False))


def _spread(values: list[float]) -> float:
    kept = np.array([value for value in values if not math.isnan(value)])
    return float(kept.std(ddof=1)) if len(kept) > 1 else 0.0


def _of_numbers(
    reference: Outcomes, batch: Outcomes, features: tuple[Floats, Floats] | None
) -> tuple[Expectation | None, str]:
    """Estimate by foretold losses (DLE)."""
    sides = [reference.predicted[:, None], batch.predicted[:, None]]
    if features is not None:
        sides = [np.column_stack(both) for both in zip(features, sides, strict=True)]
    foretold = losses.foretell(
        metrics.row_losses(reference.truth, reference.predicted), sides[0], sides[1]
    )
    usual, now = metrics.of_losses(foretold.reference), metrics.of_losses(foretold.current)
    errors = {name: foretold.error(name, it.value) for name, it in now.items()}
    doubts = {name: foretold.doubt(name, it.value) for name, it in now.items()}
    return Expectation(usual, now, errors, doubts), ""
