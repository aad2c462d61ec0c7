"""How far a project is from its business objective, by the best that was evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.evaluations import Evaluation, Figure
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run


@dataclass(frozen=True, slots=True)
class Reached:
    """The best value of the KPI, and where it comes from."""

    value: float
    low: float | None
    """Of the 95 % interval; None where only a run's own figure is known."""
    high: float | None
    n: int | None
    """Rows; None where that is not known."""
    metric: str
    """The metric that was measured."""
    subject: str
    """The run or version."""
    dataset: str | None
    is_evaluated: bool
    """False for a figure that a run told of itself."""


@dataclass(frozen=True, slots=True)
class Money:
    """What errors cost in a month, in the objective's currency."""

    value: float
    low: float | None
    high: float | None
    subject: str
    per_unit: float
    n: int | None
    baseline: float | None
    """The same of a constant answer; None where that was not measured."""


@dataclass(frozen=True, slots=True)
class Business:
    """The objective and how far it is."""

    statement: str
    metric: str | None
    target: float | None
    owner: str
    deadline: date | None
    best: Reached | None
    is_reached: bool | None
    """Whether the whole interval is beyond the target; None where chance could decide, or where
    there is no target or no value."""
    distance: float | None
    """From the best value to the target, in the metric's unit; 0 where it is there."""
    currency: str
    units_per_month: float | None
    money: Money | None


def business_of(
    project: Project,
    runs: Sequence[Run],
    evaluations: Sequence[Evaluation],
    report: Mapping[str, object] | None = None,
) -> Business | None:
    """Return how far the objective is; None where none is declared.

    Args:
        project: what its file says.
        runs: the latest, newest first.
        evaluations: newest first; without those that failed.
        report: of the newest evaluation.
    """
    objective = project.objective
    if objective is None:
        return None
    kept = _kept_apart(evaluations)
    names = {it.id: it.name for it in runs}
    best = None
    if objective.metric is not None:
        best = _best_evaluated(project, objective.metric, kept, names)
        best = best or _best_told(project, objective.metric, runs)
    cost = objective.cost
    units = cost.units_per_month if cost is not None else None
    return Business(
        statement=objective.statement,
        metric=objective.metric,
        target=objective.target,
        owner=objective.owner,
        deadline=objective.deadline,
        best=best,
        is_reached=_is_reached(project, objective.metric, objective.target, best),
        distance=_distance(project, objective.metric, objective.target, best),
        currency=cost.currency if cost is not None else "",
        units_per_month=units,
        money=None if units is None else _money(kept, names, units, report),
    )


def figure_name(metric: str, names: Mapping[str, object]) -> str | None:
    """Return which metric of an evaluation an objective's metric is; None for none of them.

    The name itself, one with something before it such as `holdout_accuracy`, or a cost.
    """
    if metric in names:
        return metric
    ends = [it for it in names if metric.endswith(f"_{it}")]
    if ends:
        return max(ends, key=len)
    return "cost" if "cost" in names and "cost" in metric.split("_") else None


def _kept_apart(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Return the evaluations on one version of the data that is furthest from training."""
    for role in ("holdout", "validation", None):
        own = [it for it in evaluations if it.role == role]
        if own:
            last = own[0]
            return [
                it
                for it in own
                if (it.dataset, it.data_version) == (last.dataset, last.data_version)
            ]
    return []


def _best_evaluated(
    project: Project, metric: str, evaluations: Sequence[Evaluation], names: Mapping[str, str]
) -> Reached | None:
    found: list[tuple[float, Reached]] = []
    sign = -1.0 if is_lower_better(project, metric) else 1.0
    for it in evaluations:
        name = figure_name(metric, it.figures)
        figure = it.figures[name] if name is not None else Figure(None)
        if name is not None and figure.value is not None:
            who = names.get(it.subject, it.subject)
            told = (figure.low, figure.high, figure.n, name, who, it.dataset, True)
            found.append((sign * figure.value, Reached(figure.value, *told)))
    return max(found, key=lambda it: it[0])[1] if found else None


def _best_told(project: Project, metric: str, runs: Sequence[Run]) -> Reached | None:
    sign = -1.0 if is_lower_better(project, metric) else 1.0
    found = [
        (sign * it.metrics[metric].last, it)
        for it in runs
        if metric in it.metrics and it.metrics[metric].last == it.metrics[metric].last
    ]
    if not found:
        return None
    run = max(found, key=lambda it: it[0])[1]
    told = (None, None, None, metric, run.name, None, False)
    return Reached(run.metrics[metric].last, *told)


def _is_reached(
    project: Project, metric: str | None, target: float | None, best: Reached | None
) -> bool | None:
    if metric is None or target is None or best is None:
        return None
    ends = [best.low, best.high]
    if None in ends:
        return None
    is_lower = is_lower_better(project, metric)
    beyond = [it <= target if is_lower else it >= target for it in ends if it is not None]
    return True if all(beyond) else None if any(beyond) else False


def _distance(
    project: Project, metric: str | None, target: float | None, best: Reached | None
) -> float | None:
    if metric is None or target is None or best is None:
        return None
    away = best.value - target if is_lower_better(project, metric) else target - best.value
    return max(0.0, away)


def _money(
    kept: Sequence[Evaluation],
    names: Mapping[str, str],
    units: float,
    report: Mapping[str, object] | None,
) -> Money | None:
    costs = [(it.figures["cost"], it) for it in kept if "cost" in it.figures]
    known = [(figure.value, figure, it) for figure, it in costs if figure.value is not None]
    if not known:
        return None
    value, figure, best = min(known, key=lambda it: it[0])
    low, high = (None if it is None else it * units for it in (figure.low, figure.high))
    who = names.get(best.subject, best.subject)
    dummy = _dummy_cost(report) if (report or {}).get("dataset") == best.dataset else None
    baseline = None if dummy is None else dummy * units
    return Money(value * units, low, high, who, value, figure.n, baseline)


def _dummy_cost(report: Mapping[str, object] | None) -> float | None:
    lines = (report or {}).get("baselines")
    for it in lines if isinstance(lines, list) else []:
        if isinstance(it, dict) and it.get("name") == "dummy":
            metrics = it.get("metrics")
            cost = metrics.get("cost") if isinstance(metrics, dict) else None
            value = cost.get("value") if isinstance(cost, dict) else None
            return float(value) if isinstance(value, int | float) else None
    return None
