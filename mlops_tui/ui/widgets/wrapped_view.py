"""Text to read, wrapped at the width there is; scrolls where there is much of it."""

from __future__ import annotations

from textual.geometry import Size
from textual.selection import Selection

from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, padded, wrapped

Lines = list[list[Piece]]


class WrappedView(LineView, can_focus=True):
    """Makes its lines anew where the width changes, and draws only those that are seen."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    WrappedView { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
                  scrollbar-size-vertical: 1; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: tuple[int, Lines] = (-1, [])

    def lines_for(self, width: int) -> Lines:
        """Return all lines, none wider than `width` cells."""
        raise NotImplementedError

    @property
    def lines(self) -> Lines:
        """The lines at the width there is; made when they are drawn, before a resize is told."""
        return self._at(self.line_width)

    def _at(self, width: int) -> Lines:
        if self._lines[0] != width:
            self._lines = (width, self.lines_for(width))
        return self._lines[1]

    def wrap(self) -> None:
        """Show what there is to read now."""
        self._lines = (-1, [])
        self.virtual_size = Size(0, len(self.lines))
        self.refresh_changed()

    def line_pieces(self, y: int) -> list[Piece]:
        row = self.scroll_offset.y + y
        return padded(self.lines[row] if row < len(self.lines) else [], self.line_width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._at(width - self.scrollbar_size_vertical))

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        lines = ["".join(text for text, _ in line).rstrip() for line in self.lines]
        return selection.extract("\n".join(lines)), "\n"

    def on_resize(self) -> None:
        self.virtual_size = Size(0, len(self.lines))
        self.repaint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.forget_painted()


def hanging(label: str, kind: str, text: str, kind_of_text: str, width: int) -> Lines:
    """Return `text` in lines of at most `width` cells, `label` before it and blanks below that."""
    room = max(1, width - len(label))
    parts = [part for line in text.split("\n") for part in wrapped(line, room)]
    return [
        [(label if position == 0 else " " * len(label), kind), (part, kind_of_text)]
        for position, part in enumerate(parts)
    ]
