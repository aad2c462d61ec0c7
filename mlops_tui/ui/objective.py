"""What a project is after, in words, and which of two values is nearer to it."""

from __future__ import annotations

from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.filters import Sort, SortKey
from mlops_tui.domain.project import Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_number
from mlops_tui.ui.charted import Meaning


def metric_meaning(project: Project) -> Meaning:
    """Return what the project says of its metrics: units, and which get better downwards."""
    units = {name: metric.unit for name, metric in project.metrics.items()}
    return Meaning(units, lambda metric: is_lower_better(project, metric))


def evaluated_units(project: Project) -> dict[str, str]:
    """Return the units of metrics that are evaluated; costs are in the objective's currency."""
    units = {name: metric.unit for name, metric in project.metrics.items()}
    cost = project.objective.cost if project.objective is not None else None
    return {"cost": cost.currency, **units} if cost is not None else units


def objective_metric(project: Project) -> str | None:
    """Return the metric the project is judged by, if it names one."""
    return project.objective.metric if project.objective else None


def target_words(project: Project) -> str:
    """Return the objective such as `cost ≤ 190 EUR`; empty where the project has none."""
    metric = objective_metric(project)
    if metric is None or project.objective is None:
        return ""
    if project.objective.target is None:
        return safe(metric)
    sign = "≤" if is_lower_better(project, metric) else "≥"
    return (
        f"{safe(metric)} {sign} {short_number(project.objective.target)}{unit_of(project, metric)}"
    )


def unit_of(project: Project, metric: str) -> str:
    """Return the unit with a blank before it, as it stands after a value; empty without one."""
    declared = project.metrics.get(metric)
    unit = declared.unit if declared is not None else ""
    return f" {safe(unit)}" if unit and unit != "1" else ""


def best_first(project: Project, metric: str) -> Sort:
    """Return the order that has the best last value of `metric` first."""
    return Sort((SortKey(f"metric.{metric}", not is_lower_better(project, metric)),))


def value_of(run: Run | None, metric: str | None) -> float | None:
    """Return the run's last value of `metric`; None where there is none or it is NaN."""
    if run is None or metric is None or metric not in run.metrics:
        return None
    value = run.metrics[metric].last
    return value if value == value else None


def is_reached(project: Project, value: float | None) -> bool:
    """Say whether `value` meets the target."""
    metric = objective_metric(project)
    if value is None or metric is None or project.objective is None:
        return False
    target = project.objective.target
    if target is None:
        return False
    return value <= target if is_lower_better(project, metric) else value >= target
