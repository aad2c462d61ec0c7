"""What training writes as rows: each output that a job declares, and the run that wrote it last."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from mlops_tui.domain.project import Job, JobKind, Project
from mlops_tui.domain.runs import Run
from mlops_tui.domain.text import safe, short_bytes, short_number
from mlops_tui.ui.facts import Fact
from mlops_tui.ui.formats import ago, count
from mlops_tui.ui.objective import objective_metric, value_of
from mlops_tui.ui.place_rows import Head, PlaceContent, PlaceRow
from mlops_tui.ui.widgets.pieces import Piece


def model_content(
    project: Project, last_run: Callable[[str], Run | None], now: float
) -> PlaceContent:
    """Return what the models screen shows.

    Args:
        project: whose train jobs.
        last_run: gives the run of a job that finished last.
        now: Unix seconds.
    """
    metric = objective_metric(project)
    heads = [Head("Output"), Head("Job"), Head("Written by"), Head("Size", True), Head("Changed")]
    if metric is not None:
        heads.insert(3, Head(safe(metric), True))
    rows = []
    for job in project.jobs.values():
        if job.kind is JobKind.TRAIN and job.outputs:
            run = last_run(job.name)
            rows += [_row(project.path, job, output, run, metric, now) for output in job.outputs]
    return PlaceContent(heads, rows, count(len(rows), "output"))


def _row(
    folder: Path, job: Job, output: str, run: Run | None, metric: str | None, now: float
) -> PlaceRow:
    size, changed = _size_and_time(folder / output)
    value = value_of(run, metric)
    cells: list[Piece] = [
        (safe(output), "" if changed is not None else "dim"),
        (safe(job.name), ""),
        (safe(run.name) if run is not None else "no run yet", "" if run is not None else "dim"),
        ("-" if size is None else short_bytes(size), ""),
        ("not there" if changed is None else ago(changed, now), "dim"),
    ]
    if metric is not None:
        cells.insert(3, ("-" if value is None else short_number(value), ""))
    return PlaceRow(f"{job.name} {output}", cells, _facts(folder / output, job, run))


def _size_and_time(path: Path) -> tuple[int | None, float | None]:
    try:
        facts = os.stat(path)
    except OSError:
        return None, None
    return (facts.st_size if path.is_file() else None), facts.st_mtime


def _facts(path: Path, job: Job, run: Run | None) -> list[Fact]:
    facts = [("file", safe(str(path))), ("job", safe(job.name)), ("about", safe(job.description))]
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
