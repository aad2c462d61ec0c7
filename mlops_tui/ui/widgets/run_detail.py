"""What is known of the run under the cursor and the marked ones: charts, facts and output."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents
from mlops_tui.ui.charted import ChartedRun
from mlops_tui.ui.columns import Wishes
from mlops_tui.ui.facts import run_facts
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.chart_desk import ChartDesk
from mlops_tui.ui.widgets.chart_grid import ChartGrid
from mlops_tui.ui.widgets.chart_switch import ChartSwitch
from mlops_tui.ui.widgets.log_tail import LogTail
from mlops_tui.ui.widgets.output_pane import OutputPane
from mlops_tui.ui.widgets.pace import Pace
from mlops_tui.ui.widgets.pane import Pane, is_shown
from mlops_tui.ui.widgets.run_facts import RunFacts
from mlops_tui.ui.widgets.usage_grid import UsageGrid

WAITING_SECONDS = 2.0
"""Reading a long queue takes a while: why a run waits may be so old while others change."""
CHART_SECONDS = 0.039
"""Between two repaints, for every chart on the screen: twelve are drawn twice a second."""


class RunDetail(Horizontal):
    """Three panes that show the same runs; asks its source for them, and again as they change."""

    BLANK = True  # the panes cover it

    def __init__(
        self,
        names: dict[str, str],
        wishes: Wishes,
        symbols: Symbols,
        source: ProjectSource,
        listed: Callable[[], Sequence[str]],
    ) -> None:
        """Show what `source` knows; `listed` gives the ids of all runs that the table lists."""
        super().__init__(id="detail")
        self._source = source
        self._focus: str | None = None
        self._slots: Mapping[str, int] = {}
        self._stale: set[str] = set()
        self._names = names
        self.charts = ChartGrid(wishes, symbols, id="charts")
        self.usage = UsageGrid(symbols)
        self.switch = ChartSwitch(self.charts, self.usage)
        self._desk = ChartDesk(self.switch, self.charts, source, listed)
        self._charted: list[ChartedRun] = []
        self.facts = RunFacts(id="facts")
        self.log_tail = LogTail(id="output")
        self.output = OutputPane(names, self.log_tail)
        self._run: Run | None = None
        self._waiting = ""
        self._waiting_asked = 0.0
        self._pace = Pace(self, lambda: source.ask_runs(self, self.shown_ids, "selection"))

    def compose(self) -> ComposeResult:
        yield Pane("charts", self._names, self._desk)
        with Vertical(id="side"):
            yield Pane("facts", self._names, self.facts)
            yield self.output

    @property
    def shown_ids(self) -> list[str]:
        """The run under the cursor, then the pinned and the marked ones."""
        first = [self._focus] if self._focus is not None else []
        return first + [run_id for run_id in self._slots if run_id != self._focus]

    def select(self, focus: str | None, slots: Mapping[str, int]) -> None:
        """Look at these runs from now on."""
        is_other = focus != self._focus
        if is_other:
            self._waiting = ""
        self._focus, self._slots = focus, slots
        if focus is None:
            self._run = None
            self._charted = []
            self.switch.shown.show_runs([])
            self.facts.show([("", "No run is selected.")])
            self.output.forget()
            self.log_tail.show_nothing()
            return
        self._source.ask_runs(self, self.shown_ids, "selection")
        if is_other:
            self.output.forget()
            self.ask_output()

    def take(self, batch: Batch) -> None:
        """Ask again for what this batch says has changed."""
        shown = set(self.shown_ids)
        if shown & (batch.runs | batch.points):
            # heartbeats are news of a run, points are news of its metrics
            self._stale |= shown & (batch.runs if self._shows_usage else batch.points)
            self._pace.want(CHART_SECONDS * len(self.switch.shown.paging.shown))
        elif batch.runs and time.monotonic() - self._waiting_asked >= WAITING_SECONDS:
            self.ask_waiting()
        if self._focus in batch.outputs:
            self.ask_output()

    def ask_output(self) -> None:
        if self._focus is not None and is_shown(self.log_tail):
            wish = self.log_tail.wish_for(self._focus)
            self._source.ask_output(self.log_tail, self._focus, wish)

    def ask_waiting(self) -> None:
        """Ask why the run has not started; other runs decide that, so it changes without it."""
        if self._run is not None and self._run.state is RunState.QUEUED:
            self._waiting_asked = time.monotonic()
            self._source.ask_waiting(self, self._run.id)

    def renew(self) -> None:
        """Draw what was not kept up to date while it was hidden."""
        self.switch.shown.renew()
        self.ask_output()
        self.show_facts()

    def show_facts(self) -> None:
        if self._run is not None and is_shown(self.facts):
            self.facts.show(run_facts(self._run, time.time(), self._waiting))

    def on_runs_read(self, event: intents.RunsRead) -> None:
        event.stop()
        self._run = next((run for run in event.runs if run.id == self._focus), None)
        self._charted = [ChartedRun(run, self._slots.get(run.id, 0)) for run in event.runs]
        self.switch.shown.show_runs(self._charted)
        self.switch.shown.request(sorted(self._stale))
        self._stale.clear()
        self.show_facts()
        if self._run is not None:
            self._inform("facts", safe(self._run.name))
            self.output.show_name(safe(self._run.name))
        self.ask_waiting()

    def on_waiting_read(self, event: intents.WaitingRead) -> None:
        event.stop()
        if self._run is not None and event.run_id == self._run.id:
            self._waiting = event.words
            self.show_facts()

    def on_output_read(self, event: intents.OutputRead) -> None:
        event.stop()

    def on_log_tail_window_requested(self, event: LogTail.WindowRequested) -> None:
        event.stop()
        if self.log_tail.run_id is not None and self.log_tail.run_id == self._focus:
            self._source.ask_output(self.log_tail, self._focus, event.wish)

    def on_output_pane_search_requested(self, event: OutputPane.SearchRequested) -> None:
        event.stop()
        if self._focus is not None:
            self._source.search_output(self.output, self._focus, event.search)

    def on_chart_grid_series_requested(self, event: ChartGrid.SeriesRequested) -> None:
        event.stop()
        self._source.ask_series(self.charts, event.wish)

    def on_usage_grid_usage_requested(self, event: UsageGrid.UsageRequested) -> None:
        event.stop()
        self._source.ask_usage(self.usage, event.run_ids, event.points)

    def on_chart_switch_switched(self, event: ChartSwitch.Switched) -> None:
        event.shown.show_runs(self._charted)
        self.call_after_refresh(event.shown.renew)

    @property
    def _shows_usage(self) -> bool:
        return self.switch.shown is self.usage

    def on_chart_grid_page_turned(self, event: ChartGrid.PageTurned) -> None:
        event.stop()
        self._inform("charts", event.words)

    def _inform(self, pane: str, words: str) -> None:
        self.query_one(f"#pane-{pane}", Pane).title_line.inform(words)
