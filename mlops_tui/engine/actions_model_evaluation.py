"""Evaluating a registered model on a dataset: a worker loads it, if a person lets it be loaded."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.models import ModelVersion
from mlops_tui.domain.project import Project, Role
from mlops_tui.engine import workers
from mlops_tui.engine.actions_evaluations import (
    Evaluated,
    known_evaluation,
    recorded_evaluation,
    version_now,
)
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.actions_trust import load_request
from mlops_tui.engine.comparisons import compare_with_champion
from mlops_tui.engine.data_sources import sound_datasets
from mlops_tui.engine.evaluation_questions import (
    RunQuestion,
    dataset_shape,
    identity_of,
    training_shape,
    with_declared,
    worker_ask,
)
from mlops_tui.engine.evaluation_records import Measured
from mlops_tui.engine.model_manifest import read_manifest
from mlops_tui.engine.objects import keep_object
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index

_FORM = 1
"""Goes up where a report of a model says other things than before."""


def evaluate_version(
    project: Path,
    name: str,
    question: RunQuestion | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Evaluated:
    """Return the evaluation of a model version on a dataset; it is recorded when this returns.

    Args:
        project: the project's folder.
        name: `NAME:3`, `NAME@champion` or `NAME`.
        question: on which dataset, and how; without one, the holdout, else the validation data.
        on_progress: told the share that is done, of 1.
        cancellation: ends it from another thread; nothing is recorded then.

    Raises:
        NotFoundError: there is no such version or dataset.
        RefusedError: nobody trusts the model, or its file is not what was trusted.
        InputError: it cannot be loaded or called, or the dataset says no target.
        ProjectFileError: what the project file says of datasets is wrong.
        WorkCancelledError: it was cancelled.
        WorkerError: the worker process was lost.
    """
    described = sound_datasets(project)
    asked = question or RunQuestion()
    with Index.open(described.path) as index:
        index.ingest()
        version = find_version(described.path, index, name)
        request = load_request(described.path, index, version)
    dataset = _dataset(described, asked.dataset)
    asked = with_declared(asked, described, dataset)
    measured = _measured(described, version, dataset, asked)
    known = known_evaluation(described.path, measured, asked)
    if known is not None:
        return known
    arguments = {
        "model": {
            "path": request.path,
            "format": request.format,
            "trust": request.trust,
            "columns": _columns(read_manifest(described.path, version)),
        },
        "dataset": dataset_shape(described, dataset),
        "ask": worker_ask(described, asked),
        "train": training_shape(described, dataset),
    }
    report, digest = _work(described.path, arguments, on_progress, cancellation)
    size = {"value": float(version.size_bytes), "low": None, "high": None, "n": 1}
    report["model_figures"]["size_bytes"] = size
    done = recorded_evaluation(described, measured, report, digest)
    compare_with_champion(described, version, dataset, on_progress, cancellation)
    return done


def _work(
    project: Path,
    arguments: Mapping[str, object],
    on_progress: OnProgress | None,
    cancellation: Cancellation | None,
) -> tuple[dict[str, Any], str]:
    """Return the report and the digest of the predictions, which are kept."""
    with tempfile.TemporaryDirectory(dir=_scratch()) as folder:
        output = os.path.join(folder, "predictions.csv")
        report: dict[str, Any] = workers.work(
            "model_evaluation.evaluate",
            {**arguments, "output": output},
            on_progress,
            cancellation,
        )
        return report, keep_object(project, Path(output).read_bytes())


def _scratch() -> str:
    """Return a private folder for tables that are about to be kept elsewhere."""
    folder = places.cache_dir() / "predicted"
    places.make_private(folder)
    return str(folder)


def _dataset(described: Project, name: str | None) -> str:
    if name is None:
        for role in (Role.HOLDOUT, Role.VALIDATION):
            found = [it for it in described.datasets.values() if it.role is role]
            if len(found) == 1:
                return found[0].name
        raise InputError("nothing says what to evaluate on", "say --on DATASET")
    dataset = described.datasets.get(name)
    if dataset is None:
        known = ", ".join(described.datasets) or "none is declared"
        raise NotFoundError(f"{name!r} is no dataset of mlops.toml", f"datasets: {known}")
    if dataset.target is None:
        words = f"nothing says which column of {name} is the truth"
        raise InputError(words, f'target = "..." in [datasets.{name}]')
    return name


def _measured(described: Project, version: ModelVersion, name: str, asked: RunQuestion) -> Measured:
    dataset = described.datasets[name]
    return Measured(
        version.run_id,
        version.model,
        version.number,
        name,
        version_now(described, dataset),
        dataset.role.value if dataset.role is not None else None,
        None,
        {
            "form": f"model {_FORM}",
            "manifest": version.manifest,
            **identity_of(described, asked),
        },
    )


def _columns(manifest: Mapping[str, Any]) -> Sequence[str] | None:
    """Return the names of what a model takes; None where its signature names no columns."""
    inputs = (manifest.get("signature") or {}).get("inputs") or []
    names = [it.get("name") for it in inputs if it.get("type") != "tensor"]
    return [str(it) for it in names] if names and all(names) else None
