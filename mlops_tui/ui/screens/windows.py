"""The screen of one live dataset: how each column was in each window, and what is behind it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.monitoring import BatchFacts, Cut, HeatMap
from mlops_tui.domain.performed import Performed
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import count, safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.drift_report import drift_parts, drift_title
from mlops_tui.ui.errors import describe
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.heat_rows import BATCH, window_facts
from mlops_tui.ui.heavy import HeavyWork
from mlops_tui.ui.model_report import performance_parts, performance_title
from mlops_tui.ui.overlaid import overlaid_lines
from mlops_tui.ui.performance_chart import Window, performance_lines
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.dialogs import MessageDialog, ReadingDialog
from mlops_tui.ui.screens.pick import PromptDialog
from mlops_tui.ui.screens.report import ReportDialog
from mlops_tui.ui.screens.row_marks import need_reason
from mlops_tui.ui.screens.rows_screen import RowsScreen
from mlops_tui.ui.widgets.heat_table import HeatTable
from mlops_tui.ui.widgets.pace import Pace
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.row_table import RowTable
from mlops_tui.ui.widgets.wrapped_view import Lines
from mlops_tui.ui.with_index import with_index

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

MOST_WINDOWS = 400
MOST_COLUMNS = 500
ASK_SECONDS = 1.0


class WindowsScreen(RowsScreen):
    """Lies over the monitor; reads the newest windows again as they are judged."""

    place: ClassVar[str] = keys.WINDOWS
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.WINDOWS, keys.PLACES)

    @dataclass
    class HeatRead(Message):
        """What became of the windows so far."""

        heat: HeatMap
        performed: Mapping[str, Performed]

    @dataclass
    class ReportRead(Message):
        """The whole report of a window, to show one column of it."""

        batch: BatchFacts
        column: str
        report: Mapping[str, Any]

    @dataclass
    class HistoryRead(Message):
        """How the model did on the windows so far."""

        windows: Sequence[Window]

    @dataclass
    class Judged(Message):
        """How the model did on a window."""

        window: str
        report: Mapping[str, Any]

    def __init__(
        self, source: ProjectSource, dataset: str, symbols: Symbols, batch: str | None = None
    ) -> None:
        """Show the windows of a live dataset, beginning with one of them or else the newest."""
        self.line = PieceLine(id="project-line")
        self.table = HeatTable()
        super().__init__(self.line, self.table)
        self._source = source
        self._dataset = dataset
        self._symbols = symbols
        self._wanted = batch
        self._performed: Mapping[str, Performed] = {}
        self._heavy = HeavyWork(self)
        self._pace = Pace(self, self._ask)

    def facts_here(self) -> Sequence[Fact]:
        column, heat = self.table.cursor_key, self.table.heat
        if column is None:
            return ()
        performed = self._performed.get(heat.batches[self.table.here].id)
        return window_facts(heat, self.table.here, column, time.time(), performed)

    def on_mount(self) -> None:
        self._ask()

    def on_unmount(self) -> None:
        self._heavy.cancel()

    def take(self, batch: Batch) -> None:
        if "batches" in batch.topics:
            self._pace.want(ASK_SECONDS)

    def _ask(self) -> None:
        def work(reader: RunReader) -> tuple[HeatMap, Mapping[str, Performed]]:
            heat = reader.heat_map(self._dataset, MOST_WINDOWS, MOST_COLUMNS)
            return heat, reader.performed([it.id for it in heat.batches])

        self._source.ask("the windows", work, lambda found: self.HeatRead(*found), self, "windows")

    def on_windows_screen_heat_read(self, event: HeatRead) -> None:
        event.stop()
        batches = event.heat.batches
        words = f"{count(len(batches), 'window')}, {count(len(event.heat.columns), 'column')} "
        self.line.show([(f" Windows of {safe(self._dataset)}", "strong")], words)
        self._performed = event.performed
        self.table.show(event.heat)
        if self._wanted is not None:
            self.table.point_at(self._wanted)
            self._wanted = None
        self.show_facts()

    def on_heat_table_window_pointed_at(self, event: HeatTable.WindowPointedAt) -> None:
        event.stop()
        self.show_facts()

    # Closer

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        batch, project = self.table.heat.batches[self.table.here], self._source.project

        def work(_: object) -> Mapping[str, Any]:
            from mlops_tui.engine.actions_monitor import report_of

            return report_of(project, batch)

        self._source.ask(
            "the report",
            work,
            lambda report: self.ReportRead(batch, event.key, report),
            self,
            "report",
        )

    def on_windows_screen_report_read(self, event: ReportRead) -> None:
        event.stop()
        report, column = event.report, event.column
        found = report.get("distributions", {}).get(column)
        if column == BATCH or found is None:
            title = drift_title(event.batch.key, event.batch.reference, report)
            self.app.push_screen(ReportDialog(title, drift_parts(report)))
        else:
            title = f"{column} in {event.batch.key}, against {event.batch.reference}"
            self.app.push_screen(OverlaidDialog(title, found))

    def action_performance(self) -> None:
        """Judge the model on this window, by the labels that came meanwhile too."""
        if not self.table.heat.batches:
            return
        batch, project = self.table.heat.batches[self.table.here], self._source.project

        def work(on_progress: OnProgress, cancellation: Cancellation) -> Mapping[str, Any]:
            from mlops_tui.engine import actions_performance as performance
            from mlops_tui.engine.actions_monitor import report_of

            files = report_of(project, batch)["batch"]["files"]
            if len(files) != 1 or load_project(project).monitor.cut != Cut():
                raise InputError(
                    "only a window that is a file is judged by its labels",
                    "mlops-tui monitor performance judges all of the live data",
                )
            question = performance.PerformanceQuestion(current=files[0])
            return performance.judge_performance(project, question, on_progress, cancellation)

        if self._heavy.start("the model", work, lambda it: self.Judged(batch.key, it)):
            self.app.notify("Judging the model ...", markup=False, timeout=2)

    def on_windows_screen_judged(self, event: Judged) -> None:
        event.stop()
        title = performance_title(event.window, event.report)
        self.app.push_screen(ReportDialog(title, performance_parts(event.report)))

    def action_history(self) -> None:
        """Show how the model did over all windows, measured beside estimated."""

        def work(reader: RunReader) -> list[Window]:
            batches = reader.batches(self._dataset, MOST_WINDOWS)
            found = reader.performed([it.id for it in batches])
            return [Window(it, found[it.id]) for it in batches if _has_metrics(found.get(it.id))]

        self._source.ask("the model", work, self.HistoryRead, self, "history")

    def on_windows_screen_history_read(self, event: HistoryRead) -> None:
        event.stop()
        self.app.push_screen(PerformanceDialog(self._dataset, event.windows, self._symbols))

    def action_quarantine(self) -> None:
        """Put this window aside for a reason, or take it back."""
        if not self.table.heat.batches:
            return
        batch = self.table.heat.batches[self.table.here]
        if batch.quarantined is not None:
            self._quarantine(batch, "", is_undo=True)
            return
        question = (
            f"Why is {safe(batch.key)} put aside? It counts no more; its files stay as they are."
        )
        self.app.push_screen(
            PromptDialog(question, "", need_reason),
            lambda why: None if why is None else self._quarantine(batch, why),
        )

    def _quarantine(self, batch: BatchFacts, why: str, is_undo: bool = False) -> None:
        project = self._source.project

        def work() -> intents.ActionDone:
            from mlops_tui.engine.actions_quarantine import quarantine_batch

            found = with_index(
                self._source, lambda it: quarantine_batch(project, it, batch.id, why, is_undo)
            )
            state = "counts again" if found.quarantined is None else "is in quarantine"
            return intents.ActionDone(f"{found.key} {state}")

        self._source.act(self, "The window stays as it was", work)

    def on_action_done(self, event: intents.ActionDone) -> None:
        event.stop()
        self.app.notify(safe(event.words), markup=False, timeout=4)
        self._ask()

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.push_screen(MessageDialog(f"{event.what} cannot be shown", describe(event.error)))

    def action_leave(self) -> None:
        self.dismiss()


def _has_metrics(performed: Performed | None) -> bool:
    return performed is not None and bool(performed.figures["metrics"])


class OverlaidDialog(ReadingDialog):
    """One column of a window over what is usual."""

    def __init__(self, title: str, found: Mapping[str, Any]) -> None:
        lines = ["".join(text for text, _ in line) for line in overlaid_lines(found, 80)]
        super().__init__(title, "\n".join([title, "", *lines]))
        self._found = found

    def lines_for(self, width: int) -> Lines:
        return [*self.title_lines(width), [], *overlaid_lines(self._found, width)]


class PerformanceDialog(ReadingDialog):
    """How the model did over windows, measured beside estimated, over what is usual."""

    def __init__(self, dataset: str, windows: Sequence[Window], symbols: Symbols) -> None:
        self._performance = partial(performance_lines, windows, symbols=symbols)
        title = f"The model on {dataset}, {count(len(windows), 'window')}"
        lines = ["".join(text for text, _ in line) for line in self._performance(100)]
        super().__init__(title, "\n".join([title, "", *lines]))

    def lines_for(self, width: int) -> Lines:
        return [*self.title_lines(width), *self._performance(width)]
