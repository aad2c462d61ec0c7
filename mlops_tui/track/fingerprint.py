"""What version of some data is there: a digest over its files. Python 3.9, standard library only.

A version is the digest over relative path, size and digest of every file, hidden ones left out. A
file that was not touched since it was read costs a stat: a cache of the user keeps what it was.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import os
import re
import sqlite3
import time
from pathlib import Path
from types import TracebackType
from typing import Callable, Iterator, NamedTuple, Optional, Tuple, Type

from mlops_tui.domain.places import make_private

_DIGEST_BYTES = 16
_PIECE_BYTES = 1 << 20
_ATTEMPTS = 2
_FRESH_NS = 3_000_000_000
"""A file changed so shortly before it was read may change again without its time doing so."""
_COMMIT_FILES = 2000
_MARKS = ".patch.jsonl"
"""What people have marked in data stands beside it and is no part of it."""

_PATCHED = re.compile(r"/\.mlops/patched/([0-9a-f]{32})/")
"""Data that was written with its marks lies in a folder that is named by its version."""

OnBytes = Callable[[int], object]
"""Told how many more bytes of the data are known now."""


class Fingerprint(NamedTuple):
    """What some data was when it was looked at."""

    version: Optional[str]
    """32 hexadecimal digits; None where it cannot be told."""
    files: int
    size_bytes: int
    problem: Optional[str]
    """Why there is no version, in words."""


class ChangedError(Exception):
    """A file changes while it is read."""


def fingerprint(
    path: str, cache: Optional[Path], on_bytes: OnBytes = lambda _: None
) -> Fingerprint:
    """Return the version of the data at `path`: a file, a folder or a pattern, absolute.

    Args:
        path: where the data lies.
        cache: a folder of the user's for what is known of files; None for none.
        on_bytes: told of every file or piece of one that is done.
    """
    try:
        with _Known(cache, path) as known:
            found = _combined(path, known, on_bytes)
    except ChangedError as error:
        return Fingerprint(None, 0, 0, "%s changes while it is read" % error)
    except OSError as error:
        words = error.strerror or str(error)
        return Fingerprint(None, 0, 0, "%s: %s" % (error.filename or path, words))
    marked = _PATCHED.search(path)
    return found if marked is None or not found.version else found._replace(version=marked[1])


def _combined(path: str, known: _Known, on_bytes: OnBytes) -> Fingerprint:
    whole = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    files, size = 0, 0
    for name, file in _files_of(path):
        found = os.stat(file)
        digest = known.digest(file, found, on_bytes)
        entry = "%s\0%d\0%s\n" % (name, found.st_size, digest)
        whole.update(entry.encode("utf-8", "surrogateescape"))
        files, size = files + 1, size + found.st_size
    if not files:
        return Fingerprint(None, 0, 0, "there is no file in %s" % path)
    return Fingerprint(whole.hexdigest(), files, size, None)


def known_fingerprint(
    path: str, cache: Path, most_files: int, most_bytes: int = 0
) -> Optional[Fingerprint]:
    """Return the version of the data at `path` if that takes reading next to none of it, else None.

    Args:
        path: where the data lies, absolute.
        cache: the folder given to `fingerprint`.
        most_files: what has more is not looked through.
        most_bytes: so much may be read.
    """
    try:
        if any(number >= most_files for number, _ in enumerate(_files_of(path))):
            return None
        with _Known(cache, path, most_bytes) as known:
            return _combined(path, known, lambda _: None)
    except (OSError, ChangedError, _UnknownError):
        return None


def total_size(path: str) -> int:
    """Return the bytes of all files at `path`; 0 where there are none."""
    try:
        return sum(os.stat(file).st_size for _, file in _files_of(path))
    except OSError:
        return 0


class _UnknownError(Exception):
    """A file would have to be read."""


def _files_of(path: str) -> Iterator[Tuple[str, str]]:
    """Yield relative name and path of every file, in an order that follows from the names."""
    if os.path.isfile(path):
        yield "", path
    elif os.path.isdir(path):
        yield from _below(path, "")
    elif glob.has_magic(path):
        fixed = os.path.dirname(path[: next(i for i, c in enumerate(path) if c in "*?[")])
        for file in sorted(glob.iglob(path, recursive=True)):
            if os.path.isfile(file) and not file.endswith(_MARKS):
                yield os.path.relpath(file, fixed), file
    else:
        raise FileNotFoundError(2, "there is no such file or folder", path)


def _below(folder: str, prefix: str) -> Iterator[Tuple[str, str]]:
    with os.scandir(folder) as entries:
        names = sorted(
            (entry.name, entry.is_dir(follow_symlinks=False))
            for entry in entries
            if not entry.name.startswith(".")
            and entry.name != "__pycache__"
            and not entry.name.endswith(_MARKS)
        )
    for name, is_folder in names:
        path = os.path.join(folder, name)
        if is_folder:
            yield from _below(path, prefix + name + "/")
        elif os.path.isfile(path):
            yield prefix + name, path


def digest_of(path: str, on_bytes: OnBytes) -> Tuple[str, os.stat_result]:
    """Return the digest of a file's content, and what the file was meanwhile.

    Raises:
        ChangedError: it changes each time it is read.
        OSError: it cannot be read.
    """
    for _ in range(_ATTEMPTS):
        state = hashlib.blake2b(digest_size=_DIGEST_BYTES)
        piece = memoryview(bytearray(_PIECE_BYTES))
        with open(path, "rb", buffering=0) as file:
            before = os.fstat(file.fileno())
            done, count = 0, 1
            while count and done <= before.st_size:  # one that grows may do so for ever
                count = file.readinto(piece) or 0
                state.update(piece[:count])
                on_bytes(count)
                done += count
            after = os.fstat(file.fileno())
        if _mark(before) == _mark(after):
            return state.hexdigest(), after
        on_bytes(-done)
    raise ChangedError(path)


def _mark(found: os.stat_result) -> Tuple[int, int, int, int]:
    return (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)


class _Known:
    """What is known of files from earlier; without it all is read. One thread.

    Whoever looks at the same path at the same time waits, and then finds everything known.
    """

    def __init__(self, folder: Optional[Path], path: str, allowance: Optional[int] = None) -> None:
        self._folder = folder
        self._allowance = allowance
        self._path = path
        self._lock = -1
        self._database: Optional[sqlite3.Connection] = None
        self._news = 0

    def __enter__(self) -> _Known:
        try:
            if self._folder is not None:
                self._open(make_private(self._folder))
        except (OSError, sqlite3.Error):
            self._forget()
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            if self._database is not None:
                self._database.commit()
        except sqlite3.Error:
            pass  # a full disk: all is read again next time
        self._forget()
        if self._lock >= 0:
            os.close(self._lock)

    def _open(self, folder: Path) -> None:
        self._lock = os.open(folder / "digests.lock", os.O_RDWR | os.O_CREAT, 0o600)
        place = hashlib.blake2b(os.fsencode(self._path), digest_size=4).digest()
        if self._allowance is None:
            fcntl.lockf(self._lock, fcntl.LOCK_EX, 1, int.from_bytes(place, "big"))
        file = folder / "digests.db"
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(file, timeout=10)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS digests (path BLOB PRIMARY KEY, size INTEGER,"
            " mtime INTEGER, inode INTEGER, ctime INTEGER, digest TEXT) WITHOUT ROWID"
        )

    def digest(self, path: str, found: os.stat_result, on_bytes: OnBytes) -> str:
        """Return the digest of a file's content, from earlier where it was not touched since."""
        known = self._ask(path)
        if known is not None and known[:4] == _mark(found):
            on_bytes(found.st_size)
            return str(known[4])
        if self._allowance is not None:
            self._allowance -= found.st_size
            if self._allowance < 0:
                raise _UnknownError
        digest, found_then = digest_of(path, on_bytes)
        if found_then.st_size != found.st_size:
            raise ChangedError(path)
        if time.time_ns() - max(found_then.st_mtime_ns, found_then.st_ctime_ns) > _FRESH_NS:
            self._tell(path, (*_mark(found_then), digest))
        return digest

    def _ask(self, path: str) -> Optional[Tuple[object, ...]]:
        if self._database is None:
            return None
        query = "SELECT size, mtime, inode, ctime, digest FROM digests WHERE path = ?"
        try:
            row = self._database.execute(query, (os.fsencode(path),)).fetchone()
        except sqlite3.Error:
            self._forget()
            return None
        return None if row is None else tuple(row)

    def _tell(self, path: str, values: Tuple[object, ...]) -> None:
        if self._database is None:
            return
        query = "INSERT OR REPLACE INTO digests VALUES (?, ?, ?, ?, ?, ?)"
        try:
            self._database.execute(query, (os.fsencode(path), *values))
            self._news += 1
            if self._news % _COMMIT_FILES == 0:
                self._database.commit()
        except sqlite3.Error:
            self._forget()

    def _forget(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
