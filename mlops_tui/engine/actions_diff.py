"""Comparing two tables of data; a worker reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.differing import TableDiff, diff_of
from mlops_tui.engine.data_sources import find_source, open_project

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress


def diff_data(
    folder: Path,
    before: str,
    after: str,
    id: str | None = None,  # noqa: A002 as the project file calls it
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> TableDiff:
    """Return what is different in the second of two tables.

    Args:
        folder: the project's; files can be compared where there is none.
        before: a dataset, or a file, folder or pattern.
        after: the same.
        id: the column that names a row, in place of the declared one.
        on_progress: hears of bytes read and bytes in all.
        cancellation: lets another thread end it.

    Raises:
        NotFoundError: there is no such data.
        ProjectFileError: what the project file says of datasets is wrong.
        MlopsTuiError: the rows cannot be read.
    """
    from mlops_tui.engine import workers

    project = open_project(folder)
    sides = [find_source(project, word) for word in (before, after)]
    declared = [it.dataset.id for it in sides if it.dataset is not None and it.dataset.id]
    arguments = {
        "before": sides[0].path,
        "after": sides[1].path,
        "names": [side.name for side in sides],
        "id": id or (declared[0] if declared else None),
    }
    return diff_of(workers.work("diffs.diff", arguments, on_progress, cancellation))
