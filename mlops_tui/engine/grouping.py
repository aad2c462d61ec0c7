"""The one query behind groups of runs, for the command line and the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.filters import Filter, Sort, parse_filter
from mlops_tui.domain.filters_ast import And, Compare, Everything, Has, Node, Not
from mlops_tui.domain.filters_values import to_text
from mlops_tui.domain.groups import Group, apart_from_seeds, best_first, grouped
from mlops_tui.domain.project import Project

if TYPE_CHECKING:
    from mlops_tui.index import FieldFacts

MOST_METRICS = 8
"""So many are put together beside those that the project file names."""


class Reader(Protocol):
    """What is asked of the index."""

    def run_ids(self, where: Filter | None = None, sort: Sort | None = None) -> list[str]: ...  # noqa: D102
    def values(self, fields: Sequence[str]) -> dict[str, dict[str, object]]: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Grouped:
    """Runs in groups, the best first where there is an objective."""

    fields: tuple[str, ...]
    """What runs of a group have in common, as filters name it."""
    metrics: tuple[str, ...]
    groups: tuple[Group, ...]


def group_runs(
    reader: Reader,
    project: Project,
    facts: Sequence[FieldFacts],
    fields: Sequence[str] = (),
    metrics: Sequence[str] = (),
    where: Filter | None = None,
) -> Grouped:
    """Return the runs that pass `where` in groups, by the last values of their metrics.

    Args:
        reader: The index.
        project: Says what matters: its objective, then the metrics it declares.
        facts: What the index says of the fields that runs have.
        fields: What runs of a group have in common; without any, the job and all parameters but
            seeds, of which those in which the groups do not differ are left out.
        metrics: What is put together; without any, what matters to the project, and some more.
        where: Which runs; None for all.
    """
    names = tuple(metrics) or chosen_metrics(project, facts)
    wanted = tuple(fields) or over_seeds(facts)
    ids = reader.run_ids(where)
    values = reader.values([*wanted, *(f"metric.{name}" for name in names)])
    groups = grouped({run_id: values[run_id] for run_id in ids if run_id in values}, wanted, names)
    if not fields:
        groups, wanted = without_constants(groups, wanted)
    if names:
        groups = best_first(groups, names[0], is_lower_better(project, names[0]))
    return Grouped(wanted, names, tuple(groups))


def over_seeds(facts: Sequence[FieldFacts]) -> tuple[str, ...]:
    """Return the job and the parameters but seeds: runs that have the same are repetitions."""
    params = (fact.field for fact in facts if fact.field.startswith("param."))
    return ("job", *apart_from_seeds(params))


def without_constants(
    groups: list[Group], fields: tuple[str, ...]
) -> tuple[list[Group], tuple[str, ...]]:
    """Return groups and fields without the fields in which no two groups of one job differ."""
    jobs = {job: [it.by for it in groups if it.by[0] == job] for job in {it.by[0] for it in groups}}
    kept = [at for at in range(1, len(fields)) if any(_differ(by, at) for by in jobs.values())]
    kept = [0, *kept] if len(jobs) > 1 else kept
    slim = [replace(group, by=tuple(group.by[at] for at in kept)) for group in groups]
    return slim, tuple(fields[at] for at in kept)


def _differ(rows: Sequence[tuple[object, ...]], at: int) -> bool:
    return len({repr(row[at]) for row in rows}) > 1


def chosen_metrics(project: Project, facts: Sequence[FieldFacts]) -> tuple[str, ...]:
    """Return the metrics to show, those that matter first; those that no run has are left out."""
    there = [fact.field[len("metric.") :] for fact in facts if fact.field.startswith("metric.")]
    objective = [project.objective.metric] if project.objective is not None else []
    wanted = [name for name in (*objective, *project.metrics) if name in there]
    return tuple(dict.fromkeys([*wanted, *there[:MOST_METRICS]]))


def filter_of(by: Sequence[tuple[str, object]], where: Filter | None) -> Filter:
    """Return the filter that the runs of one group pass, and no others that pass `where`."""
    parts: list[Node] = [where.node] if where is not None else []
    for field, value in by:
        parts.append(Not(Has(field)) if value is None else Compare(field, "=", to_text(value)))
    node = parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else Everything()
    return parse_filter(str(node))
