"""One row that something is to be said about; needs no library, so that any process may show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of a file and what of it is worth showing."""

    file: str
    line: int | None
    """1-based line in the file; None where the format has no lines."""
    row: int | None
    """1-based row of the file where there is no line."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Some of its columns, as they would be written; empty text for a missing one."""
    note: str = ""
    """Such as `as in line 3`."""

    @property
    def place(self) -> str:
        """Such as `line 17` or `row 17`."""
        return f"line {self.line}" if self.line is not None else f"row {self.row}"


def row_texts(rows: Sequence[FoundRow]) -> list[str]:
    """Return rows as a person reads them: place, values and note; their files where they differ."""
    are_many_files = len({row.file for row in rows}) > 1
    texts = []
    for row in rows:
        where = f"{row.file}, {row.place}" if are_many_files else row.place
        values = ", ".join(f"{name}={value}" for name, value in row.values.items())
        texts.append(f"{where}: {values}" + (f" ({row.note})" if row.note else ""))
    return texts
