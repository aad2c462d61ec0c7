"""The task that judges a model by what it said of a batch: tables in, a report as JSON holds it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Objective
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.worker import Progress
from mlops_tui.monitor import drift, kpi, performance
from mlops_tui.monitor.columns import Column, read_columns
from mlops_tui.monitor.outcomes import Roles, read_outcomes, strange_labels, with_truth
from mlops_tui.monitor.performed import PerformanceReport

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_000_000
"""Rows of each side that are judged; of more, as many are drawn at random."""
_STEPS = 3


@dataclass(frozen=True)
class Ask:
    """What is to be judged by; as JSON holds it."""

    truth: str | None = None
    prediction: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    positive: str | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    time: str | None = None
    """The column that orders the rows; None: the only one with times."""
    leave_out: Sequence[str] = ()
    """Columns that no loss is foretold from."""
    objective: Mapping[str, Any] | None = None
    """`metric` and `target`."""
    cost: Mapping[str, Any] | None = None
    """Fields of `domain.project.Cost`."""

    @property
    def roles(self) -> Roles:
        """Which columns say what."""
        problem = ProblemKind(self.problem) if self.problem else None
        return Roles(self.truth, self.prediction, self.scores, problem, self.positive)


def ask_of(given: Mapping[str, Any]) -> Ask:
    """Return what is asked, from JSON; keys that are not known are left out."""
    known = {it.name for it in fields(Ask)}
    return Ask(**{key: value for key, value in given.items() if key in known})


def judge(
    progress: Progress,
    reference: str,
    current: str,
    ask: Mapping[str, Any],
    labels: str | None = None,
    key: str | None = None,
) -> dict[str, object]:
    """Return how a model did on the rows at `current`, beside those at `reference`.

    Args:
        progress: told of steps.
        reference: a file, folder or pattern, absolute; with predictions and truth.
        current: the same, with predictions.
        ask: fields of `Ask`.
        labels: a file, folder or pattern with truth that came later.
        key: the column by which labels find their rows.

    Raises:
        InputError: something cannot be read, or lacks a column.
    """
    problems = [Problems(), Problems(), Problems()]
    before, rows_before = read_sample(find_tables(reference), MOST_ROWS, problems[0])
    progress(1, _STEPS)
    after, rows_after = read_sample(find_tables(current), MOST_ROWS, problems[1])
    progress(2, _STEPS)
    asked = ask_of(ask)
    joined = None
    if labels is not None and key is not None and asked.truth is not None:
        later, _ = read_sample(find_tables(labels), MOST_ROWS, problems[2])
        after, matched = with_truth(after, later, key, asked.truth)
        joined = {"labels": labels, "key": key, "rows": len(later), "matched": matched}
    report = performance_of(before, after, asked)
    progress(_STEPS, _STEPS)
    return {
        "reference": reference,
        "current": current,
        **report,
        "in_reference": rows_before,
        "in_current": rows_after,
        "joined": joined,
        "problems": [str(problem) for it in problems for problem in it.all()],
    }


def performance_of(before: pd.DataFrame, after: pd.DataFrame, ask: Ask) -> dict[str, object]:
    """Return the report of two tables.

    Raises:
        InputError: a column is missing.
    """
    roles = ask.roles
    outcomes = read_outcomes(before, after, roles)
    apart = {*roles.columns, *ask.leave_out}
    columns = read_columns(before[[name for name in before.columns if str(name) not in apart]])
    time = ask.time if ask.time is not None else drift.find_time(columns)
    order = drift.time_order(columns, time)
    features = None
    if outcomes[0].problem is ProblemKind.REGRESSION:
        features = (columns, _same(columns, after))
    setting = performance.Setting(ask.margins, order, features)
    report = performance.examine(*outcomes, setting)
    notes = strange_labels(after, outcomes[1], roles)
    return _shape(report, ask, time if order is not None else None) | {"notes": notes}


def _same(columns: Mapping[str, Column], frame: pd.DataFrame) -> dict[str, Column]:
    kinds = {name: column.kind for name, column in columns.items()}
    return read_columns(frame[[name for name in frame.columns if str(name) in kinds]], kinds)


def _shape(report: PerformanceReport, ask: Ask, time: str | None) -> dict[str, object]:
    cost = Cost(**ask.cost) if ask.cost is not None else None
    objective = Objective(**ask.objective) if ask.objective is not None else None
    money = kpi.money(report, cost)
    state = kpi.objective_state(report, objective, money)
    shape: dict[str, object] = plain(asdict(report))
    return shape | {
        "time": time,
        "money": plain([asdict(it) for it in money]),
        "objective": plain(asdict(state)) if state is not None else None,
    }


def plain(value: Any) -> Any:
    """Return a value with null for numbers that do not exist."""
    if isinstance(value, Mapping):
        return {key: plain(it) for key, it in value.items()}
    if isinstance(value, list | tuple):
        return [plain(it) for it in value]
    return None if isinstance(value, float) and math.isnan(value) else value
