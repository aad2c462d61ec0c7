"""What the files of live data are called: the same on every host that sees the folder."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlops_tui.data.files import is_glob, is_table, walk
from mlops_tui.domain.errors import NotFoundError, StorageError


class LiveFile(NamedTuple):
    """A file of live data as it was at one look."""

    key: str
    """Its path below the dataset's folder, with `/`; the name of a dataset of one file."""
    size: int
    """Bytes."""
    mtime_ns: int


def root_of(path: str) -> str:
    """Return the folder that the files of a dataset lie in; `path` is a file, folder or pattern."""
    if is_glob(path) and not os.path.lexists(path):
        return os.path.dirname(path[: next(at for at, it in enumerate(path) if it in "*?[")])
    return path if os.path.isdir(path) else os.path.dirname(path)


def key_of(path: str, file: str | Path) -> str:
    """Return what a file of the dataset at `path` is called."""
    return os.path.relpath(file, root_of(path)).replace(os.sep, "/")


def path_of(path: str, key: str) -> Path:
    """Return where the file of this key lies."""
    return Path(root_of(path), key)


def look_at(path: str, key: str) -> LiveFile | None:
    """Return a file as it is now; None where it is gone or no file."""
    try:
        found = os.stat(path_of(path, key))
    except OSError:
        return None
    return LiveFile(key, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def live_files(path: str) -> Iterator[LiveFile]:
    """Yield the tables of a dataset in no order, one at a time; hidden ones are left out.

    Nothing is kept, so that a folder may have any number. One that is not there yet has none.

    Raises:
        StorageError: a folder cannot be read.
    """
    if os.path.isdir(path):
        yield from _below(path, "")
        return
    try:
        for file in walk(path):
            found = look_at(path, key_of(path, file))
            if found is not None and (is_table(file) or os.fspath(file) == path):
                yield found
    except NotFoundError:
        return


def _below(folder: str, prefix: str) -> Iterator[LiveFile]:
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"{folder} cannot be read: {error.strerror}") from error
    with entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(entry.path, f"{prefix}{entry.name}/")
            elif is_table(entry.name):
                with contextlib.suppress(OSError):  # it is gone again
                    found = entry.stat()
                    if stat.S_ISREG(found.st_mode):  # reading a pipe may take for ever
                        yield LiveFile(prefix + entry.name, found.st_size, found.st_mtime_ns)
