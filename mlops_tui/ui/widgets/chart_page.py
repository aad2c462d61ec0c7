"""The charts of one page, in as many columns as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
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
    """Holds all charts there can be; those without anything to show are hidden."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self.charts = [LineChart(symbols) for _ in range(MOST_CHARTS)]
        for chart in self.charts:
            chart.display = False

    def compose(self) -> ComposeResult:
        yield from self.charts

    @property
    def chart_width(self) -> int:
        """The cells of the widest chart; 0 before there is a layout."""
        return max(chart.size.width for chart in self.charts)

    def make_room(self, count: int, columns: int) -> None:
        """Make `count` charts visible, side by side in at most `columns` columns."""
        columns = min(columns, max(1, count))
        for position, chart in enumerate(self.charts):
            chart.display = position < count
        self.styles.grid_size_columns = columns
        self.styles.grid_size_rows = max(1, -(-count // columns))

    def show(self, charts: Sequence[ChartData]) -> None:
        """Draw these charts in their order."""
        for position, chart in enumerate(self.charts):
            chart.show(charts[position] if position < len(charts) else None)
