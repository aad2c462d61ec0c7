"""What datasets there are and which versions of them were seen; reading one is recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.datasets import DataVersion
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.lifecycle import DATASET_VERSION
from mlops_tui.domain.project import Dataset, Project
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.data_sources import Source, find_source
from mlops_tui.engine.patches import read_marks
from mlops_tui.track.fingerprint import Fingerprint, fingerprint, known_fingerprint, total_size

MOST_FILES = 5000
"""A dataset with more is not looked through only to list it."""


READ_BYTES = 32 << 20
"""Of a dataset that changed, so much is read only to list it: that takes less than 0.1 s."""


@dataclass(frozen=True, slots=True)
class DatasetState:
    """A declared dataset and what is known of it without reading much."""

    dataset: Dataset
    files: int | None
    """None where it has very many, or much changed since it was read."""
    size_bytes: int | None
    current: str | None
    """The version that is there now; None where telling that takes reading much."""
    latest: DataVersion | None
    """The version seen last."""
    versions: int
    runs: int
    """How many used any version of it."""
    is_there: bool
    marks: int = 0
    """Of people on its rows, those for review too."""


def data_states(project: Project, versions: Sequence[DataVersion]) -> list[DatasetState]:
    """Return the datasets that a project declares, in the order of its file.

    Args:
        project: what its file says.
        versions: those the index knows, of all datasets, by name and then the newest first.
    """
    return [
        _state(project.path, dataset, [it for it in versions if it.name == dataset.name])
        for dataset in project.datasets.values()
    ]


def _state(project: Path, dataset: Dataset, versions: Sequence[DataVersion]) -> DatasetState:
    path = os.path.abspath(project / dataset.path)
    known = known_fingerprint(path, places.cache_dir(), MOST_FILES, READ_BYTES)
    return DatasetState(
        dataset,
        known.files if known else None,
        known.size_bytes if known else _size_of_file(path),
        known.version if known else None,
        versions[0] if versions else None,
        len(versions),
        len({run_id for version in versions for run_id in version.run_ids}),
        any(letter in path for letter in "*?[") or os.path.exists(path),
        _marks(Source(dataset.name, path, dataset)),
    )


def _marks(source: Source) -> int:
    try:
        return len(read_marks(source).marks)
    except MlopsTuiError:
        return 0


def _size_of_file(path: str) -> int | None:
    return os.path.getsize(path) if os.path.isfile(path) else None


def record_version(
    project: Project, source: str, on_progress: Callable[[float, float | None], object]
) -> tuple[str, Fingerprint]:
    """Return the name of some data and its version now, and record that it was seen.

    Args:
        project: what its file says.
        source: a dataset, or a file, folder or pattern.
        on_progress: told the bytes known and of how many.

    Raises:
        NotFoundError: there is no such dataset or file.
        InputError: it cannot be read, or changes meanwhile.
        StorageError: it cannot be recorded.
    """
    where = find_source(project, source)
    path = where.path
    total, done = total_size(path), 0

    def tell(size: int) -> None:
        nonlocal done
        done += size
        on_progress(done, total)

    found = fingerprint(path, places.cache_dir(), tell)
    if found.version is None:
        raise InputError(found.problem or f"{path} cannot be read")
    fact = {"name": where.name, "path": path, **found._asdict()}
    ensure_project_folders(project.path)
    record_fact(project.path, DATASET_VERSION, time.time(), dataset=fact)
    return where.name, found
