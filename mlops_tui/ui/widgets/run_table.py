"""The table of runs: pages of runs read by others, columns planned from what is at hand."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from textual.message import Message

from mlops_tui.domain.runs import Run
from mlops_tui.ui import intents
from mlops_tui.ui.chosen_columns import Lens, lay_out, offered_columns, sorted_column
from mlops_tui.ui.columns import Column, Wishes, widened
from mlops_tui.ui.picked import Picked
from mlops_tui.ui.table_view import TableView
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.row_table import RowTable

MOST_RUNS_KEPT = 2000
MARK, PIN = "◆ ", "▴ "


class RunTable(RowTable):
    """Runs by id; asks for those it has to show by `RowsRequested` and gets them by `put_runs`."""

    @dataclass
    class RowsRequested(Message):
        """Runs that are on the screen, or will be after one page key, and not at hand."""

        ids: Sequence[str]

    @dataclass
    class CurvesRequested(Message):
        """Courses that are on the screen and not drawn, or drawn of fewer points."""

        keys: Sequence[tuple[str, str]]

    def __init__(
        self,
        wishes: Wishes,
        empty: str = "",
        clock: Callable[[], float] = time.time,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(empty, id=id)
        self.wishes = wishes
        self._clock = clock
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self.known: Mapping[str, Run] = self._runs
        """All runs whose facts were read, whether they are listed now or not."""
        self._requested: set[str] = set()
        self.shown: list[Column] = []
        """The columns on the screen."""
        self._skip = 0
        self._picked = Picked()
        self.view = TableView()
        self._curves: dict[tuple[str, str], str] = {}
        self._curve_sizes: dict[tuple[str, str], int] = {}
        self._lens = Lens(curves=self._curves)

    def set_view(self, view: TableView, lens: Lens) -> None:
        """Show these columns; values are seen through `lens`."""
        if view.columns != self.view.columns:
            self._skip = 0
        base = lens.baseline and self._runs.get(lens.baseline.id, lens.baseline)
        self.view, self._lens = view, replace(lens, curves=self._curves, baseline=base)
        self._plan()
        self.refresh_changed()

    def run_at_hand(self, run_id: str | None) -> Run | None:
        return self._runs.get(run_id) if run_id is not None else None

    def put_runs(self, runs: Sequence[Run], is_listed: bool = True) -> None:
        """Show these facts, at once if these runs are listed; lines that look the same stay."""
        for run in runs:
            self._runs[run.id] = run
            self._runs.move_to_end(run.id)
            self._requested.discard(run.id)
            if self._lens.baseline is not None and self._lens.baseline.id == run.id:
                self._lens = replace(self._lens, baseline=run)
        while len(self._runs) > MOST_RUNS_KEPT + len(self._picked.slots):
            oldest, run = self._runs.popitem(last=False)
            if oldest in self._picked.slots:
                self._runs[oldest] = run
        if not is_listed:
            return
        if self._needs_other_columns():
            self._plan()
        self.refresh_changed()
        self._ask_curves()

    def renew(self, run_ids: Iterable[str]) -> None:
        """Ask again for those of these runs that are on the screen or marked; forget the others."""
        visible = {*self.visible_keys(), *self._picked.slots}
        wanted = []
        for run_id in run_ids:
            if run_id in visible:
                wanted.append(run_id)
            else:
                self._runs.pop(run_id, None)
        if wanted:
            self.post_message(self.RowsRequested(wanted))

    def forget_requests(self) -> None:
        """Ask for all that is missing again, after a read failed."""
        self._requested.clear()

    def set_picked(self, picked: Picked) -> None:
        """Show which runs are marked and pinned, each in the colour of its slot."""
        self._picked = picked
        self.refresh_changed()

    def set_wishes(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self.shown = []
        self.on_rows_moved()
        self.repaint()

    def on_rows_moved(self) -> None:
        missing = [
            run_id
            for run_id in self.visible_keys(pages_around=1)
            if run_id not in self._runs and run_id not in self._requested
        ]
        if missing:
            self._requested.update(missing)
            self.post_message(self.RowsRequested(missing))
        elif self._needs_other_columns():
            self._plan()
            self.refresh_changed()
        self._ask_curves()

    def on_resize(self) -> None:
        self._plan()
        super().on_resize()

    def action_columns(self, by: int) -> None:
        offered = offered_columns(self._seen(), self._clock(), self.wishes, self.view, self._lens)
        movable = len(offered) - 2
        self._skip = max(0, min(self._skip + by, movable - 1))
        self._plan()
        self.refresh_changed()

    def on_runs_read(self, event: intents.RunsRead) -> None:
        self.put_runs(event.runs)

    # Columns

    def _seen(self) -> list[Run]:
        return [self._runs[key] for key in self.visible_keys(1) if key in self._runs]

    def _plan(self) -> None:
        if self.line_width:
            self.shown = self._suited()
            self._ask_curves()

    def _suited(self) -> list[Column]:
        width = self.line_width - len(MARK)
        return lay_out(
            self._seen(), width, self._clock(), self.wishes, self.view, self._lens, self._skip
        )

    def _needs_other_columns(self) -> bool:
        """Say whether the columns that suit now are others, or must be wider."""
        if not self.line_width:
            return False  # hidden: there is no width to plan for before it is shown again
        return not self.shown or widened(self.shown, self._suited()) != self.shown

    def _ask_curves(self) -> None:
        """Ask for the courses on the screen that are not drawn of all their points."""
        metrics = [c.id.partition(".")[2] for c in self.shown if c.id.startswith("curve.")]
        runs = [self._runs[key] for key in self.visible_keys() if key in self._runs]
        missing = [
            (run.id, metric)
            for metric in metrics
            for run in runs
            if metric in run.metrics
            and self._curve_sizes.get((run.id, metric)) != run.metrics[metric].count
        ]
        if missing:
            self.post_message(self.CurvesRequested(missing))

    def on_curves_read(self, event: intents.CurvesRead) -> None:
        event.stop()
        for key, (size, text) in event.curves.items():
            self._curve_sizes[key], self._curves[key] = size, text
        self.refresh_changed()

    # Lines

    def header_pieces(self, width: int) -> list[Piece]:
        key = self.view.sorted_by
        sorted_id = sorted_column(self.shown, key, self._lens)
        titles = []
        for column in self.shown:
            if key is not None and column.id == sorted_id:
                arrow = "▼" if key.descending else "▲"
                title = fit(column.title, column.width - 1) if column.right else column.title
                titles.append(
                    fit(title.rstrip()[: column.width - 1] + arrow, column.width, column.right)
                )
            else:
                titles.append(fit(column.title, column.width, column.right))
        return [(fit("  " + " ".join(titles), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        slot = self._picked.slots.get(key)
        glyph = MARK if key in self._picked.marked else PIN
        mark = ("  ", "") if slot is None else (glyph, f"series-{slot}")
        run = self._runs.get(key)
        if run is None:
            return [mark, (fit("…", max(0, width - 2)), "dim")]
        now = self._clock()
        pieces = [mark]
        for column in self.shown:
            text = fit(column.text(run, now), column.width, column.right) + " "
            kind = cell_kind(column, run)
            if len(pieces) > 1 and pieces[-1][1] == kind:
                pieces[-1] = (pieces[-1][0] + text, kind)
            else:
                pieces.append((text, kind))
        used = len(MARK) + sum(column.width + 1 for column in self.shown)
        last_text, last_kind = pieces[-1]
        pieces[-1] = (last_text + " " * max(0, width - used), last_kind)
        return pieces


def cell_kind(column: Column, run: Run) -> str:
    """Return the look of a run's cell; deleted runs are dim all over."""
    if run.deleted:
        return "dim"
    if column.kind == "state":
        return str(run.state)
    return column.kind if column.tone is None else column.tone(run)
