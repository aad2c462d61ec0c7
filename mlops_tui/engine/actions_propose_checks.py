"""Proposing checks of a dataset, and writing them into the project file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import Project, Role
from mlops_tui.engine.data_sources import declared_source, sound_datasets
from mlops_tui.engine.project_editing import edit_project_file
from mlops_tui.engine.proposals.check_writer import checks_toml, with_checks

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress


@dataclass(frozen=True, slots=True)
class ProposedChecks:
    """Checks that a dataset meets as it is, as they would stand in the project file."""

    dataset: str
    toml: str
    n_rows: int
    """Rows that they were found from: all of them."""
    n_columns: int


def propose_data_checks(
    project: Path,
    name: str,
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> ProposedChecks:
    """Return a first set of checks of a dataset; a worker reads all its rows.

    Args:
        project: the project's folder.
        name: the dataset.
        on_progress: hears of bytes read and bytes in all.
        cancellation: lets another thread end it.

    Raises:
        NotFoundError: there is no such dataset, or no file of it.
        ProjectFileError: what the project file says of datasets is wrong.
        MlopsTuiError: the rows cannot be read.
    """
    from mlops_tui.engine import workers

    source = declared_source(sound_datasets(project), name)
    dataset = source.dataset
    assert dataset is not None
    arguments = {
        "path": source.path,
        "target": dataset.target,
        "id": dataset.id,
        "timestamp": dataset.timestamp,
        "group": dataset.group,
        "is_live": dataset.role is Role.LIVE,
    }
    told = workers.work("checks.propose", arguments, on_progress, cancellation)
    toml = checks_toml(name, told["table"], told["columns"])
    return ProposedChecks(name, toml, told["n_rows"], len(told["columns"]))


def write_checks(project: Path, proposal: ProposedChecks) -> Path:
    """Write proposed checks into the project file, behind their dataset, and return its path.

    Comments, order and all other bytes stay; the file is replaced as a whole.

    Raises:
        RefusedError: the dataset has checks already, there is no place for them, they are not
            sound, or the file changed meanwhile.
        ProjectFileError: what the file says of datasets is wrong.
        StorageError: it cannot be written.
    """
    described = sound_datasets(project)
    _require_none(described, proposal.dataset)
    return edit_project_file(
        described, "the checks", lambda text: with_checks(text, proposal.dataset, proposal.toml)
    )


def _require_none(project: Project, name: str) -> None:
    dataset = declared_source(project, name).dataset
    if dataset is not None and dataset.checks:
        line = min(check.line for check in dataset.checks)
        hint = "take them out first, or copy what you want of the proposal by hand"
        raise RefusedError(f"checks of {name} are declared already (line {line})", hint)
