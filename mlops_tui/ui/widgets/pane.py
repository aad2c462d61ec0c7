"""Panes of a screen: a title line over what they hold; the title names the others where narrow."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from mlops_tui.ui.widgets.holder import Holder
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece


def is_shown(widget: Widget) -> bool:
    """Say whether anybody can see the widget: it may be hidden, or under a dialog."""
    return widget.is_mounted and all(
        node.display for node in widget.ancestors_with_self if isinstance(node, Widget)
    )


def is_seen(widget: Widget) -> bool:
    """Say whether the widget is shown and has room."""
    return widget.size.width > 0 and is_shown(widget)


class PaneTitle(PieceLine):
    """The title of a pane; on a narrow terminal it shows all panes, this one as open."""

    @dataclass
    class PaneChosen(Message):
        """A pane's name was clicked."""

        pane: str

    def __init__(self, pane: str, names: dict[str, str]) -> None:
        super().__init__(classes="pane-title")
        self._pane = pane
        self._names = names
        self._info = ""
        self._narrow = False
        self._compose_title()

    @property
    def room(self) -> int:
        """The cells that what is informed of can have."""
        return self.size.width - sum(len(name) + 2 for name in self._shown().values()) - 2

    def inform(self, info: str) -> None:
        self._info = info
        self._compose_title()

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self._compose_title()

    def on_click(self, event: events.Click) -> None:
        end = 0
        for pane, name in self._shown().items():
            end += len(name) + 2
            if event.x < end:
                self.post_message(self.PaneChosen(pane))
                return

    def look_of(self, kind: str) -> str:
        pane = self.parent
        is_here = (
            isinstance(pane, Widget)
            and pane.has_class("pane")
            and pane.has_pseudo_class("focus-within")
        )
        return "tab-focused" if kind == "tab-on" and is_here else kind

    def _shown(self) -> dict[str, str]:
        return self._names if self._narrow else {self._pane: self._names[self._pane]}

    def _compose_title(self) -> None:
        pieces: list[Piece] = [
            (f" {name} ", "tab-on" if pane == self._pane else "tab")
            for pane, name in self._shown().items()
        ]
        self.show(pieces, self._info + " " if self._info else "")


class Pane(Holder):
    """A title and one widget below it."""

    def __init__(self, pane: str, names: dict[str, str], content: Widget) -> None:
        super().__init__(id=f"pane-{pane}", classes="pane")
        self.pane = pane
        self.title_line = PaneTitle(pane, names)
        self.content = content

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.content
