"""What this process has open, and what closes it: exit, SIGTERM, a fork; touches no file."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from types import FrameType
from typing import Iterator, List, Optional, Protocol

from mlops_tui.track import leaving
from mlops_tui.track.endings import BY_SIGTERM, Ending


class Closable(Protocol):
    """A run as far as its process looks after it."""

    id: str

    def close_as(self, ending: Ending) -> None:
        """Write the end, if it is ours to write, and let everything go."""

    def leave_to_parent(self) -> None:
        """Become what a fork leaves in the child."""


class _Process:
    """The one record of this process; changed by the main thread, and by a fork."""

    open_runs: List[Closable]

    def __init__(self) -> None:
        self.open_runs = []
        self.first_run: Optional[str] = None
        self.has_joined = False
        self.busy = 0
        self.is_terminated = False
        self.has_exit_hooks = False


_process = _Process()


def opened(run: Closable, has_joined: bool) -> None:
    """Look after a run from now on."""
    if not _process.has_exit_hooks:
        _process.has_exit_hooks = True
        atexit.register(_at_exit)
        os.register_at_fork(after_in_child=_in_forked_child)
    if not _process.open_runs:
        _watch()
    _process.open_runs.append(run)
    _process.first_run = _process.first_run or run.id
    _process.has_joined = _process.has_joined or has_joined


def closed(run: Closable) -> None:
    """Look after a run no longer; with the last one the hooks go too."""
    if run in _process.open_runs:
        _process.open_runs.remove(run)
    if not _process.open_runs:
        _unwatch()


def parent_run() -> Optional[str]:
    """Return the id of the run that one begun now is a child of, or None."""
    return _process.open_runs[-1].id if _process.open_runs else _process.first_run


def has_joined() -> bool:
    """Say whether this process has joined the run that it was launched for."""
    return _process.has_joined


def is_worker() -> bool:
    """Say whether `multiprocessing` (or joblib) started this process."""
    module = sys.modules.get("multiprocessing.process")
    return module is not None and module.parent_process() is not None


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Put a SIGTERM off that comes while facts are being written, which must not overlap."""
    _process.busy += 1
    try:
        yield
    finally:
        _process.busy -= 1
        if _process.is_terminated and not _process.busy:
            _process.is_terminated = False
            os.kill(os.getpid(), signal.SIGTERM)  # once more: it is the main thread's to handle


def _watch() -> None:
    """Notice SIGTERM where nobody else does, and how the interpreter is left."""
    leaving.watch()
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _on_sigterm)
    except ValueError:
        pass  # only the main thread may


def _unwatch() -> None:
    leaving.unwatch()
    try:
        if signal.getsignal(signal.SIGTERM) is _on_sigterm:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    except ValueError:
        pass  # only the main thread may


def _on_sigterm(number: int, frame: Optional[FrameType]) -> None:
    if _process.busy:
        _process.is_terminated = True
        return
    _close_all(BY_SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)


def _at_exit() -> None:
    _close_all(leaving.last_ending())


def _close_all(ending: Ending) -> None:
    for run in reversed(list(_process.open_runs)):
        run.close_as(ending)


def _in_forked_child() -> None:
    _process.has_joined = False
    _process.busy = 0
    _process.is_terminated = False
    for run in _process.open_runs:
        run.leave_to_parent()
