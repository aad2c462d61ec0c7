"""Columns as drift sees them: one kind, one array, missing values known; nothing that compares."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]

MOST_INTEGER_CATEGORIES = 10
"""Integers with no more distinct values than this are taken for codes, as Evidently does."""
_SAMPLE = 1_000
_READABLE_SHARE = 0.95
"""A column of text is numbers, or times, where this share of it can be read as such."""
_TEXT_WORDS = 3.0
_DISTINCT_SHARE = 0.5
_LEAST_ID_ROWS = 50
_DATE = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?\s*")


class Kind(StrEnum):
    """What the values of a column are to a comparison."""

    NUMERIC = "numeric"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TIME = "time"
    TEXT = "text"
    ID = "id"
    EMPTY = "empty"
    """Without a single value, so that its kind cannot be told."""


@dataclass(frozen=True)
class Column:
    """One column in the order of its rows."""

    name: str
    kind: Kind
    values: Floats
    """Numeric: the numbers. Time: Unix seconds. Both with NaN where missing. Else empty."""
    codes: Codes = field(default_factory=lambda: np.empty(0, np.int32))
    """Category, boolean: places in `labels`, -1 where missing. Id: 0, or -1. Else empty."""
    labels: tuple[str, ...] = ()
    texts: tuple[str | None, ...] = ()
    """Text: the texts, None where missing. Else empty."""
    rows: int = 0
    infinite: int = 0
    """Numeric: how many values are infinite; they count as missing for every score."""
    unreadable: tuple[str, ...] = ()
    """Up to three values, each once, that are not of the column's kind; they count as missing."""
    unreadable_count: int = 0

    @cached_property
    def present(self) -> Floats:
        """The finite values of a numeric or time column, ascending."""
        return np.sort(self.values[np.isfinite(self.values)])

    @cached_property
    def label_counts(self) -> dict[str, int]:
        """How often each label of a category or boolean column occurs."""
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.labels))
        return dict(zip(self.labels, counts.tolist(), strict=True))

    @cached_property
    def count(self) -> int:
        """How many values are there, finite ones where they are numbers."""
        if self.kind in (Kind.NUMERIC, Kind.TIME):
            return len(self.present)
        if self.kind is Kind.TEXT:
            return sum(text is not None for text in self.texts)
        return int((self.codes >= 0).sum())

    @property
    def missing(self) -> int:
        """How many rows have no value: neither an infinite nor an unreadable one either."""
        return self.rows - self.count - self.infinite - self.unreadable_count


def read_columns(frame: pd.DataFrame, kinds: Mapping[str, Kind] | None = None) -> dict[str, Column]:
    """Return the columns of a frame by name, in its order.

    Args:
        frame: the rows; names that are no text are taken as they are written.
        kinds: what is known of columns, such as from the reference; the rest is inferred.
    """
    known = kinds or {}
    return {
        str(name): read_column(str(name), frame.iloc[:, at], known.get(str(name)))
        for at, name in enumerate(frame.columns)
    }


def read_column(name: str, series: pd.Series[Any], kind: Kind | None = None) -> Column:
    """Return one column; values that are not of its kind are counted and taken as missing."""
    if kind in (None, Kind.EMPTY):
        kind = infer_kind(series)
    if kind is Kind.NUMERIC:
        return _numeric(name, series)
    if kind is Kind.TIME:
        return _time(name, series)
    if kind in (Kind.CATEGORY, Kind.BOOLEAN):
        return _category(name, series, kind)
    is_missing = np.asarray(series.isna())
    if kind is Kind.TEXT:
        texts = (None if is_missing[at] else str(text) for at, text in enumerate(series))
        return Column(name, kind, np.empty(0), texts=tuple(texts), rows=len(series))
    codes = np.where(is_missing, -1, 0).astype(np.int32)
    return Column(name, kind or Kind.EMPTY, np.empty(0), codes, rows=len(series))


def infer_kind(series: pd.Series[Any]) -> Kind:
    """Return the kind of a column.

    Numbers are numeric, but boolean where they are 0 and 1 only, categories where they are at most
    10 different integers, and ids where they are all different integers that only rise or that
    leave few gaps. Text is numbers or times where 95 % of it reads as such, free text where rows
    mostly differ and have three words or more, ids where rows mostly differ, else categories.
    """
    dtype = series.dtype
    if getattr(dtype, "kind", "") == "b":
        return Kind.BOOLEAN
    if getattr(dtype, "kind", "") == "M":
        return Kind.TIME
    if getattr(dtype, "kind", "") in "iuf":
        return _kind_of_numbers(series.to_numpy(dtype=np.float64, na_value=np.nan))
    present = series.dropna()
    if not len(present):
        return Kind.EMPTY
    sample = present.iloc[:_SAMPLE]
    if all(isinstance(value, bool) for value in sample):
        return Kind.BOOLEAN
    if str(dtype) != "category":
        if _share_of_numbers(sample) >= _READABLE_SHARE:
            return _kind_of_numbers(_numbers(present))
        if sum(bool(_DATE.fullmatch(str(it))) for it in sample) >= _READABLE_SHARE * len(sample):
            return Kind.TIME
    return _kind_of_words(present, sample)


def _kind_of_numbers(values: Floats) -> Kind:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Kind.NUMERIC if len(values) and np.isinf(values).any() else Kind.EMPTY
    if not np.array_equal(finite, np.floor(finite)):
        return Kind.NUMERIC
    distinct = np.unique(finite)
    if len(distinct) <= 2 and set(distinct.tolist()) <= {0.0, 1.0} and len(finite) > 1:
        return Kind.BOOLEAN
    if len(distinct) <= MOST_INTEGER_CATEGORIES and len(finite) > len(distinct):
        return Kind.CATEGORY
    if len(distinct) == len(finite) >= _LEAST_ID_ROWS:
        is_rising = bool((np.diff(finite) > 0).all())
        if is_rising or distinct[-1] - distinct[0] < 2 * len(finite):
            return Kind.ID
    return Kind.NUMERIC


def _kind_of_words(present: pd.Series[Any], sample: pd.Series[Any]) -> Kind:
    distinct = present.nunique() if _is_hashable(sample) else len(present)
    if distinct <= _DISTINCT_SHARE * len(present) or len(present) < _LEAST_ID_ROWS:
        return Kind.CATEGORY
    words = sum(len(str(value).split()) for value in sample) / len(sample)
    return Kind.TEXT if words >= _TEXT_WORDS else Kind.ID


def _is_hashable(sample: pd.Series[Any]) -> bool:
    return all(isinstance(value, Hashable) for value in sample)


def _share_of_numbers(sample: pd.Series[Any]) -> float:
    return float(np.isfinite(_numbers(sample)).mean())


def _numbers(series: pd.Series[Any]) -> Floats:
    """Return values as numbers, NaN where they are none."""
    if getattr(series.dtype, "kind", "") in "iufb":
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    import pandas as pd

    plain = series.astype(object)
    return np.asarray(pd.to_numeric(plain, errors="coerce"), dtype=np.float64)


def _numeric(name: str, series: pd.Series[Any]) -> Column:
    values = _numbers(series)
    infinite = int(np.isinf(values).sum())
    bad = _unread(series, ~np.isnan(values))
    return Column(
        *(name, Kind.NUMERIC, values),
        rows=len(values),
        infinite=infinite,
        unreadable=bad[0],
        unreadable_count=bad[1],
    )


def _time(name: str, series: pd.Series[Any]) -> Column:
    import pandas as pd

    kind = getattr(series.dtype, "kind", "")
    if kind and kind in "iuf":
        values = _numbers(series)
    else:
        written = None if kind == "M" else "ISO8601"
        plain = series if kind == "M" else series.astype(object)
        times = pd.to_datetime(plain, errors="coerce", utc=True, format=written)
        whole = np.asarray(times.to_numpy(dtype="datetime64[us]")).astype(np.int64)
        values = np.where(np.asarray(times.isna()), np.nan, whole / 1e6)
    bad = _unread(series, ~np.isnan(values))
    return Column(
        *(name, Kind.TIME, values),
        rows=len(values),
        unreadable=bad[0],
        unreadable_count=bad[1],
    )


def _unread(series: pd.Series[Any], is_read: NDArray[np.bool_]) -> tuple[tuple[str, ...], int]:
    """Return examples and the number of the values that are there but were not read."""
    if getattr(series.dtype, "kind", "") in ("i", "u", "f", "b", "M"):
        return (), 0
    lost = series[~is_read].dropna()
    return tuple(dict.fromkeys(str(value) for value in lost.iloc[:100]))[:3], len(lost)


def _category(name: str, series: pd.Series[Any], kind: Kind) -> Column:
    import pandas as pd

    if not _is_hashable(series.iloc[:_SAMPLE]):
        series = series.map(str, na_action="ignore")
    found, uniques = pd.factorize(series, use_na_sentinel=True)
    places: dict[str, int] = {}
    merged = [places.setdefault(label(value, kind), len(places)) for value in uniques]
    lookup = np.array([*merged, -1], dtype=np.int32)
    codes = lookup[np.asarray(found, dtype=np.int64)]
    return Column(name, kind, np.empty(0), codes, tuple(places), rows=len(codes))


def label(value: object, kind: Kind) -> str:
    """Return a value of a category as it is shown and matched: `3` for 3, 3.0 and "3" alike."""
    if isinstance(value, bool | np.bool_):
        return ("1" if value else "0") if kind is Kind.BOOLEAN else str(value)
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value)
    if kind is Kind.BOOLEAN:
        return {"true": "1", "false": "0"}.get(text.lower(), text)
    return text
