"""What all dialogs share: the screen below stays to be seen around them, as it is."""

from __future__ import annotations

from typing import TypeVar

from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.strip import Strip

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """Takes over the lines of the screen below instead of having Rich draw them anew.

    Textual makes a renderable of the screen below, splits it into lines, tints and pads them; here
    nothing is tinted, and opening a dialog took half of its time for that.
    """

    def __init__(self) -> None:
        super().__init__()
        self._below: list[Strip] = []

    def render_lines(self, crop: Region) -> list[Strip]:
        if self._dirty_regions or len(self._below) != self.size.height:
            try:
                below = visible_screen_stack.get().pop()
            except LookupError:
                return super().render_lines(crop)
            self._below = below._compositor.render_strips(self.size)
            self._dirty_regions.clear()
        lines = self._below[crop.y : crop.bottom]
        is_whole = crop.width == self.size.width
        return lines if is_whole else [line.crop(crop.x, crop.right) for line in lines]
