"""Small multiples: one chart a metric for the runs that are looked at, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.runs import Series
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chart_view import ChartView, Window
from mlops_tui.ui.charted import (
    ChartedRun,
    Meaning,
    Paging,
    chart_data,
    cursor_words,
    legend,
    shared_extent,
)
from mlops_tui.ui.columns import Wishes, metric_order
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.series_reads import SeriesKey, SeriesWish, wish_for
from mlops_tui.ui.widgets.chart_page import ChartPage, chart_room
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.line_chart import LABELS
from mlops_tui.ui.widgets.pane import is_seen
from mlops_tui.ui.widgets.piece_line import PieceLine

POINTS_A_COLUMN = 4
"""Two columns of dots a cell, a smallest and a greatest value each."""


class ChartGrid(Holder, can_focus=True):
    """Charts of the runs given; asks for series by `SeriesRequested`, gets them by `SeriesRead`."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.CHARTS)
    KIND: ClassVar[tuple[str, ...]] = ()
    """What the title says these are charts of, where that is not metrics."""

    @dataclass
    class SeriesRequested(Message):
        """These histories are on the screen and wanted anew."""

        wish: SeriesWish

    @dataclass
    class PageTurned(Message):
        """What the title of the charts should say has changed."""

        words: str

    @dataclass
    class Enlarged(Message):
        """One chart is shown alone now, and wants all the room there is."""

    def __init__(self, wishes: Wishes, symbols: Symbols, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.wishes = wishes
        self.meaning = Meaning()
        self.paging = Paging()
        self.view = ChartView()
        self._extent: Window = (0.0, 1.0)
        self.page = ChartPage(symbols)
        self.runs: list[ChartedRun] = []
        self._series: dict[SeriesKey, Series] = {}

    def compose(self) -> ComposeResult:
        yield PieceLine(classes="legend")
        yield self.page

    def set_wishes(self, wishes: Wishes, meaning: Meaning) -> None:
        """Take the order of metrics and what they mean from a project file."""
        self.wishes, self.meaning = wishes, meaning
        self.show_runs(self.runs)

    def show_runs(self, runs: Sequence[ChartedRun]) -> None:
        """Chart these runs, the most important first."""
        same = [charted.run.id for charted in runs] == [charted.run.id for charted in self.runs]
        self.runs = list(runs)
        metrics = self.names(runs)
        if not same:
            kept = {charted.run.id for charted in runs}
            if not any(run_id in kept for run_id, _ in self._series):
                self.view = self.view.whole()
            self._series = {key: it for key, it in self._series.items() if key[0] in kept}
        is_new = metrics != self.paging.metrics
        if is_new:
            self.paging.take(metrics)
            self._arrange()
        self._tell()
        if not same or is_new:
            self.renew()

    def names(self, runs: Sequence[ChartedRun]) -> list[str]:
        """Return what there is to chart of these runs, a chart each."""
        return metric_order((charted.run for charted in runs), self.wishes)

    def request(self, run_ids: Sequence[str]) -> None:
        """Ask for the shown series of those of these runs that are charted, if anybody looks."""
        if not is_seen(self):
            return
        keys = tuple(
            (charted.run.id, metric)
            for metric in self.paging.shown
            for charted in self.runs
            if charted.run.id in run_ids and metric in charted.run.metrics
        )
        if keys:
            columns = self.page.chart_width or self.size.width
            points = max(64, columns * POINTS_A_COLUMN)
            self.post_message(self.SeriesRequested(wish_for(self.view, keys, points)))

    def on_series_read(self, event: intents.SeriesRead) -> None:
        shown = {charted.run.id for charted in self.runs}
        self._series.update({k: it for k, it in event.series.items() if k[0] in shown})
        if self.view.window is None:
            self._extent = shared_extent(self.runs, self._series, self.view)
        self.draw()

    def renew(self) -> None:
        """Draw, and ask for everything shown again."""
        self.draw()
        self.request([charted.run.id for charted in self.runs])

    def turn_page(self, pages: int) -> None:
        self.paging.turn(pages)
        self._arrange()
        self.renew()

    def draw(self) -> None:
        """Draw each chart of the page from the series at hand."""
        if not is_seen(self):
            return
        charts = []
        for metric in self.paging.shown:
            data = chart_data(metric, self.runs, self._series, self.meaning, self.view)
            is_chosen = self.has_focus and metric == self.paging.chosen
            charts.append(replace(data, is_selected=is_chosen and not self.paging.is_single))
        self.page.show(charts)

    # What keys do

    def action_choose(self, by: int) -> None:
        """Choose the next chart, on the next page if need be."""
        if self.paging.choose(by):
            self._arrange()
            self.renew()
        else:
            self.draw()

    def action_enlarge(self, on: bool) -> None:
        """Show the chosen chart alone, or all of them again."""
        if self.paging.is_single == on or not self.paging.metrics:
            return
        self.paging.is_single = on
        if on:
            self.post_message(self.Enlarged())
        self._arrange()
        self.call_after_refresh(self.renew)

    def action_point(self, by: int) -> None:
        self.look(self.view.pointed(by, max(2, self.page.chart_width - LABELS - 1), self._extent))

    def action_move(self, what: str, by: float) -> None:
        """Zoom or pan: `what` is a method of `ChartView`."""
        moved: ChartView = getattr(self.view, what)(by, self._extent)
        self.look(moved)

    def action_look(self, what: str) -> None:
        """Change one thing about how charts look: `what` is a method of `ChartView`."""
        changed: ChartView = getattr(self.view, what)()
        self.look(changed)

    def look(self, view: ChartView) -> None:
        """Show the charts so from now on."""
        if view == self.view:
            return
        needs_points = view.points != self.view.points
        self.view = view
        if view.window is None:
            self._extent = shared_extent(self.runs, self._series, view)
        self._tell()
        if needs_points:
            self.renew()
        else:
            self.draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if self.is_mounted:
            self.draw()

    def on_resize(self) -> None:
        self._arrange()
        self.call_after_refresh(self.renew)

    def _arrange(self) -> None:
        """Make as many charts visible as have room and metrics."""
        columns, rows = chart_room(self.size)
        self.paging.set_room(1 if self.paging.is_single else columns * rows)
        self.page.make_room(len(self.paging.shown), columns)
        self._tell()

    def _tell(self) -> None:
        """Say above the charts which they are, whose, and how they look."""
        if self.display:
            words = ", ".join([*self.KIND, *self.view.words, self.paging.words])
            self.post_message(self.PageTurned(words))
        told = legend(self.runs, self.view)
        pieces = [(f"━ {safe(name)}  ", f"series-{slot}") for name, slot in told]
        for line in self.query(PieceLine):
            line.show([(" ", ""), *pieces], cursor_words(self.view))
