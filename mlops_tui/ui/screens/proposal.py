"""Shows what would be written into a project file, and asks whether to write it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.screens.dialogs import ReadingView
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.wrapped_view import Lines, hanging


class ProposalDialog(Dialog[bool]):
    """Is left with whether to write it."""

    place: ClassVar[str] = keys.DIALOG
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.DIALOG, keys.PROPOSAL)

    def __init__(self, question: str, about: str, text: str) -> None:
        super().__init__()
        self._question = question
        self._about = about
        self._text = "\n".join(safe(line) for line in text.rstrip().split("\n"))
        self._view = ReadingView(self._lines_for)

    def _lines_for(self, width: int) -> Lines:
        return hanging("", "", self._text, "", width)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -proposal"):
            yield PieceLine(id="proposal-title")
            yield self._view
        yield KeyBar()

    def on_mount(self) -> None:
        title = [(f" {safe(self._question)} ", "strong")]
        self.query_one("#proposal-title", PieceLine).show(title, f"{safe(self._about)} ")

    def action_scroll(self, lines: int) -> None:
        self._view.scroll_relative(y=lines, animate=False)

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(False)
