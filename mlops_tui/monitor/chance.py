"""How much worse than usual a metric is in a batch by chance alone, at the batch's own size."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.figures import Floats, Ratio, Statistic
from mlops_tui.evaluate.metrics import RATES, worsening

RESAMPLES = 2_000
_SLOW_RESAMPLES = 600
"""Of figures that have to be computed anew for every batch, as areas are."""
_MANY = 60.0
"""A figure over so many rows is normal, and its influence says its spread."""
_MOST_DRAWN = 5_000
_MOST_OF_ONE = 0.2
"""Of a variance, that a single row may account for."""
_SEED = 17


@dataclass(frozen=True)
class Chance:
    """What a metric loses in batches in which nothing has changed."""

    draws: Floats
    """Ascending."""

    @property
    def q99(self) -> float:
        """What only one batch of a hundred loses."""
        return float(np.quantile(self.draws, 0.99))

    def p_value(self, loss: float) -> float:
        """Return how often a batch loses so much or more; at least 1 / (draws + 1)."""
        beyond = len(self.draws) - int(np.searchsorted(self.draws, loss, side="left"))
        return (1 + beyond) / (1 + len(self.draws))


def worsening_by_chance(
    metric: str,
    usual: Statistic,
    n: int,
    doubt: float = 0.0,
    order: NDArray[np.int64] | None = None,
) -> Chance | None:
    """Return how much worse than over the whole reference a metric is in n of its rows.

    Rows are redrawn from the reference; where the figure rests on 60 of n rows or more, spread and
    skew of its influence say it instead (Cornish and Fisher 1938). With `order`, the spread is that
    of blocks of neighbouring rows where these vary more.

    Args:
        metric: its name.
        usual: its figure over the reference.
        n: rows of the batch.
        doubt: the standard error of what the reference says itself, in the metric's unit.
        order: the places of the reference's rows by time.

    Returns:
        None where the figure is not defined, or where so few rows decide it that neither it nor its
        spread is known: a mean percentage where some truths are next to 0.
    """
    rows = usual.influence
    whole = usual.value
    if math.isnan(whole) or n < 1 or len(rows) < 2:
        return None
    if metric not in RATES and _is_decided_by_few(rows):
        return None
    draw = np.random.default_rng(_SEED)
    if usual.support * n / len(rows) >= _MANY or n > _MOST_DRAWN:
        draws = _by_influence(rows, n, draw) * (-1 if metric in RATES else 1)
    else:
        draws = _redrawn(metric, usual, n, draw)
    if not len(draws):
        return None
    if order is not None:
        draws = draws * block_factor(rows, order, n)
    if not math.isnan(doubt) and doubt > 0:
        draws = draws + doubt * draw.standard_normal(len(draws))
    return Chance(np.sort(draws))


def _is_decided_by_few(influence: Floats) -> bool:
    squares = influence**2
    return float(squares.max()) > _MOST_OF_ONE * float(squares.sum())


def _by_influence(influence: Floats, n: int, draw: np.random.Generator) -> Floats:
    spread = float(influence.std())
    if spread <= 0:
        return np.zeros(RESAMPLES)
    skew = float((influence**3).mean()) / spread**3 / math.sqrt(n)
    normal = draw.standard_normal(RESAMPLES)
    return (normal + (normal**2 - 1) * skew / 6) * spread / math.sqrt(n)


def _redrawn(metric: str, usual: Statistic, n: int, draw: np.random.Generator) -> Floats:
    count = len(usual.influence)
    whole = usual.value
    if isinstance(usual, Ratio) and usual.top.shape[1] == 1:
        values = _ratios(usual, n, count, draw)
    else:
        taken = (usual.take(draw.integers(0, count, n)).value for _ in range(_SLOW_RESAMPLES))
        values = np.fromiter(taken, dtype=np.float64, count=_SLOW_RESAMPLES)
    kept = values[~np.isnan(values)]
    return np.array([worsening(metric, whole, value) for value in kept])


def _ratios(usual: Ratio, n: int, count: int, draw: np.random.Generator) -> Floats:
    """Return a ratio over many batches at once, in pieces of bounded size."""
    top, bottom = usual.top[:, 0], usual.bottom[:, 0]
    size = max(1, 2_000_000 // n)
    values = []
    for start in range(0, RESAMPLES, size):
        rows = draw.integers(0, count, (min(size, RESAMPLES - start), n))
        bottoms = bottom[rows].sum(axis=1)
        tops = top[rows].sum(axis=1)
        nan = np.full(len(tops), np.nan)
        values.append(np.divide(tops, bottoms, out=nan, where=bottoms > 1e-9))
    return np.concatenate(values)


def block_factor(influence: Floats, order: NDArray[np.int64], n: int) -> float:
    """Return how much wider means of blocks of neighbouring rows are than those of any; >= 1."""
    in_order = influence[order]
    length = max(min(n, len(in_order) // 10), 1)
    blocks = in_order[: len(in_order) // length * length].reshape(-1, length).mean(axis=1)
    spread = float(in_order.std()) / math.sqrt(length)
    if len(blocks) < 3 or spread <= 0:
        return 1.0
    # few blocks know the spread badly: allow for it to be one and a half errors larger
    doubt = 1 + 1.4 / math.sqrt(2 * len(blocks))
    return max(1.0, doubt * float(blocks.std(ddof=1)) / spread)
