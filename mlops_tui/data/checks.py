"""Judges the declared checks of a dataset in one pass over its rows, in bounded memory."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mlops_tui.data.check_results import CheckReport, CheckResult, Status, overall, result_of
from mlops_tui.data.found import FoundRow
from mlops_tui.data.judges import MOST_ROWS, Judge, RowJudge, rule_of
from mlops_tui.data.judges_table import (
    AscendingJudge,
    ColumnsJudge,
    FreshJudge,
    MissingJudge,
    RefersJudge,
    RepeatJudge,
    RowCountJudge,
)
from mlops_tui.data.keys import KeyStore
from mlops_tui.data.places import Places, Read, values_at
from mlops_tui.data.tables import Chunk
from mlops_tui.domain.checks import (
    Ascending,
    Check,
    Duplicates,
    Fresh,
    HasColumn,
    Missing,
    NoOtherColumns,
    Refers,
    RowCount,
    Unique,
)


def _changed(path: Path) -> float:
    """Return when a file was last written, Unix seconds."""
    return os.stat(path).st_mtime


@dataclass(frozen=True, slots=True)
class Around:
    """What checks need to know beside the rows."""

    now: float = field(default_factory=time.time)
    """Unix seconds, UTC."""
    others: Mapping[str, Read | str] = field(default_factory=dict)
    """The datasets that others refer to, or why one cannot be read."""
    id: str | None = None
    """The column that names a row, shown with every offending one."""
    most_rows: int = MOST_ROWS
    """How many offending rows each result shows."""
    changed: Callable[[Path], float] = _changed
    """When a file was last written."""


def judge_checks(
    dataset: str, checks: Sequence[Check], read: Read, around: Around | None = None
) -> CheckReport:
    """Return what the checks of a dataset come to.

    Args:
        dataset: its name, for the report.
        checks: in the order that they are to be reported in.
        read: reads its rows from the first on; called a second time only to show rows that repeat.
        around: what else they need.

    Raises:
        MlopsTuiError: the rows cannot be read.
    """
    given = around or Around()
    optional = _optional(checks)
    with contextlib.ExitStack() as stack:
        judges = [_judge(check, given, stack) for check in checks]
        absent: list[str | None] = [None] * len(checks)
        places, n_rows = Places(), 0
        for chunk in read():
            places.of(chunk)
            n_rows += len(chunk.frame)
            for number, (check, judge) in enumerate(zip(checks, judges, strict=True)):
                lacking = [name for name in check.columns if name not in chunk.frame.columns]
                if not lacking:
                    judge.add(chunk, places)
                elif not optional.issuperset(lacking):
                    absent[number] = absent[number] or _lacking_words(lacking, chunk)
                else:
                    absent[number] = absent[number] or ""
        results = [
            judge.result() if why is None else _absent_result(check, judge, why)
            for check, judge, why in zip(checks, judges, absent, strict=True)
        ]
    results = _with_values(results, read, places, [_context(check, given) for check in checks])
    return CheckReport(dataset, overall(results), n_rows, len(places.files), tuple(results))


def _optional(checks: Sequence[Check]) -> set[str]:
    """Return the columns that are described and need not be there."""
    required = {check.column for check in checks if isinstance(check, HasColumn)}
    described = {
        name for check in checks if check.key.startswith("columns.") for name in check.columns
    }
    return described - required


def _lacking_words(names: Sequence[str], chunk: Chunk) -> str:
    return f"there is no column {' and '.join(names)} in {chunk.file.name}"


def _absent_result(check: Check, judge: Judge, why: str) -> CheckResult:
    """Return what a check comes to whose columns are not there, or not in every file."""
    found = judge.result()
    if not why:
        is_nowhere = found.status is Status.CANNOT_TELL
        words = "the column is not there, which is allowed"
        return result_of(check, Status.OK, words, 0) if is_nowhere else found
    if found.status is Status.FAILED:
        return found
    return result_of(check, Status.FAILED, why, found.n)


def _context(check: Check, around: Around) -> tuple[str, ...]:
    own = [around.id] if around.id else []
    return tuple(dict.fromkeys([*own, *check.columns]))


def _judge(check: Check, around: Around, stack: contextlib.ExitStack) -> Judge:
    context = [around.id] if around.id else []
    rule = rule_of(check)
    if rule is not None:
        return RowJudge(check, rule, context, around.most_rows)
    if isinstance(check, RowCount):
        return RowCountJudge(check)
    if isinstance(check, HasColumn | NoOtherColumns):
        return ColumnsJudge(check)
    if isinstance(check, Missing):
        return MissingJudge(check, context, around.most_rows)
    if isinstance(check, Ascending):
        return AscendingJudge(check, context, around.most_rows)
    if isinstance(check, Fresh):
        return FreshJudge(check, around.now, around.changed)
    store = stack.enter_context(KeyStore(2))
    if isinstance(check, Unique | Duplicates):
        return RepeatJudge(check, store, around.most_rows)
    assert isinstance(check, Refers)
    other = around.others.get(check.dataset, f"{check.dataset} was not given")
    return RefersJudge(check, other, store, around.most_rows)


def _with_values(
    results: Sequence[CheckResult],
    read: Read,
    places: Places,
    columns: Sequence[tuple[str, ...]],
) -> list[CheckResult]:
    """Return the results with the values of those rows of which only the place is known."""
    bare = [row for result in results for row in result.rows if not row.values]
    if not bare:
        return list(results)
    found = values_at(read, places, [places.number(row) for row in bare])
    return [
        replace(
            result,
            rows=tuple(_filled(row, found, places, names) for row in result.rows),
        )
        for result, names in zip(results, columns, strict=True)
    ]


def _filled(
    row: FoundRow, found: Mapping[int, Mapping[str, str]], places: Places, names: Sequence[str]
) -> FoundRow:
    if row.values:
        return row
    values = found.get(places.number(row), {})
    kept = {name: values[name] for name in names if name in values} if names else values
    return replace(row, values=dict(kept))
