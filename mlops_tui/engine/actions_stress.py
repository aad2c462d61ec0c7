"""What a person asks before the world does: how far a model falls when its inputs go wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError, NotFoundError, RefusedError
from mlops_tui.domain.project import Project, Role
from mlops_tui.domain.text import nearest
from mlops_tui.engine import workers
from mlops_tui.engine.actions_models import find_version
from mlops_tui.engine.actions_trust import load_request
from mlops_tui.engine.data_sources import sound_datasets
from mlops_tui.engine.evaluation_questions import dataset_shape, training_shape
from mlops_tui.engine.model_manifest import read_manifest
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.index import Index


@dataclass(frozen=True, slots=True)
class StressQuestion:
    """How a model is to be stressed; nothing of it is needed."""

    dataset: str | None = None
    """On which; None: the only dataset of role validation."""
    metrics: Sequence[str] = ()
    """The first decides which case is the worst; by default those that suit what is predicted."""
    is_relearned: bool = False
    """Whether it also learns again from labels of which some are wrong."""
    problem: str | None = None
    positive: str | None = None
    seed: int = 0


def stress_model(
    project: Path,
    name: str,
    question: StressQuestion | None = None,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return how far each metric of a model version falls in each case, the worst first.

    Args:
        project: the project's folder.
        name: `NAME:3`, `NAME@champion` or `NAME`.
        question: on which dataset, and how.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Returns:
        `evaluate.stress.StressReport.as_json()` with `model`, `dataset` and `problems` of files.

    Raises:
        NotFoundError: there is no such version or dataset.
        RefusedError: nobody trusts the model, or the dataset is a sealed holdout.
        InputError: the model cannot predict the rows, or a metric cannot be told.
        WorkerError: the worker process was lost.
    """
    asked = question or StressQuestion()
    described = sound_datasets(project)
    dataset = validation_of(described, asked.dataset, "stress tests")
    with Index.open(described.path) as index:
        index.ingest()
        version = find_version(described.path, index, name)
        request = load_request(described.path, index, version)
    manifest = read_manifest(described.path, version)
    train = training_shape(described, dataset) if asked.is_relearned else None
    if asked.is_relearned and train is None:
        raise InputError("no dataset of role train has the same target", "declare what it learned")
    cost = described.objective.cost if described.objective is not None else None
    arguments = {
        "model": {**asdict(request), "signature": manifest.get("signature")},
        "dataset": dataset_shape(described, dataset),
        "train": train,
        "ask": {
            "metrics": list(asked.metrics),
            "problem": asked.problem,
            "positive": asked.positive,
            "cost": None if cost is None else asdict(cost),
            "seed": asked.seed,
        },
    }
    found: dict[str, Any] = workers.work("stressing.run", arguments, on_progress, cancellation)
    return {"model": version.name, **found}


def validation_of(project: Project, name: str | None, what: str) -> str:
    """Return the dataset that is meant, the only one of role validation where none is named.

    Raises:
        NotFoundError: there is no such dataset.
        InputError: none is named, and there is not one of role validation only.
        RefusedError: it is a sealed holdout.
    """
    if name is None:
        fit = [it.name for it in project.datasets.values() if it.role is Role.VALIDATION]
        if len(fit) != 1:
            words = f"on which dataset? {len(fit)} have role validation"
            raise InputError(words, f"--on one of {', '.join(project.datasets) or 'none declared'}")
        return fit[0]
    if name not in project.datasets:
        known = list(project.datasets)
        meant = nearest(name, known)
        hint = f"did you mean {meant}?" if meant else f"datasets are {', '.join(known) or 'none'}"
        raise NotFoundError(f"{name!r} is no dataset of {project.name}", hint)
    if project.datasets[name].role is Role.HOLDOUT:
        words = f"{name} is a sealed holdout: {what} would look at it again and again"
        raise RefusedError(words, "use a dataset of role validation")
    return name
