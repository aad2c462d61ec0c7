"""Something that is done soon after it is wanted, and not more often than there is need for."""

from __future__ import annotations

import time
from collections.abc import Callable

from textual.timer import Timer
from textual.widget import Widget


class Pace:
    """Does `work` by a timer of its owner; wishes that come before that are one wish."""

    def __init__(self, owner: Widget, work: Callable[[], None]) -> None:
        self._owner = owner
        self._work = work
        self._timer: Timer | None = None
        self._done = 0.0

    def want(self, pause_seconds: float) -> None:
        """Have the work done, so long after the last time at the earliest."""
        if self._timer is None:
            wait = self._done + pause_seconds - time.monotonic()
            self._timer = self._owner.set_timer(max(0.001, wait), self._do)

    def _do(self) -> None:
        self._timer = None
        self._done = time.monotonic()
        self._work()
