"""Sleep that a signal ends; the handlers of our background processes."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Sequence


class Bell:
    """Wakes for a child that ended, a wish to stop (SIGTERM, SIGINT), or a readable descriptor.

    One a process. Handlers, not SIG_IGN, so that a started command gets the defaults back.
    """

    def __init__(self) -> None:
        self.is_stop_asked = False
        self._read, write = os.pipe()
        for descriptor in (self._read, write):
            os.set_blocking(descriptor, False)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.is_stop_asked = True

    def wait(self, seconds: float, descriptors: Sequence[int] = ()) -> bool:
        """Sleep for so long, or until woken; say whether one of `descriptors` woke us."""
        watched = [self._read, *descriptors]
        ready = select.select(watched, [], [], max(0.0, seconds))[0]
        for descriptor in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(descriptor, 4096)
        return any(descriptor in ready for descriptor in descriptors)
