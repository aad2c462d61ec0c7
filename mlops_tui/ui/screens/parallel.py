"""The screen of parallel coordinates: what the best runs have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from mlops_tui.domain.direction import is_lower_better, known_direction
from mlops_tui.domain.filters import Filter
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe
from mlops_tui.ui import intents, keys
from mlops_tui.ui.errors import describe
from mlops_tui.ui.importance_asking import metrics_first
from mlops_tui.ui.parallel import (
    ParallelAxis,
    best_few,
    drawn,
    metric_axis,
    parallel_lines,
    param_axes,
    shown_axes,
)
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Picture, Symbols
from mlops_tui.ui.reads import RunReader
from mlops_tui.ui.screens.app_screen import AppScreen
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.piece_line import PieceLine
from mlops_tui.ui.widgets.pieces import Piece, fit, padded

LEAST_RUNS = 5
"""Fewer lines than that tell nothing: all listed runs are drawn."""
MOST_RUNS = 200
"""The newest; more lines than that cannot be told apart."""
MOST_METRICS = 3
NOTHING = (
    "Nothing to draw: the runs differ in no parameter, or in no metric that is known to get better"
    " one way ([metrics.NAME] direction says it)"
)


class ParallelView(LineView, can_focus=True):
    """Lines that are drawn already."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PARALLEL)
    DEFAULT_CSS = "ParallelView { height: 1fr; overflow: hidden; }"

    def __init__(self) -> None:
        super().__init__(id="parallel")
        self._lines: list[list[Piece]] = []

    def show(self, lines: list[list[Piece]]) -> None:
        self._lines = lines
        self.refresh_changed()

    def line_pieces(self, y: int) -> list[Piece]:
        return padded(self._lines[y] if y < len(self._lines) else [], self.line_width)


class ParallelScreen(AppScreen):
    """Reads the runs once, in a thread; one of them lies over all others."""

    place: ClassVar[str] = keys.PARALLEL
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.PLACES)

    @dataclass
    class RunsDrawn(Message):
        """These runs are to be drawn."""

        runs: Sequence[Run]
        project: Project
        is_cut: bool
        """Whether there may be older ones."""

    def __init__(
        self,
        source: ProjectSource,
        ids: Sequence[str] | None,
        where: Filter | None,
        symbols: Symbols,
    ) -> None:
        """Draw the runs `ids`, or those that pass a filter."""
        super().__init__()
        self._source = source
        self._ids = ids
        self._where = where
        self._symbols = symbols
        self._runs: Sequence[Run] = ()
        self._params: list[ParallelAxis] = []
        self._metrics: list[tuple[ParallelAxis, bool]] = []
        """The axis of each metric, and whether it gets better downwards."""
        self._ranked: list[int] = []
        """Places of the runs, the best by the first metric first."""
        self._is_cut = False
        self._at = 0
        self._skip = 0
        self._picture: tuple[object, Picture] | None = None
        """What is below the chosen run, and of what it is."""
        self.line = PieceLine(id="project-line")
        self.view = ParallelView()
        self.told = PieceLine()

    def body(self) -> Widget:
        return Vertical(self.line, self.view, self.told, id="body")

    def on_mount(self) -> None:
        self.view.focus()
        project, ids, where = self._source.project, self._ids, self._where

        def work(reader: RunReader) -> ParallelScreen.RunsDrawn:
            wanted = reader.run_ids(where, limit=MOST_RUNS) if ids is None else ids
            is_cut = ids is None and len(wanted) == MOST_RUNS
            return self.RunsDrawn(reader.runs(wanted), load_project(project), is_cut)

        self._source.ask("the runs", work, lambda it: it, self, "parallel")

    def on_parallel_screen_runs_drawn(self, event: RunsDrawn) -> None:
        event.stop()
        names = [
            it
            for it in metrics_first(event.project, event.runs)
            if known_direction(event.project, it) is not None
        ]
        meant = names[:1]
        runs = [it for it in event.runs if any(name in it.metrics for name in meant)]
        self._runs, self._params = runs, param_axes(runs)
        self._is_cut = event.is_cut
        for name in names:
            lower = is_lower_better(event.project, name)
            axis = metric_axis(runs, name, lower)
            if axis is not None and len(self._metrics) < MOST_METRICS:
                self._metrics.append((axis, lower))
        self._rank()
        self._draw()

    def _rank(self) -> None:
        """Order the runs by the first metric."""
        if self._metrics:
            axis, lower = self._metrics[0]
            places = [at for at, it in enumerate(axis.shares) if it == it]
            self._ranked = sorted(places, key=lambda at: axis.shares[at], reverse=not lower)
        self._at = 0

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width, height = self.view.line_width, self.view.size.height
        if not self._metrics or not self._params:
            self.line.show([(" Parallel coordinates", "strong")])
            words = NOTHING if self._runs else "No run with a metric is listed"
            self.view.show([[("", "")], [(fit(f"  {words}", width), "dim")]])
            return
        metrics = [it for it, _ in self._metrics]
        axes = shown_axes(self._params, metrics[::-1], width - 2, self._skip)
        axis, lower = self._metrics[0]
        good = best_few(axis, lower)
        chosen = self._ranked[self._at] if self._ranked else None
        size = (width - 2, height)
        wanted = (size, tuple(it.name for it in axes), self._metrics[0][0].name)
        if self._picture is None or self._picture[0] != wanted:
            self._picture = wanted, drawn(axes, good, size, self._symbols)
        lines = parallel_lines(axes, self._picture[1], chosen, size, self._symbols)
        self.view.show([[(" ", ""), *line] for line in lines])
        self._tell(axes, len(good), chosen)

    def _tell(self, axes: Sequence[ParallelAxis], good: int, chosen: int | None) -> None:
        metric = self._metrics[0][0].name
        params = [it for it in axes if it in self._params]
        metrics = [it for it in axes if it not in params][::-1]
        part = ""
        if len(params) < len(self._params):
            part = f"← → {len(params)} of {len(self._params)} parameters, "
        newest = "the newest " if self._is_cut else ""
        title = f" Parallel coordinates, {newest}{len(self._runs)} runs"
        self.line.show([(title, "strong")], f"{part}best {good} by {metric}")
        if chosen is not None:
            values = "  ".join(f"{it.name} {it.told[chosen]}" for it in [*metrics, *params])
            name = f" {safe(self._runs[chosen].name)}, {self._at + 1} of {len(self._ranked)}"
            self.told.show([(name, "series-1"), (f"  {values}", "")])

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        self.view.show([[("", "")], [(f"  {describe(event.error)}".replace("\n", ". "), "dim")]])

    # What keys do

    def action_choose(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._ranked) - 1))
        self._draw()

    def action_axes(self, by: int) -> None:
        self._skip = max(0, min(self._skip + by, len(self._params) - 1))
        self._draw()

    def action_next_metric(self) -> None:
        self._metrics = [*self._metrics[1:], *self._metrics[:1]]
        self._rank()
        self._draw()

    def action_leave(self) -> None:
        self.dismiss()
