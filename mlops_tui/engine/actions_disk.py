"""How much disk a project uses, by run, model and dataset; looks only."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.projectfile import load_project
from mlops_tui.engine.actions_keep import folder_bytes
from mlops_tui.engine.model_manifest import files_of, read_manifest
from mlops_tui.engine.unreferenced import Unreferenced, find_unreferenced, trashed
from mlops_tui.engine.workers import OnProgress
from mlops_tui.track.fingerprint import total_size

if TYPE_CHECKING:
    from mlops_tui.index import Index


@dataclass(frozen=True, slots=True)
class Used:
    """What one thing takes."""

    name: str
    size_bytes: int
    id: str = ""
    """Of a run."""
    count: int = 0
    """Versions of a model."""
    is_deleted: bool = False
    """Of a run: `purge` would free this."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What a project takes on the disk."""

    runs: Sequence[Used]
    """The largest first."""
    models: Sequence[Used]
    """The largest first; a file that several versions share is counted once in each model."""
    datasets: Sequence[Used]
    """As the project file declares them; they lie outside of `.mlops`."""
    objects_bytes: int
    """Models, manifests and reports that are kept by their content."""
    unreferenced_bytes: int
    unreferenced: int
    trash_bytes: int
    total_bytes: int
    """All of `.mlops`."""


def disk_use(
    project: Path,
    index: Index,
    unreferenced: Sequence[Unreferenced] | None = None,
    on_progress: OnProgress | None = None,
) -> DiskUse:
    """Return what a project takes on the disk.

    Args:
        project: the project's folder.
        index: brought up to date.
        unreferenced: what `find_unreferenced` gave, where somebody has asked already.
        on_progress: told how many runs were looked at; what it raises ends the work.

    Raises:
        StorageError: the disk cannot be read.
    """
    if unreferenced is None:
        unreferenced = find_unreferenced(project, index)
    dot = places.project_dot(project)
    runs = _runs(project, index, on_progress)
    objects = folder_bytes(dot / "objects")
    trash = sum(size for _, size in trashed(project))
    of_runs = folder_bytes(places.runs_dir(project))
    others = sum(
        folder_bytes(Path(it.path)) if it.is_dir(follow_symlinks=False) else it.stat().st_size
        for it in (os.scandir(dot) if dot.is_dir() else ())
        if it.name not in ("objects", "runs", "trash")
    )
    return DiskUse(
        runs,
        _models(project, index),
        _datasets(project),
        objects,
        sum(it.size_bytes for it in unreferenced),
        len(unreferenced),
        trash,
        objects + trash + of_runs + others,
    )


def _largest(found: list[Used]) -> list[Used]:
    return sorted(found, key=lambda it: (-it.size_bytes, it.name))


def _runs(project: Path, index: Index, on_progress: OnProgress | None) -> list[Used]:
    found: list[Used] = []
    ids = {it: index.run_ids(deleted=it) for it in (False, True)}
    total = sum(map(len, ids.values()))
    for is_deleted, own in ids.items():
        for run in index.runs(own):
            if on_progress is not None:
                on_progress(len(found), total)
            size = folder_bytes(places.run_dir(project, run.id))
            found.append(Used(run.name, size, run.id, is_deleted=is_deleted))
    return _largest(found)


def _models(project: Path, index: Index) -> list[Used]:
    sizes: dict[str, dict[str, int]] = {}
    counts: dict[str, int] = {}
    for version in index.model_versions():
        counts[version.model] = counts.get(version.model, 0) + 1
        files = sizes.setdefault(version.model, {})
        try:
            told = files_of(read_manifest(project, version))
            files.update((it.sha256, it.size_bytes) for it in told)
        except MlopsTuiError:
            files[version.manifest] = version.size_bytes
    return _largest(
        [Used(name, sum(it.values()), count=counts[name]) for name, it in sizes.items()]
    )


def _datasets(project: Path) -> list[Used]:
    declared = load_project(project).datasets.values()
    return _largest(
        [
            Used(it.name, total_size(os.path.abspath(project / it.path)))
            for it in declared
            if it.path
        ]
    )
