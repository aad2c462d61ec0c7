"""The form that starts a job: one line a parameter, checked as it is typed; or a sweep of runs."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Button, Checkbox, Input, Select

from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.sweep import too_many
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys, launch_history
from mlops_tui.ui.errors import describe
from mlops_tui.ui.launch_history import LaunchHistory
from mlops_tui.ui.prefill import (
    DEFAULTS,
    like_options,
    like_source,
    lost_words,
    next_source,
    sources,
)
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.screens.dry_run import DryRunDialog
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.launch_fields import Filled, LaunchFields
from mlops_tui.ui.widgets.launch_summary import LaunchSummary
from mlops_tui.ui.widgets.param_field import ParamField
from mlops_tui.ui.widgets.piece_line import PieceLine

__all__ = ["LaunchForm", "ParamField"]


class LaunchForm(Dialog[intents.ActionDone]):
    """Starts a job and is left with what was started; stays open while something is wrong."""

    place: ClassVar[str] = keys.FORM
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.FORM)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012

    def __init__(
        self,
        project: Project,
        job: str,
        source: ProjectSource,
        here: Run | None = None,
        like: Run | None = None,
    ) -> None:
        """Prepare the form of a job; the fields begin with the values of `like`, if there is one.

        Args:
            project: whose jobs there are.
            job: the one to begin with.
            source: what acts and reads.
            here: a run whose values can be asked for.
            like: a run of this job to begin with.
        """
        super().__init__()
        self._project = project
        self._job = project.jobs[job]
        self._source = source
        self._here = here
        self._like = like
        self._start = like_source(self._job, like)
        self._history = LaunchHistory(job)
        self._values = DEFAULTS
        self._untouched: Filled | None = None
        """What the fields said when they were last filled by us."""
        self._filled = Filled()
        self._is_launching = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -form"):
            yield PieceLine(id="form-title")
            if len(self._project.jobs) > 1:
                options = [(Text(safe(name)), name) for name in self._project.jobs]
                yield Select(
                    options, value=self._job.name, allow_blank=False, compact=True, id="job"
                )
            yield LaunchFields(self._job, self._start.values, like_options(self._job, self._like))
            yield LaunchSummary()
            yield Button("Launch", variant="primary", compact=True, id="launch")
        yield KeyBar()

    def on_mount(self) -> None:
        self._begin()
        if self._like is not None:
            self.query_one(LaunchSummary).tell(lost_words(self._job, self._like))

    @property
    def fields(self) -> list[ParamField]:
        return self.query_one(LaunchFields).params

    def _begin(self) -> None:
        self._values, self._untouched = self._start, None
        if not self.query_one(LaunchFields).focus_first():
            self.query_one("#launch").focus()
        self.check()
        launch_history.ask_history(self._source, self, self._project, self._job)

    @on(Select.Changed, "#job")
    async def change_job(self, event: Select.Changed) -> None:
        event.stop()
        if event.value == self._job.name:
            return
        self._job, self._start = self._project.jobs[str(event.value)], DEFAULTS
        self._history = LaunchHistory(self._job.name)
        await self.query_one(LaunchFields).show_job(self._job)
        self._begin()

    def on_history_read(self, event: launch_history.HistoryRead) -> None:
        event.stop()
        if event.history.job == self._job.name:
            self._history = event.history
            self.check()

    def action_next_values(self) -> None:
        """Fill all fields from the next place that has values."""
        history = self._history
        found = sources(self._project, self._job, history.last, history.best, self._here)
        self._values = next_source(found, self._values)
        self.query_one(LaunchFields).fill(self._values.values)
        self._untouched = None
        alone = "" if len(found) > 1 else "There is no earlier run to take values from."
        self.query_one(LaunchSummary).tell(alone)
        self.check()

    async def action_list_values(self) -> None:
        """Make the field under the cursor one of several values, or of one again."""
        words = await self.query_one(LaunchFields).toggle_list(self._filled.grid)
        self.query_one(LaunchSummary).tell(words or "")
        self.check()

    def action_options(self) -> None:
        """Open name, priority, slots and tags, or close them."""
        fields = self.query_one(LaunchFields)
        fields.options.toggle()
        if not fields.options.is_open:
            fields.focus_first()
        self.check()

    @on(Input.Changed)
    @on(Select.Changed, ".field-control")
    @on(Checkbox.Changed)
    def check(self) -> bool:
        """Show what is wrong and what would run; say whether all is well."""
        fields = self.query_one(LaunchFields)
        was_well, filled = self._filled.is_well, fields.check()
        if filled.is_well and not was_well:
            self.query_one(LaunchSummary).tell("")
        self._filled = filled
        self._untouched = self._untouched or filled
        edited = ", edited" if filled.given != self._untouched.given else ""
        title = [(f" Launch {safe(self._job.name)}  ", "strong"), (self._values.words, "tab-on")]
        title += [(edited, "tab-on"), ("  " + safe(self._job.description), "dim")]
        self.query_one("#form-title", PieceLine).show(title)
        more = "" if fields.options.is_open else fields.options.words()
        self.query_one(LaunchSummary).show(self._job, filled, self._history, more)
        runs = filled.grid.count
        self.query_one("#launch", Button).label = "Launch" if runs == 1 else f"Launch {runs} runs"
        return filled.is_well

    @on(Input.Submitted)
    def leave_field(self, event: Input.Submitted) -> None:
        event.stop()
        last = self.query_one(LaunchFields).last
        if last is not None and event.input is last.control:
            self.action_submit()
        else:
            self.focus_next()

    @on(Button.Pressed, "#launch")
    def action_submit(self) -> None:
        if self._is_launching or not self._is_ready():
            return
        filled, runs = self._filled, self._filled.grid.count
        folder, job = self._source.project, self._job.name
        self._is_launching = True
        waits = f"{count(runs, 'run')} go into the queue …" if runs > 1 else ""
        self.query_one(LaunchSummary).tell(waits)

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            done = actions.launch_sweep(
                folder, job, filled.secrets, filled.grid.axes, **filled.options
            )
            words = f"Queued {count(runs, 'run')}, tag sweep={done.sweep}"
            return intents.ActionDone(words if done.sweep else "Queued", done.run_ids[0])

        self._source.act(self, "The run was not launched", work)

    def _is_ready(self) -> bool:
        """Say whether all is well; if not, say so and go to the first field that is wrong."""
        if self.check():
            return True
        words = too_many(self._filled.grid.count) or "Correct what is marked first."
        self.query_one(LaunchSummary).tell(words)
        if self._filled.wrong:
            self.query_one(LaunchFields).go_to(self._filled.wrong[0])
        return False

    def action_dry_run(self) -> None:
        """Show what the first run would be, in full."""
        if self._is_ready():
            grid = self._filled.grid
            params = {**self._filled.secrets, **next(grid.points())}
            launch_history.ask_dry_run(self._source, self, self._job.name, params, grid.count)

    def on_dry_run_read(self, event: launch_history.DryRunRead) -> None:
        event.stop()
        self.query_one(LaunchSummary).tell("")
        self.app.push_screen(DryRunDialog(event.dry, event.count))

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.dismiss(event)

    @on(intents.ActionFailed)
    @on(intents.ReadFailed)
    def tell_failure(self, event: intents.ActionFailed | intents.ReadFailed) -> None:
        event.stop()
        if isinstance(event, intents.ActionFailed):
            self._is_launching = False
        self.query_one(LaunchSummary).tell(describe(event.error))

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)
