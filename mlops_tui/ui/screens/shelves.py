"""A screen with several lists about one thing, one shown at a time, such as those of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.place_rows import PlaceContent, Shelf
from mlops_tui.ui.screens.rows_screen import RowsScreen
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece
from mlops_tui.ui.widgets.place_table import PlaceTable

NOTHING = Shelf("", PlaceContent((), ()))


class ShelvesScreen(RowsScreen):
    """Lies over a place; the names of its lists stand under its title."""

    place: ClassVar[str] = keys.SHELVES
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.SHELVES, keys.PLACES)

    def __init__(self, title: str, shelves: Sequence[Shelf] = ()) -> None:
        self.line = PieceLine()
        self.names = PieceLine()
        self.table = self.make_table()
        super().__init__(Vertical(self.line, self.names, id="shelves"), self.table)
        self._words = title
        self._shelves = list(shelves)
        self._at = 0

    def make_table(self) -> PlaceTable:
        return PlaceTable()

    @property
    def shelf(self) -> Shelf:
        """The list that is shown."""
        return self._shelves[self._at] if self._shelves else NOTHING

    def facts_here(self) -> Sequence[Fact]:
        here = self.table.here
        return () if here is None else here.facts

    def on_mount(self) -> None:
        self.show_shelf()

    def put(self, title: str, shelves: Sequence[Shelf]) -> None:
        """Show these lists, the one of the same name first."""
        before = self.shelf.name
        self._words, self._shelves = title, list(shelves)
        names = [it.name for it in shelves]
        self._at = names.index(before) if before in names else 0
        self.show_shelf()

    def show_shelf(self) -> None:
        """Show the list that is chosen."""
        shelf = self.shelf
        self.line.show([(f" {safe(self._words)}", "strong")], f"{shelf.content.words} ")
        self._show_names()
        self.table.show(shelf.content, shelf.empty)
        self.table.repaint()
        self.show_facts()

    def _show_names(self) -> None:
        """Show the names of the lists; where there is no room for all, from a later one on."""
        widths = [len(it.name) + 3 for it in self._shelves]
        first = 0
        while first < self._at and sum(widths[first : self._at + 1]) + 2 > self.size.width:
            first += 1
        pieces: list[Piece] = [(" <" if first else " ", "dim")]
        for at, it in enumerate(self._shelves[first:], first):
            pieces += [(f" {it.name} ", "cursor" if at == self._at else "dim"), (" ", "")]
        self.names.show(pieces)

    def on_resize(self) -> None:
        self._show_names()

    def action_shelf(self, by: int) -> None:
        """Show the next list, or the one before; the last is followed by the first."""
        if self._shelves:
            self._at = (self._at + by) % len(self._shelves)
            self.table.action_move_to(0)
            self.show_shelf()
            self.table.show_key(self.shelf.start)

    def action_leave(self) -> None:
        self.dismiss()
