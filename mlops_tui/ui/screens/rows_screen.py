"""What screens with one list share: below it stands what is known of the row under the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.ui import intents
from mlops_tui.ui.errors import describe
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.dialogs import MessageDialog
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.run_facts import RunFacts


class RowsScreen(AppScreen):
    """A line of title, a list, and the facts of its row."""

    def __init__(self, heading: Widget, rows: RowTable) -> None:
        super().__init__()
        self._heading = heading
        self._rows = rows
        self.facts = RunFacts(id="place-facts")

    def facts_here(self) -> Sequence[Fact]:
        """Return what is known of the row under the cursor."""
        raise NotImplementedError

    def body(self) -> Widget:
        return Vertical(self._heading, self._rows, self.facts, id="body")

    def on_mount(self) -> None:
        self.facts.can_focus = False
        self._rows.focus()

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self.show_facts()

    def on_action_failed(self, event: intents.ActionFailed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog(event.what, describe(event.error)))

    def show_facts(self) -> None:
        """Show what is known of the row under the cursor."""
        self.facts.show(list(self.facts_here()))

    def action_copy(self) -> None:
        if facts := self.facts_here():
            self.app.copy_to_clipboard("\n".join(f"{label}: {value}" for label, value in facts))
            self.app.notify("Copied", markup=False, timeout=3)
