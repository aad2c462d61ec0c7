"""What part of a log stands on the screen: moving, wrapping and following; state, no widget."""

from __future__ import annotations

from mlops_tui.ui.logpages import LogWindow, Wish
from mlops_tui.ui.logsearch import Query
from mlops_tui.ui.logtext import DIM, FOUND, LONGEST_LINE, MATCH, cut, line_pieces, marked, wrapped
from mlops_tui.ui.patience import TooSlowError, at_most
from mlops_tui.ui.widgets.pieces import Piece

SLACK = 4
"""While new lines come, an overfull screen moves on by this part of it, not line by line."""
EARLY = 4
"""A new window is wanted when only this part of one is left to go."""
CHARACTERS_A_CELL = 4
"""Enough to fill a row of any letters with what is put upon them."""
MARK_SECONDS = 0.05
"""How long a line may take to mark what was looked for; a screen of them is drawn for each key."""
CONTINUED = "\u22ef "


class LogRows:
    """The lines of a window as rows of a width, made when they are asked for."""

    def __init__(
        self,
        window: LogWindow,
        width: int,
        is_wrapped: bool = False,
        query: Query | None = None,
        found: int | None = None,
    ) -> None:
        self._window = window
        self._width = width
        self._is_wrapped = is_wrapped
        self._query = query
        self._found_line = None if found is None else window.line_with(found)
        self.is_too_slow = False
        """What is looked for was given up, because a line took too long."""
        self._made: dict[int, list[list[Piece]]] = {}

    def of(self, line: int) -> list[list[Piece]]:
        """Return the rows of a line; at least one."""
        if line not in self._made:
            pieces = self._pieces(line)
            width = self._width
            self._made[line] = wrapped(pieces, width) if self._is_wrapped else [cut(pieces, width)]
        return self._made[line]

    def count(self, line: int) -> int:
        """Return how many rows a line has."""
        return len(self.of(line)) if self._is_wrapped else 1

    def _pieces(self, line: int) -> list[Piece]:
        most = LONGEST_LINE if self._is_wrapped else CHARACTERS_A_CELL * self._width
        pieces = line_pieces(self._window.raw(line).decode("utf-8", "replace"), most)
        if self._query is not None:
            pieces = self._marked(line, pieces, self._query)
        return [(CONTINUED, DIM), *pieces] if self._window.continues(line) else pieces

    def _marked(self, line: int, pieces: list[Piece], query: Query) -> list[Piece]:
        kind = FOUND if line == self._found_line else MATCH
        try:
            with at_most(MARK_SECONDS):
                return marked(pieces, query.shown, kind)
        except TooSlowError:
            self._query, self.is_too_slow = None, True
            return pieces


class LogView:
    """A window of a log and the place on the screen's first row: a line and a row of it."""

    def __init__(self) -> None:
        self.window = LogWindow()
        self.is_wrapped = False
        self.is_following = True
        self.query: Query | None = None
        self.found: int | None = None
        """The byte of the match that was searched for last."""
        self._width = 80
        self._height = 24
        self._top = (0, 0)
        self._rows = LogRows(self.window, 80)

    # What is seen

    def rows(self) -> list[list[Piece]]:
        """Return the rows on the screen, fewer than it has where the log is shorter."""
        line, row = self._top
        seen: list[list[Piece]] = []
        while len(seen) < self._height and line < len(self.window.starts):
            seen += self._rows.of(line)[row:]
            line, row = line + 1, 0
        if self._rows.is_too_slow:
            self.query = None
        return seen[: self._height]

    def sees(self, offset: int | None) -> bool:
        """Say whether the line with this byte is on the screen."""
        line = None if offset is None else self.window.line_with(offset)
        if line is None or line < self._top[0]:
            return False
        before = sum(self._rows.count(it) for it in range(self._top[0], line)) - self._top[1]
        return before < self._height

    @property
    def top_offset(self) -> int:
        """The byte where the line on the first row begins."""
        return self.window.starts[self._top[0]] if self.window.starts else 0

    @property
    def position(self) -> str:
        """Where in the log that is, in words."""
        if self.is_following:
            return "following"
        number = self.window.number_of(self._top[0])
        total = f"{self.window.total:,}"
        if number is not None:
            about = "" if self.window.is_total_exact else "about "
            return f"line {number:,} of {about}{total}"
        share = round(100 * self.top_offset / max(1, self.window.size))
        return f"{share} % of about {total} lines" if self.window.total else f"{share} %"

    # What is wanted

    @property
    def wish(self) -> Wish:
        """The part of the log to read anew, to stay where the screen is."""
        return Wish() if self.is_following else Wish(self.top_offset)

    def needs_more(self) -> bool:
        """Say whether the window comes to an end soon, and the log does not."""
        starts = self.window.starts
        if not starts:
            return False
        margin = (self.window.end - starts[0]) // EARLY
        above = self.top_offset - starts[0] < margin and not self.window.has_start
        return above or (self.window.end - self.top_offset < margin and not self.window.has_end)

    # What changes it

    def take(self, window: LogWindow, wish: Wish) -> None:
        """Show this window; what is on the screen stays there unless the wish was to jump."""
        before, offset, row = self.window, self.top_offset, self._top[1]
        line = window.line_with(wish.offset if wish.is_jump and wish.offset is not None else offset)
        if wish.offset is None and self.is_following:
            self.window = window
            self._remake()
            self._follow_on(line, row, is_new=not before.starts)
        elif wish.offset is not None and line is not None:
            self.window = window
            self._remake()
            self._top = (line, 0 if wish.is_jump else row)
            if wish.is_jump:
                self.is_following = False
                self._go(-wish.row)
            self._stay_inside()

    def _follow_on(self, line: int | None, row: int, is_new: bool) -> None:
        """Stay where the screen is while the end is on it; else move on by more than needed."""
        end_top = self._end_top()
        if is_new or line is None or (line, row) > (end_top[0] + self._height, 0):
            self._top = end_top
        elif (line, row) < end_top:
            self._top = end_top
            self._go(self._height // SLACK)
        else:
            self._top = (line, row)

    def resize(self, width: int, height: int) -> None:
        self._width, self._height = max(2, width), max(1, height)
        self._settle()

    def toggle_wrap(self) -> None:
        self.is_wrapped = not self.is_wrapped
        self._top = (self._top[0], 0)
        self._settle()

    def look_for(self, query: Query | None, found: int | None = None) -> None:
        """Mark what matches from now on, and one match more than the others."""
        self.query, self.found = query, found
        self._remake()

    def forget(self) -> None:
        """Be as at first, to show another log."""
        self.window = LogWindow()
        self.is_following = True
        self._top = (0, 0)
        self.look_for(self.query)

    def move(self, rows: int) -> None:
        """Move by so many rows, as far as the window goes; at the end, follow it."""
        at_end = self._top >= self._end_top()
        if rows < 0 or not at_end:
            self._go(rows)
            self._stay_inside()
        is_at_end = self.window.has_end and self._top >= self._end_top()
        self.is_following = is_at_end and (rows > 0 or self._end_top() == (0, 0))

    def to_end(self) -> None:
        self.is_following = True
        if self.window.has_end:
            self._top = self._end_top()

    # Rows

    def _remake(self) -> None:
        self._rows = LogRows(self.window, self._width, self.is_wrapped, self.query, self.found)

    def _settle(self) -> None:
        self._remake()
        if self.is_following:
            self._top = self._end_top()
        else:
            self._stay_inside()

    def _end_top(self) -> tuple[int, int]:
        """Return the top with which the last row of the window is the last one on the screen."""
        left = self._height
        for line in range(len(self.window.starts) - 1, -1, -1):
            rows = self._rows.count(line)
            if rows >= left:
                return line, rows - left
            left -= rows
        return 0, 0

    def _go(self, rows: int) -> None:
        line, row = self._top
        row += rows
        while row < 0 and line > 0:
            line -= 1
            row += self._rows.count(line)
        while line < len(self.window.starts) - 1 and row >= (count := self._rows.count(line)):
            line, row = line + 1, row - count
        last = self._rows.count(line) - 1 if self.window.starts else 0
        self._top = (line, min(max(0, row), last))

    def _stay_inside(self) -> None:
        self._top = min(self._top, self._end_top())


def search_start(view: LogView, is_forward: bool) -> int:
    """Return the byte where to look for the next match: from the last one if it is seen."""
    window = view.window
    line = window.line_with(view.found) if view.found is not None else None
    if line is not None and view.sees(view.found):
        return window.end_of(line) if is_forward else window.starts[line]
    return window.size if view.is_following else view.top_offset
