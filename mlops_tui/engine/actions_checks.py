"""Judging the declared checks of data: a worker reads it, and what came of it is kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.check_results import CheckReport, report_of
from mlops_tui.domain.errors import InputError
from mlops_tui.engine import kept_checks
from mlops_tui.engine.data_sources import Source, declared_source, find_source, sound_datasets

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

MOST_ROWS = 5


def check_data(
    project: Path,
    source: str,
    like: str | None = None,
    most_rows: int = MOST_ROWS,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> CheckReport:
    """Return what the checks of a dataset come to; reads all its rows in a worker process.

    Args:
        project: the project's folder.
        source: a dataset, or a file, folder or pattern.
        like: the dataset whose checks are meant, where `source` has none of its own.
        most_rows: how many offending rows each check shows.
        on_progress: hears of bytes read and bytes in all.
        cancellation: lets another thread end it.

    Raises:
        NotFoundError: there is no such data.
        InputError: no checks are declared for it.
        ProjectFileError: what the project file says of datasets is wrong.
        MlopsTuiError: the rows cannot be read.
    """
    from mlops_tui.engine import workers

    described = sound_datasets(project)
    found = find_source(described, source)
    meant = found if like is None else declared_source(described, like)
    _require_checks(meant)
    is_own = os.path.realpath(meant.path) == os.path.realpath(found.path)
    key = kept_checks.signature(described, meant.name) if is_own else None
    arguments = {
        "project": str(described.path),
        "dataset": meant.name,
        "path": None if is_own else found.path,
        "most_rows": most_rows,
    }
    told = workers.work("checks.judge", arguments, on_progress, cancellation)
    if is_own and key == kept_checks.signature(described, meant.name):
        kept_checks.save(described.path, meant.name, key, told)
    return report_of(told)


def _require_checks(source: Source) -> None:
    if source.dataset is None:
        hint = "name the dataset whose checks are meant with --as"
        raise InputError(f"{source.name} is no declared dataset", hint)
    if not source.dataset.checks:
        hint = f"propose some: mlops-tui data propose-checks {source.name}"
        raise InputError(f"no checks of {source.name} are declared", hint)
