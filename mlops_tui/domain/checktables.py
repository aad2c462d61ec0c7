"""Reads and checks the `[datasets.X.checks]` tables of a project file."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import TypedDict, TypeVar

from mlops_tui.domain import patterns
from mlops_tui.domain.checks import (
    Ascending,
    Bound,
    Check,
    ColumnType,
    Duplicates,
    Fresh,
    HasColumn,
    HasLength,
    HasType,
    InRange,
    Matches,
    Missing,
    NoOtherColumns,
    OneOf,
    Refers,
    Related,
    RowCount,
    Scalar,
    Sign,
    Unique,
)
from mlops_tui.domain.tables import Table, describe, dotted, is_number, is_whole, read_flag

Ordered = TypeVar("Ordered", int, float)

_NUMBERS = (ColumnType.INT, ColumnType.FLOAT)
_SIGN = re.compile(r"<=|>=|==|!=|<|>|=")
_QUOTED = re.compile(r"`[^`]*`")
_SHARE_HINT = "1 % is 0.01"


def read_checks(
    table: Table, datasets: Collection[str], timestamp: str | None
) -> tuple[Check, ...]:
    """Return every expectation as far as it can be understood, in the order of the columns.

    Args:
        table: `[datasets.X.checks]`.
        datasets: the names of all datasets, for what refers to another one.
        timestamp: the dataset's column of time, if it has one.
    """
    found: list[Check] = [*_row_count(table)]
    required = _columns(table, "required")
    found += [
        HasColumn(**_at(table, "required", number), column=name)
        for number, name in enumerate(required)
    ]
    own: list[Check] = []
    declared = list(table.table("columns").subtables())
    for column in declared:
        own += _column(column, datasets)
    known = tuple(dict.fromkeys([*required, *(column.name for column in declared)]))
    found += _no_others(table, known) + own
    found += _uniques(table) + _duplicates(table) + _fresh(table, timestamp)
    found += [
        Ascending(**_at(table, "sorted", number), column=name)
        for number, name in enumerate(_columns(table, "sorted"))
    ]
    found += _relations(table) + _references(table.table("references"), datasets)
    table.finish()
    return tuple(found)


class _At(TypedDict):
    """Where a check is declared, as every check takes it."""

    key: str
    line: int


def _at(table: Table, *parts: str | int) -> _At:
    path = (*table.path, *parts)
    return {"key": dotted(path[3:]), "line": Table(table.report, path, {}).line}


def _row_count(table: Table) -> list[Check]:
    value = table.data.get("rows")
    if value is not None and not isinstance(value, dict):
        table.raw("rows")
        hint = f"write rows = {{ min = {value} }}" if is_whole(value) else ""
        table.wrong("rows", "a table with min, max or both", value, hint)
        return []
    rows = table.table("rows")
    least, most = _count(rows, "min"), _count(rows, "max")
    rows.finish()
    if value is not None and not value:
        table.problem("rows", "`min` or `max` is missing", "write rows = { min = 1 }")
    least, most = _in_order(rows, least, most)
    if least is None and most is None:
        return []
    return [RowCount(**_at(table, "rows"), least=least, most=most)]


def _count(table: Table, key: str) -> int | None:
    """Return a whole number >= 0, None where there is none."""
    value = table.raw(key)
    if value is None or (is_whole(value) and value >= 0):
        return value
    table.wrong(key, "a whole number >= 0", value)
    return None


def _in_order(
    table: Table, least: Ordered | None, most: Ordered | None, suffix: str = ""
) -> tuple[Ordered | None, Ordered | None]:
    """Return both bounds, or neither where the first is greater, which is reported."""
    if least is not None and most is not None and least > most:
        table.problem(f"min{suffix}", f"min{suffix} {least} is greater than max{suffix} {most}")
        return None, None
    return least, most


def _columns(table: Table, key: str) -> list[str]:
    """Return a list of names of columns, each once; a single text is taken for a mistake."""
    names = list(table.texts(key))
    for name in names:
        if names.count(name) > 1:
            table.problem(key, f"`{name}` stands here twice")
            break
    return list(dict.fromkeys(names))


def _no_others(table: Table, known: tuple[str, ...]) -> list[Check]:
    if read_flag(table, "other_columns", True):
        return []
    if not known:
        hint = "declare them in required or in columns"
        table.problem("other_columns", "no column is declared, so none would be allowed", hint)
        return []
    return [NoOtherColumns(**_at(table, "other_columns"), known=known)]


def _column(table: Table, datasets: Collection[str]) -> list[Check]:
    """Return what is expected of one column."""
    if not table.name.strip():
        table.problem("", "expected the name of a column")
    name = table.name
    kind = table.one_of("type", ColumnType)
    found: list[Check] = []
    if read_flag(table, "required", True):
        found.append(HasColumn(**_at(table), column=name))
    if kind is not None:
        found.append(HasType(**_at(table, "type"), column=name, type=kind))
    found += _range(table, kind) + _allowed(table, kind) + _pattern(table, kind)
    found += _length(table, kind)
    most = _share(table, "missing_max")
    if most is not None:
        found.append(Missing(**_at(table, "missing_max"), column=name, most=most))
    if read_flag(table, "unique", False):
        found.append(Unique(**_at(table, "unique"), together=(name,)))
    if read_flag(table, "sorted", False):
        found.append(Ascending(**_at(table, "sorted"), column=name))
    target = table.filled_text("references")
    if target is not None:
        found += _reference(table, "references", name, target, datasets)
    table.finish()
    return found


def _range(table: Table, kind: ColumnType | None) -> list[Check]:
    least, most = _bound(table, "min", kind), _bound(table, "max", kind)
    if isinstance(least, datetime) != isinstance(most, datetime) and None not in (least, most):
        table.problem("min", "min and max are of different kinds: a number and a time")
        return []
    if least is not None and most is not None and _is_after(least, most):
        table.problem("min", f"min {least} is greater than max {most}")
        return []
    if least is None and most is None:
        return []
    key = "min" if least is not None else "max"
    return [InRange(**_at(table, key), column=table.name, least=least, most=most)]


def _is_after(least: Bound, most: Bound) -> bool:
    if isinstance(least, datetime) and isinstance(most, datetime):
        return _aware(least) > _aware(most)
    if isinstance(least, datetime) or isinstance(most, datetime):
        return False
    return least > most


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bound(table: Table, key: str, kind: ColumnType | None) -> Bound | None:
    value = table.raw(key)
    if value is None:
        return None
    if kind in (ColumnType.STR, ColumnType.BOOL):
        hint = f"{key}_length bounds its characters" if kind is ColumnType.STR else ""
        table.problem(key, f"a column of type {kind} has no {key}", hint)
        return None
    if kind not in _NUMBERS and isinstance(value, date):
        if isinstance(value, datetime):
            return value
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 as in the data
    if kind is not ColumnType.TIME and is_number(value):
        return value
    wanted = {None: "a number or a date", ColumnType.TIME: "a date or time such as 2026-03-01"}
    hint = "remove the quotes" if isinstance(value, str) else ""
    table.wrong(key, wanted.get(kind, "a number"), value, hint)
    return None


def _allowed(table: Table, kind: ColumnType | None) -> list[Check]:
    value = table.raw("allowed")
    if value is None:
        return []
    if not isinstance(value, list) or not value:
        table.wrong("allowed", "a list of values that is not empty", value)
        return []
    kept: list[Scalar] = []
    for number, item in enumerate(value):
        if isinstance(item, str | bool | int | float) and _fits(item, kind):
            kept.append(item)
            continue
        expected = "text, a number, true or false" if kind is None else f"a value of type {kind}"
        message = f"expected {expected}, found {describe(item)}"
        table.report.add((*table.path, "allowed", number), message)
    if not kept:
        return []
    return [OneOf(**_at(table, "allowed"), column=table.name, allowed=tuple(kept))]


def _fits(value: Scalar, kind: ColumnType | None) -> bool:
    if kind is None:
        return isinstance(value, str | bool) or is_number(value)
    if kind in (ColumnType.STR, ColumnType.TIME):
        return isinstance(value, str)
    if kind is ColumnType.BOOL:
        return isinstance(value, bool)
    return is_whole(value) if kind is ColumnType.INT else is_number(value)


def _pattern(table: Table, kind: ColumnType | None) -> list[Check]:
    pattern = table.filled_text("pattern")
    if pattern is None:
        return []
    if kind not in (None, ColumnType.STR):
        table.problem("pattern", f"a column of type {kind} has no pattern")
        return []
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        hint = "put it in single quotes, so that \\ stays what it is" if "\\" in pattern else ""
        table.problem("pattern", f"is no regular expression: {error}", hint)
        return []
    if patterns.may_explode(pattern):
        table.problem("pattern", patterns.SLOW, patterns.SLOW_HINT)
        return []
    return [Matches(**_at(table, "pattern"), column=table.name, pattern=pattern)]


def _length(table: Table, kind: ColumnType | None) -> list[Check]:
    least, most = _count(table, "min_length"), _count(table, "max_length")
    key = "min_length" if "min_length" in table else "max_length"
    if kind not in (None, ColumnType.STR) and key in table:
        table.problem(key, f"a column of type {kind} has no {key}", "min and max bound its values")
        return []
    least, most = _in_order(table, least, most, "_length")
    if least is None and most is None:
        return []
    return [HasLength(**_at(table, key), column=table.name, least=least, most=most)]


def _share(table: Table, key: str) -> float | None:
    """Return a share of 1."""
    value = table.raw(key)
    if value is None:
        return None
    if is_number(value) and 0 <= value <= 1:
        return float(value)
    table.wrong(key, "a share between 0 and 1", value, _SHARE_HINT)
    return None


def _uniques(table: Table) -> list[Check]:
    value = table.raw("unique")
    if value is None:
        return []
    if not isinstance(value, list):
        hint = f'write ["{value}"]' if isinstance(value, str) else ""
        table.wrong("unique", "a list of columns", value, hint)
        return []
    found: list[Check] = []
    for number, item in enumerate(value):
        names = [item] if isinstance(item, str) else item
        is_right = isinstance(names, list) and names and all(isinstance(it, str) for it in names)
        if not is_right:
            message = f"expected a column or a list of columns, found {describe(item)}"
            table.report.add((*table.path, "unique", number), message)
            continue
        found.append(Unique(**_at(table, "unique", number), together=tuple(names)))
    return found


def _duplicates(table: Table) -> list[Check]:
    most = _share(table, "duplicates_max")
    if most is None:
        return []
    return [Duplicates(**_at(table, "duplicates_max"), most=most)]


def _fresh(table: Table, timestamp: str | None) -> list[Check]:
    seconds = table.duration_seconds("fresh")
    if seconds is None:
        return []
    return [Fresh(**_at(table, "fresh"), seconds=seconds, column=timestamp or "")]


def _relations(table: Table) -> list[Check]:
    found: list[Check] = []
    for number, text in enumerate(table.texts("relations")):
        relation = parse_relation(text)
        if relation is None:
            message = f"expected COLUMN <= COLUMN or COLUMN >= NUMBER, found {describe(text)}"
            hint = "the signs are < <= > >= == !=; a name with one in it stands in ` `"
            table.report.add((*table.path, "relations", number), message, hint)
            continue
        left, sign, right = relation
        found.append(Related(**_at(table, "relations", number), left=left, sign=sign, right=right))
    return found


def parse_relation(text: str) -> tuple[str, Sign, str | float] | None:
    """Return `start <= end` as its parts, None where it is no such relation."""
    bare = _QUOTED.sub(lambda match: "x" * len(match.group()), text)
    signs = list(_SIGN.finditer(bare))
    if len(signs) != 1:
        return None
    start, end = signs[0].span()
    left, right = _operand(text[:start]), _operand(text[end:])
    if not left or not right:
        return None
    sign = Sign("==" if signs[0].group() == "=" else signs[0].group())
    try:
        number = float(right)
    except ValueError:
        return left, sign, right
    is_name = text[end:].strip().startswith("`") or not is_number(number)
    return left, sign, right if is_name else number


def _operand(text: str) -> str:
    words = text.strip()
    is_quoted = len(words) > 2 and words[0] == words[-1] == "`"
    return words[1:-1] if is_quoted else words


def _references(table: Table, datasets: Collection[str]) -> list[Check]:
    found: list[Check] = []
    for name in table.data:
        target = table.filled_text(name)
        if target is not None:
            found += _reference(table, name, name, target, datasets)
    return found


def _reference(
    table: Table, key: str, column: str, target: str, datasets: Collection[str]
) -> list[Check]:
    fits = [name for name in datasets if target.startswith(f"{name}.") and target != f"{name}."]
    if not fits:
        first = target.partition(".")[0]
        hint = table.report.nearest(first, datasets) or 'write it as "DATASET.COLUMN"'
        message = f"`{target}` names no column of a declared dataset"
        table.problem(key, message, hint)
        return []
    dataset = max(fits, key=len)
    other = target[len(dataset) + 1 :]
    return [Refers(**_at(table, key), column=column, dataset=dataset, other=other)]
