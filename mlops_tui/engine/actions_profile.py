"""The profile of some data: made by a worker, and kept for as long as the data is the same.

Profiles are kept in the user's cache and not below `.mlops`: they follow from the data alone, so
that nothing is lost with them, and one of a file outside any project is kept just the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_tui.data.profiled import Profile, profile_of
from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.lifecycle import DATASET_VERSION
from mlops_tui.domain.project import Project
from mlops_tui.engine.actions_data import MOST_FILES, READ_BYTES
from mlops_tui.engine.creation import ensure_project_folders, record_fact
from mlops_tui.engine.data_sources import Source, find_source
from mlops_tui.track.fingerprint import known_fingerprint

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

PROFILE_VERSION = 1
"""Goes up with every change of what a profile says."""
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class ProfiledData:
    """A profile and what it is of."""

    source: Source
    version: str | None
    """None where the data changed while it was read."""
    profile: Profile
    is_kept: bool
    """Whether it was made earlier."""


def profile_data(
    project: Project | None,
    source: str,
    target: str | None = None,
    is_anew: bool = False,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> ProfiledData:
    """Return the profile of some data; its version is recorded where it is a declared dataset.

    Args:
        project: whose datasets may be named; None for files alone.
        source: a dataset, or a file, folder or pattern.
        target: the column to relate all others to; the dataset's own if left out.
        is_anew: make it anew where one is kept.
        on_progress: hears of bytes read and bytes in all.
        cancellation: lets another thread end it.

    Raises:
        NotFoundError: there is no such data.
        MlopsTuiError: it cannot be read, or lacks the target.
    """
    found = find_source(project, source)
    if target is None and found.dataset is not None:
        target = found.dataset.target
    known = None if is_anew else _known_version(found.path)
    kept = _load(known, target) if known is not None else None
    if kept is not None:
        return ProfiledData(found, known, kept, is_kept=True)
    from mlops_tui.engine import workers

    arguments = {"path": found.path, "target": target}
    told = workers.work("profiles.profile", arguments, on_progress, cancellation)
    version = told["version"]
    if version is not None:
        _save(version, target, told["profile"])
        if project is not None and found.dataset is not None:
            _record(project, found, told["fingerprint"])
    return ProfiledData(found, version, profile_of(told["profile"]), is_kept=False)


def _record(project: Project, source: Source, found: Mapping[str, object]) -> None:
    fact = {"name": source.name, "path": source.path, **found}
    with contextlib.suppress(StorageError):  # who may not write here may look all the same
        ensure_project_folders(project.path)
        record_fact(project.path, DATASET_VERSION, time.time(), dataset=fact)


def _known_version(path: str) -> str | None:
    found = known_fingerprint(path, places.cache_dir(), MOST_FILES, READ_BYTES)
    return found.version if found is not None else None


def _folder() -> Path:
    return places.cache_dir() / "profiles"


def _path(version: str, target: str | None) -> Path:
    words = json.dumps([PROFILE_VERSION, version, target])
    return _folder() / f"{hashlib.sha256(words.encode()).hexdigest()[:32]}.json"


def _load(version: str, target: str | None) -> Profile | None:
    try:
        return profile_of(json.loads(_path(version, target).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _save(version: str, target: str | None, profile: Mapping[str, Any]) -> None:
    """Keep a profile; where that cannot be written, nothing is kept."""
    path = _path(version, target)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        places.make_private(path.parent)
        temporary.write_text(json.dumps(profile), encoding="utf-8")
        os.replace(temporary, path)
        kept = sorted(path.parent.glob("*.json"), key=lambda it: it.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
