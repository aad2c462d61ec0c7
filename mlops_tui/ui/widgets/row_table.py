"""A table that draws visible lines only, whatever the number of rows, and repaints what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message

from mlops_tui.ui import keys
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, fit, wrapped


class RowTable(LineView, can_focus=True):
    """Rows by key under a header; subclasses say what a row looks like."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.TABLE)
    DEFAULT_CSS = """
    RowTable { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
               scrollbar-size-vertical: 1; }
    """

    @dataclass
    class RowOpened(Message):
        """Enter was pressed on a row, or it was clicked twice."""

        key: str

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another row now; `key` is None where there is none."""

        key: str | None

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowTable.CursorMoved)

    def __init__(self, empty: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.keys: list[str] = []
        self.cursor = 0
        self.was_moved = False
        """A person has said where the cursor is to be, if only before there were rows."""
        self.empty = empty
        """What is said where there are no rows; may have several lines."""
        self._positions: dict[str, int] = {}

    # What subclasses say

    def header_pieces(self, width: int) -> list[Piece]:
        raise NotImplementedError

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        raise NotImplementedError

    # Rows

    @property
    def cursor_key(self) -> str | None:
        return self.keys[self.cursor] if self.keys else None

    def visible_keys(self, pages_around: int = 0) -> Sequence[str]:
        """The keys on the screen, and those of so many pages above and below."""
        first = self.scroll_offset.y - pages_around * self.page_rows
        return self.keys[max(0, first) : self.scroll_offset.y + (1 + pages_around) * self.page_rows]

    def set_keys(self, new_keys: list[str]) -> None:
        """Show these rows; the cursor stays on its row, and that row where it is on the screen."""
        if new_keys == self.keys:
            self.refresh_changed()
            return
        old_key = self.cursor_key
        line = self.cursor - self.scroll_offset.y
        was_first = self.cursor == 0
        self.keys = new_keys
        self._positions = {key: position for position, key in enumerate(new_keys)}
        here = self._positions.get(old_key) if old_key is not None else None
        self.cursor = min(self.cursor if here is None else here, max(0, len(new_keys) - 1))
        self.virtual_size = Size(0, len(new_keys) + 1)
        if not was_first or self.cursor > self.page_rows - 1:
            self.scroll_to_row(len(self.keys), self.cursor - line)
        self.refresh_changed()
        self.on_rows_moved()
        if self.cursor_key != old_key:
            self.post_message(self.CursorMoved(self.cursor_key))

    def on_rows_moved(self) -> None:
        """Other rows are on the screen now."""

    def has_all(self, keys: Iterable[str]) -> bool:
        """Say whether every one of `keys` has a row."""
        return all(key in self._positions for key in keys)

    def show_key(self, key: str) -> None:
        """Put the cursor on the row of `key`, if there is one."""
        if key in self._positions:
            self._move_cursor(self._positions[key], by_person=False)

    # Drawing

    def line_pieces(self, y: int) -> list[Piece]:
        width = self.line_width
        if y == 0:
            return [("".join(text for text, _ in self.header_pieces(width)), "header")]
        row = self.scroll_offset.y + y - 1
        if not self.keys:
            lines = [part for it in self.empty.split("\n") for part in wrapped(it, width - 4)]
            return [(fit("  " + lines[y - 2] if 2 <= y < len(lines) + 2 else "", width), "dim")]
        if row >= len(self.keys):
            return [(" " * width, "")]
        pieces = self.row_pieces(self.keys[row], width)
        if row == self.cursor:
            kind = "cursor" if self.has_focus else "cursor-blurred"
            return [(fit("".join(text for text, _ in pieces).rstrip(), width), kind)]
        return pieces

    # Moving

    def action_move(self, rows: int) -> None:
        self._move_cursor(self.cursor + rows)

    def action_move_page(self, pages: int) -> None:
        self._move_cursor(self.cursor + pages * max(1, self.page_rows - 1))

    def action_move_to(self, row: int) -> None:
        self._move_cursor(row if row >= 0 else len(self.keys) - 1)

    def action_open(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.RowOpened(self.cursor_key))

    def _move_cursor(self, row: int, by_person: bool = True) -> None:
        self.was_moved |= by_person
        row = max(0, min(row, len(self.keys) - 1))
        if row == self.cursor:
            return
        self.cursor = row
        self._keep_in_view(row)
        self.refresh_changed()
        self.post_message(self.CursorMoved(self.cursor_key))

    def _keep_in_view(self, row: int) -> None:
        """Scroll where needed, by a third of the page: a held key then seldom repaints it all."""
        top, page = self.scroll_offset.y, self.page_rows
        jump = page // 3
        if row < top:
            self.scroll_to_row(len(self.keys), row - jump)
        elif row >= top + page:
            self.scroll_to_row(len(self.keys), row - page + 1 + jump)

    # Events

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.refresh_changed()

    def on_resize(self) -> None:
        self.repaint()
        self._keep_in_view(self.cursor)
        self.on_rows_moved()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.on_rows_moved()

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y - 1
        if event.y >= 1 and row < len(self.keys):
            self._move_cursor(row)
            if event.chain == 2:
                self.action_open()
