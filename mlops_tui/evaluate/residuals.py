"""What predicted numbers are off by: how it is spread, and where in the range of predictions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.estimating import quantile
from mlops_tui.evaluate.figures import Floats

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
_PARTS = 10
_LEAST_ROWS = 20
"""Of a tenth; with fewer rows there are fewer parts."""


@dataclass(frozen=True)
class Tenth:
    """Rows of neighbouring predictions."""

    low: float
    high: float
    """The least and the greatest prediction."""
    n: int
    predicted: float
    true: float
    """Means."""
    error: float
    """Predicted less true, the mean."""
    error_low: float
    error_high: float
    """95 % bounds (Student's t)."""
    mae: float


@dataclass(frozen=True)
class Residuals:
    """Errors are predictions less truth."""

    quantiles: tuple[tuple[float, float], ...]
    """(share, error)."""
    mean: float
    sd: float
    by_prediction: tuple[Tenth, ...]
    n: int


def residuals_of(truth: Floats, predicted: Floats) -> Residuals | None:
    """Return how numbers are off; None without rows."""
    n = len(truth)
    if not n:
        return None
    errors = predicted - truth
    spread = np.quantile(errors, QUANTILES)
    order = np.argsort(predicted, kind="stable")
    parts = max(1, min(_PARTS, n // _LEAST_ROWS))
    tenths = tuple(_tenth(truth, predicted, rows) for rows in np.array_split(order, parts))
    return Residuals(
        tuple(zip(QUANTILES, map(float, spread), strict=True)),
        float(errors.mean()),
        float(errors.std(ddof=1)) if n > 1 else math.nan,
        tenths,
        n,
    )


def _tenth(truth: Floats, predicted: Floats, rows: NDArray[np.int64]) -> Tenth:
    said, true = predicted[rows], truth[rows]
    errors, n = said - true, len(rows)
    half = math.nan
    if n > 1:
        half = quantile(n) * float(errors.std(ddof=1)) / math.sqrt(n)
    mean = float(errors.mean())
    return Tenth(
        *(float(said[0]), float(said[-1]), n, float(said.mean()), float(true.mean())),
        *(mean, mean - half, mean + half, float(np.abs(errors).mean())),
    )
