"""Runs and model versions side by side: what differs, what was evaluated, and what is best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.evaluated import direction_of
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.models import ModelVersion, parse_version
from mlops_tui.domain.pareto import best_of, pareto_front
from mlops_tui.domain.project import Direction, Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.runs import Run
from mlops_tui.engine.actions_compare import Comparison, compare_runs
from mlops_tui.engine.subjects import find_run, is_version
from mlops_tui.index import Index

_LOWER_FIGURES = ("latency_", "memory_", "size_")


@dataclass(frozen=True, slots=True)
class Subject:
    """One of what is compared."""

    name: str
    """A run's name, or `NAME:3`."""
    run: Run | None
    """Of a version, the run that made it; None where it was registered from a file."""
    version: ModelVersion | None
    evaluations: tuple[Evaluation, ...]
    """The newest on each dataset."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One evaluated metric of all of them on one dataset."""

    metric: str
    dataset: str | None
    figures: tuple[Figure | None, ...]
    direction: Direction | None
    best: tuple[int, ...]
    """Places of the best values; none where that cannot be said."""
    is_clear: bool
    """Whether no other interval reaches into that of the best: what `better` tells exactly."""
    versions: tuple[str | None, ...]
    """Of the dataset."""


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Some runs and versions, and every fact of any of them side by side."""

    subjects: tuple[Subject, ...]
    rows: tuple[Row, ...]
    best: Mapping[str, tuple[int, ...]]
    """By metric that runs recorded, the places of the best."""
    figures: tuple[FigureRow, ...]
    comparison: Comparison
    """Of those that have a run."""
    front: tuple[int, ...] | None
    """Places that none beats in all chosen metrics; None where none were chosen."""


def compare_models(
    project: Path, names: Sequence[str], metrics: Sequence[str] = ()
) -> ModelComparison:
    """Return what runs and model versions have side by side.

    Args:
        project: the project's folder.
        names: of runs, or `NAME:3`, `NAME@champion`.
        metrics: by which none of the front is beaten: `accuracy`, or `accuracy@holdout` for an
            evaluated one on a dataset.

    Raises:
        NotFoundError: there is no such run or version.
        AmbiguousError: there are several.
        InputError: nobody knows which way one of the metrics gets better.
    """
    described = load_project(project)
    with Index.open(project) as index:
        index.ingest()
        subjects = tuple(_subject(index, name) for name in names)
    having = [it.run for it in subjects if it.run is not None]
    found = compare_runs(project, having)
    places = _places(subjects)
    rows = tuple(
        Row(row.section, row.key, tuple(None if at is None else row.values[at] for at in places))
        for row in found.rows
    )
    best = {
        row.key: best_of([_number(it) for it in row.values], known_direction(described, row.key))
        for row in rows
        if row.section is Section.METRICS
    }
    figures = _figure_rows(described, subjects)
    front = _front(described, rows, figures, len(subjects), metrics) if metrics else None
    return ModelComparison(subjects, rows, best, figures, found, front)


def _subject(index: Index, name: str) -> Subject:
    if not is_version(name):
        run = find_run(index, name)
        return Subject(run.name, run, None, _newest(index.evaluations(run_ids=[run.id])))
    version = index.model_version(parse_version(name))
    found = index.evaluations(model=version.model, number=version.number)
    runs = index.runs([version.run_id]) if version.run_id is not None else []
    if runs:
        found += index.evaluations(run_ids=[runs[0].id])
    return Subject(version.name, runs[0] if runs else None, version, _newest(found))


def _newest(found: Sequence[Evaluation]) -> tuple[Evaluation, ...]:
    by_dataset: dict[str | None, Evaluation] = {}
    for it in found:
        if it.error is None:
            by_dataset.setdefault(it.dataset, it)
    return tuple(by_dataset.values())


def _places(subjects: Sequence[Subject]) -> list[int | None]:
    places: list[int | None] = []
    count = 0
    for it in subjects:
        places.append(count if it.run is not None else None)
        count += it.run is not None
    return places


def _figure_rows(described: Project, subjects: Sequence[Subject]) -> tuple[FigureRow, ...]:
    datasets = dict.fromkeys(it.dataset for subject in subjects for it in subject.evaluations)
    rows = []
    for dataset in datasets:
        own = [
            next((it for it in subject.evaluations if it.dataset == dataset), None)
            for subject in subjects
        ]
        names = dict.fromkeys(name for it in own if it is not None for name in it.figures)
        for name in names:
            figures = [None if it is None else it.figures.get(name) for it in own]
            versions = [None if it is None else it.data_version for it in own]
            rows.append(_figure_row(described, name, dataset, figures, versions))
    return tuple(rows)


def _figure_row(
    described: Project,
    metric: str,
    dataset: str | None,
    figures: Sequence[Figure | None],
    versions: Sequence[str | None],
) -> FigureRow:
    direction = _direction(described, metric)
    same = len({it for it in versions if it is not None}) < 2
    values = [None if it is None else it.value for it in figures]
    best = best_of(values, direction) if same else ()  # over other data nothing is best
    is_clear = bool(best) and not any(
        _overlap(figures[best[0]], it) for at, it in enumerate(figures) if at not in best
    )
    return FigureRow(metric, dataset, tuple(figures), direction, best, is_clear, tuple(versions))


def _direction(described: Project, metric: str) -> Direction | None:
    if metric.startswith(_LOWER_FIGURES):
        return Direction.MINIMIZE
    if metric == "rows_per_second":
        return Direction.MAXIMIZE
    return direction_of(metric) or known_direction(described, metric)


def _overlap(one: Figure | None, other: Figure | None) -> bool:
    if one is None or other is None or other.value is None:
        return False
    ends = [one.low, one.high, other.low, other.high]
    if any(it is None for it in ends):
        return True
    low, high, least, most = (float(it or 0.0) for it in ends)
    return low <= most and least <= high


def _front(
    described: Project,
    rows: Sequence[Row],
    figures: Sequence[FigureRow],
    count: int,
    metrics: Sequence[str],
) -> tuple[int, ...]:
    columns, directions = [], []
    for metric in metrics:
        values, direction = _column(described, rows, figures, metric)
        if direction is None:
            hint = f'direction = "maximize" or "minimize" in [metrics.{metric}]'
            raise InputError(f"nobody knows which way {metric} gets better", hint)
        columns.append(values)
        directions.append(direction)
    return pareto_front([[it[at] for it in columns] for at in range(count)], directions)


def _column(
    described: Project, rows: Sequence[Row], figures: Sequence[FigureRow], metric: str
) -> tuple[list[float | None], Direction | None]:
    """Return the values of a metric: evaluated ones before those that runs recorded."""
    for row in figures:
        if metric in (row.metric, f"{row.metric}@{row.dataset}"):
            return [None if it is None else it.value for it in row.figures], row.direction
    for line in rows:
        if line.section is Section.METRICS and line.key == metric:
            return [_number(it) for it in line.values], known_direction(described, metric)
    told = [it.key for it in rows if it.section is Section.METRICS]
    known = sorted({*told, *(row.metric for row in figures)})
    raise InputError(f"none of them has {metric!r}", f"there are: {', '.join(known[:20])}")


def _number(value: object) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]
