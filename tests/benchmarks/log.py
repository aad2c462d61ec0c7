"""What `run.log` costs a training loop; `python tests/benchmarks/log.py [--calls N]`.

Prints the median and the 99th percentile of one call with one metric and with ten, then the rate
of MLflow (`log_metric` on SQLite) and W&B (offline) where they are installed. Budgets: median
<= 10 us for one metric, <= 20 us for ten, 99th percentile <= 100 us.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mlops_tui import track

Log = Callable[[dict[str, float], int], object]
MEDIAN_BUDGETS_US = {1: 10.0, 10: 20.0}
P99_BUDGET_US = 100.0


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


def show(what: str, took: list[float]) -> tuple[float, float]:
    """Print one line and return the median and the 99th percentile in microseconds."""
    median, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    rate = 1e6 / statistics.fmean(took)
    print(f"{what:32} median {median:9.1f} us   p99 {p99:9.1f} us   {rate:12,.0f} calls/s")
    return median, p99


def ours(calls: int) -> bool:
    """Measure `track` in a project of its own; return whether it keeps its budgets."""
    kept = True
    with track.run(name="benchmark") as run:
        for metric_count, budget_us in MEDIAN_BUDGETS_US.items():
            took = measure(lambda metrics, step: run.log(metrics, step=step), metric_count, calls)
            median, p99 = show(f"track, {metric_count} metrics", took)
            kept = kept and median <= budget_us and p99 <= P99_BUDGET_US
    return kept


def mlflow(folder: Path, calls: int) -> None:
    """Measure MLflow on SQLite, the store that it makes by default."""
    mlflow = importlib.import_module("mlflow")
    mlflow.set_tracking_uri(f"sqlite:///{folder / 'mlflow.db'}")
    mlflow.set_experiment("benchmark")
    with mlflow.start_run():
        one = measure(lambda metrics, step: mlflow.log_metric("metric_0", step, step), 1, calls)
        show("mlflow log_metric on SQLite", one)
        ten = measure(lambda metrics, step: mlflow.log_metrics(metrics, step), 10, calls)
        show("mlflow log_metrics, 10 metrics", ten)


def wandb(folder: Path, calls: int) -> None:
    """Measure W&B without its server; its lines reach the disk later, by another process."""
    wandb = importlib.import_module("wandb")
    run = wandb.init(mode="offline", dir=str(folder), settings=wandb.Settings(silent=True))
    for metric_count in MEDIAN_BUDGETS_US:
        took = measure(lambda metrics, step: run.log(metrics), metric_count, calls)
        show(f"wandb offline, {metric_count} metrics", took)
    run.finish()


def main() -> int:
    """Print everything; return 1 where a budget is not kept."""
    parser = argparse.ArgumentParser(description="What run.log costs a training loop.")
    parser.add_argument("--calls", type=int, default=20_000)
    calls: int = parser.parse_args().calls
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "mlops.toml").write_text('[project]\nname = "benchmark"\n')
        os.environ["MLOPS_PROJECT"] = name
        kept = ours(calls)
        for module, peer in (("mlflow", mlflow), ("wandb", wandb)):
            if importlib.util.find_spec(module):
                peer(folder, min(calls, 300 if module == "mlflow" else calls))
            else:
                print(f"{module:32} not installed")
    print("budgets kept" if kept else "budgets NOT kept")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
