"""Which queued run starts next, and why another does not; decides, starts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mlops_tui.engine.executor import HeldGrant, Resources
from mlops_tui.engine.slots import Shortage

if TYPE_CHECKING:
    from mlops_tui.index import QueuedRun

ABOUT_TO_START = "about to start"
Reserve = Callable[[int, int], "HeldGrant | Shortage"]


def startable(queued: Sequence[QueuedRun], gpus: int) -> list[QueuedRun]:
    """Return the runs that can start at all where there are so many GPUs, in their order."""
    return [run for run in queued if run.gpus <= gpus]


def dispatch(
    queued: Sequence[QueuedRun], reserve: Reserve
) -> Iterator[tuple[QueuedRun, HeldGrant]]:
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
        if grant is Shortage.SLOTS:
            return
        if grant is Shortage.GPUS:
            gpus_are_short = True
        else:
            yield run, grant


def waiting_reasons(
    queued: Sequence[QueuedRun], is_paused: bool, resources: Resources
) -> dict[str, str]:
    """Return why each of these runs has not started, in words, by its id.

    Args:
        queued: the next one first.
        is_paused: whether the queue of this host is paused.
        resources: what this host has and what is free.
    """
    reasons: dict[str, str] = {}
    left_slots, left_gpus = resources.free_slots, resources.free_gpus
    waiting = waiting_for_gpus = 0
    slots_are_short = False
    for run in queued:
        wanted = max(1, min(run.slots, resources.slots))
        if run.gpus > resources.gpus:
            has = f"this host has {resources.gpus}" if resources.gpus else "this host has none"
            reasons[run.id] = f"asks for {_counted(run.gpus, 'GPU')}, {has}"
            continue
        if is_paused:
            reasons[run.id] = "the queue is paused"
        elif slots_are_short:
            reasons[run.id] = f"behind {_counted(waiting, 'run')}"
        elif run.gpus and waiting_for_gpus:
            reasons[run.id] = f"behind {_counted(waiting_for_gpus, 'run')} for GPUs"
            waiting_for_gpus += 1
        elif run.gpus > left_gpus:
            reasons[run.id] = f"waits for {_counted(run.gpus, 'GPU')}, {left_gpus} free"
            waiting_for_gpus += 1
        elif wanted > left_slots:
            free = f"{left_slots} of {resources.slots} free"
            reasons[run.id] = f"waits for {_counted(wanted, 'slot')}, {free}"
            slots_are_short = True
        else:
            reasons[run.id] = ABOUT_TO_START
            left_slots, left_gpus = left_slots - wanted, left_gpus - run.gpus
            continue
        waiting += 1
    return reasons


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
