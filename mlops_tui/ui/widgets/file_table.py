"""The list of a run's files, relatives and records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from mlops_tui.ui import keys
from mlops_tui.ui.listed_files import Item
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.row_table import RowTable

READING = "Reading the run's folder ..."
SIZE_CELLS, AGE_CELLS = 10, 12
RELATION_CELLS = 14


class FileTable(RowTable):
    """Files with size and age; headings between them."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FILES)

    def __init__(self) -> None:
        super().__init__(READING, id="files")
        self._items: dict[str, Item] = {}

    def show(self, items: Sequence[Item]) -> None:
        """Show these lines; at first the cursor is on the first that leads somewhere."""
        is_first = not self._items
        self._items = {item.id: item for item in items}
        self.set_keys(list(self._items))
        if is_first:
            to = (item.id for item in items if item.path is not None or item.run_id is not None)
            self.show_key(next(to, ""))

    @property
    def here(self) -> Item | None:
        return None if self.cursor_key is None else self._items[self.cursor_key]

    def header_pieces(self, width: int) -> list[Piece]:
        name = max(0, width - SIZE_CELLS - AGE_CELLS - 1)
        head = fit("  Name", name) + fit("Size", SIZE_CELLS, right=True)
        return [(fit(head + fit("Changed", AGE_CELLS, right=True), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        item = self._items[key]
        if item.is_heading:
            title = fit(item.title, min(width, cell_len(item.title)))
            return [(title, "heading"), (fit("  " + item.about, width - cell_len(title)), "dim")]
        if item.path is None:
            relation = fit("  " + item.title, min(width, RELATION_CELLS)) + " "
            kind = "" if item.run_id is not None else "dim"
            return [(relation, "dim"), (fit(item.about, width - cell_len(relation)), kind)]
        if item.about:
            title = fit("  " + item.title, min(cell_len(item.title) + 2, width * 2 // 3))
            return [(title, ""), (fit("  " + item.about, width - cell_len(title)), "bad")]
        room = max(0, width - SIZE_CELLS - AGE_CELLS - 1)
        tail = fit(item.size, SIZE_CELLS, right=True) + fit(item.age, AGE_CELLS, right=True) + " "
        return [(fit("  " + item.title, room), ""), (fit(tail, width - room), "dim")]
