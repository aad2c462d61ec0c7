"""What is wrong in files of data without making them unreadable: counted, with file and line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MOST_PROBLEMS = 500
"""Of different kinds, files and subjects; a folder of broken files must not fill the memory."""


class ProblemKind(StrEnum):
    """What is wrong."""

    SHORT_ROWS = "short_rows"
    """Rows with fewer cells than the header; what is missing was taken as missing values."""
    LONG_ROWS = "long_rows"
    """Rows with more cells than the header; left out."""
    OPEN_QUOTE = "open_quote"
    """A quote that is never closed; everything behind it was left out."""
    BAD_TEXT = "bad_text"
    """Bytes that the file's encoding does not have; read as Latin-1."""
    BAD_LINES = "bad_lines"
    """Lines that are no JSON object; left out."""
    DUPLICATE_HEADER = "duplicate_header"
    """A column name that was there before; it got a number."""
    NUMBERS_AS_HEADER = "numbers_as_header"
    """The first line has numbers alone: perhaps it is data."""
    NESTED = "nested"
    """A column of lists or records; read as text."""
    OTHER_COLUMNS = "other_columns"
    """A file whose columns are not those of the first one."""
    NO_ROWS = "no_rows"
    """A file with a header and nothing below."""
    NO_LINES = "no_lines"
    """Rows whose line numbers in the file cannot be told."""


@dataclass(frozen=True, slots=True)
class DataProblem:
    """What is wrong, where it is first, and how often it is."""

    kind: ProblemKind
    file: Path
    line: int | None
    """Of the first one, from 1; None where it is not in a line."""
    words: str
    """A sentence for the person; its text from the file is not made safe to show."""
    count: int

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else str(self.file)
        times = f" ({self.count} times)" if self.count > 1 else ""
        return f"{place}: {self.words}{times}"


class Problems:
    """Collects problems while files are read; of one kind in one file the first keeps its words.

    One thread.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[ProblemKind, Path, str], DataProblem] = {}
        self.left_out = 0
        """Problems that found no room."""

    def add(
        self,
        kind: ProblemKind,
        file: Path,
        line: int | None,
        words: str,
        count: int = 1,
        subject: str = "",
    ) -> None:
        """Count a problem; those with another `subject`, such as a column, are kept apart."""
        key = (kind, file, subject)
        known = self._found.get(key)
        if known is not None:
            total = known.count + count
            self._found[key] = DataProblem(kind, file, known.line, known.words, total)
        elif len(self._found) < MOST_PROBLEMS:
            self._found[key] = DataProblem(kind, file, line, words, count)
        else:
            self.left_out += count

    def all(self) -> list[DataProblem]:
        """Return the problems in the order in which they were met."""
        return list(self._found.values())
