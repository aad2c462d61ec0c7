"""How every reading verb begins: the project, its index brought up to date, dead runs settled."""

from __future__ import annotations

import contextlib
import os
import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_tui.cli import output
from mlops_tui.domain import places
from mlops_tui.domain.errors import AmbiguousError, InputError, NotFoundError
from mlops_tui.domain.runs import Run
from mlops_tui.engine.recorded import read_object

if TYPE_CHECKING:
    from mlops_tui.index import Index

PATIENCE_SECONDS = 1.0
"""An index that takes longer says how far it is."""


def project_folder(named: Path) -> Path:
    """Return the project that `-C` names: the folder itself, or the nearest one above it.

    Raises:
        InputError: there is no such folder, or neither file nor runs of a project in it.
    """
    if not named.is_dir():
        raise InputError(f"{named} is no folder", "-C takes the path of a project")
    if places.project_dot(named).is_dir():
        return Path(os.path.realpath(named))
    found = places.find_project(named)
    if found is None:
        raise InputError(
            f"no mlops.toml in {os.path.realpath(named)} or above it",
            "go to a project, name one with -C, or write one with: mlops-tui init"
            + _where_unfiled(),
        )
    return found


def _where_unfiled() -> str:
    unfiled = places.unfiled_project()
    if not places.project_dot(unfiled).is_dir():
        return ""
    return f"; runs recorded outside any project are in: -C {shlex.quote(str(unfiled))}"


@contextlib.contextmanager
def open_index(project: Path) -> Iterator[Index]:
    """Give the index of `project` with everything read, and no dead run shown as running.

    Raises:
        StorageError: the journals or the index cannot be read.
    """
    from mlops_tui.index import Index  # `run` starts a job without it

    with Index.open(project, _Progress().tell) as index:
        changes = index.ingest()
        if index.live():
            settle(project, [run.id for run in index.live()])
            changes = index.ingest()
        if changes.unreadable:
            output.words(changes.unreadable_words)
        yield index


def settle(project: Path, run_ids: Sequence[str]) -> None:
    """Record the end of those runs of this host that died without a word."""
    from mlops_tui.engine import liveness

    try:
        liveness.settle_all(project, run_ids)
    except OSError as error:
        # reading goes on, on a read-only disk too
        output.words(f"whether runs are still alive cannot be recorded: {error}")


def one_run(index: Index, name: str, *, deleted_first: bool = False) -> Run:
    """Return the run that goes by `name`, one that is not deleted before one that is, or after it.

    Raises:
        NotFoundError: none does; the hint names the nearest.
        AmbiguousError: several do; the candidates are described.
    """
    try:
        run_id = index.resolve(name, deleted_first=deleted_first)
    except AmbiguousError as error:
        found = index.runs(error.candidates)
        lines = [f"{run.id}  {run.name}  {run.state}" for run in found]
        raise AmbiguousError(error.message, lines, error.hint or "name one by its id") from error
    except NotFoundError as error:
        raise NotFoundError(error.message, error.hint or "mlops-tui runs lists them") from error
    return index.runs([run_id])[0]


def named_ids(project: Path, names: list[str], *, deleted_first: bool = False) -> list[str]:
    """Return the ids of the runs that go by `names`, each once.

    Raises:
        NotFoundError: one is not there.
        AmbiguousError: one is several.
    """
    with open_index(project) as index:
        runs = [one_run(index, name, deleted_first=deleted_first) for name in names]
    return list(dict.fromkeys(run.id for run in runs))


def object_in(path: Path) -> Mapping[str, object]:
    """Return the JSON object in a file, empty where there is none that can be read."""
    try:
        return read_object(path)
    except (OSError, ValueError, RecursionError):
        return {}


class _Progress:
    """Tells on stderr how far a slow index is, about once a second."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def tell(self, done: int, total: int) -> None:
        if time.monotonic() - self._told < PATIENCE_SECONDS or not total:
            return
        self._told = time.monotonic()
        output.words(f"reading journals: {100 * done // total} %")
