"""What screens with one list share: below it stands what is known of the row under the cursor."""

from __future__ import annotations

from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.place_table import PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_facts import RunFacts


class RowsScreen(AppScreen):
    """A line of title, a list, and the facts of its row."""

    def __init__(self, heading: Widget, table: PlaceTable) -> None:
        super().__init__()
        self._heading = heading
        self.table = table
        self.facts = RunFacts(id="place-facts")

    def body(self) -> Widget:
        return Vertical(self._heading, self.table, self.facts, id="body")

    def on_mount(self) -> None:
        self.facts.can_focus = False
        self.table.focus()

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self.show_facts()

    def show_facts(self) -> None:
        """Show what is known of the row under the cursor."""
        here = self.table.here
        self.facts.show(list(here.facts) if here is not None else [])

    def action_copy(self) -> None:
        here = self.table.here
        if here is not None:
            words = "\n".join(f"{label}: {value}" for label, value in here.facts)
            self.app.copy_to_clipboard(words)
            self.app.notify("Copied", markup=False, timeout=3)
