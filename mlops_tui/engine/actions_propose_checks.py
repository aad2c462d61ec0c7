"""Proposing checks of a dataset, and writing them into the project file."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.project import FILE_NAME, Project, Role
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.engine.creation import guarding
from mlops_tui.engine.data_sources import declared_source, sound_datasets
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
    path = Path(os.path.realpath(described.path / FILE_NAME))
    with guarding(path):
        data = path.read_bytes()
    text = data.decode("utf-8")
    _require_none(described, proposal.dataset)
    made = with_checks(text, proposal.dataset, proposal.toml)
    _require_sound(made, described)
    with guarding(path):
        _replace(path, data, made.encode())
    return path


def _require_none(project: Project, name: str) -> None:
    dataset = declared_source(project, name).dataset
    if dataset is not None and dataset.checks:
        line = min(check.line for check in dataset.checks)
        hint = "take them out first, or copy what you want of the proposal by hand"
        raise RefusedError(f"checks of {name} are declared already (line {line})", hint)


def _require_sound(text: str, before: Project) -> None:
    """Return quietly where the file has no problem that it had not before."""
    after = parse_project(text.removeprefix("\ufeff"), before.path)
    if len(after.problems) > len(before.problems):
        known = {(it.key, it.message) for it in before.problems}
        new = next((it for it in after.problems if (it.key, it.message) not in known), None)
        raise RefusedError(f"the checks would not be understood: {new}", "please report this")


def _replace(path: Path, expected: bytes, data: bytes) -> None:
    """Put `data` in the place of a file that still holds what was expected.

    Raises:
        RefusedError: it does not.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        if path.read_bytes() != expected:
            raise RefusedError(f"{path} changed meanwhile", "nothing was written: try again")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
