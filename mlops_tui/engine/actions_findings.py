"""Looking for what can go wrong with data; a worker reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.data.finding import FindingsReport, findings_of
from mlops_tui.domain.project import Project, Role
from mlops_tui.engine.data_sources import Source, find_source, open_project

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

_MEASURING = (Role.HOLDOUT, Role.VALIDATION)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked at, and what with."""

    source: str
    """A dataset, or a file, folder or pattern."""
    target: str | None = None
    """The column to be told, where none is declared or another one is meant."""
    holdout: str | None = None
    """Data that models are measured on; that of the project if left out."""
    before: str | None = None
    """An older version of the same data, or what is held for right."""


def find_problems(
    folder: Path,
    question: Question,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> FindingsReport:
    """Return what may go wrong with data; it is read in a worker process.

    A train dataset is compared with the project's holdout and validation data, and these with it;
    live data with the reference, else with train.

    Args:
        folder: the project's; files can be looked at where there is none.
        question: what to look at.
        on_progress: hears of bytes read and bytes in all.
        cancellation: lets another thread end it.

    Raises:
        NotFoundError: there is no such data.
        ProjectFileError: what the project file says of datasets is wrong.
        MlopsTuiError: the rows cannot be read.
    """
    from mlops_tui.engine import workers

    project = open_project(folder)
    main = find_source(project, question.source)
    others = _others(project, main, question)
    tables = [_table(main, "", question, main)]
    tables += [_table(other, relation, question, main) for other, relation in others]
    return findings_of(workers.work("findings.look", {"tables": tables}, on_progress, cancellation))


def _others(project: Project | None, main: Source, question: Question) -> list[tuple[Source, str]]:
    named = [(question.holdout, "holdout"), (question.before, "before")]
    said = [(find_source(project, word), relation) for word, relation in named if word]
    if said or project is None or main.dataset is None:
        return said
    role = main.dataset.role
    if role is Role.TRAIN:
        return [(it, "holdout") for it in _with_role(project, main, _MEASURING)]
    if role in _MEASURING:
        return [(it, "train") for it in _with_role(project, main, (Role.TRAIN,))]
    if role is Role.LIVE:
        right = _with_role(project, main, (Role.REFERENCE,)) or _with_role(
            project, main, (Role.TRAIN,)
        )
        return [(it, "before") for it in right]
    return []


def _with_role(project: Project, main: Source, roles: Sequence[Role]) -> list[Source]:
    """Return the datasets of these roles that are there and tell the same target."""
    target = main.dataset.target if main.dataset else None
    return [
        find_source(project, name)
        for name, dataset in project.datasets.items()
        if dataset.role in roles and dataset.target == target and _is_there(project, dataset.path)
    ]


def _is_there(project: Project, path: str) -> bool:
    if any(letter in path for letter in "*?["):
        return any(True for _ in project.path.glob(path))
    return bool(path) and (project.path / path).exists()


def _table(source: Source, relation: str, question: Question, main: Source) -> dict[str, object]:
    own = source.dataset or main.dataset
    return {
        "name": source.name,
        "path": source.path,
        "relation": relation,
        "roles": {
            "target": question.target or (own.target if own else None),
            "id": own.id if own else None,
            "timestamp": own.timestamp if own else None,
            "group": own.group if own else None,
        },
    }
