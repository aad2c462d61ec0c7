"""The line in which a filter is typed; what is wrong with it stands below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import Filter, parse_filter
from mlops_tui.domain.text import safe
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.plain_input import PlainInput


class FilterLine(Vertical):
    """A filter being typed: every text that can be understood takes effect at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", key_display="Esc"),
    ]

    @dataclass
    class Typed(Message):
        """The filter is now this one; None where there is none."""

        where: Filter | None

    @dataclass
    class Left(Message):
        """The person is done typing."""

    def compose(self) -> ComposeResult:
        yield PlainInput(placeholder="state=failed, lr<0.01, acc>.9 or tag:best ...")
        yield PieceLine(classes="filter-error")

    def begin(self) -> None:
        self.display = True
        self.query_one(PlainInput).focus()

    def say(self, text: str) -> None:
        """Have this filter, as if it had been typed."""
        self.query_one(PlainInput).value = text
        self.display = bool(text)

    def clear(self) -> None:
        self.query_one(PlainInput).value = ""
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        problem = self.query_one(PieceLine)
        try:
            where = parse_filter(event.value) if event.value.strip() else None
        except InputError as error:
            problem.show([(" " + safe(error.message.replace("\n", " ")), "bad")])
            return
        problem.show([])
        self.post_message(self.Typed(where))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(event.value.strip())
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.clear()
        self.post_message(self.Left())
