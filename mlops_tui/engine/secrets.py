"""What a run that waits will need and nobody may read: its environment and its secrets, in 0600."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mlops_tui.domain import places
from mlops_tui.journal.lock import write_atomically


class Waiting(NamedTuple):
    """What waits for the start of a run."""

    secrets: dict[str, str]
    """Environment variable to value; also what a job's own `env` may not replace."""
    environment: dict[str, str] | None
    """The environment of whoever launched the run; None where it was not kept."""


def save(
    run_id: str, secrets: Mapping[str, str], environment: Mapping[str, str] | None = None
) -> None:
    """Keep the environment (the caller's own if left out) and the secrets of a run until it starts.

    Raises:
        OSError: it cannot be written.
    """
    kept = places.from_anywhere(os.environ if environment is None else environment)
    write_waiting(_path(run_id), Waiting(dict(secrets), kept))


def take(run_id: str) -> Waiting:
    """Return what waits for a run, and remove it; empty where nothing does."""
    path = _path(run_id)
    found = read_waiting(path)
    with contextlib.suppress(OSError):
        path.unlink()
    return found


def drop(run_id: str) -> None:
    """Remove what waits for a run that will not start."""
    with contextlib.suppress(OSError):
        _path(run_id).unlink()


def write_waiting(path: Path, waiting: Waiting) -> None:
    """Write a private file that `read_waiting` understands; its folder becomes private too.

    Raises:
        OSError: it cannot be written.
    """
    places.make_private(path.parent)
    data = json.dumps({"secrets": waiting.secrets, "environment": waiting.environment})
    write_atomically(path, data.encode(), is_shared=False)


def read_waiting(path: Path) -> Waiting:
    """Return what `write_waiting` wrote; empty where the file is gone or is none of ours."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return Waiting({}, None)
    if not isinstance(found, dict):
        return Waiting({}, None)
    return Waiting(dict(found.get("secrets") or {}), found.get("environment"))


def _path(run_id: str) -> Path:
    return places.state_dir() / "secrets" / f"{run_id}.json"
