"""The screen that shows runs and versions side by side: what differs, and which is better."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from mlops_tui.domain.filters import Filter
from mlops_tui.domain.text import safe
from mlops_tui.engine.fronts import choosable
from mlops_tui.engine.subjects import is_version
from mlops_tui.ui import intents, keys
from mlops_tui.ui.better_asking import BetterAsking, BetterTold
from mlops_tui.ui.chosen_columns import Choice
from mlops_tui.ui.clipboard import fits
from mlops_tui.ui.compared import Line, about_lines, as_text, compared_lines, in_full
from mlops_tui.ui.compared_figures import (
    ASKED,
    better_lines,
    data_lines,
    figure_lines,
    front_lines,
    marked_names,
)
from mlops_tui.ui.errors import describe
from mlops_tui.ui.heavy import HeavyWork, ProgressTold
from mlops_tui.ui.importance_asking import ImportanceAsking, ImportanceTold
from mlops_tui.ui.objective import evaluated_units, metric_meaning
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.screens.compared_facts import ComparedFacts
from mlops_tui.ui.screens.dialogs import ReadingDialog
from mlops_tui.ui.screens.pick import MetricPicker
from mlops_tui.ui.widgets.compare_table import CompareTable
from mlops_tui.ui.widgets.row_table import RowTable

TOO_LONG = "Too long for a terminal's clipboard: mlops-tui compare RUN RUN ... > FILE has it all"
NO_METRICS = "No metric of them is known to get better one way: [metrics.NAME] direction says it"


class CompareScreen(ComparedFacts):
    """Shows one line a fact, and has questions about who is better answered."""

    place: ClassVar[str] = keys.COMPARE
    table: CompareTable

    def __init__(
        self,
        source: ProjectSource,
        words: Sequence[str],
        where: Filter | None,
        symbols: Symbols,
    ) -> None:
        """Compare ids of runs and names of versions; `where` says which runs are listed."""
        super().__init__(source, words)
        self._where = where
        self._symbols = symbols
        self._only_differing = True
        self._answers: dict[str, list[Line]] = {}
        """Who is better, the last question first."""
        self._heavy = HeavyWork(self)
        self._asking = BetterAsking(self, self._heavy)
        self._importance = ImportanceAsking(self, self._heavy)
        self.table = CompareTable()

    def on_mount(self) -> None:
        self.table.focus()
        self._show_line()

    def on_unmount(self) -> None:
        self._heavy.cancel()

    # Showing

    def show_found(self) -> None:
        found, project = self.found, self.project
        if found is None or project is None:
            return
        rows = [*found.rows, *found.spread(self.changes.rows)]
        only = self._only_differing
        lines = [
            *(line for lines in self._answers.values() for line in lines),
            *data_lines(found.comparison.attribution),
            *front_lines(found.front, self.names),
            *figure_lines(found.figures, only, evaluated_units(project)),
            *about_lines(found.subjects, only, time.time()),
            *compared_lines(rows, found.best, metric_meaning(project), only),
        ]
        self.table.show(marked_names(self.names, found.front), lines)
        self._show_line()

    def _show_line(self) -> None:
        what = "what differs" if self._only_differing else "everything"
        told = [words for words in (self.table.words, safe(self.changes.note)) if words]
        title = f" Compare {count_words(self.words)}"
        self.line.show([(title, "strong"), (f"  {what}", "dim")], "  ".join(told))

    def on_row_table_cursor_moved(self, event: RowTable.CursorMoved) -> None:
        event.stop()
        if not self._heavy.is_busy:
            self._show_line()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_line)

    def on_row_table_row_opened(self, event: RowTable.RowOpened) -> None:
        event.stop()
        here = self.table.here
        if here is not None and here.cells:
            self.app.push_screen(ReadingDialog(here.label, in_full(here, self.names)))
        elif here is not None and here.more:
            self.app.push_screen(ReadingDialog(here.label, here.more))

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        super().on_read_failed(event)
        if self.found is not None:
            self.app.notify(describe(event.error), severity="error", markup=False)

    # What keys do

    def action_leave(self) -> None:
        if self._heavy.cancel():
            self._show_line()
        else:
            self.dismiss()

    def action_toggle_differing(self) -> None:
        self._only_differing = not self._only_differing
        self.show_found()
        self._show_line()

    def action_copy(self) -> None:
        text = as_text(self.table.lines, self.names)
        if not fits(text):
            self.app.notify(TOO_LONG, severity="warning", markup=False)
        elif text:
            self.app.copy_to_clipboard(text)
            self.app.notify("Copied the comparison", markup=False, timeout=3)

    def action_front(self) -> None:
        """Choose over which metrics none beats the others."""
        found, project = self.found, self.project
        if found is None or project is None:
            return
        known = choosable(project, found.rows, found.figures)
        if not known:
            self.app.notify(NO_METRICS, markup=False, timeout=5)
            return

        def picked(metrics: tuple[str, ...] | None) -> None:
            if metrics is not None:
                self.metrics = metrics or None
                self.ask()

        chosen = found.front.metrics if found.front is not None else ()
        choices = [Choice(name, safe(name), f"{way}") for name, way in known]
        self.app.push_screen(MetricPicker(chosen, choices), picked)

    def action_better(self) -> None:
        """Ask whether the second is better than the first."""
        if self._is_free() and self.found is not None and self.project is not None:
            self._asking.ask(self.project, self.found.subjects)

    def action_importance(self) -> None:
        """Ask which parameters matter, over these runs or all that are listed."""
        if self._is_free() and self.found is not None and self.project is not None:
            runs = [it.run for it in self.found.subjects if it.run is not None]
            self._importance.ask(self.project, runs, self._where)

    def action_parallel(self) -> None:
        """Draw parameters and metrics as axes: of these runs, or of all that are listed."""
        if self.found is None:
            return
        from mlops_tui.ui.screens.parallel import LEAST_RUNS, ParallelScreen

        runs = [it.run.id for it in self.found.subjects if it.run is not None]
        ids = runs if len(runs) >= LEAST_RUNS else None
        self.app.push_screen(ParallelScreen(self._source, ids, self._where, self._symbols))

    def _is_free(self) -> bool:
        """Say whether nothing goes on; a person is told where something does."""
        if self._heavy.is_busy:
            words = f"First one, then the other: {safe(self._heavy.what)} goes on, Esc stops it"
            self.app.notify(words, markup=False, timeout=3)
        return not self._heavy.is_busy

    def on_importance_told(self, event: ImportanceTold) -> None:
        event.stop()
        self._show_line()
        self._importance.show(event)

    def on_progress_told(self, event: ProgressTold) -> None:
        event.stop()
        if self._heavy.is_busy:
            share = " ..." if event.share is None else f", {event.share:.0%}"
            what = event.what[:1].upper() + safe(event.what[1:])
            self.line.show([(f" {what}{share}, Esc stops", "strong")])

    def on_better_told(self, event: BetterTold) -> None:
        event.stop()
        self._show_line()
        if event.found is None:
            self._asking.tell_failure(event)
            return
        asked = event.asked
        a, b = safe(asked.a.name), safe(asked.b.name)
        name = f"{asked.a.word} {asked.b.word} {asked.choice.metric} {asked.choice.dataset}"
        self._answers.pop(name, None)
        answer = better_lines(name, a, b, asked.choice, event.found)
        self._answers = {name: answer, **self._answers}
        self.show_found()
        self.table.show_key(ASKED + name)


def count_words(words: Sequence[str]) -> str:
    """Return such as `3 runs`, `2 versions`, `4 runs and versions`."""
    versions = sum(map(is_version, words))
    kind = "runs" if not versions else "versions" if versions == len(words) else "runs and versions"
    return f"{len(words)} {kind}" if len(words) > 1 else kind
