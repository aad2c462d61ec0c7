"""Which Python a command gets: the project's own environment first; starts nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_PYTHON = ("python", "python3")
_FOLDERS = (".venv", "venv")
NO_PATH = os.defpath


class Resolved(NamedTuple):
    """A command made ready for its interpreter."""

    argv: list[str]
    environment: dict[str, str]
    interpreter: str | None
    """The Python that `python` means in this environment; None where there is none."""


def find_environment(project: Path, home: Path | None = None) -> Path | None:
    """Return the nearest `.venv` or `venv` at or above `project`, no higher than `home`."""
    start = Path(os.path.abspath(project))
    for folder in (start, *start.parents):
        for name in _FOLDERS:
            if os.path.lexists(folder / name / "bin" / "python"):
                return folder / name
        if folder == home:
            return None
    return None


def resolve(argv: Sequence[str], environment: Mapping[str, str], project: Path) -> Resolved:
    """Return the command and the environment with the project's interpreter put in.

    Without a virtual environment `PATH` decides, and our own interpreter where it has none.
    """
    made = dict(environment)
    venv = find_environment(project, Path(made.get("HOME") or os.path.expanduser("~")))
    if venv is not None:
        made["VIRTUAL_ENV"] = str(venv)
        made["PATH"] = f"{venv / 'bin'}{os.pathsep}{made.get('PATH', NO_PATH)}"
        made.pop("PYTHONHOME", None)
    asked = argv[0] if argv and argv[0] in _PYTHON else _PYTHON[0]
    python = _python_of(venv, asked) if venv is not None else _python_on_path(asked, made)
    command = list(argv)
    if command and command[0] in _PYTHON:
        python = python or sys.executable
        command[0] = python
    return Resolved(command, made, python)


def _python_of(venv: Path, asked: str) -> str:
    """Return the environment's interpreter; one whose Python is gone too: then that is said."""
    name = asked if os.path.lexists(venv / "bin" / asked) else _PYTHON[0]
    return str(venv / "bin" / name)


def _python_on_path(asked: str, environment: Mapping[str, str]) -> str | None:
    for name in (asked, *(other for other in _PYTHON if other != asked)):
        found = _which(name, environment.get("PATH", NO_PATH))
        if found:
            return found
    return None


def _which(name: str, search_path: str) -> str | None:
    for folder in search_path.split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
