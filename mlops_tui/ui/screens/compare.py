"""The screen that shows runs side by side: what differs, or everything."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message
from textual.timer import Timer

from mlops_tui.domain.compare import Value
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.filters_ast import Compare
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.engine import actions
from mlops_tui.engine.actions import CodeChanges, Comparison
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import keys
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.clipboard import fits
from mlops_tui.ui.compared import as_text, compared_lines, in_full
from mlops_tui.ui.objective import metric_meaning
from mlops_tui.ui.project_source import ProjectSource, best_run
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.dialogs import ReadingDialog
from mlops_tui.ui.screens.look import LookScreen
from mlops_tui.ui.widgets.compare_table import CompareTable
from mlops_tui.ui.widgets.row_table import RowTable

RENEW_SECONDS = 1.0
"""Live runs are compared anew so often at most."""
TOO_LONG = "Too long for a terminal's clipboard: mlops-tui compare RUN RUN ... > FILE has it all"
ALONE = "There is no other run to compare with"
MARK_TWO = "Space marks runs."


class CompareScreen(LookScreen):
    """Asks for the runs and for what git knows, each in a thread; the first run is the measure."""

    place: ClassVar[str] = keys.COMPARE
    table: CompareTable

    @dataclass
    class Compared(Message):
        """The runs were read, and what the project says of their metrics."""

        comparison: Comparison
        meaning: Meaning

    @dataclass
    class ChangesRead(Message):
        """Git was asked what changed between the commits."""

        changes: CodeChanges

    def __init__(self, source: ProjectSource, ids: Sequence[str]) -> None:
        """Compare the runs `ids`; where it is one alone, another one joins."""
        super().__init__(source)
        self._ids = list(ids)
        self._comparison: Comparison | None = None
        self._meaning = Meaning()
        self._changes = CodeChanges()
        self._commits: list[Value] | None = None
        self._only_differing = True
        self._renewal: Timer | None = None
        self.table = CompareTable()

    def on_mount(self) -> None:
        self.table.focus()
        self._show_line()
        self._ask()

    def _ask(self) -> None:
        ids, project = tuple(self._ids), self._source.project

        def work(reader: RunReader) -> tuple[Comparison, Meaning]:
            facts = load_project(project)
            runs = reader.runs(ids)
            if len(ids) < 2:
                runs = [*reference_of(reader, facts, runs), *runs]
            if len(runs) < 2:
                raise InputError(ALONE, MARK_TWO)
            return actions.compare_runs(project, runs), metric_meaning(facts)

        self._source.ask(
            "the comparison", work, lambda found: self.Compared(*found), self, "comparison"
        )

    def on_compare_screen_compared(self, event: Compared) -> None:
        self._comparison, self._meaning = event.comparison, event.meaning
        self._ids = [details.run.id for details in event.comparison.runs]
        commits = [details.code.get("git commit") for details in event.comparison.runs]
        if commits != self._commits:
            self._commits = commits
            self._ask_changes(event.comparison)
        self._show()

    def _ask_changes(self, comparison: Comparison) -> None:
        def work(_: RunReader) -> CodeChanges:
            return actions.changed_files(self._source.project, comparison.runs)

        self._source.ask("the commits", work, self.ChangesRead, self, "commits")

    def on_compare_screen_changes_read(self, event: ChangesRead) -> None:
        self._changes = event.changes
        self._show()

    def take(self, batch: Batch) -> None:
        """Read the runs again soon if this batch says that they have changed."""
        if self._renewal is None and (batch.runs | batch.points) & set(self._ids):
            self._renewal = self.set_timer(RENEW_SECONDS, self._renew)

    def _renew(self) -> None:
        self._renewal = None
        self._ask()

    # Showing

    @property
    def _names(self) -> list[str]:
        return [safe(it.run.name) for it in self._comparison.runs] if self._comparison else []

    def _show(self) -> None:
        if self._comparison is None:
            return
        runs = [details.run for details in self._comparison.runs]
        rows = [*self._comparison.rows, *self._changes.rows]
        lines = compared_lines(rows, runs, self._meaning, self._only_differing, time.time())
        self.table.show(self._names, lines)
        self._show_line()

    def _show_line(self) -> None:
        what = "what differs" if self._only_differing else "everything"
        count = f"{len(self._ids)} runs" if len(self._ids) > 1 else "runs"
        told = [words for words in (self.table.words, safe(self._changes.note)) if words]
        self.line.show([(f" Compare {count}", "strong"), (f"  {what}", "dim")], "  ".join(told))

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        self._show_line()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_line)

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        here = self.table.here
        if here is not None and here.cells:
            self.app.push_screen(ReadingDialog(here.label, in_full(here, self._names)))

    # What keys do

    def action_toggle_differing(self) -> None:
        self._only_differing = not self._only_differing
        self._show()
        self._show_line()

    def action_copy(self) -> None:
        text = as_text(self.table.lines, self._names)
        if not fits(text):
            self.app.notify(TOO_LONG, severity="warning", markup=False)
        elif text:
            self.app.copy_to_clipboard(text)
            self.app.notify("Copied the comparison", markup=False, timeout=3)


def reference_of(reader: RunReader, project: Project, runs: Sequence[Run]) -> list[Run]:
    """Return what a run alone is measured against: the best one, else the one of its job before."""
    best = best_run(reader, project)
    if not runs or (best is not None and best.id != runs[0].id):
        return [best] if best is not None else []
    same_job = Compare("job", "=", runs[0].job)
    ids = reader.run_ids(parse_filter(str(same_job)))
    before = ids.index(runs[0].id) + 1 if runs[0].id in ids else 0
    return reader.runs(ids[before : before + 1])
