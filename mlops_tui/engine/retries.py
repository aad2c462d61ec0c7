"""Retries that are due: one private file a run, written before its end, removed when it is done."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.engine.secrets import Waiting, read_waiting, write_waiting


def is_due(order: Mapping[str, Any]) -> bool:
    """Say whether a run that failed is to be repeated by itself."""
    return left(order) > 0


def left(order: Mapping[str, Any]) -> int:
    """Return how often a run that failed may still be repeated by itself.

    Whoever starts a run, for the first time or once more, starts it with all retries of its job;
    only those by policy use them up.
    """
    attempt, retries = order.get("attempt", 1), order.get("retries", 0)
    if not isinstance(attempt, int) or not isinstance(retries, int):
        return 0
    kept = order.get("retries_left")
    return kept if isinstance(kept, int) else retries - attempt + 1


def offer(project: Path, run_id: str, waiting: Waiting) -> None:
    """Leave word for the agent that a run is to be repeated, with what its start needs."""
    with contextlib.suppress(OSError):  # without local state no agent either: it is done by hand
        write_waiting(_folder(project) / f"{run_id}.json", waiting)


def offered(project: Path) -> list[str]:
    """Return the ids of the runs to be repeated, oldest first."""
    return sorted(path.stem for path in _folder(project).glob("[0-9]*.json"))


def what_waits(project: Path, run_id: str) -> Waiting:
    """Return what the start of the repeated run needs."""
    return read_waiting(_folder(project) / f"{run_id}.json")


def drop(project: Path, run_id: str) -> None:
    """Forget about the retry of a run: it is done, or not wanted any more."""
    with contextlib.suppress(OSError):
        (_folder(project) / f"{run_id}.json").unlink()


def _folder(project: Path) -> Path:
    return places.state_dir() / "retries" / places.project_key(project)
