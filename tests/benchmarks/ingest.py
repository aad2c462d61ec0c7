"""How fast the index reads and answers: `python -m tests.benchmarks.ingest [--quick]`."""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mlops_tui.domain.filters import parse_filter, parse_sort
from mlops_tui.index import Index
from mlops_tui.index.columns import FileState, to_columns
from mlops_tui.index.lines import decode_lines

NOW = 1_766_000_000.0


def main() -> None:
    """Print one line a measurement."""
    is_quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MLOPS_CACHE_DIR"] = str(Path(folder) / "cache")
        print(f"{'what':<44} {'seconds':>9} {'points/s':>12}")
        measure_parsing(200_000 if is_quick else 1_000_000)
        for runs, points in ((40, 25_000), (5, 200_000)):
            size = points // 10 if is_quick else points
            project = make_project(Path(folder) / f"p{runs}", runs, size)
            with Index.open(project) as index:
                row(f"load {runs} runs x {size:,} points", index.ingest, runs * size)
                measure_series(index)
        measure_many(Path(folder) / "many", 1_000 if is_quick else 10_000)


def row(what: str, work: Callable[[], object], points: int = 0, times: int = 1) -> None:
    """Run `work` and print the best of `times` durations."""
    seconds = min(_seconds(work) for _ in range(times))
    print(f"{what:<44} {seconds:9.4f} {points / seconds if points else 0:12,.0f}")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def event_text(points: int, metrics: int = 5) -> bytes:
    """Return event lines with `points` points, `metrics` of them a line."""
    return b"".join(
        json.dumps(
            {
                "t": NOW + step / 10,
                "s": step,
                "m": {f"metric{m}": random.random() for m in range(metrics)},
            }
        ).encode()
        + b"\n"
        for step in range(points // metrics)
    )


def make_project(project: Path, runs: int, points: int, metrics: int = 5, params: int = 3) -> Path:
    """Write a project of ended runs that share the text of their events."""
    folder = project / ".mlops" / "runs"
    folder.mkdir(parents=True)
    (project / "mlops.toml").touch()
    events = event_text(points, metrics)
    with open(project / ".mlops" / "journal-here.jsonl", "w") as journal:
        for number in range(runs):
            run_id = f"20251217-{number:06d}-{number:06x}"
            facts = {"params": {f"param{p}": random.random() for p in range(params)}, "tags": {}}
            created = {"event": "run.created", "run": run_id, "name": f"train-{number}"}
            about = {"job": "train", "kind": "train", "host": "here", "created": NOW + number}
            journal.write(json.dumps({"t": NOW, **created, **about, **facts}) + "\n")
            end = {"event": "run.ended", "run": run_id, "state": "finished", "ended": NOW + 60}
            journal.write(json.dumps({"t": NOW + 60, **end, "exit_code": 0, "started": NOW}) + "\n")
            (folder / run_id).mkdir()
            (folder / run_id / "events.jsonl").write_bytes(events)
    return project


def measure_parsing(points: int) -> None:
    """Time decoding alone, whole lines and lines that lack time and step."""
    data = event_text(points)
    row("decode, time and step given", lambda: _decode(data), points)
    lines = [json.dumps({"m": json.loads(line)["m"]}) for line in data.splitlines()]
    bare = "".join(line + "\n" for line in lines).encode()
    row("decode, neither given", lambda: _decode(bare), points)
    odd = data.replace(b'1, "m"', b'1, "x": NaN, "m"')
    row("decode, one line in ten with more keys", lambda: _decode(odd), points)


def _decode(data: bytes) -> None:
    state = FileState(NOW)
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + (1 << 20)) + 1
        found = decode_lines(data[start:end], start)
        to_columns(found.lines, found.ends, start, state)
        start = end


def measure_series(index: Index) -> None:
    """Time drawing one history."""
    run_id = index.run_ids()[0]
    row("  500 points of one series", lambda: index.series(run_id, "metric0", 500), times=5)


def measure_many(project: Path, runs: int) -> None:
    """Time listing, sorting and filtering many runs of 20 metrics and 20 parameters."""
    make_project(project, runs, 200, metrics=20, params=20)
    with Index.open(project) as index:
        row(f"load {runs:,} runs x 20 metrics x 20 params", index.ingest, runs * 200)
    row("open", lambda: Index.open(project).close(), times=3)
    with Index.open(project) as index:
        row("first ingest", index.ingest)
        row("ingest with nothing new", index.ingest, times=5)
        row("run_ids, newest first", index.run_ids, times=3)
        page = index.run_ids(limit=100)
        row("a page of 100 runs", lambda: index.runs(page), times=3)
        sort, where = (
            parse_sort("-metric.metric7"),
            parse_filter("param7 > 0.5 and min.metric3 < 1"),
        )
        row("sort by a metric", lambda: index.run_ids(sort=sort), times=3)
        row("filter by a parameter and a metric", lambda: index.run_ids(where), times=3)
        row(
            "values of 5 fields", lambda: index.values(["name", "state", "param1", "metric1", "lr"])
        )


if __name__ == "__main__":
    main()
