"""From a batch to its verdict, and what watching costs: `python -m tests.benchmarks.watching`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from mlops_tui.engine import actions_live, live_watch, wake
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.live_files import LiveFiles
from mlops_tui.index import Index
from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, below, number, run

TOML = """\
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live"
role = "live"
timestamp = "t"
"""
WINDOWS, COLUMNS = 300, 300
FILES = 100_000


def measure(options: Options) -> Iterator[Row]:
    """Measure batches that arrive, then a heat map, then a large folder."""
    with isolated() as folder:
        yield from measure_arrival(folder / "plant", options.times(20, 4))
    with isolated() as folder:
        yield measure_heat(folder / "plant", options.times(10, 3))
    with isolated() as folder:
        yield measure_sweep(folder, FILES if not options.is_quick else FILES // 10)


def table(seed: int, n: int) -> pd.DataFrame:
    """15 numbers, 5 categories and a time."""
    draw = np.random.default_rng(seed)
    columns: dict[str, object] = {
        "t": pd.to_datetime(1.77e9 + seed * 1e5 + np.arange(n) * 600.0, unit="s")
    }
    columns |= {f"x{at}": draw.normal(size=n) for at in range(15)}
    columns |= {f"c{at}": draw.choice(list("abcd"), n) for at in range(5)}
    return pd.DataFrame(columns)


def measure_arrival(project: Path, times: int) -> Iterator[Row]:
    """Yield how long a file of 100 rows takes to its verdict in the index, worker warm and cold."""
    (project / "live").mkdir(parents=True)
    (project / "mlops.toml").write_text(TOML)
    table(0, 5_000).to_csv(project / "train.csv", index=False)
    ensure_project_folders(project)
    actions_live.start_watching(project)
    try:
        with Index.open(project) as index:
            cold = arrival(project, index, 1)
            warm = [arrival(project, index, seed) for seed in range(2, 2 + times)]
        mark = wake.find_agent(project)
        process = psutil.Process(mark.pid if mark else os.getpid())
        memory = process.memory_info().rss / 2**20
        used = sum(process.cpu_times()[:2])
        yield below("batch file (100 x 20) complete to verdict in the index", 2.0, warm)
        yield Row("the same, the first: agent and worker start too", "", f"{number(cold)} s")
        yield below("memory of the agent that watches", 60, memory, "MiB")
        yield Row(f"CPU of the agent over {times + 1} batches", "", f"{number(used)} s")
    finally:
        wake.stop_agent(project)


def arrival(project: Path, index: Index, seed: int) -> float:
    """Return the seconds from the close of a file to its verdict."""
    table(seed, 100).to_csv(project / "live" / f"{seed}.csv", index=False)
    begin = time.perf_counter()
    while not any(batch.key == f"{seed}.csv" for batch in index.batches("live")):
        index.ingest()
        time.sleep(0.005)
        if time.perf_counter() - begin > 60:
            raise TimeoutError(f"no verdict: {wake.agent_file(project, 'log').read_text()}")
    return time.perf_counter() - begin


def measure_heat(project: Path, times: int) -> Row:
    """Return how long the heat map of hundreds of windows and columns takes to be read."""
    project.mkdir()
    ensure_project_folders(project)
    cells = [[f"column-{at}", "ok", 0.05, 0.1, 0.08, 200, ""] for at in range(COLUMNS)]
    for at in range(WINDOWS):
        facts = {"batch": f"b{at}", "dataset": "live", "cut": "file", "key": f"{at}.csv"}
        facts |= {"verdict": "ok", "columns": cells, "at": float(at)}  # type: ignore[dict-item]
        record_fact(project, "batch.judged", 1.77e9 + at, **facts)
    with Index.open(project) as index:
        index.ingest()
        taken = []
        for _ in range(times):
            begin = time.perf_counter()
            index.heat_map("live")
            taken.append(time.perf_counter() - begin)
    return below(f"heat map of {WINDOWS} windows x {COLUMNS} columns", 1.0, taken)


def measure_sweep(folder: Path, files: int) -> Row:
    """Return what a look at a folder of very many files takes of one core."""
    live = folder / "live"
    live.mkdir()
    for number_ in range(files):
        (live / f"{number_}.csv").write_text("a\n")
    looked = LiveFiles(str(live), lambda found: {key for key, _, _ in found})
    looked.sweep()
    begin = time.process_time()
    looked.sweep()
    share = 1 / (1 + live_watch.SWEEP_SHARE)
    return Row(
        f"a look at {files:,} files that were judged",
        "",
        f"{number(time.process_time() - begin)} s CPU, at most {share:.0%} of the time",
    )


if __name__ == "__main__":
    raise SystemExit(run([measure], __doc__ or ""))
