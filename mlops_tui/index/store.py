"""The SQLite file of an index: made, checked, replaced, and written under one lock."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.index.schema import APPLICATION_ID, SCHEMA_VERSION, TABLES
from mlops_tui.journal.lock import NO_LOCKS, FileLock

BUSY_SECONDS = 10.0
_MOST_PROBLEMS = 5
_SETTINGS = """
PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;
PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY;
"""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
"""`SQLITE_ERROR` too: our own statements fail that way only where a table is missing."""


def is_damaged(error: sqlite3.Error) -> bool:
    """Say whether the file itself is at fault, so that a rebuild is the cure."""
    return _primary_code(error) in _DAMAGED


def is_moved(error: sqlite3.Error) -> bool:
    """Say whether the file may have been taken away below us, so that opening again is the cure."""
    return _primary_code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)


def _primary_code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


class Store:
    """The connection to the index of one project; one thread, any number of processes.

    `generation` goes up whenever another file is behind the connection than before.
    """

    def __init__(self, project: Path) -> None:
        self.path = places.index_path(project)
        self.generation = 0
        self._identity = (0, 0)
        self.connection = self._open()

    def refresh(self) -> None:
        """Open the file again if it was deleted or replaced since."""
        if _identity(self.path) != self._identity:
            self.reopen()

    def reopen(self) -> None:
        """Let go of the file and open what is at its place now."""
        self.connection.close()
        self.connection = self._open()
        self.generation += 1

    def rebuild(self) -> None:
        """Begin again with an empty index, unless another process did so already."""
        damaged = self._identity
        self.connection.close()
        with self._locked():
            if _identity(self.path) == damaged:
                self._create()
        self.connection = self._open()
        self.generation += 1

    def problems(self) -> list[str]:
        """Return what SQLite finds wrong with the file; a few of many, and nothing is mended."""
        try:
            rows = self.connection.execute(f"PRAGMA quick_check({_MOST_PROBLEMS})").fetchall()
        except sqlite3.Error as error:
            return [str(error)]
        return [str(row[0]) for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self.connection.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside a write transaction, committed where nothing is raised."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _open(self) -> sqlite3.Connection:
        """Return a connection to a valid index.

        Raises:
            StorageError: the cache folder cannot be used.
        """
        try:
            places.make_private(self.path.parent)
            connection = self._connect()
            if connection is None:
                with self._locked():
                    connection = self._connect()
                    if connection is None:
                        self._create()
                        connection = self._connect()
        except (OSError, sqlite3.Error) as error:
            raise StorageError(
                f"the index at {self.path} cannot be opened: {error}",
                "set MLOPS_CACHE_DIR to a folder that can be written",
            ) from error
        if connection is None:
            raise StorageError(f"the index at {self.path} cannot be built")
        return connection

    def _connect(self) -> sqlite3.Connection | None:
        """Return a connection, or None where no index of ours is at its place."""
        identity = _identity(self.path)
        if identity == (0, 0):
            return None
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.executescript(_SETTINGS)
            is_ours = _is_ours(connection)
        except sqlite3.DatabaseError as error:
            connection.close()
            if is_damaged(error):
                return None
            raise
        if not is_ours or _identity(self.path) != identity:
            connection.close()
            return None
        self._identity = identity
        return connection

    def _create(self) -> None:
        """Put an empty index at its place; whoever has the old file open notices by its inode."""
        try:
            self._build("WAL")
        except sqlite3.OperationalError:
            # without memory shared between processes there is no WAL, and some file systems lack it
            self._build("DELETE")

    def _build(self, journal_mode: str) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(str(self.path) + suffix).unlink(missing_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute(f"PRAGMA journal_mode = {journal_mode}")
            stamp = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = "
            connection.executescript(f"BEGIN; {TABLES} {stamp}{SCHEMA_VERSION}; COMMIT;")
        finally:
            connection.close()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self.path.with_name("index.lock"))
        try:
            lock.acquire(blocking=True)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            # two that create it at once may fail then, and succeed when they are asked again
        try:
            yield
        finally:
            lock.release()


def _is_ours(connection: sqlite3.Connection) -> bool:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) != (APPLICATION_ID, SCHEMA_VERSION):
        return False
    return connection.execute("SELECT value FROM meta").fetchone() is not None


def _identity(path: Path) -> tuple[int, int]:
    try:
        stat = os.stat(path)
    except OSError:
        return (0, 0)
    return (stat.st_dev, stat.st_ino)
