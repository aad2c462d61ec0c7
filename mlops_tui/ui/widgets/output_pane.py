"""The pane of a run's output: the log, where in it one is, and searching through it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.message import Message

from mlops_tui.domain.text import safe
from mlops_tui.ui import intents
from mlops_tui.ui.logsearch import TROUBLE, Query
from mlops_tui.ui.logview import search_start
from mlops_tui.ui.outputs import Search
from mlops_tui.ui.widgets.log_tail import LogTail
from mlops_tui.ui.widgets.pane import Pane
from mlops_tui.ui.widgets.search_line import SearchLine

MOST_WORDS = 20
"""Characters of what is searched for that the title repeats."""


class OutputPane(Pane):
    """Asks for one search at a time; a new one, Esc and another run stop it."""

    @dataclass
    class SearchRequested(Message):
        """A search through the log is wanted."""

        search: Search

    def __init__(self, names: dict[str, str], log_tail: LogTail) -> None:
        super().__init__("output", names, log_tail)
        self.log_tail = log_tail
        self._line = SearchLine()
        self._search: Search | None = None
        self._name = ""
        self._place = ""
        self._note = ""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._line

    # The title

    def show_name(self, name: str) -> None:
        if name != self._name:
            self._name = name
            self._show_title()

    def on_log_tail_place_told(self, event: LogTail.PlaceTold) -> None:
        event.stop()
        self._place = event.words
        if self._search is None:
            self._note = ""
        self._show_title()

    def on_resize(self) -> None:
        self._show_title()

    def _show_title(self) -> None:
        """Say as much as there is room for: what the search does, the place, the run's name."""
        room = self.title_line.room
        shown = ""
        for words in (self._note, self._place, self._name):
            longer = ", ".join(part for part in (words, shown) if part)
            shown = longer if len(longer) <= room else shown
        self.title_line.inform(shown)

    def _tell(self, note: str) -> None:
        self._note = note
        self._show_title()

    # Searching

    def begin_search(self) -> None:
        self._line.begin()

    def on_search_line_left(self, event: SearchLine.Left) -> None:
        event.stop()
        self.log_tail.focus()

    def on_search_line_asked(self, event: SearchLine.Asked) -> None:
        event.stop()
        self._begin(event.query, not self.log_tail.view.is_following)

    def on_log_tail_search_wished(self, event: LogTail.SearchWished) -> None:
        event.stop()
        view = self.log_tail.view
        if event.what == "trouble":
            self._begin(TROUBLE, event.by > 0 and not view.is_following)
        elif view.query is not None:
            self._begin(view.query, event.by > 0)
        else:
            self._tell("/ searches")

    def _begin(self, query: Query, is_forward: bool) -> None:
        """Look for the next match, or the one before; at first from where the screen is."""
        if self.log_tail.run_id is None:
            return
        self._stop()
        view = self.log_tail.view
        if query is not view.query:
            self._mark(query)
        self._search = Search(query, search_start(view, is_forward), is_forward, threading.Event())
        self.post_message(self.SearchRequested(self._search))

    def step_out(self) -> bool:
        """Stop the search, else unmark what was found; say whether there was anything to do."""
        if self._search is not None:
            self._stop()
            self._tell("search stopped")
            return True
        was_marked = self.log_tail.view.query is not None
        if was_marked:
            self._mark(None)
            self._tell("")
        return was_marked

    def forget(self) -> None:
        """Stop looking: it is another run's output now."""
        self._stop()
        self._note = ""

    def _mark(self, query: Query | None) -> None:
        self.log_tail.view.look_for(query)
        self.log_tail.refresh_changed()

    def _stop(self) -> None:
        if self._search is not None:
            self._search.stopped.set()
            self._search = None

    def on_output_search_told(self, event: intents.OutputSearchTold) -> None:
        event.stop()
        if event.search is self._search:
            self._tell(f"searching, {event.share:.0%}, Esc stops")

    def on_output_searched(self, event: intents.OutputSearched) -> None:
        event.stop()
        if event.search is not self._search:
            return
        self._search = None
        if event.found is not None:
            self._note = ""
            # in its own time: what it posts while we handle something ends here
            self.log_tail.call_later(self.log_tail.show_match, event.search.query, event.found)
            return
        words = safe(event.search.query.words[:MOST_WORDS])
        self._tell(f"no {words} {'below' if event.search.is_forward else 'above'}")

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        self._stop()
        self._tell("")

    def on_unmount(self) -> None:
        self._stop()
