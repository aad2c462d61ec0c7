"""A few lines about the machine; only what is different is sent to the terminal."""

from __future__ import annotations

from mlops_tui.engine.machine import MachineLoad
from mlops_tui.ui.machine_lines import machine_lines
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, fit


class MachinePane(LineView):
    """As high as what there is to say; empty until the machine was looked at."""

    DEFAULT_CSS = "MachinePane { height: 1; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="machine")
        self._load: MachineLoad | None = None
        self._lines: list[list[Piece]] = []

    def show(self, load: MachineLoad) -> None:
        self._load = load
        self._lay_out()

    def tell(self, words: str) -> None:
        """Show a sentence in place of what cannot be found out."""
        self._load = None
        self._lines = [[(fit(" " + words, self.line_width), "warn")]]
        self.refresh_changed()

    @property
    def load(self) -> MachineLoad | None:
        return self._load

    def line_pieces(self, y: int) -> list[Piece]:
        return self._lines[y] if y < len(self._lines) else [(" " * self.line_width, "")]

    def on_resize(self) -> None:
        self.forget_painted()
        self._lay_out()

    def _lay_out(self) -> None:
        if self._load is None or not self.line_width:
            return
        self._lines = machine_lines(self._load, self.line_width)
        if len(self._lines) != self.size.height:
            self.styles.height = max(1, len(self._lines))
        self.refresh_changed()
