"""Metrics that people wrote themselves, `module:function`; only ever run in a worker process."""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.evaluated import FUNCTION
from mlops_tui.domain.project import Direction
from mlops_tui.evaluate.better import CONFIDENCE, Comparison, rows_needed, verdict_of, wanted_of
from mlops_tui.evaluate.estimating import Estimate, Units
from mlops_tui.evaluate.sums import REPLICATES

Metric = Callable[..., Any]
Rows = NDArray[Any] | slice
_SECONDS = 20.0
"""All samples of one metric may take about so long."""
_LEAST_SAMPLES = 100
LEAST_ROWS = 10


def find_metric(name: str, folder: Path) -> Metric:
    """Return the function `module:function`, looked for in `folder` first.

    Raises:
        InputError: there is none, or its module cannot be imported.
    """
    if not FUNCTION.fullmatch(name):
        raise InputError(f"{name!r} is no metric", "write module:function, such as scores:profit")
    module, _, function = name.partition(":")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found = getattr(importlib.import_module(module), function, None)
    except Exception as error:
        words = f"{module} cannot be imported: {type(error).__name__}: {error}"
        raise InputError(words, f"it is looked for in {folder}") from error
    if not callable(found):
        raise InputError(f"{module} has no function {function}")
    metric: Metric = found
    return metric


def custom_estimate(
    name: str,
    metric: Metric,
    columns: Sequence[NDArray[Any]],
    units: Units | None = None,
    seed: int = 0,
) -> Estimate:
    """Return a metric with a percentile bootstrap interval, of as many samples as time allows.

    Args:
        name: of the metric, for errors.
        metric: called with the columns, returns a number.
        columns: `y_true, y_pred[, y_score]`, as the table has them; (n,) or (n, k).
        units: rows that are drawn together.
        seed: of the samples.

    Raises:
        InputError: it fails on all rows, or returns no number.
    """
    drawn = _Drawn.of(
        lambda rows: _called(name, metric, columns, rows), len(columns[0]), units, seed
    )
    return Estimate(drawn.value, drawn.low, drawn.high, len(columns[0]), drawn.words)


def compare_custom(
    name: str,
    metric: Metric,
    a: Sequence[NDArray[Any]],
    b: Sequence[NDArray[Any]],
    direction: Direction,
    units: Units | None = None,
    min_difference: float | None = None,
    seed: int = 0,
) -> Comparison:
    """Return whether B is better than A on the same rows, by a paired percentile bootstrap.

    Args:
        name: of the metric.
        metric: called with the columns, returns a number.
        a: `y_true, y_pred[, y_score]` of A; (n,) or (n, k).
        b: the same rows of B.
        direction: which way the metric gets better.
        units: rows that are drawn together.
        min_difference: the difference that a person wants to see, > 0.
        seed: of the samples.

    Raises:
        InputError: it fails on all rows, or returns no number.
    """
    n = len(a[0])

    def difference(rows: Rows) -> float:
        return _called(name, metric, b, rows) - _called(name, metric, a, rows)

    before, drawn = _called(name, metric, a), _Drawn.of(difference, n, units, seed)
    wanted, wanted_by = wanted_of(name, before, drawn.value, min_difference)
    verdict = verdict_of(name, drawn.low, drawn.high, direction)
    return Comparison(
        *(name, verdict, before, before + drawn.value, drawn.value, drawn.low, drawn.high),
        *(CONFIDENCE, n, drawn.words),
        rows_needed=rows_needed(verdict, drawn.error, n, wanted),
        wanted=wanted,
        wanted_by=wanted_by,
    )


@dataclass(frozen=True)
class _Drawn:
    """A figure over all rows, and what samples of them come to; NaN where too few do."""

    value: float
    low: float
    high: float
    error: float
    """The standard deviation over samples."""
    words: str

    @classmethod
    def of(cls, measure: Callable[[Rows], float], n: int, units: Units | None, seed: int) -> _Drawn:
        start = time.monotonic()
        value = measure(slice(None))
        times = int(min(REPLICATES, _SECONDS / max(time.monotonic() - start, 1e-6)))
        words = "percentile bootstrap" if units is None else f"percentile bootstrap, {units.words}"
        if n >= LEAST_ROWS and times < _LEAST_SAMPLES:
            words = "none: too slow"
        unknown = cls(value, math.nan, math.nan, math.nan, words)
        if n < LEAST_ROWS or times < _LEAST_SAMPLES:
            return unknown
        found = []
        for rows in _samples(n, units, times, seed):
            try:
                found.append(measure(rows))
            except InputError:  # a sample may lack a class; the value itself was told above
                continue
        known = np.array([it for it in found if math.isfinite(it)])
        if len(known) < 0.9 * times:
            return unknown
        low, high = np.quantile(known, [0.025, 0.975])
        return cls(value, float(low), float(high), float(known.std()), words)


def _called(
    name: str, metric: Metric, columns: Sequence[NDArray[Any]], rows: Rows = slice(None)
) -> float:
    try:
        return float(metric(*(it[rows] for it in columns)))
    except Exception as error:
        words = f"{name} failed: {type(error).__name__}: {error}"
        raise InputError(
            words, "it is called with y_true, y_pred and, if there, y_score"
        ) from error


def _samples(n: int, units: Units | None, times: int, seed: int) -> Any:
    draw = np.random.default_rng(seed)
    if units is None:
        for _ in range(times):
            yield draw.integers(0, n, n)
        return
    _, codes = np.unique(units.codes, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)
    for _ in range(times):
        picked = draw.integers(0, len(groups), len(groups))
        yield np.concatenate([groups[at] for at in picked])
