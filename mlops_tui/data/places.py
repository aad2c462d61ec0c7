"""Where rows stand: a file and a line as one number, and the values of a few rows found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mlops_tui.data.found import FoundRow
from mlops_tui.data.tables import Chunk
from mlops_tui.data.values import texts

Read = Callable[[], Iterable[Chunk]]
"""Reads all rows of a table from the first on; may be called again."""

_FILE_SHIFT = np.uint64(44)
# room for 17 * 10^12 lines in each of a million files
_POSITION = np.uint64(2**44 - 1)
LONGEST_VALUE = 200


class Places:
    """Numbers for rows: a file's and the line's, or the row's where there are no lines."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Path, bool], int] = {}
        self._stretches: list[tuple[Path, bool]] = []

    @property
    def files(self) -> list[Path]:
        """The files that rows came from."""
        return list(dict.fromkeys(file for file, _ in self._stretches))

    def of(self, chunk: Chunk) -> npt.NDArray[np.uint64]:
        """Return the place of each row of a chunk; shape (n_rows,)."""
        # some rows of a file may have no lines that can be told
        key = chunk.file, chunk.lines is not None
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._stretches)
            self._stretches.append(key)
        return (np.uint64(number) << _FILE_SHIFT) | positions(chunk).astype(np.uint64)

    def number(self, row: FoundRow) -> int:
        """Return the place of a row that `found` gave."""
        position = row.line if row.line is not None else row.row
        return self._numbers[Path(row.file), row.line is not None] << int(_FILE_SHIFT) | int(
            position or 0
        )

    def found(
        self, place: int, values: Mapping[str, str] | None = None, note: str = ""
    ) -> FoundRow:
        """Return the row at a place."""
        number, position = int(place) >> int(_FILE_SHIFT), int(place) & int(_POSITION)
        file, has_lines = self._stretches[number]
        return FoundRow(
            str(file),
            position if has_lines else None,
            None if has_lines else position,
            values or {},
            note,
        )


def positions(chunk: Chunk) -> npt.NDArray[np.int64]:
    """Return the 1-based line of each row, or its 1-based row in the file; shape (n_rows,)."""
    if chunk.lines is not None:
        return np.asarray(chunk.lines, dtype=np.int64)
    return np.arange(chunk.first_row, chunk.first_row + len(chunk.frame), dtype=np.int64) + 1


def shown(frame: pd.DataFrame, at: Sequence[int], columns: Sequence[str]) -> list[dict[str, str]]:
    """Return some columns of the rows at these places of a frame, as text."""
    rows = frame.iloc[list(at)]
    cells = {name: texts(rows[name]) for name in columns if name in rows.columns}
    return [
        {name: (values[number] or "")[:LONGEST_VALUE] for name, values in cells.items()}
        for number in range(len(rows))
    ]


def values_at(
    read: Read, places: Places, wanted: Iterable[int], columns: Sequence[str] | None = None
) -> dict[int, dict[str, str]]:
    """Return the values of the rows at these places; stops reading once all are found.

    Args:
        read: the same table that `places` has numbered.
        places: its numbers.
        wanted: the places.
        columns: which columns; all of them if left out.
    """
    left = np.array(sorted(set(wanted)), dtype=np.uint64)
    found: dict[int, dict[str, str]] = {}
    for chunk in read() if len(left) else ():
        own = places.of(chunk)
        at = np.flatnonzero(np.isin(own, left))
        names = list(chunk.frame.columns) if columns is None else columns
        rows = shown(chunk.frame, at.tolist(), names)
        found |= {int(own[place]): row for place, row in zip(at, rows, strict=True)}
        if len(found) == len(left):
            break
    return found
