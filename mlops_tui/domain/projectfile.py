"""Reads `mlops.toml` into a `Project` with everything that is wrong in it; runs nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.evaluated import FUNCTION
from mlops_tui.domain.jobtables import read_jobs
from mlops_tui.domain.monitortables import read_monitor
from mlops_tui.domain.problems import Problem
from mlops_tui.domain.project import (
    FILE_NAME,
    Cost,
    Dataset,
    Direction,
    Guardrail,
    Metric,
    Objective,
    Project,
    Role,
)
from mlops_tui.domain.tables import Table
from mlops_tui.domain.toml_files import parse_toml, read_text

if TYPE_CHECKING:
    from mlops_tui.domain.alert_rules import AlertSettings
    from mlops_tui.domain.checks import Check
    from mlops_tui.domain.models import DeclaredModel

ABSENT = "there is no project file here"
CURE = "write one with `mlops-tui init`"
LATER_TABLES = ("serve", "policies")
"""Tables that other parts of the product read; accepted here as they are."""


def load_project(folder: Path) -> Project:
    """Return the project in `folder`, as far as its file can be understood.

    Never raises for what the file holds or that it is not there: `Project.problems` says it.
    """
    file = folder / FILE_NAME
    text = read_text(file, ABSENT, CURE)
    if isinstance(text, Problem):
        return _unread(folder, text, has_file=os.path.lexists(file))
    return parse_project(text, folder, str(file))


def parse_project(text: str, folder: Path, file: str = FILE_NAME) -> Project:
    """Return the project that `text` describes, as if it stood in `file` of `folder`."""
    top = parse_toml(file, text)
    return _unread(folder, top) if isinstance(top, Problem) else _project(folder, top)


def _alerts(table: Table) -> AlertSettings:
    from mlops_tui.domain.alerttables import read_alerts  # most files have no such table

    return read_alerts(table)


def _models(table: Table, datasets: Mapping[str, Dataset]) -> dict[str, DeclaredModel]:
    from mlops_tui.domain.modeltables import read_models  # most files have no such table

    return read_models(table, datasets)


def _unread(folder: Path, problem: Problem, *, has_file: bool = True) -> Project:
    path = Path(os.path.abspath(folder))
    return Project(path, _default_name(folder), problems=(problem,), has_file=has_file)


def _default_name(folder: Path) -> str:
    return os.path.basename(os.path.realpath(folder)) or "project"


def _project(folder: Path, top: Table) -> Project:
    path = Path(os.path.abspath(folder))
    about = top.table("project")
    objective = _objective(top.table("objective"))
    metrics = {table.name: _metric(table) for table in top.table("metrics").subtables()}
    declared = top.table("datasets")
    datasets = {table.name: _dataset(table, declared.data) for table in declared.subtables()}
    jobs = read_jobs(top.table("jobs"), datasets, path)
    project = Project(
        path=path,
        name=about.filled_text("name") or _default_name(folder),
        description=about.text("description") or "",
        tags=about.texts("tags"),
        objective=objective if "objective" in top else None,
        metrics=metrics,
        datasets=datasets,
        jobs=jobs,
        alerts=_alerts(top.table("alerts")) if "alerts" in top else None,
        monitor=read_monitor(top.table("monitor"), datasets),
        models=_models(top.table("models"), datasets) if "models" in top else {},
    )
    about.finish()
    for key in LATER_TABLES:
        top.table(key)
    top.finish()
    return replace(project, problems=top.report.sorted())


def _objective(table: Table) -> Objective:
    cost = _cost(table.table("cost"))
    objective = Objective(
        statement=table.text("statement") or "",
        metric=table.filled_text("metric"),
        target=table.number("target"),
        owner=table.text("owner") or "",
        deadline=table.day("deadline"),
        cost=cost if "cost" in table else None,
        guardrails=tuple(
            guardrail
            for item in table.tables("guardrails")
            if (guardrail := _guardrail(item)) is not None
        ),
    )
    table.finish()
    return objective


def _cost(table: Table) -> Cost:
    cost = Cost(
        currency=table.text("currency") or "",
        false_negative=table.number("false_negative"),
        false_positive=table.number("false_positive"),
        per_unit=table.number("per_unit"),
        units_per_month=table.number("units_per_month"),
    )
    if cost.units_per_month is not None and cost.units_per_month <= 0:
        table.problem("units_per_month", "expected a number above 0: decisions in a month")
    table.finish()
    return cost


def _guardrail(table: Table) -> Guardrail | None:
    metric = table.filled_text("metric")
    least, most = table.number("min"), table.number("max")
    table.finish()
    if "metric" not in table:
        table.problem("", "`metric` is missing: a guardrail watches one", 'add metric = "..."')
    if "min" not in table and "max" not in table:
        table.problem("", "`min` or `max` is missing: a guardrail needs a bound", "add max = ...")
    if least is not None and most is not None and least > most:
        table.problem("min", f"min {least} is greater than max {most}")
    return None if metric is None else Guardrail(metric, least, most)


def _metric(table: Table) -> Metric:
    function = table.text("function")
    if function is not None and not FUNCTION.fullmatch(function):
        words = "expected module:function, which is called with y_true, y_pred[, y_score]"
        table.problem("function", words, 'write "scores:profit" for profit of scores.py')
    direction, unit = table.one_of("direction", Direction), table.text("unit") or ""
    table.finish()
    return Metric(table.name, direction, unit, function)


def _checks(table: Table, names: Collection[str], timestamp: str | None) -> tuple[Check, ...]:
    from mlops_tui.domain.checktables import read_checks  # few datasets have any, and it is large

    return read_checks(table, names, timestamp)


def _dataset(table: Table, names: Collection[str]) -> Dataset:
    if not table.name.strip() or not table.name.isprintable():
        table.problem("", "expected a name that can be read")
    if "path" not in table:
        table.problem("", "`path` is missing: a file, folder or glob", 'add path = "..."')
    timestamp = table.filled_text("timestamp")
    dataset = Dataset(
        name=table.name,
        path=table.filled_text("path") or "",
        role=table.one_of("role", Role),
        target=table.filled_text("target"),
        id=table.filled_text("id"),
        timestamp=timestamp,
        group=table.filled_text("group"),
        description=table.text("description") or "",
        line=table.line,
        checks=_checks(table.table("checks"), names, timestamp) if "checks" in table else (),
        segments=table.texts("segments"),
    )
    table.finish()
    return dataset
