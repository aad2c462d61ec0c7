"""Charts of what runs used: CPU, memory, disks and GPUs, over the time since their start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from mlops_tui.domain.usage import in_order, unit_of
from mlops_tui.ui import intents
from mlops_tui.ui.chart_view import ChartView, XKind
from mlops_tui.ui.charted import ChartedRun, Meaning, Paging
from mlops_tui.ui.columns import Wishes
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.chart_grid import POINTS_A_COLUMN, ChartGrid
from mlops_tui.ui.widgets.pane import is_seen

MOST_ZOOM = 50
"""A window so many times smaller than the whole is still drawn of points of its own."""


class UsageGrid(ChartGrid):
    """Asks by `UsageRequested` and gets everything there is of a run by `UsageRead`."""

    KIND: ClassVar[tuple[str, ...]] = ("system",)

    @dataclass
    class UsageRequested(Message):
        """What these runs used is on the screen and wanted anew, each at most `points` long."""

        run_ids: tuple[str, ...]
        points: int

    def __init__(self, symbols: Symbols) -> None:
        super().__init__(Wishes(), symbols, id="usage")
        self.paging = Paging(none="nothing was sampled")
        self.view = ChartView(x=XKind.ELAPSED)

    def names(self, runs: Sequence[ChartedRun]) -> list[str]:
        ids = {charted.run.id for charted in runs}
        return in_order({name for run_id, name in self._series if run_id in ids})

    def request(self, run_ids: Sequence[str]) -> None:
        wanted = tuple(it.run.id for it in self.runs if it.run.id in run_ids)
        if not wanted or not is_seen(self):
            return
        low, high = self.view.shown(self._extent)
        whole = self._extent[1] - self._extent[0]
        zoom = min(MOST_ZOOM, whole / (high - low)) if high > low else 1.0
        columns = self.page.chart_width or self.size.width
        points = round(max(64, columns * POINTS_A_COLUMN) * max(1.0, zoom))
        self.post_message(self.UsageRequested(wanted, points))

    def on_usage_read(self, event: intents.UsageRead) -> None:
        self.on_series_read(intents.SeriesRead(event.series))
        names = self.names(self.runs)
        if names != self.paging.metrics:
            self.meaning = Meaning({name: unit_of(name) for name in names})
            self.show_runs(self.runs)
