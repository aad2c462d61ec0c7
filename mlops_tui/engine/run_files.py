"""The files of a run: which there are, and opening one of them, never what lies elsewhere.

Paths of artifacts come from event lines, which anybody may have written. Nothing that they name is
opened unless it is a plain file inside the run's own folder.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from mlops_tui.domain.errors import NotFoundError, RefusedError, StorageError

MOST_FILES = 5000
"""A run may keep millions of small files; nobody reads a list of them."""
ARTIFACTS = "artifacts"
_LOCK = ".lock"
_UNFINISHED = (".new-", ".old-")
"""What a copy that is being made is called."""


class FileKind(StrEnum):
    """What a path of a run leads to."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "no plain file"
    """A pipe, a socket or a device."""
    MISSING = "missing"
    OUTSIDE = "outside"
    """Something outside the run's folder."""
    LOOP = "loop"
    """A link that leads to itself."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run, by its path from the run's folder."""

    path: str
    kind: FileKind
    size_bytes: int | None = None
    modified: float | None = None
    """Unix seconds."""
    is_recorded: bool = False
    """The run named it as an artifact."""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """Artifacts, sorted by path, and the run's own records."""

    artifacts: tuple[RunFile, ...]
    records: tuple[RunFile, ...]
    has_more: bool = False
    """There are more than `MOST_FILES`."""


def list_files(folder: Path, recorded: Sequence[str]) -> RunFiles:
    """Return the files of a run; what cannot be looked at is in the list and says so.

    Args:
        folder: the run's.
        recorded: paths that the run named as artifacts, relative to its folder.
    """
    named = {os.path.normpath(path) if "\0" not in path else path for path in recorded}
    found: dict[str, RunFile] = {}
    has_more = False
    for path in _paths(folder, [*sorted(named), ARTIFACTS]):
        if len(found) >= MOST_FILES:
            has_more = True
            break
        file = _look(folder, path, path in named)
        if path not in found and (file.kind is not FileKind.FOLDER or path in named):
            found[path] = file
    if found.get(ARTIFACTS, RunFile("", FileKind.FILE)).kind is FileKind.MISSING:
        del found[ARTIFACTS]
    names = [name for name in _names(folder) if name not in found and not name.endswith(_LOCK)]
    records = tuple(_look(folder, name, False) for name in names)
    return RunFiles(
        tuple(found[path] for path in sorted(found)),
        tuple(file for file in records if file.kind is FileKind.FILE),
        has_more,
    )


def open_file(folder: Path, path: str) -> IO[bytes]:
    """Return a plain file of a run, open for reading.

    Raises:
        NotFoundError: it is not there.
        RefusedError: it leads out of the run's folder, or is no plain file.
        StorageError: it cannot be read.
    """
    try:
        fd = _open(folder, path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotFoundError("This file is not there (any more).") from None
    except OSError as error:
        words = "It is a link that leads to itself." if error.errno == errno.ELOOP else ""
        words = words or f"This file cannot be read: {error.strerror or error}"
        raise StorageError(words) from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise RefusedError("This is no plain file and is not opened.")
    return os.fdopen(fd, "rb", buffering=0)


def path_inside(folder: Path, path: str) -> Path:
    """Return where a file or folder of a run lies.

    Raises:
        NotFoundError: it is not there.
        RefusedError: it leads out of the run's folder.
        StorageError: it cannot be looked at.
    """
    try:
        return Path(_require_inside(folder, path))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotFoundError(f"{path} is not in the run's folder (any more)") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror or error}") from error


def _require_inside(folder: Path, path: str) -> str:
    real = _inside(folder, path)
    if real is None:
        raise RefusedError(
            "This leads out of the run's folder and is not opened.",
            f"It leads to {os.path.realpath(os.path.join(folder, path))}",
        )
    return real


def _open(folder: Path, path: str) -> int:
    real = _require_inside(folder, path)
    # a pipe would keep us waiting for a writer, a link put there meanwhile would lead elsewhere
    return os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _paths(folder: Path, tops: Iterable[str]) -> Iterator[str]:
    """Give paths and what lies below those that are folders; links to folders are not gone into."""
    for top in tops:
        waiting = [top]
        while waiting:
            path = waiting.pop()
            yield path
            if _look(folder, path, False).kind is FileKind.FOLDER:
                below = _names(folder / path)
                waiting += [os.path.join(path, name) for name in reversed(below)]


def _names(folder: Path) -> list[str]:
    if folder.is_symlink():
        return []
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    return [name for name in names if not name.startswith(_UNFINISHED)]


def _look(folder: Path, path: str, is_recorded: bool) -> RunFile:
    try:
        real = _inside(folder, path)
        if real is None:
            return RunFile(path, FileKind.OUTSIDE, is_recorded=is_recorded)
        found = os.stat(real)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return RunFile(path, FileKind.MISSING, is_recorded=is_recorded)
    except OSError as error:
        kind = FileKind.LOOP if error.errno == errno.ELOOP else FileKind.UNREADABLE
        return RunFile(path, kind, is_recorded=is_recorded)
    if stat.S_ISDIR(found.st_mode):
        return RunFile(path, FileKind.FOLDER, None, found.st_mtime, is_recorded)
    if not stat.S_ISREG(found.st_mode):
        return RunFile(path, FileKind.OTHER, None, found.st_mtime, is_recorded)
    return RunFile(path, FileKind.FILE, found.st_size, found.st_mtime, is_recorded)


def _inside(folder: Path, path: str) -> str | None:
    """Return where a path leads; None where that is outside `folder`.

    Raises:
        OSError: it leads nowhere, or around in a circle.
        ValueError: it can be the path of nothing.
    """
    home = os.path.realpath(folder)
    wanted = os.path.join(home, path)
    if os.path.commonpath([home, os.path.normpath(wanted)]) != home:
        return None
    real = os.path.realpath(wanted, strict=True)
    return real if os.path.commonpath([home, real]) == home else None
