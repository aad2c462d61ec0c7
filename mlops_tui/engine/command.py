"""The command of a run: made ready and started, or found again after its runner died."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from mlops_tui.domain import places
from mlops_tui.domain.host import ProcessMark, boot_id, is_alive, mark_of
from mlops_tui.engine import interpreter, reasons, run_data, sampling, tree
from mlops_tui.engine.recorded import RunFolder, RunnerFacts
from mlops_tui.engine.secrets import Waiting
from mlops_tui.engine.shim import track_folder
from mlops_tui.journal.lock import FileLock, is_locked
from mlops_tui.journal.sharing import open_shared


class SpawnError(Exception):
    """The command could not be started; the text says why."""


class Command(Protocol):
    """A command that runs, whoever started it."""

    def has_ended(self) -> bool:
        """Say whether the command itself is over; what it left behind may not be."""

    def processes(self) -> list[tree.Process]:
        """Return the command and everything that came from it and is alive."""

    def signal_group(self, number: int) -> None:
        """Signal the command's process group."""


class Child:
    """A command that this process started, and everything that descends from it."""

    def __init__(self, process: subprocess.Popen[bytes], gave: interpreter.Resolved) -> None:
        self._process = process
        self.argv, self.interpreter = gave.argv, gave.interpreter
        self.pid = process.pid
        self.mark = mark_of(process.pid) or ProcessMark(process.pid, "", boot_id(), "")
        self.exit_code: int | None = None
        self.signal: int | None = None
        self._oom_kills = sampling.oom_kills(os.getpid())
        self._ended = False
        self._exempt: set[int] = set()

    def exempt(self, script: str) -> None:
        """Leave our children that run this script out of the run, now and later."""
        wanted = os.fsencode(script)
        for process in tree.children(tree.snapshot(), os.getpid()):
            if process.pid != self.pid and tree.runs_script(process, wanted):
                self._exempt.add(process.pid)

    def has_ended(self) -> bool:
        """Collect every child that is over, orphans that came to us included."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return self._ended
            if pid == 0:
                return self._ended
            if pid == self.pid:
                self._note_status(status)
            self._exempt.discard(pid)

    def _note_status(self, status: int) -> None:
        self._ended = True
        code = os.waitstatus_to_exitcode(status)
        self._process.returncode = code
        if code < 0:
            self.signal = -code
        else:
            self.exit_code = code

    def processes(self) -> list[tree.Process]:
        """Return all descendants: as sub-reaper we are the parent of orphans too."""
        return tree.below(tree.snapshot(), os.getpid(), self._exempt)

    def signal_group(self, number: int) -> None:
        """Signal the group; its number cannot be anybody else's while we have not collected it."""
        if not self._ended:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def was_out_of_memory(self) -> bool:
        """Say whether the kernel ended something of our control group for memory meanwhile."""
        now = sampling.oom_kills(os.getpid())
        return now is not None and self._oom_kills is not None and now > self._oom_kills


class Foreign:
    """A command whose runner died: watched by its mark and the lock that it inherited."""

    def __init__(self, folder: RunFolder, facts: RunnerFacts) -> None:
        self._folder = folder
        self._group = facts.group
        self._mark = facts.command if facts.command and facts.command.start else None

    def has_ended(self) -> bool:
        """Say whether no process fits the mark; without one, whether nobody holds the lock."""
        if self._mark is not None:
            return not is_alive(self._mark)
        return not is_locked(self._folder.command_lock) and not self._carriers(tree.snapshot())

    def processes(self) -> list[tree.Process]:
        """Return the command, its descendants, and what carries the run's folder (Linux)."""
        table = tree.snapshot()
        found = {process.pid: process for process in self._carriers(table)}
        if self._mark is not None and is_alive(self._mark) and self._mark.pid in table:
            found[self._mark.pid] = table[self._mark.pid]
            found.update((process.pid, process) for process in tree.below(table, self._mark.pid))
        return list(found.values())

    def _carriers(self, table: dict[int, tree.Process]) -> list[tree.Process]:
        return tree.carrying(table, str(self._folder.path))

    def signal_group(self, number: int) -> None:
        """Signal the group of the command if that is still the very process that was started."""
        if self._mark is None or not is_alive(self._mark):
            tree.send_all(self.processes(), number)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(self._mark.pid) == self._group:
                os.killpg(self._group, number)


def spawn(
    folder: RunFolder, order: Mapping[str, Any], waiting: Waiting, gpus: Sequence[str]
) -> Child:
    """Start the command of a run in a process group of its own, holding `command.lock`.

    Raises:
        SpawnError: it cannot be started; the message says why, for a person.
    """
    prepared = prepare(folder, order, waiting, gpus)
    cwd = Path(order.get("cwd") or folder.project)
    lock = FileLock(folder.command_lock, is_shared=True)
    try:
        output = open_shared(folder.output, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise SpawnError(f"{folder.output} cannot be written: {error.strerror}") from error
    with contextlib.suppress(OSError):  # a file system without locks: the mark has to do
        lock.acquire()
    try:
        process = subprocess.Popen(
            prepared.argv,
            cwd=cwd,
            env=prepared.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[lock.fd] if lock.fd >= 0 else [],
            process_group=0,
        )
    except (OSError, ValueError) as error:
        search_path = prepared.environment.get("PATH", interpreter.NO_PATH)
        raise SpawnError(reasons.spawn_words(error, prepared.argv, cwd, search_path)) from error
    finally:
        os.close(output)
        lock.release()
    return Child(process, prepared)


def prepare(
    folder: RunFolder, order: Mapping[str, Any], waiting: Waiting, gpus: Sequence[str]
) -> interpreter.Resolved:
    """Return the command line and the whole environment of a run.

    Raises:
        SpawnError: a secret that the run needs is not there.
    """
    declared = {key: str(value) for key, value in (order.get("env") or {}).items()}
    given = dict(os.environ) if waiting.environment is None else waiting.environment
    environment = {"PYTHONUNBUFFERED": "1", **given, **declared, **waiting.secrets}
    secret_params = order.get("secrets") or {}
    for param, name in secret_params.items():
        if name not in environment:
            raise SpawnError(f"the secret {param!r} ({name}) is not at hand any more: run it again")
    if gpus:
        environment["CUDA_VISIBLE_DEVICES"] = ",".join(gpus)
    environment.update(contract_variables(folder, order))
    resolved = interpreter.resolve(run_data.argv_of(order), environment, folder.project)
    _add_tracking(resolved.environment)
    return resolved


def contract_variables(folder: RunFolder, order: Mapping[str, Any]) -> dict[str, str]:
    """Return the `MLOPS_` variables that every started command finds."""
    secret_params = order.get("secrets") or {}
    params = {k: v for k, v in (order.get("params") or {}).items() if k not in secret_params}
    return {
        "MLOPS_RUN_DIR": str(folder.path),
        "MLOPS_RUN_ID": folder.run_id,
        "MLOPS_EVENTS": str(folder.events),
        "MLOPS_PARAMS": json.dumps(params),
        "MLOPS_PROJECT": str(folder.project),
        "MLOPS_DATA": json.dumps(run_data.paths_of(order)),
    }


def _add_tracking(environment: dict[str, str]) -> None:
    """Let `track` be found by any Python below the command, whichever a script may call.

    Where that one has mlops-tui, the folder steps aside for it.
    """
    try:
        folder = str(track_folder(places.cache_dir()))
    except OSError:
        return  # the command runs without `track`; recording by MLOPS_EVENTS still works
    rest = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{folder}{os.pathsep}{rest}" if rest else folder


def become_reaper() -> bool:
    """Make orphans of our descendants our children (Linux); say whether that worked."""
    if not tree.LINUX:
        return False
    import ctypes

    set_child_subreaper = 36
    return ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0) == 0  # type: ignore[no-any-return]


SIGNALS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
"""What a stop sends, one after the other, with a time of grace after each."""
