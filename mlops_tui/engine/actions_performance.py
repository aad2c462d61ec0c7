"""What a person asks of a model's work on live data; a worker reads and reckons."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlops_tui.domain.errors import InputError, NotFoundError
from mlops_tui.domain.monitoring import Monitor, Watched, watched_pairs
from mlops_tui.domain.project import Objective, Project
from mlops_tui.engine import workers
from mlops_tui.engine.data_sources import find_source, open_project
from mlops_tui.engine.workers import Cancellation, OnProgress

_DECLARE = "name the columns in [monitor]: prediction, score or scores, truth; or give them here"


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What is to be judged; what is left out is as the project declares it."""

    reference: str | None = None
    """A dataset, or a file, folder or pattern."""
    current: str | None = None
    truth: str | None = None
    prediction: str | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    """Class to column; the class "" is the positive one."""
    problem: str | None = None
    positive: str | None = None
    labels: str | None = None
    key: str | None = None
    """The column by which labels find their rows."""
    time: str | None = None
    by: str | None = None
    """A column whose values are judged one by one too."""
    is_by_file: bool = False
    """Whether each file of the batch is judged too."""


def judge_performance(
    folder: Path,
    question: PerformanceQuestion,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Any]:
    """Return how a model does on a batch: measured where the truth is known, and estimated.

    Args:
        folder: the project's, or any where files are named.
        question: what to judge by.
        on_progress: told how far it is.
        cancellation: ends it from another thread.

    Raises:
        NotFoundError: there is no such data.
        InputError: it is not said what to judge, a column is missing, or a file is no table.
        ProjectFileError: what the project file says of datasets is wrong.
        WorkerError: the worker process was lost.
    """
    project = open_project(folder)
    pair = _pair(project, question)
    monitor = project.monitor if project is not None else Monitor()
    before = _place(project, question.reference or (pair.reference.name if pair else ""))
    after = _place(project, question.current or (pair.live.name if pair else ""))
    ask = ask_about(monitor, before.truth or after.truth, project, question)
    if ask["prediction"] is None and not ask["scores"]:
        raise InputError("no column says what was predicted", _DECLARE)
    labels = question.labels or monitor.outputs.labels
    key = question.key or after.key or before.key
    if labels is not None and key is None:
        words = f"nothing says which row a label of {labels} belongs to"
        raise InputError(words, "give --id COLUMN, or declare the dataset's id")
    base = project.path if project is not None and question.labels is None else Path()
    arguments = {
        "reference": before.path,
        "current": after.path,
        "ask": ask | {"time": question.time or before.time},
        "labels": os.path.abspath(base / labels) if labels is not None else None,
        "key": key,
        "by": question.by,
        "is_by_file": question.is_by_file,
    }
    found: dict[str, Any] = workers.work("performance.judge", arguments, on_progress, cancellation)
    return found


def ask_about(
    monitor: Monitor,
    target: str | None,
    project: Project | None,
    question: PerformanceQuestion | None = None,
) -> dict[str, Any]:
    """Return what a worker is asked, from what is declared and what a person says besides.

    Args:
        monitor: `[monitor]`.
        target: the column that datasets name as their truth.
        project: whose objective and costs count.
        question: wins over what is declared.
    """
    said, outputs = question or PerformanceQuestion(), monitor.outputs
    objective = project.objective if project is not None else None
    return {
        "truth": said.truth or outputs.truth or target,
        "prediction": said.prediction or monitor.prediction,
        "scores": dict(said.scores) or outputs.all_scores,
        "problem": said.problem or outputs.problem,
        "positive": said.positive or outputs.positive,
        "margins": dict(outputs.margins),
        "leave_out": list(monitor.leave_out),
        "objective": _objective(objective),
        "cost": asdict(objective.cost) if objective and objective.cost else None,
    }


def _objective(objective: Objective | None) -> dict[str, object] | None:
    if objective is None or objective.metric is None:
        return None
    return {"metric": objective.metric, "target": objective.target}


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    truth: str | None
    key: str | None
    time: str | None


def _pair(project: Project | None, question: PerformanceQuestion) -> Watched | None:
    """Return the live data and its reference where a person names not both themselves."""
    if question.reference is not None and question.current is not None:
        return None
    pairs = watched_pairs(project) if project is not None else ()
    if not pairs:
        missing = "--current" if question.reference is not None else "--reference"
        hint = "or declare datasets of role live and reference in mlops.toml"
        raise InputError(f"{missing} FILE is missing", hint)
    return pairs[0]


def _place(project: Project | None, word: str) -> _Place:
    source = find_source(project, word)
    dataset = source.dataset
    if not os.path.lexists(source.path) and not any(letter in source.path for letter in "*?["):
        raise NotFoundError(f"there is no file or folder {source.path}")
    if dataset is None:
        return _Place(source.path, None, None, None)
    return _Place(source.path, dataset.target, dataset.id, dataset.timestamp)
