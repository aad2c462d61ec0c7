"""The heat map of live data: columns below each other, windows side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.monitoring import HeatMap
from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.heat_rows import BATCH, glyphs_of, heading
from mlops_tui.ui.widgets.pieces import Piece, fit, padded
from mlops_tui.ui.widgets.row_table import RowTable

LEAST_NAME, MOST_NAME = 12, 28
_NOTHING = HeatMap((), (), {})


class HeatTable(RowTable):
    """A cursor over rows, and one over windows; the newest window is at the right."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.WINDOWS)

    @dataclass
    class WindowPointedAt(Message):
        """The cursor went to another window."""

    def __init__(self) -> None:
        super().__init__("Reading ...", id="place")
        self.heat = _NOTHING
        self.here = 0
        """The window that is looked at."""
        self._longest = 0
        """Letters of the longest name."""

    def show(self, heat: HeatMap) -> None:
        """Show this; whoever looks at the newest window goes on to the newest."""
        looked_at = self.heat.batches[self.here].id if self.heat.batches else None
        was_newest = self.here == len(self.heat.batches) - 1
        self.heat = heat
        ids = [batch.id for batch in heat.batches]
        is_kept = looked_at in ids and not was_newest
        self.here = ids.index(looked_at) if is_kept and looked_at else max(0, len(ids) - 1)
        rows = [BATCH, *heat.columns] if heat.batches else []
        self._longest = max((len(safe(name)) for name in rows), default=0)
        self.set_keys(rows)
        self.repaint()

    @property
    def _name_cells(self) -> int:
        return max(LEAST_NAME, min(MOST_NAME, self.line_width // 3, self._longest))

    @property
    def _windows(self) -> range:
        """The windows there is room for: the newest ones, or back as far as the cursor is."""
        room = max(1, self.line_width - self._name_cells - 4)
        total = len(self.heat.batches)
        first = min(self.here, max(0, total - room))
        return range(first, min(first + room, total))

    def header_pieces(self, width: int) -> list[Piece]:
        if not self.heat.batches:
            return [("", "header")]
        shown = self._windows
        room = width - self._name_cells - 3
        words = heading(self.heat, shown.start, room, self.here)
        return [(fit("  Column", self._name_cells + 3) + words, "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        shown = self._windows
        glyphs = glyphs_of(self.heat, key, shown)
        words = fit("  " + safe(key), self._name_cells + 2) + " "
        name = (words, "strong" if key == BATCH else "")
        return padded([name, *glyphs], width)

    def point_at(self, batch: str) -> None:
        """Look at the window of this id, if it is there."""
        ids = [it.id for it in self.heat.batches]
        if batch in ids:
            self.action_columns(ids.index(batch) - self.here)

    def action_columns(self, by: int) -> None:
        """Look at the window before or after."""
        here = max(0, min(self.here + by, len(self.heat.batches) - 1))
        if here != self.here:
            self.here = here
            self.repaint()
            self.post_message(self.WindowPointedAt())
