"""The screen of live data against what is usual: which pairs there are, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.project import Dataset, Project, Role
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import safe
from mlops_tui.ui import keys
from mlops_tui.ui.drift_report import Report, drift_parts, drift_title, verdict_piece
from mlops_tui.ui.formats import count
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.report import ReportDialog
from mlops_tui.ui.widgets.place_table import MonitorTable, PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

HEADS = (Head("Current"), Head("Role"), Head("Reference"), Head("Verdict"), Head("Path"))


class MonitorScreen(PlaceScreen):
    """Compares in a worker process; the verdicts stay as long as the screen."""

    place: ClassVar[str] = keys.MONITOR
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "There are no two datasets to compare yet.\n\n"
        'In mlops.toml, a dataset with `role = "live"` is compared with the one of'
        ' `role = "reference"`, else of `role = "train"`; so is validation and holdout data. Drift'
        " is told only where it is larger than chance gives at the size of the batch."
    )

    @dataclass
    class Compared(Message):
        """Two datasets were compared."""

        name: str
        reference: str
        report: Report

    def __init__(self, source: ProjectSource) -> None:
        super().__init__(source)
        self._pairs: dict[str, tuple[Dataset, Dataset]] = {}
        self._reports: dict[str, Report] = {}

    def make_table(self) -> PlaceTable:
        return MonitorTable()

    def read(self, reader: RunReader) -> PlaceContent:
        pairs = pairs_of(load_project(self._source.project))
        self._pairs = {current.name: (current, reference) for current, reference in pairs}
        rows = [
            PlaceRow(
                current.name,
                (
                    (safe(current.name), ""),
                    (current.role.value if current.role else "-", "dim"),
                    (safe(reference.name), ""),
                    self._verdict(current.name),
                    (safe(current.path), "dim"),
                ),
                self._facts(current, reference),
            )
            for current, reference in pairs
        ]
        return PlaceContent(HEADS, rows, count(len(rows), "pair"))

    def _verdict(self, name: str) -> tuple[str, str]:
        report = self._reports.get(name)
        return ("not compared", "dim") if report is None else verdict_piece(report)

    def _facts(self, current: Dataset, reference: Dataset) -> list[tuple[str, str]]:
        facts = [
            ("current", safe(f"{current.name}, {current.path}")),
            ("usual", safe(f"{reference.name}, {reference.path}")),
        ]
        report = self._reports.get(current.name)
        if report is None:
            return [*facts, ("verdict", "Enter compares them")]
        told = [f"{part.label}  {part.text}".strip() for part in drift_parts(report)]
        return [*facts, ("verdict", drift_title(current.name, reference.name, report)),
                ("columns", "\n".join(told))]  # fmt: skip

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        if event.key not in self._pairs:
            return
        current, reference = self._pairs[event.key]
        folder = self._source.project
        time = current.timestamp if current.timestamp == reference.timestamp else None
        target = current.target if current.target == reference.target else None
        settings = {"target": target, "time": time}

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Report:
            from mlops_tui.engine.actions_monitor import compare_files

            paths = (Path(folder / reference.path), Path(folder / current.path))
            return compare_files(
                *paths, settings=settings, on_progress=on_progress, cancellation=cancellation
            )

        names = (current.name, reference.name)
        self.begin(f"comparing {names[0]}", work, lambda it: self.Compared(*names, it))

    def on_monitor_screen_compared(self, event: Compared) -> None:
        self._reports[event.name] = event.report
        title = drift_title(event.name, event.reference, event.report)
        self.app.push_screen(ReportDialog(title, drift_parts(event.report)))
        self.ask()


def pairs_of(project: Project) -> list[tuple[Dataset, Dataset]]:
    """Return which datasets are compared with which: live data first, then what one measures on."""
    by_role: dict[Role, list[Dataset]] = {}
    for dataset in project.datasets.values():
        if dataset.role is not None and dataset.path:
            by_role.setdefault(dataset.role, []).append(dataset)
    trains = by_role.get(Role.TRAIN, [])
    usual = by_role.get(Role.REFERENCE, []) or trains
    pairs = [(live, it) for live in by_role.get(Role.LIVE, []) for it in usual[:1]]
    for role in (Role.VALIDATION, Role.HOLDOUT):
        pairs += [(measured, it) for measured in by_role.get(role, []) for it in trains[:1]]
    return pairs
