"""What a person means by data: a declared dataset, or a file, folder or pattern."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError, ProjectFileError
from mlops_tui.domain.project import Dataset, Project
from mlops_tui.domain.projectfile import load_project
from mlops_tui.domain.text import nearest


@dataclass(frozen=True, slots=True)
class Source:
    """Some data and what is declared of it."""

    name: str
    """As the person said it."""
    path: str
    """A file, folder or pattern; absolute."""
    dataset: Dataset | None = None
    """None where nothing is declared."""


def find_source(project: Project | None, word: str) -> Source:
    """Return the dataset of this name, else the file, folder or pattern.

    A file that a dataset names as its path is that dataset.

    Raises:
        NotFoundError: there is neither.
    """
    datasets = project.datasets if project is not None else {}
    if project is not None and word in datasets:
        return declared_source(project, word)
    path = os.path.abspath(word)
    if not os.path.exists(path) and not any(letter in word for letter in "*?["):
        raise _no_data(word, list(datasets))
    for dataset in datasets.values():
        if project is not None and os.path.realpath(project.path / dataset.path) == path:
            return Source(dataset.name, path, dataset)
    return Source(word, path)


def declared_source(project: Project, name: str) -> Source:
    """Return a dataset that the project declares.

    Raises:
        NotFoundError: it declares none of this name.
    """
    dataset = project.datasets.get(name)
    if dataset is None:
        raise _no_data(name, list(project.datasets))
    return Source(name, os.path.abspath(project.path / dataset.path), dataset)


def sound_datasets(project: Path) -> Project:
    """Return the project with its datasets, whatever is wrong elsewhere in its file.

    Raises:
        ProjectFileError: what the file says of datasets, or the file as a whole, is wrong.
    """
    described = load_project(Path(os.path.realpath(project)))
    ours = [it for it in described.problems if not it.key or it.key.startswith("datasets")]
    if ours:
        raise ProjectFileError("\n".join(map(str, ours)), ours)
    return described


def open_project(folder: Path) -> Project | None:
    """Return the project in or above a folder with its datasets, None where there is none.

    Raises:
        ProjectFileError: what its file says of datasets is wrong.
    """
    found = places.find_project(folder)
    return sound_datasets(found) if found is not None else None


def _no_data(word: str, known: list[str]) -> NotFoundError:
    meant = nearest(word, known)
    listed = "datasets are " + ", ".join(known) if known else "no dataset is declared"
    hint = f"did you mean {meant}?" if meant else listed
    return NotFoundError(f"{word!r} is no dataset, and no file or folder", hint)
