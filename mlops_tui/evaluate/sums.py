"""Figures that are functions of sums over rows, and their intervals by a studentised bootstrap.

Efron's bootstrap-t: of 1,000 samples drawn with replacement each gives its figure and its own
standard error, and the quantiles of their quotient take the place of the normal ones. In simulation
(`tests/benchmarks/evaluation.py`) it holds 95 % for means of skewed losses where percentiles of the
figure itself do not. Rows that belong together are drawn together.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Function = Callable[[Floats], Floats]
"""From sums, (..., m), to figures, (...); of twice the rows the same."""

REPLICATES = 1_000
LEAST_UNITS = 10
"""With fewer rows, or groups of them, no interval is told."""
_CHUNK = 4_000_000
"""Weights that are held at once; 16 MB."""
_STEP = 1e-5


class Scale(Enum):
    """On which a figure is taken for one that varies the same everywhere."""

    PLAIN = "plain"
    LOG = "log"
    """Of a loss, which is >= 0."""
    REST = "rest"
    """The logarithm of what is missing to 1."""

    def there(self, values: Floats) -> Floats:
        """Return values on this scale."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self is Scale.LOG:
                return np.asarray(np.log(values))
            return np.asarray(-np.log(1 - values)) if self is Scale.REST else values

    def slope(self, values: Floats) -> Floats:
        """Return how fast the scale rises at values."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self is Scale.LOG:
                return np.asarray(1 / values)
            return np.asarray(1 / (1 - values)) if self is Scale.REST else np.ones_like(values)

    def back(self, value: float) -> float:
        """Return a value from this scale."""
        if self is Scale.LOG:
            return math.exp(value)
        return 1 - math.exp(-value) if self is Scale.REST else value


@dataclass(frozen=True)
class Light:
    """A figure without its rows."""

    value: float
    function: Function
    scale: Scale


@dataclass(frozen=True)
class OfSums:
    """A figure that is a function of the sums of columns."""

    columns: Floats
    """(n, m)."""
    function: Function
    rests_on: float
    """How many rows it rests on where it rests on the fewest."""
    scale: Scale = Scale.PLAIN

    @cached_property
    def value(self) -> float:
        """The figure; NaN where it is not defined."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(self.function(self.columns.sum(axis=0)))

    @cached_property
    def influence(self) -> Floats:
        """(n,), by the slopes of the function at the sums."""
        slopes = gradient(self.function, self.columns.sum(axis=0))
        moved = len(self.columns) * (self.columns @ np.nan_to_num(slopes))
        return np.asarray(moved - moved.mean(), dtype=np.float64)

    @property
    def support(self) -> float:
        """How many rows it rests on."""
        return self.rests_on

    @property
    def light(self) -> Light:
        """The same without its rows."""
        return Light(self.value, self.function, self.scale)

    def take(self, rows: NDArray[Any]) -> OfSums:
        """Return it over some of the rows."""
        columns = self.columns[rows]
        return OfSums(columns, self.function, float(len(columns)), self.scale)


def mean(values: Floats, scale: Scale = Scale.PLAIN) -> OfSums:
    """Return the mean of a value a row; it is centred, so that single precision does for sums."""
    middle = float(values.mean()) if len(values) else math.nan

    def of(sums: Floats) -> Floats:
        return np.asarray(middle + sums[..., 1] / sums[..., 0])

    columns = np.column_stack([np.ones(len(values)), values - middle])
    return OfSums(columns, of, float(len(values)), scale)


def explained(truth: Floats, predicted: Floats) -> OfSums:
    """Return the share of the truth's variance that is explained (R2)."""
    centred = truth - (truth.mean() if len(truth) else 0.0)

    def of(sums: Floats) -> Floats:
        total = sums[..., 3] - sums[..., 2] ** 2 / sums[..., 0]
        return np.asarray(np.where(total > 0, 1 - sums[..., 1] / total, np.nan))

    squares = (predicted - truth) ** 2
    columns = np.column_stack([np.ones(len(truth)), squares, centred, centred**2])
    return OfSums(columns, of, float(len(truth)), Scale.REST)


def gradient(function: Function, sums: Floats) -> Floats:
    """Return the slopes of a function at sums, (..., m), by central differences."""
    steps = _STEP * np.maximum(np.abs(sums), 1e-3 * np.abs(sums).max(axis=-1, keepdims=True))
    steps = np.where(steps > 0, steps, _STEP)
    slopes = np.empty_like(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        for at in range(sums.shape[-1]):
            moved = np.zeros_like(sums)
            moved[..., at] = steps[..., at]
            rise = function(sums + moved) - function(sums - moved)
            slopes[..., at] = rise / (2 * steps[..., at])
    return slopes


def by_unit(columns: Floats, units: Codes, count: int) -> Floats:
    """Return the sums of columns over the rows of each unit, (count, m)."""
    sums = [np.bincount(units, weights=column, minlength=count) for column in columns.T]
    return np.column_stack(sums)


@dataclass(frozen=True)
class Block:
    """Columns to be summed in every sample."""

    columns: NDArray[np.float32]
    """(some units, c)."""
    offset: int = 0
    """Which unit is the first of them. Rows of different parts of the data may stand in any order:
    none is drawn more often than another."""


def weights(units: int, replicates: int, seed: int) -> Iterator[NDArray[np.float32]]:
    """Yield how often each unit is drawn in samples of the same size, (some samples, units)."""
    draw = np.random.default_rng(seed)
    at_once = max(1, min(replicates, _CHUNK // max(1, units)))
    for start in range(0, replicates, at_once):
        count = min(at_once, replicates - start)
        found = np.empty((count, units), dtype=np.float32)
        for row in found:
            picked = draw.integers(0, units, units, dtype=np.int32)
            row[:] = np.bincount(picked, minlength=units)
        yield found


def resampled(
    blocks: Sequence[Block],
    units: int,
    replicates: int = REPLICATES,
    seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
) -> list[Floats]:
    """Return, for each block, its sums in every sample, (replicates, c)."""
    found = [np.empty((replicates, it.columns.shape[1])) for it in blocks]
    done = 0
    for drawn in weights(units, replicates, seed) if blocks else ():
        for block, sums in zip(blocks, found, strict=True):
            own = drawn[:, block.offset : block.offset + len(block.columns)]
            sums[done : done + len(drawn)] = own @ block.columns
        done += len(drawn)
        if on_progress is not None:
            on_progress(done / replicates)
    return found


@dataclass(frozen=True)
class Totals:
    """What the columns of a table add up to in the rows themselves."""

    sums: Floats
    """(m,)."""
    products: Floats
    """(m, m) of the products of any two columns."""
    is_counted: bool
    """Whether the first column is 1 in every row: its products are the columns themselves."""

    @property
    def width(self) -> int:
        """How many columns are summed in samples."""
        m = len(self.sums)
        others = m - 1 if self.is_counted else m
        return m + others * (others + 1) // 2


@dataclass(frozen=True)
class Table:
    """Columns of rows or units with their products, to be summed in samples."""

    columns: NDArray[np.float32]
    own: Totals


def table_of(columns: Floats) -> Table:
    """Return columns, (n, m), and the products of any two of them."""
    m = columns.shape[1]
    is_counted = bool((columns[:, 0] == 1).all())
    first = 1 if is_counted else 0
    pairs = [columns[:, a] * columns[:, b] for a in range(first, m) for b in range(a, m)]
    joined = np.column_stack([columns, *pairs]).astype(np.float32)
    return Table(joined, Totals(columns.sum(axis=0), columns.T @ columns, is_counted))


def studentised(
    figure: Light, own: Totals, samples: Floats, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the interval of a figure.

    Args:
        figure: which.
        own: what its columns, by unit, add up to.
        samples: the sums of the table in every sample, (replicates, own.width).
        confidence: of the interval.
    """
    m, scale = len(own.sums), figure.scale
    here = float(scale.there(np.array(figure.value)))
    with np.errstate(divide="ignore", invalid="ignore"):
        values = figure.function(samples[:, :m])
        products = _products(samples, m, own.is_counted)
        errors = _errors(figure.function, samples[:, :m], products) * scale.slope(values)
        error = float(_errors(figure.function, own.sums[None], own.products[None])[0])
        error *= float(scale.slope(np.array(figure.value)))
        quotients = (scale.there(values) - here) / errors
    known = quotients[np.isfinite(quotients)]
    if len(known) < 0.9 * len(samples) or not math.isfinite(here) or not error > 0:
        return math.nan, math.nan
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return scale.back(here - high * error), scale.back(here - low * error)


def _products(samples: Floats, m: int, is_counted: bool) -> Floats:
    """Return the sums of products in every sample, (replicates, m, m)."""
    found = np.empty((len(samples), m, m))
    first, place = (1 if is_counted else 0), m
    if is_counted:
        found[:, 0, :] = found[:, :, 0] = samples[:, :m]
    for a in range(first, m):
        for b in range(a, m):
            found[:, a, b] = found[:, b, a] = samples[:, place]
            place += 1
    return found


def _errors(function: Function, sums: Floats, products: Floats) -> Floats:
    """Return standard errors of figures, (samples,), from sums of columns and of products."""
    slopes = gradient(function, sums)
    variance = np.einsum("ba,bac,bc->b", slopes, products, slopes)
    return np.asarray(np.sqrt(np.maximum(variance, 0)))
