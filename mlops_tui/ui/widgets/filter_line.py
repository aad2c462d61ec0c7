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
from mlops_tui.ui import intents
from mlops_tui.ui.filter_words import Offer, Values, offer
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.plain_input import PlainInput


class FilterLine(Vertical):
    """A filter being typed: every text that can be understood takes effect at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear filter", key_display="Esc"),
        Binding("tab", "take", "Take what is offered", show=False),
    ]

    @dataclass
    class Typed(Message):
        """The filter is now this one; None where there is none."""

        where: Filter | None

    @dataclass
    class Left(Message):
        """The person is done typing."""

    def __init__(self, values: Values) -> None:
        """Offer what `values` gives for a field."""
        super().__init__()
        self._values = values
        self._fields: list[str] = []
        self._offer = Offer()

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

    def on_fields_read(self, event: intents.FieldsRead) -> None:
        event.stop()
        self._fields = [facts.field for facts in event.fields]
        self._tell(self.query_one(PlainInput).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        problem = ""
        try:
            where = parse_filter(event.value) if event.value.strip() else None
        except InputError as error:
            problem = error.message.replace("\n", " ")
        else:
            self.post_message(self.Typed(where))
        self._tell(event.value, problem)

    def _tell(self, typed: str, problem: str = "") -> None:
        """Say in one line what may come next, and what is wrong."""
        self._offer = offer(typed, self._fields, self._values)
        first, *others = [*map(safe, self._offer.words), ""]
        pieces = [(f" {first}", "strong"), (f"  {'  '.join(others)}", "dim")] if first else []
        pieces += [(" " + safe(problem), "bad")] if problem else []
        self.query_one(PieceLine).show(pieces, "Tab takes" if first and not problem else "")

    def action_take(self) -> None:
        """Put the first word that is offered in the place of what is typed of it."""
        line = self.query_one(PlainInput)
        if self._offer.words and line.cursor_position == len(line.value):
            line.value = line.value[: self._offer.start] + self._offer.words[0]
            line.cursor_position = len(line.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.display = bool(event.value.strip())
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.clear()
        self.post_message(self.Left())
