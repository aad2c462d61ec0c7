"""What was evaluated of several runs and versions, a row a metric, and which is best in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlops_tui.domain.direction import known_direction
from mlops_tui.domain.evaluated import direction_of
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.pareto import best_of
from mlops_tui.domain.project import Direction, Project

_LOWER_FIGURES = ("latency_", "memory_", "size_")


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

    @property
    def name(self) -> str:
        """Return such as `accuracy@holdout`; the metric alone where the data has no name."""
        return self.metric if self.dataset is None else f"{self.metric}@{self.dataset}"

    @property
    def is_of_one_version(self) -> bool:
        """Say whether all were measured on the same data, as far as that is known."""
        return len({it for it in self.versions if it is not None}) < 2


def figure_rows(
    described: Project, evaluated: Sequence[Sequence[Evaluation]]
) -> tuple[FigureRow, ...]:
    """Return a row for each metric that was evaluated on a dataset.

    Args:
        described: the project, which may say which way a metric gets better.
        evaluated: of each run or version, at most one evaluation a dataset.
    """
    datasets = dict.fromkeys(it.dataset for found in evaluated for it in found)
    rows = []
    for dataset in datasets:
        own = [next((it for it in found if it.dataset == dataset), None) for found in evaluated]
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
