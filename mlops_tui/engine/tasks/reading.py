"""How tasks read data: the rows of a source, with progress in bytes and what is wrong in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlops_tui.data.places import Read
from mlops_tui.data.problems import Problems
from mlops_tui.data.tables import Chunk, find_tables, read_chunks
from mlops_tui.engine.worker import Progress

MOST_PROBLEMS = 20
"""Told of one reading."""


class Meter:
    """Adds up the bytes that were read of some files. One thread."""

    def __init__(self, progress: Progress, total: float) -> None:
        self._progress = progress
        self._total = total
        self._done = 0.0

    def add(self, count: int) -> None:
        """Count bytes on disk; a second reading of the same file goes beyond the total unseen."""
        self._done = min(self._total, self._done + count)
        self._progress(self._done, self._total)


def files_of(path: str) -> list[Path]:
    """Return the tables of a file, folder or pattern.

    Raises:
        NotFoundError: there are none.
    """
    return find_tables(path)


def size_of(files: Sequence[Path]) -> int:
    """Return the bytes that files have on the disk; one that is gone has none."""
    total = 0
    for file in files:
        try:
            total += os.stat(file).st_size
        except OSError:
            continue
    return total


def reader_of(files: Sequence[Path], meter: Meter, problems: Problems) -> Read:
    """Return what reads these files from the first row on; what is wrong is noted once."""
    noted = [problems]

    def read() -> Iterable[Chunk]:
        found = noted.pop() if noted else Problems()
        return read_chunks(files, problems=found, on_read=meter.add)

    return read


def told(problems: Problems) -> list[str]:
    """Return what is wrong in the files, a sentence each."""
    found = [str(problem) for problem in problems.all()]
    more = len(found) - MOST_PROBLEMS
    return [*found[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
