"""The screen of the datasets: which version lies there, who used it, and what is wrong with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypeVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.data.check_results import CheckReport
from mlops_tui.data.differing import TableDiff
from mlops_tui.data.finding import FindingsReport
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.data_reports import (
    check_parts,
    check_title,
    checked_piece,
)
from mlops_tui.ui.dataset_rows import dataset_content
from mlops_tui.ui.diff_rows import diff_content, diff_title
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.profile_rows import profile_content
from mlops_tui.ui.project_source import READ_ONLY
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.listed import ListedScreen
from mlops_tui.ui.screens.pick import OnePicker, PromptDialog
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.proposal import ProposalDialog
from mlops_tui.ui.screens.report import ReportDialog
from mlops_tui.ui.screens.row_marks import FindingsScreen, MarksScreen
from mlops_tui.ui.widgets.place_table import DataTable
from mlops_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from mlops_tui.engine.actions_patches import MarksReport
    from mlops_tui.engine.actions_profile import ProfiledData
    from mlops_tui.engine.actions_propose_checks import ProposedChecks
    from mlops_tui.engine.workers import Cancellation, OnProgress

T = TypeVar("T")
OTHER_FILE = ""
"""The choice of what is no declared dataset."""
Task: TypeAlias = "Callable[[Path, str, OnProgress, Cancellation], T]"
"""Does something with a dataset of the project in a folder."""


class DataScreen(PlaceScreen):
    """Lists without reading any data; what reads it does so in a worker process."""

    place: ClassVar[str] = keys.DATA
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "No dataset is declared yet.\n\n"
        'In mlops.toml, `[datasets.train]` with `path = "data/train.csv"` declares one; e in the'
        " list of runs opens the file. Runs of jobs that read it then record which version it was,"
        " and it can be profiled, checked and searched for what goes wrong later."
    )

    @dataclass
    class Checked(Message):
        """The checks of a dataset were judged."""

        report: CheckReport

    @dataclass
    class Searched(Message):
        """A dataset was searched for what can go wrong."""

        report: FindingsReport

    @dataclass
    class Profiled(Message):
        """A dataset was read and described."""

        profiled: ProfiledData

    @dataclass
    class Proposed(Message):
        """Checks that a dataset meets were found."""

        proposed: ProposedChecks

    @dataclass
    class Compared(Message):
        """A dataset was compared with other data."""

        found: TableDiff

    @dataclass
    class VersionRead(Message):
        """It was read which version of a dataset lies there."""

        name: str
        version: str

    def make_table(self) -> DataTable:
        return DataTable()

    def is_about(self, batch: Batch) -> bool:
        return bool(batch.runs) or "data" in batch.topics

    def read(self, reader: RunReader) -> PlaceContent:
        from mlops_tui.engine import actions, kept_checks

        project = load_project(self._source.project)
        versions = reader.data_versions()
        ids = list({run_id for version in versions for run_id in version.run_ids[:10]})
        names = {run.id: run.name for run in reader.runs(ids)}
        checked = {}
        for name, dataset in project.datasets.items():
            if dataset.checks:
                kept = kept_checks.load(project, name)
                unjudged = (f"{len(dataset.checks)} not judged", "warn")
                checked[name] = unjudged if kept is None else checked_piece(kept)
        states = actions.data_states(project, versions)
        return dataset_content(states, versions, names, checked, time.time())

    @dataclass
    class MarksRead(Message):
        """The marks of a dataset were looked for in it."""

        report: MarksReport

    # What keys do

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        profile = _look_over if self._source.is_read_only else _profile
        self._begin("profiling", profile, self.Profiled)

    def action_search(self) -> None:
        self._begin("searching", _search, self.Searched)

    def action_propose(self) -> None:
        here = self.table.here
        if here is not None and "checks" in dict(here.facts):
            words = f"{safe(here.key)} has checks already: c judges them"
            self.app.notify(words, markup=False, timeout=3)
        else:
            self._begin("reading", _propose, self.Proposed)

    def action_check(self) -> None:
        self._begin("checking", _check, self.Checked)

    def action_marks(self) -> None:
        self._begin("looking for the marked rows of", _marks, self.MarksRead)

    def action_compare(self) -> None:
        """Ask what to compare the dataset with."""
        here = self.table.here
        if here is None:
            return
        others = [key for key in self.table.keys if key != here.key]
        choices = [Choice(key, safe(key), "dataset") for key in others]
        choices.append(Choice(OTHER_FILE, "another file or folder ...", ""))
        title = f"What is different in {safe(here.key)}"
        self.app.push_screen(OnePicker(title, "against which", choices), self._compare_with)

    def _compare_with(self, other: str | None) -> None:
        if other == OTHER_FILE:
            question = "Compare with which file, folder or pattern?"
            self.app.push_screen(PromptDialog(question, "", _need_path), self._compare_path)
        elif other is not None:
            self._begin("comparing", partial(_diff, before=other), self.Compared)

    def _compare_path(self, path: str | None) -> None:
        if path is not None:
            self._compare_with(str(self._source.project / path.strip()))

    def action_record(self) -> None:
        if self._source.is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
        else:
            self._begin("reading", _record, lambda it: self.VersionRead(*it))

    def _begin(self, doing: str, task: Task[T], answer: Callable[[T], Message]) -> None:
        """Have a worker process do something with the dataset under the cursor."""
        here, folder = self.table.here, self._source.project
        if here is not None:
            name = here.key
            self.begin(
                f"{doing} {name}",
                lambda on_progress, cancellation: task(folder, name, on_progress, cancellation),
                answer,
            )

    # What comes of it

    def on_data_screen_checked(self, event: Checked) -> None:
        self.app.push_screen(ReportDialog(check_title(event.report), check_parts(event.report)))
        self.ask()

    def on_data_screen_searched(self, event: Searched) -> None:
        self.app.push_screen(FindingsScreen(self._source, event.report))
        self.ask()

    def on_data_screen_marks_read(self, event: MarksRead) -> None:
        self.app.push_screen(MarksScreen(self._source, event.report))
        self.ask()

    def on_data_screen_compared(self, event: Compared) -> None:
        self.tell("")
        found = event.found
        self.app.push_screen(ListedScreen(diff_title(found), diff_content(found)))

    def on_data_screen_version_read(self, event: VersionRead) -> None:
        words = f"{safe(event.name)} is version {event.version[:SHORT]} now"
        self.app.notify(words, markup=False, timeout=5)
        self.ask()

    def on_data_screen_profiled(self, event: Profiled) -> None:
        profiled = event.profiled
        version = f", version {profiled.version[:SHORT]}" if profiled.version else ""
        title = f"Profile of {profiled.source.name}{version}"
        self.app.push_screen(ListedScreen(title, profile_content(profiled.profile)))
        self.ask()

    def on_data_screen_proposed(self, event: Proposed) -> None:
        proposed, folder = event.proposed, self._source.project
        self.tell("")

        def work() -> intents.ActionDone:
            from mlops_tui.engine import actions

            actions.write_checks(folder, proposed)
            return intents.ActionDone(f"Wrote checks of {proposed.dataset}: c judges them")

        def answered(yes: bool | None) -> None:
            if yes:
                self._source.act(self, "Nothing was written", work)

        question = f"Write these checks of {proposed.dataset} into mlops.toml?"
        about = f"from {count(proposed.n_rows, 'row')}"
        self.app.push_screen(ProposalDialog(question, about, proposed.toml), answered)


def _profile(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> ProfiledData:
    from mlops_tui.engine import actions

    project = load_project(folder)
    return actions.profile_data(project, name, None, False, on_progress, cancellation)


def _look_over(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> ProfiledData:
    """Profile a dataset as a file of no project, so that nothing is recorded."""
    from mlops_tui.engine import actions

    dataset = load_project(folder).datasets[name]
    path = str(folder / dataset.path)
    return actions.profile_data(None, path, dataset.target, False, on_progress, cancellation)


def _search(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> FindingsReport:
    from mlops_tui.engine import actions

    return actions.find_problems(folder, actions.Question(name), on_progress, cancellation)


def _propose(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> ProposedChecks:
    from mlops_tui.engine import actions

    return actions.propose_data_checks(folder, name, on_progress, cancellation)


def _check(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> CheckReport:
    from mlops_tui.engine import actions

    return actions.check_data(folder, name, on_progress=on_progress, cancellation=cancellation)


def _diff(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation, before: str
) -> TableDiff:
    from mlops_tui.engine import actions

    found = actions.diff_data(folder, before, name, None, on_progress, cancellation)
    # of a file the path that a person typed
    return replace(found, before=os.path.relpath(before, folder)) if os.sep in before else found


def _need_path(text: str) -> None:
    if not text.strip():
        raise InputError("a path is missing", "relative ones begin at the project")


def _marks(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> MarksReport:
    from mlops_tui.engine.actions_patches import list_marks

    return list_marks(folder, name, True, on_progress, cancellation)


def _record(
    folder: Path, name: str, on_progress: OnProgress, cancellation: Cancellation
) -> tuple[str, str]:
    from mlops_tui.engine import actions
    from mlops_tui.index import Index

    _, found = actions.record_version(load_project(folder), name, on_progress)
    with Index.open(folder) as index:  # no run changed, so the feed would not tell of it
        index.ingest()
    return name, str(found.version)
