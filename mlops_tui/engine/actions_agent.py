"""The background process of a project on this host: whether it is there, and asking it to end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlops_tui.engine import wake
from mlops_tui.engine.creation import guarding
from mlops_tui.journal.lock import is_locked


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """What is known of the agent."""

    is_running: bool
    pid: int | None
    """None where it is not running, or too young to have said who it is."""
    log: Path


def agent_status(project: Path) -> AgentStatus:
    """Return whether the agent of a project is there.

    Raises:
        StorageError: the local state cannot be read.
    """
    lock = wake.agent_file(project, "lock")
    with guarding(lock):
        mark = wake.find_agent(project)
        is_held = is_locked(lock) is True
    pid = mark.pid if mark is not None else None
    return AgentStatus(mark is not None or is_held, pid, wake.agent_file(project, "log"))


def agent_stop(project: Path) -> bool:
    """Ask the agent to end and say whether there was one; what runs goes on.

    Raises:
        StorageError: it cannot be asked.
    """
    with guarding(wake.agent_file(project, "lock")):
        return wake.stop_agent(project)
