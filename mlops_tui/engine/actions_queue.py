"""The queue of this host: paused or not, and what goes first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, RefusedError
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.lifecycle import QUEUE_PAUSED, QUEUE_RESUMED, RUN_PRIORITY
from mlops_tui.domain.runs import RunState
from mlops_tui.engine import wake
from mlops_tui.engine.actions_lookup import find_run, find_runs, user_name
from mlops_tui.engine.creation import ensure_project_folders, guarding, record_fact
from mlops_tui.journal.append import append_synced, locked

if TYPE_CHECKING:
    from mlops_tui.engine.waiting import QueueStatus
    from mlops_tui.index import Index

MOST_PRIORITY = 1_000_000
FARTHEST = 1_000_000_000
"""Places: farther than any queue is long."""


def pause_queue(project: Path) -> None:
    """Start nothing more on this host; what runs goes on.

    Raises:
        StorageError: the disk failed.
    """
    ensure_project_folders(project)
    record_fact(project, QUEUE_PAUSED, time.time(), host=host_name(), by=user_name())
    _read_in(project)


def resume_queue(project: Path) -> None:
    """Start queued runs of this host again.

    Raises:
        StorageError: the disk failed.
    """
    ensure_project_folders(project)
    record_fact(project, QUEUE_RESUMED, time.time(), host=host_name(), by=user_name())
    _read_in(project)
    wake.ensure_agent(project)


def _read_in(project: Path) -> None:
    """Bring the index up to date, so that who looks at the queue next sees what was done."""
    from mlops_tui.index import Index  # a launch does without it and is quicker

    with Index.open(project) as index:
        index.ingest()


def queue_status(project: Path) -> QueueStatus:
    """Return what runs and waits here, whether it may start, and why it has not.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    from mlops_tui.engine.waiting import read_queue
    from mlops_tui.index import Index  # a launch does without it and is quicker

    with Index.open(project) as index:
        index.ingest()
        return read_queue(project, index)


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


def move(project: Path, run_ids: Sequence[str], by: int) -> list[str]:
    """Move queued runs of this host and return the ids of those that get another turn for it.

    Each is one line of the journal, except where no number is left between two neighbours.

    Args:
        project: the project's folder.
        run_ids: those to move; the ones that wait no more are left out.
        by: places to go back, or to come forward where it is negative; however many.

    Raises:
        NotFoundError: one is not there.
        RefusedError: none of them waits on this host any more.
        StorageError: the disk failed.
    """
    from mlops_tui.index import Index  # a launch does without it and is quicker

    ensure_project_folders(project)
    with Index.open(project) as index:
        index.ingest()  # all but the last lines without the lock: it may take a while
        journal = places.project_journal(project, host_name())
        with guarding(journal), locked(journal) as fd:
            changed = _record_turns(fd, index, run_ids, by)
        index.ingest()
    if changed is None:
        run = find_runs(project, run_ids)[0]
        raise RefusedError(f"{run.name} does not wait in the queue here: it is {run.state}")
    if changed:
        wake.ensure_agent(project)
    return changed


def _record_turns(fd: int, index: Index, run_ids: Sequence[str], by: int) -> list[str] | None:
    """Write new turns with the journal locked: nobody else moves anything meanwhile."""
    from mlops_tui.engine.turns import new_turns

    index.ingest()
    queued = index.queued(machine_id())
    waiting = {run.id for run in queued} & set(run_ids)
    if not waiting:
        return None
    turns = new_turns(queued, waiting, by)
    for turn in turns:
        facts = {"run": turn.run_id, "priority": turn.priority, "place": turn.place}
        append_synced(fd, {"t": time.time(), "event": RUN_PRIORITY, **facts, "by": user_name()})
    return [turn.run_id for turn in turns]


def checked_priority(priority: int) -> int:
    """Return `priority`.

    Raises:
        InputError: the number is out of reason.
    """
    if abs(priority) > MOST_PRIORITY:
        hint = f"give a number from -{MOST_PRIORITY} to {MOST_PRIORITY}"
        raise InputError(f"priority {priority} is out of reason", hint)
    return priority
