"""One metric of a few runs as lines, repainted only where it changed."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mlops_tui.domain.text import safe, short_number, with_unit
from mlops_tui.ui import palette, raster
from mlops_tui.ui.axes import Axis
from mlops_tui.ui.chart_view import ChartView
from mlops_tui.ui.looks import painter
from mlops_tui.ui.plot import ChartData, Plot, plot
from mlops_tui.ui.raster import Picture, Symbols
from mlops_tui.ui.scales import scaled_axis
from mlops_tui.ui.widgets.pieces import fit

LABELS = 8
"""Cells for the labels of the y axis, with the axis itself."""


class LineChart(Widget):
    """Title with the last values, lines on quantised axes, labels of the steps below."""

    DEFAULT_CSS = "LineChart { height: 1fr; width: 1fr; }"

    def __init__(self, symbols: Symbols = Symbols.BRAILLE) -> None:
        super().__init__()
        self.data: ChartData | None = None
        self._symbols = symbols
        self._rows: list[list[tuple[str, str]]] = []
        self._width = 0
        """Of the rows; the size of a widget takes longer to work out than a line to draw."""
        self._y_axis: Axis | None = None

    def show(self, data: ChartData | None) -> None:
        """Draw `data`."""
        if self.data is None or data is None or data.metric != self.data.metric:
            self._y_axis = None
        self.data = data
        self._redraw()

    @property
    def text(self) -> list[str]:
        """What the chart shows, as plain lines."""
        return ["".join(text for text, _ in row) for row in self._rows]

    def on_resize(self) -> None:
        self._rows = []
        self._redraw()

    def render_line(self, y: int) -> Strip:
        style, width = painter(self), self._width
        if y >= len(self._rows):
            return Strip.blank(width, style(""))
        segments = [Segment(text, style(kind)) for text, kind in self._rows[y]]
        return Strip(segments).adjust_cell_length(width, style(""))

    def _redraw(self) -> None:
        width, height = self.size
        self._width = width
        old, self._rows = self._rows, self._compose_rows(width, height)
        if len(old) != len(self._rows):
            self.refresh()
            return
        changed = [y for y in range(height) if old[y] != self._rows[y]]
        if changed:
            first, last = changed[0], changed[-1]
            self.refresh(Region(0, first, width, last + 1 - first))

    def _compose_rows(self, width: int, height: int) -> list[list[tuple[str, str]]]:
        if self.data is None or width < LABELS + 6 or height < 4:
            return [[(" " * width, "")] for _ in range(height)]
        plotted = plot(self.data)
        title = title_row(self.data, plotted, width)
        plot_size = (width - LABELS - 1, height - 2)
        axes = self._axes(plotted, plot_size)
        if axes is None:
            empty = [[(fit("  no finite values yet", width), "axis")]]
            blank = [[(" " * width, "")] for _ in range(height - 2)]
            return [title, *empty, *blank]
        x_axis, y_axis = axes
        picture = raster.draw(
            plotted.lines,
            x_axis,
            y_axis,
            plot_size,
            self._symbols,
            plotted.marks(),
            plotted.fills,
        )
        body = [[*row, (" ", "")] for row in plot_rows(picture, y_axis)]
        return [title, *body, step_row(x_axis, width, self.data.view)]

    def _axes(self, plotted: Plot, plot_size: tuple[int, int]) -> tuple[Axis, Axis] | None:
        extent = plotted.y_extent()
        if extent is None:
            return None
        x_axis = plotted.x_axis(max(4, plot_size[0] // 8))
        parts = max(3, plot_size[1] // 2)
        self._y_axis = scaled_axis(*extent, parts, plotted.view.scale, self._y_axis)
        return x_axis, self._y_axis


def title_row(data: ChartData, plotted: Plot, width: int) -> list[tuple[str, str]]:
    """Return the metric's name, its unit, and each curve's value at the cursor, or its last one."""
    name = ("▸ " if data.is_selected else "") + safe(with_unit(data.metric, data.unit))
    values = [
        (f" {short_number(value)}" + ("" if n is None else f" n{n}"), f"series-{slot}")
        for slot, value, n in plotted.read_out()
    ]
    room = max(4, width // 2)
    while values and sum(cell_len(text) for text, _ in values) > width - min(room, cell_len(name)):
        values.pop()
    left = width - sum(cell_len(text) for text, _ in values)
    return [(fit(name, left), "title"), *values]


def value_labels(axis: Axis, rows: int) -> list[list[tuple[str, str]]]:
    """Return for every row of the plot the label of the y axis, `LABELS` cells wide."""
    at_row = {}
    for value in axis.ticks():
        at_row[rows - 1 - round(axis.share(value) * (rows - 1))] = axis.label(value)
    labels = []
    for row in range(rows):
        label = at_row.get(row)
        bar = "┤" if label is not None else "│"
        labels.append([(fit(label or "", LABELS - 1, right=True) + bar, "axis")])
    return labels


def step_row(axis: Axis, width: int, view: ChartView) -> list[tuple[str, str]]:
    """Return the line below the plot: what is counted, labels under their places, the cursor."""
    cells = list(fit(fit(view.x_words, LABELS - 1, right=True), width))
    taken = LABELS
    plot_width = width - LABELS - 1
    for value in axis.ticks():
        label = axis.label(value)
        start = LABELS + round(axis.share(value) * (plot_width - 1)) - len(label) // 2
        start = max(LABELS, min(start, width - len(label)))
        if start >= taken:
            cells[start : start + len(label)] = label
            taken = start + len(label) + 1
    if view.cursor is None or not 0 <= axis.share(view.cursor) <= 1:
        return [("".join(cells), "axis")]
    at = LABELS + round(axis.share(view.cursor) * (plot_width - 1))
    return [("".join(cells[:at]), "axis"), ("▲", "value"), ("".join(cells[at + 1 :]), "axis")]


def plot_rows(picture: Picture, y_axis: Axis) -> list[list[tuple[str, str]]]:
    """Return the picture's rows, each behind its label of the y axis."""
    labels = value_labels(y_axis, len(picture.rows))
    return [[*label, *row] for label, row in zip(labels, picture_rows(picture), strict=True)]


def picture_rows(picture: Picture) -> list[list[tuple[str, str]]]:
    """Return the picture's rows as runs of cells with one owner; blanks go with what is before."""
    rows = []
    for text, owners in zip(picture.rows, picture.owners, strict=True):
        pieces: list[tuple[str, str]] = []
        start, owner = 0, -1
        for column, here in enumerate(owners):
            if here not in (owner, -1):
                if owner != -1:
                    pieces.append((text[start:column], owner_kind(owner)))
                    start = column
                owner = here
        pieces.append((text[start:], owner_kind(owner)))
        rows.append(pieces)
    return rows


def owner_kind(owner: int) -> str:
    """Return the kind of a cell: that of its series, dimmed where it is the raw line."""
    if owner < 0:
        return ""
    slot = owner % palette.SLOTS
    return f"dim-{slot}" if owner >= palette.SLOTS else f"series-{slot}"
