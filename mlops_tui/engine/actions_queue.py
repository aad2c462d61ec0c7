"""The queue of this host: paused or not, and what goes first."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.lifecycle import QUEUE_PAUSED, QUEUE_RESUMED, RUN_PRIORITY
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import wake
from mlops_tui.engine.actions_lookup import find_run, user_name
from mlops_tui.engine.creation import ensure_project_folders, record_fact

if TYPE_CHECKING:
    from mlops_tui.index import QueuedRun

MOST_PRIORITY = 1_000_000


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """What waits on this host."""

    host: str
    is_paused: bool
    queued: tuple[QueuedRun, ...]
    """The next one first."""
    reasons: Mapping[str, str]
    """Why each of them has not started, by its id."""


def pause_queue(project: Path) -> None:
    """Start nothing more on this host; what runs goes on.

    Raises:
        StorageError: the disk failed.
    """
    ensure_project_folders(project)
    record_fact(project, QUEUE_PAUSED, time.time(), host=host_name(), by=user_name())


def resume_queue(project: Path) -> None:
    """Start queued runs of this host again.

    Raises:
        StorageError: the disk failed.
    """
    ensure_project_folders(project)
    record_fact(project, QUEUE_RESUMED, time.time(), host=host_name(), by=user_name())
    wake.ensure_agent(project)


def queue_status(project: Path) -> QueueStatus:
    """Return what waits on this host and whether it may start.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    from mlops_tui.engine.waiting import why_waiting
    from mlops_tui.index import Index  # a launch does without it and is quicker

    with Index.open(project) as index:
        index.ingest()
        return QueueStatus(
            host_name(),
            index.is_paused(host_name()),
            tuple(index.queued(machine_id())),
            why_waiting(project, index),
        )


def set_priority(project: Path, run_id: str, priority: int) -> None:
    """Put a queued run before those of smaller priority.

    Raises:
        NotFoundError: there is no such run.
        RefusedError: it is not queued any more.
        InputError: the number is out of reason.
        StorageError: the disk failed.
    """
    priority = checked_priority(priority)
    run = find_run(project, run_id)
    if run.state is not RunState.QUEUED:
        raise RefusedError(f"{run.name} does not wait in the queue: it is {run.state}")
    record_fact(project, RUN_PRIORITY, time.time(), run=run_id, priority=priority, by=user_name())
    wake.ensure_agent(project)


def checked_priority(priority: int) -> int:
    """Return `priority`.

    Raises:
        InputError: the number is out of reason.
    """
    if abs(priority) > MOST_PRIORITY:
        hint = f"give a number from -{MOST_PRIORITY} to {MOST_PRIORITY}"
        raise InputError(f"priority {priority} is out of reason", hint)
    return priority
