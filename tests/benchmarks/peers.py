"""What recording costs with MLflow or W&B: `PYTHON peers.py mlflow|wandb FOLDER CALLS`.

Runs with the interpreter that has them, without this package. Prints two lines, for one metric
and for ten: microseconds of a call at the median and at the 99th percentile, and calls a second.
"""

from __future__ import annotations

import importlib
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

Log = Callable[[dict[str, float], int], object]


def measure(log: Log, metric_count: int, calls: int) -> list[float]:
    """Return the microseconds of each call, ascending; the first tenth warms up and is left out."""
    names = [f"metric_{number}" for number in range(metric_count)]
    took = []
    for step in range(calls + calls // 10):
        metrics = {name: 0.1234567 * step + number for number, name in enumerate(names)}
        before = time.perf_counter_ns()
        log(metrics, step)
        took.append((time.perf_counter_ns() - before) / 1000)
    return sorted(took[calls // 10 :])


def tell(took: list[float]) -> None:
    p99 = took[int(len(took) * 0.99)]
    print("measured", statistics.median(took), p99, 1e6 / statistics.fmean(took), flush=True)


def mlflow(module: Any, folder: str, calls: int) -> None:
    """Measure MLflow on SQLite, the store that it makes by default."""
    module.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    module.set_experiment("benchmark")
    with module.start_run():
        tell(measure(lambda metrics, step: module.log_metric("metric_0", step, step), 1, calls))
        tell(measure(lambda metrics, step: module.log_metrics(metrics, step), 10, calls))


def wandb(module: Any, folder: str, calls: int) -> None:
    """Measure W&B without its server; its lines reach the disk later, by another process."""
    run = module.init(mode="offline", dir=folder, settings=module.Settings(silent=True))
    for metric_count in (1, 10):
        tell(measure(lambda metrics, step: run.log(metrics), metric_count, calls))
    run.finish()


if __name__ == "__main__":
    peer, folder, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
    {"mlflow": mlflow, "wandb": wandb}[peer](importlib.import_module(peer), folder, calls)
