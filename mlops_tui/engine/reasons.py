"""Why a run ended, in words; values in, sentences out."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Sequence
from pathlib import Path


def signal_name(number: int) -> str:
    """Return `SIGKILL` for 9, or the number where it has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_words(exit_code: int | None, number: int | None, out_of_memory: bool) -> str:
    """Return how a command ended by itself, such as `exited with code 3`."""
    if number is None:
        words = f"exited with code {exit_code}"
        return f"{words}: out of memory" if out_of_memory and exit_code else words
    words = f"killed by signal {number} ({signal_name(number)})"
    if number == signal.SIGKILL:
        return f"{words}: out of memory" if out_of_memory else f"{words}: out of memory?"
    return words


def leftover_words(ended: int, immortal: int) -> str:
    """Return what became of processes that a command left behind; empty where there were none."""
    words = []
    if ended:
        words.append(
            _counted(ended, "background process was", "background processes were") + " ended"
        )
    if immortal:
        words.append(_counted(immortal, "process", "processes") + " could not be ended")
    return ", ".join(words)


def stop_words(by: str) -> str:
    """Return why a run was stopped."""
    return f"stopped by {by}" if by else "stopped"


def timeout_words(seconds: float) -> str:
    """Return `timed out after 2 h`."""
    return f"timed out after {duration_words(seconds)}"


def duration_words(seconds: float) -> str:
    """Return a duration in the units that it was given in: `2 h`, `1 h 30 m`, `0.5 s`."""
    if seconds < 60:
        return f"{seconds:g} s"
    parts = []
    rest = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def spawn_words(error: Exception, argv: Sequence[str], cwd: Path, search_path: str) -> str:
    """Return why a command could not be started, naming what was looked for and where."""
    program = argv[0] if argv else ""
    if not isinstance(error, OSError):
        return f"{program!r} cannot be started: {error}"
    if not os.path.isdir(cwd):
        return f"the working folder {cwd} is not there"
    if error.errno == errno.ENOENT:
        if "/" not in program:
            return f"the program {program!r} was not found on PATH ({search_path})"
        path = os.path.join(cwd, program)
        if os.path.islink(path) and not os.path.exists(path):
            return f"{program!r} is a link to {os.path.realpath(path)}, which is not there"
        if os.path.exists(path):
            return f"{program!r} cannot be started: its interpreter (the #! line) is not there"
        return f"the program {program!r} was not found (the working folder is {cwd})"
    if error.errno == errno.EACCES:
        return f"{program!r} is not executable (chmod +x?)"
    if error.errno == errno.ENOEXEC:
        return f"{program!r} is no program: it has no #! line"
    return f"{program!r} cannot be started: {error.strerror or error}"


def _counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {many}"
