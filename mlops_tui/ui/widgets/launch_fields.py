"""All fields of a launch form: the job's parameters, then what may be said of any run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll

from mlops_tui.domain.project import Job
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.sweep import Grid, check_grid, too_many
from mlops_tui.ui.widgets.launch_options import LaunchOptions
from mlops_tui.ui.widgets.param_field import ParamField


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says, as far as it is understood."""

    given: Mapping[str, object] = field(default_factory=dict)
    """What stands in the fields of parameters."""
    grid: Grid = field(default_factory=lambda: Grid({}))
    options: Mapping[str, Any] = field(default_factory=dict)
    wrong: tuple[ParamField, ...] = ()

    @property
    def is_well(self) -> bool:
        """Say whether it can be launched."""
        return not self.wrong and not too_many(self.grid.count)

    @property
    def secrets(self) -> dict[str, object]:
        """Return the secrets that were typed, by parameter."""
        return {
            name: value
            for name, value in self.given.items()
            if value is not None and name not in self.grid.axes
        }


class LaunchFields(VerticalScroll):
    """The fields, scrolled so that the one under the cursor is seen."""

    def __init__(
        self, job: Job, values: Mapping[str, ParamValue], options: Mapping[str, ParamValue]
    ) -> None:
        """Show a job's fields, with these values of parameters and of options to begin with."""
        super().__init__(id="fields", can_focus=False)
        self._job = job
        self._values = values
        self._options = options

    def compose(self) -> ComposeResult:
        with Vertical(id="params"):
            yield from self._made()
        yield LaunchOptions(self._options)

    def _made(self) -> list[ParamField]:
        return [ParamField(param, self._values) for param in self._job.params.values()]

    async def show_job(self, job: Job) -> None:
        """Show the parameters of another job, at their defaults."""
        self._job, self._values = job, {}
        holder = self.query_one("#params")
        await holder.remove_children()
        await holder.mount(*self._made())

    @property
    def params(self) -> list[ParamField]:
        return list(self.query("#params ParamField").results(ParamField))

    @property
    def options(self) -> LaunchOptions:
        return self.query_one(LaunchOptions)

    @property
    def last(self) -> ParamField | None:
        """The last field that is seen."""
        fields = self.options.fields if self.options.is_open else self.params
        return fields[-1] if fields else None

    def focus_first(self) -> bool:
        """Go to the first parameter; say whether there is one."""
        fields = self.params
        if fields:
            fields[0].control.focus()
        return bool(fields)

    def fill(self, values: Mapping[str, ParamValue]) -> None:
        for param_field in self.params:
            param_field.fill(values)

    def check(self) -> Filled:
        """Show what is wrong at the fields, and return what they say."""
        given = {it.param.name: it.given for it in self.params}
        grid, problems = check_grid(self._job, given)
        wrong = []
        for it in self.params:
            problem = problems.get(it.param.name, "")
            it.show_problem(problem)
            it.show_values(() if problem else grid.axes.get(it.param.name, ()))
            wrong += [it] if problem else []
        options, wrong_options = self.options.check()
        return Filled(given, grid, options, (*wrong, *wrong_options))

    def go_to(self, wrong: ParamField) -> None:
        """Put the cursor into a field, and open the options where it is one of them."""
        if wrong in self.options.fields:
            self.options.open()
        wrong.control.focus()

    async def toggle_list(self, grid: Grid) -> str | None:
        """Make the field under the cursor one of several values, or of one again.

        Returns what a person may write instead; None where the cursor is in no field.
        """
        for it in self.params:
            if it.has_focus_within:
                return await it.toggle_list(grid.axes.get(it.param.name, ()))
        return None
