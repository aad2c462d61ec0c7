"""A screen with a list that is all there from the start, such as the columns of a profile."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.place_table import PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_facts import RunFacts


class ListedScreen(AppScreen):
    """Lies over a place; below the list is what is known of the row under the cursor."""

    place: ClassVar[str] = keys.LISTED
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LISTED)

    def __init__(self, title: str, content: PlaceContent) -> None:
        super().__init__()
        self._title = title
        self._content = content
        self.line = PieceLine(id="project-line")
        self.table = PlaceTable()
        self.facts = RunFacts(id="place-facts")

    def body(self) -> Widget:
        return Vertical(self.line, self.table, self.facts, id="body")

    def on_mount(self) -> None:
        self.facts.can_focus = False
        self.table.focus()
        self.line.show([(f" {safe(self._title)}", "strong")], f"{self._content.words} ")
        self.table.show(self._content, "There is nothing in it.")
        self._show_facts()

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self._show_facts()

    def _show_facts(self) -> None:
        here = self.table.here
        self.facts.show(list(here.facts) if here is not None else [])

    def action_copy(self) -> None:
        here = self.table.here
        if here is not None:
            words = "\n".join(f"{label}: {value}" for label, value in here.facts)
            self.app.copy_to_clipboard(words)
            self.app.notify("Copied", markup=False, timeout=3)

    def action_leave(self) -> None:
        self.dismiss()
