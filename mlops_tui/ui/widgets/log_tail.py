"""The end of a run's output, followed while it is looked at from its end."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mlops_tui.ui import intents, keys
from mlops_tui.ui.widgets.pieces import fit


class LogTail(ScrollView, can_focus=True):
    """Lines as `logtext.tail_lines` gives them; cut at the right edge."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.LOG)
    COMPONENT_CLASSES: ClassVar[set[str]] = {"log-tail--empty"}
    DEFAULT_CSS = """
    LogTail { overflow-x: hidden; overflow-y: auto; scrollbar-gutter: stable;
              scrollbar-size-vertical: 1; }
    """

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.run_id: str | None = None
        self.lines: list[str] = []
        self._painted: dict[int, str] = {}
        self.is_following = True
        self._empty = ""

    @property
    def line_width(self) -> int:
        return self.scrollable_content_region.width

    def show_lines(self, run_id: str | None, lines: list[str], empty: str = "") -> None:
        """Show these lines; follow the end unless a person looks further up in the same run."""
        self.is_following = self.is_following or run_id != self.run_id
        self.run_id = run_id
        self._empty = empty
        self.lines = lines
        self.virtual_size = Size(0, len(lines))
        self._keep_at_end()
        for y in range(self.size.height):
            if self._painted.get(y) != self._text_of(y):
                self.refresh(Region(0, y, self.line_width, 1))

    def on_output_read(self, event: intents.OutputRead) -> None:
        self.show_lines(event.run_id, event.lines, "no output yet")

    def on_resize(self) -> None:
        self._painted.clear()
        self.refresh()
        self._keep_at_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.is_following = round(new_value) >= self.max_scroll_y

    def _keep_at_end(self) -> None:
        if self.is_following:
            # forced: before the first layout Textual believes there is nothing to scroll
            self.scroll_to(y=self.max_scroll_y, animate=False, immediate=True, force=True)

    def _text_of(self, y: int) -> str:
        if not self.lines:
            return fit(" " + self._empty if y == 0 else "", self.line_width)
        row = self.scroll_offset.y + y
        return fit(self.lines[row] if row < len(self.lines) else "", self.line_width)

    def render_line(self, y: int) -> Strip:
        text = self._text_of(y)
        self._painted[y] = text
        base = self.rich_style
        style = base if self.lines else self.get_component_rich_style("log-tail--empty")
        return Strip([Segment(text, style)]).adjust_cell_length(self.line_width, base)
