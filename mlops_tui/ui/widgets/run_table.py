"""The table of runs: pages of runs read by others, columns planned from what is at hand."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from textual.message import Message

from mlops_tui.domain.runs import Run
from mlops_tui.ui import intents
from mlops_tui.ui.columns import Column, Wishes, candidates, plan, widened
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.row_table import RowTable

MOST_RUNS_KEPT = 2000
MARK = "◆ "


class RunTable(RowTable):
    """Runs by id; asks for those it has to show by `RowsRequested` and gets them by `put_runs`."""

    @dataclass
    class RowsRequested(Message):
        """Runs that are on the screen, or will be after one page key, and not at hand."""

        ids: Sequence[str]

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
        self._requested: set[str] = set()
        self._columns: list[Column] = []
        self._skip = 0
        self._marks: Mapping[str, int] = {}

    def run_at_hand(self, run_id: str | None) -> Run | None:
        return self._runs.get(run_id) if run_id is not None else None

    def runs_at_hand(self) -> Iterable[Run]:
        return self._runs.values()

    def put_runs(self, runs: Sequence[Run]) -> None:
        """Show these facts; lines that look the same stay untouched."""
        for run in runs:
            self._runs[run.id] = run
            self._runs.move_to_end(run.id)
            self._requested.discard(run.id)
        while len(self._runs) > MOST_RUNS_KEPT:
            self._runs.popitem(last=False)
        if self._needs_other_columns():
            self._plan()
        self.refresh_changed()

    def renew(self, run_ids: Iterable[str]) -> None:
        """Ask again for those of these runs that are on the screen; forget the others."""
        visible = set(self.visible_keys())
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

    def set_marks(self, marks: Mapping[str, int]) -> None:
        """Show these runs as marked, each in the colour of its slot."""
        self._marks = marks
        self.refresh_changed()

    def set_wishes(self, wishes: Wishes) -> None:
        self.wishes = wishes
        self._columns = []
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

    def on_resize(self) -> None:
        self._plan()
        super().on_resize()

    def action_columns(self, by: int) -> None:
        movable = len(candidates(self._seen(), self._clock(), self.wishes)) - 2
        self._skip = max(0, min(self._skip + by, movable - 1))
        self._plan()
        self.refresh_changed()

    def on_runs_read(self, event: intents.RunsRead) -> None:
        self.put_runs(event.runs)

    # Columns

    def _seen(self) -> list[Run]:
        return [self._runs[key] for key in self.visible_keys(1) if key in self._runs]

    def _plan(self) -> None:
        columns = plan(
            self._seen(), self.line_width - len(MARK), self._clock(), self.wishes, self._skip
        )
        self._columns = columns

    def _needs_other_columns(self) -> bool:
        """Say whether the columns that suit now are others, or must be wider."""
        if not self.line_width:
            return False  # hidden: there is no width to plan for before it is shown again
        if not self._columns:
            return True
        suited = plan(
            self._seen(), self.line_width - len(MARK), self._clock(), self.wishes, self._skip
        )
        return widened(self._columns, suited) != self._columns

    # Lines

    def header_pieces(self, width: int) -> list[Piece]:
        titles = [fit(column.title, column.width, column.right) for column in self._columns]
        return [(fit("  " + " ".join(titles), width), "header")]

    def row_pieces(self, key: str, width: int) -> list[Piece]:
        slot = self._marks.get(key)
        mark = ("  ", "") if slot is None else (MARK, f"series-{slot}")
        run = self._runs.get(key)
        if run is None:
            return [mark, (fit("…", max(0, width - 2)), "dim")]
        now = self._clock()
        pieces = [mark]
        for column in self._columns:
            text = fit(column.text(run, now), column.width, column.right) + " "
            kind = str(run.state) if column.kind == "state" else column.kind
            if len(pieces) > 1 and pieces[-1][1] == kind:
                pieces[-1] = (pieces[-1][0] + text, kind)
            else:
                pieces.append((text, kind))
        used = len(MARK) + sum(column.width + 1 for column in self._columns)
        last_text, last_kind = pieces[-1]
        pieces[-1] = (last_text + " " * max(0, width - used), last_kind)
        return pieces
