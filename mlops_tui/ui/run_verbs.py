"""What a person does to runs, by key: ask where it matters, act in a thread, say how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from mlops_tui.domain.project import JobKind, Project
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.formats import coarse_duration, count
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.dialogs import ConfirmDialog, MessageDialog
from mlops_tui.ui.screens.launch import LaunchForm
from mlops_tui.ui.widgets.run_edits import RunEdits
from mlops_tui.ui.widgets.run_table import RunTable

STOP_WORDS = {
    "ASKED": "Asked to stop",
    "ALREADY_ASKED": "Asked to stop before",
    "CANCELLED": "Taken out of the queue",
    "ALREADY_ENDED": "Has ended already",
}


class RunVerbs(Vertical):
    """Holds the panes of a project and the keys that act on its runs."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.VERBS)

    def __init__(self, source: ProjectSource, *panes: Widget) -> None:
        super().__init__(*panes, id="panes")
        self._source = source
        self.marked: Sequence[str] = ()

    @property
    def _project(self) -> Path:
        return self._source.project

    def _run_here(self) -> Run | None:
        table = self.query_one(RunTable)
        return table.run_at_hand(table.cursor_key)

    def action_launch(self) -> None:
        self._source.ask_project(self)

    def on_project_read(self, event: intents.ProjectRead) -> None:
        project = event.project
        if project.is_broken:
            folder = f"{project.path}/"
            words = "\n".join(str(problem).removeprefix(folder) for problem in project.problems)
            self.app.push_screen(MessageDialog("mlops.toml has problems: nothing starts", words))
        elif not project.jobs:
            words = "Declare one in mlops.toml:\n\n[jobs.train]\nrun = 'python train.py'"
            self.app.push_screen(MessageDialog("This project has no jobs yet", words))
        else:
            self._open_form(project)

    def _open_form(self, project: Project) -> None:
        here = self._run_here()
        trains = [name for name, job in project.jobs.items() if job.kind is JobKind.TRAIN]
        job = here.job if here is not None else ""
        if job not in project.jobs:
            job = next(iter(trains or project.jobs))
        self.app.push_screen(LaunchForm(project, job, self._source, here), self._launched)

    def _launched(self, done: intents.ActionDone | None) -> None:
        if done is not None:
            self.post_message(intents.ActionDone(done.words, done.show))

    def action_stop(self) -> None:
        run = self._run_here()
        if run is None:
            return
        if run.state.is_ended:
            self._say(f"{run.name} has ended already: {run.state}")
            return
        took = coarse_duration(run, time.time())
        lines = [f"It is {run.state}" + (f" for {took}." if run.started else "."), run.id]
        if run.state is RunState.RUNNING:
            lines.append(stop_plan())
        self._confirm(f"Stop {run.name}?", lines, lambda: self._stop(run))

    def _stop(self, run: Run) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            result = actions.stop(self._project, run.id)
            return intents.ActionDone(f"{STOP_WORDS[result.name]}: {run.name}")

        self._source.act(self, f"{run.name} was not stopped", work)

    def action_retry(self) -> None:
        run = self._run_here()
        if run is None:
            return

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            return intents.ActionDone(
                f"{run.name} runs again", actions.retry(self._project, run.id, {})
            )

        self._source.act(self, f"{run.name} was not retried", work)

    def action_delete(self) -> None:
        run = self._run_here()
        ids = list(self.marked) or ([run.id] if run is not None else [])
        if not ids:
            return
        if run is not None and not self.marked and not run.state.is_ended:
            self._say(f"{run.name} is {run.state}: s stops it first")
            return
        what = run.name if run is not None and not self.marked else count(len(ids), "marked run")
        lines = ["Files stay on disk: u brings it back, `mlops-tui purge` removes it for good."]
        self._confirm(f"Delete {what}?", lines, lambda: self._delete(ids))

    def _delete(self, ids: Sequence[str]) -> None:
        self.query_one(RunEdits).deleted_last = tuple(ids)

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            deleted = actions.delete(self._project, ids)
            return intents.ActionDone(f"Deleted {count(len(deleted), 'run')}: u brings back")

        self._source.act(self, "Nothing was deleted", work)

    def action_copy(self) -> None:
        key = self.query_one(RunTable).cursor_key
        if key is not None:
            self.app.copy_to_clipboard(key)
            self._say(f"Copied {key}")

    def _confirm(self, question: str, lines: Sequence[str], act: Callable[[], None]) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                act()

        self.app.push_screen(ConfirmDialog(question, lines), answered)

    def _say(self, words: str) -> None:
        self.app.notify(safe(words), markup=False, timeout=3)

    def on_action_done(self, event: intents.ActionDone) -> None:
        self._say(event.words)

    def on_action_failed(self, event: intents.ActionFailed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog(event.what, describe(event.error)))


def stop_plan() -> str:
    """Return what a stop does to a command, and how long each step waits."""
    from mlops_tui.engine.watch import stop_grace_seconds

    grace = f"{stop_grace_seconds():g} s"
    return f"SIGINT goes out at once, SIGTERM after {grace}, SIGKILL after {grace} more."
