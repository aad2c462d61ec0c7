"""Small dialogs: a question to answer with yes or no, and texts to read: one is the help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.clipboard import fits
from mlops_tui.ui.keys import Key
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.wrapped_view import Lines, WrappedView, hanging

KEY_COLUMNS = 15


class ConfirmDialog(Dialog[bool]):
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


class ReadingDialog(Dialog[None]):
    """Shows a text in full, to be read and closed."""

    place: ClassVar[str] = keys.READING
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.READING)
    LOOK: ClassVar[str] = "-wide-text"

    def __init__(self, title: str, words: str) -> None:
        super().__init__()
        self._title = title
        self._words = words

    def compose(self) -> ComposeResult:
        yield ReadingView(self.lines_for).add_class("dialog", self.LOOK)
        yield KeyBar()

    def lines_for(self, width: int) -> Lines:
        """Return what is to be read, at most `width` cells wide."""
        text = "\n".join(safe(line) for line in self._words.split("\n"))
        return [*self.title_lines(width), [], *hanging("", "", text, "", width)]

    def title_lines(self, width: int) -> Lines:
        return hanging("", "", safe(self._title), "heading", width)

    def action_scroll(self, lines: int) -> None:
        self.query_one(ReadingView).scroll_relative(y=lines, animate=False)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._words)
        if fits(self._words):
            self.app.notify("Copied", markup=False, timeout=3)

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


class ReadingView(WrappedView):
    """The text of a dialog."""

    def __init__(self, make: Callable[[int], Lines]) -> None:
        """Show what `make` gives for a width in cells."""
        super().__init__()
        self._make = make

    def lines_for(self, width: int) -> Lines:
        return self._make(width - 1)  # a blank before the scrollbar


class MessageDialog(ReadingDialog):
    """Tells what blocks something a person asked for."""

    LOOK = "-error"


class HelpDialog(ReadingDialog):
    """What the keys of a screen do."""

    LOOK = "-help"

    def __init__(self, shown: Sequence[Key]) -> None:
        super().__init__("Keys", "\n".join(f"{key.display}: {key.tooltip}" for key in shown))
        self._shown = shown

    def lines_for(self, width: int) -> Lines:
        lines: Lines = []
        for place, of_place in groupby(self._shown, key=lambda key: key.place):
            heading = keys.HEADINGS.get(place, place)
            lines += [[]] * bool(lines) + [[(heading, "heading")]]
            for key in of_place:
                name = f"  {key.display} ".ljust(KEY_COLUMNS)
                lines += hanging(name, "heading", key.tooltip, "", width)
        return lines
