"""A scrolling view that draws its lines itself, and repaints those that look different."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mlops_tui.ui.looks import painter
from mlops_tui.ui.widgets.pieces import Piece


class LineView(ScrollView):
    """Lines in pieces, each of a kind of `looks`."""

    ALLOW_SELECT = False
    """Whether a mouse selects text; who can have it tells the text by `get_selection`."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._painted: dict[int, list[Piece]] = {}

    def line_pieces(self, y: int) -> list[Piece]:
        """What stands in line `y` of the screen now."""
        raise NotImplementedError

    @property
    def line_width(self) -> int:
        """The cells of a line, without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def page_rows(self) -> int:
        """The lines below the header."""
        return max(1, self.size.height - 1)

    def refresh_changed(self) -> None:
        """Repaint the visible lines that look different now."""
        width = self.line_width
        for y in range(self.size.height):
            if self._painted.get(y) != self.line_pieces(y):
                self.refresh(Region(0, y, width, 1))

    def repaint(self) -> None:
        self.forget_painted()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        pieces = self.line_pieces(y)
        self._painted[y] = pieces
        width = self.line_width
        style = painter(self)
        segments = [Segment(text, style(kind)) for text, kind in pieces]
        strip = Strip(segments).adjust_cell_length(width, style(""))
        return self._selectable(strip, self.scroll_offset.y + y) if self.ALLOW_SELECT else strip

    def _selectable(self, strip: Strip, row: int) -> Strip:
        """Return the line so that the screen finds the place of each letter, and as selected."""
        span = self.text_selection.get_span(row) if self.text_selection is not None else None
        if span is not None:
            start, end = span
            end = strip.cell_length if end < 0 else min(end, strip.cell_length)
            chosen = self.screen.get_component_rich_style("screen--selection")
            before, middle, after = (
                strip.crop(0, start),
                strip.crop(start, end),
                strip.crop(end, strip.cell_length),
            )
            marked = Strip(Segment.apply_style(middle, post_style=chosen), middle.cell_length)
            strip = Strip.join([before, marked, after])
        return strip.apply_offsets(0, row)

    def forget_painted(self) -> None:
        self._painted.clear()

    def scroll_to_row(self, row_count: int, row: int) -> None:
        """Put `row` below the header, or as near to it as so many rows let it come."""
        last = max(0, row_count - self.page_rows)
        self.scroll_to(y=max(0, min(row, last)), animate=False, immediate=True, force=True)
