"""The table of a comparison: labels and the first run stay, the other runs move sideways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType

from mlops_tui.ui import keys
from mlops_tui.ui.compared import GAP, Layout, Line, layout
from mlops_tui.ui.widgets.pieces import Piece, fit, padded
from mlops_tui.ui.widgets.row_table import RowTable

READING = "Reading the runs ..."


class CompareTable(RowTable):
    """One line a fact, one column a run."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.COMPARE)

    def __init__(self) -> None:
        super().__init__(READING, id="comparison")
        self._names: Sequence[str] = ()
        self._lines: dict[str, Line] = {}
        self._skip = 0
        self._layout = Layout(0, (), ())

    def show(self, names: Sequence[str], lines: Sequence[Line]) -> None:
        """Show these lines, each with a cell for every one of `names`."""
        self._names = names
        self._lines = {line.id: line for line in lines}
        self._plan()
        self.set_keys(list(self._lines))

    @property
    def here(self) -> Line | None:
        """The line under the cursor."""
        return None if self.cursor_key is None else self._lines[self.cursor_key]

    @property
    def lines(self) -> list[Line]:
        return list(self._lines.values())

    @property
    def words(self) -> str:
        """Say which runs are on the screen, where not all are."""
        shown = self._layout.shown
        if len(shown) >= len(self._names):
            return ""
        last = f"-{shown[-1] + 1}" if len(shown) > 2 else ""
        part = f"1 and {shown[1] + 1}{last}" if len(shown) > 1 else "1"
        return f"← → {part} of {len(self._names)}"

    def on_resize(self) -> None:
        self._plan()
        super().on_resize()

    def action_columns(self, by: int) -> None:
        skip = max(0, min(self._skip + by, len(self._names) - len(self._layout.shown)))
        if by > 0 and self._layout.shown and self._layout.shown[-1] == len(self._names) - 1:
            return
        self._skip = skip
        self._plan()
        self.refresh_changed()
        self.post_message(self.CursorMoved(self.cursor_key))

    def _plan(self) -> None:
        if self.line_width and self._names:
            lines = list(self._lines.values())
            self._layout = layout(lines, self._names, self.line_width, self._skip)

    def header_pieces(self, width: int) -> list[Piece]:
        names = [
            fit(self._names[at], room)
            for at, room in zip(self._layout.shown, self._layout.widths, strict=True)
        ]
        return [(fit(" " * self._layout.label + GAP.join(names), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        line = self._lines[key]
        if not line.cells:
            label = fit(line.label, min(width, cell_len(line.label)))
            return [
                (label, line.kind),
                (fit("  " + line.about, max(0, width - cell_len(label))), "dim"),
            ]
        pieces = [(fit("  " + line.label, self._layout.label - 1) + " ", "dim")]
        used = self._layout.label
        for at, room in zip(self._layout.shown, self._layout.widths, strict=True):
            cell = line.cells[at]
            text = fit(cell.text, min(room, width - used)) + GAP
            pieces.append((text, cell.kind))
            used += room + len(GAP)
        return padded(pieces, width)
