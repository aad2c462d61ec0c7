"""Follows what a job was started for: its run, then the retries that its policy allows."""

from __future__ import annotations

import time
from pathlib import Path

from mlops_tui.cli import output
from mlops_tui.cli.follow import POLL_SECONDS, SETTLE_SECONDS, follow_as_json, follow_for_people
from mlops_tui.cli.reading import one_run, open_index
from mlops_tui.domain.runs import Run
from mlops_tui.engine import relaunch, retries, wake
from mlops_tui.engine.creation import guarding

FAILED = 1
"""The exit code of a followed run that did not end well."""


def follow_job(project: Path, run_id: str, *, is_json: bool) -> int:
    """Stream a run until it ends, and the run that repeats it by itself; return the exit code.

    A failed attempt that is repeated decides nothing: the last one does.
    """
    while True:
        run = _run(project, run_id)
        code = follow_as_json(project, run) if is_json else follow_for_people(project, run)
        if code != FAILED:
            return code
        try:
            next_id = await_retry(project, run_id)
        except KeyboardInterrupt:
            output.words(f"detached; {run.name} failed and is going to be repeated")
            return 130
        if next_id is None:
            return code
        if is_json:
            output.json_line({"id": next_id, "retry_of": run_id})
        else:
            output.words(f"attempt {run.attempt + 1}: {run.name} is repeated as {next_id}")
        run_id = next_id


def await_retry(project: Path, run_id: str) -> str | None:
    """Return the id of the run that repeats this one by itself; None where nothing is due.

    Raises:
        StorageError: nobody can be started to do it.
    """
    asked = time.monotonic()
    while True:
        with guarding(project):
            # looked at first: it goes when the new run is there
            is_due = run_id in retries.offered(project)
            new_id = relaunch.repeated_as(project, run_id)
        if new_id is not None or not is_due:
            return new_id
        if time.monotonic() - asked >= SETTLE_SECONDS:
            asked = time.monotonic()
            wake.ensure_agent(project)
        time.sleep(POLL_SECONDS)


def _run(project: Path, run_id: str) -> Run:
    with open_index(project) as index:
        return one_run(index, run_id)
