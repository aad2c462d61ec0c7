"""From `run.log` to the screen, and what watching costs: `python -m tests.benchmarks.live`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.benchmarks.screen import Screen
from tests.benchmarks.setting import TOML, isolated, make_project
from tests.benchmarks.table import Options, Row, below, number, percentile, run

FIRST_VALUE = 7001
METRICS = 5
ROW = re.compile(r"running +watched ")


def measure(options: Options) -> Iterator[Row]:
    """Measure the delay with one and with 32 runs writing, then the cost of rest and of one run."""
    for runs in (1, 32):
        with isolated() as folder:
            yield from measure_delay(new_project(folder), runs, options.times(100, 15))
    with isolated() as folder:
        yield from measure_idle(make_project(folder / "idle", 60, 500), options.times(30, 5))
    with isolated() as folder:
        yield measure_one_run(new_project(folder), options.times(30, 5))


def new_project(folder: Path) -> Path:
    project = folder / "live"
    (project / ".mlops" / "runs").mkdir(parents=True)
    (project / "mlops.toml").write_text(TOML)
    os.environ["MLOPS_PROJECT"] = str(project)
    return project


@contextmanager
def writing(*runs: Sequence[str]) -> Iterator[list[subprocess.Popen[str]]]:
    """Have writers write, each started after the one before has begun."""
    writers: list[subprocess.Popen[str]] = []
    try:
        for arguments in runs:
            argv = [sys.executable, "-m", "tests.benchmarks.writer", *arguments]
            pipe = subprocess.PIPE
            writers.append(subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True))
        time.sleep(1 + 0.1 * len(runs))
        yield writers
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()


def measure_delay(project: Path, runs: int, times: int) -> Iterator[Row]:
    """Yield the delay from before `log` to the value in the table, of the newest of the runs."""
    others = [(f"other-{n}", str(METRICS), "0.1") for n in range(runs - 1)]
    watched = ("watched", str(METRICS), "0.8", str(FIRST_VALUE))
    with writing(*others), writing(watched) as (writer,), Screen(project) as screen:
        screen.collect(4)
        opened = time.monotonic()
        screen.collect(times * 0.8)
        log = stop(writer)
        screen.collect(2)
    delays = []
    for began, value in log:
        if opened < began < opened + times * 0.8:
            seen = screen.seen(partial(shows_value, value))
            assert seen is not None, screen.shown()
            delays.append(seen - began)
    name = f"log() to screen, {runs} writing"
    yield below(f"{name}: median", 0.5, delays)
    p99 = percentile(delays, 0.99)
    yield Row(f"{name}: p99", "< 1 s", f"{number(p99)} s", p99 < 1)


def shows_value(value: str, text: str) -> bool:
    """Say whether a later value is in the row of the run, too: one may never be painted.

    Not in the line over the table, which says how the best run does once a second.
    """
    row = next((line for line in text.splitlines() if ROW.search(line)), "")
    return any(int(found) >= int(value) for found in re.findall(r"\b7\d\d\d\b", row))


def stop(writer: subprocess.Popen[str]) -> list[tuple[float, str]]:
    """End a writer; return when it began to log what."""
    output, _ = writer.communicate("end\n")
    return [(float(began), value) for began, value in map(str.split, output.splitlines())]


def measure_idle(project: Path, seconds: int) -> Iterator[Row]:
    """Yield what an app costs in which nothing happens."""
    with Screen(project) as screen:
        screen.collect(20, quiet=2)
        before, cpu = len(screen.output), screen.cpu_seconds()
        screen.collect(seconds)
        written = len(screen.output) - before
        share = 100 * (screen.cpu_seconds() - cpu) / seconds
    words = f"{written} bytes in {seconds} s"
    yield Row("idle: written to the terminal", "0 bytes", words, written == 0)
    yield below("idle: share of a core", 1, share, "%")


def measure_one_run(project: Path, seconds: int) -> Row:
    """Return what an app costs that shows one run with five metrics a second."""
    with writing(("watched", str(METRICS), "1")), Screen(project) as screen:
        screen.collect(4)
        before, cpu = len(screen.output), screen.cpu_seconds()
        screen.collect(seconds)
        rate = (len(screen.output) - before) / seconds
        row = below("5 metrics at 1 Hz", 5, 100 * (screen.cpu_seconds() - cpu) / seconds, "%")
    return Row(row.what, row.target, f"{row.measured}, {rate:,.0f} bytes/s", row.is_kept)


if __name__ == "__main__":
    raise SystemExit(run([measure], "From run.log to the screen, and what watching costs."))
