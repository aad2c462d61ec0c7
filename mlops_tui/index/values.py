"""What the index hands out beside runs and series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since the last call, whichever process wrote it into the index."""

    runs: frozenset[str]
    """Ids of runs of which anything changed."""
    points: frozenset[str]
    """Ids of runs that got points."""
    more: bool = False
    """The budget ran out before everything was read."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Files below `.mlops` that are there and cannot be read, and why; tried again each time."""
    alerts: frozenset[str] = frozenset()
    """Ids of alerts of which anything changed."""
    topics: frozenset[str] = frozenset()
    """What else changed: `batches` of live data, versions of `data`, `models`,
    `evaluations`."""

    @property
    def unreadable_words(self) -> str:
        """Say that what is shown lacks what these files hold; empty where there are none."""
        if not self.unreadable:
            return ""
        name, why = min(self.unreadable.items())
        others = len(self.unreadable) - 1
        rest = f", and so is that of {others} more" if others else ""
        return f".mlops/{name}: {why}: what it says is left out{rest}"


@dataclass(frozen=True, slots=True)
class QueuedRun:
    """A run that waits to be started, with what decides when."""

    id: str
    priority: int
    created: float
    slots: int
    gpus: int
    place: float | None = None
    """Where it was moved to among those of its priority, Unix seconds; None if it was not."""

    @property
    def turn(self) -> float:
        """Return what orders it among those of its priority, Unix seconds."""
        return self.created if self.place is None else self.place


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A field that runs have, and whether they differ in it; deleted runs are left out."""

    field: str
    """As filters and orders name it: `param.lr`, `metric.loss`, `tag.team`, `host`."""
    runs: int
    """Runs that have it."""
    values: int
    """Different values among them; of a metric, different last values other than NaN."""
