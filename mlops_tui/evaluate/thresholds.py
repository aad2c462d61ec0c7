"""What every threshold of a score would have meant: right and wrong decisions, and their cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.project import Cost
from mlops_tui.evaluate import sums
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.figures import Floats

MOST_POINTS = 200
_MOST_BY_UNIT = 60
"""Where rows are drawn by unit, every unit has a count for each of them."""


@dataclass(frozen=True)
class Point:
    """What came of one threshold: positive is what has it or more."""

    threshold: float
    tp: int
    fp: int
    fn: int
    tn: int
    cost: float | None
    """A row; None where no cost is known."""
    low: float | None
    high: float | None
    """95 % bounds of the cost."""


@dataclass(frozen=True)
class Cheapest:
    """The threshold that costs least on these rows."""

    threshold: float
    low: float
    high: float
    """Between these the threshold lay in 95 % of samples drawn from the rows."""
    cost: float
    """A row, on the very rows that it was chosen by."""
    optimism: float
    """About so much more it will cost on other rows, since it was chosen by these (Efron 1983)."""
    ideal: float
    """The cheapest threshold of scores that are true probabilities."""
    saving: float
    saving_low: float
    saving_high: float
    """Against the decisions that were made, a row; less than 0: more expensive."""
    n: int


@dataclass(frozen=True)
class Sweep:
    """All thresholds, ascending."""

    points: tuple[Point, ...]
    cheapest: Cheapest | None
    """None where no cost is known."""


def sweep(
    scores: Floats,
    truth: NDArray[np.bool_],
    said: NDArray[np.bool_],
    cost: Cost | None = None,
    units: Units | None = None,
    seed: int = 0,
) -> Sweep | None:
    """Return what thresholds of the positive class's score, (n,), mean; None for one class only."""
    if not len(scores) or truth.all() or not truth.any():
        return None
    edges = _candidates(scores, MOST_POINTS if units is None else _MOST_BY_UNIT)
    bins = np.searchsorted(edges, scores, "right")
    k = len(edges) + 1
    wrong_now = np.where(truth & ~said, 1, np.where(~truth & said, 2, 0))
    cells = (bins * 2 + truth) * 3 + wrong_now
    counts = np.bincount(cells, minlength=6 * k).astype(np.float64)
    amounts = _amounts(cost)
    if amounts is None:
        plain = _costs(counts, k, (0.0, 0.0))[0]
        return Sweep(tuple(_point(edges, at, plain, None) for at in range(len(edges))), None)
    samples = _samples(counts, cells, units, seed)
    decided, costs, _ = _costs(counts, k, amounts)
    _, sampled, now = _costs(samples, k, amounts)
    bounds = np.quantile(sampled, [0.025, 0.975], axis=0)
    points = tuple(
        _point(edges, at, decided, (costs[at], bounds[0, at], bounds[1, at]))
        for at in range(len(edges))
    )
    return Sweep(points, _cheapest(edges, counts, (costs, sampled, now), amounts, k))


def _amounts(cost: Cost | None) -> tuple[float, float] | None:
    """Return what a false negative and a false positive cost."""
    if cost is None or not (cost.false_negative or cost.false_positive):
        return None
    return float(cost.false_negative or 0), float(cost.false_positive or 0)


def _candidates(scores: Floats, most: int) -> Floats:
    """Return thresholds to try, ascending; at the last one nothing is positive."""
    distinct = np.unique(scores)
    if len(distinct) > most:
        distinct = np.unique(np.quantile(scores, np.linspace(0, 1, most), method="nearest"))
    half = [0.5] if distinct[0] < 0.5 < distinct[-1] else []
    return np.unique([*distinct, *half, np.nextafter(distinct[-1], np.inf)])


def _samples(counts: Floats, cells: NDArray[np.int64], units: Units | None, seed: int) -> Floats:
    """Return counts of cells in samples drawn with replacement, (replicates, cells)."""
    n = int(counts.sum())
    if units is None:
        draw = np.random.default_rng(seed)
        return draw.multinomial(n, counts / n, sums.REPLICATES).astype(np.float64)
    used = np.flatnonzero(counts)
    place = np.zeros(len(counts), dtype=np.int64)
    place[used] = np.arange(len(used))
    flat = units.codes * len(used) + place[cells]
    table = np.bincount(flat, minlength=units.count * len(used)).reshape(units.count, -1)
    (drawn,) = sums.resampled([sums.Block(table.astype(np.float32))], units.count, seed=seed)
    samples = np.zeros((len(drawn), len(counts)))
    samples[:, used] = drawn
    return samples


def _costs(counts: Floats, k: int, amounts: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """Return decisions, cost a row at each threshold, and cost a row of what was decided.

    Args:
        counts: (..., 6 k) rows by bin, truth and mistake made.
        k: bins, one more than thresholds.
        amounts: what a false negative and a false positive cost.

    Returns:
        (..., k - 1, 4) tp, fp, fn, tn; (..., k - 1); (...).
    """
    cells = counts.reshape(*counts.shape[:-1], k, 2, 3)
    by_bin = cells.sum(axis=-1)
    below = np.cumsum(by_bin, axis=-2)[..., :-1, :]
    total = by_bin.sum(axis=-2)[..., None, :]
    above = total - below
    n = total.sum(axis=-1)
    cost = (amounts[0] * below[..., 1] + amounts[1] * above[..., 0]) / n
    made = cells.sum(axis=(-3, -2))
    now = (amounts[0] * made[..., 1] + amounts[1] * made[..., 2]) / n[..., 0]
    decided = np.stack([above[..., 1], above[..., 0], below[..., 1], below[..., 0]], axis=-1)
    return decided, cost, now


def _point(
    edges: Floats, at: int, decided: Floats, cost: tuple[float, float, float] | None
) -> Point:
    tp, fp, fn, tn = (int(it) for it in decided[at])
    value, low, high = (None, None, None) if cost is None else map(float, cost)
    return Point(float(edges[at]), tp, fp, fn, tn, value, low, high)


def _cheapest(
    edges: Floats,
    counts: Floats,
    found: tuple[Floats, Floats, Floats],
    amounts: tuple[float, float],
    k: int,
) -> Cheapest:
    costs, sampled, now = found
    best = int(costs.argmin())
    places = sampled.argmin(axis=1)
    low, high = np.quantile(edges[places], [0.025, 0.975], method="nearest")
    least = sampled[np.arange(len(places)), places]
    made = float(_costs(counts, k, amounts)[2])
    saved = np.quantile(now - sampled[:, best], [0.025, 0.975])
    return Cheapest(
        threshold=float(edges[best]),
        low=float(low),
        high=float(high),
        cost=float(costs[best]),
        optimism=float((costs[places] - least).mean()),
        ideal=amounts[1] / (amounts[0] + amounts[1]),
        saving=made - float(costs[best]),
        saving_low=float(saved[0]),
        saving_high=float(saved[1]),
        n=int(counts.sum()),
    )
