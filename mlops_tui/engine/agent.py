"""The process that looks after a project: `python -m mlops_tui.engine.agent PROJECT`.

It starts its runs, watches its live data and evaluates what was predicted, and leaves when there is
nothing to do. It may be killed at any instant: what it knows is on disk, and the next one goes on
from there.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.host import mark_of
from mlops_tui.engine import fifo, wake
from mlops_tui.engine.bell import Bell
from mlops_tui.engine.care import Care
from mlops_tui.engine.evaluation_care import EvaluationCare
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.live_watch import LiveWatch
from mlops_tui.index import Index
from mlops_tui.journal.lock import FileLock

_LOG_BYTES = 256 * 1024
_LOCK_PATIENCE_SECONDS = 5.0
_ERROR_PAUSE_SECONDS = (1.0, 30.0)
"""The first and the longest pause after a look that failed."""


def linger_seconds() -> float:
    """Return how long an agent without work stays; `MLOPS_AGENT_LINGER_SECONDS` overrides 10."""
    try:
        return max(0.0, float(os.environ.get("MLOPS_AGENT_LINGER_SECONDS", "10")))
    except ValueError:
        return 10.0


class Pipe:
    """Our end of the named pipe that wakes us. One thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fd = -1
        self.open()

    def open(self) -> None:
        """Open the pipe for reading, making it where there is none."""
        self.close()
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISFIFO(os.lstat(self._path).st_mode):
                self._path.unlink()
        with contextlib.suppress(FileExistsError):
            os.mkfifo(self._path, 0o600)
        # for writing too: else it would read as ended whenever nobody else has it open
        self.fd = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def close(self) -> None:
        """Close it: whoever wants to wake us starts another agent from now on."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


class Agent:
    """One agent, from the lock to the end of its work. One thread."""

    def __init__(self, project: Path, pipe: Pipe) -> None:
        self._project = project
        self._pipe = pipe
        self._bell = Bell()
        self._index: Index | None = None
        self._care: Care | None = None
        self._live = LiveWatch(project, say)
        self._evaluations = EvaluationCare(project, say)
        self._error_pause = _ERROR_PAUSE_SECONDS[0]

    def work(self) -> None:
        """Look, sleep, and return when told to, or when there was nothing to do for a while."""
        idle_since: float | None = None
        while not self._bell.is_stop_asked and self._project.is_dir():
            pause = self._look()
            now = time.monotonic()
            if pause is not None:
                idle_since = None
            else:
                idle_since = now if idle_since is None else idle_since
                pause = linger_seconds() - (now - idle_since)
                if pause <= 0 and self._may_leave():
                    break
            if self._bell.wait(pause, [self._pipe.fd]):
                idle_since = None
        self._live.stop()
        self._evaluations.stop()
        if self._index is not None:
            self._index.close()

    def _look(self) -> float | None:
        """Do what is to be done; return the seconds to the next look, None for nothing to do."""
        try:
            care = self._opened()
            pauses = [care.look(), self._live.keep(), self._evaluations.keep(care.index)]
        except (MlopsTuiError, OSError) as error:
            say(f"{type(error).__name__}: {error}")
            self._error_pause = min(2 * self._error_pause, _ERROR_PAUSE_SECONDS[1])
            return self._error_pause
        self._error_pause = _ERROR_PAUSE_SECONDS[0]
        return min((pause for pause in pauses if pause is not None), default=None)

    def _opened(self) -> Care:
        if self._index is None or self._care is None:
            self._index = Index.open(self._project)
            self._care = Care(self._project, self._index, executor_of(self._project), say)
        return self._care

    def _may_leave(self) -> bool:
        """Close the pipe and look once more: nobody's wake-up may fall between."""
        self._pipe.close()
        if self._look() is None:
            return True
        self._pipe.open()
        return False


def say(text: str) -> None:
    """Write a line to our log."""
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {os.getpid()} {text}\n"
    with contextlib.suppress(OSError):
        os.write(2, line.encode("utf-8", "backslashreplace"))


def rotate_log(path: Path) -> None:
    """Put a long log aside, once: an agent that starts begins a new one."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_BYTES:
            os.replace(path, path.with_suffix(".log.1"))
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(fd, 1)
            os.dup2(fd, 2)
            os.close(fd)


def take_lock(lock: FileLock, pipe: Path) -> bool:
    """Become the agent; return False, having woken it, where there is one."""
    deadline = time.monotonic() + _LOCK_PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if lock.acquire():
            mark = mark_of(os.getpid())
            os.ftruncate(lock.fd, 0)
            if mark is not None:
                os.pwrite(lock.fd, json.dumps({**mark._asdict(), "t": time.time()}).encode(), 0)
            return True
        if fifo.poke(pipe):
            return False
        time.sleep(0.02)  # it starts, or it leaves: that shows at once
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one agent; 0 also where there is one already."""
    words = sys.argv[1:] if arguments is None else arguments
    if len(words) != 1 or not os.path.isdir(words[0]):
        say("usage: agent PROJECT")
        return 2
    project = Path(os.path.realpath(words[0]))
    places.make_private(fifo.agents_dir())
    lock = FileLock(wake.agent_file(project, "lock"))
    pipe_path = wake.agent_file(project, "fifo")
    if not take_lock(lock, pipe_path):
        return 0
    rotate_log(wake.agent_file(project, "log"))
    Agent(project, Pipe(pipe_path)).work()
    lock.release()
    return 0


if __name__ == "__main__":
    sys.exit(main())
