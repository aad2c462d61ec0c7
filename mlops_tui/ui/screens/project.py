"""The screen of one project: its runs, and charts, facts and output of those looked at."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from mlops_tui.domain.project import Project
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.columns import Wishes
from mlops_tui.ui.errors import describe
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.objective import metric_meaning, objective_metric
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.run_looks import RunLooks
from mlops_tui.ui.run_verbs import RunVerbs
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.pace import Pace
from mlops_tui.ui.widgets.panes import TABS, Panes
from mlops_tui.ui.widgets.place_keeper import PlaceKeeper
from mlops_tui.ui.widgets.project_line import ProjectLine
from mlops_tui.ui.widgets.run_detail import RunDetail
from mlops_tui.ui.widgets.run_edits import RunEdits
from mlops_tui.ui.widgets.runs_pane import RunsPane
from mlops_tui.ui.widgets.take_out import TakeOut

COARSE_TIMES_SECONDS = 60.0
SUMMARY_SECONDS = 1.0
"""Between two looks at the best run and at what goes on; nobody reads faster."""


class ProjectScreen(AppScreen):
    """Glue: facts of the source go down to the panes, wishes of the panes go to the source."""

    place: ClassVar[str] = keys.PROJECT
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PROJECT)

    class LeaveRequested(Message):
        """The person wants to see all projects."""

    def __init__(self, source: ProjectSource, settings: LaunchSettings) -> None:
        super().__init__()
        self.source = source
        self._settings = settings
        self.project = Project(source.project, source.project.name)
        wishes = Wishes()
        self.line = ProjectLine(self.project, settings)
        self.runs_pane = RunsPane(TABS, wishes, source)
        table = self.runs_pane.table
        self.detail = RunDetail(TABS, wishes, settings.symbols, source, lambda: table.keys)
        self.verbs = RunVerbs(source, self.runs_pane.table, self.runs_pane, self.detail)
        self.looks = RunLooks(
            source, self.verbs, self.runs_pane, settings.is_unicode, settings.symbols
        )
        self._settle: Timer | None = None
        self._is_ready = False
        self._trouble = ""
        """What could not be read last."""
        self._summary = Pace(self, lambda: source.ask_summary(self.line, self.project))

    def body(self) -> Widget:
        contents = {
            "runs": self.runs_pane.table,
            "charts": self.detail.charts,
            "facts": self.detail.facts,
            "output": self.detail.log_tail,
        }
        keeper = PlaceKeeper(
            TakeOut(self.looks, self.runs_pane, self.detail, self.source),
            self.runs_pane,
            self.detail,
            self.source,
        )
        self.panes = Panes(self.line, keeper, contents=contents)
        return self.panes

    def on_mount(self) -> None:
        # at once, not by `focus()`, which comes after a pane that is returned to
        self.set_focus(self.runs_pane.table)
        self.line.set_doing("reading the journals")
        self.set_interval(COARSE_TIMES_SECONDS, self._renew_times)

    def painted(self) -> None:
        self.source.ask_project(self)
        self.source.follow(self)

    def on_unmount(self) -> None:
        self.source.close()

    def _renew_times(self) -> None:
        if self.is_current:
            self.runs_pane.table.refresh_changed()
            self.detail.show_facts()

    # Facts

    def on_project_read(self, event: intents.ProjectRead) -> None:
        self.project = event.project
        wishes = Wishes(objective_metric(self.project), tuple(self.project.metrics))
        self.line.set_project(self.project)
        self.runs_pane.table.set_wishes(wishes)
        self.runs_pane.view_keys.set_meaning(metric_meaning(self.project).is_lower_better)
        self.detail.charts.set_wishes(wishes, metric_meaning(self.project))
        if self._is_ready:
            self._summary.want(0)

    def on_batch_arrived(self, event: intents.BatchArrived) -> None:
        batch = event.batch
        if batch.progress is not None:
            done, total = batch.progress
            percent = 100 * done // max(1, total)
            self.line.set_doing(f"reading the journals, {percent} %" if done < total else "")
            return
        if batch.unreadable:
            words = safe(batch.unreadable)
            self.app.notify(words, title="Not all can be read", severity="warning", markup=False)
        is_first, self._is_ready = not self._is_ready, True
        if is_first:
            self.line.set_doing("")
        self.runs_pane.take(batch, is_first)
        self.detail.take(batch)
        self.looks.take(batch)
        if is_first or batch.runs:
            self._summary.want(SUMMARY_SECONDS)
        if is_first or batch.alerts:
            self.source.ask_alerts(self.line)

    def on_feed_failed(self, event: intents.FeedFailed) -> None:
        self.line.set_doing("not live")
        self.app.notify(event.words, title="No more news", severity="error", markup=False)

    def on_feed_recovered(self) -> None:
        self.line.set_doing("")

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        self.runs_pane.table.forget_requests()
        words = f"{event.what} could not be read. {describe(event.error)}"
        if words != self._trouble or self.runs_pane.is_listed:
            self.app.notify(words, severity="error", markup=False)
        self._trouble = words
        if not self.runs_pane.is_listed:
            self.runs_pane.list_soon()  # no news may come that would have it read again

    def on_action_done(self, event: intents.ActionDone) -> None:
        self.runs_pane.list_soon(event.show)

    # Wishes

    def on_run_edits_picked_changed(self, event: RunEdits.PickedChanged) -> None:
        self.verbs.marked = event.picked.marked
        self._select_soon()

    def on_runs_pane_run_pointed_at(self) -> None:
        self._select_soon()

    def _select_soon(self) -> None:
        """Look at the run under the cursor as soon as it rests; at the first one at once."""
        if self._settle is not None:
            self._settle.stop()
        if not self.detail.shown_ids:
            self._select()
            return
        self._settle = self.set_timer(self._settings.settle_seconds, self._select)

    def _select(self) -> None:
        self._settle = None
        self.detail.select(self.runs_pane.table.cursor_key, self.runs_pane.edits.picked.slots)

    def action_mark(self) -> None:
        self.runs_pane.edits.toggle_mark()

    def action_filter(self) -> None:
        if self.panes.pane == "output":
            self.detail.output.begin_search()
            return
        self.panes.pane = "runs"
        self.runs_pane.begin_filter()

    def action_sort(self) -> None:
        self.panes.pane = "runs"
        self.runs_pane.view_keys.action_pick_sort()

    def action_out(self) -> None:
        if self.panes.step_out():
            return
        if self.panes.pane != "runs":
            self.panes.pane = "runs"
        elif not self.runs_pane.clear_filter():
            self.post_message(self.LeaveRequested())
