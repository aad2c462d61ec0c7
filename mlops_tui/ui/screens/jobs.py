"""The screen of the queue: what runs, what waits and why, and how busy the machine is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.containers import Vertical
from textual.timer import Timer
from textual.widget import Widget

from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.facts import run_facts
from mlops_tui.ui.job_reads import ask_jobs, ask_machine
from mlops_tui.ui.job_verbs import JobVerbs
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.queue_rows import job_rows, words_of
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.machine_pane import MachinePane
from mlops_tui.ui.widgets.pane import PaneTitle
from mlops_tui.ui.widgets.panes import PLACES
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.queue_table import QueueTable
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_facts import RunFacts

if TYPE_CHECKING:
    from mlops_tui.engine.waiting import QueueStatus

ASK_SECONDS = 0.5
"""The queue is read again so often at most: why a long one waits takes a while to find out."""
MACHINE_SECONDS = 2.0
COARSE_TIMES_SECONDS = 30.0
ROWS_FOR_FACTS = 20
"""On a lower terminal the queue has all the room."""
PAUSED = " Paused: what runs goes on, nothing new starts. p resumes."
MACHINE = "the machine's load"


class JobsScreen(AppScreen):
    """Lies over the screen of the project, whose feed tells it what is new."""

    place: ClassVar[str] = keys.JOBS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACES)

    def __init__(self, source: ProjectSource, settle_seconds: float) -> None:
        """Show the queue of a project.

        Args:
            source: what reads and acts.
            settle_seconds: how long the cursor rests on a run before its details are shown.
        """
        super().__init__()
        self._source = source
        self._settle_seconds = settle_seconds
        self._settle: Timer | None = None
        self.title_line = PaneTitle("jobs", PLACES)
        self.paused_line = PieceLine(id="paused")
        self.machine = MachinePane()
        self.table = QueueTable()
        self.facts = RunFacts(id="job-facts")
        self.verbs = JobVerbs(source, self.table, self.table, self.facts)
        self._status: QueueStatus | None = None
        self._asking: Timer | None = None
        self._asked = 0.0
        self._wanted: str | None = None
        self._is_looking = False

    def body(self) -> Widget:
        return Vertical(self.title_line, self.paused_line, self.machine, self.verbs, id="body")

    def on_mount(self) -> None:
        self.title_line.set_narrow(True)
        self.paused_line.show([(PAUSED, "warn")])
        self.facts.can_focus = False
        self.table.focus()
        self.set_interval(MACHINE_SECONDS, self._look)
        self.set_interval(COARSE_TIMES_SECONDS, self._ask_soon)
        self.call_after_refresh(self._look)
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        self.facts.display = event.size.height >= ROWS_FOR_FACTS
        self.call_after_refresh(self._show_title)

    # Facts

    def take(self, batch: Batch) -> None:
        if batch.runs:
            self._ask_soon()

    def _ask_soon(self) -> None:
        if self._asking is None:
            wait = self._asked + ASK_SECONDS - time.monotonic()
            self._asking = self.set_timer(max(0.001, wait), self._ask)

    def _ask(self) -> None:
        if self._asking is not None:
            self._asking.stop()
        self._asking = None
        self._asked = time.monotonic()
        ask_jobs(self._source, self)

    def on_jobs_read(self, event: intents.JobsRead) -> None:
        status = event.status
        self._status = status
        self.paused_line.display = status.is_paused
        self.table.show(job_rows(status, event.ended))
        if self._wanted is not None and self.table.has_all([self._wanted]):
            self.table.show_key(self._wanted)
            self._wanted = None
        self.verbs.is_paused = status.is_paused
        self.verbs.mark(self.verbs.marked)
        self._show_title()
        self._show_facts()

    def _look(self) -> None:
        if self.is_current and not self._is_looking:
            self._is_looking = True
            ask_machine(self._source, self, MACHINE)

    def on_machine_read(self, event: intents.MachineRead) -> None:
        self._is_looking = False
        before = self.machine.load
        self.machine.show(event.load)
        if before is not None and before.free_slots != event.load.free_slots:
            self._ask_soon()  # another project may have taken slots, or given some back

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        if event.what == MACHINE:  # it is not looked at again: this would be told every time
            self.machine.tell(describe(event.error).replace("\n", ". "))
        else:
            words = f"{event.what} could not be read. {describe(event.error)}"
            self.app.notify(words, severity="error", markup=False)

    def on_row_table_cursor_moved(self) -> None:
        if self._settle is not None:
            self._settle.stop()
        self._settle = self.set_timer(self._settle_seconds, self._show_facts)

    def _show_facts(self) -> None:
        row = self.table.row(self.table.cursor_key)
        self.facts.show(run_facts(row.run, time.time(), row.why) if row is not None else [])

    # Wishes

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        self.post_message(intents.PaneRequested("charts", event.key))

    def on_pane_title_pane_chosen(self, event: PaneTitle.PaneChosen) -> None:
        self.action_show_pane(event.pane)

    def on_job_verbs_marks_changed(self) -> None:
        self._show_title()

    def action_out(self) -> None:
        if self.verbs.marked:
            self.verbs.mark([])
        else:
            self.action_show_pane("runs")

    def on_action_done(self, event: intents.ActionDone) -> None:
        self._wanted = event.show or self._wanted
        self._ask()

    def _show_title(self) -> None:
        if self._status is not None:
            room = self.title_line.room
            self.title_line.inform(words_of(self._status, len(self.verbs.marked), room))
