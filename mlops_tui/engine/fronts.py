"""Which of several runs and versions none beats in all chosen metrics, and who beats the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.business import figure_name
from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.models import Gate
from mlops_tui.domain.pareto import Number, beaten_by
from mlops_tui.domain.project import Direction, Project
from mlops_tui.engine.figure_rows import FigureRow

_NAMED = 20


@dataclass(frozen=True, slots=True)
class Front:
    """What is beaten by nothing in some metrics; by their values alone."""

    metrics: tuple[str, ...]
    beaten_by: tuple[tuple[int, ...] | None, ...]
    """Of each the places of those nowhere worse and somewhere better; None where it lacks one."""
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[int, ...]:
        """Return the places of those that nothing beats."""
        return tuple(at for at, it in enumerate(self.beaten_by) if it == ())


@dataclass(frozen=True, slots=True)
class _Column:
    values: Sequence[Number]
    direction: Direction | None
    apart: str = ""
    """Several versions of a dataset, on which it was measured."""


def front_of(
    described: Project,
    rows: Sequence[Row],
    figures: Sequence[FigureRow],
    count: int,
    metrics: Sequence[str],
) -> Front:
    """Return who beats whom in all of some metrics.

    What was evaluated on different versions of a dataset is not compared: a note says so.

    Args:
        described: the project, which may say which way a metric gets better.
        rows: what runs recorded.
        figures: what was evaluated.
        count: how many runs and versions there are.
        metrics: `accuracy`, or `accuracy@holdout` for an evaluated one on a dataset.

    Raises:
        InputError: none has one of the metrics, or nobody knows which way it gets better.
    """
    columns, directions = [], []
    for metric in metrics:
        column = _column(described, rows, figures, metric)
        if column.direction is None:
            name = metric.partition("@")[0]
            hint = f'direction = "maximize" or "minimize" in [metrics.{name}]'
            raise InputError(f"nobody knows which way {metric} gets better", hint)
        columns.append(column)
        directions.append(column.direction)
    points = [[it.values[at] for it in columns] for at in range(count)]
    apart: dict[str, list[str]] = {}
    for metric, column in zip(metrics, columns, strict=True):
        if column.apart:
            apart.setdefault(column.apart, []).append(metric.partition("@")[0])
    notes = tuple(
        f"measured on {where}, so that nothing is beaten: {', '.join(names)}"
        for where, names in apart.items()
    )
    return Front(tuple(metrics), beaten_by(points, directions), notes)


def choosable(
    described: Project, rows: Sequence[Row], figures: Sequence[FigureRow]
) -> list[tuple[str, Direction]]:
    """Return the metrics that a front can be over, evaluated ones first, and their directions."""
    found = {it.name: it.direction for it in figures if it.direction is not None}
    for row in rows:
        if row.section is Section.METRICS and any(_number(it) is not None for it in row.values):
            direction = known_direction(described, row.key)
            if direction is not None:
                found.setdefault(row.key, direction)
    return list(found.items())


def usual_metrics(
    described: Project, figures: Sequence[FigureRow], known: Sequence[str], gate: Gate | None
) -> tuple[str, ...]:
    """Return what a front is over where nobody chose: of the objective and the gate.

    Args:
        described: the project.
        figures: what was evaluated.
        known: the names of all metrics to choose from.
        gate: of the model that all are versions of; None for none.
    """
    wanted: list[str] = []
    dataset = None
    if gate is not None:
        dataset = gate.dataset
        wanted += [it.metric for it in gate.metrics]
        wanted += [gate.champion.metric] if gate.champion is not None else []
    objective = described.objective
    if objective is not None:
        wanted = [*([objective.metric] if objective.metric else []), *wanted]
        if gate is None or gate.guardrails:
            wanted += [it.metric for it in objective.guardrails]
    names = [_meant(it, figures, known, dataset) for it in wanted]
    return tuple(dict.fromkeys(it for it in names if it is not None))


def _meant(
    metric: str, figures: Sequence[FigureRow], known: Sequence[str], dataset: str | None
) -> str | None:
    """Return the metric to choose from that is meant: on that dataset, on any, as recorded."""
    for on in dict.fromkeys((dataset, *(it.dataset for it in figures))):
        there = {it.metric: it.name for it in figures if it.dataset == on}
        name = figure_name(metric, there)
        if name is not None and there[name] in known:
            return there[name]
    return metric if metric in known else None


def _column(
    described: Project, rows: Sequence[Row], figures: Sequence[FigureRow], metric: str
) -> _Column:
    """Return the values of a metric: evaluated ones before those that runs recorded."""
    for row in figures:
        if metric in (row.metric, row.name):
            if not row.is_of_one_version:
                versions = len({it for it in row.versions if it is not None})
                nothing = [None] * len(row.figures)
                return _Column(nothing, row.direction, f"{versions} versions of {row.dataset}")
            return _Column([None if it is None else it.value for it in row.figures], row.direction)
    for line in rows:
        if line.section is Section.METRICS and line.key == metric:
            direction = known_direction(described, metric)
            return _Column([_number(it) for it in line.values], direction)
    told = [it.key for it in rows if it.section is Section.METRICS]
    known = sorted({*told, *(row.metric for row in figures)})
    raise InputError(f"none of them has {metric!r}", f"there are: {', '.join(known[:_NAMED])}")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
