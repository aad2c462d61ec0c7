"""A table that draws visible lines only, whatever the number of rows, and repaints what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mlops_tui.domain.runs import RunState
from mlops_tui.ui import keys, palette

Piece = tuple[str, str]
"""Text and its kind: the end of a component class name, or empty for plain."""


def fit(text: str, width: int, right: bool = False) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis where it is longer."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    return " " * (width - length) + text if right else text + " " * (width - length)


class RowTable(ScrollView, can_focus=True):
    """Rows by key under a header; subclasses say what a row looks like."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.TABLE)
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--header",
        "row-table--cursor",
        "row-table--cursor-blurred",
        "row-table--dim",
        "row-table--best",
        *(f"row-table--{state}" for state in RunState),
        *(f"row-table--series-{slot}" for slot in range(palette.SLOTS)),
    }
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
        self.empty = empty
        self._positions: dict[str, int] = {}
        self._painted: dict[int, list[Piece]] = {}

    # What subclasses say

    def header_pieces(self, width: int) -> list[Piece]:
        raise NotImplementedError

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        raise NotImplementedError

    # Rows

    @property
    def cursor_key(self) -> str | None:
        return self.keys[self.cursor] if self.keys else None

    @property
    def line_width(self) -> int:
        """The cells of a line, without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def page_rows(self) -> int:
        return max(1, self.size.height - 1)

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
            self._scroll_to_line(self.cursor - line)
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
            self._move_cursor(self._positions[key])

    def refresh_changed(self) -> None:
        """Repaint the parts of the visible lines that look different now."""
        width = self.line_width
        for y in range(self.size.height):
            old = self._painted.get(y)
            if old is None:
                self.refresh(Region(0, y, width, 1))
                continue
            new = self._line_pieces(y)
            if new != old:
                start, end = _difference(old, new, width)
                self.refresh(Region(start, y, end - start, 1))

    def repaint(self) -> None:
        self._painted.clear()
        self.refresh()

    # Drawing

    def render_line(self, y: int) -> Strip:
        pieces = self._line_pieces(y)
        self._painted[y] = pieces
        width = self.line_width
        base = self.rich_style
        segments = [Segment(text, self._style(kind, base)) for text, kind in pieces]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, kind: str, base: Style) -> Style:
        return self.get_component_rich_style(f"row-table--{kind}") if kind else base

    def _line_pieces(self, y: int) -> list[Piece]:
        width = self.line_width
        if y == 0:
            return [("".join(text for text, _ in self.header_pieces(width)), "header")]
        row = self.scroll_offset.y + y - 1
        if not self.keys and y == 2:
            return [(fit("  " + self.empty, width), "dim")]
        if row >= len(self.keys):
            return [(" " * width, "")]
        pieces = self.row_pieces(self.keys[row], width)
        if row == self.cursor:
            kind = "cursor" if self.has_focus else "cursor-blurred"
            return [(fit("".join(text for text, _ in pieces), width), kind)]
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

    def _move_cursor(self, row: int) -> None:
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
            self._scroll_to_line(row - jump)
        elif row >= top + page:
            self._scroll_to_line(row - page + 1 + jump)

    def _scroll_to_line(self, line: int) -> None:
        last = max(0, len(self.keys) - self.page_rows)
        self.scroll_to(y=max(0, min(line, last)), animate=False, immediate=True)

    # Events

    def on_focus(self) -> None:
        self.refresh_changed()

    def on_blur(self) -> None:
        self.refresh_changed()

    def on_resize(self) -> None:
        self._painted.clear()
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


def _difference(old: list[Piece], new: list[Piece], width: int) -> tuple[int, int]:
    """Return the cells `start, end` outside which both lines look the same."""
    start = 0
    for (old_text, old_kind), (new_text, new_kind) in zip(old, new, strict=False):
        if old_kind != new_kind or old_text != new_text:
            if old_kind == new_kind:
                start += cell_len(_common_start(old_text, new_text))
            break
        start += cell_len(old_text)
    end = width
    if len(old) == len(new):
        for (old_text, old_kind), (new_text, new_kind) in zip(
            reversed(old), reversed(new), strict=True
        ):
            if old_kind != new_kind or old_text != new_text:
                break
            end -= cell_len(old_text)
    return min(start, width - 1), max(end, start + 1)


def _common_start(one: str, other: str) -> str:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return one[:length]
