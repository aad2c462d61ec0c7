"""What runs runs: the interface that this host, and later a cluster, offers; no process here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from mlops_tui.domain.runs import RunState

if TYPE_CHECKING:
    from mlops_tui.engine.slots import Shortage


class Presence(StrEnum):
    """What is there of a run at this moment."""

    QUEUED = "queued"
    """It was never started."""
    SUPERVISED = "supervised"
    """Its runner is alive."""
    UNSUPERVISED = "unsupervised"
    """Its command is alive, its runner is not."""
    GONE = "gone"
    """Nothing is alive, and no end is recorded yet."""
    ENDED = "ended"
    ELSEWHERE = "elsewhere"
    """It belongs to another host (or pid namespace) and cannot be judged from here."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A run as it was seen once."""

    presence: Presence
    state: RunState | None = None
    """How it ended, where `presence` is `ENDED`."""
    reason: str | None = None

    @property
    def is_alive(self) -> bool:
        """Say whether its command runs or is about to."""
        return self.presence in (Presence.SUPERVISED, Presence.UNSUPERVISED)


class StopResult(StrEnum):
    """What asking for a stop came to."""

    ASKED = "asked"
    """It is stopped within a second, and killed if it does not go."""
    ALREADY_ASKED = "already asked"
    CANCELLED = "cancelled"
    """It was still queued and will never start."""
    ALREADY_ENDED = "already ended"


class Grant(Protocol):
    """What a run may use; held until the run has ended."""

    @property
    def gpus(self) -> tuple[str, ...]:
        """Return the names of the GPUs."""

    @property
    def descriptors(self) -> tuple[int, ...]:
        """Return the descriptors of the locks that a process on this host has to inherit."""


class HeldGrant(Grant, Protocol):
    """A grant that is ours until we let go of it; whoever was started with it keeps it."""

    def release(self) -> None:
        """Let go."""


@dataclass(frozen=True, slots=True)
class Resources:
    """How much an executor has."""

    slots: int
    free_slots: int
    gpus: int
    free_gpus: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an executor can do beyond the least."""

    name: str
    has_live_logs: bool
    """`logs` shows output while the run goes on."""
    samples_use: bool
    """Heartbeats carry CPU, memory and GPU figures."""
    ends_escapees: bool
    """Nothing that a command started outlives a stop."""


class Executor(Protocol):
    """Starts runs, finds them again, ends them. Every act may be repeated without harm."""

    def submit(self, run_id: str, grant: Grant | None) -> None:
        """Start a run unless it was started before, by whomever.

        Raises:
            StorageError: its files cannot be read or written.
        """

    def find(self, run_id: str) -> Sighting | None:
        """Return what is there of a run, None where there is no such run."""

    def poll(self, run_ids: Sequence[str]) -> dict[str, Sighting]:
        """Return what is there of these runs; unknown ones are left out."""

    def cancel(self, run_ids: Sequence[str], by: str = "") -> dict[str, StopResult]:
        """Ask for these runs to end; queued ones will not start. Returns at once.

        Returns:
            what that came to, by run; unknown ones are left out.

        Raises:
            StorageError: the wish cannot be written.
        """

    def logs(self, run_id: str, offset: int = 0, limit: int = 65536) -> bytes:
        """Return output from a byte on, at most `limit` bytes; empty where there is none yet.

        Raises:
            StorageError: it cannot be read.
        """

    def log_bytes(self, run_id: str) -> int:
        """Return how long the output is by now.

        Raises:
            StorageError: it cannot be read.
        """

    def resources(self, with_gpus: bool = True) -> Resources:
        """Return what there is and what is free; without GPUs that is sooner known.

        Raises:
            StorageError: it cannot be found out.
        """

    def capabilities(self) -> Capabilities:
        """Return what this executor can do."""


class SupervisedExecutor(Executor, Protocol):
    """An executor whose runs an agent of ours looks after: it starts, collects and adopts."""

    def reserve(self, slots_wanted: int, gpus: int) -> HeldGrant | Shortage:
        """Take room for a run, all or none; never waits for it.

        Raises:
            StorageError: it cannot be found out whether there is any.
        """

    def is_starting(self, run_id: str) -> bool:
        """Say whether a runner that we started for this run is alive."""

    def collect(self) -> dict[str, int]:
        """Return the exit codes of our runners that have ended since the last call."""

    def adopt(self, run_id: str) -> None:
        """Look again after a command that has lost its runner.

        Raises:
            StorageError: no runner can be started.
        """


def whole(order: dict[str, Any], key: str, default: int) -> int:
    """Return a count of a run's order, `default` where it is missing or senseless."""
    value = order.get(key)
    return value if isinstance(value, int) and value >= 0 else default
