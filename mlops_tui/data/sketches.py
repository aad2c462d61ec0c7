"""Summaries of columns of any length in bounded memory; each takes values in pieces."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

_ALL_KEYS = 2.0**64


class Moments:
    """Exact count, mean and central moments, merged piece by piece (Pebay 2008, SAND2008-6212)."""

    def __init__(self) -> None:
        self.n = 0
        self.mean = 0.0
        self._m2 = self._m3 = self._m4 = 0.0
        self.low = math.inf
        self.high = -math.inf

    def add(self, values: Floats) -> None:
        """Take finite values."""
        if not len(values):
            return
        with np.errstate(over="ignore", invalid="ignore"):  # numbers near the greatest there are
            self._add(values)

    def _add(self, values: Floats) -> None:
        mean = float(values.mean())
        off = values - mean
        square = off * off
        m2 = float(square.sum())
        # not np.dot: BLAS starts threads for it, which fight over the cores
        m3 = float(np.einsum("i,i->", square, off))
        m4 = float(np.einsum("i,i->", square, square))
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        self._merge(len(values), mean, m2, m3, m4)

    def _merge(self, n: int, mean: float, m2: float, m3: float, m4: float) -> None:
        mine, total = self.n, self.n + n
        delta = mean - self.mean
        step = delta / total
        product = mine * n
        self._m4 += (
            m4
            + delta * step * step * step * product * (mine * mine - product + n * n)
            + 6 * step * step * (mine * mine * m2 + n * n * self._m2)
            + 4 * step * (mine * m3 - n * self._m3)
        )
        self._m3 += (
            m3 + delta * step * step * product * (mine - n) + 3 * step * (mine * m2 - n * self._m2)
        )
        self._m2 += m2 + delta * step * product
        self.mean += step * n
        self.n = total

    @property
    def deviation(self) -> float | None:
        """Standard deviation with n - 1 below; None for fewer than two values, and too great."""
        return math.sqrt(self._m2 / (self.n - 1)) if self.n > 1 and self._is_sound else None

    @property
    def skewness(self) -> float | None:
        """Third standardised moment, the biased one of `scipy.stats.skew`; None if constant."""
        if not self._m2 > 0 or not self._is_sound:
            return None
        return float(math.sqrt(self.n) * self._m3 / self._m2**1.5)

    @property
    def kurtosis(self) -> float | None:
        """Excess kurtosis, 0 for a normal one (`scipy.stats.kurtosis`); None if constant."""
        is_known = self._m2 > 0 and self._is_sound
        return self.n * self._m4 / self._m2**2 - 3.0 if is_known else None

    @property
    def _is_sound(self) -> bool:
        return math.isfinite(self._m2) and math.isfinite(self._m4)


class DistinctValues:
    """How many different values there are, by the smallest of their hashes.

    Exact below `size` values; above, the estimate of Bar-Yossef et al. 2002 in the unbiased form
    of Beyer et al. 2007, (size - 1) / (the size-th smallest hash), whose relative standard error
    is 1 / sqrt(size - 2): 1.1 % for 8,192.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._smallest: Keys = np.zeros(0, np.uint64)

    def add(self, keys: Keys) -> None:
        """Take hashes of values, spread evenly over 64 bits."""
        if self.is_approximate:
            keys = keys[keys < self._smallest[-1]]
            keys = keys[self._smallest[np.searchsorted(self._smallest, keys)] != keys]
        if len(keys):
            merged = np.unique(np.concatenate((self._smallest, keys)))
            self._smallest = merged[: self._size].copy()

    @property
    def is_approximate(self) -> bool:
        """Whether there are too many to be counted."""
        return len(self._smallest) >= self._size

    @property
    def count(self) -> int:
        """How many there are, or about how many."""
        if not self.is_approximate:
            return len(self._smallest)
        return round((self._size - 1) * _ALL_KEYS / float(self._smallest[-1]))


class TopValues:
    """The most frequent values with their counts (lossy counting, Manku and Motwani 2002).

    Counts are exact until more than `room` different values have come; from then on values that
    are rare so far are dropped, and a count may be too small by at most `error`.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._counts: dict[object, int] = {}
        self.error = 0

    def add(self, values: npt.NDArray[np.object_] | list[object], counts: list[int]) -> None:
        """Take different values and how often each came."""
        known = self._counts
        for value, count in zip(values, counts, strict=True):
            known[value] = known.get(value, 0) + count
        if len(known) > self._room:
            self._prune()

    def _prune(self) -> None:
        kept = sorted(self._counts.values(), reverse=True)[self._room // 2]
        self.error += kept
        self._counts = {value: n - kept for value, n in self._counts.items() if n > kept}

    @property
    def is_exact(self) -> bool:
        """Whether no value was dropped."""
        return self.error == 0

    def most(self, count: int) -> list[tuple[object, int]]:
        """Return the most frequent values, the most frequent first; `error` says how exact."""
        found = sorted(self._counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
        return found[:count]

    def all(self) -> Mapping[object, int]:
        """Return every value that is kept."""
        return self._counts


class RowSample:
    """Whole rows drawn evenly at random, each as likely as any other; all while there are few.

    Every row gets a random key and those with the smallest are kept, so that neither the order of
    rows nor the cutting into pieces matters.
    """

    def __init__(self, size: int, seed: int = 0) -> None:
        self._size = size
        self._random = np.random.default_rng(seed)
        self._parts: list[pd.DataFrame] = []
        self._keys: list[Floats] = []
        self._bound = 1.0
        self._held = 0
        self.seen = 0

    def add(self, frame: pd.DataFrame) -> None:
        """Take some rows."""
        self.seen += len(frame)
        keys = self._random.random(len(frame))
        chosen = np.flatnonzero(keys < self._bound)
        if not len(chosen):
            return
        self._parts.append(frame.iloc[chosen] if len(chosen) < len(frame) else frame)
        self._keys.append(keys[chosen])
        self._held += len(chosen)
        if self._held > 2 * self._size:
            self._thin()

    def _thin(self) -> None:
        """Keep the rows with the smallest keys, each in its place."""
        if self._held <= self._size:
            return
        keys = np.concatenate(self._keys)
        self._bound = float(np.partition(keys, self._size)[self._size])
        pairs = list(zip(self._parts, self._keys, strict=True))
        self._parts = [frame[own < self._bound].copy() for frame, own in pairs]
        self._keys = [own[own < self._bound] for _, own in pairs]
        self._held = sum(map(len, self._keys))

    def frames(self) -> list[pd.DataFrame]:
        """Return the rows in the order in which they came; types may differ between frames."""
        self._thin()
        return [frame for frame in self._parts if len(frame)]


class RepeatedRows:
    """How many rows are copies of an earlier one, by hashes of whole rows.

    Exact while at most `room` rows have come; then only rows whose hash is below a bound are
    looked at, all copies of a row together, and the count is scaled up.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._hashes = np.zeros(min(room, 1 << 16), np.uint64)
        self._held = 0
        self.halvings = 0

    def add(self, keys: Keys) -> None:
        """Take hashes of rows, spread evenly over 64 bits."""
        keys = keys[keys <= self._bound] if self.halvings else keys
        while self._held + len(keys) > self._room:
            self.halvings += 1
            kept = self._hashes[: self._held]
            kept = kept[kept <= self._bound]
            self._hashes[: len(kept)] = kept
            self._held = len(kept)
            keys = keys[keys <= self._bound]
        if self._held + len(keys) > len(self._hashes):
            size = min(self._room, max(2 * len(self._hashes), self._held + len(keys)))
            self._hashes.resize(size, refcheck=False)
        self._hashes[self._held : self._held + len(keys)] = keys
        self._held += len(keys)

    @property
    def _bound(self) -> np.uint64:
        return np.uint64(2 ** (64 - self.halvings) - 1)

    @property
    def is_approximate(self) -> bool:
        """Whether only a part of the rows was looked at."""
        return self.halvings > 0

    def count(self) -> int:
        """Return how many rows are copies of an earlier one, or about how many."""
        held = self._hashes[: self._held]
        held.sort()
        copies = int(np.count_nonzero(held[1:] == held[:-1])) if self._held else 0
        return copies << self.halvings
