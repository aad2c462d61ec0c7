"""What charts cost: `python -m tests.benchmarks.charts [--quick]`.

Processor time and bytes of live ones, keys on a slow link, long series, and very many metrics.
"""

from __future__ import annotations

import os
import random
import re
import select
import statistics
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

from mlops_tui.domain.runs import Series
from mlops_tui.index import Index
from mlops_tui.index.packing import Points, decimate
from mlops_tui.ui.plot import ChartData, Curve
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.line_chart import LineChart
from tests.benchmarks.live import new_project, writing
from tests.benchmarks.screen import Screen, has_chart
from tests.benchmarks.setting import isolated, make_project
from tests.benchmarks.table import Options, Row, below, number, run

CHARTS_ALONE = "2z"
"""To the charts, and all the room for them."""
SERIES = 10
LINK_BYTES = 30_000
"""A second, on the slow link."""
SLICE_SECONDS = 0.02
FRAME_GAP_SECONDS = 0.04
"""Output that comes closer together belongs to one repaint."""
FRAME_BYTES = 150
"""A repaint of less shows a number, no chart."""


def measure(options: Options) -> Iterator[Row]:
    """Measure live charts, a redraw, a slow link, long series and many metrics."""
    seconds = options.times(20, 6)
    with isolated() as folder:
        yield from measure_many_live(new_project(folder), seconds)
    with isolated() as folder:
        yield measure_one_live(new_project(folder), seconds)
    yield from measure_redraw(options.times(20, 5))
    with isolated() as folder:
        yield from measure_slow_link(new_project(folder), options.times(8, 3))
    with isolated() as folder:
        points = 100_000 if options.is_quick else 1_000_000
        project = make_project(folder / "long", SERIES, points, metrics=1)
        yield from measure_long(project, points)
    with isolated() as folder:
        yield from measure_many_metrics(make_project(folder / "wide", 1, 15_000, metrics=1500))


# Live


def measure_many_live(project: Path, seconds: int) -> Iterator[Row]:
    """Yield what twelve charts of a run with 40 metrics at 10 Hz cost."""
    name = "12 live charts, 40 metrics at 10 Hz"
    with writing(("watched", "40", "0.1")), Screen(project) as screen:
        screen.collect(3)
        screen.type(CHARTS_ALONE)
        cpu, rate, frames = costs(screen, seconds)
        screen.seen(lambda _: False)
        charts = len(re.findall(r"step 0", screen.shown()))
        assert charts == 12, screen.shown()
    yield below(f"{name}: share of a core", 10, 100 * cpu, "%")
    yield below(f"{name}: to the terminal", 10_000, rate, "bytes/s")
    yield Row(f"{name}: repaints", ">= 2 /s", f"{frames:.1f} /s", frames >= 2)


def measure_one_live(project: Path, seconds: int) -> Row:
    """Return what one chart of one metric at 5 Hz costs."""
    with writing(("watched", "1", "0.2")), Screen(project, 120, 40) as screen:
        screen.collect(3)
        screen.type(CHARTS_ALONE)
        cpu, rate, frames = costs(screen, seconds)
    row = below("1 live chart at 5 Hz, 120x40: to the terminal", 6_000, rate, "bytes/s")
    more = f", {100 * cpu:.1f} % of a core, {frames:.1f} repaints/s"
    return Row(row.what, row.target, row.measured + more, row.is_kept)


def costs(screen: Screen, seconds: int) -> tuple[float, float, float]:
    """Return the share of a core, bytes a second and repaints a second, after a warm-up."""
    screen.collect(3)
    cpu, size, first = screen.cpu_seconds(), len(screen.output), len(screen.arrived)
    screen.collect(seconds)
    share = (screen.cpu_seconds() - cpu) / seconds
    sizes, last = [0], 0.0
    for when, data in screen.arrived[first:]:
        sizes += [0] * (when - last > FRAME_GAP_SECONDS)
        sizes[-1] += len(data)
        last = when
    frames = sum(size > FRAME_BYTES for size in sizes)
    return share, (len(screen.output) - size) / seconds, frames / seconds


# One redraw


def measure_redraw(times: int) -> Iterator[Row]:
    """Yield the processor time of drawing ten series of 10,000 points, as read and whole."""
    points = 10_000
    whole = [noise(points, seed) for seed in range(SERIES)]
    thinned = []
    for one in whole:
        few = decimate(Points(one.steps, one.times, one.values), 4 * 120)
        thinned.append(Series(one.metric, one.count, *few))
    for what, limit, series in (("as they are read", 15.0, thinned), ("all points", 0.0, whole)):
        milliseconds = [1000 * redraw_seconds(series) for _ in range(times)]
        name = f"redraw of {SERIES} x {points:,} points, 120x38, {what}: CPU"
        row = below(name, limit or 15, milliseconds, "ms")
        yield row if limit else Row(row.what, "", row.measured)


def noise(points: int, seed: int) -> Series:
    chance = random.Random(seed)
    values = array("d", [chance.random() + seed for _ in range(points)])
    return Series("loss", points, array("q", range(points)), array("d", range(points)), values)


def redraw_seconds(series: list[Series]) -> float:
    """Return the processor time of making the rows of one chart."""
    curves = tuple(Curve(f"r{at}", f"r{at}", at % 8, one) for at, one in enumerate(series))
    chart = LineChart(Symbols.BRAILLE)
    chart.data = ChartData("loss", curves=curves)
    began = time.process_time()
    chart._compose_rows(120, 38)
    return time.process_time() - began


# Slow link


class SlowScreen(Screen):
    """Takes no more than the link lets through."""

    def read(self, seconds: float) -> bytes:
        """Return what arrives within `seconds`, and let the time pass that it takes."""
        if not self.is_alive or not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, int(LINK_BYTES * SLICE_SECONDS))
        except OSError:
            data = b""
        self.is_alive = bool(data)
        if b"\x1b[?2026$p" in data:
            os.write(self._fd, b"\x1b[?2026;2$y")
        self.output += data
        time.sleep(len(data) / LINK_BYTES)
        self.arrived.append((time.monotonic(), data))
        return data


def measure_slow_link(project: Path, times: int) -> Iterator[Row]:
    """Yield how soon keys show an effect over a link of 30 KB/s with live charts beside them."""
    others = [(f"other-{at}", "5", "1") for at in range(4)]
    with writing(*others, ("watched", "40", "0.1")), SlowScreen(project, SSH_TTY="x") as screen:
        screen.collect(12)
        screen.seen(lambda _: False)
        moves, turns = [], []
        for at in range(times):
            moves.append(reaction(screen, "j" if at % 2 == 0 else "k", cursor_at(screen)))
            screen.collect(1.3)
        for _ in range(times):
            turns.append(reaction(screen, "?", lambda text: "Start a job" in text))
            screen.collect(1.0)
            turns.append(reaction(screen, "q", lambda text: "Start a job" not in text))
            screen.collect(1.0)
    link = f"{LINK_BYTES // 1000} KB/s, live charts"
    yield below(f"{link}: cursor moved", 0.3, moves)
    yield below(f"{link}: help opened or closed", 1.0, turns)


def cursor_at(screen: Screen) -> Callable[[str], bool]:
    """Return what says whether another row of the table is highlighted than now."""
    lines = [at for at, line in enumerate(screen.shown().splitlines()) if "▶ running" in line]
    before = screen.highlighted(lines)
    return lambda _: screen.highlighted(lines) not in (None, before)


def reaction(screen: Screen, key: str, shows: Callable[[str], object]) -> float:
    """Return the seconds from `key` to what it does."""
    screen.seen(lambda _: False)
    typed = screen.type(key)
    return screen.wait_for(shows) - typed


# Long series


def measure_long(project: Path, points: int) -> Iterator[Row]:
    """Yield how soon a chart of ten long series is there, and another part of it."""
    with Index.open(project) as index:
        while index.ingest().more:
            pass
        began = time.process_time()
        for run_id in index.run_ids():
            index.series(run_id, "metric0", points=600)
        reading = 1000 * (time.process_time() - began)
    name = f"{SERIES} series x {points:,} points"
    with Screen(project) as screen:
        screen.wait_for(has_chart)
        for _ in range(SERIES):
            screen.type(" ")
            screen.collect(0.3, quiet=0.1)
        screen.collect(5, quiet=1)
        drawn = settled(screen, "2\r")
        cursor = settled(screen, "\x1b[D")
        steps = [(settled(screen, key), shown_first(screen)) for key in "+++<<>---"]
    yield Row(f"{name}: read anew, CPU", "", f"{number(reading)} ms")
    yield below(f"{name}: drawn alone", 0.5, drawn)
    yield below(f"{name}: cursor", 50, 1000 * cursor, "ms")
    first = [1000 * one for _, one in steps]
    yield below(f"{name}: a step of zoom or pan, seen", 50, first, "ms")
    yield below(f"{name}: ... and read anew", 100, [1000 * one for one, _ in steps], "ms")


def settled(screen: Screen, keys: str, quiet: float = 0.4) -> float:
    """Return the seconds from `keys` to the last of what they changed on the screen."""
    screen.collect(3, quiet=quiet)
    screen.pressed = (screen.type(keys), len(screen.arrived))
    while len(screen.arrived) == screen.pressed[1] and time.monotonic() < screen.pressed[0] + 10:
        screen.read(0.05)
    screen.collect(5, quiet=quiet)
    return screen.arrived[-1][0] - screen.pressed[0]


def shown_first(screen: Screen) -> float:
    """Return the seconds from the last keys to the first repaint of a chart."""
    typed, first = screen.pressed
    return next(when for when, data in screen.arrived[first:] if len(data) > FRAME_BYTES) - typed


# Many metrics


def measure_many_metrics(project: Path) -> Iterator[Row]:
    """Yield how soon 1,500 metrics are offered and filtered."""
    name = "1,500 metrics in one run"
    with Screen(project) as screen:
        screen.wait_for(has_chart)
        screen.collect(10, quiet=1)
        opened = settled(screen, "c")
        typed = [settled(screen, key) for key in "1499"]
        screen.seen(lambda _: False)
        assert "metric1499" in screen.shown(), screen.shown()
        screen.type("\x1b")
        pages = [settled(screen, key) for key in ("2", "]", "]", "[")]
    yield below(f"{name}: picker", 100, 1000 * opened, "ms")
    yield below(f"{name}: filter, a key", 100, [1000 * one for one in typed], "ms")
    yield below(f"{name}: a page of charts", 100, 1000 * statistics.median(pages), "ms")


if __name__ == "__main__":
    raise SystemExit(run([measure], "What charts cost."))
