"""Ending runs from outside: stop what runs, cancel what waits, give up what nobody hears of."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from mlops_tui.domain.errors import NotFoundError, RefusedError
from mlops_tui.domain.host import is_alive
from mlops_tui.domain.lifecycle import RUN_ENDED
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import liveness, wake
from mlops_tui.engine.actions_lookup import (
    find_run,
    is_of_here,
    read_record,
    require_here,
    user_name,
)
from mlops_tui.engine.creation import record_fact
from mlops_tui.engine.endings import end_of
from mlops_tui.engine.executor import StopResult
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.recorded import RunFolder, read_facts


def stop(project: Path, run_id: str, by: str = "") -> StopResult:
    """Ask for a run to be stopped; doing it twice is no mistake.

    Raises:
        NotFoundError: there is no such run, or its folder is gone.
        RefusedError: it belongs to another host.
        StorageError: the disk failed.
    """
    run = find_run(project, run_id)
    if run.state.is_ended:
        return StopResult.ALREADY_ENDED
    require_here(run, "stopped")
    is_queued = run.state is RunState.QUEUED
    if not is_queued and read_record(project, run_id).get("source") == "track":
        return _signal_script(project, run)
    result = executor_of(project).cancel([run_id], by or user_name()).get(run_id)
    if result is None:
        raise NotFoundError(f"the folder of {run.name} is gone", "mlops-tui doctor --verify")
    if result in (StopResult.ASKED, StopResult.ALREADY_ASKED):
        wake.ensure_agent(project)
    return result


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
