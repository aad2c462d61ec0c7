"""How fast the index reads and answers: `python -m tests.benchmarks.ingest [--quick]`."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from mlops_tui.domain.filters import parse_filter, parse_sort
from mlops_tui.index import Index
from mlops_tui.index.columns import FileState, to_columns
from mlops_tui.index.events import decode_lines
from tests.benchmarks.setting import START, event_text, isolated, make_project
from tests.benchmarks.table import Options, Row, run

LEAST_RATE = 1_000_000


def measure(options: Options) -> Iterator[Row]:
    """Measure reading, then answers about many runs."""
    points = 200_000 if options.is_quick else 1_000_000
    with isolated() as folder:
        yield from measure_decoding(points)
        for runs in (40, 5):
            project = make_project(folder / f"p{runs}", runs, points // runs)
            name = f"ingest {runs} runs x {points // runs:,} points, 5 metrics a line"
            durations = [seconds(partial(fill, project)) for _ in range(options.times(5))]
            yield rate_row(name, points, durations, is_judged=True)
        yield from measure_answers(folder / "many", 1_000 if options.is_quick else 10_000)


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rate_row(what: str, points: int, durations: list[float], is_judged: bool = False) -> Row:
    rate = points / statistics.median(durations)
    target = f">= {LEAST_RATE:,} points/s" if is_judged else ""
    is_kept = rate >= LEAST_RATE if is_judged else None
    words = f"{rate:,.0f} points/s (best {points / min(durations):,.0f}, n {len(durations)})"
    return Row(what, target, words, is_kept)


def time_row(what: str, work: Callable[[], object], times: int = 3) -> Row:
    return Row(what, "", f"{1000 * min(seconds(work) for _ in range(times)):.1f} ms")


def fill(project: Path) -> None:
    """Build the index of a project anew."""
    with Index.open(project) as index:
        index._store.path.unlink(missing_ok=True)
    with Index.open(project) as index:
        index.ingest()


def measure_decoding(points: int) -> Iterator[Row]:
    """Time decoding alone, whole lines and lines that lack time and step or have more."""
    data = event_text(points)
    lines = [json.dumps({"m": json.loads(line)["m"]}) for line in data.splitlines()]
    bare = "".join(line + "\n" for line in lines).encode()
    odd = data.replace(b'1, "m"', b'1, "x": NaN, "m"')
    for what, text in (
        ("time and step given", data),
        ("neither given", bare),
        ("one line in ten with more keys", odd),
    ):
        durations = [seconds(partial(decode, text)) for _ in range(3)]
        yield rate_row(f"decode only, {what}", points, durations)


def decode(data: bytes) -> None:
    """Decode event lines in the pieces in which the index reads them."""
    state = FileState(START)
    start = 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + (1 << 20)) + 1
        found = decode_lines(data[start:end], start)
        to_columns(found.lines, found.ends, start, state)
        start = end


def measure_answers(project: Path, runs: int) -> Iterator[Row]:
    """Time listing, sorting and filtering many runs of 20 metrics and 20 parameters."""
    make_project(project, runs, 200, metrics=20, params=20, texts=50)
    what = f"index of {runs:,} runs x 20 metrics x 20 params"
    yield rate_row(f"ingest: {what}", runs * 200, [seconds(lambda: fill(project))])
    yield time_row(f"{what}: open", lambda: Index.open(project).close())
    with Index.open(project) as index:
        yield time_row("... first ingest with nothing new", index.ingest, times=1)
        yield time_row("... ingest with nothing new", index.ingest)
        yield time_row("... all ids, newest first", index.run_ids)
        page = index.run_ids(limit=100)
        yield time_row("... a page of 100 runs", lambda: index.runs(page))
        sort = parse_sort("-metric.metric7")
        yield time_row("... sort by a metric", lambda: index.run_ids(sort=sort))
        where = parse_filter("param7 > 0.5 and min.metric3 < 1")
        yield time_row("... filter by a parameter and a metric", lambda: index.run_ids(where))
        fields = ["name", "state", "param1", "metric1", "lr"]
        yield time_row("... values of 5 fields", lambda: index.values(fields))
        points = lambda: index.series(page[0], "metric0", 500)  # noqa: E731
        yield time_row("... 500 points of a series", points)


if __name__ == "__main__":
    raise SystemExit(run([measure], "How fast the index reads and answers."))
