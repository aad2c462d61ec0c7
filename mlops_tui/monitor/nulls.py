"""What chance alone gives: scores of n and N rows, both redrawn from the reference.

Not a permutation of reference and batch: a null depends on the reference and on the two sizes only,
so it is computed once for a column, method and size, and kept in a `NullCache`.

Rows are never drawn one by one. A resample of n rows of a sorted column is a draw of how many fall
between fixed ranks: one multinomial draw over some hundred cells of known share, the same for every
column of that size, whatever its values. Columns differ in the distance between the cells alone.
"""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mlops_tui.monitor import scores

Floats = NDArray[np.float64]

RESAMPLES = 5_000
"""Enough for a single drifted column among twenty to pass the correction at 5 % (0.0025)."""
EXACT_SIZE = 1_000
"""Nulls of fewer rows are drawn at that very size; of more at a size near it, and then scaled."""
CELLS = 512
MOST_NULLS = 1_000
_SEED = 20_040_611
_FORMAT = 1


@dataclass(frozen=True)
class Null:
    """Scores that chance gave, ascending, at one pair of sizes."""

    sample: Floats
    """(resamples,), ascending."""

    @property
    def q99(self) -> float:
        """The score that chance passes once in a hundred times."""
        return float(np.quantile(self.sample, 0.99))

    @property
    def mean(self) -> float:
        """The score that chance gives on average."""
        return float(self.sample.mean())

    def scaled(self, factor: float) -> Null:
        """Return the null of scores that are larger by a factor."""
        return Null(self.sample * factor)

    def p_value(self, score: float) -> float:
        """Return how often chance gives a score as high, in (0, 1].

        (1 + those as high) / (1 + all), as in North et al. 2002. Where fewer than fifty are as
        high, a count of them is too rough for the correction over many columns: the tail is a
        generalised Pareto distribution fitted to the highest twentieth (Knijnenburg et al. 2009),
        and the result at least a hundredth of 1 / (1 + all).
        """
        size = len(self.sample)
        as_high = size - int(np.searchsorted(self.sample, score - 1e-12, "left"))
        plain = (1 + as_high) / (1 + size)
        if as_high >= _TRUSTED_COUNT:
            return plain
        tail = self._tail(score)
        return plain if tail is None else max(tail, 0.01 / (1 + size))

    def _tail(self, score: float) -> float | None:
        """Return how often chance gives a score as high, by the fit; None where it has none."""
        size = len(self.sample)
        above = size // _TAIL_SHARE
        if above < _LEAST_TAIL:
            return None
        start = float(self.sample[-above - 1])
        excess = self.sample[-above:] - start
        mean, variance = float(excess.mean()), float(excess.var())
        if mean <= 0 or variance <= 0:
            return None
        # moments; a short tail (shape < 0) would end somewhere and make p zero, so none is allowed
        shape = max(0.0, 0.5 * (1 - mean**2 / variance))
        scale = mean * (1 - shape)
        distance = (score - start) / scale
        survival = math.exp(-distance) if shape < 1e-6 else (1 + shape * distance) ** (-1 / shape)
        return survival * above / size


_TRUSTED_COUNT = 50
_TAIL_SHARE = 20
_LEAST_TAIL = 40


@dataclass
class NullCache:
    """Nulls by what they depend on; give the same one to every comparison with a reference.

    It holds the thousand used last, 20 MB. Not for several threads at once. `to_bytes` is what a
    caller may keep on disk.
    """

    _nulls: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    computed: int = 0
    """How many nulls were not there and had to be computed."""

    def get(self, key: str, compute: Callable[[], Floats]) -> Null:
        """Return the null under a key, from `compute` (any order) where there is none yet."""
        found = self._nulls.pop(key, None)
        if found is None:
            found = np.sort(np.asarray(compute(), dtype=np.float32))
            self.computed += 1
            if len(self._nulls) >= MOST_NULLS:
                del self._nulls[next(iter(self._nulls))]
        self._nulls[key] = found
        return Null(found.astype(np.float64))

    def to_bytes(self) -> bytes:
        """Return all nulls, readable by `from_bytes` of this version."""
        held = io.BytesIO()
        np.savez(held, allow_pickle=False, **{f"v{_FORMAT}": np.array(_FORMAT)}, **self._nulls)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, held: bytes) -> NullCache:
        """Return what `to_bytes` wrote; an empty cache where it is none of this version."""
        try:
            with np.load(io.BytesIO(held), allow_pickle=False) as read:
                if f"v{_FORMAT}" not in read:
                    return cls()
                found = {key: read[key].astype(np.float32) for key in read if ":" in key}
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
            return cls()
        return cls(found)


def size_scale(n: int, rows: int) -> float:
    """Return the root of 1/n + 1/N, with which scores of differences grow."""
    return math.sqrt(1 / n + 1 / rows)


def near_size(n: int) -> int:
    """Return a size at most a factor of root 2 below `n`, and `n` itself below 1,000."""
    if n < EXACT_SIZE:
        return n
    return int(EXACT_SIZE * 2 ** (math.floor(2 * math.log2(n / EXACT_SIZE)) / 2))


def of_numbers(reference: Floats, n: int, method: str, cache: NullCache) -> Null:
    """Return the null of a score of numbers.

    Exact up to 1,000 rows of reference. Above, ranks are drawn in 512 cells that get finer
    towards both ends, and values within a cell count as its median; from 1,000 rows on the null of
    a size near is scaled as the root of 1/n + 1/N.

    Args:
        reference: finite values, ascending, at least two.
        n: rows of the batch that have a value, at least one.
        method: a key of `scores.OF_NUMBERS` or `scores.OF_SHARES`.
        cache: where it is looked up and kept.
    """
    size, rows = near_size(n), near_size(len(reference))
    cells = cell_shares(rows)
    values = cell_values(reference, cells)
    edges = scores.bin_edges(reference) if method in scores.OF_SHARES else np.empty(0)
    if method == "wasserstein":
        values = values / scores.spread(reference)
    key = f"{digest(values, edges)}:{method}:{size}:{rows}:{RESAMPLES}"
    null = cache.get(key, lambda: _scores_of_ranks(values, edges, method, size, rows))
    return null.scaled(_growth(method, n, len(reference), size, rows))


def of_counts(counts: Floats, n: int, method: str, cache: NullCache) -> Null:
    """Return the null of a score of categories.

    Args:
        counts: expected rows of each category in the reference, (k,), not all 0.
        n: rows of the batch that have a value, at least one.
        method: a key of `scores.OF_SHARES`.
        cache: where it is looked up and kept.
    """
    rows = max(1, round(float(counts.sum())))
    size, near = near_size(n), near_size(rows)
    chances = np.sort(counts) / counts.sum()
    key = f"{digest(chances)}:{method}:{size}:{near}:{RESAMPLES}"

    def compute() -> Floats:
        draw = np.random.default_rng(_SEED)
        batch = draw.multinomial(size, chances, size=RESAMPLES)
        again = draw.multinomial(near, chances, size=RESAMPLES)
        return scores.OF_SHARES[method](again.astype(np.float64), batch.astype(np.float64))

    return cache.get(key, compute).scaled(_growth(method, n, rows, size, near))


def of_means(values: Floats, n: int, cache: NullCache) -> Null:
    """Return the null of the difference of the means of n and N rows of these values.

    Args:
        values: any order, finite, at least one; those of the reference.
        n: rows of the batch, at least one.
        cache: where it is looked up and kept.
    """
    size, rows = near_size(n), near_size(len(values))
    ascending = np.sort(values)
    cells = cell_shares(rows)
    at = cell_values(ascending, cells)
    key = f"{digest(at)}:mean:{size}:{rows}:{RESAMPLES}"

    def compute() -> Floats:
        below, below_again = rank_draws(size, rows)
        return np.asarray((below_again - below) @ np.diff(at), dtype=np.float64)

    return cache.get(key, compute).scaled(_growth("mean", n, len(values), size, rows))


def _growth(method: str, n: int, rows: int, near_n: int, near_rows: int) -> float:
    factor = size_scale(n, rows) / size_scale(near_n, near_rows)
    return factor**2 if method in scores.GROWS_WITH_SQUARE else factor


def cell_shares(rows: int) -> Floats:
    """Return the bounds of cells as shares of the rows, from 0 to 1, ascending.

    One row a cell up to 1,000 rows; above, 512 equal cells with the first and the last halved on
    and on until they have one row, since the farthest values move a Wasserstein distance most.
    """
    if rows <= EXACT_SIZE:
        return np.arange(rows + 1) / rows
    even = np.arange(1, CELLS) / CELLS
    halves = 0.5 ** np.arange(math.log2(CELLS) + 1, math.floor(math.log2(rows)) + 1)
    return np.concatenate([[0.0], halves[::-1], even, 1 - halves, [1.0]])


def cell_values(ascending: Floats, cells: Floats) -> Floats:
    """Return the median of the values in each cell, (cells - 1,)."""
    middle = (cells[1:] + cells[:-1]) / 2
    return ascending[np.minimum((middle * len(ascending)).astype(np.int64), len(ascending) - 1)]


@lru_cache(maxsize=4)
def rank_draws(n: int, rows: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the share of rows below each inner bound of the cells, in resamples of n and N rows.

    Both are (resamples, cells - 1).
    """
    chances = np.diff(cell_shares(rows))
    draw = np.random.default_rng(_SEED)
    drawn = []
    for size in (n, rows):
        counts = draw.multinomial(size, chances, size=RESAMPLES)
        below = np.cumsum(counts[:, :-1], axis=1, dtype=np.float32)
        drawn.append(below / np.float32(size))
    return drawn[0], drawn[1]


@lru_cache(maxsize=2)
def _rank_gaps(n: int, rows: int) -> NDArray[np.float32]:
    """Return how far the shares of `rank_draws` are apart, (resamples, cells - 1)."""
    below, below_again = rank_draws(n, rows)
    return np.asarray(np.abs(below - below_again), dtype=np.float32)


def _scores_of_ranks(values: Floats, edges: Floats, method: str, n: int, rows: int) -> Floats:
    widths = np.diff(values)
    if method == "wasserstein":
        area = _rank_gaps(n, rows) @ widths.astype(np.float32)
        return np.asarray(area, dtype=np.float64)
    if method == "kolmogorov_smirnov":
        is_bound = widths > 0
        if not is_bound.any():
            return np.zeros(RESAMPLES)
        return np.asarray(_rank_gaps(n, rows)[:, is_bound].max(axis=1), dtype=np.float64)
    below, below_again = rank_draws(n, rows)
    at = np.minimum(np.searchsorted(values, edges, "right"), len(widths)) - 1
    counts = [
        _counts_between(drawn[:, at], size) for drawn, size in ((below_again, rows), (below, n))
    ]
    return scores.OF_SHARES[method](counts[0], counts[1])


def _counts_between(below: NDArray[np.float32], size: int) -> Floats:
    ends = np.zeros((len(below), below.shape[1] + 2))
    ends[:, 1:-1] = below
    ends[:, -1] = 1.0
    return np.asarray(np.diff(ends, axis=1) * size, dtype=np.float64)


def digest(*arrays: NDArray[np.float64]) -> str:
    """Return what tells arrays apart: 16 hexadecimal digits."""
    held = hashlib.blake2b(digest_size=8)
    for array in arrays:
        held.update(np.ascontiguousarray(array).tobytes())
        held.update(str(array.shape).encode())
    return held.hexdigest()
