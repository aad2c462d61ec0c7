"""One row that something is to be said about; needs no library, so that any process may show it."""

from __future__ import annotations

from collections.abc import Mapping
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
