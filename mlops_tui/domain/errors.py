"""The errors a person can meet, each with a sentence and a hint; nothing that catches them.

MlopsTuiError
├── InputError        bad usage or bad input (exit code 2)
│   ├── NotFoundError
│   └── AmbiguousError
├── ProjectFileError  mlops.toml has problems (exit code 2)
├── RefusedError      the state of things forbids what was asked (exit code 1)
├── StorageError      the disk, a lock or the index failed (exit code 1)
├── WorkerError       a worker process was lost or met a bug (exit code 1)
└── WorkCancelledError  a person changed their mind (exit code 1)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_tui.domain.problems import Problem


class MlopsTuiError(Exception):
    """A sentence for the person, and what they can do about it."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(MlopsTuiError):
    """What was asked for cannot be understood or has a wrong value."""

    exit_code = 2


class NotFoundError(InputError):
    """Nothing goes by that name."""


class AmbiguousError(InputError):
    """Several things go by that name; `candidates` lists them."""

    def __init__(self, message: str, candidates: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint)
        self.candidates = tuple(candidates)


class ProjectFileError(MlopsTuiError):
    """A project file has problems; `problems` has them all."""

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        super().__init__(message, "correct the lines named above")
        self.problems = tuple(problems)


class RefusedError(MlopsTuiError):
    """The state of things forbids what was asked for."""


class StorageError(MlopsTuiError):
    """The disk, a lock or the index failed."""


class WorkerError(MlopsTuiError):
    """A worker process was killed, ran out of memory or met a bug."""


class WorkCancelledError(MlopsTuiError):
    """The work was cancelled before it was done."""
