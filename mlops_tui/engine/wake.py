"""Makes sure that somebody looks after a project: wakes its agent, or starts one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.host import ProcessMark, mark_of
from mlops_tui.engine import fifo
from mlops_tui.journal.lock import is_locked


def agent_file(project: Path, suffix: str) -> Path:
    """Return the `lock`, `fifo` or `log` of a project's agent on this host."""
    return fifo.agents_dir() / f"{places.project_key(project)}.{suffix}"


def ensure_agent(project: Path) -> None:
    """Wake the agent of a project, or start one; returns at once.

    Raises:
        StorageError: no agent can be started; what was asked for is recorded all the same.
    """
    try:
        # a child that is about to exec keeps the pipe of a killed agent open for an instant
        if not fifo.poke(agent_file(project, "fifo")) or find_agent(project) is None:
            _require_locks(agent_file(project, "lock"))
            start_agent(project)
    except OSError as error:
        raise StorageError(
            f"the background process cannot be started: {error.strerror or error}",
            f"the log is {agent_file(project, 'log')}",
        ) from error


def have_registered(project: Path) -> None:
    """Have the agent register the models that ended runs offered; where none starts, they wait."""
    with contextlib.suppress(StorageError):
        ensure_agent(project)


def _require_locks(path: Path) -> None:
    places.make_private(path.parent)
    os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if is_locked(path) is None:
        raise StorageError(
            f"the background process cannot be started: {path.parent} has no file locks",
            "set MLOPS_STATE_DIR to a folder on a local disk",
        )


def start_agent(project: Path) -> None:
    """Start an agent; it ends by itself where there is one already.

    Raises:
        OSError: it cannot be started.
    """
    from mlops_tui.engine import detached  # an agent that is there already saves us this import

    path = os.path.realpath(project)
    detached.start("mlops_tui.engine.agent", [path], agent_file(project, "log"))


def find_agent(project: Path) -> ProcessMark | None:
    """Return the mark of the live agent of a project on this host, None where there is none."""
    path = agent_file(project, "lock")
    if not is_locked(path):
        return None
    try:
        found = json.loads(path.read_bytes())
        mark = ProcessMark(*(found[key] for key in ProcessMark._fields))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # it is about to write who it is
    return mark if mark_of(mark.pid) == mark else None


def stop_agent(project: Path) -> bool:
    """Ask the agent of a project to end; runs go on. Say whether there was one."""
    mark = find_agent(project)
    if mark is None:
        return False
    try:
        os.kill(mark.pid, signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True
