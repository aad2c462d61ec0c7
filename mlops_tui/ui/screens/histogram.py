"""How a metric is spread over the listed runs, and where those in the charts stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from mlops_tui.domain.text import count, safe, short_number
from mlops_tui.ui import intents, keys
from mlops_tui.ui.axes import tick_label
from mlops_tui.ui.charted import ChartedRun
from mlops_tui.ui.distribution import Spread, Summary, spread
from mlops_tui.ui.errors import describe
from mlops_tui.ui.project_source import ProjectSource
from mlops_tui.ui.screens.dialog import Dialog
from mlops_tui.ui.widgets.key_bar import KeyBar
from mlops_tui.ui.widgets.line_view import LineView
from mlops_tui.ui.widgets.pieces import Piece, fit, padded

EDGE_CELLS = 9
COUNT_CELLS = 6


@dataclass(frozen=True, slots=True)
class Population:
    """Whose values of which metric are looked at."""

    metric: str
    runs: Sequence[str]
    """Ids of all runs that are listed."""
    shown: Sequence[ChartedRun]
    """The runs in the charts."""
    lower_better: bool

    def field(self, summary: Summary) -> str:
        """Return the name of what is asked of the index."""
        if summary is Summary.LAST:
            return f"last.{self.metric}"
        return f"{'min' if self.lower_better else 'max'}.{self.metric}"


class HistogramView(LineView):
    """Bins under each other, the runs of the charts beside theirs."""

    DEFAULT_CSS = "HistogramView { overflow-x: hidden; overflow-y: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[Piece]] = []

    def show(self, lines: list[list[Piece]]) -> None:
        self.lines = lines
        self.repaint()

    def line_pieces(self, y: int) -> list[Piece]:
        pieces = self.lines[y] if y < len(self.lines) else []
        return padded(pieces, self.line_width)


class HistogramDialog(Dialog[None]):
    """Shows the spread of one metric; asks its source for the values of all runs."""

    place: ClassVar[str] = keys.HISTOGRAM
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.HISTOGRAM)

    @dataclass
    class ValuesRead(Message):
        """The values of all runs by their ids."""

        summary: Summary
        values: Mapping[str, object]

    def __init__(self, population: Population, source: ProjectSource) -> None:
        super().__init__()
        self._population = population
        self._source = source
        self._summary = Summary.LAST
        self._spread: Spread | None = None
        self.view = HistogramView()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -histogram"):
            yield self.view
        yield KeyBar()

    def on_mount(self) -> None:
        self._ask()

    def _ask(self) -> None:
        summary = self._summary
        field = self._population.field(summary)
        self._source.ask(
            "the values",
            lambda reader: {run: it[field] for run, it in reader.values([field]).items()},
            lambda found: self.ValuesRead(summary, found),
            self,
            "values",
        )

    def on_histogram_dialog_values_read(self, event: ValuesRead) -> None:
        event.stop()
        if event.summary is self._summary:
            self._spread = spread(event.values, self._population.runs)
            self._draw()

    def on_read_failed(self, event: intents.ReadFailed) -> None:
        event.stop()
        words = f"{event.what} could not be read. {describe(event.error)}"
        self.app.notify(words, severity="error", markup=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if self._spread is not None and self.view.line_width > 0:
            size = (self.view.line_width, self.view.size.height)
            self.view.show(histogram_lines(self._population, self._summary, self._spread, size))

    def action_other_summary(self) -> None:
        self._summary = Summary.BEST if self._summary is Summary.LAST else Summary.LAST
        self._ask()

    def action_dismiss_dialog(self) -> None:
        self.dismiss(None)


def histogram_lines(
    population: Population, summary: Summary, found: Spread, size: tuple[int, int]
) -> list[list[Piece]]:
    """Return what the dialog shows in `size` (columns, rows): a heading, the bins, the runs."""
    width, height = size
    heading = f"{safe(population.metric)}: {summary} value of {count(len(found.values), 'run')}"
    lines: list[list[Piece]] = [[(fit(heading, width), "strong")], [(_words(found), "dim")]]
    counts, starts = merged(found, max(1, height - 3 - min(len(population.shown), 8)))
    step = starts[1] - starts[0] if len(starts) > 1 else 1.0
    room = max(1, width - EDGE_CELLS - COUNT_CELLS - 3 - 2 * min(len(population.shown), 8))
    for at, number in enumerate(counts):
        length = -(-number * room // max(counts)) if number else 0
        here = [
            ("● ", f"series-{charted.slot}")
            for charted in population.shown[:8]
            if (value := found.values.get(charted.run.id)) is not None
            and starts[at] <= value
            and (value < starts[at + 1] or at == len(counts) - 1)
        ]
        edge = fit(tick_label(starts[at], step), EDGE_CELLS, right=True)
        bar = [(edge + " ", "dim"), ("█" * length, "bar"), (f" {number} " if number else " ", "")]
        lines.append([*bar, *here])
    return [*lines, [("", "")], *_rank_lines(population, found, width)]


def merged(found: Spread, rows: int) -> tuple[list[int], list[float]]:
    """Return counts and starts of the bins, neighbours put together until they fit into `rows`."""
    counts, starts = found.counts, found.starts
    while len(counts) > rows and len(counts) > 1:
        last = [starts[-1]] if len(counts) % 2 == 0 else [2 * starts[-1] - starts[-2]]
        counts = [sum(counts[at : at + 2]) for at in range(0, len(counts), 2)]
        starts = starts[: 2 * len(counts) : 2] + last
    return counts, starts


def _words(found: Spread) -> str:
    parts = []
    if found.quartiles is not None:
        low, middle, high = map(short_number, found.quartiles)
        parts.append(f"median {middle}, half of them {low} to {high}")
    if found.odd:
        parts.append(f"{found.odd} not finite")
    if found.without:
        parts.append(f"{found.without} without it")
    return "; ".join(parts) or "no run has it"


def _rank_lines(population: Population, found: Spread, width: int) -> list[list[Piece]]:
    lines = []
    for charted in population.shown[:8]:
        place = found.rank(charted.run.id, population.lower_better)
        words = "no finite value"
        if place is not None:
            value = short_number(found.values[charted.run.id])
            words = f"{value}, place {place} of {len(found.values)}"
        pieces = [("● ", f"series-{charted.slot}"), (f"{safe(charted.run.name)}  {words}", "")]
        lines.append(
            [(fit(text, width) if len(text) > width else text, kind) for text, kind in pieces]
        )
    return lines
