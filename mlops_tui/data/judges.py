"""Judges of checks that look at one row at a time: which rows of a chunk fail, and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from mlops_tui.data.check_results import CheckResult, Status, result_of, share_words
from mlops_tui.data.found import FoundRow
from mlops_tui.data.places import Places, shown
from mlops_tui.data.tables import Chunk
from mlops_tui.data.values import (
    Flags,
    Floats,
    is_numeric,
    missing,
    numbers,
    ordering,
    texts,
    times,
    written,
)
from mlops_tui.domain.checks import (
    Check,
    ColumnCheck,
    ColumnType,
    HasLength,
    HasType,
    InRange,
    Matches,
    OneOf,
    Related,
    Scalar,
    Sign,
    bound_words,
)

MOST_ROWS = 5
"""Offending rows that a result shows, unless more are asked for."""
_TYPED_SUFFIXES = (".jsonl", ".ndjson", ".parquet", ".pq")
_BOOL_WORDS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n", "0", "1"})
_COMPARE: dict[Sign, Callable[[Any, Any], Any]] = {
    Sign.LESS: np.less,
    Sign.AT_MOST: np.less_equal,
    Sign.MORE: np.greater,
    Sign.AT_LEAST: np.greater_equal,
    Sign.EQUAL: np.equal,
    Sign.OTHER: np.not_equal,
}


class Judge(Protocol):
    """Judges one check while the chunks go by."""

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows; they have all the columns that the check needs."""

    def result(self) -> CheckResult:
        """Return what it comes to, once all rows went by."""


class Judged(NamedTuple):
    """What a rule says of the rows of a chunk."""

    is_bad: Flags
    is_judged: Flags
    """Rows that the rule has anything to say of; bad ones are among them."""
    seen: Floats | None = None
    """Numbers whose least and greatest are worth telling."""


Rule = Callable[[pd.DataFrame, bool], Judged]
"""Judges a frame; the flag says that it comes from a file of text, which knows no types."""


class RowJudge:
    """Judges a check by a rule for single rows."""

    def __init__(
        self, check: Check, rule: Rule, context: Sequence[str], most_rows: int = MOST_ROWS
    ) -> None:
        self._check = check
        self._rule = rule
        self._columns = tuple(dict.fromkeys([*context, *check.columns]))
        self._most_rows = most_rows
        self._n = 0
        self._n_bad = 0
        self._rows: list[FoundRow] = []
        self._span: list[float] = []

    def add(self, chunk: Chunk, places: Places) -> None:
        """Look at the next rows."""
        is_text = not chunk.file.name.lower().removesuffix(".gz").endswith(_TYPED_SUFFIXES)
        judged = self._rule(chunk.frame, is_text)
        self._n += int(judged.is_judged.sum())
        bad = np.flatnonzero(judged.is_bad & judged.is_judged)
        self._n_bad += len(bad)
        room = self._most_rows - len(self._rows)
        if room > 0 and len(bad):
            at = bad[:room].tolist()
            values = shown(chunk.frame, at, self._columns)
            own = places.of(chunk)
            self._rows += [
                places.found(int(own[place]), row) for place, row in zip(at, values, strict=True)
            ]
        seen = judged.seen
        if seen is not None and np.isfinite(seen).any():
            found = [*self._span, float(np.nanmin(seen)), float(np.nanmax(seen))]
            self._span = [min(found), max(found)]

    def result(self) -> CheckResult:
        """Return what it comes to."""
        if not self._n:
            why = "no value to judge"
            return result_of(self._check, Status.CANNOT_TELL, why, 0, 0)
        figures = share_words(self._n_bad, self._n) if self._n_bad else f"{self._n:,} rows"
        if self._span:
            is_time = isinstance(self._check, InRange) and _is_time(self._check)
            low, high = (_span_words(value, is_time) for value in self._span)
            figures += f", from {low} to {high}"
        status = Status.FAILED if self._n_bad else Status.OK
        return result_of(self._check, status, figures, self._n, self._n_bad, self._rows)


def _is_time(check: InRange) -> bool:
    return isinstance(check.least, datetime) or isinstance(check.most, datetime)


def _span_words(value: float, is_time: bool) -> str:
    if not is_time:
        return bound_words(int(value) if value.is_integer() and abs(value) < 1e15 else value)
    return bound_words(datetime.fromtimestamp(value, UTC).replace(tzinfo=None))


def rule_of(check: Check) -> Rule | None:
    """Return the rule of a check that looks at one row at a time, None where it is another kind."""
    if isinstance(check, HasType):
        return _typed(check)
    if isinstance(check, InRange):
        return _ranged(check)
    if isinstance(check, OneOf):
        return _allowed(check)
    if isinstance(check, Matches):
        pattern = re.compile(check.pattern)
        return _by_text(check, lambda text: pattern.fullmatch(text) is not None)
    if isinstance(check, HasLength):
        least, most = check.least or 0, check.most if check.most is not None else 2**63
        return _by_text(check, lambda text: least <= len(text) <= most)
    return _related(check) if isinstance(check, Related) else None


def _by_text(check: ColumnCheck, is_right: Callable[[str], bool]) -> Rule:
    """Return a rule that looks at each different text once."""

    def judge(frame: pd.DataFrame, is_text: bool) -> Judged:
        codes, distinct = pd.factorize(texts(frame[check.column]))
        bad = np.array([not is_right(str(text)) for text in distinct] + [False], dtype=bool)
        return Judged(bad[codes], codes >= 0)

    return judge


def _typed(check: HasType) -> Rule:
    def judge(frame: pd.DataFrame, is_text: bool) -> Judged:
        column = frame[check.column]
        there = ~missing(column)
        return Judged(there & ~_has_type(column, check.type, is_text), there)

    return judge


def _has_type(column: pd.Series[Any], kind: ColumnType, is_text: bool) -> Flags:
    """Return which values are of a type; missing ones are of any."""
    if kind is ColumnType.STR:
        if is_text:
            return np.ones(len(column), dtype=bool)
        return np.array([isinstance(value, str) for value in column.astype(object)], dtype=bool)
    if kind is ColumnType.TIME:
        return np.isfinite(times(column))
    if kind is ColumnType.BOOL:
        if not is_text:
            return np.array([isinstance(it, bool | np.bool_) for it in column.astype(object)])
        return np.array([str(text).lower() in _BOOL_WORDS for text in texts(column)], dtype=bool)
    found = numbers(column)
    if not is_text and not is_numeric(column):
        is_number = [isinstance(value, int | float) for value in column.astype(object)]
        found = np.where(is_number, found, np.nan)
    if kind is ColumnType.FLOAT:
        return ~np.isnan(found)
    return np.isfinite(found) & np.equal(found, np.round(found))


def _ranged(check: InRange) -> Rule:
    is_time = _is_time(check)
    least, most = (_bound(bound) for bound in (check.least, check.most))

    def judge(frame: pd.DataFrame, is_text: bool) -> Judged:
        column = frame[check.column]
        there = ~missing(column)
        values = times(column) if is_time else numbers(column)
        with np.errstate(invalid="ignore"):
            # what is no number is in no range
            inside = ~np.isnan(values)
            if least is not None:
                inside &= values >= least
            if most is not None:
                inside &= values <= most
        return Judged(there & ~inside, there, values)

    return judge


def _bound(value: int | float | datetime | None) -> float | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return value


def _allowed(check: OneOf) -> Rule:
    allowed = {_spelled(value) for value in check.allowed}
    return _by_text(check, lambda text: _spelled(text) in allowed)


def _spelled(value: Scalar) -> str:
    """Return a value as text in which 1, 1.0 and `1`, or true and `True`, are the same."""
    text = written(value)
    if text in ("True", "TRUE", "False", "FALSE"):
        return text.lower()
    return text


def _related(check: Related) -> Rule:
    def judge(frame: pd.DataFrame, is_text: bool) -> Judged:
        if not isinstance(check.right, str):
            left = numbers(frame[check.left])
            return _compared(check.sign, left, np.full(len(left), check.right))
        first, second = frame[check.left], frame[check.right]
        left, right = ordering(first), ordering(second)
        if check.sign in (Sign.EQUAL, Sign.OTHER) and not np.isfinite([*left, *right]).any():
            return _same_text(check.sign, texts(first), texts(second))
        return _compared(check.sign, left, right)

    return judge


def _compared(sign: Sign, left: Floats, right: Floats) -> Judged:
    is_judged = ~np.isnan(left) & ~np.isnan(right)
    with np.errstate(invalid="ignore"):
        return Judged(is_judged & ~_COMPARE[sign](left, right), is_judged)


def _same_text(sign: Sign, left: Any, right: Any) -> Judged:
    is_judged = np.array(
        [a is not None and b is not None for a, b in zip(left, right, strict=True)]
    )
    same = left == right
    return Judged(is_judged & (same if sign is Sign.OTHER else ~same), is_judged)
