"""Deleting, restoring and purging: what is kept of runs that ended."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.ids import is_run_id
from mlops_tui.domain.lifecycle import RUN_DELETED, RUN_PURGED, RUN_RESTORED
from mlops_tui.engine.actions_alerts import forget_runs
from mlops_tui.engine.actions_lookup import find_runs, user_name
from mlops_tui.engine.creation import guarding, record_fact

_GONE = ".purged-"
"""Before the name of a folder that is being removed; what a crash leaves goes the next time."""


def delete(project: Path, run_ids: Sequence[str]) -> list[str]:
    """Hide ended runs and return the ids of those that were not hidden yet; no file is removed.

    Raises:
        NotFoundError: one is not there; nothing is deleted then.
        RefusedError: one has not ended; nothing is deleted then.
        StorageError: the disk failed.
    """
    runs = find_runs(project, run_ids)
    alive = [run for run in runs if not run.state.is_ended]
    if alive:
        named = ", ".join(f"{run.name} is {run.state}" for run in alive)
        raise RefusedError(f"not deleted: {named}", "stop it first: mlops-tui stop RUN")
    ids = [run.id for run in runs if not run.deleted]
    _record_each(project, RUN_DELETED, ids)
    forget_runs(project, ids)
    return ids


def restore(project: Path, run_ids: Sequence[str]) -> list[str]:
    """Show deleted runs again and return the ids of those that were hidden.

    Raises:
        NotFoundError: one is not there, or was purged; nothing is restored then.
        StorageError: the disk failed.
    """
    ids = [run.id for run in find_runs(project, run_ids) if run.deleted]
    _record_each(project, RUN_RESTORED, ids)
    return ids


def purge_preview(project: Path) -> list[tuple[str, int]]:
    """Return the id of every deleted run and the bytes that purging it frees.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    from mlops_tui.index import Index  # a launch does without it and is quicker

    with Index.open(project) as index:
        index.ingest()
        ids = index.run_ids(deleted=True)
    return [(run_id, folder_bytes(places.run_dir(project, run_id))) for run_id in ids]


def purge(project: Path, run_ids: Sequence[str]) -> int:
    """Remove the files of deleted runs for good and return the bytes that this freed.

    Raises:
        NotFoundError: one is not there; nothing is removed then.
        RefusedError: one is not deleted; nothing is removed then.
        StorageError: files cannot be removed.
    """
    runs = find_runs(project, run_ids)
    kept = [run.name for run in runs if not run.deleted]
    if kept:
        raise RefusedError(f"not purged: {', '.join(kept)} is not deleted", "delete it first")
    freed = sum(_purge_one(project, run.id) for run in runs)
    _sweep_leftovers(project)
    return freed


def folder_bytes(folder: Path) -> int:
    """Return the bytes of all files below `folder`; links are counted, not followed."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue
    return total


def _purge_one(project: Path, run_id: str) -> int:
    if not is_run_id(run_id):
        raise RefusedError(f"{run_id!r} is no run's id; its folder is left alone")
    folder = places.run_dir(project, run_id)
    gone = folder.with_name(f"{_GONE}{run_id}")
    size = folder_bytes(folder)
    with guarding(folder):
        if folder.is_symlink():
            folder.unlink()
        elif folder.exists():
            os.rename(folder, gone)
    # the line comes before the files go: nobody finds a run whose files are half removed
    record_fact(project, RUN_PURGED, time.time(), run=run_id, by=user_name())
    with guarding(gone):
        if gone.exists():
            _remove(gone)
        for name in (f"start-{run_id}", f"retry-{run_id}"):
            (places.claims_dir(project) / name).unlink(missing_ok=True)
    return size


def _sweep_leftovers(project: Path) -> None:
    for folder in places.runs_dir(project).glob(f"{_GONE}*"):
        with guarding(folder):
            _remove(folder)


def _remove(folder: Path) -> None:
    import shutil  # loads compressors that no other action needs

    shutil.rmtree(folder)


def _record_each(project: Path, event: str, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        record_fact(project, event, time.time(), run=run_id, by=user_name())
