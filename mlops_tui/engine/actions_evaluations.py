"""Evaluating what a run predicted, and reading what was evaluated; a worker reads the rows."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, MlopsTuiError, NotFoundError, RefusedError
from mlops_tui.domain.evaluations import Evaluation, Looks, Predictions
from mlops_tui.domain.models import VersionName, parse_version
from mlops_tui.domain.project import Dataset, Project, Role
from mlops_tui.domain.runs import Run
from mlops_tui.domain.sealed import holdouts_read
from mlops_tui.engine import workers
from mlops_tui.engine.data_sources import sound_datasets
from mlops_tui.engine.evaluation_questions import (
    RunQuestion,
    dataset_shape,
    identity_of,
    training_shape,
    with_declared,
    worker_ask,
)
from mlops_tui.engine.evaluation_records import Measured, record_evaluation, record_failure
from mlops_tui.engine.objects import read_object
from mlops_tui.engine.predicted_files import find_predictions, keep_predictions
from mlops_tui.engine.subjects import chosen_predictions, used_version
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index
from mlops_tui.track.fingerprint import fingerprint

_FORM = 3
"""Goes up where a report says other things than before: then runs are evaluated anew."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation with its report."""

    evaluation: Evaluation
    report: Mapping[str, Any]
    is_new: bool = True
    """False where it was there before: looking at it again is no further look at the data."""


def evaluate_run(
    project: Path,
    run: Run,
    question: RunQuestion | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Evaluated:
    """Return the evaluation of what a run predicted; it is recorded when this returns.

    Args:
        project: the project's folder.
        run: one that has ended.
        question: how.
        on_progress: told the share that is done, of 1.
        cancellation: ends it from another thread; nothing is recorded then.

    Raises:
        RefusedError: the run has not ended.
        NotFoundError: it has no predictions, or none on that data, or their file is gone.
        InputError: the predictions are no such table.
        ProjectFileError: what the project file says of datasets is wrong.
        WorkCancelledError: it was cancelled.
        WorkerError: the worker process was lost.
    """
    if not run.state.is_ended:
        raise RefusedError(f"{run.name} is still {run.state}", "evaluate it when it has ended")
    described = sound_datasets(project)
    asked = question or RunQuestion()
    with Index.open(project) as index:
        index.ingest()
        found = asked.predictions or chosen_predictions(
            run, index.predictions([run.id]), asked.dataset
        )
        version = used_version(index, run.id, found.dataset)
    asked = with_declared(asked, described, found.dataset)
    path = find_predictions(described.path, found)
    measured = _measured(described, run, found, path, version, asked)
    known = known_evaluation(project, measured, asked)
    if known is not None:
        return known
    report = _measure(described, measured, path, asked, on_progress, cancellation)
    report["notes"] = [*_notes(described, run, measured, project), *report["notes"]]
    return recorded_evaluation(described, measured, report)


def record_unreadable(project: Path, run: Run, found: Predictions, error: MlopsTuiError) -> str:
    """Record that what a run predicted cannot be evaluated; return the evaluation's id.

    Raises:
        StorageError: the disk failed.
    """
    dataset = found.dataset
    measured = Measured(run.id, None, None, dataset, None, None, None, {"path": found.path})
    return record_failure(project, measured, error.message)


@dataclass(frozen=True, slots=True)
class Listed:
    """What was evaluated, and how often each dataset was looked at for it."""

    evaluations: tuple[Evaluation, ...]
    """Newest first."""
    looks: tuple[Looks, ...]
    """By dataset."""


def list_evaluations(
    project: Path,
    *,
    run_ids: Sequence[str] | None = None,
    dataset: str | None = None,
    limit: int | None = None,
) -> Listed:
    """Return what was evaluated, newest first; what is None is not asked for.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    with Index.open(project) as index:
        index.ingest()
        found = index.evaluations(run_ids=run_ids, dataset=dataset, limit=limit)
        return Listed(tuple(found), tuple(index.looks()))


def looks_at(project: Path, evaluation: Evaluation) -> Looks | None:
    """Return how often the sealed dataset of an evaluation was looked at; None: it is not sealed.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    if evaluation.role != Role.HOLDOUT.value:
        return None
    found = list_evaluations(project, limit=0).looks
    return next((it for it in found if it.dataset == evaluation.dataset), None)


def read_report(project: Path, evaluation: Evaluation) -> dict[str, Any]:
    """Return the whole report of an evaluation, as JSON holds it.

    Raises:
        NotFoundError: it failed, or its report is gone.
        StorageError: it cannot be read.
    """
    if evaluation.report is None:
        raise NotFoundError(f"evaluation {evaluation.id} failed: {evaluation.error}")
    found: dict[str, Any] = json.loads(read_object(project, evaluation.report))
    return found


def version_now(described: Project, dataset: Dataset | None) -> str | None:
    """Return the version that a dataset has now; None where it cannot be told."""
    if dataset is None or not dataset.path:
        return None
    path = os.path.abspath(described.path / dataset.path)
    return fingerprint(path, places.cache_dir()).version


def _measured(
    described: Project,
    run: Run,
    found: Predictions,
    path: Path,
    version: str | None,
    asked: RunQuestion,
) -> Measured:
    dataset = described.datasets.get(found.dataset or "")
    named = _version_named(found)
    return Measured(
        run.id,
        None if named is None else named.model,
        None if named is None else named.number,
        found.dataset,
        version or version_now(described, dataset),
        dataset.role.value if dataset is not None and dataset.role is not None else None,
        keep_predictions(described.path, run.id, path),
        {
            "form": _FORM,
            **identity_of(described, asked),
        },
    )


def _version_named(found: Predictions) -> VersionName | None:
    """Return the version that a run said it evaluated; None where it said none by its number."""
    try:
        named = parse_version(found.model or "")
    except InputError:
        return None
    return named if named.number is not None else None


def _measure(
    described: Project,
    measured: Measured,
    path: Path,
    asked: RunQuestion,
    on_progress: OnProgress | None,
    cancellation: Cancellation | None,
) -> dict[str, Any]:
    arguments = {
        "predictions": os.path.abspath(path),
        "dataset": dataset_shape(described, measured.dataset),
        "ask": worker_ask(described, asked),
        "train": training_shape(described, measured.dataset),
    }
    found: dict[str, Any] = workers.work("evaluating.measure", arguments, on_progress, cancellation)
    return found


def _notes(described: Project, run: Run, measured: Measured, project: Path) -> list[str]:
    """Return what a person has to know of the data before the figures."""
    notes = []
    with Index.open(project) as index:
        broken = holdouts_read(described, run.kind, index.data_used([run.id]))
    if measured.dataset in broken:
        notes.append(f"{run.name} has trained on {measured.dataset}: these figures prove nothing")
    now = version_now(described, described.datasets.get(measured.dataset or ""))
    if now is not None and measured.data_version not in (None, now):
        notes.append(
            f"{measured.dataset} has changed since {run.name} read it: its columns are today's"
        )
    return notes


def known_evaluation(project: Path, measured: Measured, asked: RunQuestion) -> Evaluated | None:
    """Return the evaluation that was recorded before, unless it failed or is asked for again."""
    try:
        known = _evaluation(project, measured)
    except NotFoundError:
        return None
    if known.error is not None or asked.is_again:
        return None
    return Evaluated(known, read_report(project, known), is_new=False)


def recorded_evaluation(
    described: Project, measured: Measured, report: dict[str, Any], predictions: str | None = None
) -> Evaluated:
    """Record an evaluation, with the units of its metrics, and return it as the index has it.

    Raises:
        StorageError: the disk failed.
    """
    units = {name: it.unit for name, it in described.metrics.items()}
    if described.objective is not None and described.objective.cost is not None:
        units.setdefault("cost", described.objective.cost.currency)
    for name, it in report["metrics"].items():
        if units.get(name):
            it["unit"] = units[name]
    record_evaluation(described.path, measured, report, predictions)
    return Evaluated(_evaluation(described.path, measured), report)


def _evaluation(project: Path, measured: Measured) -> Evaluation:
    with Index.open(project) as index:
        index.ingest()
        return index.evaluation(measured.id)
