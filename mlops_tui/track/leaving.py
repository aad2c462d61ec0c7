"""How the interpreter is left while runs are open: noticed by hooks, told as an ending.

An exception that nobody catches is seen by `sys.excepthook`, the code of an exit where `sys.exit`,
`exit` or `quit` is called. Of a bare `raise SystemExit(code)` that leaves the script it is seen
that it happened, from where the outermost frame stopped, but no Python code ever sees its code;
nor is anything seen of `os._exit`. The block of `with track.run()` sees every exception.
"""

from __future__ import annotations

import sys
from types import FrameType, TracebackType
from typing import Callable, Optional, Tuple, Type

from mlops_tui.track import cover_exits, uncover_exits
from mlops_tui.track.attempt import attempt
from mlops_tui.track.endings import FINISHED, Ending, ending_of

ExceptHook = Callable[
    [Type[BaseException], BaseException, Optional[TracebackType]],
    object,
]
_OUTERMOST = ("<module>", "_run_module_as_main")
"""Functions that Python itself calls: a frame below which another library switches is none."""
_UNSEEN = "left by a SystemExit whose code cannot be seen: use `with track.run()`, or sys.exit"


class _Leaving:
    """What the hooks of this process have noticed."""

    def __init__(self) -> None:
        self.previous_hook: ExceptHook = sys.excepthook
        self.failure: Optional[BaseException] = None
        self.exit: Optional[SystemExit] = None
        self.outermost: Optional[FrameType] = None
        """The first frame of the main thread: how far it came says whether it returned."""


_leaving = _Leaving()


def watch() -> None:
    """Notice from now on how the interpreter is left."""
    _leaving.failure, _leaving.exit = None, None
    _note_outermost()
    _leaving.previous_hook = sys.excepthook
    sys.excepthook = _on_uncaught
    cover_exits()


def unwatch() -> None:
    """Give back every hook that nobody has replaced meanwhile."""
    if sys.excepthook is _on_uncaught:
        sys.excepthook = _leaving.previous_hook
    uncover_exits()
    _leaving.outermost = None


def note_exit(status: Tuple[object, ...]) -> None:
    """Note what an exit of the main thread was called with; it may still be caught."""
    if attempt(_note_outermost) is True:
        _leaving.exit = SystemExit(*status)


def last_ending() -> Ending:
    """Return the ending of what is still open as the interpreter is left."""
    stopped_at = attempt(_stopped_at)
    failure = _leaving.failure
    if failure is None and isinstance(stopped_at, str):
        failure = _untold_failure()
    if failure is not None:
        ending = ending_of(failure)
        exit_code = 1 if _leaving.exit is None else ending_of(_leaving.exit).exit_code
        return ending._replace(exit_code=exit_code) if ending.state == "failed" else ending
    if not isinstance(stopped_at, str):
        return FINISHED
    if _leaving.exit is not None:
        return ending_of(_leaving.exit)
    return Ending("failed" if _is_abort(stopped_at) else "finished", _UNSEEN)


def _note_outermost() -> bool:
    """Note the first frame of the main thread; return False in any other."""
    threading = sys.modules.get("threading")
    if threading is not None and threading.current_thread() is not threading.main_thread():
        return False
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
    if frame.f_code.co_name in _OUTERMOST:
        _leaving.outermost = frame
    return True


def _stopped_at() -> Optional[str]:
    """Return the instruction at which an exception left the script, None where it came through."""
    frame = _leaving.outermost
    if frame is None:
        return None
    from opcode import opname

    instruction = opname[frame.f_code.co_code[frame.f_lasti]]
    return None if instruction.startswith("RETURN") else instruction


def _is_abort(stopped_at: str) -> bool:
    """Say whether the exit came from further in: not from `raise SystemExit(main())` or the like.

    A script that has an exit in its outermost lines may have used one from before our covers.
    """
    names = _leaving.outermost.f_code.co_names if _leaving.outermost is not None else ()
    return not stopped_at.startswith("RAISE") and not any("exit" in name for name in names)


def _untold_failure() -> Optional[BaseException]:
    """Return the exception that left the script where another hook took the place of ours."""
    error: Optional[BaseException] = getattr(sys, "last_value", None)
    trace = None if error is None else error.__traceback__
    return error if trace is not None and trace.tb_frame is _leaving.outermost else None


def _on_uncaught(
    kind: Type[BaseException], error: BaseException, trace: Optional[TracebackType]
) -> None:
    if not hasattr(sys, "ps1"):  # at a prompt, life goes on after an error
        _leaving.failure, _leaving.exit = error, None
    _leaving.previous_hook(kind, error, trace)
