"""One problem of a project file, with the place where it stands and the cure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a file."""

    file: str
    """Path as the person would write it."""
    line: int
    """1-based; 0 where the whole file is meant."""
    key: str
    """Dotted key such as `jobs.train.params.lr.min`; may be empty."""
    message: str
    """What was found and what was expected."""
    hint: str = ""
    """The nearest known key, or another cure."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}:{key} {self.message}{hint}"
