"""The last line: the few keys that matter most here; a click is the key itself.

One widget that draws a line: Textual's own footer is a tree of widgets that is built anew, styled
and laid out at each change of focus, which took most of the time that a Tab takes.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from mlops_tui.ui.keys import FOOTER_MOST
from mlops_tui.ui.looks import painter

KEPT_AT_END = 2
"""How many of the last keys, the help and the way out, stay when there is no room for all."""


class Shown(NamedTuple):
    """One key of the bar."""

    key: str
    display: str
    label: str
    is_enabled: bool

    @property
    def width(self) -> int:
        """Return the cells it takes with one blank before it."""
        return cell_len(self.display) + cell_len(self.label) + 2


def fitting(items: list[Shown], width: int) -> tuple[list[Shown], str]:
    """Return the keys that fit into `width` cells, whole, and what stands after each.

    First they move together; then some go, those before the last ones first.
    """
    items = list(items)
    tight = sum(item.width for item in items)
    if tight + len(items) <= width:
        return items, " "
    while items and tight > width:
        tight -= items.pop(max(0, len(items) - 1 - KEPT_AT_END)).width
    return items, ""


def limited(items: list[Shown]) -> list[Shown]:
    """Return as many keys as a footer has at most; those before the last ones go."""
    over = len(items) - FOOTER_MOST
    return items if over <= 0 else [*items[: -over - KEPT_AT_END], *items[-KEPT_AT_END:]]


class KeyBar(Widget):
    """Shows the active bindings of the screen that ask to be shown."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyBar {
        dock: bottom; height: 1; width: 1fr;
        color: $footer-description-foreground; background: $footer-background;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._items: list[Shown] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._read)

    def _read(self, screen: Screen[object]) -> None:
        shown: dict[str, Shown] = {}
        for _, binding, is_enabled, _ in screen.active_bindings.values():
            if binding.show and binding.action not in shown:
                display = self.app.get_key_display(binding)
                shown[binding.action] = Shown(binding.key, display, binding.description, is_enabled)
        items = limited(list(shown.values()))
        if items != self._items:
            self._items = items
            self.refresh()

    def render_line(self, y: int) -> Strip:
        style = painter(self)
        segments = []
        items, gap = fitting(self._items, self.size.width)
        for item in items:
            segments += [
                Segment(f" {item.display} ", style("key" if item.is_enabled else "key-off")),
                Segment(item.label + gap, style("" if item.is_enabled else "key-off")),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, style(""))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        end = 0
        items, gap = fitting(self._items, self.size.width)
        for item in items:
            end += item.width + len(gap)
            if event.x < end:
                self.app.simulate_key(item.key) if item.is_enabled else self.app.bell()
                return
