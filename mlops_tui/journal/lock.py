"""Advisory locks and exclusive claims on files; runs on Python 3.9, standard library only."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from pathlib import Path
from typing import Any, Dict, Optional

from mlops_tui.journal.sharing import make_folder, open_shared

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
"""How a file system says that it has no locks."""


class FileLock:
    """A `flock` on a file, held by the open descriptor and everything that inherits it.

    It vanishes with its last holder, whatever killed it. Not re-entrant; one thread.
    `fd` is the descriptor, for passing to a child; -1 while not held. The file is the user's
    own unless it `is_shared` with who shares the project.
    """

    def __init__(self, path: Path, is_shared: bool = False) -> None:
        self.path = path
        self.fd = -1
        self._is_shared = is_shared

    def acquire(self, blocking: bool = False) -> bool:
        """Take the lock; return False if somebody else has it.

        Raises:
            OSError: the file cannot be opened, or the file system has no locks (`ENOLCK`,
                `EOPNOTSUPP`, `ENOSYS`): see `locks_work`.
        """
        fd = self._open()
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if blocking else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(fd)
            return False
        except OSError:
            os.close(fd)
            raise
        self.fd = fd
        return True

    def _open(self) -> int:
        if self._is_shared:
            return open_shared(self.path, os.O_RDWR)
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def release(self) -> None:
        """Close our descriptor; the lock stays held where a child inherited it."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> FileLock:
        self.acquire(blocking=True)
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


def is_locked(path: Path) -> Optional[bool]:
    """Say whether somebody holds the lock at `path`; None where locks do not work or no file is.

    A probe holds a shared lock for an instant; two probes never take each other for the holder,
    and whoever wants the lock should try again once after a refusal.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno in (*NO_LOCKS, errno.EBADF):
            return None
        raise
    finally:
        os.close(fd)
    return False


def claim(path: Path, content: Dict[str, Any]) -> bool:
    """Create `path` with `content`, whole or not at all; return False if it exists already.

    A hard link of a finished temporary file, which is exclusive on network file systems too;
    exclusive creation where links are not to be had.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.parent.mkdir(parents=True, exist_ok=True)
    make_folder(path.parent)
    temporary = path.with_name(".%s.%d.%s" % (path.name, os.getpid(), os.urandom(4).hex()))
    data = json.dumps(content, separators=(",", ":")).encode() + b"\n"
    try:
        _write_synced(temporary, data)
        return _link_or_create(temporary, path, data)
    finally:
        temporary.unlink(missing_ok=True)


def _link_or_create(temporary: Path, path: Path, data: bytes) -> bool:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        try:
            _write_synced(path, data)
        except FileExistsError:
            return False
    return True


def _write_synced(path: Path, data: bytes) -> None:
    fd = open_shared(path, os.O_WRONLY | os.O_EXCL)
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)


def write_atomically(path: Path, data: bytes, is_shared: bool = True) -> None:
    """Replace `path` by `data`: readers see the old file or the whole new one, on disk for sure.

    It is the user's own (0600) unless it `is_shared` with who shares the project.

    Raises:
        OSError: it cannot be written; the old file is untouched then.
    """
    temporary = path.with_name(".%s.%d.%s" % (path.name, os.getpid(), os.urandom(4).hex()))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    fd = open_shared(temporary, flags) if is_shared else os.open(temporary, flags, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(fd)
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, where the file system lets us."""
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EROFS, errno.EBADF):
            raise
    finally:
        os.close(fd)
