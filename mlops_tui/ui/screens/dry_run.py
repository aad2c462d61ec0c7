"""What a launch would start, to be read and closed."""

from __future__ import annotations

import shlex
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlops_tui.domain.text import safe
from mlops_tui.engine.actions_dry import DryRun
from mlops_tui.ui import keys
from mlops_tui.ui.formats import count
from mlops_tui.ui.widgets.key_bar import KeyBar


class DryRunDialog(ModalScreen[None]):
    """The command, its folder, its interpreter and what is added to its environment."""

    place: ClassVar[str] = keys.DRY_RUN
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.DRY_RUN)

    def __init__(self, dry: DryRun, runs: int) -> None:
        super().__init__()
        self._dry = dry
        self._runs = runs

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -dry"):
            yield Static(dry_text(self._dry, self._runs), markup=False)
        yield KeyBar()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


def dry_text(dry: DryRun, runs: int) -> Text:
    """Return all of a dry run; nothing has been started."""
    text = Text("Nothing was started. This would be:", style="bold")
    if runs > 1:
        text.append(f" (the first of {count(runs, 'run')})", style="not bold")
    for title, words in (
        ("command", shlex.join(dry.argv)),
        ("folder", dry.cwd),
        ("python", dry.interpreter or "none on PATH"),
    ):
        text.append(f"\n\n{title}\n", style="bold")
        text.append("  " + safe(words), style="not bold")
    text.append("\n\nenvironment, beside what is there where it is launched\n", style="bold")
    lines = [safe(f"  {name}={value}") for name, value in dry.environment.items()]
    text.append("\n".join(lines), style="not bold")
    return text
