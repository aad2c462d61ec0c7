"""The facts of one run, wrapped at the pane's width; scrolls where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Size
from textual.selection import Selection

from mlops_tui.ui import keys
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, fit, wrapped

LABEL_COLUMNS = 9


class RunFacts(LineView, can_focus=True):
    """Labels and values; only the parts that say something else are sent again."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FACTS)
    ALLOW_SELECT = True
    DEFAULT_CSS = """
    RunFacts { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
               scrollbar-size-vertical: 1; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._facts: list[Fact] = []
        self._lines: list[list[Piece]] = []

    def show(self, facts: Sequence[Fact]) -> None:
        """Show these facts; a person who has scrolled stays there while the run is the same."""
        if list(facts) != self._facts:
            self._facts = list(facts)
            self._wrap()

    @property
    def text(self) -> str:
        return "\n".join(f"{label} {value}" for label, value in self._facts)

    def get_selection(self, selection: Selection) -> tuple[str, str]:
        lines = ["".join(text for text, _ in line).rstrip() for line in self._lines]
        return selection.extract("\n".join(lines)), "\n"

    def line_pieces(self, y: int) -> list[Piece]:
        row = self.scroll_offset.y + y
        return self._lines[row] if row < len(self._lines) else [(" " * self.line_width, "")]

    def on_resize(self) -> None:
        self._wrap()
        self.repaint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.forget_painted()

    def _wrap(self) -> None:
        self._lines = fact_lines(self._facts, self.line_width)
        self.virtual_size = Size(0, len(self._lines))
        self.refresh_changed()


def fact_lines(facts: Sequence[Fact], width: int) -> list[list[Piece]]:
    """Return the facts as lines of exactly `width` cells, labels before their first lines."""
    room = width - LABEL_COLUMNS - 1
    if room < 1:
        return []
    lines = []
    for label, value in facts:
        parts = [part for line in value.split("\n") for part in wrapped(line, room)]
        for position, part in enumerate(parts):
            name = fit(label if position == 0 else "", LABEL_COLUMNS, right=True) + " "
            lines.append([(name, "dim"), (fit(part, room), "")])
    return lines
