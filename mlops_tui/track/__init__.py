"""What a training script imports to record itself; Python 3.9, standard library only.

`with track.run() as run:` and then `run.log({"loss": loss}, step=step)`. Importing this module
costs next to nothing: the rest is loaded when a run begins.
"""

from __future__ import annotations

TYPE_CHECKING = False  # the one of `typing` costs an import of 5 ms
if TYPE_CHECKING:
    from typing import Mapping, Optional

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
    interpreter exits. Nothing it does raises: what cannot be recorded is said once on stderr.

    Args:
        name: how the run is called; `JOB-N` by default. A joined run has its name already.
        job: the recipe it belongs to; the script's name by default.
        tags: marks such as `{"team": "forms"}`.
        params: what was set for this run, such as `{"lr": 0.05}`.
    """
    from mlops_tui.track.begin import begin

    return begin(name, job, {} if tags is None else tags, {} if params is None else params)


def __getattr__(name: str) -> object:
    if name == "TrackedRun":
        from mlops_tui.track.tracked import TrackedRun

        return TrackedRun
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
