"""Estimated performance: how near it comes, how often it is wrong, what it costs; NannyML beside.

`python -m tests.benchmarks.performance [--quick] [--peers PYTHON:PYTHON]`
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.outcomes import Roles, read_outcomes
from mlops_tui.monitor import expected, performance
from mlops_tui.monitor.performed import Fitness, PerformanceReport
from tests.benchmarks import performance_peers
from tests.benchmarks.drift import peers_of
from tests.benchmarks.setting import isolated
from tests.benchmarks.table import Options, Row, run
from tests.unit.monitor.models import numbers, three_classes, two_classes

REFERENCE_ROWS = 5_000
REFERENCES = 20
"""As many: what a reference has by chance, all of its batches share."""
ROLES = {
    "two": Roles("y", "said", {"": "score"}),
    "three": Roles("y", "said", {"a": "pa", "b": "pb", "c": "pc"}),
    "numbers": Roles("y", "pred"),
}
MODELS: dict[str, Callable[..., pd.DataFrame]] = {
    "two": two_classes,
    "three": three_classes,
    "numbers": numbers,
}


def measure(options: Options) -> Iterator[Row]:
    """Measure everything about performance."""
    for kind in MODELS:
        yield from measure_calm(options, kind)
    yield from measure_power(options)
    yield from measure_nearness(options)
    with isolated() as folder:
        yield from measure_peers(options, folder)


def report_of(kind: str, before: pd.DataFrame, after: pd.DataFrame) -> PerformanceReport:
    """Return what we say of a batch."""
    setting = performance.Setting()
    if kind == "numbers":
        known = read_columns(before[["x", "z"]])
        kinds = {name: column.kind for name, column in known.items()}
        features = expected.encoded(known, read_columns(after[["x", "z"]], kinds))
        setting = performance.Setting(features=features)
    return performance.examine(*read_outcomes(before, after, ROLES[kind]), setting)


def reports(kind: str, n: int, times: int, **change: float) -> Iterator[PerformanceReport]:
    """Yield what is said of batches with labels."""
    for at in range(REFERENCES):
        reference = MODELS[kind](1_000 + at, REFERENCE_ROWS)
        for number in range(times // REFERENCES):
            batch = MODELS[kind](10_000 * (at + 1) + number, n, **change)
            yield report_of(kind, reference, batch)


def verdict_by(report: PerformanceReport, basis: str) -> Fitness:
    """Return the verdict of one basis alone."""
    found = {it.verdict for it in report.metrics if it.basis == basis}
    for verdict in (Fitness.DEGRADED, Fitness.OK):
        if verdict in found:
            return verdict
    return Fitness.TOO_LITTLE_DATA


def measure_calm(options: Options, kind: str) -> Iterator[Row]:
    """Count alarms where nothing has changed, and truths outside of the bounds of estimates."""
    times = options.times(100, 20)
    for n in (200, 1_000) if options.is_quick else (50, 200, 1_000, 5_000):
        realised = estimated = blind = held = judged = distrusted = 0
        for whole in reports(kind, n, times):
            by_estimate = verdict_by(whole, "estimated")
            realised += verdict_by(whole, "realised") is Fitness.DEGRADED
            estimated += by_estimate is Fitness.DEGRADED
            blind += by_estimate is Fitness.TOO_LITTLE_DATA
            distrusted += whole.trust is not None and not whole.trust.is_kept
            truth = {it.metric: it.value for it in whole.metrics if it.basis == "realised"}
            for it in (it for it in whole.metrics if it.basis == "estimated"):
                if not np.isnan(it.value) and not np.isnan(truth.get(it.metric, np.nan)):
                    held += it.lower <= truth[it.metric] <= it.upper
                    judged += 1
        words = f"{realised / times:.1%} realised, {estimated / times:.1%} estimated of {times}"
        words += f" ({blind / times:.0%} too little data)"
        # of twenty, one or two are no sign
        kept = None if options.is_quick else max(realised, estimated) <= 0.05 * times
        yield Row(f"{kind}: false alarms, batches of {n:,}", "<= 5 %", words, kept)
        share = held / judged
        words = f"{share:.1%} of {judged}; distrusted without cause {distrusted / times:.1%}"
        what = f"{kind}: truth within the bounds of its estimate, batches of {n:,}"
        is_held = None if options.is_quick else share >= 0.92
        yield Row(what, ">= 92 %", words, is_held)


def measure_power(options: Options) -> Iterator[Row]:
    """Count how often a worse model is found, with labels and, where rows moved, without."""
    times = options.times(60, 20)
    for n in (200,) if options.is_quick else (200, 500, 1_000):
        for what, change in (
            ("rows moved by 0.8 sd", {"shift": 1.2}),
            ("changed concept", {"concept": 1.0}),
        ):
            realised = estimated = distrusted = 0
            for whole in reports("two", n, times, **change):
                realised += verdict_by(whole, "realised") is Fitness.DEGRADED
                estimated += verdict_by(whole, "estimated") is Fitness.DEGRADED
                distrusted += whole.trust is not None and not whole.trust.is_kept
            words = f"{realised / times:.0%} realised, {estimated / times:.0%} estimated, "
            words += f"estimate distrusted {distrusted / times:.0%} of {times}"
            yield Row(f"two: {what} found, batches of {n:,}", "", words)


def measure_nearness(options: Options) -> Iterator[Row]:
    """Measure how far estimates are from the truth, next to saying what the reference says."""
    times = options.times(40, 20)
    for kind, metric in (("two", "accuracy"), ("three", "accuracy"), ("numbers", "mae")):
        for shift in (0.0, 0.8):
            ours, lazy = [], []
            for whole in reports(kind, 1_000, times, shift=shift):
                by_basis = {it.basis: it for it in whole.metrics if it.metric == metric}
                truth = by_basis["realised"].value
                ours.append(abs(by_basis["estimated"].value - truth))
                lazy.append(abs(by_basis["realised"].reference - truth))
            words = f"{np.mean(ours):.4f} (the reference's own figure: {np.mean(lazy):.4f})"
            what = f"{kind}: {metric} estimated of 1,000 rows, moved by {shift:g}: mean error"
            yield Row(what, "", words)


def measure_peers(options: Options, folder: Path) -> Iterator[Row]:
    """Compare estimates and cost with NannyML's, on the same rows."""
    for kind, make in MODELS.items():
        frames = [(make(1, 5_000), make(2, 1_000, 0.8)), (make(3, 100_000), make(4, 100_000, 0.3))]
        files = []
        for at, pair in enumerate(frames):
            for side, frame in zip(("reference", "current"), pair, strict=True):
                files.append(folder / f"{kind}-{side}{at}.csv")
                frame.to_csv(files[-1], index=False)
        theirs = next(filter(None, (peer_lines(p, kind, files) for p in peers_of(options))), [])
        for at, size in enumerate(("5,000 and 1,000", "100,000 and 100,000")):
            pair = [pd.read_csv(path) for path in files[2 * at : 2 * at + 2]]  # type: ignore[assignment]
            start = time.process_time()
            report_of(kind, pair[0], pair[1].drop(columns="y"))
            took = time.process_time() - start
            words = f"{took:.2f} s CPU"
            if len(theirs) > at:
                values = plain_estimates(kind, pair[0], pair[1])
                told = theirs[at]["metrics"]
                apart = max(abs(values[name] / it[0] - 1) for name, it in told.items())
                words += f"; NannyML {theirs[at]['seconds']:.2f} s, estimates within {apart:.1g}"
            yield Row(f"{kind}: estimate, {size} rows", "", words)


def plain_estimates(kind: str, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, float]:
    """Return estimates before what they are off in the reference is taken away."""
    features = None
    if kind == "numbers":
        features = (before[["x", "z"]].to_numpy(), after[["x", "z"]].to_numpy())
    found, why = expected.expect(*read_outcomes(before, after, ROLES[kind]), features)
    assert found is not None, why
    return {name: it.value for name, it in found.current.items()}


def peer_lines(python: str, kind: str, files: list[Path]) -> list[dict[str, Any]]:
    """Return what NannyML says of each pair of files; nothing where it is not there."""
    argv = [python, performance_peers.__file__, kind, *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("estimated")]
    return [json.loads(line.removeprefix("estimated")) for line in lines]


if __name__ == "__main__":
    raise SystemExit(run([measure], "Performance: nearness, false alarms, power, cost."))
