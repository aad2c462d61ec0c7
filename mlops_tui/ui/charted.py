"""Which runs and metrics are charted, and how what is known of them becomes a chart; pure."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mlops_tui.domain.runs import Run, Series
from mlops_tui.domain.text import short_duration, short_number
from mlops_tui.ui import palette
from mlops_tui.ui.chart_view import ChartView, Window, XKind, x_values
from mlops_tui.ui.grouping import Group, grouped
from mlops_tui.ui.plot import ChartData, Curve
from mlops_tui.ui.series_reads import SeriesKey


@dataclass(frozen=True, slots=True)
class ChartedRun:
    """A run with the slot of its colour."""

    run: Run
    slot: int


@dataclass(slots=True)
class Paging:
    """Which metrics are on the page, and which one of them is chosen."""

    metrics: list[str] = field(default_factory=list)
    room: int = 1
    position: int = 0
    """Of the chosen metric."""
    is_single: bool = False
    wanted: str | None = None
    """To choose as soon as there are metrics."""
    none: str = "no metrics yet"
    """What to say where there are none."""

    @property
    def first(self) -> int:
        return self.position - self.position % self.room

    @property
    def shown(self) -> list[str]:
        return self.metrics[self.first : self.first + self.room]

    @property
    def chosen(self) -> str | None:
        return self.metrics[self.position] if self.metrics else None

    def take(self, metrics: list[str]) -> None:
        """Have these metrics from now on; the chosen one stays chosen where it is among them."""
        chosen = self.chosen if self.metrics else self.wanted
        self.metrics = metrics
        here = metrics.index(chosen) if chosen in metrics else self.position
        self.position = max(0, min(here, len(metrics) - 1))

    def choose(self, by: int) -> bool:
        """Choose a metric further on; say whether it is on another page."""
        first = self.first
        self.position = max(0, min(self.position + by, len(self.metrics) - 1))
        return self.first != first

    def turn(self, pages: int) -> None:
        target = self.first + pages * self.room
        if 0 <= target < len(self.metrics):
            self.position = target

    def set_room(self, room: int) -> None:
        self.room = room

    @property
    def words(self) -> str:
        if not self.metrics:
            return self.none
        if len(self.metrics) <= self.room:
            return f"{len(self.metrics)} metrics" if len(self.metrics) > 1 else "1 metric"
        if self.room == 1:
            return f"[ ] metric {self.first + 1} of {len(self.metrics)}"
        return f"[ ] metrics {self.first + 1}-{self.first + len(self.shown)} of {len(self.metrics)}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the project file says of metrics."""

    units: Mapping[str, str] = field(default_factory=dict)
    is_lower_better: Callable[[str], bool] = lambda _: False


def chart_data(
    metric: str,
    runs: Sequence[ChartedRun],
    series: Mapping[SeriesKey, Series],
    meaning: Meaning,
    view: ChartView,
) -> ChartData:
    """Return what the chart of `metric` shows of the series at hand."""
    curves = [
        Curve(
            charted.run.id,
            charted.run.name,
            charted.slot,
            series[charted.run.id, metric],
            planned_step(charted.run, metric),
            not charted.run.state.is_ended,
            began(charted.run),
        )
        for charted in runs
        if (charted.run.id, metric) in series
    ]
    return ChartData(
        metric,
        meaning.units.get(metric, ""),
        tuple(curves),
        view,
        meaning.is_lower_better(metric),
        groups=groups_of(runs, view),
    )


def groups_of(runs: Sequence[ChartedRun], view: ChartView) -> Mapping[str, Group]:
    """Return the group of each run by its id; nothing where every run is drawn alone.

    A group has the colour of its first run, or a free one where another group has that.
    """
    if not view.has_groups:
        return {}
    names = grouped([charted.run for charted in runs], view.grouping)
    slots: dict[str, int] = {}
    for charted in runs:
        name = names[charted.run.id]
        if name not in slots:
            wanted = (charted.slot, *range(1, palette.SLOTS), 0)
            free = [slot for slot in wanted if slot not in slots.values()]
            slots[name] = free[0] if free else charted.slot
    return {run_id: Group(name, slots[name]) for run_id, name in names.items()}


def legend(runs: Sequence[ChartedRun], view: ChartView) -> list[tuple[str, int]]:
    """Return what each line is, with the slot of its colour; groups say how many runs they have."""
    groups = groups_of(runs, view)
    if not groups:
        return [(charted.run.name, charted.slot) for charted in runs]
    return [
        (f"{group.name} n {size}" + (" mean, min-max" if size > 1 else ""), group.slot)
        for group, size in Counter(groups.values()).items()
    ]


def cursor_words(view: ChartView) -> str:
    """Return where the cursor is; empty where there is none."""
    if view.cursor is None:
        return ""
    if view.x is XKind.STEP:
        return f"at step {round(view.cursor)} "
    if view.x is XKind.METRIC:
        return f"at {view.x_words} {short_number(view.cursor)} "
    if view.x is XKind.ELAPSED:
        return f"at {short_duration(view.cursor)} "
    return time.strftime("at %Y-%m-%d %H:%M:%S ", time.localtime(view.cursor))


def began(run: Run) -> float:
    """Return the Unix time from which a run's time counts."""
    return run.started if run.started is not None else run.created


def shared_extent(
    runs: Sequence[ChartedRun], series: Mapping[SeriesKey, Series], view: ChartView
) -> Window:
    """Return the smallest and greatest x of all series at hand, `(0, 1)` where there is none."""
    starts = {charted.run.id: began(charted.run) for charted in runs}
    ends = [
        end
        for (run_id, _), one in series.items()
        if run_id in starts and len(xs := x_values(one, view.x, starts[run_id]))
        for end in ((xs[0], xs[-1]) if view.x is not XKind.METRIC else (min(xs), max(xs)))
        if math.isfinite(end)
    ]
    return (float(min(ends)), float(max(ends))) if ends else (0.0, 1.0)


def planned_step(run: Run, metric: str) -> float | None:
    """Return the step of the last point to come, where progress counts what the steps count."""
    summary = run.metrics.get(metric)
    if summary is None or run.progress is None or run.state.is_ended:
        return None
    done, total = run.progress
    if total is not None and abs(done - summary.last_step) <= max(1.0, 0.02 * total):
        return total
    return None
