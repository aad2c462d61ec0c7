"""Metrics that people wrote themselves, `module:function`; only ever run in a worker process."""

from __future__ import annotations

import importlib
import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.evaluated import FUNCTION
from mlops_tui.evaluate.estimating import Estimate, Units
from mlops_tui.evaluate.sums import REPLICATES

Metric = Callable[..., Any]
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
    start = time.monotonic()
    value = _called(name, metric, columns)
    took = max(time.monotonic() - start, 1e-6)
    n = len(columns[0])
    times = int(min(REPLICATES, _SECONDS / took))
    words = "percentile bootstrap" if units is None else f"percentile bootstrap, {units.words}"
    if times < _LEAST_SAMPLES or n < LEAST_ROWS:
        return Estimate(
            value, math.nan, math.nan, n, "none: too slow" if n >= LEAST_ROWS else words
        )
    found = []
    for rows in _samples(n, units, times, seed):
        try:
            found.append(_called(name, metric, [it[rows] for it in columns]))
        except InputError:  # a sample may lack a class; the value itself was told above
            continue
    known = np.array([it for it in found if math.isfinite(it)])
    if len(known) < 0.9 * times:
        return Estimate(value, math.nan, math.nan, n, words)
    low, high = np.quantile(known, [0.025, 0.975])
    return Estimate(value, float(low), float(high), n, words)


def _called(name: str, metric: Metric, columns: Sequence[NDArray[Any]]) -> float:
    try:
        return float(metric(*columns))
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
