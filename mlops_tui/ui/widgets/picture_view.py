"""An image in half blocks: each cell shows two pixels, the upper one as ink, the lower as paper."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from mlops_tui.ui.pictures import Picture, Pixel

UPPER_HALF = "▀"


class PictureView(Widget, can_focus=True):
    """Shows what it was given, in the middle; asks for nothing."""

    DEFAULT_CSS = "PictureView { height: 1fr; width: 1fr; }"

    def __init__(self, has_blocks: bool) -> None:
        """Draw with half blocks, or in ASCII with one pixel a cell."""
        super().__init__(id="picture")
        self._letter = UPPER_HALF if has_blocks else " "
        self.picture: Picture | None = None

    def show(self, picture: Picture) -> None:
        self.picture = picture
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        rows = self.picture.rows if self.picture is not None else ()
        at = y - max(0, (self.size.height - len(rows)) // 2)
        if not 0 <= at < len(rows):
            return Strip.blank(self.size.width, base)
        left = max(0, (self.size.width - len(rows[at])) // 2)
        segments = [Segment(" " * left, base)]
        segments += [Segment(self._letter, _style(*cell)) for cell in rows[at]]
        return Strip(segments).simplify().adjust_cell_length(self.size.width, base)


def _style(upper: Pixel, lower: Pixel) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
