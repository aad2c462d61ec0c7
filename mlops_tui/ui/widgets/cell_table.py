"""A table of text cells, such as the start of a CSV file, with any number of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.row_table import RowTable

WIDEST = 32
MOST_LETTERS = 200
"""Of a cell; more would be made safe for nothing."""
GAP = "  "


class CellTable(RowTable):
    """Draws the columns that are seen; the others are not even measured."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.CELLS)

    def __init__(self, empty: str = "No rows below the head.") -> None:
        super().__init__(empty, id="cells")
        self._head: Sequence[str] = ()
        self._rows: Sequence[Sequence[str]] = ()
        self._first = 0
        self._widths: dict[int, int] = {}

    def show(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._head, self._rows = head, rows
        self._first = 0
        self._widths.clear()
        self.set_keys([str(number) for number in range(1, len(rows) + 1)])
        self.repaint()

    @property
    def words(self) -> str:
        """Say which columns are on the screen, where not all are."""
        shown = self._shown()
        if len(shown) >= len(self._head):
            return ""
        return f"← → columns {shown[0] + 1}-{shown[-1] + 1} of {len(self._head)}"

    @property
    def row_in_full(self) -> str:
        """The row under the cursor, a line a column."""
        if not self._rows:
            return ""
        row = self._rows[self.cursor]
        shown = range(self._first, min(self._first + MOST_LETTERS, len(self._head)))
        return "\n".join(f"{self._head[at]}: {row[at] if at < len(row) else ''}" for at in shown)

    def action_columns(self, by: int) -> None:
        if by > 0 and self._shown() and self._shown()[-1] >= len(self._head) - 1:
            return
        self._first = max(0, min(self._first + by, len(self._head) - 1))
        self.refresh_changed()
        self.post_message(self.CursorMoved(self.cursor_key))

    def on_resize(self) -> None:
        super().on_resize()
        self.post_message(self.CursorMoved(self.cursor_key))

    def header_pieces(self, width: int) -> list[Piece]:
        return [(self._line(self._head, "", width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        number = fit(key, self._number_cells, right=True) + GAP
        line = self._line(self._rows[int(key) - 1], key, width)
        return [(number, "dim"), (line[len(number) :], "")]

    @property
    def _number_cells(self) -> int:
        return len(str(len(self._rows)))

    def _line(self, cells: Sequence[str], key: str, width: int) -> str:
        parts = [fit(key, self._number_cells, right=True)]
        for at in self._shown():
            text = safe(cells[at][:MOST_LETTERS]) if at < len(cells) else ""
            parts.append(fit(text, self._width(at), right=_is_number(text)))
        return fit(GAP.join(parts), width)

    def _shown(self) -> list[int]:
        shown: list[int] = []
        room = self.line_width - self._number_cells
        for at in range(self._first, len(self._head)):
            room -= self._width(at) + len(GAP)
            if room < 0 and shown:
                break
            shown.append(at)
        return shown

    def _width(self, at: int) -> int:
        if at not in self._widths:
            texts = [row[at] for row in (self._head, *self._rows) if at < len(row)]
            longest = max((cell_len(safe(text[:MOST_LETTERS])) for text in texts), default=1)
            self._widths[at] = max(1, min(longest, WIDEST))
        return self._widths[at]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
