"""What a profile of a table says: values that travel as JSON; standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ColumnType(StrEnum):
    """What the values of a column are."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TIME = "time"
    TEXT = "text"
    ID = "id"
    EMPTY = "empty"
    """Every value is missing."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a column, or its times as Unix seconds."""

    n: int
    """Finite ones."""
    mean: float
    deviation: float | None
    """Standard deviation, n - 1 below; None for one value."""
    skewness: float | None
    """None where all are equal."""
    kurtosis: float | None
    """Excess: 0 for a normal distribution; None where all are equal."""
    min: float
    max: float
    zeros: int
    negatives: int
    infinities: int
    quantiles: Mapping[str, float]
    """By percent: `1`, `5`, `25`, `50`, `75`, `95`, `99`."""
    n_quantiles: int
    """How many values the quantiles and the histogram come from."""
    rank_error: float
    """With probability 95 % the share of values below a quantile is off by no more than this
    (Dvoretzky-Kiefer-Wolfowitz); 0 where all values were taken."""
    edges: tuple[float, ...]
    """Of the bins, one more than there are; most of the values, without far outliers."""
    counts: tuple[int, ...]
    """Values in each bin, of those of `n_quantiles`."""
    below: int
    above: int


@dataclass(frozen=True, slots=True)
class Association:
    """How strongly a column goes with the target, 0 (not) to 1; the sign of `spearman` counts."""

    measure: str
    """`spearman`, `correlation ratio` (eta) or `cramers v` (bias-corrected)."""
    value: float
    n: int
    """Rows with both, of those that were drawn."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column."""

    name: str
    type: ColumnType
    storage: str
    """What it is read as: `int`, `float`, `bool`, `text`, `time`, `mixed`, or `none`."""
    n: int
    missing: int
    distinct: int
    """Different values, the missing one not counted."""
    is_distinct_approximate: bool
    """Then its relative standard error is `Profile.distinct_error`."""
    is_constant: bool
    memory_bytes: int
    """About what pandas takes for it."""
    top: tuple[tuple[str, int], ...]
    """The most frequent values; none where nearly all differ."""
    top_error: int
    """By how much their counts may be too small."""
    numbers: Numbers | None
    """Of numeric and time columns."""
    not_numbers: int
    """Values of a numeric column that are no number, of a time column that are no time."""
    not_number: str | None
    """The first of them."""
    not_number_place: str | None
    """Its file and line or row."""
    shortest: int | None
    """Letters of the shortest text; None where there is no text."""
    longest: int | None
    mean_length: float | None
    association: Association | None


@dataclass(frozen=True, slots=True)
class Profile:
    """All about a table."""

    rows: int
    files: int
    size_bytes: int
    """On the disk."""
    columns: tuple[ColumnProfile, ...]
    target: str | None
    duplicates: int
    """Rows that are copies of an earlier one."""
    are_duplicates_approximate: bool
    constant: tuple[str, ...]
    empty: tuple[str, ...]
    memory_bytes: int
    distinct_error: float
    """Relative standard error of approximate numbers of distinct values."""
    problems: tuple[str, ...]
    """What is wrong in the files, a sentence each."""
    seconds: float
    """How long it took."""


def profile_of(told: Mapping[str, Any]) -> Profile:
    """Return a profile from its JSON.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    return Profile(
        **{
            **told,
            "columns": tuple(map(_column_of, told["columns"])),
            **{key: tuple(told[key]) for key in ("constant", "empty", "problems")},
        }
    )


def _column_of(told: Mapping[str, Any]) -> ColumnProfile:
    numbers, association = told["numbers"], told["association"]
    return ColumnProfile(
        **{
            **told,
            "type": ColumnType(told["type"]),
            "top": tuple((value, count) for value, count in told["top"]),
            "numbers": None if numbers is None else _numbers_of(numbers),
            "association": None if association is None else Association(**association),
        }
    )


def _numbers_of(told: Mapping[str, Any]) -> Numbers:
    return Numbers(
        **{**told, "edges": tuple(told["edges"]), "counts": tuple(told["counts"])},
    )
