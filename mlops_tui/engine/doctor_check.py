"""What a check of the doctor says; values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding matters."""

    GOOD = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    """Something does not work until it is mended."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    level: Level
    found: str
    """One line for each finding."""
    hint: str = ""
    """What to do, or what follows from it."""
