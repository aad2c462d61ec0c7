"""The line in which any command is found by part of its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from mlops_tui.ui import keys
from mlops_tui.ui.commands import Command, matching
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import fit
from mlops_tui.ui.widgets.plain_input import PlainInput

LABEL_CELLS = 16
KEYS_CELLS = 13


class CommandDialog(Dialog[Command]):
    """Is left with the command chosen, or with None."""

    place: ClassVar[str] = keys.COMMAND
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.COMMAND)

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = commands
        self._shown: list[Command] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -command"):
            yield PlainInput(placeholder="what to do: part of its name")
            options = OptionList(markup=False, compact=True)
            options.can_focus = False
            yield options
            yield PieceLine(id="no-command")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.query_one(OptionList).highlighted
        if row is not None:
            self.dismiss(self._shown[row])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._shown[event.option_index])

    def action_choose(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)

    def _show(self, typed: str) -> None:
        self._shown = matching(self._commands, typed.lstrip(":"))
        options = self.query_one(OptionList)
        options.set_options([Option(command_text(command)) for command in self._shown])
        options.highlighted = 0 if self._shown else None
        words = "" if self._shown else " nothing here is called that"
        self.query_one("#no-command", PieceLine).show([(words, "dim")])


def command_text(command: Command) -> Text:
    """Return one line: name, keys, and what it does."""
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(fit(command.label, LABEL_CELLS) + " ", style="bold")
    text.append(fit(command.display, KEYS_CELLS) + " ", style="dim")
    text.append(command.tooltip)
    return text
