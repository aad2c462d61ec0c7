"""The screen of live data against what is usual: which pairs there are, and whether they differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.monitoring import BatchFacts, Monitor, watched_pairs
from mlops_tui.domain.project import Dataset, Project, Role
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import keys
from mlops_tui.ui.drift_report import Report, drift_parts, drift_title, verdict_piece
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.heat_rows import level_piece, timeline, verdict_words
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.report import ReportDialog
from mlops_tui.ui.screens.windows import WindowsScreen
from mlops_tui.ui.widgets.pieces import Piece
from mlops_tui.ui.widgets.place_table import MonitorTable, PlaceTable
from mlops_tui.ui.widgets.row_table import RowTable

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

HEADS = (
    Head("Current"),
    Head("Role"),
    Head("Reference"),
    Head("Verdict"),
    Head("Windows"),
    Head("Path"),
)
WINDOWS_SHOWN = 24


class MonitorScreen(PlaceScreen):
    """Compares in a worker process; the verdicts stay as long as the screen."""

    place: ClassVar[str] = keys.MONITOR
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACE, keys.PLACES)
    EMPTY: ClassVar[str] = (
        "There are no two datasets to compare yet.\n\n"
        'In mlops.toml, a dataset with `role = "live"` is compared with the one of'
        ' `role = "reference"`, else of `role = "train"`; so is validation and holdout data. Drift'
        " is told only where it is larger than chance gives at the size of the batch."
        " `mlops-tui monitor watch` judges every new batch of live data in the background."
    )

    @dataclass
    class Compared(Message):
        """Two datasets were compared."""

        name: str
        reference: str
        report: Report

    def __init__(self, source: ProjectSource, symbols: Symbols) -> None:
        super().__init__(source)
        self._symbols = symbols
        self._pairs: dict[str, tuple[Dataset, Dataset]] = {}
        self._batches: dict[str, list[BatchFacts]] = {}
        self._reports: dict[str, Report] = {}

    def make_table(self) -> PlaceTable:
        return MonitorTable()

    def is_about(self, batch: Batch) -> bool:
        return "batches" in batch.topics

    def read(self, reader: RunReader) -> PlaceContent:
        project = load_project(self._source.project)
        pairs = pairs_of(project)
        self._pairs = {current.name: (current, reference) for current, reference in pairs}
        self._batches = {name: reader.batches(name, WINDOWS_SHOWN) for name in self._pairs}
        rows = []
        for current, reference in pairs:
            batches = self._batches[current.name]
            cells: list[Piece] = [
                (safe(current.name), ""),
                (current.role.value if current.role else "-", "dim"),
                (safe(reference.name), ""),
                self._verdict(project.monitor, current.name),
                (timeline(batches) or "-", "" if batches else "dim"),
                (safe(current.path), "dim"),
            ]
            rows.append(PlaceRow(current.name, cells, self._facts(current, reference)))
        return PlaceContent(HEADS, rows, count(len(rows), "pair"))

    def _verdict(self, monitor: Monitor, name: str) -> Piece:
        if batches := self._batches[name]:
            return level_piece(batches, monitor.alarm_after, monitor.of_last)
        report = self._reports.get(name)
        return ("not compared", "dim") if report is None else verdict_piece(report)

    def _facts(self, current: Dataset, reference: Dataset) -> list[Fact]:
        facts = [
            ("current", safe(f"{current.name}, {current.path}")),
            ("usual", safe(f"{reference.name}, {reference.path}")),
        ]
        if batches := self._batches[current.name]:
            newest = batches[-1]
            told = f"{safe(newest.key)}: {verdict_words(newest)}, {newest.rows:,} rows"
            facts.append(("newest", told))
            if newest.drifted:
                facts.append(("drifted", safe(", ".join(newest.drifted))))
            facts.append(("windows", "Enter shows each column in each; c compares all of it"))
        report = self._reports.get(current.name)
        if report is not None:
            parts = [f"{part.label}  {part.text}".strip() for part in drift_parts(report)]
            facts.append(("verdict", drift_title(current.name, reference.name, report)))
            facts.append(("columns", "\n".join(parts)))
        elif not batches:
            facts.append(("verdict", "Enter compares them"))
        return facts

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        if self._batches.get(event.key):
            self.app.push_screen(WindowsScreen(self._source, event.key, self._symbols))
        else:
            self.action_compare()

    def action_compare(self) -> None:
        pair = self._pairs.get(self.table.cursor_key or "")
        if pair is None:
            return
        current, reference = pair
        folder, is_live = self._source.project, current.role is Role.LIVE
        time = current.timestamp if current.timestamp == reference.timestamp else None
        target = current.target if current.target == reference.target else None

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Report:
            from mlops_tui.engine.actions_live import compare_live
            from mlops_tui.engine.actions_monitor import compare_files

            if is_live:
                return compare_live(
                    folder, current.name, on_progress=on_progress, cancellation=cancellation
                )
            return compare_files(
                Path(folder / reference.path),
                Path(folder / current.path),
                settings={"target": target, "time": time},
                on_progress=on_progress,
                cancellation=cancellation,
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
    pairs = [(watched.live, watched.reference) for watched in watched_pairs(project)]
    by_role: dict[Role, list[Dataset]] = {}
    for dataset in project.datasets.values():
        if dataset.role is not None and dataset.path:
            by_role.setdefault(dataset.role, []).append(dataset)
    for role in (Role.VALIDATION, Role.HOLDOUT):
        trains = by_role.get(Role.TRAIN, [])
        pairs += [(measured, it) for measured in by_role.get(role, []) for it in trains[:1]]
    return pairs
