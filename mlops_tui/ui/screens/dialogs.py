"""Small dialogs: a question to answer with yes or no, and the help made from the table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.clipboard import fits
from mlops_tui.ui.keys import Key
from mlops_tui.ui.widgets.key_bar import KeyBar


class ConfirmDialog(ModalScreen[bool]):
    """Asks before something that cannot be taken back lightly."""

    place: ClassVar[str] = keys.DIALOG
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.DIALOG)

    def __init__(self, question: str, lines: Sequence[str] = ()) -> None:
        super().__init__()
        self._question = question
        self._lines = lines

    def compose(self) -> ComposeResult:
        text = Text(safe(self._question), style="bold")
        for line in self._lines:
            text.append("\n" + safe(line), style="not bold")
        with Vertical(classes="dialog"):
            yield Static(text, markup=False, id="question")
        yield KeyBar()

    def action_yes(self) -> None:
        self.dismiss(True)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(False)


class MessageDialog(ModalScreen[None]):
    """Tells what blocks something a person asked for."""

    place: ClassVar[str] = keys.DIALOG
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss_dialog", "Close", key_display="Esc")
    ]

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        text = Text(safe(self._title), style="bold")
        text.append("\n\n")
        text.append("\n".join(safe(line) for line in self._words.split("\n")), style="not bold")
        with VerticalScroll(classes="dialog -error"):
            yield Static(text, markup=False)
        yield KeyBar()

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


class ReadingDialog(ModalScreen[None]):
    """Shows a text in full, to be read and closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss_dialog", "Close", key_display="Esc"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("y", "copy", "Copy", key_display="y"),
    ]

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        text = Text(safe(self._title), style="bold")
        text.append("\n\n" + "\n".join(safe(line) for line in self._words.split("\n")), "not bold")
        with VerticalScroll(classes="dialog -dry"):
            yield Static(text, markup=False)
        yield KeyBar()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._words)
        if fits(self._words):
            self.app.notify("Copied", markup=False, timeout=3)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


class HelpDialog(ModalScreen[None]):
    """What the keys of a screen do."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q,enter", "dismiss_dialog", "Close", key_display="Esc"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, shown: Sequence[Key]) -> None:
        super().__init__()
        self._shown = shown

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -help"):
            yield Static(help_table(self._shown), markup=False)
        yield KeyBar()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


def help_table(shown: Sequence[Key]) -> Group:
    """Return the keys under the headings of their places, long words aligned below each other."""
    parts: list[Text | Table] = []
    for place, of_place in groupby(shown, key=lambda key: key.place):
        heading = keys.HEADINGS.get(place, place)
        parts.append(Text("\n" * bool(parts) + heading, style="bold"))
        table = Table.grid(padding=(0, 1))
        table.add_column(width=14, style="bold")
        table.add_column()
        for key in of_place:
            table.add_row(Text(f"  {key.display}"), Text(key.tooltip))
        parts.append(table)
    return Group(*parts)
