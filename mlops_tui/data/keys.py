"""Keys of rows by the million, in bounded memory: which repeat, which stand in another table.

Up to `SPILL_ROWS` rows stay in memory; more are parted by their key into temporary files, and
looked at one part after the other.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.uint64]

SPILL_ROWS = 4_000_000
PARTS = 64
_PART_SHIFT = np.uint64(58)
# the six highest bits choose one of the 64 parts


class KeyStore:
    """Rows of `width` numbers of 64 bits, the first of each a key. One thread.

    A context manager: its temporary files are gone when it is left.
    """

    def __init__(self, width: int, spill_rows: int | None = None) -> None:
        self.width = width
        self.count = 0
        self._spill_rows = SPILL_ROWS if spill_rows is None else spill_rows
        self._held: list[Whole] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> KeyStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files."""
        self._held = []
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.cleanup()
            self._folder = None

    @property
    def is_spilled(self) -> bool:
        """Whether the rows are in files by now."""
        return self._folder is not None

    def add(self, *columns: Whole) -> None:
        """Take rows, given as `width` columns of equal length."""
        rows = np.column_stack([np.asarray(column, dtype=np.uint64) for column in columns])
        self.count += len(rows)
        if self.is_spilled:
            self._write(rows)
            return
        self._held.append(rows)
        if self.count > self._spill_rows:
            self.spill()

    def spill(self) -> None:
        """Put all rows into files, so that parts of two stores can be matched."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mlops-tui-")
            held, self._held = self._held, []
            for rows in held:
                self._write(rows)

    def _write(self, rows: Whole) -> None:
        parts = rows[:, 0] >> _PART_SHIFT
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(PARTS + 1))
        for number in range(PARTS):
            if bounds[number] < bounds[number + 1]:
                with open(self._part(number), "ab") as file:
                    file.write(rows[order[bounds[number] : bounds[number + 1]]].tobytes())

    def _part(self, number: int) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / str(number)

    def parts(self) -> Iterator[Whole]:
        """Yield all rows, equal keys in one part, in the order they were added; (n, width)."""
        if not self.is_spilled:
            yield np.concatenate(self._held) if self._held else self._none()
            return
        for number in range(PARTS):
            path = self._part(number)
            if path.exists():
                yield np.fromfile(path, dtype=np.uint64).reshape(-1, self.width)
            else:
                yield self._none()

    def _none(self) -> Whole:
        return np.empty((0, self.width), dtype=np.uint64)


def together(stores: Sequence[KeyStore]) -> Iterator[tuple[Whole, ...]]:
    """Yield the parts of several stores, equal keys of all of them in parts that come together."""
    if any(store.is_spilled for store in stores):
        for store in stores:
            store.spill()
    yield from zip(*(store.parts() for store in stores), strict=True)


def by_key(rows: Whole) -> Whole:
    """Return the rows by key, equal keys in the order they came."""
    return rows[np.argsort(rows[:, 0], kind="stable")]


def repeats(rows: Whole) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return where rows stand whose key an earlier row has, and where the first of those stands.

    Args:
        rows: as `by_key` gives them.
    """
    if not len(rows):
        none = np.empty(0, dtype=np.int64)
        return none, none
    is_new = np.concatenate([[True], rows[1:, 0] != rows[:-1, 0]])
    starts = np.flatnonzero(is_new)
    first = starts[np.cumsum(is_new) - 1]
    again = np.flatnonzero(~is_new)
    return again, first[again]


def find(keys: Whole, known: Whole) -> npt.NDArray[np.int64]:
    """Return where each of `keys` stands first in the sorted `known`, -1 where it does not."""
    if not len(known):
        return np.full(len(keys), -1, dtype=np.int64)
    places = np.searchsorted(known, keys)
    inside = np.minimum(places, len(known) - 1)
    return np.where(known[inside] == keys, inside, -1)
