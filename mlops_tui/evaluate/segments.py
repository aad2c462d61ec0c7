"""Rows parted by the values of a column: each value a segment, numbers cut into quarters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mlops_tui.evaluate.columns import Column, Kind

MOST_SEGMENTS = 30
"""Of a column; the most frequent values."""
_PARTS = 4
"""Of a column of numbers, as many rows in each."""
_SHARED = (Kind.NUMERIC, Kind.CATEGORY, Kind.BOOLEAN)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segments:
    """How a column parts the rows."""

    column: str
    names: tuple[str, ...]
    codes: NDArray[np.int64]
    """(n,) places in `names`, -1 where a row is in none: its value is missing, or too rare."""
    left_out: int = 0
    """Values that are too many to be shown."""

    def rows(self, at: int) -> NDArray[np.int64]:
        """Return the places of the rows of one segment."""
        return np.flatnonzero(self.codes == at)


def is_shared(column: Column) -> bool:
    """Say whether rows share values of a column, so that it parts them into segments."""
    return column.kind in _SHARED


def segments_of(column: Column, most: int = MOST_SEGMENTS) -> Segments:
    """Return the segments of numbers or categories; of any other column there are none."""
    if column.kind is Kind.NUMERIC:
        edges = edges_of(column.values)
        if edges is None:
            return Segments(column.name, (), np.full(column.rows, -1))
        return Segments(column.name, range_names(edges), range_codes(column.values, edges))
    if not is_shared(column):
        return Segments(column.name, (), np.full(column.rows, -1))
    counts = column.label_counts
    frequent = sorted((it for it in counts if counts[it]), key=lambda it: -counts[it])
    names = tuple(frequent[:most])
    places = {name: at for at, name in enumerate(names)}
    lookup = np.array([*(places.get(it, -1) for it in column.labels), -1], dtype=np.int64)
    return Segments(column.name, names, lookup[column.codes], len(frequent) - len(names))


def edges_of(values: Floats) -> Floats | None:
    """Return where numbers are cut into quarters; None without a finite one."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    return np.unique(np.quantile(finite, np.linspace(0, 1, _PARTS + 1)[1:-1]))


def range_names(edges: Sequence[float] | Floats) -> tuple[str, ...]:
    """Return what the ranges between edges are called."""
    middle = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges)]
    return (f"<= {edges[0]:.4g}", *middle, f"> {edges[-1]:.4g}")


def range_codes(values: Floats, edges: Floats) -> NDArray[np.int64]:
    """Return the range of each value, -1 where it is not finite."""
    places = np.searchsorted(edges, values, "left")
    return np.where(np.isfinite(values), places, -1).astype(np.int64)
