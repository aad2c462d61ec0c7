"""False alarms and power of drift detection, what a report costs, and Evidently and NannyML beside.

`python -m tests.benchmarks.drift [--quick] [--peers PYTHON:PYTHON]`: interpreters that have one or
the other of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.evaluate.columns import Column, Kind, read_columns
from mlops_tui.monitor import drift, nulls
from mlops_tui.monitor.presets import compare_as
from mlops_tui.monitor.verdicts import Verdict
from tests.benchmarks import drift_peers
from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, below, run

REFERENCE_ROWS = 5_000
SIZES = (50, 100, 200, 500, 1_000, 5_000)
POWER = {100: 0.40, 200: 0.80, 500: 0.99}
REFERENCES = 20
CHILD = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
took = time.perf_counter() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000, done.returncode]))
"""


def measure(options: Options) -> Iterator[Row]:
    """Measure everything about drift."""
    yield from measure_false_alarms(options)
    yield from measure_power(options)
    yield from measure_waves(options)
    with isolated() as folder:
        yield from measure_parity(options, folder)
        yield from measure_cost(options, folder)


def mixed_frame(draw: np.random.Generator, n: int, shift: float = 0.0) -> pd.DataFrame:
    """Return 15 numeric columns of different shapes and 5 of categories; the first is shifted."""
    columns: dict[str, Any] = {f"normal{at}": draw.normal(size=n) for at in range(8)}
    columns["normal0"] = columns["normal0"] + shift
    columns |= {f"lognormal{at}": draw.lognormal(size=n) for at in range(2)}
    columns |= {f"exponential{at}": draw.exponential(size=n) for at in range(2)}
    columns["t3"] = draw.standard_t(3, size=n)
    columns["poisson"] = draw.poisson(12, size=n)
    columns["half_zero"] = np.where(draw.random(n) < 0.3, 0, draw.gamma(2, size=n))
    for at, k in enumerate((2, 3, 5, 10, 30)):
        shares = 1 / np.arange(1, k + 1)
        labels = np.array([f"label {number}" for number in range(k)], dtype=object)
        columns[f"category{at}"] = draw.choice(labels, p=shares / shares.sum(), size=n)
    return pd.DataFrame(columns)


def mixed(
    draw: np.random.Generator, n: int, kinds: Mapping[str, Kind] | None = None, shift: float = 0.0
) -> dict[str, Column]:
    """Return the same as columns."""
    return read_columns(mixed_frame(draw, n, shift), kinds)


def batches(
    draw: np.random.Generator, n: int, times: int, shift: float = 0.0
) -> Iterator[drift.DriftReport]:
    """Yield reports of batches against a few references of their own."""
    for _ in range(REFERENCES):
        reference = mixed(draw, REFERENCE_ROWS)
        kinds = {name: column.kind for name, column in reference.items()}
        cache = nulls.NullCache()
        for _ in range(times // REFERENCES):
            yield drift.compare(reference, mixed(draw, n, kinds, shift), cache=cache)


def measure_false_alarms(options: Options) -> Iterator[Row]:
    """Count alarms where nothing has drifted."""
    times = options.times(600, 100)
    for n in SIZES:
        columns = alarms = blind = scores = 0
        for report in batches(np.random.default_rng(n), n, times):
            columns += sum(column.verdict is Verdict.DRIFT for column in report.columns)
            alarms += report.verdict is Verdict.DRIFT
            blind += report.verdict is Verdict.TOO_LITTLE_DATA
            scores += len(report.columns)
        words = f"{columns / scores:.2%} of columns, {alarms / times:.1%} of {times} batches"
        if blind:
            words += f" ({blind / times:.0%} too little data)"
        is_kept = columns / scores <= 0.01 and alarms / times <= 0.05
        yield Row(f"false alarms, batches of {n:,}", "<= 1 % and <= 5 %", words, is_kept)


def measure_power(options: Options) -> Iterator[Row]:
    """Count how often a shift of one column of twenty by 0.3 sd is found."""
    times = options.times(600, 100)
    for n, least in POWER.items():
        found = sum(
            any(it.column == "normal0" and it.verdict is Verdict.DRIFT for it in report.columns)
            for report in batches(np.random.default_rng(n), n, times, shift=0.3)
        )
        what = f"0.3 sd in one of 20 columns found, batches of {n:,}"
        yield Row(
            what, f">= {least:.0%}", f"{found / times:.1%} of {times}", found >= least * times
        )


def waves(draw: np.random.Generator, n: int, phi: float, columns: int = 20) -> dict[str, Column]:
    """Return AR(1) columns of variance 1, a quarter of them cut into categories, and their time."""
    from scipy.signal import lfilter

    made = {"t": Column("t", Kind.TIME, np.arange(0.0, 60.0 * n, 60.0), rows=n)}
    for at in range(columns):
        noise = draw.normal(size=n + 500)
        values = lfilter([np.sqrt(1 - phi**2)], [1, -phi], noise)[500:]
        name = f"x{at}"
        if at % 4:
            made[name] = Column(name, Kind.NUMERIC, values, rows=n)
        else:
            codes = np.digitize(values, [-1, -0.3, 0.4, 1.2]).astype(np.int32)
            made[name] = Column(name, Kind.CATEGORY, np.empty(0), codes, tuple("abcde"), rows=n)
    return made


def measure_waves(options: Options) -> Iterator[Row]:
    """Count alarms on calm streams whose rows resemble their neighbours."""
    times = options.times(200, 40)
    for phi, n in ((0.8, 100), (0.8, 200), (0.8, 500), (0.95, 200)):
        draw = np.random.default_rng(n)
        by_blocks = by_rows = 0
        for _ in range(REFERENCES):
            reference, cache = waves(draw, REFERENCE_ROWS, phi), nulls.NullCache()
            for _ in range(times // REFERENCES):
                batch = waves(draw, n, phi)
                timed = drift.compare(reference, batch, drift.Settings(time="t"), cache)
                plain = drift.compare(reference, batch, None, cache)
                by_blocks += timed.verdict is Verdict.DRIFT
                by_rows += plain.verdict is Verdict.DRIFT
        words = (
            f"{by_blocks / times:.1%} of {times} batches (rows at random: {by_rows / times:.0%})"
        )
        what = f"false alarms, AR(1) phi {phi:g} with time, batches of {n:,}"
        is_target = phi == 0.8
        kept = by_blocks <= 0.1 * times if is_target else None
        yield Row(what, "<= 10 %" if is_target else "", words, kept)


def peers_of(options: Options) -> list[str]:
    return [path for path in options.peers.split(os.pathsep) if path]


def peer_lines(python: str, peer: str, files: list[Path]) -> list[dict[str, Any]]:
    """Return what a peer decided about each pair of files; nothing where it is not there."""
    argv = [python, drift_peers.__file__, peer, *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("decided")]
    return [json.loads(line.removeprefix("decided")) for line in lines]


def measure_parity(options: Options, folder: Path) -> Iterator[Row]:
    """Compare the presets' scores and decisions with the tools' own."""
    files = []
    for at, (rows, n, shift) in enumerate(
        [(5_000, 500, 0.1), (800, 500, 0.1), (1_000, 100, 0.0), (1_001, 1_000, 0.05), (97, 60, 0.3)]
    ):
        draw = np.random.default_rng(at)
        for side, count, by in (("reference", rows, 0.0), ("current", n, shift)):
            frame = mixed_frame(draw, count, by)
            frame["codes"] = draw.integers(0, 4, count)
            frame["few"] = draw.choice([0.5, 1.5, 2.5], count)
            frame["flag"] = draw.random(count) < 0.3
            files.append(folder / f"{side}{at}.csv")
            frame.to_csv(files[-1], index=False)
    for peer in ("evidently", "nannyml"):
        told = next(filter(None, (peer_lines(p, peer, files) for p in peers_of(options))), [])
        if len(told) < len(files) // 2:
            yield Row(f"preset {peer} against the package", "", "not installed (--peers PYTHON)")
            continue
        same = decisions = 0
        apart = 0.0
        for at, theirs in enumerate(told):
            pair = [pd.read_csv(path) for path in files[2 * at : 2 * at + 2]]
            for column in compare_as(peer, *pair).columns:
                score, is_drift = theirs["columns"][column.column]
                decisions += 1
                same += is_drift == (column.verdict is Verdict.DRIFT)
                apart = max(apart, abs(column.score - score))
        words = f"{same} of {decisions} decisions, scores within {apart:.1g}"
        yield Row(f"preset {peer} against the package", "all", words, same == decisions)


def timed(argv: list[str], times: int = 1) -> list[tuple[float, float, float]]:
    """Return wall and CPU seconds and peak memory in MB of whole processes."""
    found = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", CHILD, *argv], capture_output=True, text=True, check=True
        )
        wall, cpu, memory, code = json.loads(done.stdout)
        assert code in (0, 1), f"{argv} ended with {code}"
        found.append((wall, cpu, memory))
    return found


def costly_frame(seed: int, n: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    columns: dict[str, Any] = {f"n{at}": draw.normal(size=n).round(6) for at in range(15)}
    for at, k in enumerate((2, 3, 5, 10, 30)):
        labels = np.array([f"label {number}" for number in range(k)], dtype=object)
        columns[f"c{at}"] = labels[draw.integers(0, k, n)]
    return pd.DataFrame(columns)


def measure_cost(options: Options, folder: Path) -> Iterator[Row]:
    """Time the command on large files, without and with what chance gives from before."""
    cases: list[tuple[int, float, float | None, float]] = [(100_000, 1.2, 4.0, 600)]
    if not options.is_quick:
        cases.append((1_000_000, 8.0, None, 1_500))
    for n, warm, cold, memory_mb in cases:
        for kind in ("csv", "parquet"):
            files = [folder / f"{side}-{n}.{kind}" for side in ("reference", "current")]
            for seed, file in enumerate(files):
                frame = costly_frame(seed, n)
                frame.to_csv(file, index=False) if kind == "csv" else frame.to_parquet(file)
            argv = [sys.executable, "-m", "mlops_tui", "monitor", "run", "--json"]
            argv += ["--reference", str(files[0]), "--current", str(files[1])]
            first = timed(argv)
            again = timed(argv, options.times(3))
            what = f"{n:,} x 20 against as many, {kind}"
            yield below(f"{what}, cold", cold or warm, [wall for wall, _, _ in first])
            yield below(f"{what}, warm", warm, [wall for wall, _, _ in again])
            cpu = f"{first[0][1]:.2f} s cold, {min(cpu for _, cpu, _ in again):.2f} s warm"
            yield Row(f"{what}, CPU", "", cpu)
            yield below(f"{what}, memory", memory_mb, max(it[2] for it in first + again), "MB")
            if kind == "csv" and n == 100_000:
                yield from peer_cost(options, files, what)


def peer_cost(options: Options, files: list[Path], what: str) -> Iterator[Row]:
    for peer in ("evidently", "nannyml"):
        for python in peers_of(options):
            start = time.perf_counter()
            told = peer_lines(python, peer, files)
            took = time.perf_counter() - start
            if told:
                words = f"{took:.1f} s, {told[0]['memory_mb']:.0f} MB"
                yield Row(f"{what}, {peer}", "", words)


if __name__ == "__main__":
    raise SystemExit(run([measure], "Drift: false alarms, power, cost."))
