"""The task that evaluates a model on a dataset: it loads, predicts, and measures itself too."""

from __future__ import annotations

import math
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.data.tables import find_tables, read_table
from mlops_tui.domain.errors import InputError
from mlops_tui.engine.tasks.evaluating import measure
from mlops_tui.engine.tasks.model_calls import Answers, Callable_, callable_of, latencies
from mlops_tui.engine.tasks.model_loading import load
from mlops_tui.engine.worker import Progress
from mlops_tui.track.predictions import columns_of, write_table

CHUNK_ROWS = 10_000
_FOREIGN = (ValueError, TypeError, LookupError, AttributeError, RuntimeError, ArithmeticError)
"""What code that is not ours raises where rows are not what it takes."""
MOST_ROWS = 5_000_000
_PREDICTED = 0.5
"""The share of the work that predicting is taken for."""


def evaluate(
    progress: Progress,
    model: Mapping[str, Any],
    dataset: Mapping[str, Any],
    output: str,
    ask: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the report of a model on a dataset, its predictions written to `output`.

    Args:
        progress: told the share that is done.
        model: `path`, `format` and `trust`, as `model_loading.load` takes them; `columns`, what
            its signature says it takes, or None.
        dataset: `name`, `path` and the columns `id`, `target`, `group`, `timestamp`.
        output: where the table of predictions is to be, absolute.
        ask: as for `evaluating.measure`.
        train: as for `evaluating.measure`.

    Returns:
        the report, with `model_figures`: latency of single rows in ms, rows a second, memory.

    Raises:
        RefusedError: nobody trusts the model, or it is not what was trusted.
        InputError: it cannot be loaded or called, or the dataset lacks a column.
    """
    rows = _rows(dataset)
    before = _peak_bytes()
    loaded = load(model["path"], model["format"], model["trust"])
    target = dataset["target"]
    apart = {dataset.get(role) for role in ("id", "target", "group", "timestamp")}
    columns = model.get("columns")
    names = [it for it in rows.columns if it not in apart or it in (columns or ())]
    called = callable_of(loaded, columns, [it for it in names if it != target])
    answers, seconds = _predict(progress, called, rows)
    timed = latencies(called, rows)
    memory = max(0, _peak_bytes() - before)
    key = dataset.get("id")
    ids = rows[key] if key in rows else None
    table = columns_of(ids, rows[target], answers.predicted, answers.scores, answers.classes)
    write_table(Path(output), table)

    def told(done: float, total: float | None) -> None:
        progress(_PREDICTED + (1 - _PREDICTED) * done / (total or 1), 1)

    report = measure(told, output, dataset, ask, train)
    figures = _figures(timed, len(rows) / max(seconds, 1e-9), len(rows), memory)
    words = (
        "latency is of calls with one row in a worker of low priority on this host; memory is what "
        "the worker grew by, with the libraries that the model needs"
    )
    return report | {"model_figures": figures, "notes": [*report["notes"], words]}


def _rows(dataset: Mapping[str, Any]) -> pd.DataFrame:
    rows = read_table(find_tables(dataset["path"]), most_rows=MOST_ROWS + 1)
    name, target = dataset["name"], dataset.get("target")
    if target is None or target not in rows:
        known = ", ".join(map(str, rows.columns[:20]))
        raise InputError(f"{name} has no column {target!r} to compare with", f"it has: {known}")
    if len(rows) > MOST_ROWS:
        raise InputError(f"{name} has more than {MOST_ROWS:,} rows")
    if not len(rows):
        raise InputError(f"{name} has no rows")
    return rows


def _predict(progress: Progress, model: Callable_, rows: pd.DataFrame) -> tuple[Answers, float]:
    """Return what a model says of all rows, and the seconds that it took."""
    parts: list[Answers] = []
    begun = time.perf_counter()
    for start in range(0, len(rows), CHUNK_ROWS):
        try:
            parts.append(model.answer(rows.iloc[start : start + CHUNK_ROWS]))
        except _FOREIGN as error:
            words = f"the model failed on rows {start:,} and following: {type(error).__name__}"
            raise InputError(f"{words}: {str(error)[:300]}") from error
        progress(_PREDICTED * min(1.0, (start + CHUNK_ROWS) / len(rows)), 1)
    seconds = time.perf_counter() - begun
    predicted = [it for part in parts for it in part.predicted]
    if len(predicted) != len(rows):
        raise InputError(f"the model gave {len(predicted):,} answers for {len(rows):,} rows")
    scores = [it.scores for it in parts]
    whole = None if any(it is None for it in scores) else np.concatenate(scores)
    return Answers(predicted, whole, parts[0].classes), seconds


def _figures(
    timed: Sequence[float], speed: float, rows: int, memory: int
) -> dict[str, dict[str, float | int | None]]:
    found: dict[str, dict[str, float | int | None]] = {}
    for name, share in (("latency_p50_ms", 0.5), ("latency_p95_ms", 0.95)):
        low, high = quantile_bounds(timed, share)
        value = float(np.quantile(timed, share))
        found[name] = {"value": value, "low": low, "high": high, "n": len(timed)}
    found["rows_per_second"] = {"value": speed, "low": None, "high": None, "n": rows}
    found["memory_bytes"] = {"value": float(memory), "low": None, "high": None, "n": 1}
    return found


def quantile_bounds(ordered: Sequence[float], share: float) -> tuple[float | None, float | None]:
    """Return 95 % bounds of a quantile from the order of the values alone.

    Order statistics, by the normal approximation of the binomial; None where the sample has none
    that is far enough out.
    """
    n = len(ordered)
    spread = NormalDist().inv_cdf(0.975) * math.sqrt(n * share * (1 - share))
    low, high = math.floor(n * share - spread), math.ceil(n * share + spread)
    return (ordered[low] if low >= 0 else None), (ordered[high] if high < n else None)


def _peak_bytes() -> int:
    """Return the most memory that this process has held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak
