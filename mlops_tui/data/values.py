"""What the values of a column are: numbers, times, text, missing; and hashes of whole rows.

A column may come as text in one chunk of a file and as numbers in the next: what is equal to a
person is equal here. A whole number is the same whatever type holds it, and `7` is not `007`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

MISSING_KEY = np.uint64(0x9E3779B97F4A7C15)
_BOOLS = ("false", "true")
_WHOLE = r"-?(?:0|[1-9][0-9]{0,17})"
_DECIMAL = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?"
_NUMERIC_SHARE = 0.9
# a column of numbers with some words in it comes as text: its numbers stay numbers
_TOO_LARGE = 2.0**53
_TRIED = 50


def missing(series: pd.Series[Any]) -> Flags:
    """Return which values are missing: none at all, NaN, or text of blanks only; shape (n,)."""
    absent = series.isna().to_numpy()
    if _is_text(series):
        # a loop over a list takes an eighth of what `map` takes
        blank = [type(value) is str and not value.strip() for value in series.tolist()]
        absent = absent | np.array(blank, dtype=bool)
    return np.asarray(absent, dtype=bool)


def _is_text(series: pd.Series[Any]) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(series.dtype)
        or pd.api.types.is_bool_dtype(series.dtype)
        or pd.api.types.is_datetime64_any_dtype(series.dtype)
    )


def is_numeric(series: pd.Series[Any]) -> bool:
    """Say whether the reader has found numbers only; true and false are none."""
    kind = series.dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def numbers(series: pd.Series[Any]) -> Floats:
    """Return the values as numbers, NaN for what is missing or no number; shape (n,)."""
    if pd.api.types.is_bool_dtype(series.dtype) or pd.api.types.is_datetime64_any_dtype(
        series.dtype
    ):
        return np.full(len(series), np.nan)
    if not is_numeric(series):
        series = pd.to_numeric(_without_bools(series), errors="coerce")
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def _without_bools(series: pd.Series[Any]) -> pd.Series[Any]:
    plain = series.astype(object)
    is_scalar = plain.map(lambda value: isinstance(value, str | int | float), na_action="ignore")
    is_bool = plain.map(lambda value: isinstance(value, bool), na_action="ignore")
    return plain.where((is_scalar == True) & (is_bool != True), None)  # noqa: E712 holds None


def times(series: pd.Series[Any]) -> Floats:
    """Return the values as Unix seconds, NaN for what is missing or no time; shape (n,).

    A time without a zone is taken as UTC. Numbers are no times: nothing says what they count.
    """
    if pd.api.types.is_bool_dtype(series.dtype) or is_numeric(series):
        return np.full(len(series), np.nan)
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        # to parse each text once: of times of day or dates there are few
        codes, different = pd.factorize(_hashable_values(series))
        distinct = pd.Series([_as_text(value) for value in different], dtype=object)
        found = pd.to_datetime(distinct, errors="coerce", utc=True, format="ISO8601")
        if len(distinct) and found.isna().all() and _is_any_time(distinct):
            found = pd.to_datetime(distinct, errors="coerce", utc=True, format="mixed")
        seconds = _seconds(found)
        return np.where(codes >= 0, np.append(seconds, np.nan)[codes], np.nan)
    return _seconds(pd.to_datetime(series, utc=True))


def _is_any_time(distinct: pd.Series[Any]) -> bool:
    """Say whether one of the first texts is a time in any form: to try all takes long."""
    some = distinct.head(_TRIED)
    return bool(pd.to_datetime(some, errors="coerce", utc=True, format="mixed").notna().any())


def _hashable_values(series: pd.Series[Any]) -> Any:
    """Return values that can be looked up: text as it is, of other things what stands for them."""
    if isinstance(series.dtype, pd.StringDtype):
        return series
    return series.astype(object).map(_hashable, na_action="ignore")


def _as_text(value: object) -> str | None:
    """Return text, or a date as text; what looks like a bare number is no time."""
    if isinstance(value, str):
        return None if value.strip().replace(".", "", 1).isdigit() else value
    return value.isoformat() if hasattr(value, "isoformat") else None


def _seconds(moments: pd.Series[Any]) -> Floats:
    micros = moments.astype("datetime64[us, UTC]").astype("int64").to_numpy()
    return np.where(moments.isna(), np.nan, micros / 1e6)


def ordering(series: pd.Series[Any]) -> Floats:
    """Return what the values are ordered by: numbers, else Unix seconds, NaN for neither."""
    found = numbers(series)
    return found if np.isfinite(found).any() else times(series)


def texts(series: pd.Series[Any]) -> npt.NDArray[np.object_]:
    """Return the values as they would be written, None for missing ones; shape (n,)."""
    values = series.astype(object).tolist()
    found = np.empty(len(values), dtype=object)
    found[:] = [value if type(value) is str else written(value) for value in values]
    found[missing(series)] = None
    return found


def written(value: object) -> str:
    """Return one value as a person would write it: a whole number without `.0`."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)


def hashes(series: pd.Series[Any]) -> Keys:
    """Return a hash of each value, equal for equal values; shape (n,).

    64 bits: among 50 million values that differ, two are taken for equal once in 15,000 times.
    """
    kind = series.dtype
    if pd.api.types.is_bool_dtype(kind) and not pd.api.types.is_object_dtype(kind):
        words = pd.util.hash_array(np.array(_BOOLS, dtype=object))
        keys = np.asarray(words)[series.to_numpy(dtype=np.int64, na_value=0)]
    elif pd.api.types.is_integer_dtype(kind):
        keys = _mixed(_whole_bits(series.fillna(0)), 1)
    elif is_numeric(series):
        keys = _float_keys(series.to_numpy(dtype=np.float64, na_value=np.nan))
    elif pd.api.types.is_datetime64_any_dtype(kind):
        keys = _float_keys(times(series), 5)
    else:
        keys = _object_keys(series)
    return np.where(missing(series), MISSING_KEY, keys)


def _whole_bits(series: pd.Series[Any]) -> Keys:
    kind = np.uint64 if str(series.dtype).lower() == "uint64" else np.int64
    return series.to_numpy(dtype=kind).view(np.uint64)


def _float_keys(values: Floats, salt: int = 2) -> Keys:
    is_whole = np.isfinite(values) & (np.abs(values) < _TOO_LARGE) & (values == np.round(values))
    wholes = np.where(is_whole, values, 0).astype(np.int64).view(np.uint64)
    bits = np.ascontiguousarray(values).view(np.uint64)
    return np.where(is_whole, _mixed(wholes, 1), _mixed(bits, salt))


def _object_keys(series: pd.Series[Any]) -> Keys:
    codes, found = pd.factorize(_hashable_values(series))
    distinct = np.asarray(found, dtype=object)
    words = pd.Series([written(_hashable(value)) for value in distinct], dtype=object)
    keys = np.asarray(pd.util.hash_array(words.to_numpy(dtype=object)), dtype=np.uint64)
    is_whole = words.astype(str).str.fullmatch(_WHOLE).to_numpy(dtype=bool)
    if is_whole.any():
        wholes = words[is_whole].map(int).to_numpy(dtype=np.int64).view(np.uint64)
        keys[is_whole] = _mixed(wholes, 1)
    others = _are_numbers(distinct, words) & ~is_whole
    if others.any():
        keys[others] = _float_keys(words[others].map(float).to_numpy(dtype=np.float64))
    return np.append(keys, MISSING_KEY)[codes]


def _are_numbers(distinct: npt.NDArray[np.object_], words: pd.Series[Any]) -> Flags:
    """Return which values are numbers; text that reads like one where nearly all of it does."""
    are = np.array([isinstance(value, float) for value in distinct], dtype=bool)
    reads = words.astype(str).str.fullmatch(_DECIMAL).to_numpy(dtype=bool)
    return are | reads if reads.sum() >= _NUMERIC_SHARE * len(reads) else are


def _hashable(value: object) -> object:
    """Return a value that can be looked up: truth values as the reader of a CSV has them."""
    if isinstance(value, str):
        return value.lower() if value.lower() in _BOOLS else value
    return value if isinstance(value, int | float) and value not in (0, 1) else written(value)


def _mixed(bits: Keys, salt: int) -> Keys:
    """Return the bits well mixed (splitmix64), differently for each salt."""
    with np.errstate(over="ignore"):
        mixed = bits + np.uint64(salt) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)


def row_hashes(frame: pd.DataFrame, columns: Sequence[str]) -> Keys:
    """Return a hash of each row over these columns, in this order; shape (n_rows,)."""
    combined = np.zeros(len(frame), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for number, name in enumerate(columns):
            combined = _mixed(combined * np.uint64(31) + hashes(frame[name]), number + 7)
    return combined
