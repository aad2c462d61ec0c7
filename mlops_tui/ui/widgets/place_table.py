"""The list of a place: rows of cells under heads, whatever they are about."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.ui import keys
from mlops_tui.ui.place_rows import PlaceContent, PlaceRow, line_of, widths
from mlops_tui.ui.widgets.pieces import Piece, padded
from mlops_tui.ui.widgets.row_table import RowTable

READING = "Reading ..."


class PlaceTable(RowTable):
    """Shows what it is given, as many columns as there is room for."""

    def __init__(self) -> None:
        super().__init__(READING, id="place")
        self._content = PlaceContent((), ())
        self._rows: dict[str, PlaceRow] = {}
        self._room: list[int] = []

    @property
    def here(self) -> PlaceRow | None:
        """The row under the cursor."""
        return None if self.cursor_key is None else self._rows[self.cursor_key]

    def show(self, content: PlaceContent, empty: str) -> None:
        """Show this; `empty` where there are no rows."""
        self._content, self.empty = content, empty
        self._rows = {row.key: row for row in content.rows}
        self._plan()
        self.set_keys(list(self._rows))

    def _plan(self) -> None:
        self._room = widths(self._content, self.line_width - 2)

    def on_resize(self) -> None:
        self._plan()  # the table itself is told next

    def header_pieces(self, width: int) -> list[Piece]:
        heads = self._content.heads
        titles = line_of([(head.title, "header") for head in heads], heads, self._room)
        return padded([("  ", ""), *titles], width)

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        cells = line_of(self._rows[key].cells, self._content.heads, self._room)
        return padded([("  ", ""), *cells], width)


class DataTable(PlaceTable):
    """The datasets; its keys read them."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.DATA)


class MonitorTable(PlaceTable):
    """Pairs of datasets; Enter compares one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.MONITOR)


class ModelTable(PlaceTable):
    """What training wrote; Enter goes to the run that did."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.MODELS)


class ReadinessTable(PlaceTable):
    """Lines of the rubrics; evidence is attached to one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.READINESS)


class AlertTable(PlaceTable):
    """The alerts; Enter offers what can be done about one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.ALERTS)
