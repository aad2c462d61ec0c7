"""One line of text in pieces, sent to the terminal only when it says something else."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from mlops_tui.ui.looks import painter
from mlops_tui.ui.widgets.pieces import Piece, fit


class PieceLine(Widget):
    """Pieces from the left, and one text that stands at the right end where there is room."""

    DEFAULT_CSS = "PieceLine { height: 1; width: 1fr; }"

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._pieces: list[Piece] = []
        self._right: Piece = ("", "")

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self._pieces) + self._right[0]

    def show(self, pieces: Sequence[Piece], right: str = "", right_kind: str = "dim") -> None:
        new = (list(pieces), (right, right_kind))
        if new != (self._pieces, self._right):
            self._pieces, self._right = new
            self.refresh()

    def look_of(self, kind: str) -> str:
        """The kind as it looks now, where that depends on more than the text."""
        return kind

    def render_line(self, y: int) -> Strip:
        style = painter(self)
        width = self.size.width
        right, right_kind = self._right
        room = width - (cell_len(right) + 1 if right else 0)
        segments = []
        for text, kind in self._pieces:
            shown = text if cell_len(text) <= room else fit(text, max(0, room))
            room -= cell_len(shown)
            segments.append((shown, kind))
        if right and room >= 0:
            segments += [(" " * (room + 1), ""), (right, right_kind)]
        return Strip(
            Segment(text, style(self.look_of(kind))) for text, kind in segments if text
        ).adjust_cell_length(width, style(""))
