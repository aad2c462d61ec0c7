"""The line in which is typed what to look for in the output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.text import safe
from mlops_tui.ui.logsearch import Query, parse_query
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.plain_input import PlainInput


class SearchLine(Vertical):
    """Hidden until it is wanted; keeps what was looked for last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", key_display="Esc"),
    ]

    @dataclass
    class Asked(Message):
        """This is to be looked for."""

        query: Query

    class Left(Message):
        """The person is done typing."""

    def compose(self) -> ComposeResult:
        yield PlainInput(placeholder="search, ~regex", id="search")
        yield PieceLine(classes="filter-error")

    def begin(self) -> None:
        self.display = True
        line = self.query_one(PlainInput)
        line.value = ""
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(PieceLine).show([])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            self.action_leave()
            return
        try:
            query = parse_query(event.value)
        except InputError as error:
            self.query_one(PieceLine).show([(" " + safe(error.message), "bad")])
            return
        self.action_leave()
        self.post_message(self.Asked(query))

    def on_descendant_blur(self) -> None:
        self.display = False

    def action_leave(self) -> None:
        self.display = False
        self.post_message(self.Left())
