"""The table of what runs, what waits and what ended last; draws, and asks to have runs moved."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from mlops_tui.domain.runs import Run
from mlops_tui.ui.queue_rows import Column, JobRow, cells, header, plan
from mlops_tui.ui.widgets.pieces import Piece, fit, padded
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_table import MARK

READING = "Reading the journals ..."
EMPTY = (
    "Nothing runs and nothing waits.\n\n"
    "l starts a job; with several values in a field it starts one run for each. What there are"
    " no slots for waits here, and you decide what goes first: K and J move a run, p holds all"
    " of them back.\n"
    "Runs go on when you leave, and the queue is started without you."
)


class QueueTable(RowTable):
    """Rows by run id; a run that waits can be dragged to another place."""

    @dataclass
    class Dragged(Message):
        """A run that waits was dropped so many places further down, or up where negative."""

        run_id: str
        by: int

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__(READING, id="jobs")
        self._clock = clock
        self._rows: dict[str, JobRow] = {}
        self._columns: list[Column] = []
        self._marks: Collection[str] = ()
        self._held: int | None = None
        self._has_dragged = False

    def show(self, rows: Sequence[JobRow]) -> None:
        """Show these rows; the cursor stays on its run."""
        self._rows = {row.run.id: row for row in rows}
        self.empty = EMPTY
        self._plan()
        self.set_keys(list(self._rows))

    def row(self, run_id: str | None) -> JobRow | None:
        return self._rows.get(run_id) if run_id is not None else None

    def run_at_hand(self, run_id: str | None) -> Run | None:
        row = self.row(run_id)
        return row.run if row is not None else None

    def set_marks(self, marks: Collection[str]) -> None:
        self._marks = marks
        self.refresh_changed()

    def waits(self, run_id: str) -> bool:
        """Say whether a run can be moved: it waits in the queue of this host."""
        row = self._rows.get(run_id)
        return row is not None and row.number > 0

    # Drawing

    def _plan(self) -> None:
        columns = plan(list(self._rows.values()), self.line_width - len(MARK), self._clock())
        if [(it.title, it.width) for it in columns] != [
            (it.title, it.width) for it in self._columns
        ]:
            self._columns = columns
            self.repaint()

    def on_resize(self) -> None:
        self._plan()  # the table itself is told next

    def header_pieces(self, width: int) -> list[Piece]:
        return [(fit(" " * len(MARK) + header(self._columns), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        mark = (MARK, "series-1") if key in self._marks else (" " * len(MARK), "")
        return padded([mark, *cells(self._rows[key], self._columns, self._clock())], width)

    # Dragging

    def _row_at(self, y: int) -> int | None:
        row = self.scroll_offset.y + y - 1
        return row if y >= 1 and row < len(self.keys) else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        row = self._row_at(event.y)
        self._held = row if row is not None and self.waits(self.keys[row]) else None
        self._has_dragged = False

    def on_mouse_up(self, event: events.MouseUp) -> None:
        held, self._held = self._held, None
        row = self._row_at(event.y)
        if held is None or row is None or row == held or held >= len(self.keys):
            return
        self._has_dragged = True
        self.show_key(self.keys[held])
        self.post_message(self.Dragged(self.keys[held], row - held))

    def on_click(self, event: events.Click) -> None:
        if not self._has_dragged:
            super().on_click(event)
        event.prevent_default()
