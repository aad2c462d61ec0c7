"""Proposes an `mlops.toml` for a folder from what lies in it; runs and writes nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mlops_tui.domain.project import JobKind, Role
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.tables import dotted
from mlops_tui.engine.proposals.data import find_datasets
from mlops_tui.engine.proposals.found import FoundDataset, FoundJob
from mlops_tui.engine.proposals.reading import read_text, walk_files
from mlops_tui.engine.proposals.recipes import foreign_jobs, recipe_jobs
from mlops_tui.engine.proposals.scripts import script_jobs
from mlops_tui.engine.proposals.writer import write_toml

DEPTH = 3
MAX_JOBS = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """The text of a project file, and one sentence for each thing it is made of."""

    toml_text: str
    found: list[str]


def propose(folder: Path) -> Proposal:
    """Return a project file for `folder` that loads without problems and holds no secret."""
    files = list(walk_files(folder, DEPTH))
    datasets = find_datasets(folder, files)
    programs = [*script_jobs(folder, files), *foreign_jobs(folder, files)]
    recipes = recipe_jobs(folder)
    left_out = [_left_out(job) for job in recipes if job.obstacle]
    jobs = _with_own_names([*programs, *(job for job in recipes if not job.obstacle)])
    jobs = [_with_inputs(folder, job, datasets) for job in jobs[:MAX_JOBS]]
    order = list(JobKind)
    jobs.sort(key=lambda job: order.index(job.kind))
    name = os.path.basename(os.path.realpath(folder)).strip() or "project"
    jobs, text = _sound(folder, name, datasets, jobs, left_out)
    sentences = [*map(_job_sentence, jobs), *map(_dataset_sentence, datasets)]
    return Proposal(text, [*sentences, *left_out])


def _sound(
    folder: Path,
    name: str,
    datasets: Sequence[FoundDataset],
    jobs: list[FoundJob],
    left_out: Sequence[str],
) -> tuple[list[FoundJob], str]:
    """Return the jobs that load without problems and the text with these alone."""
    text = write_toml(name, datasets, jobs, left_out)
    problems = parse_project(text, folder).problems
    if not problems or not (jobs or datasets):
        return jobs, text
    keys = [problem.key + "." for problem in problems]
    kept = [job for job in jobs if not any(key.startswith(_prefix(job)) for key in keys)]
    if len(kept) == len(jobs):
        kept = []
    return _sound(folder, name, datasets if jobs else (), kept, left_out)


def _prefix(job: FoundJob) -> str:
    return dotted(("jobs", job.name)) + "."


def _with_own_names(jobs: Sequence[FoundJob]) -> list[FoundJob]:
    """Return the jobs with a name of their own each; the later of two gets its source added."""
    taken: set[str] = set()
    named: list[FoundJob] = []
    for job in jobs:
        name, number = job.name, 2
        prefix = _origin(job)
        while name in taken:
            name = f"{prefix}-{job.name}" if number == 2 else f"{prefix}-{job.name}-{number}"
            number += 1
        taken.add(name)
        named.append(replace(job, name=name))
    return named


def _origin(job: FoundJob) -> str:
    """Return a word for where a job comes from: make, dvc, mlproject or the script's folder."""
    known = {"dvc.yaml": "dvc", "MLproject": "mlproject"}
    if job.source in known:
        return known[job.source]
    if job.source.lower().endswith("makefile"):
        return "make"
    parent = os.path.basename(os.path.dirname(job.source))
    return "".join(char if char.isascii() and char.isalnum() else "-" for char in parent) or "job"


def _with_inputs(folder: Path, job: FoundJob, datasets: Sequence[FoundDataset]) -> FoundJob:
    """Return the job with the datasets as inputs whose path stands in its source.

    A holdout is no input of training, as such a job would be refused.
    """
    are_kept = [it for it in datasets if job.kind is not JobKind.TRAIN or it.role != Role.HOLDOUT]
    by_path = {dataset.path: dataset.name for dataset in are_kept}
    sealed = {it.path for it in datasets} - set(by_path)
    if job.source.endswith(".py") and job.kind in (JobKind.TRAIN, JobKind.EVALUATE):
        text = read_text(folder / job.source) or ""
        return replace(job, inputs=tuple(by_path[path] for path in by_path if path in text))
    known = [path for path in job.inputs if path in by_path or _is_path(folder, path)]
    known = [path for path in known if path not in sealed]
    return replace(job, inputs=tuple(by_path.get(path, path) for path in known))


def _is_path(folder: Path, text: str) -> bool:
    """Say whether a project file would take `text` for a path and not for a dataset."""
    return "/" in text or "." in text or (folder / text).exists()


def _job_sentence(job: FoundJob) -> str:
    count = len(job.params)
    with_params = f" with {count} parameter{'s' if count != 1 else ''}" if count else ""
    by = f" ({job.reader})" if job.reader and job.reader != job.source else ""
    return f"{job.source}: job {job.name}{with_params}{by}"


def _left_out(job: FoundJob) -> str:
    return f"{job.source}: {job.name} is left out: {job.obstacle}"


def _dataset_sentence(dataset: FoundDataset) -> str:
    return f"{dataset.path}: dataset {dataset.name}" + (
        f" ({dataset.role})" if dataset.role else ""
    )
