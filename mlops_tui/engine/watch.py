"""Looks after a running command: heartbeats, stop, time-out, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import time
from typing import NamedTuple

from mlops_tui.domain.lifecycle import RUNNER_SIGNAL
from mlops_tui.engine import reasons, tree
from mlops_tui.engine.bell import Bell
from mlops_tui.engine.command import SIGNALS_TO_STOP, Command
from mlops_tui.engine.recorded import RunFolder
from mlops_tui.engine.runnerlog import RunnerLog
from mlops_tui.engine.sampling import Sampler

POLL_SECONDS = 0.2
_FIRST_BEAT_SECONDS = 0.3
_COURTESY_SECONDS = 0.5
"""Helpers such as data loaders leave by themselves once their parent is gone."""
_KILL_PATIENCE_SECONDS = 5.0
"""After SIGKILL only a process in an uninterruptible wait is left; it is not waited for longer."""


def stop_grace_seconds() -> float:
    """Return the time between two signals of a stop; `MLOPS_STOP_GRACE_SECONDS` overrides 5."""
    try:
        return max(0.0, float(os.environ.get("MLOPS_STOP_GRACE_SECONDS", "5")))
    except ValueError:
        return 5.0


def beat_interval_seconds(age_seconds: float) -> float:
    """Return the time to the next heartbeat: a run of days must not record megabytes a day."""
    if age_seconds < 3600:
        return 2.0
    return 5.0 if age_seconds < 86400 else 10.0


class Wish(NamedTuple):
    """Why a command is being ended by us."""

    why: str
    """`stop` or `time-out`."""
    words: str
    """For a person."""


class TimeLimit(NamedTuple):
    """How long a command may go on."""

    seconds_left: float
    words: str
    """Why it ended if it does not keep to it."""


class Watch:
    """Stays with one command until it and what it left behind have ended. One thread."""

    def __init__(
        self, folder: RunFolder, command: Command, log: RunnerLog, bell: Bell, sampler: Sampler
    ) -> None:
        self._folder = folder
        self._command = command
        self._log = log
        self._bell = bell
        self._sampler = sampler
        self._begin = time.monotonic()
        self._next_beat = self._begin + _FIRST_BEAT_SECONDS
        self._next_signal = 0.0
        self._signals_sent = 0
        self.wish: Wish | None = None
        """Set once a stop or time-out is on its way."""

    @property
    def has_signalled(self) -> bool:
        """Say whether the command got a signal from us before it ended."""
        return self._signals_sent > 0

    def until_end(self, limit: TimeLimit | None) -> None:
        """Return when the command itself has ended, by itself or because it had to."""
        while not self._command.has_ended():
            now = time.monotonic()
            if self.wish is None:
                self.wish = self._find_wish(now, limit)
            self._escalate(now)
            self._beat_if_due(now)
            self._log.flush()
            self._bell.wait(POLL_SECONDS)

    def _find_wish(self, now: float, limit: TimeLimit | None) -> Wish | None:
        if self._bell.is_stop_asked:
            return Wish("stop", "stopped: its runner was told to end (SIGTERM)")
        if self._folder.stop_file.exists():
            return Wish("stop", reasons.stop_words(self._folder.stop_asked_by()))
        if limit is not None and now - self._begin >= limit.seconds_left:
            return Wish("time-out", limit.words)
        return None

    def _escalate(self, now: float) -> None:
        if self.wish is None or now < self._next_signal or self._command.has_ended():
            return
        number = SIGNALS_TO_STOP[min(self._signals_sent, len(SIGNALS_TO_STOP) - 1)]
        grace = stop_grace_seconds()
        if self._signals_sent < len(SIGNALS_TO_STOP):
            self._log.fact(
                RUNNER_SIGNAL, signal=number.name, grace_seconds=grace, why=self.wish.why
            )
        self._command.signal_group(number)
        if number != signal.SIGINT:
            tree.send_all(self._command.processes(), number)
        self._signals_sent += 1
        self._next_signal = now + (grace if number != signal.SIGKILL else max(grace, 0.5))

    def _beat_if_due(self, now: float) -> None:
        if now >= self._next_beat:
            self._next_beat = now + beat_interval_seconds(now - self._begin)
            self.beat(self._command.processes())

    def beat(self, processes: list[tree.Process]) -> None:
        """Record a sign of life with the sizes of the event files."""
        try:
            files = self._folder.event_files()
        except OSError:
            files = {}
        self._log.heartbeat(files=files, **self._sampler.sample(processes))

    def end_leftovers(self) -> tuple[int, int]:
        """End what the command left behind; return how many that were, and how many withstood."""
        seen: set[tuple[int, str]] = set()
        left: list[tree.Process] = []
        for number, patience in (
            (None, _COURTESY_SECONDS),
            (signal.SIGTERM, stop_grace_seconds()),
            (signal.SIGKILL, _KILL_PATIENCE_SECONDS),
        ):
            told, left = self._end_within(number, patience)
            seen |= told if number else set()
            if not left:
                break
        return len(seen) - len(left), len(left)

    def _end_within(
        self, number: signal.Signals | None, patience: float
    ) -> tuple[set[tuple[int, str]], list[tree.Process]]:
        """Signal whoever is there once; return those, and who is still there at the end."""
        deadline = time.monotonic() + patience
        told: set[tuple[int, str]] = set()
        pause = 0.01
        while True:
            left = self._command.processes()
            for process in left:
                if (process.pid, process.start) not in told:
                    told.add((process.pid, process.start))
                    if number is not None:
                        tree.send(process, number)
            if not left or time.monotonic() >= deadline:
                return told, left
            self._bell.wait(pause)
            pause = min(POLL_SECONDS, 2 * pause)
            self._command.has_ended()  # collects orphans that came to us
