"""What a project file expects of a dataset, one value for each expectation; judges no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mlops_tui.domain.text import short_duration, short_number

Scalar = str | bool | int | float
Bound = int | float | datetime
"""A number, or a time; one without a zone is meant as it stands in the data."""


class ColumnType(StrEnum):
    """What every value of a column is."""

    INT = "int"
    FLOAT = "float"
    """Any number."""
    STR = "str"
    BOOL = "bool"
    TIME = "time"


class Sign(StrEnum):
    """How two values of one row stand to each other."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "=="
    OTHER = "!="


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation and where it is declared."""

    key: str
    """Dotted key below `[datasets.X.checks]`, such as `columns.age.max`."""
    line: int = 0

    @property
    def words(self) -> str:
        """The expectation as a person would say it."""
        raise NotImplementedError

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that have to be there for it to be judged."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount(Check):
    """How many rows there are."""

    least: int | None = None
    most: int | None = None

    @property
    def words(self) -> str:
        """Such as `at least 1,000 rows`."""
        last = self.most if self.most is not None else self.least
        return f"{_between(self.least, self.most)} row{'' if last == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HasColumn(Check):
    """A column is there."""

    column: str

    @property
    def words(self) -> str:
        """Such as `column age is there`."""
        return f"column {self.column} is there"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOtherColumns(Check):
    """There are no columns but these."""

    known: tuple[str, ...]

    @property
    def words(self) -> str:
        """Such as `no columns but the 5 declared ones`."""
        count = len(self.known)
        return f"no columns but the {'' if count == 1 else f'{count} '}declared " + (
            "one" if count == 1 else "ones"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnCheck(Check):
    """An expectation of the values of one column; a missing value meets all but `Missing`."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class HasType(ColumnCheck):
    """Every value is of one type."""

    type: ColumnType

    @property
    def words(self) -> str:
        """Such as `age holds whole numbers`."""
        return f"{self.column} holds {TYPE_WORDS[self.type]}"


TYPE_WORDS = {
    ColumnType.INT: "whole numbers",
    ColumnType.FLOAT: "numbers",
    ColumnType.STR: "text",
    ColumnType.BOOL: "true or false",
    ColumnType.TIME: "times",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InRange(ColumnCheck):
    """Every value lies between two numbers or times, both included; None for no bound."""

    least: Bound | None = None
    most: Bound | None = None

    @property
    def words(self) -> str:
        """Such as `age is between 0 and 120`."""
        return f"{self.column} is {_between(self.least, self.most)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(ColumnCheck):
    """Every value is one of these."""

    allowed: tuple[Scalar, ...]

    @property
    def words(self) -> str:
        """Such as `country is one of DE, FR`."""
        shown = [scalar_words(value) for value in self.allowed[:6]]
        more = len(self.allowed) - len(shown)
        return f"{self.column} is one of {', '.join(shown)}" + (f" and {more} more" if more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches(ColumnCheck):
    """Every value matches a regular expression as a whole."""

    pattern: str

    @property
    def words(self) -> str:
        """Such as `code matches [A-Z]{2}`."""
        return f"{self.column} matches {self.pattern}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HasLength(ColumnCheck):
    """Every text has so many characters."""

    least: int | None = None
    most: int | None = None

    @property
    def words(self) -> str:
        """Such as `name has at most 80 characters`."""
        return f"{self.column} has {_between(self.least, self.most)} characters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(ColumnCheck):
    """At most this share of the values is missing."""

    most: float
    """Of 1."""

    @property
    def words(self) -> str:
        """Such as `at most 1 % of age is missing`."""
        if self.most == 0:
            return f"no {self.column} is missing"
        return f"at most {percent(self.most)} of {self.column} is missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique(Check):
    """No two rows have the same in these columns; a row with one of them missing is left out."""

    together: tuple[str, ...]

    @property
    def words(self) -> str:
        """Such as `id is unique`."""
        if len(self.together) == 1:
            return f"{self.together[0]} is unique"
        return f"{' and '.join(self.together)} together are unique"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are unique together."""
        return self.together


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates(Check):
    """At most this share of the rows repeats an earlier one in every column."""

    most: float

    @property
    def words(self) -> str:
        """Such as `no row stands there twice`."""
        if self.most == 0:
            return "no row stands there twice"
        return f"at most {percent(self.most)} of the rows repeat another"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh(Check):
    """The newest time, or the newest file where no column tells one, is at most so old."""

    seconds: float
    column: str = ""

    @property
    def words(self) -> str:
        """Such as `the newest scanned_at is at most 2 d old`."""
        what = self.column or "file"
        age = short_duration(self.seconds)
        for nothing in (" 0 h", " 00 m", " 00 s"):
            age = age.removesuffix(nothing)
        return f"the newest {what} is at most {age} old"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column that tells the time, if there is one."""
        return (self.column,) if self.column else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascending(ColumnCheck):
    """No value is less than that of a row before it."""

    @property
    def words(self) -> str:
        """Such as `scanned_at never goes back`."""
        return f"{self.column} never goes back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Check):
    """In every row one column stands so to another, or to a number."""

    left: str
    sign: Sign
    right: str | float
    """The name of a column, or a number."""

    @property
    def words(self) -> str:
        """Such as `start <= end`."""
        right = self.right if isinstance(self.right, str) else short_number(self.right, 12)
        return f"{self.left} {self.sign} {right}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are compared."""
        return (self.left, self.right) if isinstance(self.right, str) else (self.left,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refers(ColumnCheck):
    """Every value stands in a column of another dataset."""

    dataset: str
    other: str
    """The column there."""

    @property
    def words(self) -> str:
        """Such as `every customer_id stands in customers.id`."""
        return f"every {self.column} stands in {self.dataset}.{self.other}"


def percent(share: float) -> str:
    """Return a share of 1 in percent: `1 %`, `0.05 %`."""
    return f"{short_number(100 * share, 3)} %"


def scalar_words(value: Scalar) -> str:
    """Return a value as it would stand in a table."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else short_number(value, 12)


def bound_words(value: Bound | date) -> str:
    """Return a bound as a person writes it: `1,000`, `0.5`, `2026-03-01`."""
    if isinstance(value, datetime):
        is_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int) else short_number(value, 12)


def _between(least: Bound | None, most: Bound | None) -> str:
    if least is not None and least == most:
        return f"exactly {bound_words(least)}"
    if least is not None and most is not None:
        return f"between {bound_words(least)} and {bound_words(most)}"
    if least is not None:
        return f"at least {bound_words(least)}"
    return f"at most {bound_words(most)}" if most is not None else "of any number"


def failing_words(words: Sequence[str], most: int = 3) -> str:
    """Return the first of several failures as one text, and how many more there are."""
    more = len(words) - most
    return "; ".join(words[:most]) + (f"; and {more} more" if more > 0 else "")
