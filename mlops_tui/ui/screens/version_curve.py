"""The screen of one metric over the versions of a model: a curve with intervals over its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import safe
from mlops_tui.engine.feed import Batch
from mlops_tui.ui import intents, keys
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.errors import describe
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.models import TOPICS
from mlops_tui.ui.screens.pick import OnePicker
from mlops_tui.ui.screens.rows_screen import RowsScreen
from mlops_tui.ui.version_curve import Course, chart_lines, course, course_content, title_pieces
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece, padded
from mlops_tui.ui.widgets.place_table import PlaceTable

NOTHING = (
    "No version of {} was evaluated on a declared dataset.\n\n"
    "e on a version measures it: each one that is measured on the same rows stands in the curve."
)


class VersionChart(LineView):
    """Draws the curve anew for the room there is."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__(id="version-chart")
        self._symbols = symbols
        self._course: Course | None = None
        self._lines: list[list[Piece]] = []

    def show(self, shown: Course) -> None:
        self._course = shown
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._course is not None:
            self._lines = list(
                chart_lines(self._course, (self.size.width, self.size.height), self._symbols)
            )
            self.repaint()

    def line_pieces(self, y: int) -> list[Piece]:
        return padded(self._lines[y] if y < len(self._lines) else [], self.size.width)


class VersionCurveScreen(RowsScreen):
    """Lies over a model."""

    place: ClassVar[str] = keys.CURVE
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.CURVE, keys.LISTED, keys.PLACES)

    @dataclass
    class Found(Message):
        """How good the versions are now."""

        course: Course
        unit: str

    def __init__(self, source: ProjectSource, model: str, symbols: Symbols) -> None:
        self.line = PieceLine()
        self.chart = VersionChart(symbols)
        self.table = PlaceTable()
        super().__init__(Vertical(self.line, self.chart, id="version-curve"), self.table)
        self._source = source
        self._model = model
        self._metric: str | None = None
        self._dataset: str | None = None
        """Those that a person chose."""
        self._course: Course | None = None

    def facts_here(self) -> Sequence[Fact]:
        here = self.table.here
        return () if here is None else here.facts

    def on_mount(self) -> None:
        self._ask()

    def take(self, batch: Batch) -> None:
        if TOPICS & batch.topics:
            self._ask()

    def _ask(self) -> None:
        model, metric, dataset = self._model, self._metric, self._dataset

        def work(reader: RunReader) -> VersionCurveScreen.Found:
            project = load_project(self._source.project)
            versions, evaluations = reader.model_versions(model), reader.evaluations()
            found = course(project, model, versions, evaluations, metric, dataset)
            declared = project.metrics.get(found.metric)
            return self.Found(found, (declared.unit if declared else None) or "")

        self._source.ask("the curve", work, lambda it: it, self, "curve")

    def on_version_curve_screen_found(self, event: Found) -> None:
        event.stop()
        self._course = event.course
        content = course_content(event.course)
        self.line.show(title_pieces(self._model, event.course, event.unit), f"{content.words} ")
        self.chart.show(event.course)
        self.table.show(content, NOTHING.format(safe(self._model)))
        self.show_facts()

    def action_metric(self) -> None:
        """Choose another metric of those there are on this dataset."""
        self._choose("metric", [] if self._course is None else self._course.metrics)

    def action_dataset(self) -> None:
        """Choose another dataset of those that versions were measured on."""
        self._choose("dataset", [] if self._course is None else self._course.datasets)

    def _choose(self, what: str, names: Sequence[str]) -> None:
        if len(names) < 2:
            self.app.notify(f"There is no other {what}", markup=False, timeout=3)
            return

        def picked(name: str | None) -> None:
            if name is not None:
                if what == "metric":
                    self._metric = name
                else:
                    self._dataset = name
                self._ask()

        choices = [Choice(it, safe(it), "") for it in names]
        title = f"Versions of {safe(self._model)} by which {what}"
        self.app.push_screen(OnePicker(title, f"which {what}", choices), picked)

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.app.notify(describe(event.error), severity="error", markup=False)

    def action_leave(self) -> None:
        self.dismiss()
