"""What is asked of predictions: as a person says it, a worker is told it, and it is told apart."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mlops_tui.domain.direction import is_lower_better
from mlops_tui.domain.evaluations import Predictions
from mlops_tui.domain.project import Direction, Project, Role


@dataclass(frozen=True, slots=True)
class RunQuestion:
    """How predictions are to be evaluated; what is left out is as usual."""

    dataset: str | None = None
    """Which of a run's predictions; needed where it has some on several datasets."""
    predictions: Predictions | None = None
    """Exactly these of the run, whatever else there is."""
    segments: tuple[str, ...] | None = None
    """Columns whose values are told one by one; None: as declared, else those with few values."""
    positive: str | None = None
    """Of two classes the one that recall is about."""
    problem: str | None = None
    is_again: bool = False
    """Whether to evaluate once more what was evaluated before."""


def with_declared(asked: RunQuestion, described: Project, name: str | None) -> RunQuestion:
    """Return a question with the segments that its dataset declares where it names none."""
    dataset = described.datasets.get(name or "")
    if asked.segments is not None or dataset is None or not dataset.segments:
        return asked
    return replace(asked, segments=dataset.segments)


def worker_ask(described: Project, asked: RunQuestion) -> dict[str, Any]:
    """Return what a worker is told of a question, and of what the project file says to it."""
    return {
        **_said(asked),
        "cost": _cost(described),
        "functions": _functions(described),
        "folder": os.path.abspath(described.path),
    }


def identity_of(described: Project, asked: RunQuestion) -> dict[str, Any]:
    """Return what makes the answer another one, as JSON holds it: other words, costs or code.

    Of a function of the project that is the file it stands in, not what that file imports.
    """
    functions = _functions(described)
    code = {name: (it, _code(described.path, it)) for name, it in functions.items()}
    more = {"cost": _cost(described), "functions": code}
    return _said(asked) | {name: it for name, it in more.items() if it}


def own_metric(described: Project, metric: str) -> dict[str, Any] | None:
    """Return how a worker compares by a metric that the project computes itself; None: it is none.

    With the digest of its code, which is for telling one question from another.
    """
    function = _functions(described).get(metric)
    if function is None:
        return None
    is_lower = is_lower_better(described, metric)
    return {
        "function": function,
        "code": _code(described.path, function),
        "folder": os.path.abspath(described.path),
        "direction": (Direction.MINIMIZE if is_lower else Direction.MAXIMIZE).value,
    }


def _said(asked: RunQuestion) -> dict[str, Any]:
    return {
        "segments": None if asked.segments is None else list(asked.segments),
        "positive": asked.positive,
        "problem": asked.problem,
    }


def _cost(described: Project) -> dict[str, Any] | None:
    """Return what errors cost by the objective; None where it says none."""
    objective = described.objective
    cost = objective.cost if objective is not None else None
    return None if cost is None else asdict(cost)


def _functions(described: Project) -> dict[str, str]:
    """Return the metrics that the project computes itself, each with its `module:function`."""
    return {name: it.function for name, it in described.metrics.items() if it.function}


def _code(folder: Path, function: str) -> str | None:
    """Return the SHA-256 of the file of a function; None where it is not of the project."""
    path = folder.joinpath(*function.partition(":")[0].split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        try:
            return hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            continue
    return None


def dataset_shape(described: Project, name: str | None) -> dict[str, Any] | None:
    """Return what a worker has to know of a dataset; None where nothing is declared of it."""
    dataset = described.datasets.get(name or "")
    if dataset is None:
        return None
    return {
        "name": dataset.name,
        "path": os.path.abspath(described.path / dataset.path) if dataset.path else None,
        "id": dataset.id,
        "target": dataset.target,
        "group": dataset.group,
        "timestamp": dataset.timestamp,
    }


def training_shape(described: Project, name: str | None) -> dict[str, Any] | None:
    """Return what simple models learn from to be compared on a dataset; None where nothing is.

    The first training dataset with the same target that is other data.
    """
    dataset = described.datasets.get(name or "")
    if dataset is None or dataset.target is None:
        return None
    for it in described.datasets.values():
        is_fit = it.role is Role.TRAIN and it.path and it.path != dataset.path
        if is_fit and (it.target or dataset.target) == dataset.target:
            return dataset_shape(described, it.name)
    return None
