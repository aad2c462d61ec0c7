"""Why the queued runs of this host have not started; looks, and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.runs import Run
from mlops_tui.engine.dispatch import waiting_reasons
from mlops_tui.engine.executors import executor_of
from mlops_tui.engine.recorded import RunFolder

if TYPE_CHECKING:
    from mlops_tui.index import QueuedRun


class QueueReader(Protocol):
    """What is asked of an index here."""

    def queued(self, host_machine: str) -> list[QueuedRun]:
        """Return what waits to be started on a machine, the next one first."""

    def is_paused(self, host: str) -> bool:
        """Say whether the queue of `host` is paused."""

    def runs(self, ids: Sequence[str]) -> list[Run]:
        """Return these runs; those not there are left out."""


def why_waiting(project: Path, reader: QueueReader) -> dict[str, str]:
    """Return why each run that is queued on this machine has not started, in words, by its id.

    Raises:
        StorageError: the locks of slots and GPUs cannot be looked at.
    """
    queued = reader.queued(machine_id())
    if not queued:
        return {}
    told = {run.id: _own_reason(project, run) for run in reader.runs([run.id for run in queued])}
    others = [run for run in queued if not told.get(run.id)]
    resources = executor_of(project).resources(with_gpus=any(run.gpus for run in others))
    told |= waiting_reasons(others, reader.is_paused(host_name()), resources)
    return {run.id: told[run.id] for run in queued}


def _own_reason(project: Path, run: Run) -> str:
    """Return what keeps this very run from being started by our agent; empty for nothing."""
    if run.host not in ("", host_name()):
        return f"queued as a run of {run.host}; this host is called {host_name()}"
    folder = RunFolder(project, run.id)
    try:
        original = folder.copied_from(folder.order())
        if original is not None:
            return f"a copy: it starts only where it was queued, in {original}"
        if not folder.is_of_user():
            return "the agent of whoever queued it has to start it"
        return "its start has begun" if folder.start_claim.exists() else ""
    except (OSError, ValueError) as error:
        return f"its order cannot be read: {error}"
