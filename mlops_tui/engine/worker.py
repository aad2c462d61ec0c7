"""The process that does one piece of heavy work: `python -m mlops_tui.engine.worker [TASKS]`.

It reads one line, `{"task": "module.function", "arguments": {...}}`, from standard input, and
writes lines of `{"progress": [done, total]}` and then one of `{"result": ...}` or of
`{"error": {...}}` to standard output. With the name of a module of tasks it loads that one at once
and stays, to do one piece after the other. It is nice to what else runs, and it dies when its
standard input closes, so that it never outlives whoever asked for the work.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import logging
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from queue import SimpleQueue
from typing import Any, BinaryIO, TextIO

from mlops_tui.domain import errors

Progress = Callable[[float, float | None], None]
"""Told by a task how much is done, of how much in all; None where that is not known."""

KINDS: Mapping[str, type[errors.MlopsTuiError]] = {
    "not_found": errors.NotFoundError,
    "input": errors.InputError,
    "refused": errors.RefusedError,
    "storage": errors.StorageError,
    "worker": errors.WorkerError,
}
"""How an error is named on its way to the other process; the first that fits."""
LOGGER = logging.getLogger("mlops_tui.worker")
_NICE = 10
_PROGRESS_SECONDS = 0.1
_TASK = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Teller:
    """Writes the lines of one piece of work; progress at most ten times a second."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._next = 0.0

    def progress(self, done: float, total: float | None) -> None:
        """Tell how much is done, unless that was told a moment ago; the end is always told."""
        now = time.monotonic()
        if now >= self._next or done == total:
            self._next = now + _PROGRESS_SECONDS
            self._write({"progress": [float(done), None if total is None else float(total)]})

    def result(self, value: object) -> None:
        """Tell what came out."""
        self._write({"result": value})

    def error(self, kind: str, message: str, hint: str) -> None:
        """Tell what went wrong."""
        self._write({"error": {"kind": kind, "message": message, "hint": hint}})

    def _write(self, line: Mapping[str, object]) -> None:
        with contextlib.suppress(OSError):  # what was printed is in the log before the answer
            sys.stdout.flush()
        self._output.write(json.dumps(line, default=plain) + "\n")
        self._output.flush()


def plain(value: Any) -> object:
    """Return what JSON can hold instead of a dataclass, path, set, array, number or time.

    Raises:
        TypeError: there is nothing.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {it.name: getattr(value, it.name) for it in dataclasses.fields(value)}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    for name in ("tolist", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    raise TypeError(f"a task cannot return a {type(value).__name__}")


def find(task: str) -> Callable[..., object]:
    """Return the function of a task named `module.function`.

    Raises:
        LookupError: there is none.
    """
    if not _TASK.fullmatch(task):
        raise LookupError(f"{task!r} names no task")
    module, _, name = task.partition(".")
    found = getattr(importlib.import_module(f"mlops_tui.engine.tasks.{module}"), name, None)
    if not callable(found):
        raise LookupError(f"there is no task {task!r}")
    return found  # type: ignore[no-any-return]


def perform(request: Mapping[str, Any], teller: Teller) -> bool:
    """Do what a request asks for, tell how it went, and return whether it went well."""
    try:
        teller.result(find(request["task"])(teller.progress, **request["arguments"]))
    except errors.MlopsTuiError as error:
        kind = next((kind for kind, it in KINDS.items() if isinstance(error, it)), "refused")
        teller.error(kind, error.message, error.hint)
    except MemoryError:
        LOGGER.exception("a task failed")
        teller.error("worker", "there is not enough memory for this", "")
    except OSError as error:
        LOGGER.exception("a task failed")
        place = f": {os.fsdecode(error.filename)}" if error.filename else ""
        teller.error("storage", f"{error.strerror or error}{place}", "")
    except Exception as error:
        LOGGER.exception("a task failed")
        teller.error("worker", f"something went wrong ({type(error).__name__}: {error})", "")
    else:
        return True
    return False


def _die_with(requests: BinaryIO, waiting: SimpleQueue[bytes]) -> None:
    """Take requests; kill this process and all it started once nobody is there to make any."""
    with contextlib.suppress(OSError):
        for line in requests:
            waiting.put(line)
    os.killpg(0, signal.SIGKILL)


def _take_streams() -> tuple[BinaryIO, TextIO]:
    """Return standard input and output as our own; whatever a library prints goes to the log."""
    source, target = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(source, "rb"), os.fdopen(target, "w", encoding="utf-8")


def main() -> int:
    """Do one piece of work, or one after the other until nobody is there any more."""
    with contextlib.suppress(PermissionError):  # we lead our group already
        os.setpgid(0, 0)
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    requests, output = _take_streams()
    waiting: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_die_with, args=(requests, waiting), daemon=True).start()
    if len(sys.argv) > 1:
        importlib.import_module(f"mlops_tui.engine.tasks.{sys.argv[1]}")
        while True:
            perform(json.loads(waiting.get()), Teller(output))
    line = waiting.get()
    if not line.endswith(b"\n"):
        return 2
    with output:
        return 0 if perform(json.loads(line), Teller(output)) else 1


if __name__ == "__main__":
    sys.exit(main())
