"""What identifies a set of rows, whichever order and files they are read in."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

_MODULUS = 2**64


class RowSum(NamedTuple):
    """The hashes of some rows, added up: sums of parts may be added again."""

    rows: int = 0
    total: int = 0
    """Of the hashes of the rows, modulo 2**64."""
    squares: int = 0
    """Of the hashes times their higher half, modulo 2**64: two sums that agree by chance."""

    def __add__(self, other: object) -> RowSum:
        if not isinstance(other, RowSum):
            return NotImplemented
        total = (self.total + other.total) % _MODULUS
        return RowSum(self.rows + other.rows, total, (self.squares + other.squares) % _MODULUS)

    @property
    def digest(self) -> str:
        """The rows in one text."""
        return f"{self.rows} {self.total:016x} {self.squares:016x}"


NO_ROWS = RowSum()


def sum_rows(frame: pd.DataFrame) -> RowSum:
    """Return the sum of rows; numbers count as floats, everything else as text."""
    if not len(frame):
        return NO_ROWS
    columns = {str(name): _plain(frame[name]) for name in sorted(frame.columns, key=str)}
    hashes = pd.util.hash_pandas_object(pd.DataFrame(columns), index=False)
    values = hashes.to_numpy(dtype=np.uint64)
    # names count too: a row of other columns is another row
    names = "\0".join(columns).encode("utf-8", "surrogateescape")
    salt = np.uint64(int.from_bytes(hashlib.blake2b(names, digest_size=8).digest(), "little"))
    with np.errstate(over="ignore"):
        total = int((values + salt).sum(dtype=np.uint64))
        squares = int((values * (values >> np.uint64(32))).sum(dtype=np.uint64))
    return RowSum(len(frame), total, squares)


def _plain(series: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(series.dtype):
        return pd.Series(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return pd.Series([str(value) for value in series.tolist()], dtype=object)
