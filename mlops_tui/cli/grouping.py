"""Groups of runs on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.listing import print_table
from mlops_tui.cli.reading import open_index
from mlops_tui.cli.table import Column
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import Filter
from mlops_tui.domain.groups import Group, Spread
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import short_number
from mlops_tui.engine.grouping import Grouped, group_runs

SEEDS = "seeds"


def show_groups(
    project: Path, by: str, metrics: Sequence[str], where: Filter | None, as_json: bool
) -> int:
    """Print the groups of runs, the best first.

    Raises:
        InputError: `by` names nothing, or a field or metric that no run has.
    """
    fields = [part.strip() for part in by.split(",") if part.strip()]
    if not fields:
        raise InputError("--group-by names nothing", "such as lr,tag.team, or seeds")
    fields = [] if fields == [SEEDS] else fields
    with open_index(project) as index:
        facts = index.field_facts()
        known = {fact.field for fact in facts}
        for name in metrics:
            if f"metric.{name}" not in known:
                raise InputError(f"no run has a metric {name!r}", "mlops-tui runs shows them")
        found = group_runs(index, load_project(project), facts, fields, metrics, where)
    if as_json:
        output.json_data([shape(found, group) for group in found.groups])
        return 0
    heads = [*found.fields, "runs", *found.metrics]
    rows = [
        [
            *("-" if value is None else _text(value) for value in group.by),
            str(len(group.ids)),
            *(words(group.spreads.get(name)) for name in found.metrics),
        ]
        for group in found.groups
    ]
    if not rows:
        output.words("no run passes the filter" if where else "no runs yet: mlops-tui run JOB")
        return 0
    print_table([Column(head, at >= len(found.fields)) for at, head in enumerate(heads)], rows)
    output.words("mean of the last values, with the 95 % interval where runs are repetitions")
    return 0


def shape(found: Grouped, group: Group) -> dict[str, object]:
    """Return a group as JSON has it; the interval of one value is null."""
    return {
        "by": dict(zip(found.fields, group.by, strict=True)),
        "runs": list(group.ids),
        "metrics": {name: _spread_shape(group.spreads.get(name)) for name in found.metrics},
    }


def _spread_shape(spread: Spread | None) -> dict[str, object] | None:
    if spread is None:
        return None
    half = spread.half_width
    return {
        "n": spread.n,
        "mean": spread.mean,
        "low": None if half is None else spread.mean - half,
        "high": None if half is None else spread.mean + half,
        "min": spread.least,
        "max": spread.most,
        "not_finite": spread.left_out,
    }


def words(spread: Spread | None) -> str:
    """Return mean and interval with the values there are, for people."""
    if spread is None:
        return "-"
    if spread.half_width is None:
        return short_number(spread.mean)
    return f"{short_number(spread.mean)} ±{short_number(spread.half_width, 2)}"


def _text(value: object) -> str:
    return short_number(value) if isinstance(value, float) else str(value)
