"""What training writes as rows: each output that a job declares, and the run that wrote it last."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from mlops_tui.domain.models import ModelVersion
from mlops_tui.domain.project import Job, JobKind, Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_bytes, short_number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago
from mlops_tui.ui.objective import value_of
from mlops_tui.ui.place_rows import PlaceRow
from mlops_tui.ui.widgets.pieces import Piece


def output_rows(
    project: Project,
    last_run: Callable[[str], Run | None],
    version_of: Callable[[str], ModelVersion | None],
    metric: str | None,
    now: float,
) -> list[PlaceRow]:
    """Return what train jobs declare as their outputs, a row each, below registered models.

    Args:
        project: whose train jobs.
        last_run: gives the run of a job that finished last.
        version_of: gives the newest version of a model if this run, by its id, wrote it.
        metric: the objective's.
        now: Unix seconds.
    """
    rows = []
    for job in project.jobs.values():
        if job.kind is JobKind.TRAIN:
            run = last_run(job.name)
            version = None if run is None else version_of(run.id)
            offer = "w registers" if version is None else f"in {version.name}"
            rows += [_row(project.path, job, it, run, offer, metric, now) for it in job.outputs]
    return rows


def _row(
    folder: Path, job: Job, output: str, run: Run | None, offer: str, metric: str | None, now: float
) -> PlaceRow:
    size, changed = _size_and_time(folder / output)
    value = value_of(run, metric)
    written = "not there" if changed is None else ago(changed, now)
    cells: list[Piece] = [
        (safe(output), "" if changed is not None else "dim"),
        (safe(offer) if changed is not None else "not there", "dim"),
        ("-" if value is None else short_number(value), ""),
        *(("", ""), ("", ""), (written, "dim")),
    ]
    return PlaceRow(f"{job.name} {output}", cells, _facts(folder / output, size, job, run))


def _size_and_time(path: Path) -> tuple[int | None, float | None]:
    try:
        facts = os.stat(path)
    except OSError:
        return None, None
    return (facts.st_size if path.is_file() else None), facts.st_mtime


def _facts(path: Path, size: int | None, job: Job, run: Run | None) -> list[Fact]:
    file = safe(str(path)) + (f", {short_bytes(size)}" if size is not None else "")
    facts = [("file", file), ("job", safe(job.name)), ("about", safe(job.description))]
    if run is None:
        return [*facts[:2], ("run", f"none of {safe(job.name)} has finished: l launches one")]
    values = [f"{safe(name)} {short_number(it.last)}" for name, it in sorted(run.metrics.items())]
    params = [f"{safe(name)}={safe(str(value))}" for name, value in run.params.items()]
    facts += [
        ("run", f"{safe(run.name)}, {run.id}"),
        ("params", "  ".join(params)),
        ("metrics", "\n".join(values)),
    ]
    return [(label, value) for label, value in facts if value]
