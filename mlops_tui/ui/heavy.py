"""Heavy work that a screen asks for: a worker process does it, a thread of ours waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message
from textual.message_pump import MessagePump

from mlops_tui.domain.errors import MlopsTuiError, WorkCancelledError
from mlops_tui.ui import intents
from mlops_tui.ui.errors import run_guarded

if TYPE_CHECKING:
    from mlops_tui.engine.workers import Cancellation, OnProgress

T = TypeVar("T")


@dataclass
class ProgressTold(Message):
    """So much of the work is done."""

    what: str
    share: float | None
    """0 to 1; None where nobody knows of how much."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, ProgressTold)


class HeavyWork:
    """One piece of work at a time, which can be cancelled; owned by the interface's thread."""

    def __init__(self, to: MessagePump) -> None:
        self._to = to
        self._ended: threading.Event | None = None
        """Set before the answer is posted: whoever gets it may begin the next piece."""
        self._cancellation: Cancellation | None = None
        self.what = ""
        """What goes on, or went on last."""

    @property
    def is_busy(self) -> bool:
        return self._ended is not None and not self._ended.is_set()

    def start(
        self,
        what: str,
        work: Callable[[OnProgress, Cancellation], T],
        answer: Callable[[T], Message],
        refusal: Callable[[MlopsTuiError], Message] | None = None,
    ) -> bool:
        """Have `work` done, and what `answer` makes of it, or `ReadFailed`, posted; one at a time.

        With `refusal`, what that makes of an error of ours is posted in place of `ReadFailed`.

        Returns:
            Whether it was begun: False while something else goes on.
        """
        from mlops_tui.engine.workers import Cancellation

        if self.is_busy:
            return False
        cancellation = self._cancellation = Cancellation()
        ended = self._ended = threading.Event()
        self.what = what

        def told(done: float, total: float | None) -> None:
            self._to.post_message(ProgressTold(what, done / total if total else None))

        def done(result: T) -> None:
            ended.set()
            self._to.post_message(answer(result))

        def failed(error: BaseException) -> None:
            ended.set()
            if isinstance(error, WorkCancelledError):
                return
            if refusal is not None and isinstance(error, MlopsTuiError):
                self._to.post_message(refusal(error))
            else:
                self._to.post_message(intents.ReadFailed(what, error))

        def run() -> None:
            run_guarded(lambda: work(told, cancellation), done, failed)

        threading.Thread(target=run, name="heavy", daemon=True).start()
        return True

    def cancel(self) -> bool:
        """End what goes on; say whether anything did."""
        was_busy = self.is_busy
        if self._cancellation is not None:
            self._cancellation.cancel()
        self._ended = self._cancellation = None
        return was_busy
