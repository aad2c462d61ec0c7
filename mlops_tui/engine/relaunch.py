"""Runs that repeat another: a new order from the old one, created once however often tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.ids import is_run_id, new_run_id
from mlops_tui.domain.lifecycle import RUN_CREATED, RUN_RETRIED
from mlops_tui.domain.places import claims_dir, project_journal
from mlops_tui.engine import retries, secrets
from mlops_tui.engine.creation import FACTS_OF_CREATION, create_run, record_fact
from mlops_tui.engine.recorded import RunFolder, read_facts, read_object
from mlops_tui.engine.run_names import next_name
from mlops_tui.journal.lock import claim


def relaunch(
    project: Path, run_id: str, now: float, waiting: secrets.Waiting, new_id: str | None = None
) -> str:
    """Queue a new run that repeats an old one exactly, and return its id.

    Args:
        project: the project's folder.
        run_id: the run to repeat.
        now: Unix seconds.
        waiting: the environment and the secrets of the new run.
        new_id: its id, where one was promised; a run of this id that is there is completed.

    Raises:
        StorageError: it cannot be written.
        OSError: the old order cannot be read, or the secrets cannot be kept.
        ValueError: the old order is spoiled.
    """
    old = RunFolder(project, run_id).order()
    chosen = new_id or new_run_id(now)
    folder = RunFolder(project, chosen)
    if folder.path.exists():
        if not _names(project, RUN_CREATED, chosen):
            record = folder.order()
            facts = {key: record[key] for key in FACTS_OF_CREATION}
            record_fact(project, RUN_CREATED, record["created"], run=chosen, **facts)
    else:
        secrets.save(chosen, waiting.secrets, waiting.environment)
        record = _repeated(old, run_id, chosen, now)
        create_run(project, record, lambda: next_name(project, str(old["job"])))
    if not _names(project, RUN_RETRIED, run_id):
        record_fact(project, RUN_RETRIED, now, run=run_id, by_run=chosen, by="policy")
    return chosen


def retry_if_due(project: Path, run_id: str, now: float) -> str | None:
    """Repeat a failed run that offered itself for it; return the id of the new run, if any.

    Raises:
        StorageError: the new run cannot be written; the offer stands.
        OSError: files cannot be read or written; the offer stands.
    """
    facts = read_facts(RunFolder(project, run_id))
    if facts.end is None:
        return None  # its end is being written, or will be settled
    new_id = None
    if facts.end.get("state") == "failed":
        path = claims_dir(project) / f"retry-{run_id}"
        new_id = new_run_id(now)
        if not claim(path, {"run": new_id, "t": now}):
            new_id = _promised(path)
    if new_id is not None:
        relaunch(project, run_id, now, retries.what_waits(project, run_id), new_id)
    retries.drop(project, run_id)
    return new_id


def repeated_as(project: Path, run_id: str) -> str | None:
    """Return the id of the run that repeats this one by policy, None where it is not there."""
    promised = _promised(claims_dir(project) / f"retry-{run_id}")
    if promised is None or not RunFolder(project, promised).path.is_dir():
        return None
    return promised if _names(project, RUN_CREATED, promised) else None


def _repeated(old: dict[str, Any], run_id: str, new_id: str, now: float) -> dict[str, Any]:
    return {
        **old,
        "id": new_id,
        "name": "",
        "created": now,
        "host": host_name(),
        "machine": machine_id(),
        "retry_of": run_id,
        "attempt": int(old.get("attempt") or 1) + 1,
        "retries_left": retries.left(old) - 1,
    }


def _promised(path: Path) -> str | None:
    """Return the id that an agent promised that may have died before it kept its word."""
    try:
        promised = str(read_object(path).get("run"))
    except (OSError, ValueError):
        return None
    return promised if is_run_id(promised) else None


def _names(project: Path, event: str, run_id: str) -> bool:
    wanted = b'"event":"%s","run":"%s"' % (event.encode(), run_id.encode())
    try:
        return wanted in project_journal(project, host_name()).read_bytes()
    except FileNotFoundError:
        return False
