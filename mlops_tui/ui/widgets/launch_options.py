"""What may be said of a launch beside its parameters: closed until somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical

from mlops_tui.domain import params
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Param, ParamType
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.text import safe
from mlops_tui.ui.widgets.param_field import ParamField

NAME = Param("run name", ParamType.STR, help="JOB-N if empty; a sweep counts on from 1")
PRIORITY = Param("priority", ParamType.INT, help="greater ones start first")
SLOTS = Param("slots", ParamType.INT, help="as the job says if empty")
TAGS = Param("tags", ParamType.STR, help="such as team=forms, try=2")
OPTIONS = (NAME, PRIORITY, SLOTS, TAGS)


class LaunchOptions(Vertical):
    """Name, priority, slots and tags; what is set holds also while they are closed."""

    def __init__(self, values: Mapping[str, ParamValue]) -> None:
        """Show the options, with these values by the names of `OPTIONS` to begin with."""
        super().__init__(id="options")
        self._values = values

    def compose(self) -> ComposeResult:
        for param in OPTIONS:
            yield ParamField(param, self._values)

    @property
    def fields(self) -> list[ParamField]:
        return list(self.query(ParamField))

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self) -> None:
        self.add_class("-open")

    def toggle(self) -> None:
        """Open or close; the cursor goes where it can be seen."""
        self.toggle_class("-open")
        if self.is_open:
            self.fields[0].control.focus()

    def check(self) -> tuple[dict[str, Any], list[ParamField]]:
        """Return what a launch takes, and the fields that are wrong; each says why."""
        taken: dict[str, Any] = {}
        wrong: list[ParamField] = []
        for field in self.fields:
            try:
                if field.given is not None:
                    taken[_KEYS.get(field.param.name, field.param.name)] = _value(field)
                field.show_problem("")
            except InputError as error:
                field.show_problem(error.message)
                wrong.append(field)
        return taken, wrong

    def words(self) -> str:
        """Return what is set, safe to show; empty where nothing is."""
        parts = [f"{it.param.name} {it.given}" for it in self.fields if it.given is not None]
        return safe(", ".join(parts))


_KEYS = {NAME.name: "name"}


def _value(field: ParamField) -> object:
    from mlops_tui.engine.actions_queue import checked_priority
    from mlops_tui.engine.actions_tags import checked_slots, read_tags
    from mlops_tui.engine.run_names import checked_name

    text = str(field.given)
    if field.param is TAGS:
        return read_tags(text)
    if field.param is NAME:
        return checked_name(text)
    number = int(str(params.parse_value(field.param, text)))
    return checked_priority(number) if field.param is PRIORITY else checked_slots(number)
