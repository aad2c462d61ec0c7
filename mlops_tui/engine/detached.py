"""Starts our own background processes: a session of their own, nothing inherited but locks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.domain import places

_NOT_INHERITED = (
    *("MLOPS_RUN_DIR", "MLOPS_RUN_ID", "MLOPS_EVENTS", "MLOPS_PARAMS", "MLOPS_PROJECT"),
    "MLOPS_DATA",
    *("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONWARNINGS"),
)
"""A process started from within a run does not belong to that run."""
_started: list[subprocess.Popen[bytes]] = []


def start(
    module: str, arguments: Sequence[str], log: Path, inherited: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start `python -m module`, which outlives us, with its output appended to `log`.

    Raises:
        OSError: it cannot be started, or the log cannot be written.
    """
    _started[:] = [process for process in _started if process.poll() is None]
    places.make_private(log.parent)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(
            # -P: a module in the folder we happen to stand in must not hide one of ours
            [sys.executable, "-P", "-m", module, *arguments],
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=list(inherited),
            start_new_session=True,
        )
    finally:
        os.close(output)
    _started.append(process)
    return process


def environment() -> dict[str, str]:
    """Return our environment without what belongs to a run, fit for any working folder."""
    own = places.from_anywhere(os.environ)
    made = {key: value for key, value in own.items() if key not in _NOT_INHERITED}
    found = made.get("PYTHONPATH")
    if found:
        folders = [os.path.abspath(folder) for folder in found.split(os.pathsep)]
        made["PYTHONPATH"] = os.pathsep.join(folders)
    return made
