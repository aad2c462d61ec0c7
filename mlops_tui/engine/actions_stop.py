"""Ending runs from outside: stop what runs, cancel what waits, give up what nobody hears of."""

from __future__ import annotations

import json
import os
import signal
import time
from enum import StrEnum
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.host import is_alive
from mlops_tui.domain.lifecycle import RUN_ENDED
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import liveness, secrets, wake
from mlops_tui.engine.actions_lookup import (
    find_run,
    is_of_here,
    read_record,
    require_here,
    user_name,
)
from mlops_tui.engine.creation import guarding, record_fact
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.journal.lock import claim


class StopResult(StrEnum):
    """What asking for a stop came to."""

    ASKED = "asked"
    """The runner will stop it within a second, and kill what does not go."""
    ALREADY_ASKED = "already asked"
    CANCELLED = "cancelled"
    """It was still queued and will never start."""
    ALREADY_ENDED = "already ended"


def stop(project: Path, run_id: str, by: str = "") -> StopResult:
    """Ask for a run to be stopped; doing it twice is no mistake.

    Raises:
        NotFoundError: there is no such run.
        RefusedError: it belongs to another host.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    if run.state.is_ended:
        return StopResult.ALREADY_ENDED
    require_here(run, "stopped")
    who = by or user_name()
    if run.state is RunState.QUEUED and _cancel(project, run, who):
        return StopResult.CANCELLED
    if read_record(project, run_id).get("source") == "track":
        return _signal_script(project, run)
    path = places.run_dir(project, run_id) / "stop"
    with guarding(path):
        is_new = claim(path, {"t": time.time(), "by": who})
    wake.ensure_agent(project)
    return StopResult.ASKED if is_new else StopResult.ALREADY_ASKED


def mark_lost(project: Path, run_id: str, by: str = "") -> None:
    """Record that nothing more is expected of a run whose host cannot be asked.

    Raises:
        NotFoundError: there is no such run.
        RefusedError: it has ended, or is of this host, where its end is seen by itself.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    if run.state.is_ended:
        raise RefusedError(f"{run.name} has ended already: {run.state}")
    if is_of_here(run):
        raise RefusedError(
            f"{run.name} is of this host, where its end is noticed by itself",
            f"mlops-tui stop {run_id}",
        )
    end = end_of(
        RunState.LOST.value,
        f"marked lost by {by or user_name()}",
        started=run.started,
        ended=time.time(),
    )
    record_fact(project, RUN_ENDED, time.time(), run=run.id, **end)


def _cancel(project: Path, run: Run, who: str) -> bool:
    """Take the one start of a queued run; return False if a runner was faster."""
    path = places.claims_dir(project) / f"start-{run.id}"
    with guarding(path):
        is_ours = claim(path, {"t": time.time(), "by": who, "cancelled": True})
        # a cancel that was killed after its claim is finished by the next one
        if not is_ours and not _is_cancelled(path):
            return False
        secrets.drop(run.id)
        liveness.settle(project, run.id)
    return True


def _signal_script(project: Path, run: Run) -> StopResult:
    """Ask a script that records by itself to go: it has no runner that could do it."""
    mark = read_facts(RunFolder(project, run.id)).command
    seen = liveness.sight(project, run.id)
    if mark is None or not is_alive(mark) or not seen.is_alive:
        raise RefusedError(
            f"the process of {run.name} cannot be told apart from others",
            "stop the script where you started it",
        )
    try:
        os.kill(mark.pid, signal.SIGTERM)
    except ProcessLookupError:
        return StopResult.ALREADY_ENDED
    except PermissionError as error:
        raise RefusedError(f"{run.name} is another user's process") from error
    return StopResult.ASKED


def _is_cancelled(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("cancelled") is True
