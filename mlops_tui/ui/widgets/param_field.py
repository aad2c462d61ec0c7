"""One line of a form: a parameter, what it is set to, what may stand there, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static

from mlops_tui.domain import params
from mlops_tui.domain.project import Param, ParamType
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.sweep import written
from mlops_tui.domain.text import safe
from mlops_tui.ui.prefill import field_hint, field_text, proposal, start_value, swept_hint
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.plain_input import PlainInput


class ParamField(Vertical):
    """One parameter: its name, what it is set to, what may stand there, and what is wrong."""

    def __init__(self, param: Param, values: Mapping[str, ParamValue] | None = None) -> None:
        super().__init__(classes="field")
        self.param = param
        self._value = start_value(param, values or {})

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Text(safe(self.param.name)), classes="field-name", markup=False)
            yield self._made(self._value)
            yield PieceLine(classes="field-hint")
        yield PieceLine(classes="field-problem")

    def on_mount(self) -> None:
        self.show_values(())

    def _made(self, value: ParamValue, text: str | None = None) -> Widget:
        """Return the control for a value, or a text field where a text is given."""
        param = self.param
        made: Widget
        if text is None and param.type is ParamType.BOOL:
            made = Checkbox("", value=value is True, compact=True)
        elif text is None and param.type is ParamType.CHOICE:
            options = [(Text(safe(params.format_value(it))), it) for it in param.choices]
            chosen = value if isinstance(value, str | int | float) else param.choices[0]
            made = Select(options, value=chosen, allow_blank=False, compact=True)
        else:
            is_secret = param.type is ParamType.SECRET
            placeholder = f"from ${param.env}" if is_secret else ""
            shown = field_text(param, value) if text is None else text
            made = PlainInput(shown, placeholder, password=is_secret)
        made.add_class("field-control")
        return made

    @property
    def control(self) -> Widget:
        return self.query_one(".field-control")

    @property
    def given(self) -> object:
        """What was typed or chosen; None where a text field is empty."""
        control = self.control
        if isinstance(control, Input):
            return control.value or None
        if isinstance(control, Select):
            value = control.value
            return written(self.param, value) if isinstance(value, str) else value
        if isinstance(control, Checkbox):
            return control.value
        raise TypeError(type(control).__name__)

    def fill(self, values: Mapping[str, ParamValue]) -> None:
        """Set the field to its value among these, else to its default; a secret stays."""
        if self.param.type is ParamType.SECRET:
            return
        value, control = start_value(self.param, values), self.control
        if isinstance(control, Input):
            control.value = field_text(self.param, value)
        elif isinstance(control, Checkbox):
            control.value = value is True
        elif isinstance(control, Select):
            control.value = self.param.choices[0] if value is None else value

    async def toggle_list(self, values: Sequence[ParamValue]) -> str:
        """Propose several values in place of one, or go back to the first of them.

        Returns what a person may write instead.
        """
        control = self.control
        is_many = len(values) > 1 or (
            isinstance(control, Input) and self.param.type in (ParamType.BOOL, ParamType.CHOICE)
        )
        text, words = proposal(self.param, "" if is_many else str(self.given or ""))
        if is_many:
            await self._replace(self._made(values[0] if values else self._value))
            return ""
        if text is not None:
            await self._replace(self._made(None, text))
        return words

    async def _replace(self, made: Widget) -> None:
        old = self.control
        await self.query_one(Horizontal).mount(made, before=old)
        made.focus()
        old.remove_class("field-control")
        await old.remove()

    def show_values(self, values: Sequence[ParamValue]) -> None:
        """Show what is to be tried where that is more than one value, else what may stand here."""
        if len(values) > 1:
            pieces = [(" " + swept_hint(values), "strong")]
        else:
            pieces = [(" " + field_hint(self.param), "dim")]
        self.query_one(".field-hint", PieceLine).show(pieces)

    def show_problem(self, problem: str) -> None:
        line = self.query_one(".field-problem", PieceLine)
        line.show([(f"\u2717 {safe(problem)}", "bad")])
        line.display = bool(problem)
        self.control.set_class(bool(problem), "-wrong")
