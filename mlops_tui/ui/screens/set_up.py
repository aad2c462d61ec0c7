"""Shows the project file that is proposed for a folder, and asks whether to write it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.formats import count
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.piece_line import PieceLine

if TYPE_CHECKING:
    from mlops_tui.engine.propose import Proposal


class SetUpDialog(ModalScreen[bool]):
    """Is left with whether to write the file."""

    place: ClassVar[str] = keys.DIALOG
    BINDINGS: ClassVar[list[BindingType]] = [
        *keys.bindings(keys.DIALOG),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,ctrl+d", "scroll(10)", "Page down", show=False),
        Binding("pageup,ctrl+u", "scroll(-10)", "Page up", show=False),
    ]

    def __init__(self, folder: Path, proposal: Proposal) -> None:
        super().__init__()
        self._folder = folder
        self._proposal = proposal

    def compose(self) -> ComposeResult:
        lines = self._proposal.toml_text.rstrip().split("\n")
        with Vertical(classes="dialog -set-up"):
            yield PieceLine(id="set-up-title")
            with VerticalScroll(can_focus=False):
                yield Static(Text("\n".join(safe(line) for line in lines)), markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        found = count(len(self._proposal.found), "thing")
        title = f" Write {safe(self._folder.name)}/mlops.toml? "
        self.query_one("#set-up-title", PieceLine).show(
            [(title, "strong")], f"made from {found} found "
        )

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(False)
