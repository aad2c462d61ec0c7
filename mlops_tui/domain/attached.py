"""What people attach to lines of readiness; values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attached:
    """What a person says of a line that nothing recorded shows."""

    test: str
    evidence: str
    """Where it can be seen: an address, a file, a commit."""
    why: str
    by: str
    at: float
    """Unix seconds."""
