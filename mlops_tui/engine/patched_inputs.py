"""Gives a run its data as people have marked it; the data itself is never touched.

The runner asks for it before it starts the command. Data with its marks is written once, into
`.mlops/patched/VERSION`, and used again by every run that reads the same version.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.datasets import SHORT
from mlops_tui.domain.errors import InputError
from mlops_tui.domain.lifecycle import VERSIONS_FILE
from mlops_tui.domain.monitoring import watched_pairs
from mlops_tui.domain.patches import patched_version, told_patch
from mlops_tui.engine import run_data, workers
from mlops_tui.engine.actions_patches import change_facts
from mlops_tui.engine.before_start import end_of_work, write_output
from mlops_tui.engine.creation import guarding
from mlops_tui.engine.data_sources import Source, declared_source, sound_datasets
from mlops_tui.engine.patches import has_marks, read_marks
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.workers import Cancellation
from mlops_tui.journal.append import append_locked
from mlops_tui.journal.sharing import make_folder
from mlops_tui.track.fingerprint import fingerprint

FOLDER = "patched"
_UNHEARD = (
    "{0}: its marks have no effect here, for the command names its own path of the data; "
    'write {{data.{0}}} in `run`, or ask run.data("{0}") or $MLOPS_DATA'
)


@dataclass(frozen=True, slots=True)
class PatchedData:
    """Data with its marks, written."""

    name: str
    source: str
    path: str
    """Where it lies; absolute."""
    source_version: str
    version: str
    files: int
    size_bytes: int
    words: str
    """Such as `2 rows excluded`."""
    not_applied: int
    """Marks whose rows are not there any more."""


def patched_inputs(
    project: Path, data: Mapping[str, Any], cancellation: Cancellation | None = None
) -> dict[str, PatchedData]:
    """Return those of a run's datasets that have marks with an effect, written; by name.

    Files in quarantine are left out of live data.

    Args:
        project: its folder.
        data: the datasets that the run reads; the names count.
        cancellation: ends it from another thread.

    Raises:
        MlopsTuiError: data or its marks cannot be read, or the result not written.
    """
    described = sound_datasets(project)
    sources = [declared_source(described, name) for name in data if name in described.datasets]
    live = {it.live.name for it in watched_pairs(described)}
    found = {}
    for source in sources:
        aside = _aside(project, source) if source.name in live else []
        if aside or has_marks(source):
            made = patch_data(project, source, cancellation, aside)
            if made is not None:
                found[source.name] = made
    return found


def _aside(project: Path, source: Source) -> list[str]:
    from mlops_tui.engine.quarantined_files import quarantined_files  # few runs read live data

    return quarantined_files(project, source.name, source.path)


def patch_data(
    project: Path,
    source: Source,
    cancellation: Cancellation | None = None,
    aside: Sequence[str] = (),
) -> PatchedData | None:
    """Return some data with its marks, written where that was not done; None where it has none.

    Files whose names are in `aside` are left out.

    Raises:
        InputError: it cannot be read, or changes meanwhile.
        StorageError: it cannot be written.
    """
    changes = read_marks(source).changes
    if not changes and not aside:
        return None
    before = _fingerprint(source)
    if len(aside) >= before[1]:
        raise InputError(f"all of {source.name} is in quarantine", "mlops-tui monitor status")
    version = patched_version(before[0], changes, aside)
    folder = places.project_dot(project) / FOLDER / version
    with guarding(folder):
        make_folder(folder.parent)
    arguments = {
        "path": source.path,
        "changes": change_facts(changes),
        "folder": str(folder),
        "left_out": list(aside),
    }
    made = workers.work("patches.materialise", arguments, None, cancellation)
    if _fingerprint(source) != before:
        raise InputError(f"{source.path} changed while its marks were applied", "try again")
    good = sum(it["standing"] in ("applies", "moved") for it in made["standings"])
    size, files = _size(made["path"], folder)
    words = told_patch(changes, len(aside))
    facts = (source.name, source.path, made["path"], before[0], version, files, size, words)
    return PatchedData(*facts, len(changes) - good)


def _fingerprint(source: Source) -> tuple[str, int]:
    found = fingerprint(source.path, places.cache_dir())
    if found.version is None:
        raise InputError(found.problem or f"{source.path} cannot be read")
    return found.version, found.files


def _size(path: str, folder: Path) -> tuple[int, int]:
    sizes = [
        os.path.getsize(os.path.join(parent, name))
        for parent, _, names in os.walk(folder)
        for name in names
    ]
    return sum(sizes), len(sizes)


def record(run_dir: Path, found: Mapping[str, PatchedData]) -> None:
    """Note beside a run which versions of marked data it reads.

    Raises:
        StorageError: it cannot be written.
    """
    with guarding(run_dir):
        for it in found.values():
            fact = {
                "name": it.name,
                "path": it.path,
                "version": it.version,
                "files": it.files,
                "size_bytes": it.size_bytes,
                "problem": None,
                "source": it.source,
                "source_version": it.source_version,
                "patch": it.words,
                "not_applied": it.not_applied,
            }
            append_locked(run_dir / VERSIONS_FILE, {"t": round(time.time(), 6), "dataset": fact})


def prepare(
    folder: RunFolder, order: Mapping[str, Any], is_stop_asked: Callable[[], bool], now: float
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the order of a run with the paths of its data that has marks, and no end.

    Where that cannot be had, the end of the run instead; the reason stands in its output too. What
    was made of the data stands there as well.

    Args:
        folder: the run's.
        order: its `run.json`.
        is_stop_asked: says whether this process was told to end.
        now: Unix seconds, for the end.
    """
    data = order.get("data") or {}
    asked = {name: path for name, path in data.items() if run_data.asks_for(order, name)}
    found: dict[str, PatchedData] = {}

    def apply(cancellation: Cancellation) -> None:
        found.update(patched_inputs(folder.project, asked, cancellation))
        record(folder.path, found)

    failing = "the marks of its data cannot be applied"
    end = end_of_work(folder, apply, is_stop_asked, failing, now)
    if end is not None:
        return dict(order), end
    marked = [name for name, file in order["data_marks"].items() if os.path.exists(file)]
    unheard = [_UNHEARD.format(name) for name in marked if name not in asked]
    write_output(folder, [*(_words(it) for it in found.values()), *unheard])
    return {**order, "data_paths": {name: it.path for name, it in found.items()}}, None


def _words(it: PatchedData) -> str:
    words = f"{it.name}: {it.words}, version {it.version[:SHORT]}"
    if it.not_applied:
        rows = "row is" if it.not_applied == 1 else "rows are"
        words += f"; {it.not_applied} marked {rows} not there any more: see data marks {it.name}"
    return words
