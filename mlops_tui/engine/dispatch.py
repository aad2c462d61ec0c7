"""Which queued run starts next, and why another does not; decides, starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mlops_tui.engine.executor import Resources
from mlops_tui.engine.slots import Capacity, Grant, Shortage
from mlops_tui.index import QueuedRun

Reserve = Callable[[int, int], "Grant | Shortage"]


def startable(queued: Sequence[QueuedRun], limits: Capacity) -> list[QueuedRun]:
    """Return the runs that this host can start at all, in their order."""
    return [run for run in queued if run.gpus <= len(limits.gpus)]


def dispatch(queued: Sequence[QueuedRun], reserve: Reserve) -> Iterator[tuple[QueuedRun, Grant]]:
    """Yield the runs to start now, each with its grant, in the order of the queue.

    A run that waits for slots holds back everything behind it, so that a great one gets its turn;
    one that waits for GPUs holds back only those that want GPUs too.

    Args:
        queued: the next one first; all of them can be started on this host.
        reserve: takes so many slots and GPUs, or says what there is too little of.
    """
    gpus_are_short = False
    for run in queued:
        if run.gpus and gpus_are_short:
            continue
        grant = reserve(run.slots, run.gpus)
        if grant is Shortage.GPUS:
            gpus_are_short = True
        elif isinstance(grant, Grant):
            yield run, grant
        else:
            return


def waiting_reasons(
    queued: Sequence[QueuedRun], is_paused: bool, resources: Resources
) -> dict[str, str]:
    """Return why each of these runs, the next one first, has not started, by its id."""
    reasons, ahead = {}, 0
    for run in queued:
        reasons[run.id] = why_waiting(run, ahead, is_paused, resources)
        ahead += run.gpus <= resources.gpus
    return reasons


def why_waiting(run: QueuedRun, ahead: int, is_paused: bool, resources: Resources) -> str:
    """Return why a queued run has not started, in words.

    Args:
        run: the queued run.
        ahead: how many runs stand before it in the queue.
        is_paused: whether the queue of this host is paused.
        resources: what this host has and what is free.
    """
    if run.gpus > resources.gpus:
        has = f"this host has {resources.gpus}" if resources.gpus else "this host has none"
        return f"asks for {_counted(run.gpus, 'GPU')}, {has}"
    if is_paused:
        return "the queue is paused"
    if run.gpus > resources.free_gpus:
        return f"waits for {_counted(run.gpus, 'GPU')}, {resources.free_gpus} free"
    wanted = max(1, min(run.slots, resources.slots))
    if wanted > resources.free_slots:
        free = f"{resources.free_slots} of {resources.slots} free"
        return f"waits for {_counted(wanted, 'slot')}, {free}"
    return f"behind {_counted(ahead, 'run')}" if ahead else "about to start"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
