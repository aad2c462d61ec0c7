"""What checks came to last time, kept beside the index for as long as nothing has changed.

So a launch can refuse data that is known to fail without reading it: it looks at the sizes and
times of its files only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from mlops_tui.data.check_results import CheckReport, Status, report_of
from mlops_tui.data.files import walk
from mlops_tui.domain import places
from mlops_tui.domain.checks import Fresh, Refers
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import Project
from mlops_tui.engine.data_sources import declared_source

MOST_FILES = 2_000
"""Of a dataset with more nothing is kept: looking at them would take longer than a launch may."""


def signature(project: Project, name: str) -> str | None:
    """Return a text that changes when the files, what they refer to, or the checks do.

    None where that cannot be told quickly.
    """
    dataset = project.datasets[name]
    others = sorted({it.dataset for it in dataset.checks if isinstance(it, Refers)})
    told = [repr(dataset.checks), dataset.id or ""]
    try:
        for each in (name, *others):
            files = list(islice(walk(declared_source(project, each).path), MOST_FILES + 1))
            if len(files) > MOST_FILES:
                return None
            for file in sorted(files):
                facts = os.stat(file)
                told.append(f"{file} {facts.st_size} {facts.st_mtime_ns} {facts.st_ino}")
    except (MlopsTuiError, OSError):
        return None
    return hashlib.sha256("\n".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def save(project: Path, name: str, key: str | None, report: Mapping[str, Any]) -> None:
    """Keep what the checks of a dataset came to; where that cannot be written, nothing is kept."""
    if key is None:
        return
    path = _path(project, name)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        places.make_private(path.parent)
        temporary.write_text(json.dumps({"key": key, "report": report}), encoding="utf-8")
        os.replace(temporary, path)


def load(project: Project, name: str) -> CheckReport | None:
    """Return what the checks came to on the data and the checks there are now, None if unknown."""
    try:
        kept = json.loads(_path(project.path, name).read_text(encoding="utf-8"))
        if kept["key"] != signature(project, name):
            return None
        report = report_of(kept["report"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_aging = any(isinstance(check, Fresh) for check in project.datasets[name].checks)
    # data only gets older: what was too old still is, what was not may be by now
    return None if is_aging and report.status is not Status.FAILED else report


def _path(project: Path, name: str) -> Path:
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return places.cache_dir() / places.project_key(project) / "checks" / f"{digest}.json"
