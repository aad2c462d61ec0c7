"""Appending whole lines to a journal; runs on Python 3.9, standard library only."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

from mlops_tui.journal.sharing import open_shared


def encode(record: Mapping[str, Any]) -> bytes:
    """Return `record` as one line of JSON, UTF-8, with its newline; NaN and infinities bare."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


class JournalWriter:
    """The one writer of a journal: keeps it open, begins a new line after a torn one.

    One process, one thread. Every line is handed to the operating system before `append` returns.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = open_shared(path, os.O_RDWR | os.O_APPEND)
        self._torn = ends_torn(self._fd)

    def append(self, record: Mapping[str, Any], sync: bool = False) -> None:
        """Append one line; with `sync` it is on disk when this returns.

        Raises:
            OSError: it could not be written whole; the next line begins on a line of its own.
        """
        line = encode(record)
        if self._torn:
            line = b"\n" + line
        self._torn = True
        write_whole(self._fd, line)
        self._torn = False
        if sync:
            os.fsync(self._fd)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def append_locked(
    path: Path, record: Mapping[str, Any], patience_seconds: Optional[float] = None
) -> None:
    """Append one line to a journal that several processes of this host share, and fsync it.

    The lock is the journal's own, waited for (for at most `patience_seconds` if given); without
    it, and on a file system without locks, the append is a single short write.

    Raises:
        OSError: it could not be written.
    """
    with locked(path, patience_seconds) as fd:
        append_synced(fd, record)


@contextlib.contextmanager
def locked(path: Path, patience_seconds: Optional[float] = None) -> Iterator[int]:
    """Open a shared journal for `append_synced`, holding its lock; see `append_locked`."""
    fd = open_shared(path, os.O_RDWR | os.O_APPEND)
    try:
        try:
            _wait_for_lock(fd, patience_seconds)
        except OSError:
            pass  # no locks here: one write of a short line is the best there is
        yield fd
    finally:
        os.close(fd)


def append_synced(fd: int, record: Mapping[str, Any]) -> None:
    """Append one line to an open journal, on a line of its own, and fsync it."""
    line = encode(record)
    write_whole(fd, b"\n" + line if ends_torn(fd) else line)
    os.fsync(fd)


def _wait_for_lock(fd: int, patience_seconds: Optional[float]) -> None:
    if patience_seconds is None:
        fcntl.flock(fd, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def ends_torn(fd: int) -> bool:
    """Say whether the file has bytes and the last of them is no newline."""
    size = os.fstat(fd).st_size
    return size > 0 and os.pread(fd, 1, size - 1) != b"\n"


def write_whole(fd: int, data: bytes) -> None:
    """Write all of `data`, going on after a short write.

    Raises:
        OSError: the disk is full, or the like; a part may be written.
    """
    written = os.write(fd, data)
    while written < len(data):
        written += os.write(fd, data[written:])
