"""A metric over the versions of a model, on one dataset: a chart and a list; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.business import figure_name
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import CHAMPION, ModelVersion
from mlops_tui.domain.project import Project
from mlops_tui.domain.text import count, safe, with_unit
from mlops_tui.ui import palette, raster
from mlops_tui.ui.axes import Axis, nice_step, value_axis
from mlops_tui.ui.evaluation_rows import FEW, bounds, number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import moment
from mlops_tui.ui.objective import objective_metric
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.raster import Line, Mark, Symbols
from mlops_tui.ui.widgets.line_chart import LABELS, plot_rows
from mlops_tui.ui.widgets.pieces import Piece, fit
from mlops_tui.ui.widgets.wrapped_view import Lines

POINT, CROWNED = "●", "◆"
_VALUE, _CHAMPION = 0, 1
"""Slots of the palette."""
CELLS_FOR_BARS = 2
"""A version needs so many for its interval not to run into the next one's."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One version with what was measured of it."""

    version: ModelVersion
    evaluation: Evaluation
    figure: Figure

    @property
    def is_champion(self) -> bool:
        return CHAMPION in self.version.aliases


@dataclass(frozen=True, slots=True)
class Course:
    """A metric over versions, the oldest first, all on the same rows."""

    metric: str
    dataset: str | None
    """None where no version was evaluated on a dataset that has a name."""
    data_version: str | None
    measured: Sequence[Measured] = ()
    elsewhere: int = 0
    """Versions that were measured on other rows only, which cannot be set beside these."""
    unmeasured: int = 0
    """Versions without this metric on this dataset."""
    metrics: Sequence[str] = ()
    """All there are on this dataset."""
    datasets: Sequence[str] = ()
    """All that versions were measured on."""


def course(
    project: Project,
    model: str,
    versions: Sequence[ModelVersion],
    evaluations: Sequence[Evaluation],
    metric: str | None = None,
    dataset: str | None = None,
) -> Course:
    """Return how good the versions of a model are, by the newest evaluation of each.

    Args:
        project: whose gate and objective say which metric and dataset where nobody does.
        model: its name.
        versions: of it, in any order.
        evaluations: the newest first, of anything.
        metric: None for that of the gate, else the objective's, else the first.
        dataset: None for that of the gate, else the one that the newest evaluation is on.
    """
    own = [it for it in evaluations if it.model == model and it.error is None and it.dataset]
    datasets = list(dict.fromkeys(it.dataset for it in own if it.dataset))
    gate = project.gate_of(model)
    wished = dataset or (None if gate is None else gate.dataset)
    shown = wished if wished in datasets else datasets[0] if datasets else None
    here = [it for it in own if it.dataset == shown]
    metrics = list(dict.fromkeys(name for it in here for name in it.figures))
    meant = metric if metric in metrics else usual_metric(project, model, metrics)
    data_version = here[0].data_version if here else None
    newest: dict[int, Evaluation] = {}
    elsewhere = set()
    for it in here:
        if it.number is None or meant not in it.figures:
            continue
        if it.data_version == data_version:
            newest.setdefault(it.number, it)
        else:
            elsewhere.add(it.number)
    measured = [
        Measured(it, newest[it.number], newest[it.number].figures[meant])
        for it in sorted(versions, key=lambda it: it.number)
        if it.number in newest
    ]
    others = len(elsewhere - newest.keys())
    unmeasured = len(versions) - len(measured) - others
    return Course(meant, shown, data_version, measured, others, unmeasured, metrics, datasets)


def usual_metric(project: Project, model: str, metrics: Sequence[str]) -> str:
    """Return the metric that decides: the gate's, else the objective's, else the first."""
    gate = project.gate_of(model)
    wanted = []
    if gate is not None:
        wanted = [] if gate.champion is None else [gate.champion.metric]
        wanted += [it.metric for it in gate.metrics]
    objective = objective_metric(project)
    wanted += [] if objective is None else [objective]
    found = (figure_name(it, dict.fromkeys(metrics)) for it in wanted)
    return next((it for it in found if it is not None), metrics[0] if metrics else "")


def chart_lines(shown: Course, size: tuple[int, int], symbols: Symbols) -> Lines:
    """Return the chart on `size` (columns, rows) cells: intervals as bars, champions as diamonds.

    The last row counts versions; no lines where there is nothing to draw.
    """
    columns, rows = size[0] - LABELS - 1, size[1] - 1
    points = [
        (it, it.figure.value)
        for it in shown.measured
        if it.figure.value is not None and math.isfinite(it.figure.value)
    ]
    if not points or columns < 8 or rows < 2:
        return []
    first, last = points[0][0].version.number, points[-1][0].version.number
    x_axis = Axis(first - 0.5, last + 0.5, max(1.0, nice_step(last - first + 1, columns // 8)))
    has_bars = CELLS_FOR_BARS * (last - first + 1) <= columns
    bars = [
        (it, low, high)
        for it, _ in points
        if has_bars and (low := it.figure.low) is not None and (high := it.figure.high) is not None
    ]
    reach = [value for _, value in points]
    reach += [end for _, low, high in bars for end in (low, high)]
    y_axis = value_axis(min(reach), max(reach), max(2, rows // 2))
    lines = [
        Line([it.version.number] * 2, [low, high], _slot(it) + palette.SLOTS)
        for it, low, high in bars
    ]
    xs = [float(it.version.number) for it, _ in points]
    lines.append(Line(xs, [value for _, value in points], _VALUE))
    marks = [
        Mark(it.version.number, value, CROWNED if it.is_champion else POINT, _slot(it))
        for it, value in sorted(points, key=lambda pair: pair[0].is_champion)
    ]
    picture = raster.draw(lines, x_axis, y_axis, (columns, rows), symbols, marks)
    return [*plot_rows(picture, y_axis), [(_version_row(x_axis, columns), "axis")]]


def _slot(it: Measured) -> int:
    return _CHAMPION if it.is_champion else _VALUE


def _version_row(axis: Axis, columns: int) -> str:
    cells = list(" " * (LABELS + columns))
    cells[: LABELS - 1] = fit("version", LABELS - 1)
    taken = LABELS
    for value in axis.ticks():
        label = f":{round(value)}"
        start = LABELS + round(axis.share(value) * (columns - 1)) - (len(label) - 1) // 2
        start = max(LABELS, min(start, len(cells) - len(label)))
        if start >= taken and round(value) > 0:
            cells[start : start + len(label)] = label
            taken = start + len(label) + 1
    return "".join(cells)


def title_pieces(model: str, shown: Course, unit: str) -> list[Piece]:
    """Return what is drawn, and what the signs mean."""
    pieces: list[Piece] = [
        (f" {safe(model)}", "title"),
        (f"  {safe(with_unit(shown.metric, unit))}", "title"),
    ]
    if shown.dataset is not None:
        data = f" {shown.data_version[:SHORT]}" if shown.data_version else ""
        pieces.append((f" on {safe(shown.dataset)}{data}", ""))
    pieces.append((f"  {POINT} │ 95 %", f"series-{_VALUE}"))
    if any(it.is_champion for it in shown.measured):
        pieces.append((f"  {CROWNED} champion", f"series-{_CHAMPION}"))
    return pieces


def left_out(shown: Course) -> str:
    """Say which versions are not in the chart, and why."""
    words = []
    if shown.elsewhere:
        words.append(f"{count(shown.elsewhere, 'version')} on other rows of it")
    if shown.unmeasured:
        words.append(f"{shown.unmeasured:,} not evaluated")
    return ", ".join(words)


def course_content(shown: Course) -> PlaceContent:
    """Return the versions as rows, the newest first."""
    heads = (
        *(Head("Version", True), Head("Value", True), Head("95 % interval"), Head("n", True)),
        *(Head("Aliases"), Head("Evaluated")),
    )
    rows = [_row(it, shown.metric) for it in reversed(shown.measured)]
    return PlaceContent(heads, rows, left_out(shown))


def _row(it: Measured, metric: str) -> PlaceRow:
    figure, aliases = it.figure, ", ".join(safe(alias) for alias in it.version.aliases)
    cells: list[Piece] = [
        (f":{it.version.number}", "strong"),
        (number(figure.value), "strong"),
        (bounds(figure.low, figure.high) or "-", "dim"),
        *((f"{figure.n or 0:,}", "dim"), (aliases, "good" if it.is_champion else "")),
        (moment(it.evaluation.at), "dim"),
    ]
    facts: list[Fact] = [
        ("version", it.version.name),
        (safe(metric), f"{number(figure.value)}, {bounds(figure.low, figure.high) or FEW}"),
        ("n", f"{figure.n or 0:,} rows"),
    ]
    if it.version.note:
        facts.append(("note", safe(it.version.note)))
    return PlaceRow(str(it.version.number), cells, facts)
