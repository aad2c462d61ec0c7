"""What the screens that look closer at runs share: a line that says what is shown, and a table."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.row_table import RowTable


class LookScreen(AppScreen):
    """Lies over the screen of a project; what could not be read is said in the table's place."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACES)
    table: RowTable

    def __init__(self, source: ProjectSource) -> None:
        super().__init__()
        self._source = source
        self.line = PieceLine(id="project-line")

    def body(self) -> Widget:
        return Vertical(self.line, self.table, id="body")

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.table.empty = describe(event.error).replace("\n", ". ")
        self.table.repaint()

    def action_leave(self) -> None:
        self.dismiss()
