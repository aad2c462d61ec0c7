"""What a person does to runs, by key: ask where it matters, act in a thread, say how it went."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Protocol

from textual.binding import BindingType
from textual.widget import Widget

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import JobKind, Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.run_questions import (
    NO_RUN,
    Question,
    delete_question,
    outcome,
    repeat_question,
    stop_question,
)
from mlops_tui.ui.screens.dialogs import ConfirmDialog, MessageDialog
from mlops_tui.ui.widgets.holder import Holder

STOP_WORDS = {
    "ASKED": "Asked to stop",
    "ALREADY_ASKED": "Asked to stop before",
    "CANCELLED": "Taken out of the queue",
    "ALREADY_ENDED": "Has ended already",
}


class RunHolder(Protocol):
    """A table of runs, as far as verbs ask it."""

    @property
    def cursor_key(self) -> str | None:
        """The id of the run under the cursor."""

    def run_at_hand(self, run_id: str | None) -> Run | None:
        """Return a run that was read."""


class RunVerbs(Holder):
    """Holds a table of runs and the keys that act on those marked, or the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.VERBS)

    def __init__(self, source: ProjectSource, table: RunHolder, *panes: Widget) -> None:
        super().__init__(*panes, id="panes")
        self._source = source
        self._table = table
        self._like: Run | None = None
        self.marked: Sequence[str] = ()

    @property
    def _project(self) -> Path:
        return self._source.project

    def _run_here(self) -> Run | None:
        return self._table.run_at_hand(self._table.cursor_key)

    def _chosen(self) -> list[Run]:
        """Return the marked runs, or else the one under the cursor."""
        here = self._run_here()
        marked = [self._table.run_at_hand(run_id) for run_id in self.marked]
        chosen = [run for run in marked or [here] if run is not None]
        if not chosen:
            self._say(NO_RUN)
        return chosen

    def action_launch(self) -> None:
        self._like = None
        self._source.ask_project(self)

    def action_launch_like(self) -> None:
        self._like = self._run_here()
        if self._like is None:
            self._say(NO_RUN)
        else:
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
        elif self._like is not None and self._like.job not in project.jobs:
            words = f"mlops.toml has no job {self._like.job!r} to start it with."
            self.app.push_screen(
                MessageDialog(f"Nothing is launched like {self._like.name}", words)
            )
        else:
            self._open_form(project)

    def _open_form(self, project: Project) -> None:
        here, like = self._run_here(), self._like
        trains = [name for name, job in project.jobs.items() if job.kind is JobKind.TRAIN]
        near = like or here
        job = near.job if near is not None else ""
        if job not in project.jobs:
            job = next(iter(trains or project.jobs))
        from mlops_tui.ui.screens.launch import LaunchForm  # the first screen does without it

        form = LaunchForm(project, job, self._source, here, like)
        self.app.push_screen(form, self._launched)

    def _launched(self, done: intents.ActionDone | None) -> None:
        if done is not None:
            self.post_message(intents.ActionDone(done.words, done.show))

    def action_stop(self) -> None:
        runs = self._chosen()
        question = stop_question(runs, time.time(), stop_plan())
        if question.runs:
            self._confirm(question, self._stop)
        elif runs:
            self._say(f"{_subject(runs)} ended already: {runs[0].state}")

    def _stop(self, runs: Sequence[Run]) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            results, failures = each(runs, lambda run: actions.stop(self._project, run.id).name)
            if len(runs) == 1:
                return intents.ActionDone(f"{STOP_WORDS[results[0]]}: {runs[0].name}")
            counts = Counter(STOP_WORDS[result].lower() for result in results)
            return intents.ActionDone(outcome(counts.items(), failures))

        self._source.act(self, f"{_name(runs)} not stopped", work)

    def action_retry(self) -> None:
        runs = self._chosen()
        question = repeat_question(runs)
        if len(runs) > 1 and question.runs:
            self._confirm(question, self._retry)
        elif len(runs) > 1:
            self._say("None of the marked runs has ended")
        elif runs:
            self._retry(runs)

    def _retry(self, runs: Sequence[Run]) -> None:
        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            new, failures = each(runs, lambda run: actions.retry(self._project, run.id, {}))
            if len(runs) == 1:
                return intents.ActionDone(f"{runs[0].name} runs again", new[0])
            return intents.ActionDone(outcome([("queued again", len(new))], failures), new[0])

        self._source.act(self, f"{_name(runs)} not retried", work)

    def action_delete(self) -> None:
        runs = self._chosen()
        question = delete_question(runs)
        if question.runs:
            self._confirm(question, self._delete)
        elif runs:
            has = "is" if len(runs) == 1 else "are"
            name = runs[0].name if len(runs) == 1 else "The marked runs"
            self._say(f"{name} {has} {runs[0].state}: s stops first")

    def _delete(self, runs: Sequence[Run]) -> None:
        ids = [run.id for run in runs]
        self.post_message(intents.RunsDeleted(tuple(ids)))

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            deleted = actions.delete(self._project, ids)
            return intents.ActionDone(f"Deleted {count(len(deleted), 'run')}: u brings back")

        self._source.act(self, "Nothing was deleted", work)

    def _confirm(self, question: Question, act: Callable[[Sequence[Run]], None]) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                act(question.runs)

        self.app.push_screen(ConfirmDialog(question.text, question.lines), answered)

    def _say(self, words: str) -> None:
        self.app.notify(safe(words), markup=False, timeout=3)

    def on_action_done(self, event: intents.ActionDone) -> None:
        if event.words:
            self._say(event.words)

    def on_action_failed(self, event: intents.ActionFailed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog(event.what, describe(event.error)))


def each(runs: Sequence[Run], act: Callable[[Run], str]) -> tuple[list[str], list[str]]:
    """Act on every run, and return what came of it and why some were refused.

    Raises:
        MlopsTuiError: none of them was let; this is why the first was not.
    """
    done: list[str] = []
    failures: list[MlopsTuiError] = []
    for run in runs:
        try:
            done.append(act(run))
        except MlopsTuiError as error:
            failures.append(error)
    if failures and not done:
        raise failures[0]
    return done, [error.message for error in failures]


def _name(runs: Sequence[Run]) -> str:
    return f"{runs[0].name} was" if len(runs) == 1 else f"{count(len(runs), 'run')} were"


def _subject(runs: Sequence[Run]) -> str:
    return f"{runs[0].name} has" if len(runs) == 1 else "All of them have"


def stop_plan() -> str:
    """Return what a stop does to a command, and how long each step waits."""
    from mlops_tui.engine.watch import stop_grace_seconds

    grace = f"{stop_grace_seconds():g} s"
    return f"SIGINT goes out at once, SIGTERM after {grace}, SIGKILL after {grace} more."
