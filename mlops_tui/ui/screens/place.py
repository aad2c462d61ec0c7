"""A screen over the one of a project: a list of one kind of thing, and what is known of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.text import safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.rows_screen import RowsScreen
from mlops_tui.ui.widgets.pace import Pace
from mlops_tui.ui.widgets.pane import PaneTitle
from mlops_tui.ui.widgets.panes import PLACES
from mlops_tui.ui.widgets.place_table import PlaceTable

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

T = TypeVar("T")
ASK_SECONDS = 1.0
"""What is shown is read again so often at most."""
ROWS_FOR_FACTS = 16
"""On a lower terminal the list has all the room."""


class PlaceScreen(RowsScreen):
    """Reads its content in a thread, and again as the project's feed says that runs changed."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = ""
    """What is said where there is nothing: what belongs here, and how it comes here."""

    @dataclass
    class ContentRead(Message):
        """This is what there is now."""

        content: PlaceContent

    def __init__(self, source: ProjectSource) -> None:
        self.title_line = PaneTitle(self.place, PLACES)
        self.table = self.make_table()
        super().__init__(self.title_line, self.table)
        self._source = source
        self._words = ""
        self._pace = Pace(self, self.ask)
        self._heavy = HeavyWork(self)

    def read(self, reader: RunReader) -> PlaceContent:
        """Return what there is; called in a thread."""
        raise NotImplementedError

    def make_table(self) -> PlaceTable:
        return PlaceTable()

    def facts_here(self) -> Sequence[Fact]:
        here = self.table.here
        return () if here is None else here.facts

    def on_mount(self) -> None:
        self.title_line.set_narrow(True)
        self.ask()

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def on_resize(self) -> None:
        """Leave all the room to the list where it is low, or has nothing and teaches."""
        self.facts.display = bool(self.table.keys) and self.size.height >= ROWS_FOR_FACTS

    def take(self, batch: Batch) -> None:
        if self.is_about(batch):
            self._pace.want(ASK_SECONDS)

    def is_about(self, batch: Batch) -> bool:
        """Say whether what the feed found changes what is shown."""
        return bool(batch.runs)

    def ask(self) -> None:
        """Have the content read again."""
        self._source.ask(f"the {self.place}", self.read, self.ContentRead, self, "place")

    def on_place_screen_content_read(self, event: ContentRead) -> None:
        self._words = event.content.words
        self.table.show(event.content, self.EMPTY)
        self.on_resize()
        self.tell("")
        self.show_facts()

    def tell(self, words: str) -> None:
        """Say in the title what goes on; empty for how much there is."""
        self.title_line.inform(words or self._words)

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.tell("")
        self.app.notify(
            describe(event.error), title=safe(event.what), severity="error", markup=False
        )

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=5)
        self.ask()

    def on_pane_title_pane_chosen(self, event: PaneTitle.PaneChosen) -> None:
        self.action_show_pane(event.pane)

    def action_out(self) -> None:
        if self._heavy.cancel():
            self.tell("")
            self.app.notify(f"Stopped {safe(self._heavy.what)}", markup=False, timeout=3)
        else:
            self.action_show_pane("runs")

    # Heavy work

    def begin(
        self,
        what: str,
        work: Callable[[OnProgress, Cancellation], T],
        answer: Callable[[T], Message],
    ) -> None:
        """Have a worker process do something, unless one is at work; its answer is posted."""
        before = self._heavy.what
        if self._heavy.start(what, work, answer):
            self.tell(f"{safe(what)} ..., Esc stops")
        else:
            words = f"First one, then the other: {safe(before)} goes on, Esc stops it"
            self.app.notify(words, markup=False, timeout=3)

    def on_progress_told(self, event: ProgressTold) -> None:
        if self._heavy.is_busy and event.share is not None:
            self.tell(f"{safe(event.what)}, {100 * min(1.0, event.share):.0f} %, Esc stops")
