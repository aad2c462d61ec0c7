"""Sends alerts for an agent: from a thread of its own, tried again, never waited for."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlops_tui.domain import places
from mlops_tui.domain.alert_rules import AlertSettings
from mlops_tui.domain.alerts import AlertState, RecordedAlert
from mlops_tui.domain.errors import InputError, MlopsTuiError
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import ALERT_SENT
from mlops_tui.domain.project import Project
from mlops_tui.engine.alert_receivers import Receiver, receivers_of, tell
from mlops_tui.engine.creation import record_fact
from mlops_tui.journal.lock import claim

PAUSES_SECONDS = (5.0, 30.0, 120.0, 480.0)
"""Between tries; all of them together take less than `CLAIMED_SECONDS`."""
CLAIMED_SECONDS = 900.0
"""So long nobody else tries: then whoever began is gone."""
OLDEST_SECONDS = 86400.0
"""What has been known for longer is no news, as where receivers are named for the first time."""

Tell = Callable[[Receiver, Project, RecordedAlert, float], None]


@dataclass(frozen=True, slots=True)
class _Letter:
    """One alert for one receiver."""

    project: Project
    receiver: Receiver
    found: RecordedAlert
    attempts: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.found.id, self.receiver.name


class AlertPost:
    """Tells receivers about the alerts of one project, each alert once wherever agents run.

    `look` and `is_busy` are for the agent's thread; a thread of its own waits for receivers, and
    ends when nothing is left. What it was about to try again is lost with the process: the next
    agent goes on when the claim is over.
    """

    def __init__(
        self,
        folder: Path,
        say: Callable[[str], None],
        tell_one: Tell = tell,
        pauses_seconds: Sequence[float] = PAUSES_SECONDS,
    ) -> None:
        self._folder = folder
        self._say = say
        self._tell = tell_one
        self._pauses = tuple(pauses_seconds)
        self._changed = threading.Condition()
        self._waiting: list[tuple[float, int, _Letter]] = []
        self._known: set[tuple[str, str]] = set()
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Say whether something is being sent, or waits to be tried again."""
        with self._changed:
            return bool(self._known)

    def look(
        self,
        project: Project,
        settings: AlertSettings,
        alerts: Sequence[RecordedAlert],
        now: float,
    ) -> None:
        """Begin to send what nobody was told of yet.

        Args:
            project: what its file says.
            settings: who is to be told, and of what.
            alerts: those that are not resolved.
            now: Unix seconds.

        Raises:
            OSError: it cannot be noted that this agent sends them.
        """
        for receiver in receivers_of(settings):
            for found in alerts:
                letter = _Letter(project, receiver, found)
                with self._changed:
                    is_known = letter.key in self._known
                if (
                    not is_known
                    and self._is_due(settings, letter, now)
                    and self._claim(letter, now)
                ):
                    self._begin(letter)

    def _is_due(self, settings: AlertSettings, letter: _Letter, now: float) -> bool:
        found = letter.found
        if found.state_at(now) is not AlertState.OPEN:
            return False
        if found.alert.severity.rank < settings.least.rank:
            return False
        if now - _opened(found) > OLDEST_SECONDS:
            return False
        last = next((it for it in found.sendings if it.receiver == letter.receiver.name), None)
        if last is None or last.t < _opened(found):
            return True
        if last.severity.rank < found.alert.severity.rank:
            return True
        return not last.is_done and last.attempts <= len(self._pauses)

    def _claim(self, letter: _Letter, now: float) -> bool:
        found = letter.found
        what = f"{letter.receiver.name}|{found.alert.severity}|{_opened(found):.6f}"
        digest = hashlib.sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        window = max(0, int((now - _opened(found)) // CLAIMED_SECONDS))
        name = f"alert-{found.id}-{digest}-{window}"
        content = {"host": host_name(), "pid": os.getpid(), "t": now}
        return "/" not in name and claim(places.claims_dir(self._folder) / name, content)

    def _begin(self, letter: _Letter) -> None:
        with self._changed:
            self._known.add(letter.key)
            self._put(letter, 0.0)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _put(self, letter: _Letter, pause_seconds: float) -> None:
        due = time.monotonic() + pause_seconds
        heapq.heappush(self._waiting, (due, next(self._numbers), letter))

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return
                pause = self._waiting[0][0] - time.monotonic()
                if pause > 0:
                    self._changed.wait(pause)
                    continue
                letter = heapq.heappop(self._waiting)[2]
            pause_seconds = self._try(letter)
            with self._changed:
                if pause_seconds is None:
                    self._known.discard(letter.key)
                else:
                    again = _Letter(
                        letter.project, letter.receiver, letter.found, letter.attempts + 1
                    )
                    self._put(again, pause_seconds)

    def _try(self, letter: _Letter) -> float | None:
        """Try once; return after how long to try again, None for never."""
        problem, pause = "", None
        try:
            self._tell(letter.receiver, letter.project, letter.found, time.time())
        except InputError as error:
            problem = f"{error.message} ({error.hint})" if error.hint else error.message
        except (MlopsTuiError, OSError) as error:
            problem = str(error)
            if letter.attempts < len(self._pauses):
                pause = self._pauses[letter.attempts]
        is_news = letter.attempts == 0 or pause is None
        if is_news:
            self._record(letter, problem)
        return pause

    def _record(self, letter: _Letter, problem: str) -> None:
        found = letter.found
        facts = {
            "id": found.id,
            "cause": found.alert.cause,
            "receiver": letter.receiver.name,
            "is_done": not problem,
            "attempts": letter.attempts + 1,
            "severity": found.alert.severity.value,
            "problem": problem,
        }
        try:
            record_fact(self._folder, ALERT_SENT, time.time(), **facts)
        except MlopsTuiError as error:
            self._say(f"alert {found.id}: {error}")
        if problem:
            self._say(f"alert {found.id} was not sent to {letter.receiver.name}: {problem}")


def _opened(found: RecordedAlert) -> float:
    """Return since when an open alert is open."""
    return found.until or 0.0 if found.state is AlertState.SNOOZED else found.changed
