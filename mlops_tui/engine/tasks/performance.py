"""The task that judges a model by what it said of a batch: tables in, a report as JSON holds it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import find_tables
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.domain.project import Cost, Objective
from mlops_tui.engine.table_samples import read_sample
from mlops_tui.engine.worker import Progress
from mlops_tui.evaluate.columns import Column, Kind, read_column, read_columns
from mlops_tui.evaluate.outcomes import Outcomes, Roles, read_outcomes, strange_labels, with_truth
from mlops_tui.monitor import drift, kpi, performance
from mlops_tui.monitor.expected import encoded
from mlops_tui.monitor.performed import PerformanceReport
from mlops_tui.monitor.segments import examine_segments, segments_of

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
    by: str | None = None,
    is_by_file: bool = False,
) -> dict[str, object]:
    """Return how a model did on the rows at `current`, beside those at `reference`.

    Args:
        progress: told of steps.
        reference: a file, folder or pattern, absolute; with predictions and truth.
        current: the same, with predictions.
        ask: fields of `Ask`.
        labels: a file, folder or pattern with truth that came later.
        key: the column by which labels find their rows.
        by: a column; each of its values is judged too, against its own past.
        is_by_file: each file of `current` is judged too.

    Raises:
        InputError: something cannot be read, or lacks a column.
    """
    asked = ask_of(ask)
    before, problems = _Table.read(reference), []
    later = None if labels is None else _Table.read(labels)
    progress(1, _STEPS)
    after = _Table.read(current)
    progress(2, _STEPS)
    frame, joined = _joined(after, later, key, asked)
    report = performance_of(before.frame, frame, asked, by)
    parts: list[dict[str, object]] = []
    for path in find_tables(current) if is_by_file else ():
        try:
            own, _ = _joined(_Table.read(str(path)), later, key, asked)
            part = performance_of(before.frame, own, asked)
        except InputError as error:
            problems.append(error.message)
            continue
        parts.append({"name": os.path.basename(path), **part})
    progress(_STEPS, _STEPS)
    sides = [it.problems for it in (before, after, later) if it is not None]
    return {
        "reference": reference,
        "current": current,
        **report,
        "files": parts,
        "in_reference": before.rows,
        "in_current": after.rows,
        "joined": joined,
        "problems": [*(it for side in sides for it in side), *problems],
    }


@dataclass(frozen=True)
class _Table:
    path: str
    frame: pd.DataFrame
    rows: int
    problems: list[str]

    @staticmethod
    def read(path: str) -> _Table:
        problems = Problems()
        frame, rows = read_sample(find_tables(path), MOST_ROWS, problems)
        return _Table(path, frame, rows, [str(it) for it in problems.all()])


def _joined(
    table: _Table, labels: _Table | None, key: str | None, ask: Ask
) -> tuple[pd.DataFrame, dict[str, object] | None]:
    """Return rows with the truth that came later, and how many got one."""
    if labels is None or key is None or ask.truth is None:
        return table.frame, None
    frame, matched = with_truth(table.frame, labels.frame, key, ask.truth)
    facts = {"labels": labels.path, "key": key, "rows": labels.rows, "matched": matched}
    return frame, facts


def performance_of(
    before: pd.DataFrame, after: pd.DataFrame, ask: Ask, by: str | None = None
) -> dict[str, object]:
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
        features = encoded(columns, _same(columns, after))
    setting = performance.Setting(ask.margins, order, features)
    report = performance.examine(*outcomes, setting)
    shape = _shape(report, ask, time if order is not None else None)
    segments = [] if by is None else _segments(before, after, by, outcomes, setting)
    notes = strange_labels(after, outcomes[1], roles)
    return shape | {"by": by, "segments": segments, "notes": notes, "span": _span(after, time)}


def _segments(
    before: pd.DataFrame,
    after: pd.DataFrame,
    by: str,
    outcomes: tuple[Outcomes, Outcomes],
    setting: performance.Setting,
) -> list[dict[str, object]]:
    for what, frame in (("the reference", before), ("the batch", after)):
        if by not in frame:
            names = ", ".join(map(str, frame.columns[:20]))
            raise InputError(f"{what} has no column {by!r}", f"it has: {names}")
    found, _ = segments_of(before[by], after[by])
    reports = examine_segments(outcomes, found, setting)
    return [{"name": name, **plain(asdict(report))} for name, report in reports]


def _span(frame: pd.DataFrame, time: str | None) -> list[float] | None:
    """Return the first and last time of a batch, Unix seconds; None without times."""
    if time is None or time not in frame:
        return None
    values = read_column(time, frame[time], Kind.TIME).present
    return [float(values[0]), float(values[-1])] if len(values) else None


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
