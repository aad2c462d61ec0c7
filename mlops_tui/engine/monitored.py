"""What a project watches, and what is kept for it beside the index."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, ProjectFileError
from mlops_tui.domain.monitoring import Watched, watched_pairs
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import nearest


def monitored_project(project: Path) -> Project:
    """Return the project, whatever is wrong in its file beside datasets and `[monitor]`.

    Raises:
        ProjectFileError: what the file says of them, or the file as a whole, is wrong.
    """
    described = load_project(Path(os.path.realpath(project)))
    ours = [
        it for it in described.problems if not it.key or it.key.startswith(("datasets", "monitor"))
    ]
    if ours:
        raise ProjectFileError("\n".join(map(str, ours)), ours)
    return described


def require_watched(described: Project, dataset: str | None = None) -> Watched:
    """Return what a live dataset is compared with; of several the one that is named.

    Raises:
        InputError: there is none of this name, nothing to compare, or several.
    """
    pairs = watched_pairs(described)
    names = [it.live.name for it in pairs]
    if not pairs:
        hint = 'give one dataset role = "live", and one role = "reference" or "train"'
        raise InputError("there is no live dataset with something to compare it with", hint)
    if dataset is None and len(pairs) > 1:
        raise InputError("several datasets are live", f"name one: {', '.join(names)}")
    for pair in pairs:
        if dataset in (None, pair.live.name):
            return pair
    meant = nearest(dataset or "", names)
    hint = f"did you mean {meant}?" if meant else f"live are: {', '.join(names)}"
    raise InputError(f"{dataset!r} is no live dataset", hint)


def live_path(described: Project, watched: Watched) -> str:
    """Return where live data lies: a file, folder or pattern, absolute."""
    return os.path.abspath(described.path / watched.live.path)


def shapes_file(project: Path, dataset: str) -> Path:
    """Return the file that keeps what is in the files of a dataset."""
    digest = hashlib.sha256(dataset.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return places.cache_dir() / places.project_key(project) / "shapes" / f"{digest}.json"
