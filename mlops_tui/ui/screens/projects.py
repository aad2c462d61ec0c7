"""The list of projects in a workspace, and what there is to say about the one under the cursor."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import FILE_NAME
from mlops_tui.domain.text import count, safe
from mlops_tui.ui import keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.last_place import save_last_project
from mlops_tui.ui.project_source import READ_ONLY, not_kept
from mlops_tui.ui.reads import ReadPool, RunReader
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.screens.proposal import ProposalDialog
from mlops_tui.ui.summaries import ProjectSummary, project_folders, summarise
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.project_table import ProjectTable
from mlops_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from mlops_tui.engine.actions import CopiedSamples
    from mlops_tui.engine.propose import Proposal

LOOK_AGAIN_SECONDS = 10.0
NOTHING_HERE = "No project here."
HOW_TO_BEGIN = (
    "`mlops-tui init FOLDER` makes a project of a folder with scripts: it writes mlops.toml."
)
SAMPLES = "Press c: five sample projects on real data are copied to where you say, to begin with.\n"
SAMPLES_FOLDER = "mlops-samples"


class ProjectsScreen(AppScreen):
    """Reads every project in a thread, and again now and then while it is looked at."""

    place: ClassVar[str] = keys.PROJECTS
    BINDINGS: ClassVar[list[BindingType]] = []

    @dataclass
    class ProjectChosen(Message):
        """The person wants to go into this project."""

        project: Path

    @dataclass
    class FoldersRead(Message):
        """These folders are projects."""

        folders: list[Path]

    @dataclass
    class SummaryRead(Message):
        """This is what there is to say about one of them."""

        folder: Path
        summary: ProjectSummary

    @dataclass
    class ReadFailed(Message):
        """The workspace, or a project, could not be read."""

        error: BaseException

    @dataclass
    class SamplesCopied(Message):
        """The sample projects are in a folder, which the person wants to see."""

        done: CopiedSamples

    @dataclass
    class Proposed(Message):
        """This is what the project file of a folder could be."""

        folder: Path
        proposal: Proposal

    def __init__(
        self,
        workspace: Path,
        open_fresh: Callable[[Path], RunReader],
        came_from: Path | None = None,
        enters_single: bool = False,
        *,
        is_read_only: bool = False,
    ) -> None:
        super().__init__()
        self._workspace = workspace
        self._open_fresh = open_fresh
        self._came_from = came_from
        self._enters_single = enters_single
        self._is_read_only = is_read_only
        self._pool = ReadPool(no_reader)
        self.table = ProjectTable()

    def body(self) -> Widget:
        return Vertical(
            PieceLine(id="project-line"),
            self.table,
            Static("", markup=False, id="project-facts"),
            id="body",
        )

    def on_mount(self) -> None:
        self.table.focus()
        self._show_line("")
        self.set_interval(LOOK_AGAIN_SECONDS, self._look)
        self._pool.submit(
            lambda _: save_last_project(self._workspace, None), lambda _: None, not_kept
        )
        self.call_after_refresh(self._look)

    def on_unmount(self) -> None:
        self._pool.close(0.2)

    def _look(self) -> None:
        if self.is_current:
            self._pool.submit(
                lambda _: project_folders(self._workspace),
                lambda folders: self.post_message(self.FoldersRead(folders)),
                lambda error: self.post_message(self.ReadFailed(error)),
                "folders",
            )

    def on_projects_screen_folders_read(self, event: FoldersRead) -> None:
        is_single = len(event.folders) == 1 and (event.folders[0] / FILE_NAME).is_file()
        if self._enters_single and is_single:
            self._enters_single = False
            self.post_message(self.ProjectChosen(event.folders[0]))
            return
        self._enters_single = False
        self.table.empty = NOTHING_HERE
        self.table.set_keys([str(folder) for folder in event.folders])
        self._show_line(count(len(event.folders), "project"))
        self._show_facts()
        if self._came_from is not None:
            self.table.show_key(str(self._came_from))
            self._came_from = None
        for folder in event.folders:
            self._ask(folder)

    def _ask(self, folder: Path) -> None:
        self._pool.submit(
            lambda _: summarise(folder, self._open_fresh),
            lambda summary: self.post_message(self.SummaryRead(folder, summary)),
            lambda error: self.post_message(self.ReadFailed(error)),
            str(folder),
        )

    def on_projects_screen_summary_read(self, event: SummaryRead) -> None:
        self.table.put(str(event.folder), event.summary)
        if str(event.folder) == self.table.cursor_key:
            self._show_facts()

    def on_projects_screen_read_failed(self, event: ReadFailed) -> None:
        self.app.notify(describe(event.error), severity="error", markup=False)

    def on_row_table_cursor_moved(self) -> None:
        self._show_facts()

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        summary = self.table.summary(event.key)
        if summary is not None and not summary.project.has_file and not summary.runs:
            self._propose(Path(event.key))
        else:
            self.post_message(self.ProjectChosen(Path(event.key)))

    # Setting a folder up

    def on_project_table_set_up_wanted(self, event: ProjectTable.SetUpWanted) -> None:
        summary = self.table.summary(event.key)
        if summary is not None and summary.project.has_file:
            self.app.notify("it has an mlops.toml already", markup=False, timeout=3)
        else:
            self._propose(Path(event.key))

    def _propose(self, folder: Path) -> None:
        if self._is_read_only:
            self.app.notify(READ_ONLY, markup=False, timeout=3)
            return

        def work(_: RunReader) -> Proposal:
            from mlops_tui.engine.propose import propose

            return propose(folder)

        self._pool.submit(
            work,
            lambda proposal: self.post_message(self.Proposed(folder, proposal)),
            lambda error: self.post_message(self.ReadFailed(error)),
        )

    def on_projects_screen_proposed(self, event: Proposed) -> None:
        def answered(yes: bool | None) -> None:
            if yes:
                self._write(event.folder, event.proposal)

        question = f"Write {event.folder.name}/mlops.toml?"
        about = f"made from {count(len(event.proposal.found), 'thing')} found"
        dialog = ProposalDialog(question, about, event.proposal.toml_text)
        self.app.push_screen(dialog, answered)

    def _write(self, folder: Path, proposal: Proposal) -> None:
        def work(_: RunReader) -> Path:
            from mlops_tui.engine import actions

            return actions.write_project_file(folder, proposal.toml_text)

        self._pool.submit(
            work,
            lambda _: self.post_message(self.ProjectChosen(folder)),
            lambda error: self.post_message(self.ReadFailed(error)),
        )

    # Beginning with samples

    def on_project_table_samples_wanted(self) -> None:
        def checked(text: str) -> Path:
            return checked_folder(text, self._workspace)

        def named(text: str | None) -> None:
            if text is not None:
                self._copy_samples(self._workspace / Path(text.strip()).expanduser())

        usual = os.fspath(self._workspace / SAMPLES_FOLDER)
        dialog = PromptDialog("Copy the sample projects to this folder:", usual, checked)
        self.app.push_screen(dialog, named)

    def _copy_samples(self, folder: Path) -> None:
        def work(_: RunReader) -> CopiedSamples:
            from mlops_tui.engine import actions

            return actions.copy_samples(folder)

        self._pool.submit(
            work,
            lambda done: self.post_message(self.SamplesCopied(done)),
            lambda error: self.post_message(self.ReadFailed(error)),
        )

    def _show_line(self, right: str) -> None:
        folder = safe(os.fspath(self._workspace))
        right = "read-only, " * self._is_read_only + right
        self.query_one("#project-line", PieceLine).show(
            [(" Projects ", "strong"), (f"  in {folder}", "dim")], right + " "
        )

    def _show_facts(self) -> None:
        facts = self.query_one("#project-facts", Static)
        text = facts_text(self.table.summary(self.table.cursor_key))
        if self.table.empty == NOTHING_HERE and not self.table.keys:
            text = Text(HOW_TO_BEGIN if self._is_read_only else SAMPLES + HOW_TO_BEGIN)
        if str(facts.content) != str(text):
            facts.update(text, layout=False)


NOT_SET_UP = (
    "No mlops.toml here. Press i: jobs are proposed from its scripts, Makefile, dvc.yaml or\n"
    "MLproject. Nothing is run, and nothing is written before you say so."
)


def facts_text(summary: ProjectSummary | None) -> Text:
    """Return what is said below the list: the aim of a project, and all that is wrong with it."""
    if summary is None:
        return Text("")
    project = summary.project
    text = Text(safe(str(project.path)) + "\n", style="dim")
    plain = "not dim"
    if not project.has_file and not summary.runs:
        text.append(NOT_SET_UP, plain)
    if project.description:
        text.append(safe(project.description) + "\n", plain)
    if project.objective is not None and project.objective.statement:
        text.append(safe(project.objective.statement) + "\n", plain)
    if project.jobs:
        text.append("jobs: " + safe(", ".join(project.jobs)) + "\n", plain)
    if summary.problem:
        text.append(safe(summary.problem) + "\n", "not dim bold")
    if project.has_file:
        for problem in project.problems:
            words = str(problem).removeprefix(f"{project.path}/")
            text.append("✗ " + safe(words) + "\n", "not dim bold")
    return text


def checked_folder(text: str, workspace: Path) -> Path:
    """Return the folder that is meant, seen from the workspace.

    Raises:
        InputError: nothing is, or what is there is something else.
    """
    if not text.strip():
        raise InputError("a folder is missing", "type its path; it is created if it is not there")
    folder = workspace / Path(text.strip()).expanduser()
    if os.path.lexists(folder) and not folder.is_dir():
        raise InputError("this is no folder", "name a folder, or one that is not there yet")
    return folder


def no_reader() -> RunReader:
    """Refuse: this screen reads many projects, each with a reader of its own."""
    raise LookupError("the list of projects has no reader of its own")
