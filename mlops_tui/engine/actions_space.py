"""What a project's disk use is made of and what of it could go, for a person to look through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import WorkCancelledError
from mlops_tui.engine.actions_disk import DiskUse, Used, disk_use
from mlops_tui.engine.actions_keep import purge
from mlops_tui.engine.unreferenced import Unreferenced, find_unreferenced, trashed
from mlops_tui.engine.workers import Cancellation, OnProgress

if TYPE_CHECKING:
    from mlops_tui.index import Index


@dataclass(frozen=True, slots=True)
class Space:
    """What takes space, and what of it nothing needs."""

    use: DiskUse
    unreferenced: Sequence[Unreferenced]
    """Contents that could go into the trash, the largest first."""
    trash: Sequence[tuple[str, int]]
    """Name and bytes of what is in it, the largest first."""

    @property
    def deleted_runs(self) -> list[Used]:
        """Runs that could be removed for good, the largest first."""
        return [it for it in self.use.runs if it.is_deleted]


def look_through(
    project: Path,
    index: Index,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Space:
    """Return what takes space and what could go; nothing is changed.

    Args:
        project: the project's folder.
        index: brought up to date.
        on_progress: told how many runs were looked at.
        cancellation: ends it from another thread.

    Raises:
        StorageError: the disk cannot be read.
        WorkCancelledError: it was cancelled.
    """
    told = _watched(on_progress, cancellation)
    found = find_unreferenced(project, index)
    use = disk_use(project, index, found, told)
    trash = sorted(trashed(project), key=lambda it: (-it[1], it[0]))
    return Space(use, found, trash)


def purge_one_by_one(
    project: Path,
    run_ids: Sequence[str],
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> int:
    """Remove the files of deleted runs for good and return the bytes that this freed.

    Cancelled, it stops before the next run: each run is there as a whole, or gone.

    Raises:
        NotFoundError: one is not there any more; those before it are gone.
        RefusedError: one is not deleted any more; those before it are gone.
        StorageError: files cannot be removed.
        WorkCancelledError: it was cancelled.
    """
    told = _watched(on_progress, cancellation)
    freed = 0
    for at, run_id in enumerate(run_ids):
        told(at, len(run_ids))
        freed += purge(project, [run_id])
    return freed


def _watched(on_progress: OnProgress | None, cancellation: Cancellation | None) -> OnProgress:
    """Return what tells of progress and ends the work where that was asked for."""

    def told(done: float, total: float | None) -> None:
        if cancellation is not None and cancellation.is_cancelled:
            raise WorkCancelledError("cancelled")
        if on_progress is not None:
            on_progress(done, total)

    return told
