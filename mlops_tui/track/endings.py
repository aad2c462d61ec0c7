"""How a run ended, told from what came out of the block or the interpreter."""

from __future__ import annotations

from typing import NamedTuple, Optional

from mlops_tui.track.attempt import text_of

_LONGEST_REASON = 2000


class Ending(NamedTuple):
    """The state of a run that is over, and why."""

    state: str
    """`finished`, `failed` or `stopped`."""
    reason: Optional[str] = None
    exit_code: Optional[int] = None
    """None where it is not known: a block may end well before its interpreter does."""
    signal: Optional[str] = None


FINISHED = Ending("finished")
BY_SIGTERM = Ending("stopped", "by SIGTERM", None, "SIGTERM")


def ending_of(error: Optional[BaseException]) -> Ending:
    """Return the ending that an exception (or None) leaving the block stands for."""
    if error is None or isinstance(error, GeneratorExit):
        return FINISHED
    if isinstance(error, KeyboardInterrupt):
        return Ending("stopped", "KeyboardInterrupt", None, "SIGINT")
    if isinstance(error, SystemExit):
        return _ending_of_exit(error.code)
    name = type(error).__name__
    message = text_of(error)[:_LONGEST_REASON]
    return Ending("failed", "%s: %s" % (name, message) if message else name)


def _ending_of_exit(code: object) -> Ending:
    if code is None:
        return Ending("finished", None, 0)
    if isinstance(code, int):
        status = code & 0xFF  # what is left of it outside
        return (
            Ending("failed", "exit code %d" % code, status)
            if status
            else Ending("finished", None, 0)
        )
    return Ending("failed", text_of(code)[:_LONGEST_REASON], 1)
