"""What actions ask before they act: which run, whose machine, who is asking."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import NotFoundError, RefusedError, StorageError
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.runs import Run
from mlops_tui.engine.recorded import read_object


def user_name() -> str:
    """Return the name of the person who acts."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def find_runs(project: Path, run_ids: Sequence[str]) -> list[Run]:
    """Return these runs as they are now, each once, in this order.

    Raises:
        NotFoundError: one of them is not there.
        StorageError: the journals or the index cannot be read.
    """
    from mlops_tui.index import Index  # a launch does without it and is quicker

    wanted = list(dict.fromkeys(run_ids))
    with Index.open(project) as index:
        index.ingest()
        found = index.runs(wanted)
    missing = [run_id for run_id in wanted if run_id not in {run.id for run in found}]
    if missing:
        raise NotFoundError(f"no run {', '.join(missing)}", "mlops-tui runs lists them")
    return found


def find_run(project: Path, run_id: str) -> Run:
    """Return one run as it is now.

    Raises:
        NotFoundError: it is not there.
        StorageError: the journals or the index cannot be read.
    """
    return find_runs(project, [run_id])[0]


def read_record(project: Path, run_id: str) -> dict[str, Any]:
    """Return `run.json` of a run.

    Raises:
        StorageError: it cannot be read or is no JSON object.
    """
    path = places.run_dir(project, run_id) / "run.json"
    try:
        return read_object(path)
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{path} cannot be read: {error}") from error


def is_of_here(run: Run) -> bool:
    """Say whether a run belongs to this machine under its present name."""
    return run.machine in ("", machine_id()) and run.host in ("", host_name())


def require_here(run: Run, act: str) -> None:
    """Return quietly where `run` belongs to this machine.

    Raises:
        RefusedError: it is another host's, named.
    """
    if not is_of_here(run):
        raise RefusedError(
            f"{run.name} belongs to {run.host}; it cannot be {act} from here",
            f"run the same command on {run.host}",
        )
