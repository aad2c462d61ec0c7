"""Heavy work done in a process of its own, so that ours neither loads pandas nor waits on the GIL.

`work("profiles.profile", {...}, on_progress)` runs that function of `mlops_tui.engine.tasks`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mlops_tui.domain import places
from mlops_tui.domain.errors import MlopsTuiError, StorageError, WorkCancelledError, WorkerError
from mlops_tui.engine import detached, reasons
from mlops_tui.engine.worker import KINDS

OnProgress = Callable[[float, float | None], object]
"""Called with what is done, and of how much (None where not known), from the thread that waits."""

_LOG_BYTES = 1_000_000
_LEAVING_SECONDS = 2.0
"""How long a worker may tidy up after its answer before it is killed."""


def log_path() -> Path:
    """Return the file that has what workers print, and why they crashed."""
    return places.state_dir() / "workers.log"


class Cancellation:
    """Ends a piece of work; may be used from any thread, any number of times."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.is_cancelled = False
        """Whether `cancel` was called."""

    def cancel(self) -> None:
        """Kill the worker and all that it started; work not begun yet will not begin."""
        with self._lock:
            self.is_cancelled = True
            self._kill()

    def attach(self, process: subprocess.Popen[bytes]) -> None:
        """Take the process to kill: the leader of its group."""
        with self._lock:
            self._process = process
            if self.is_cancelled:
                self._kill()

    def detach(self) -> None:
        """Kill what is left of the group and collect its leader, whose number is free from then."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            kill_group(process)
            process.wait()

    def _kill(self) -> None:
        if self._process is not None:
            kill_group(self._process)


def work(
    task: str,
    arguments: Mapping[str, object],
    on_progress: OnProgress | None = None,
    cancellation: Cancellation | None = None,
) -> Any:
    """Return what a task returns, done in a worker process; wait for it in this thread.

    Args:
        task: `module.function` of `mlops_tui.engine.tasks`.
        arguments: its keyword arguments, as JSON can hold them; paths are best absolute.
        on_progress: hears how far it is, at most ten times a second; what it raises ends the work.
        cancellation: lets another thread end it.

    Raises:
        WorkCancelledError: it was cancelled.
        WorkerError: the worker met a bug, was killed, or ran out of memory; the log says more.
        MlopsTuiError: what the task raised, of the same class, with its message and hint.
    """
    watch = cancellation or Cancellation()
    if watch.is_cancelled:
        raise WorkCancelledError("cancelled")
    request = json.dumps({"task": task, "arguments": dict(arguments)}).encode() + b"\n"
    process = start_worker()
    watch.attach(process)
    try:
        with contextlib.suppress(BrokenPipeError):  # it died: that is told below
            _stdin(process).write(request)
            _stdin(process).flush()
        answer = _answer(process, on_progress or _ignore)
        if answer is None:
            wait_unreaped(process)
    finally:
        _close(process)
        watch.detach()
    if watch.is_cancelled:
        raise WorkCancelledError("cancelled")
    if answer is None:
        raise death_of(process.returncode)
    if "error" in answer:
        raise error_told(answer["error"])
    return answer["result"]


def start_worker(tasks: str | None = None) -> subprocess.Popen[bytes]:
    """Start a worker process; one that stays where a module of tasks is named.

    Raises:
        StorageError: the system refuses.
    """
    more = [] if tasks is None else [tasks]
    try:
        log = _open_log()
        try:
            return subprocess.Popen(
                # -P: a module in the folder we happen to stand in must not hide one of ours
                [sys.executable, "-P", "-m", "mlops_tui.engine.worker", *more],
                env=detached.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                process_group=0,
            )
        finally:
            os.close(log)
    except OSError as error:
        raise StorageError(f"no worker process can be started: {error}") from error


def _open_log() -> int:
    path = log_path()
    places.make_private(path.parent)
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG_BYTES:
            os.replace(path, path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _answer(process: subprocess.Popen[bytes], on_progress: OnProgress) -> dict[str, Any] | None:
    """Return the last line of a worker; None where it died before."""
    assert process.stdout is not None
    for line in process.stdout:
        if not line.endswith(b"\n"):
            return None
        told = json.loads(line)
        if "progress" not in told:
            select.select([process.stdout], [], [], _LEAVING_SECONDS)
            return told  # type: ignore[no-any-return]
        on_progress(*told["progress"])
    return None


def _stdin(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdin is not None
    return process.stdin


def wait_unreaped(process: subprocess.Popen[bytes]) -> None:
    """Wait until the worker is over, and leave its number taken until its group is gone too."""
    if hasattr(os, "waitid"):  # not on every macOS: then a group may be left to its own stdin
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    else:
        process.wait()


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a worker and all that it started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def death_of(code: int) -> WorkerError:
    """Return how a worker that gave no answer ended, from its exit code."""
    number = -code if code < 0 else None
    words = reasons.exit_words(None if code < 0 else code, number, out_of_memory=False)
    hint = f"its last words are in {log_path()}"
    if number == signal.SIGKILL:
        hint = "it may have needed more memory than there is"
    return WorkerError(f"the worker process was lost: it {_verb(number)}{words}", hint)


def _verb(number: int | None) -> str:
    return "" if number is None else "was "


def error_told(error: Mapping[str, str]) -> MlopsTuiError:
    """Return the error that a worker told of."""
    kind = error["kind"]
    hint = error["hint"] or (f"the log has it: {log_path()}" if kind == "worker" else "")
    return KINDS[kind](error["message"], hint)


def _ignore(done: float, total: float | None) -> None:
    pass
