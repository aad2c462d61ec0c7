"""The named pipes that wake agents; a poke never waits and never fails."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from mlops_tui.domain import places


def agents_dir() -> Path:
    """Return the folder with the lock, pipe and log of every agent of this user on this host."""
    return places.state_dir() / "agents"


def poke(path: Path) -> bool:
    """Wake whoever reads the pipe; return False where nobody does."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENXIO, errno.ENOENT):
            return False
        raise
    try:
        if not stat.S_ISFIFO(os.fstat(fd).st_mode):
            return False
        os.write(fd, b"\n")
    except BlockingIOError:
        pass  # full of pokes: it will wake
    except BrokenPipeError:
        return False
    finally:
        os.close(fd)
    return True


def poke_all() -> None:
    """Wake every agent of this host: a slot may have become free for any project."""
    with contextlib.suppress(OSError):
        for path in sorted(agents_dir().glob("*.fifo")):
            poke(path)
