"""What `run.log` costs a training loop, beside MLflow and W&B, and what a kill -9 takes away.

`python -m tests.benchmarks.log [--quick] [--peers PYTHON]`
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import statistics
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from pathlib import Path

from mlops_tui import track
from tests.benchmarks import peers
from tests.benchmarks.setting import TOML, isolated
from tests.benchmarks.table import Options, Row, percentile, run

MEDIAN_BUDGETS_US = {1: 10.0, 10: 20.0}
P99_BUDGET_US = 100.0
PEER_CALLS = {"mlflow": 300, "wandb": 20_000}
LEAST_TIMES_MLFLOW = 200
KILLED = """
import mmap, struct, sys
from mlops_tui import track
file = open(sys.argv[1], "r+b")
shared = mmap.mmap(file.fileno(), 8)
with track.run(name="killed") as run:
    for step in range(10**9):
        run.log({"loss": 0.5}, step=step)
        struct.pack_into("<q", shared, 0, step + 1)
"""


def measure(options: Options) -> Iterator[Row]:
    """Measure everything about recording."""
    with isolated() as folder:
        (folder / "mlops.toml").write_text(TOML)
        os.environ["MLOPS_PROJECT"] = str(folder)
        ours = yield from measure_ours(2_000 if options.is_quick else 20_000)
        for peer, calls in PEER_CALLS.items():
            theirs = peer_rates(options.peers, peer, folder, calls)
            for count, (median, p99, rate) in theirs.items():
                yield Row(f"{peer}, {metrics_word(count)}", "", told(median, p99, rate))
            if not theirs:
                yield Row(peer, "", "not installed (--peers PYTHON)")
            elif peer == "mlflow":
                times = ours[1] / theirs[1][2]
                target = f">= {LEAST_TIMES_MLFLOW}"
                is_kept = times >= LEAST_TIMES_MLFLOW
                yield Row("rate of run.log over MLflow's", target, f"{times:,.0f}", is_kept)
        yield measure_kills(folder, options.times(20, 3))


def metrics_word(count: int) -> str:
    return "1 metric" if count == 1 else f"{count} metrics"


def told(median: float, p99: float, rate: float) -> str:
    return f"median {median:,.1f} us, p99 {p99:,.1f} us, {rate:,.0f}/s"


def measure_ours(calls: int) -> Generator[Row, None, dict[int, float]]:
    """Measure `track`; return its rates by the number of metrics."""
    rates = {}
    with track.run(name="benchmark") as tracked:
        for count, budget_us in MEDIAN_BUDGETS_US.items():
            took = peers.measure(
                lambda metrics, step: tracked.log(metrics, step=step), count, calls
            )
            median, p99 = statistics.median(took), percentile(took, 0.99)
            rates[count] = 1e6 / statistics.fmean(took)
            target = f"median <= {budget_us:g} us, p99 <= {P99_BUDGET_US:g} us"
            is_kept = median <= budget_us and p99 <= P99_BUDGET_US
            what = f"run.log of {metrics_word(count)}"
            yield Row(what, target, told(median, p99, rates[count]), is_kept)
    return rates


def peer_rates(
    python: str, peer: str, folder: Path, calls: int
) -> dict[int, tuple[float, float, float]]:
    """Return median, 99th percentile and rate of a peer by the number of metrics."""
    if not python:
        return {}
    argv = [python, peers.__file__, peer, str(folder), str(calls)]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=folder, check=False)
    lines = [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("measured")]
    found = [tuple(float(word) for word in line) for line in lines]
    return {
        count: (median, p99, rate)
        for count, (median, p99, rate) in zip(MEDIAN_BUDGETS_US, found, strict=False)
    }


def measure_kills(folder: Path, times: int) -> Row:
    """Kill a process in the midst of recording, and count what it had recorded but is not there."""
    chance = random.Random(9)
    lost = recorded = 0
    for _ in range(times):
        before = set(folder.rglob("events.jsonl"))
        (folder / "count").write_bytes(bytes(8))
        argv = [sys.executable, "-c", KILLED, str(folder / "count")]
        with subprocess.Popen(argv, cwd=folder) as process:
            with open(folder / "count", "r+b") as file, mmap.mmap(file.fileno(), 8) as shared:
                while not struct.unpack_from("<q", shared)[0] and process.poll() is None:
                    time.sleep(0.001)
                time.sleep(0.05 + 0.2 * chance.random())
                process.send_signal(signal.SIGKILL)
                process.wait()
                logged = struct.unpack_from("<q", shared)[0]
        (events,) = set(folder.rglob("events.jsonl")) - before
        recorded += logged
        lost += max(0, logged - events.read_bytes().count(b"\n"))
    words = f"{lost} of {recorded:,} at {times} kills"
    return Row("points lost at kill -9 of the training", "none", words, lost == 0 < recorded)


if __name__ == "__main__":
    raise SystemExit(run([measure], "What recording costs."))
