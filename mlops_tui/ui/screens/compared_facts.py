"""What a comparison rests on: runs and versions read in threads, and again as they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message
from textual.timer import Timer

from mlops_tui.domain.compare import Value
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.filters_ast import Compare
from mlops_tui.domain.models import VersionName, parse_version
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.engine import actions
from mlops_tui.engine.actions import CodeChanges
from mlops_tui.engine.actions_compare_models import (
    ModelComparison,
    Subject,
    compare_subjects,
    run_subjects,
    version_subject,
    with_front,
)
from mlops_tui.engine.feed import Batch
from mlops_tui.engine.subjects import is_version
from mlops_tui.ui.project_source import ProjectSource, best_run
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.look import LookScreen

RENEW_SECONDS = 1.0
"""Live runs are compared anew so often at most."""
ALONE = "There is no other run to compare with"
MARK_TWO = "Space marks runs."
TOPICS = frozenset({"models", "evaluations"})


class ComparedFacts(LookScreen):
    """Asks for the facts and for what git knows, each in a thread; the first is the measure."""

    @dataclass
    class Compared(Message):
        """The runs and versions were read, and the project that they are of."""

        found: ModelComparison
        project: Project

    @dataclass
    class ChangesRead(Message):
        """Git was asked what changed between the commits."""

        changes: CodeChanges

    def __init__(self, source: ProjectSource, words: Sequence[str]) -> None:
        """Compare ids of runs and names of versions; a run alone is joined by another one."""
        super().__init__(source)
        self.words = list(words)
        self.found: ModelComparison | None = None
        self.project: Project | None = None
        self.changes = CodeChanges()
        self.metrics: tuple[str, ...] | None = None
        """Of the front; None for the usual ones."""
        self._commits: list[Value] | None = None
        self._renewal: Timer | None = None

    def on_mount(self) -> None:
        self.ask()

    def show_found(self) -> None:
        """Show what is known now."""
        raise NotImplementedError

    @property
    def names(self) -> list[str]:
        """The names of what is compared, safe to show."""
        return [safe(it.name) for it in self.found.subjects] if self.found else []

    def ask(self) -> None:
        """Have all of it read."""
        words, project, metrics = tuple(self.words), self._source.project, self.metrics

        def work(reader: RunReader) -> ComparedFacts.Compared:
            described = load_project(project)
            subjects = read_subjects(reader, described, words)
            found = compare_subjects(described, subjects)
            return self.Compared(with_front(described, found, metrics), described)

        self._source.ask("the comparison", work, lambda found: found, self, "comparison")

    def on_compared_facts_compared(self, event: Compared) -> None:
        self.found, self.project = event.found, event.project
        self.words = [it.word for it in event.found.subjects]
        commits = [it.code.get("git commit") for it in event.found.comparison.runs]
        if commits != self._commits:
            self._commits = commits
            self._ask_changes(event.found)
        self.show_found()

    def _ask_changes(self, found: ModelComparison) -> None:
        def work(_: RunReader) -> CodeChanges:
            return actions.changed_files(self._source.project, found.comparison.runs)

        self._source.ask("the commits", work, self.ChangesRead, self, "commits")

    def on_compared_facts_changes_read(self, event: ChangesRead) -> None:
        self.changes = event.changes
        self.show_found()

    def take(self, batch: Batch) -> None:
        """Read all of it again soon if this batch says that it has changed."""
        subjects = self.found.subjects if self.found is not None else ()
        ids = {it.run.id for it in subjects if it.run is not None}
        is_changed = (batch.runs | batch.points) & (ids or set(self.words)) or (
            batch.topics & TOPICS
        )
        if self._renewal is None and is_changed:
            self._renewal = self.set_timer(RENEW_SECONDS, self._renew)

    def _renew(self) -> None:
        self._renewal = None
        self.ask()


def read_subjects(reader: RunReader, project: Project, words: Sequence[str]) -> list[Subject]:
    """Return what goes by ids of runs and names of versions; what is gone is left out.

    Raises:
        InputError: there are fewer than two, and nothing that a run alone could be measured
            against.
    """
    wanted = [parse_version(it) for it in words if is_version(it)]
    runs = reader.runs([it for it in words if not is_version(it)])
    if len(words) < 2:
        runs = [*reference_of(reader, project, runs), *runs]
    subjects = run_subjects(reader, runs)
    subjects += [it for name in wanted for it in _versions(reader, name)]
    if len(subjects) < 2:
        raise InputError(ALONE, MARK_TWO)
    places = {word: at for at, word in enumerate(words)}
    return sorted(subjects, key=lambda it: places.get(it.word, -1))


def _versions(reader: RunReader, name: VersionName) -> list[Subject]:
    found = reader.model_versions(name.model)
    return [version_subject(reader, it) for it in found if it.number == name.number]


def reference_of(reader: RunReader, project: Project, runs: Sequence[Run]) -> list[Run]:
    """Return what a run alone is measured against: the best one, else the one of its job before."""
    best = best_run(reader, project)
    if not runs or (best is not None and best.id != runs[0].id):
        return [best] if best is not None else []
    same_job = Compare("job", "=", runs[0].job)
    ids = reader.run_ids(parse_filter(str(same_job)))
    before = ids.index(runs[0].id) + 1 if runs[0].id in ids else 0
    return reader.runs(ids[before : before + 1])
