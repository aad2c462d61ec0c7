"""Small multiples: one chart a metric for the runs that are looked at, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textual.app import ComposeResult
from textual.containers import Grid, Vertical
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.runs import Run, Series
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents
from mlops_tui.ui.columns import Wishes, metric_order
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.line_chart import ChartData, Curve, LineChart
from mlops_tui.ui.widgets.piece_line import PieceLine

MOST_CHARTS = 8
CHART_COLUMNS = 34
CHART_ROWS = 9
"""A chart smaller than this many cells says little."""
POINTS_A_COLUMN = 4
"""Two columns of dots a cell, a smallest and a greatest value each."""

SeriesKey = tuple[str, str]
"""Run id and metric."""


@dataclass(frozen=True, slots=True)
class ChartedRun:
    """A run with the slot of its colour."""

    run: Run
    slot: int


@dataclass(slots=True)
class Paging:
    """Which metrics are on the page."""

    metrics: list[str] = field(default_factory=list)
    first: int = 0
    room: int = 1

    @property
    def shown(self) -> list[str]:
        return self.metrics[self.first : self.first + self.room]

    def turn(self, pages: int) -> None:
        target = self.first + pages * self.room
        if 0 <= target < len(self.metrics):
            self.first = target

    def set_room(self, room: int) -> None:
        self.room = room
        self.first -= self.first % room

    @property
    def words(self) -> str:
        if not self.metrics:
            return "no metrics yet"
        if len(self.metrics) <= self.room:
            return f"{len(self.metrics)} metrics" if len(self.metrics) > 1 else "1 metric"
        return f"[ ] metrics {self.first + 1}-{self.first + len(self.shown)} of {len(self.metrics)}"


class ChartGrid(Vertical, can_focus=True):
    """Charts of the runs given; asks for series by `SeriesRequested`, gets them by `SeriesRead`."""

    @dataclass
    class SeriesRequested(Message):
        """These histories are on the screen and wanted anew, each at most `points` long."""

        keys: tuple[SeriesKey, ...]
        points: int

    @dataclass
    class PageTurned(Message):
        """What the title of the charts should say has changed."""

        words: str

    def __init__(self, wishes: Wishes, symbols: Symbols, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.wishes = wishes
        self.units: Mapping[str, str] = {}
        self.paging = Paging()
        self._symbols = symbols
        self._runs: list[ChartedRun] = []
        self._series: dict[SeriesKey, Series] = {}

    def compose(self) -> ComposeResult:
        yield PieceLine(classes="legend")
        with Grid():
            for _ in range(MOST_CHARTS):
                yield LineChart(self._symbols)

    @property
    def charts(self) -> list[LineChart]:
        return list(self.query(LineChart))

    def set_wishes(self, wishes: Wishes, units: Mapping[str, str]) -> None:
        """Take the order of metrics and their units from a project file."""
        self.wishes, self.units = wishes, units
        self.show_runs(self._runs)

    def show_runs(self, runs: Sequence[ChartedRun]) -> None:
        """Chart these runs, the most important first."""
        same = [charted.run.id for charted in runs] == [charted.run.id for charted in self._runs]
        self._runs = list(runs)
        metrics = metric_order((charted.run for charted in runs), self.wishes)
        if not same:
            kept = {charted.run.id for charted in runs}
            self._series = {key: it for key, it in self._series.items() if key[0] in kept}
        is_new = metrics != self.paging.metrics
        if is_new:
            self.paging.metrics = metrics
            self.paging.first = min(self.paging.first, max(0, len(metrics) - 1))
            self.paging.set_room(self.paging.room)
            self._arrange()
        self._show_legend()
        if not same or is_new:
            self.renew()

    def request(self, run_ids: Sequence[str]) -> None:
        """Ask for the shown series of those of these runs that are charted, if anybody looks."""
        if not self._is_seen:
            return
        keys = tuple(
            (charted.run.id, metric)
            for metric in self.paging.shown
            for charted in self._runs
            if charted.run.id in run_ids and metric in charted.run.metrics
        )
        if keys:
            columns = max(chart.size.width for chart in self.charts) or self.size.width
            self.post_message(self.SeriesRequested(keys, max(64, columns * POINTS_A_COLUMN)))

    def on_series_read(self, event: intents.SeriesRead) -> None:
        shown = {charted.run.id for charted in self._runs}
        self._series.update({k: it for k, it in event.series.items() if k[0] in shown})
        self.draw()

    def renew(self) -> None:
        """Draw, and ask for everything shown again."""
        self.draw()
        self.request([charted.run.id for charted in self._runs])

    def turn_page(self, pages: int) -> None:
        self.paging.turn(pages)
        self._arrange()
        self.renew()

    @property
    def _is_seen(self) -> bool:
        return self.size.width > 0 and all(
            node.display for node in self.ancestors_with_self if isinstance(node, Widget)
        )

    def draw(self) -> None:
        """Draw each chart of the page from the series at hand."""
        if not self._is_seen:
            return
        shown = self.paging.shown
        for position, chart in enumerate(self.charts):
            if position < len(shown):
                chart.show(self._chart_data(shown[position]))
            else:
                chart.show(None)

    def _chart_data(self, metric: str) -> ChartData:
        curves = [
            Curve(
                charted.run.id,
                charted.run.name,
                charted.slot,
                self._series[charted.run.id, metric],
                planned_step(charted.run, metric),
                not charted.run.state.is_ended,
            )
            for charted in self._runs
            if (charted.run.id, metric) in self._series
        ]
        return ChartData(metric, self.units.get(metric, ""), tuple(curves))

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self.renew)

    def _arrange(self) -> None:
        """Make as many charts visible as have room and metrics."""
        columns = max(1, self.size.width // CHART_COLUMNS)
        rows = max(1, (self.size.height - 1) // CHART_ROWS)
        while columns * rows > MOST_CHARTS:
            rows, columns = (rows - 1, columns) if rows > 1 else (rows, columns - 1)
        self.paging.set_room(columns * rows)
        shown = len(self.paging.shown)
        columns = min(columns, max(1, shown))
        for position, chart in enumerate(self.charts):
            chart.display = position < shown
        for grid in self.query(Grid):
            grid.styles.grid_size_columns = columns
            grid.styles.grid_size_rows = max(1, -(-shown // columns))
        self.post_message(self.PageTurned(self.paging.words))

    def _show_legend(self) -> None:
        pieces = [
            (f"━ {safe(charted.run.name)}  ", f"series-{charted.slot}") for charted in self._runs
        ]
        for line in self.query(PieceLine):
            line.show([(" ", ""), *pieces])


def planned_step(run: Run, metric: str) -> float | None:
    """Return the step of the last point to come, where progress counts what the steps count."""
    summary = run.metrics.get(metric)
    if summary is None or run.progress is None or run.state.is_ended:
        return None
    done, total = run.progress
    if total > 0 and abs(done - summary.last_step) <= max(1.0, 0.02 * total):
        return total
    return None
