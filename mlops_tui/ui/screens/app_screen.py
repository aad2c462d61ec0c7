"""What all full screens share: a footer, and a kind word where the terminal is too small."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.panes import WIDE_COLUMNS

SMALLEST = (40, 10)
TOO_SMALL = "Too small to show much: {} x {} is needed.\nRuns go on. q quits."


class AppScreen(Screen[None]):
    """A screen with a body; `place` names its keys for the help."""

    BLANK = True  # the body and the key bar cover it
    place: ClassVar[str] = keys.EVERYWHERE
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it as an instance variable
        (0, "-too-narrow"),
        (SMALLEST[0], "-narrow"),
        (WIDE_COLUMNS, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-too-low"),
        (SMALLEST[1], "-low"),
        (30, "-high"),
    ]

    _is_painted = False

    def compose(self) -> ComposeResult:
        # Textual learns the size after the first layout, and would style and lay out all anew
        width, height = self.app.size
        self.add_class(
            *self._get_breakpoint_classes(width, self.HORIZONTAL_BREAKPOINTS),
            *self._get_breakpoint_classes(height, self.VERTICAL_BREAKPOINTS),
        )
        yield Static(TOO_SMALL.format(*SMALLEST), markup=False, id="too-small")
        yield self.body()
        yield KeyBar()

    def painted(self) -> None:
        """Begin what can wait until there is something to see; called once."""

    def _on_screen_resume(self, event: events.ScreenResume) -> None:
        if not self.stack_updates:
            event.refresh_styles = False  # all was styled a moment ago; Textual goes on from here

    def _compositor_refresh(self) -> None:
        if self.app._batch_count:
            return  # it would be thrown away, and drawn again at the end of the batch
        super()._compositor_refresh()
        if not self._is_painted and self is self.app.screen:
            self._is_painted = True
            self.painted()

    def take(self, batch: Batch) -> None:
        """Bring what is shown up to date; for screens that lie over the one that is told first."""

    def body(self) -> Widget:
        raise NotImplementedError

    def action_show_pane(self, pane: str) -> None:
        if pane != self.place:
            self.post_message(intents.PaneRequested(pane))
