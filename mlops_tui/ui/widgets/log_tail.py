"""A run's output: its end is followed, any part of it can be gone to, however long it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.selection import Selection

from mlops_tui.ui import intents, keys
from mlops_tui.ui.logpages import LogWindow, Wish
from mlops_tui.ui.logsearch import Query
from mlops_tui.ui.logview import LogView
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, fit, padded

EMPTY = "no output yet"
WHEEL_ROWS = 3


class LogTail(LineView, can_focus=True):
    """Shows the part of a log it was given, and asks for the next one before it comes to an end."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LOG)
    ALLOW_SELECT = True
    DEFAULT_CSS = "LogTail { overflow: hidden; }"

    @dataclass
    class WindowRequested(Message):
        """Another part of the log is wanted."""

        wish: Wish

    @dataclass
    class SearchWished(Message):
        """The next match is wanted, or the one before."""

        what: str
        """`again` for what was looked for last, `trouble` for errors and warnings."""
        by: int

    @dataclass
    class PlaceTold(Message):
        """What part of the log is seen."""

        words: str

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LogTail.PlaceTold)

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.run_id: str | None = None
        self.view = LogView()
        self._jump: Wish | None = None
        self._asked: LogWindow | None = None
        self._words = ""
        self._selected_at = 0
        """What was on top when anything could last be selected."""

    # Drawing

    def line_pieces(self, y: int) -> list[Piece]:
        if not self.view.window.starts:
            words = " " + EMPTY if y == 0 and self.run_id is not None else ""
            return [(fit(words, self.line_width), "dim")]
        rows = self.view.rows()
        return padded(rows[y] if y < len(rows) else [], self.line_width)

    @property
    def text(self) -> str:
        """What is on the screen."""
        return "\n".join("".join(text for text, _ in row) for row in self.view.rows())

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        return selection.extract(self.text), "\n"

    def on_resize(self) -> None:
        self.view.resize(self.line_width, self.size.height)
        self.repaint()

    # Reading

    def show_nothing(self) -> None:
        self.run_id = None
        self.view.forget()
        self.look_again()

    def wish_for(self, run_id: str) -> Wish:
        """Return which part of the output of `run_id` is wanted now."""
        if run_id != self.run_id:
            return Wish()
        return self._jump or self.view.wish

    def on_output_read(self, event: intents.OutputRead) -> None:
        if event.run_id != self.run_id:
            self.run_id = event.run_id
            self.view.forget()
            self._jump = None
        if event.wish == self._jump:
            self._jump = None
        self._asked = None
        self.view.take(event.window, event.wish)
        self.look_again()

    def look_again(self) -> None:
        """Show what has changed, say where that is, and ask for what will be needed."""
        if self.text_selection is not None and self.view.top_offset != self._selected_at:
            self.screen.clear_selection()  # other lines stand there now
        self._selected_at = self.view.top_offset
        self.refresh_changed()
        words = self.view.position + (", wrapped" if self.view.is_wrapped else "")
        if self.run_id is not None and words != self._words:
            self._words = words
            self.post_message(self.PlaceTold(words))
        if self._asked is not self.view.window and self.view.needs_more():
            self._asked = self.view.window
            self.post_message(self.WindowRequested(self._jump or self.view.wish))

    # Moving

    def action_move(self, rows: int, pages: int = 0) -> None:
        self._jump = None
        self.view.move(rows + pages * max(1, self.size.height - 1))
        self.look_again()

    def action_first(self) -> None:
        self._go(Wish(0, is_jump=True))

    def action_last(self) -> None:
        self._jump = None
        self.view.to_end()
        self.look_again()
        if not self.view.window.has_end:
            self.post_message(self.WindowRequested(Wish()))

    def action_wrap(self) -> None:
        self.view.toggle_wrap()
        self.look_again()

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-WHEEL_ROWS)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(WHEEL_ROWS)

    def _go(self, wish: Wish) -> None:
        self._jump = wish
        self.post_message(self.WindowRequested(wish))

    def action_search(self, what: str, by: int) -> None:
        self.post_message(self.SearchWished(what, by))

    def show_match(self, query: Query, found: int) -> None:
        """Go to the match that was found."""
        self.view.look_for(query, found)
        self._go(Wish(found, self.size.height // 3, is_jump=True))
