"""The table of projects: what each is after, how near it is, and what goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui import keys
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago
from mlops_tui.ui.objective import is_reached, objective_metric, target_words, value_of
from mlops_tui.ui.summaries import ProjectSummary
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.project_line import live_words
from mlops_tui.ui.widgets.row_table import RowTable

WIDEST: Mapping[str, int] = {
    "Project": 28,
    "Best": 16,
    "Objective": 44,
    "Runs": 24,
    "Last run": 44,
}
"""Titles, those to keep where there is no room for all first, and the most cells of each."""
TITLES = ("Project", "Objective", "Best", "Runs", "Last run")
"""The order in which they stand."""


class ProjectTable(RowTable):
    """Rows by the project's path."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PROJECTS)

    @dataclass
    class SetUpWanted(Message):
        """The person wants a project file for this folder."""

        key: str

    class SamplesWanted(Message):
        """The person wants a copy of the sample projects."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__("Looking for projects ...", id="projects")
        self._clock = clock
        self._summaries: dict[str, ProjectSummary] = {}
        self._cells: dict[str, dict[str, Piece]] = {}
        self._widths: dict[str, int] = {}

    def put(self, key: str, summary: ProjectSummary) -> None:
        self._summaries[key] = summary
        self._cells[key] = project_cells(summary, self._clock())
        self._measure()
        self.refresh_changed()

    def on_resize(self) -> None:
        self._measure()
        super().on_resize()

    def _measure(self) -> None:
        rows = [{t: text for t, (text, _) in cells.items()} for cells in self._cells.values()]
        widths = column_widths(rows, self.line_width - 2)
        if widths != self._widths:
            self._widths = widths
            self.repaint()

    def action_set_up(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.SetUpWanted(self.cursor_key))

    def action_copy_samples(self) -> None:
        self.post_message(self.SamplesWanted())

    def summary(self, key: str | None) -> ProjectSummary | None:
        return self._summaries.get(key) if key is not None else None

    def header_pieces(self, width: int) -> list[Piece]:
        titles = [fit(title, cells) for title, cells in self._widths.items()]
        return [(fit("  " + " ".join(titles), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        cells = self._cells.get(key)
        if cells is None:
            return [(fit("  " + safe(key.rsplit("/", 1)[-1]), width), "dim")]
        pieces: list[Piece] = [("  ", "")]
        for title, size in self._widths.items():
            text, kind = cells[title]
            pieces.append((fit(text, size) + " ", kind))
        used = 2 + sum(size + 1 for size in self._widths.values())
        pieces.append((" " * max(0, width - used), ""))
        return pieces


def column_widths(rows: Sequence[Mapping[str, str]], width: int) -> dict[str, int]:
    """Return the columns that fit into `width` cells, as wide as what stands in them asks for."""
    wanted = {
        title: min(most, max(len(title), *(cell_len(row[title]) for row in rows), 0))
        for title, most in WIDEST.items()
    }
    left = width
    kept = {}
    for title, size in wanted.items():
        smallest = min(size, 14)
        if smallest > left:
            break
        kept[title] = min(size, left)
        left -= kept[title] + 1
    return {title: kept[title] for title in TITLES if title in kept}


def project_cells(summary: ProjectSummary, now: float) -> dict[str, Piece]:
    """Return text and kind of every cell of a project's row."""
    project = summary.project
    metric = objective_metric(project)
    value = value_of(summary.best, metric)
    reached = is_reached(project, value)
    best = "-" if value is None else short_number(value) + (" ✓" if reached else "")
    last = summary.last
    last_words = "-"
    if last is not None:
        when = ago(last.ended or last.started or last.created, now)
        last_words = f"{GLYPHS[last.state]} {last.state} {safe(last.name)} {when}"
    doing = live_words(summary.live) if summary.live else count(summary.runs, "run")
    state: Piece = (doing, "running" if summary.live else "")
    if summary.alerts.open:
        state = (f"▲ {count(summary.alerts.open, 'alert')}, {doing}", "warn")
    if project.is_broken and project.has_file:
        state = ("✗ broken: " + count(len(project.problems), "problem"), "failed")
    elif summary.problem:
        state = ("✗ unreadable", "failed")
    elif not project.has_file and not summary.runs:
        state = ("not set up: press i", "dim")
    return {
        "Project": (safe(project.name), ""),
        "Objective": (target_words(project) or "-", ""),
        "Best": (best, "finished" if reached else ""),
        "Runs": state,
        "Last run": (last_words, str(last.state) if last is not None else "dim"),
    }
