"""The app on much data: `python -m tests.benchmarks.opening [--quick]`.

One million points that were never seen before, in two shapes; 10,000 and 100,000 runs that the
index knows.
"""

from __future__ import annotations

import re
import shutil
import statistics
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.filters import parse_filter
from mlops_tui.index import Index
from tests.benchmarks.screen import Screen, has_chart
from tests.benchmarks.setting import isolated, make_project
from tests.benchmarks.table import Options, Row, below, memory_row, run

QUIET_SECONDS = 1.5
"""So long without output, and all that was to come has come."""
FILTER = "param7>0.5"
HELP = b"Start a job"
FOOTER = b"Launch"
PAGE_DOWN = "\x1b[6~"
KEY_SECONDS = 0.1


def measure(options: Options) -> Iterator[Row]:
    """Measure both."""
    points = 200_000 if options.is_quick else 1_000_000
    with isolated() as folder:
        loaded = []
        for runs in (40, 5):
            project = make_project(folder / f"p{runs}", runs, points // runs, texts=min(runs, 4))
            loaded.append((yield from measure_shape(project, runs, points, options.times(5))))
        ratio = max(loaded[1] / loaded[0], loaded[0] / loaded[1])
        yield Row("the one shape against the other", "< 1.5 x", f"{ratio:.2f} x", ratio < 1.5)
    with isolated() as folder:
        runs = 1_000 if options.is_quick else 10_000
        project = make_project(folder / "many", runs, 200, metrics=20, params=20, texts=50)
        limits = Limits(rows=1.0, filtered=0.1, sorted=0.1, memory_mb=150)
        yield from measure_many(project, runs, options.times(5), limits)
        yield from key_rows(project, f"{runs:,} runs", is_new=False)
    with isolated() as folder:
        runs = 2_000 if options.is_quick else 100_000
        project = make_project(folder / "very-many", runs, 20, metrics=4, params=8, texts=50)
        limits = Limits(rows=1.5, filtered=0.15, sorted=0.3, memory_mb=250)
        yield from measure_many(project, runs, options.times(3), limits)


# One million points


@dataclass(frozen=True)
class Load:
    """Seconds from the start of the process to what was on its screen, and to all being loaded."""

    paint: float
    chart: float
    done: float


def measure_shape(project: Path, runs: int, points: int, times: int) -> Generator[Row, None, float]:
    """Open a project that was never seen; return the seconds until all is loaded."""
    name = f"{runs} runs x {points // runs:,} points, never seen"
    loads, processor = [], []
    memory = Row("", "", "")
    for _ in range(times):
        shutil.rmtree(places.cache_dir(), ignore_errors=True)
        with Screen(project) as screen:
            screen.until_came(FOOTER)
            screen.collect(60, quiet=QUIET_SECONDS)
            memory = memory_row(f"{name}: memory of the interface", 150, screen.pid)
            processor.append(screen.cpu_seconds())
            paint, chart = screen.first(is_painted), screen.first(has_chart)
            loads.append(Load(paint, chart, screen.arrived[-1][0] - screen.started))
        assert indexed_points(project) == points, "it fell silent before all was loaded"
    yield plain(f"{name}: first paint", [load.paint for load in loads])
    yield below(f"{name}: chart on screen", 0.5, [load.chart for load in loads])
    after = [load.chart - load.paint for load in loads]
    yield below("... counted from first paint", 0.5, after)
    done = [load.done for load in loads]
    yield below(f"{name}: all loaded", 2.0, done)
    yield plain("... processor time for that", processor)
    yield memory
    yield from key_rows(project, name, is_new=True)
    return statistics.median(done)


def plain(what: str, values: list[float]) -> Row:
    return Row(what, "", below("", 1, values).measured)


def is_painted(text: str) -> bool:
    return "Launch" in text


def indexed_points(project: Path) -> int:
    """Return how many points the index has, without reading more."""
    with Index.open(project) as index:
        runs = index.runs(index.run_ids())
    return sum(metric.count for run in runs for metric in run.metrics.values())


# Keys


def help_latencies(screen: Screen) -> list[float]:
    """Open and close the help from the first paint on; return the seconds to each repaint."""
    screen.until_came(FOOTER)
    latencies = []
    for key, answer in [("?", HELP), ("q", FOOTER)] * 6:
        so_far = len(screen.output)
        pressed = screen.type(key)
        latencies.append(screen.until_came(answer, so_far) - pressed)
        screen.collect(0.1)
    return latencies


def cursor_latencies(screen: Screen) -> list[float]:
    """Move the cursor from the first rows on; return the seconds to each repaint."""
    screen.until_came(FOOTER)
    screen.type("g")  # whoever left it before may have left it further down
    screen.wait_for(partial(is_cursor_on, screen, 0))
    latencies = []
    for number in range(12):
        screen.collect(KEY_SECONDS)
        screen.seen(lambda _: False)
        pressed = screen.type("kj"[(number + 1) % 2])
        moved = screen.wait_for(partial(is_cursor_on, screen, (number + 1) % 2))
        latencies.append(moved - pressed)
    return latencies


def is_cursor_on(screen: Screen, row: int, text: str) -> bool:
    lines = [y for y, line in enumerate(text.splitlines()) if "finished train-" in line]
    return len(lines) > row and screen.highlighted(lines) == lines[row]


def has_words(words: str, text: str) -> bool:
    return words in text


def key_rows(project: Path, name: str, is_new: bool) -> Iterator[Row]:
    """Yield how soon keys are answered while the project is read, which the index may not know."""
    for what, press in (("cursor moved", cursor_latencies), ("help opened", help_latencies)):
        if is_new:
            shutil.rmtree(places.cache_dir(), ignore_errors=True)
        with Screen(project) as screen:
            milliseconds = [1000 * seconds for seconds in press(screen)]
        yield below(f"{name}, loading: key to repaint, {what}", 50, milliseconds, "ms")


# Many runs


@dataclass(frozen=True)
class Limits:
    """What there is to reach, in seconds and megabytes."""

    rows: float
    filtered: float
    sorted: float
    memory_mb: int


def measure_many(project: Path, runs: int, times: int, limits: Limits) -> Iterator[Row]:
    """Open a project whose many runs the index knows, then sort and filter them."""
    with Index.open(project) as index:
        index.ingest()
        passing = len(index.run_ids(parse_filter(FILTER)))
    name = f"{runs:,} runs, indexed"
    paints, rows, sorts, filters, pages = [], [], [], [], []
    memory = Row("", "", "")
    for _ in range(times):
        with Screen(project) as screen:
            screen.until_came(FOOTER)
            screen.collect(60, quiet=QUIET_SECONDS)
            paints.append(screen.first(is_painted))
            rows.append(screen.first(has_rows))
            screen.seen(lambda _: False)
            screen.type(PAGE_DOWN)  # to the last line that is seen already
            screen.collect(2, quiet=0.7)
            screen.seen(lambda _: False)
            for _ in range(6):
                before = first_run(screen.shown())
                pages.append(latency(screen, PAGE_DOWN, partial(has_other_rows, before)))
            for column in ("param3", "metric2", "Took"):
                screen.type("S")
                screen.collect(5, quiet=0.7)
                screen.type(column)
                screen.collect(5, quiet=0.7)
                screen.seen(lambda _: False)
                sorts.append(latency(screen, "\r", partial(has_words, f"runs, by {column}")))
            screen.type("/")
            screen.collect(2, quiet=0.5)
            filters.append(latency(screen, FILTER, partial(has_words, f"{passing:,} of ")))
            memory = memory_row(f"{name}: memory of the interface", limits.memory_mb, screen.pid)
    yield below(f"{name}: first paint", 0.6, paints)
    yield below(f"{name}: rows", limits.rows, rows)
    yield below(f"{name}: sort", limits.sorted, sorts)
    yield below(f"{name}: filter", limits.filtered, filters)
    yield below(f"{name}: a page", 0.05, pages)
    yield memory


def has_rows(text: str) -> bool:
    """Say whether runs are on the screen, and none that is not read yet."""
    rows = len(re.findall(r"\btrain-\d+", text))
    return rows >= 5 and not re.search(r"^\s*…\s", text, re.MULTILINE)


def first_run(text: str) -> str:
    found = re.search(r"finished train-\d+", text)
    assert found is not None, text
    return found.group()


def has_other_rows(before: str, text: str) -> bool:
    return first_run(text) != before


def latency(screen: Screen, keys: str, shows: Callable[[str], bool]) -> float:
    """Return the seconds from typing `keys` to rows that `shows` agrees with."""
    typed = screen.type(keys)
    screen.collect(5, quiet=0.7)
    seen = screen.seen(lambda text: shows(text) and has_rows(text))
    assert seen is not None, screen.shown()
    screen.seen(lambda _: False)
    return seen - typed


if __name__ == "__main__":
    raise SystemExit(run([measure], "The app on much data."))
