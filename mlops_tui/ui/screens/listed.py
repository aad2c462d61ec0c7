"""A screen with a list that is all there from the start, such as the columns of a profile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.screens.rows_screen import RowsScreen
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.place_table import PlaceTable


class ListedScreen(RowsScreen):
    """Lies over a place."""

    place: ClassVar[str] = keys.LISTED
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LISTED, keys.PLACES)

    def __init__(
        self, title: str, content: PlaceContent, empty: str = "There is nothing in it."
    ) -> None:
        self.line = PieceLine(id="project-line")
        self.table = PlaceTable()
        super().__init__(self.line, self.table)
        self._words = title
        self._content = content
        self._empty = empty

    def facts_here(self) -> Sequence[Fact]:
        here = self.table.here
        return () if here is None else here.facts

    def on_mount(self) -> None:
        self.line.show([(f" {safe(self._words)}", "strong")], f"{self._content.words} ")
        self.table.show(self._content, self._empty)
        self.show_facts()

    def action_leave(self) -> None:
        self.dismiss()
