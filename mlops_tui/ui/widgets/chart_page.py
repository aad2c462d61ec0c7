"""The charts of one page, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.containers import Grid
from textual.geometry import Size

from mlops_tui.ui.plot import ChartData
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.line_chart import LineChart

MOST_CHARTS = 12
CHART_COLUMNS = 34
CHART_ROWS = 9
"""A chart smaller than this many cells says little."""


def chart_room(size: Size) -> tuple[int, int]:
    """Return how many columns and rows of charts have room below the legend."""
    columns = max(1, size.width // CHART_COLUMNS)
    rows = max(1, (size.height - 1) // CHART_ROWS)
    while columns * rows > MOST_CHARTS:
        rows, columns = (rows - 1, columns) if rows > 1 else (rows, columns - 1)
    return columns, rows


class ChartPage(Grid):
    """Holds the charts there was something to show in so far; others wait hidden for more."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self._symbols = symbols
        self.charts: list[LineChart] = []

    @property
    def chart_width(self) -> int:
        """The cells of the widest chart; 0 before there is a layout."""
        return max((chart.size.width for chart in self.charts), default=0)

    def make_room(self, count: int, columns: int) -> None:
        """Make `count` charts visible, side by side in at most `columns` columns."""
        columns = min(columns, max(1, count))
        missing = [LineChart(self._symbols) for _ in range(len(self.charts), count)]
        if missing:
            self.charts += missing
            self.mount(*missing)
        for position, chart in enumerate(self.charts):
            chart.display = position < count
        shape = (columns, max(1, -(-count // columns)))
        if shape != (self.styles.grid_size_columns, self.styles.grid_size_rows):
            self.styles.grid_size_columns, self.styles.grid_size_rows = shape

    def show(self, charts: Sequence[ChartData]) -> None:
        """Draw these charts in their order."""
        for position, chart in enumerate(self.charts):
            chart.show(charts[position] if position < len(charts) else None)
