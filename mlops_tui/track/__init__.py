"""What a training script imports to record itself; Python 3.9, standard library only.

`with track.run() as run:` and then `run.log({"loss": loss}, step=step)`. Importing this module
costs next to nothing: the rest is loaded when a run begins. One thing has to be done this early:
`sys.exit` gets a cover that notes its code, for in `sys.exit(main())` it is looked up before
`main` begins a run.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # the one of `typing` costs an import of 5 ms
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional

    from mlops_tui.track.tracked import TrackedRun

__all__ = ["TrackedRun", "run"]


def run(
    name: Optional[str] = None,
    job: Optional[str] = None,
    tags: Optional[Mapping[str, object]] = None,
    params: Optional[Mapping[str, object]] = None,
) -> TrackedRun:
    """Join the run that mlops-tui started, or start one by itself.

    Use it as a context manager, so that its end is known exactly; without, it is closed when the
    interpreter exits, and the code of a bare `raise SystemExit(code)` is not known then. Nothing
    it does raises: what cannot be recorded is said once on stderr.

    Args:
        name: how the run is called; `JOB-N` by default. A joined run has its name already.
        job: the recipe it belongs to; the script's name by default.
        tags: marks such as `{"team": "forms"}`.
        params: what was set for this run, such as `{"lr": 0.05}`.
    """
    from mlops_tui.track.begin import begin

    return begin(name, job, {} if tags is None else tags, {} if params is None else params)


def cover_exits() -> None:
    """Put covers on the functions that leave the interpreter, where there are none yet."""
    for module, name in (("sys", "exit"), ("builtins", "exit"), ("builtins", "quit")):
        found = getattr(sys.modules[module], name, None)
        is_at_prompt = module == "builtins" and hasattr(sys, "ps1")  # typed without a call there
        is_covered = any(found is cover for cover in _covered)
        if found is not None and not is_at_prompt and not is_covered:
            cover = _covering(found, name)
            _covered[cover] = (module, name, found)
            setattr(sys.modules[module], name, cover)


def uncover_exits() -> None:
    """Take away those covers that nobody has covered again."""
    for cover, (module, name, found) in _covered.items():
        if getattr(sys.modules[module], name, None) is cover:
            setattr(sys.modules[module], name, found)
    _covered.clear()


_covered: dict[Callable[..., Any], tuple[str, str, Callable[..., Any]]] = {}


def _covering(leave: Callable[..., Any], name: str) -> Callable[..., Any]:
    def cover(*status: object) -> object:
        leaving = sys.modules.get(__name__ + ".leaving")
        if leaving is not None:
            leaving.note_exit(status)
        return leave(*status)

    cover.__name__ = cover.__qualname__ = name
    cover.__doc__, cover.__module__ = leave.__doc__, getattr(leave, "__module__", __name__)
    return cover


cover_exits()


def __getattr__(name: str) -> object:
    if name == "TrackedRun":
        from mlops_tui.track.tracked import TrackedRun

        return TrackedRun
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
