"""Versions of data, and which run used which; values only."""

from __future__ import annotations

from dataclasses import dataclass

SHORT = 12
"""Letters of a version that people are shown; they also name it wherever one is asked for."""


@dataclass(frozen=True, slots=True)
class UsedData:
    """Data that a run used, by the name it has in the run."""

    run_id: str
    name: str
    path: str
    """As the run named it; absolute where it was looked at."""
    version: str | None
    """The digest over its files; None while it is not known, or where it cannot be told."""
    files: int | None
    size_bytes: int | None
    t: float
    """When it was named or looked at, Unix seconds."""
    problem: str | None
    """Why the version cannot be told, in words."""


@dataclass(frozen=True, slots=True)
class DataVersion:
    """One content of a dataset."""

    name: str
    version: str
    path: str
    files: int | None
    size_bytes: int | None
    first_seen: float
    """Unix seconds."""
    last_seen: float
    run_ids: tuple[str, ...]
    """Runs that used it and are not deleted, newest first."""
