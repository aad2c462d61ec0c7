"""The pane of runs: the table, what is filtered, how it is sorted and which runs are marked."""

from __future__ import annotations

import time
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message
from textual.timer import Timer

from mlops_tui.domain.filters import Filter
from mlops_tui.domain.text import count
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents
from mlops_tui.ui.columns import Wishes
from mlops_tui.ui.filter_words import values_of
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.widgets.filter_line import FilterLine
from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.pane import PaneTitle
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_edits import RunEdits
from mlops_tui.ui.widgets.run_table import RunTable
from mlops_tui.ui.widgets.view_keys import ViewKeys

RELIST_SECONDS = 1.0
"""The list of all runs is read again this often at most, however fast things happen."""
READING = "Reading the journals ..."
EMPTY = "No runs yet. Press l to launch a job."
NOTHING_PASSES = "No run passes the filter. Esc clears it."


class RunsPane(Holder):
    """Holds the choice of runs, and keeps the table's list as new as the source's."""

    @dataclass
    class RunPointedAt(Message):
        """The cursor is on this run now; None where there is none."""

        run_id: str | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RunsPane.RunPointedAt)

    def __init__(self, names: dict[str, str], wishes: Wishes, source: ProjectSource) -> None:
        super().__init__(id="pane-runs", classes="pane")
        self.title_line = PaneTitle("runs", names)
        self.table = RunTable(wishes, READING, id="runs")
        self.view_keys = ViewKeys(self.table, source)
        self.edits = RunEdits(self.view_keys, self.table, source)
        self._pinned: tuple[str, ...] = ()
        self.is_listed = False
        """Whether the list was ever read."""
        self.where: Filter | None = None
        self._source = source
        self._total = 0
        self._relist: Timer | None = None
        self._relisted = 0.0
        self._wanted: str | None = None
        self._left_at: str | None = None

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.edits
        yield FilterLine(lambda field: values_of(self.table.known.values(), field))

    # The list

    def take(self, batch: Batch, is_first: bool) -> None:
        """Bring rows and, where it can have changed, the list of them up to date."""
        has_view = self.where is not None or self.view_keys.view.sort is not None
        is_other = batch.runs - batch.points or not self.table.has_all(batch.runs)
        if is_first or is_other or (has_view and batch.points):
            self.list_soon()
        self.table.renew(batch.runs | batch.points)

    def list_soon(self, show: str | None = None) -> None:
        """Read the list again, at once or when the last time is long enough ago.

        Args:
            show: A run to put the cursor on as soon as it is in the list.
        """
        self._wanted = show or self._wanted
        if self._relist is None:
            wait = self._relisted + RELIST_SECONDS - time.monotonic()
            self._relist = self.set_timer(max(0.001, wait), self._list_now)

    def return_to(self, run_id: str) -> None:
        """Put the cursor on a run when it is listed, unless a person has moved it before."""
        self._left_at = run_id
        self._return()

    def _return(self) -> None:
        if self._left_at is not None and (self.table.was_moved or self.table.cursor > 0):
            self._left_at = None
        elif self._left_at is not None and self.table.has_all([self._left_at]):
            self.table.show_key(self._left_at)
            self._left_at = None

    def _list_now(self) -> None:
        if self._relist is not None:
            self._relist.stop()
        self._relist = None
        self._relisted = time.monotonic()
        sort = self.view_keys.view.sort
        table, top = self.table, self.table.scroll_offset.y
        seen = slice(top, top + table.page_rows)

        def missing(ids: list[str]) -> list[str]:
            return [run_id for run_id in ids[seen] if run_id not in table.known]

        self._source.ask_list(self, self.where, sort, self.edits.shows_deleted, missing=missing)
        self.view_keys.renew_fields()

    def on_list_read(self, event: intents.ListRead) -> None:
        event.stop()
        self.is_listed = True
        if self.where is None:
            self._total = len(event.ids)
        self.table.empty = EMPTY if self.where is None else NOTHING_PASSES
        hidden = self.edits.hidden
        listed = [run_id for run_id in event.ids if run_id not in hidden]
        self.table.put_runs(event.runs, is_listed=False)
        self.table.set_keys(self.edits.picked.pins_first(listed))
        self._show_title()
        self._return()
        if self._wanted is not None and self.table.has_all([self._wanted]):
            self.table.show_key(self._wanted)
            self._wanted = None

    def on_run_table_curves_requested(self, event: RunTable.CurvesRequested) -> None:
        event.stop()
        self._source.ask_curves(self.table, event.keys)

    def on_run_table_rows_requested(self, event: RunTable.RowsRequested) -> None:
        event.stop()
        self._source.ask_runs(self.table, event.ids, "rows", replaces=False)

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        # sent on under our name: what the table posts while we handle something ends here
        event.stop()
        self.post_message(self.RunPointedAt(event.key))

    def on_runs_read(self, event: intents.RunsRead) -> None:
        event.stop()

    # Filter, order and marks

    def begin_filter(self) -> None:
        line = self.query_one(FilterLine)
        line.begin()
        self._source.ask_fields(line)

    def filter_by(self, text: str) -> None:
        """Show the runs that pass this filter."""
        self.query_one(FilterLine).say(text)

    def clear_filter(self) -> bool:
        """Show all runs again; say whether there was a filter."""
        line = self.query_one(FilterLine)
        was_there = line.display
        line.clear()
        return was_there

    def on_filter_line_typed(self, event: FilterLine.Typed) -> None:
        event.stop()
        if event.where != self.where:
            self.where = event.where
            self._list_now()

    def on_filter_line_left(self, event: FilterLine.Left) -> None:
        event.stop()
        self.table.focus()

    def on_list_wanted(self, event: intents.ListWanted) -> None:
        event.stop()
        self._show_title()
        self._list_now()

    def on_run_edits_picked_changed(self, event: RunEdits.PickedChanged) -> None:
        self._show_title()
        if event.picked.pinned != self._pinned:
            self._pinned = event.picked.pinned
            self._list_now()

    def _show_title(self) -> None:
        words = [count(len(self.table.keys), "run")]
        if self.where is not None:
            words = [f"{len(self.table.keys):,} of {count(self._total, 'run')}"]
        picked = self.edits.picked
        for ids, what in ((picked.marked, "marked"), (picked.pinned, "pinned")):
            if ids:
                words.append(f"{len(ids)} {what}")
        words += [words_ for words_ in (self.edits.words, self.view_keys.words) if words_]
        self.title_line.inform(", ".join(words))
