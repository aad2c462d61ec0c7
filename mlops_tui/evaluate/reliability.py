"""Whether scores are probabilities: reliability, its error beside chance, and Brier's parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.figures import Floats, rate_bounds

_BINS = 10
_LEAST_ROWS = 20
"""Of a bin; with fewer rows there are fewer bins."""
_CELLS = 1_000
"""Rows are simulated by so many groups of neighbouring scores; up to so many, one by one."""
_SIMULATIONS = 1_000


@dataclass(frozen=True)
class Bin:
    """Rows of neighbouring scores."""

    low: float
    high: float
    """The least and the greatest score."""
    n: int
    said: float
    """The mean score."""
    true: float
    """The share that came true."""
    true_low: float
    true_high: float
    """95 % bounds (Wilson)."""


@dataclass(frozen=True)
class Reliability:
    """How scores compare with what came true."""

    of: str
    """`positive`: the score of the positive class; `top`: of several, that of the predicted one."""
    bins: tuple[Bin, ...]
    """Of as many rows each, equal scores in one."""
    ece: float
    """The expected calibration error over the bins, 0 to 1."""
    null_mean: float
    """What it would be of perfect probabilities, on average: never 0, the less rows the more."""
    null_high: float
    """Above this it is once in twenty times."""
    p_value: float
    """How often it would be as large as it is."""
    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    """Brier = reliability - resolution + uncertainty + within; the last what bins hide
    (Stephenson, Coelho and Jolliffe 2008)."""
    bias: float
    """Mean score less the share that came true."""
    n: int

    @property
    def verdict(self) -> str:
        """`poor` where perfect probabilities would hardly do as badly, else `no sign`."""
        return "poor" if self.p_value < 0.05 else "no sign"


def reliability_of(
    scores: Floats, came_true: NDArray[np.bool_], of: str, seed: int = 0
) -> Reliability | None:
    """Return how probabilities, (n,), compare with what came true; None of hardly any rows."""
    n = len(scores)
    if n < _LEAST_ROWS:
        return None
    order = np.argsort(scores, kind="stable")
    said, true = scores[order], came_true[order].astype(np.float64)
    starts = _starts(said)
    counts = np.diff(np.r_[starts, n])
    means, rates = (np.add.reduceat(it, starts) / counts for it in (said, true))
    ece = float((counts * np.abs(means - rates)).sum() / n)
    null = null_errors(said, starts, np.random.default_rng(seed))
    base = float(true.mean())
    brier = float(((said - true) ** 2).mean())
    reliability = float((counts * (means - rates) ** 2).sum() / n)
    resolution = float((counts * (rates - base) ** 2).sum() / n)
    uncertainty = base * (1 - base)
    ends = np.r_[starts[1:], n] - 1
    bins = tuple(
        Bin(float(said[a]), float(said[b]), int(c), float(m), float(r), *_wilson(float(r), int(c)))
        for a, b, c, m, r in zip(starts, ends, counts, means, rates, strict=True)
    )
    return Reliability(
        of=of,
        bins=bins,
        ece=ece,
        null_mean=float(null.mean()),
        null_high=float(np.quantile(null, 0.95)),
        p_value=float((1 + (null >= ece).sum()) / (1 + len(null))),
        brier=brier,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=brier - (reliability - resolution + uncertainty),
        bias=float(said.mean() - base),
        n=n,
    )


def _starts(said: Floats) -> NDArray[np.int64]:
    """Return where bins begin; equal scores are never parted."""
    n = len(said)
    bins = max(1, min(_BINS, n // _LEAST_ROWS))
    wanted = np.linspace(0, n, bins + 1)[1:-1].astype(np.int64)
    return np.unique([0, *np.searchsorted(said, said[wanted], "left")])


def _wilson(share: float, n: int) -> tuple[float, float]:
    return rate_bounds(share, float(np.sqrt(share * (1 - share) / n)), n)


def null_errors(said: Floats, starts: NDArray[np.int64], draw: np.random.Generator) -> Floats:
    """Return calibration errors of ascending scores that are true probabilities, (simulations,)."""
    n = len(said)
    step = max(1, -(-n // _CELLS))
    cells = np.unique([*np.arange(0, n, step), *starts])
    sizes = np.diff(np.r_[cells, n])
    likely = np.clip(np.add.reduceat(said, cells) / sizes, 0, 1)
    drawn = draw.binomial(sizes, likely, (_SIMULATIONS, len(cells)))
    gaps = drawn - sizes * likely
    each = np.add.reduceat(gaps, np.searchsorted(cells, starts), axis=1)
    return np.asarray(np.abs(each).sum(axis=1) / n)
