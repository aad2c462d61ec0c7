"""A worker process that stays between pieces of work: libraries and data are loaded once."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from mlops_tui.domain.errors import WorkCancelledError
from mlops_tui.engine.workers import (
    death_of,
    error_told,
    kill_group,
    start_worker,
    wait_unreaped,
)


class WarmWorker:
    """Does one piece of work after the other; for one thread, but `close` may be called from any.

    The process is there from `warm` or the first work on, and dies with ours.
    """

    def __init__(self, tasks: str) -> None:
        """Prepare a worker for a module of `mlops_tui.engine.tasks`."""
        self._tasks = tasks
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def is_warm(self) -> bool:
        """Say whether the process is there."""
        return self._process is not None

    def warm(self) -> None:
        """Let the process start, and load what it needs, while something else is waited for.

        Raises:
            StorageError: it cannot be started.
        """
        if self._process is not None and self._process.poll() is not None:
            self.let_go()
        with self._lock:
            if self._process is None and not self._is_closed:
                self._process = start_worker(self._tasks)

    def work(self, task: str, arguments: Mapping[str, object]) -> Any:
        """Return what a task of the module returns.

        Args:
            task: the name of its function.
            arguments: its keyword arguments, as JSON can hold them; paths are best absolute.

        Raises:
            WorkCancelledError: the worker was closed.
            WorkerError: it met a bug, was killed, or ran out of memory; the next work starts anew.
            MlopsTuiError: what the task raised.
        """
        self.warm()
        process = self._process
        if process is None:
            raise WorkCancelledError("cancelled")
        request = {"task": f"{self._tasks}.{task}", "arguments": dict(arguments)}
        answer = _exchange(process, json.dumps(request).encode() + b"\n")
        if answer is None:
            wait_unreaped(process)
            self.let_go()
            if self._is_closed:
                raise WorkCancelledError("cancelled")
            raise death_of(process.returncode)
        if "error" in answer:
            raise error_told(answer["error"])
        return answer["result"]

    def let_go(self) -> None:
        """End the process; the next work starts another one."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        kill_group(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()

    def close(self) -> None:
        """End the process for good; work that waits for it is cancelled."""
        self._is_closed = True
        with self._lock:
            if self._process is not None:
                kill_group(self._process)


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> dict[str, Any] | None:
    """Return the answer to a request; None where the worker died before."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(request)
        process.stdin.flush()
    for line in process.stdout:
        if not line.endswith(b"\n"):
            return None
        told: dict[str, Any] = json.loads(line)
        if "progress" not in told:
            return told
    return None
