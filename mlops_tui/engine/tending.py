"""Looks after the runs that an interface shows: settles dead ones, and keeps an agent about."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mlops_tui.domain.errors import MlopsTuiError
from mlops_tui.domain.runs import Run, RunState

LOGGER = logging.getLogger(__name__)

_QUEUE_SECONDS = 60.0
"""An agent leaves a queue that is paused; whether it was killed instead is found out so often."""

Looked = frozenset[tuple[str, RunState]]


class Tending:
    """Sees to it that runs which died are settled and that an agent looks after the others.

    A call is for the feed's thread: it waits for disks and starts a process. What fails is logged:
    the screen goes on showing what is.
    """

    def __init__(self, ensure_agent: Callable[[Path], None] | None = None) -> None:
        """Prepare for one project; `ensure_agent` is `wake.ensure_agent` if left out."""
        self._ensure_agent = ensure_agent
        self._known: Looked = frozenset()
        self._asked = 0.0

    def __call__(self, project: Path, live: Sequence[Run]) -> None:
        """Look after these runs, which have not ended as far as the index knows."""
        from mlops_tui.engine import liveness, wake

        try:
            liveness.settle_all(project, [run.id for run in live])
            if self._is_due(project, live):
                self._asked = time.monotonic()
                (self._ensure_agent or wake.ensure_agent)(project)
        except (MlopsTuiError, OSError) as error:
            LOGGER.warning("runs of %s cannot be looked after: %s", project, error)

    def _is_due(self, project: Path, live: Sequence[Run]) -> bool:
        """Say whether an agent of ours is wanted, and may not know or not be there."""
        from mlops_tui.engine import wake

        ours = frozenset(_ours(project, live))
        has_changed, self._known = ours != self._known, ours
        if not ours:
            return False
        if has_changed:
            return True
        if wake.find_agent(project) is not None:
            return False
        if any(state is not RunState.QUEUED for _, state in ours):
            return True
        return time.monotonic() - self._asked >= _QUEUE_SECONDS


def _ours(project: Path, live: Sequence[Run]) -> Iterable[tuple[str, RunState]]:
    """Give those runs that our agent on this host would look after, with their states."""
    from mlops_tui.engine.actions_lookup import is_of_here
    from mlops_tui.engine.recorded import RunFolder

    for run in live:
        try:
            if is_of_here(run) and RunFolder(project, run.id).is_of_user():
                yield run.id, run.state
        except OSError:
            continue  # without an order there is nothing that could be started or judged
