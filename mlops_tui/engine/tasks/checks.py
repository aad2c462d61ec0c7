"""Tasks about declared checks: judge those of a dataset, propose some where there are none."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from mlops_tui.data.check_results import CheckReport
from mlops_tui.data.checks import Around, judge_checks
from mlops_tui.data.places import Read
from mlops_tui.data.problems import Problems
from mlops_tui.data.proposing import Proposal, propose_checks
from mlops_tui.data.table_roles import Roles
from mlops_tui.domain.checks import Check, Refers
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.project import Project
from mlops_tui.engine.data_sources import declared_source, sound_datasets
from mlops_tui.engine.tasks.reading import Meter, files_of, reader_of, size_of, told
from mlops_tui.engine.worker import Progress


def judge(
    progress: Progress, project: str, dataset: str, path: str | None, most_rows: int
) -> CheckReport:
    """Return what the checks of a dataset come to, on its own files or on those at `path`.

    Raises:
        MlopsTuiError: the project file is wrong, or the files cannot be read.
    """
    described = sound_datasets(Path(project))
    source = declared_source(described, dataset)
    files = files_of(path or source.path)
    meter = Meter(progress, size_of(files))
    problems = Problems()
    declared = described.datasets[dataset]
    around = Around(
        others=others_of(described, declared.checks, meter), id=declared.id, most_rows=most_rows
    )
    read = reader_of(files, meter, problems)
    name = dataset if path is None else os.path.basename(path)
    report = judge_checks(name, declared.checks, read, around)
    return replace(report, problems=tuple(told(problems)))


def others_of(project: Project, checks: tuple[Check, ...], meter: Meter) -> dict[str, Read | str]:
    """Return the datasets that checks refer to, or why they cannot be read."""
    found: dict[str, Read | str] = {}
    for name in {check.dataset for check in checks if isinstance(check, Refers)}:
        try:
            files = files_of(declared_source(project, name).path)
            found[name] = reader_of(files, meter, Problems())
        except MlopsTuiError as error:
            found[name] = f"{name} cannot be read: {error.message}"
    return found


def propose(
    progress: Progress,
    path: str,
    target: str | None,
    id: str | None,  # noqa: A002 as the project file calls it
    timestamp: str | None,
    group: str | None,
    is_live: bool,
) -> Proposal:
    """Return checks that the data at a path meets as it is.

    Raises:
        MlopsTuiError: it cannot be read.
    """
    files = files_of(path)
    meter = Meter(progress, size_of(files))
    read = reader_of(files, meter, Problems())
    return propose_checks(read, Roles(target, id, timestamp, group), is_live)
