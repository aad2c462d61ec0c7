"""Runs, metrics and series as values; no file, no process."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ParamValue = str | int | float | bool | None


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"

    @property
    def is_ended(self) -> bool:
        """Say whether nothing will change this state any more."""
        return self in ENDED


ENDED = frozenset({RunState.FINISHED, RunState.FAILED, RunState.STOPPED, RunState.LOST})


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What a series says at a glance; min, max skip NaN, and are None where all points are."""

    last: float
    min: float | None
    max: float | None
    first: float
    count: int
    """Points, NaN included."""
    nan_count: int
    last_step: int
    min_step: int | None
    max_step: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run as the index knows it; times are Unix seconds, UTC."""

    id: str
    name: str
    job: str
    kind: str
    state: RunState
    created: float
    started: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    signal: str | None = None
    """Name of the signal that ended the command, such as `SIGKILL`."""
    reason: str | None = None
    """Why it ended, in words."""
    host: str = ""
    machine: str = ""
    retry_of: str | None = None
    parent: str | None = None
    """The run that was open in the process that began this one."""
    attempt: int = 1
    slots: int = 1
    """How much of its host's job slots it takes."""
    gpus: int = 0
    priority: int = 0
    """The greater one starts first."""
    params: Mapping[str, ParamValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    progress: tuple[float, float | None] | None = None
    """Done and total, in the run's own unit; a total is greater than 0, or None where unknown."""
    unreadable_lines: int = 0
    unreadable_first: str | None = None
    backward_points: int = 0
    """Points whose step was smaller than the one before."""
    metrics: Mapping[str, MetricSummary] = field(default_factory=dict)
    note: str | None = None
    deleted: bool = False
    heard: float | None = None
    """Time of the last sign of life: heartbeat or event."""

    def duration_seconds(self, now: float) -> float | None:
        """Return the seconds from start to end (or to `now`), None if never started, never < 0."""
        if self.started is None:
            return None
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)


WORD_FIELDS = ("id", "name", "job")
"""Where a filter looks for a bare word, beside the tags."""
WORDS = "\n"
"""The field that gives all of that as one text; nobody can type its name."""


@dataclass(frozen=True, slots=True)
class Series:
    """The history of one metric, sorted by step; decimated ones keep the extremes."""

    metric: str
    count: int
    """Points in the whole series, also where fewer are given here."""
    steps: array[int]
    """Typecode `q`."""
    times: array[float]
    """Typecode `d`, Unix seconds."""
    values: array[float]
    """Typecode `d`; may hold NaN and infinities."""
