"""Scores into probabilities, learned from a reference whose truth is known (isotonic regression).

Whether that is needed is decided as NannyML 0.13 does it: where it lessens the expected calibration
error (ten bins of as many rows) on ten held-out tenths of the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SPLITS = 10
_BINS = 10
_SEED = 42
_PERFECT = 0.999
"""An area above which there is hardly an error to calibrate by."""


@dataclass(frozen=True)
class Calibrator:
    """Makes probabilities of the scores of k classes."""

    curves: tuple[Any, ...]
    """A fitted isotonic regression for each class that needs one, else None; one for two classes:
    that of the last."""

    @property
    def is_needed(self) -> bool:
        """Say whether any class needed it."""
        return any(curve is not None for curve in self.curves)

    def probabilities(self, scores: Floats) -> Floats:
        """Return probabilities of the classes, (n, k), from scores, (n, k)."""
        if len(self.curves) == 1:
            positive = _applied(self.curves[0], scores[:, 1])
            return np.column_stack([1 - positive, positive])
        each = np.column_stack(
            [_applied(curve, scores[:, at]) for at, curve in enumerate(self.curves)]
        )
        total = each.sum(axis=1, keepdims=True)
        even = np.full_like(each, 1 / each.shape[1])
        return np.asarray(np.divide(each, total, out=even, where=total > 0))

    def refitted(self, scores: Floats, truth: Floats) -> Calibrator:
        """Return the same learned from other rows."""
        places = [1] if len(self.curves) == 1 else range(len(self.curves))
        return Calibrator(
            tuple(
                None if curve is None else _fitted(scores[:, at], truth[:, at])
                for at, curve in zip(places, self.curves, strict=True)
            )
        )


def calibrator_for(scores: Floats, truth: Floats) -> Calibrator:
    """Return what makes probabilities of scores.

    Args:
        scores: (n, k), of the reference, without NaN.
        truth: (n, k), 1 for the true class.
    """
    places = [1] if scores.shape[1] == 2 else range(scores.shape[1])
    return Calibrator(tuple(_curve(scores[:, at], truth[:, at]) for at in places))


def _curve(scores: Floats, truth: Floats) -> Any:
    is_needed = needs_calibration(scores, truth)
    return _fitted(scores, truth) if is_needed else None


def _applied(curve: Any, scores: Floats) -> Floats:
    return scores if curve is None else np.asarray(curve.predict(scores), dtype=np.float64)


def _fitted(scores: Floats, truth: Floats) -> Any:
    from sklearn.isotonic import IsotonicRegression

    return IsotonicRegression(out_of_bounds="clip", increasing=True).fit(scores, truth)


def needs_calibration(scores: Floats, truth: Floats) -> bool:
    """Say whether scores of one class are better probabilities once calibrated.

    Scores that are no probabilities always need it; those of one class only never can.
    """
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedShuffleSplit

    counts = np.bincount(truth.astype(np.int64), minlength=2)
    if scores.min() < 0 or scores.max() > 1:
        return True
    if counts.min() < 2 or len(truth) < 4 * _BINS or roc_auc_score(truth, scores) > _PERFECT:
        return False
    splits = StratifiedShuffleSplit(n_splits=_SPLITS, test_size=0.1, random_state=_SEED)
    held: list[Sequence[Floats]] = []
    for train, test in splits.split(scores, truth):
        curve = _fitted(scores[train], truth[train])
        held.append((truth[test], scores[test], _applied(curve, scores[test])))
    true, plain, calibrated = (np.concatenate(column) for column in zip(*held, strict=True))
    return calibration_error(true, plain) > calibration_error(true, calibrated)


def calibration_error(truth: Floats, probabilities: Floats) -> float:
    """Return the expected calibration error over ten bins of as many rows, in order."""
    order = probabilities.argsort()
    truth, probabilities = truth[order], probabilities[order]
    bins = min(_BINS, max(len(truth) // 2, 1))
    edges = np.arange(0, len(truth) + 1, len(truth) // bins)
    edges[-1] = len(truth)
    gaps = np.add.reduceat(truth - probabilities, edges[:-1])
    return float(np.abs(gaps).sum() / len(truth))
