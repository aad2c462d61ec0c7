"""What runs and what waits, and why it has not started; changes nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import wake
from mlops_tui.engine.dispatch import ABOUT_TO_START, waiting_reasons
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.recorded import RunFolder

if TYPE_CHECKING:
    from mlops_tui.index import QueuedRun

LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What runs, and what waits on this host."""

    host: str
    is_paused: bool
    running: tuple[Run, ...]
    """Those that have begun and not ended, the one that began first first; of any host."""
    queued: tuple[QueuedRun, ...]
    """The next one first."""
    runs: Mapping[str, Run]
    """Those that wait, by id; also those that wait on other hosts."""
    reasons: Mapping[str, str]
    """Why each of them has not started, by its id."""

    @property
    def is_startable(self) -> bool:
        """Say whether one of them only waits for somebody to start it."""
        return ABOUT_TO_START in self.reasons.values()


class QueueReader(Protocol):
    """What is asked of an index here."""

    def live(self) -> list[Run]:
        """Return the runs that have not ended."""

    def queued(self, host_machine: str) -> list[QueuedRun]:
        """Return what waits to be started on a machine, the next one first."""

    def is_paused(self, host: str) -> bool:
        """Say whether the queue of `host` is paused."""


def read_queue(project: Path, reader: QueueReader) -> QueueStatus:
    """Return what runs and waits, and why: what both the command line and the screen show.

    Raises:
        StorageError: the index, or the locks of slots and GPUs, cannot be looked at.
    """
    live = reader.live()
    waiting = {run.id: run for run in live if run.state is RunState.QUEUED}
    queued = tuple(run for run in reader.queued(machine_id()) if run.id in waiting)
    is_paused = reader.is_paused(host_name())
    running = [run for run in live if run.state is not RunState.QUEUED]
    reasons = _why(project, queued, waiting, is_paused)
    elsewhere = sorted(waiting.keys() - reasons.keys())
    reasons |= {run_id: f"in the queue of {waiting[run_id].host}" for run_id in elsewhere}
    return QueueStatus(
        host_name(),
        is_paused,
        tuple(sorted(running, key=lambda run: (run.started or run.created, run.id))),
        queued,
        waiting,
        reasons,
    )


def keep_starting(project: Path, status: QueueStatus) -> None:
    """See to it that somebody starts what can start: an agent that was killed leaves it behind.

    What fails is logged: who looks at a queue cannot be kept from it.
    """
    if not status.is_startable or wake.find_agent(project) is not None:
        return
    try:
        wake.ensure_agent(project)
    except MlopsTuiError as error:
        LOGGER.warning("the queue of %s is not started: %s", project, error)


def _why(
    project: Path, queued: Sequence[QueuedRun], runs: Mapping[str, Run], is_paused: bool
) -> dict[str, str]:
    """Return why each run that is queued on this machine has not started, in words, by its id."""
    if not queued:
        return {}
    told = {run.id: _own_reason(project, runs[run.id]) for run in queued}
    others = [run for run in queued if not told[run.id]]
    resources = executor_of(project).resources(with_gpus=any(run.gpus for run in others))
    told |= waiting_reasons(others, is_paused, resources)
    return told


def _own_reason(project: Path, run: Run) -> str:
    """Return what keeps this very run from being started by our agent; empty for nothing."""
    if run.host not in ("", host_name()):
        return f"queued as a run of {run.host}; this host is called {host_name()}"
    folder = RunFolder(project, run.id)
    try:
        original = folder.copied_from(folder.order())
        if original is not None:
            return f"a copy: it starts only where it was queued, in {original}"
        if not folder.is_of_user():
            return "the agent of whoever queued it has to start it"
        return "its start has begun" if folder.start_claim.exists() else ""
    except (OSError, ValueError) as error:
        return f"its order cannot be read: {error}"
