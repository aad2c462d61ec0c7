"""The table of projects: what each is after, how near it is, and what goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.binding import BindingType

from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui import keys
from mlops_tui.ui.columns import GLYPHS
from mlops_tui.ui.formats import ago, count
from mlops_tui.ui.objective import is_reached, objective_metric, target_words, value_of
from mlops_tui.ui.summaries import ProjectSummary
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.project_line import live_words
from mlops_tui.ui.widgets.row_table import RowTable

COLUMNS: Mapping[str, tuple[int, int]] = {
    "Project": (20, 0),
    "Objective": (20, 2),
    "Best": (10, 1),
    "Now": (20, 3),
    "Last run": (30, 4),
}
"""Title: cells, and which go first where there is no room (greater ones)."""


class ProjectTable(RowTable):
    """Rows by the project's path."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PROJECTS)

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__("Looking for projects ...", id="projects")
        self._clock = clock
        self._summaries: dict[str, ProjectSummary] = {}

    def put(self, key: str, summary: ProjectSummary) -> None:
        self._summaries[key] = summary
        self.refresh_changed()

    def summary(self, key: str | None) -> ProjectSummary | None:
        return self._summaries.get(key) if key is not None else None

    def header_pieces(self, width: int) -> list[Piece]:
        titles = [fit(title, COLUMNS[title][0]) for title in shown_columns(width)]
        return [(fit("  " + " ".join(titles), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        summary = self._summaries.get(key)
        if summary is None:
            return [(fit("  " + safe(key.rsplit("/", 1)[-1]), width), "dim")]
        cells = project_cells(summary, self._clock())
        pieces: list[Piece] = [("  ", "")]
        used = 2
        for title in shown_columns(width):
            text, kind = cells[title]
            pieces.append((fit(text, COLUMNS[title][0]) + " ", kind))
            used += COLUMNS[title][0] + 1
        pieces.append((" " * max(0, width - used), ""))
        return pieces


def shown_columns(width: int) -> list[str]:
    """Return the titles that fit into `width` cells, in their order."""
    shown = set(COLUMNS)
    for title in sorted(COLUMNS, key=lambda title: -COLUMNS[title][1]):
        if 2 + sum(COLUMNS[name][0] + 1 for name in shown) <= width or len(shown) == 1:
            break
        shown.discard(title)
    return [title for title in COLUMNS if title in shown]


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
    if project.is_broken and project.has_file:
        state = ("✗ broken: " + count(len(project.problems), "problem"), "failed")
    elif summary.problem:
        state = ("✗ unreadable", "failed")
    return {
        "Project": (safe(project.name), ""),
        "Objective": (target_words(project) or "-", ""),
        "Best": (best, "finished" if reached else ""),
        "Now": state,
        "Last run": (last_words, str(last.state) if last is not None else "dim"),
    }
