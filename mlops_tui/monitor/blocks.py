"""Chance where rows follow each other in time: contiguous blocks of the reference as batches.

Rows close in time resemble each other, so a batch of n rows in a row varies more than n rows drawn
at random. How much more is read from blocks of the batch's own length, each against all rows
outside of it. A reference has few blocks, too few to tell how rare a rare score is: the blocks say
where the null lies and how wide it is, and redrawn rows which shape it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_tui.monitor import nulls, scores
from mlops_tui.monitor.nulls import Floats, Null, NullCache

LEAST_BLOCKS = 10
"""A batch longer than a tenth of the reference is judged by shorter blocks, scaled to its size."""
LEAST_LENGTH = 10
_MOST_STARTS = 400
_MOST_STARTS_LONG = 100
_LONG = 2_000
_DOUBT = 0.6
"""The mean of L blocks' scores is known to within about 0.4 of itself over the root of L, and their
sd to within 0.7; the null is made wider by this over the root of L."""


@dataclass(frozen=True)
class BlockNull:
    """The null of a batch in time order."""

    null: Null
    """That of redrawn rows, widened as the blocks vary more than these."""
    highest: float
    """The 99 % quantile of the blocks' own scores, at the batch's size: to be beaten as well."""
    length: int
    """Rows of a block."""
    widening: float
    """How many times as wide as that of rows drawn at random; 1 or more."""


def of_numbers(in_order: Floats, n: int, method: str, redrawn: Null, cache: NullCache) -> BlockNull:
    """Return the null of a score of numbers in time order.

    Args:
        in_order: the reference's finite values by time.
        n: rows of the batch that have a value.
        method: a key of `scores.OF_NUMBERS` or `scores.OF_SHARES`.
        redrawn: the null of rows drawn at random, at this size.
        cache: where the blocks' scores are looked up and kept.
    """
    ascending = np.sort(in_order)
    if method in scores.OF_SHARES:
        edges = scores.bin_edges(ascending)
        return of_cells(
            np.searchsorted(edges, in_order, "left"), len(edges) + 1, n, method, redrawn, cache
        )
    cells = nulls.cell_shares(nulls.near_size(len(ascending)))
    values = np.unique(nulls.cell_values(ascending, cells))
    places = np.minimum(np.searchsorted(values, in_order, "left"), len(values) - 1)
    widths = np.diff(values) / scores.spread(ascending)

    def score(rest: Floats, block: Floats) -> Floats:
        below = np.cumsum(scores.shares(rest) - scores.shares(block), axis=1)[:, :-1]
        if not below.shape[1]:
            return np.zeros(len(below))
        apart = np.abs(below)
        found = apart @ widths if method == "wasserstein" else apart.max(axis=1)
        return np.asarray(found, dtype=np.float64)

    return _of_places(places, len(values), n, (method, score), redrawn, cache)


def of_cells(
    in_order: NDArray[np.int64], k: int, n: int, method: str, redrawn: Null, cache: NullCache
) -> BlockNull:
    """Return the null of a score of categories, given as places below `k` in time order."""
    return _of_places(in_order, k, n, (method, scores.OF_SHARES[method]), redrawn, cache)


def _of_places(
    in_order: NDArray[np.int64],
    k: int,
    n: int,
    method: tuple[str, Callable[[Floats, Floats], Floats]],
    redrawn: Null,
    cache: NullCache,
) -> BlockNull:
    name, score = method
    rows = len(in_order)
    length = max(min(n, rows // LEAST_BLOCKS), LEAST_LENGTH)
    growth = nulls.size_scale(n, rows) / nulls.size_scale(length, max(rows - length, 1))
    if name in scores.GROWS_WITH_SQUARE:
        growth **= 2
    if rows < 2 * length:
        return BlockNull(redrawn, redrawn.q99, length, 1.0)
    key = f"{nulls.digest(in_order.astype(np.float64))}:{name}:blocks:{length}:{k}"
    found = cache.get(key, lambda: _block_scores(in_order, k, length, score))
    blocks = found.scaled(growth)
    null, widening = _widened(redrawn, blocks, math.sqrt(rows / length))
    return BlockNull(null, blocks.q99, length, widening)


def _widened(redrawn: Null, found: Null, root_of_blocks: float) -> tuple[Null, float]:
    """Return the null of redrawn rows with mean and sd of the blocks' scores, where larger.

    Both moments count: slow waves leave few independent directions in which a batch may differ, and
    scores vary more about their mean the fewer those are.
    """
    mean, sd = redrawn.mean, float(redrawn.sample.std())
    if mean <= 0 or sd <= 0:
        return redrawn, 1.0
    doubt = 1 + _DOUBT / root_of_blocks
    higher = max(1.0, found.mean / mean) * doubt
    wider = max(higher, doubt * float(found.sample.std()) / sd)
    return Null(mean * higher + (redrawn.sample - mean) * wider), wider


def _block_scores(
    in_order: NDArray[np.int64], k: int, length: int, score: Callable[[Floats, Floats], Floats]
) -> Floats:
    rows = len(in_order)
    most = _MOST_STARTS if length <= _LONG else _MOST_STARTS_LONG
    starts = np.unique(np.linspace(0, rows - length, most).astype(np.int64))
    places = np.ascontiguousarray(in_order, dtype=np.intp)
    inside = np.stack([np.bincount(places[at : at + length], minlength=k) for at in starts])
    all_rows = np.bincount(places, minlength=k)
    return score((all_rows - inside).astype(np.float64), inside.astype(np.float64))
