"""The form that starts a job: one line a parameter, checked as it is typed."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Footer, Input, Select, Static

from mlops_tui.domain import params
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Job, Param, ParamType, Project
from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.plain_input import PlainInput


class ParamField(Vertical):
    """One parameter: its name, what it is set to, what may stand there, and what is wrong."""

    def __init__(self, param: Param) -> None:
        super().__init__(classes="field")
        self.param = param

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(Text(safe(self.param.name)), classes="field-name", markup=False)
            yield self._control()
            yield PieceLine(classes="field-hint")
        yield PieceLine(classes="field-problem")

    def on_mount(self) -> None:
        hint = self.query_one(".field-hint", PieceLine)
        hint.show([(" " + field_hint(self.param), "dim")])

    def _control(self) -> Widget:
        param = self.param
        default = params.format_value(param.default) if param.has_default else ""
        if param.type is ParamType.BOOL:
            return Checkbox("", value=param.default is True, compact=True, classes="field-control")
        if param.type is ParamType.CHOICE:
            options = [
                (Text(safe(params.format_value(choice))), choice) for choice in param.choices
            ]
            value = param.default if param.has_default else param.choices[0]
            return Select(
                options, value=value, allow_blank=False, compact=True, classes="field-control"
            )
        is_secret = param.type is ParamType.SECRET
        placeholder = f"from ${param.env}" if is_secret else ""
        field = PlainInput(default, placeholder, password=is_secret)
        field.add_class("field-control")
        return field

    @property
    def control(self) -> Widget:
        return self.query_one(".field-control")

    @property
    def given(self) -> object:
        """What was typed or chosen; None where a text field is empty."""
        control = self.control
        if isinstance(control, Input):
            return control.value or None
        if isinstance(control, Checkbox | Select):
            return control.value
        raise TypeError(type(control).__name__)

    def show_problem(self, problem: str) -> None:
        line = self.query_one(".field-problem", PieceLine)
        line.show([(f"\u2717 {safe(problem)}", "bad")])
        line.display = bool(problem)
        self.control.set_class(bool(problem), "-wrong")


def field_hint(param: Param) -> str:
    """Return the range and the help of a parameter, safe to show."""
    parts = []
    if param.min is not None and param.max is not None:
        parts.append(f"{short_number(param.min)} to {short_number(param.max)}")
    elif param.min is not None:
        parts.append(f"{short_number(param.min)} or more")
    elif param.max is not None:
        parts.append(f"{short_number(param.max)} or less")
    elif param.type in (ParamType.INT, ParamType.FLOAT, ParamType.PATH):
        parts.append(str(param.type))
    if param.help:
        parts.append(param.help)
    return safe(", ".join(parts))


class LaunchForm(ModalScreen[str]):
    """Starts a job and is left with the id of its run; stays open while something is wrong."""

    place: ClassVar[str] = keys.FORM
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FORM)

    def __init__(self, project: Project, job: str, source: ProjectSource) -> None:
        super().__init__()
        self._project = project
        self._job = project.jobs[job]
        self._source = source
        self._is_launching = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -form"):
            yield PieceLine(id="form-title")
            if len(self._project.jobs) > 1:
                options = [(Text(safe(name)), name) for name in self._project.jobs]
                yield Select(
                    options, value=self._job.name, allow_blank=False, compact=True, id="job"
                )
            with VerticalScroll(id="fields", can_focus=False):
                yield from self._fields()
            yield Static("", markup=False, id="preview")
            yield Static("", markup=False, id="form-error")
            yield Button("Launch", variant="primary", compact=True, id="launch")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._begin()

    def _fields(self) -> list[ParamField]:
        return [ParamField(param) for param in self._job.params.values()]

    @property
    def fields(self) -> list[ParamField]:
        return list(self.query(ParamField))

    @property
    def job(self) -> Job:
        return self._job

    def _begin(self) -> None:
        about = safe(self._job.description)
        title = f" Launch {safe(self._job.name)} "
        self.query_one("#form-title", PieceLine).show([(title, "strong"), (about, "dim")])
        first = self.fields[0].control if self.fields else self.query_one("#launch")
        first.focus()
        self.check()

    @on(Select.Changed, "#job")
    async def change_job(self, event: Select.Changed) -> None:
        event.stop()
        if event.value == self._job.name:
            return
        self._job = self._project.jobs[str(event.value)]
        holder = self.query_one("#fields")
        await holder.remove_children()
        await holder.mount(*self._fields())
        self._begin()

    @on(Input.Changed)
    @on(Select.Changed, ".field-control")
    @on(Checkbox.Changed)
    def check(self) -> bool:
        """Show what is wrong and what would run; say whether all is well."""
        given = {field.param.name: field.given for field in self.fields}
        values, wrong = params.check(self._job, given)
        for field in self.fields:
            field.show_problem(wrong.get(field.param.name, ""))
        preview = self.query_one("#preview", Static)
        try:
            shown = {name: values.get(name, "…") for name in self._job.params}
            command = params.preview(params.build_argv(self._job, shown))
        except InputError as error:
            command = error.message
        preview.update(Text("$ " + safe(command), no_wrap=False), layout=False)
        return not wrong

    @on(Input.Submitted)
    def leave_field(self, event: Input.Submitted) -> None:
        event.stop()
        if self.fields and event.input is self.fields[-1].control:
            self.action_submit()
        else:
            self.focus_next()

    @on(Button.Pressed, "#launch")
    def action_submit(self) -> None:
        if self._is_launching:
            return
        if not self.check():
            self._tell("Correct what is marked first.")
            for field in self.fields:
                if field.control.has_class("-wrong"):
                    field.control.focus()
                    break
            return
        given = {field.param.name: field.given for field in self.fields}
        chosen = {name: value for name, value in given.items() if value is not None}
        self._is_launching = True
        self._tell("")
        folder, job = self._source.project, self._job.name

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            return intents.ActionDone("Queued", actions.launch(folder, job, chosen))

        self._source.act(self, "The run was not launched", work)

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.dismiss(event.show)

    def on_action_failed(self, event: intents.ActionFailed) -> None:
        event.stop()
        self._is_launching = False
        self._tell(describe(event.error))

    def _tell(self, words: str) -> None:
        self.query_one("#form-error", Static).update(Text(words))

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)
