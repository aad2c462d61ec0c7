"""The process that looks after one run: `python -m mlops_tui.engine.runner PROJECT RUN_ID`.

It starts the command (or, with `--adopt`, takes over one whose runner died), stays until it has
ended, and records how. It imports little: one of these lives beside every running command.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlops_tui.domain import host
from mlops_tui.domain.lifecycle import RUNNER_ADOPTED, RUNNER_STARTED, RUNNER_STARTING
from mlops_tui.engine import command, fifo, reasons, retries, run_data, secrets
from mlops_tui.engine.bell import Bell
from mlops_tui.engine.endings import end_of, unseen_end
from mlops_tui.engine.recorded import RunFolder, read_facts
from mlops_tui.engine.runnerlog import RunnerLog, record_end
from mlops_tui.engine.sampling import Sampler
from mlops_tui.engine.watch import TimeLimit, Watch
from mlops_tui.journal.lock import NO_LOCKS, FileLock, claim

_END_PATIENCE_SECONDS = 86400.0
"""How long the end of a run waits for a full disk to be cleared before it is given up."""


class Options(NamedTuple):
    """What the command line of a runner says."""

    project: Path
    run_id: str
    is_adopting: bool
    gpus: tuple[str, ...]
    held: tuple[int, ...]
    """Inherited descriptors of the slot and GPU locks, ours until the command is over."""


def parse_options(arguments: Sequence[str]) -> Options:
    """Return `PROJECT RUN_ID [--adopt] [--gpus 0,1] [--hold 5,6]` as a value.

    Raises:
        ValueError: it is something else.
    """
    words = list(arguments)
    options = {"--gpus": "", "--hold": ""}
    is_adopting = "--adopt" in words
    if is_adopting:
        words.remove("--adopt")
    for name in options:
        if name in words:
            place = words.index(name)
            options[name] = words[place + 1]
            del words[place : place + 2]
    project, run_id = words
    held = tuple(int(number) for number in options["--hold"].split(",") if number)
    gpus = tuple(gpu for gpu in options["--gpus"].split(",") if gpu)
    return Options(Path(project), run_id, is_adopting, gpus, held)


def take_lock(lock: FileLock) -> bool:
    """Take the lock of a runner; True also where the file system has none."""
    for _ in range(3):  # a probe may hold it for an instant
        try:
            if lock.acquire():
                return True
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
            return True
        time.sleep(0.02)
    return False


class Runner:
    """One run under our eyes, from the lock to the end. One thread."""

    def __init__(self, options: Options, bell: Bell, has_lock: bool) -> None:
        self._options = options
        self._has_lock = has_lock
        self._bell = bell
        self._folder = RunFolder(options.project, options.run_id)
        self._log = RunnerLog(self._folder.runner_journal)
        self._order: dict[str, Any] = {}
        self._waiting = secrets.Waiting({}, None)

    def start(self) -> None:
        """Start the run unless that was done, or forbidden, before; return when it has ended."""
        mark = host.mark_of(os.getpid()) or host.ProcessMark(os.getpid(), "", "", "")
        claimed = {"by": "runner", "t": time.time(), "host": host.host_name(), **mark._asdict()}
        if not claim(self._folder.start_claim, claimed):
            return
        self._log.fact(RUNNER_STARTING, **_mark_facts(mark))
        self._waiting = secrets.take(self._options.run_id)
        try:
            self._order = self._folder.order()
            if run_data.may_have_marks(self._order) and self._is_without_data():
                return
            if self._order.get("require_checks") is True and self._is_held_back():
                return
            child = self._spawn()
        except command.SpawnError as error:
            self._finish(end_of("failed", str(error), ended=time.time()))
        except (OSError, ValueError, KeyError) as error:
            words = f"the run could not be prepared: {error}"
            self._finish(end_of("failed", words, ended=time.time()))
        else:
            self._stay_with(child, time.time())

    def _is_held_back(self) -> bool:
        """Say whether the run ended before its start because its data does not meet its checks."""
        from mlops_tui.engine import required_checks  # few jobs ask for it

        bell = self._bell
        end = required_checks.end_before_start(
            self._folder, self._order, lambda: bell.is_stop_asked, time.time()
        )
        return self._is_over(end)

    def _is_without_data(self) -> bool:
        """Give the run its data with its marks; say whether the run ended for lack of it."""
        from mlops_tui.engine import patched_inputs  # few data has marks

        bell = self._bell
        self._order, end = patched_inputs.prepare(
            self._folder, self._order, lambda: bell.is_stop_asked, time.time()
        )
        return self._is_over(end)

    def _is_over(self, end: dict[str, Any] | None) -> bool:
        if end is not None:
            # what is not met now is not met a moment later: no retry
            self._finish({**end, "ended": time.time()}, may_retry=False)
        return end is not None

    def _spawn(self) -> command.Child:
        command.become_reaper()
        return command.spawn(self._folder, self._order, self._waiting, self._options.gpus)

    def _stay_with(self, child: command.Child, started: float) -> None:
        self._log.fact(
            RUNNER_STARTED,
            **child.mark._asdict(),
            pgid=child.pid,
            argv=child.argv,
            interpreter=child.interpreter,
            gpus=list(self._options.gpus),
        )
        self._record_environment(child)
        self._record_datasets()
        watch = self._watch(child)
        watch.until_end(_limit(self._order, 0.0))
        ended = time.time()
        gone, immortal = watch.end_leftovers()
        watch.beat([])
        number = child.signal
        end = end_of(
            "finished" if child.exit_code == 0 else "failed",
            None
            if child.exit_code == 0
            else reasons.exit_words(child.exit_code, number, child.was_out_of_memory()),
            exit_code=child.exit_code,
            signal=reasons.signal_name(number) if number is not None else None,
            started=started,
            ended=max(started, ended),
        )
        self._finish(_told(end, watch, gone, immortal))

    def adopt(self) -> None:
        """Look after a command whose runner died; return when it has ended."""
        facts = read_facts(self._folder)
        if facts.end is not None:
            return
        self._order = self._folder.order()
        foreign = command.Foreign(self._folder, facts)
        if foreign.has_ended() and not foreign.processes():
            return
        if not self._has_lock and not self._take_over(facts.runner):
            return
        mark = host.mark_of(os.getpid()) or host.ProcessMark(os.getpid(), "", "", "")
        self._log.fact(RUNNER_ADOPTED, **_mark_facts(mark))
        watch = self._watch(foreign)
        age = max(0.0, time.time() - (facts.started or time.time()))
        watch.until_end(_limit(self._order, age))
        gone, immortal = watch.end_leftovers()
        watch.beat([])
        end = unseen_end(self._folder, read_facts(self._folder), time.time())
        self._finish(_told(end, watch, gone, immortal))

    def _take_over(self, dead: host.ProcessMark | None) -> bool:
        """Become the one follower of a dead runner where no lock can say who that is."""
        if dead is not None and host.is_alive(dead):
            return False
        name = f"adopt-{self._options.run_id}-{dead.pid if dead else 0}-{dead.start if dead else 0}"
        return claim(self._folder.start_claim.with_name(name), {"pid": os.getpid()})

    def _watch(self, watched: command.Command) -> Watch:
        sampler = Sampler(self._options.gpus)
        return Watch(self._folder, watched, self._log, self._bell, sampler)

    def _record_environment(self, child: command.Child) -> None:
        from mlops_tui.track import facts  # once the command is on its way

        cwd = self._order.get("cwd") or self._options.project
        with contextlib.suppress(OSError):
            facts.start_recording(self._folder.path, cwd, child.interpreter)
            child.exempt(facts.__file__)

    def _record_datasets(self) -> None:
        from mlops_tui.engine import hashing

        with contextlib.suppress(OSError):
            hashing.start(self._options.project, self._options.run_id, self._order)

    def _finish(self, end: dict[str, Any], may_retry: bool = True) -> None:
        for descriptor in self._options.held:  # the place is free, however long the disk is full
            with contextlib.suppress(OSError):
                os.close(descriptor)
        if may_retry and end["state"] == "failed" and retries.is_due(self._order):
            retries.offer(self._options.project, self._options.run_id, self._waiting)
        record_end(self._folder, self._log, end, _END_PATIENCE_SECONDS)
        self._log.close()


def _limit(order: dict[str, Any], age_seconds: float) -> TimeLimit | None:
    seconds = order.get("timeout_seconds")
    if not isinstance(seconds, (int, float)) or seconds <= 0:
        return None
    return TimeLimit(seconds - age_seconds, reasons.timeout_words(seconds))


def _mark_facts(mark: host.ProcessMark) -> dict[str, object]:
    return {**mark._asdict(), "host": host.host_name(), "machine": host.machine_id()}


def _told(end: dict[str, Any], watch: Watch, gone: int, immortal: int) -> dict[str, Any]:
    """Return the end with our own part in it: a stop, a time-out, what was left behind."""
    if watch.wish is not None and watch.has_signalled:
        state = "stopped" if watch.wish.why == "stop" else "failed"
        end = {**end, "state": state, "reason": watch.wish.words}
        gone = 0
    left = reasons.leftover_words(gone, immortal)
    parts = [part for part in (end["reason"], left) if part]
    return {**end, "reason": "; ".join(parts) or None}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one runner; 0 also where another one has the run."""
    try:
        options = parse_options(sys.argv[1:] if arguments is None else arguments)
    except (ValueError, IndexError):
        print("usage: runner PROJECT RUN_ID [--adopt]", file=sys.stderr)  # noqa: T201
        return 2
    with contextlib.suppress(PermissionError):  # we lead our session already
        os.setsid()
    for descriptor in options.held:
        os.set_inheritable(descriptor, False)
    bell = Bell()
    lock = FileLock(RunFolder(options.project, options.run_id).runner_lock, is_shared=True)
    if not take_lock(lock):
        return 0
    runner = Runner(options, bell, has_lock=lock.fd >= 0)
    if options.is_adopting:
        runner.adopt()
    else:
        runner.start()
    lock.release()
    fifo.poke_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
