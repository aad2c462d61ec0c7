"""What the index hands out beside runs and series: changes, queued runs, and what it asks of a filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since the last call, whichever process wrote it into the index."""

    runs: frozenset[str]
    """Ids of runs of which anything changed."""
    points: frozenset[str]
    """Ids of runs that got points."""
    more: bool = False
    """The budget ran out before everything was read."""


@dataclass(frozen=True, slots=True)
class QueuedRun:
    """A run that waits to be started, with what decides when."""

    id: str
    priority: int
    created: float
    slots: int
    gpus: int


class RunFilter(Protocol):
    """What a filter must offer: `domain.filters.Filter` does."""

    @property
    def fields(self) -> frozenset[str]:
        """Names of the values that `matches` may ask for."""

    def matches(self, get: Callable[[str], object]) -> bool:
        """Say whether the run whose values `get` returns is wanted."""


class RunSort(Protocol):
    """What an order must offer: `domain.filters.Sort` does."""

    @property
    def keys(self) -> Sequence[tuple[str, bool]]:
        """Fields in order of weight, each with whether it descends."""
