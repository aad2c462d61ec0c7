from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies

from mlops_tui.engine.dispatch import dispatch, startable, waiting_reasons
from mlops_tui.engine.executor import Resources
from mlops_tui.engine.slots import Grant, Shortage
from mlops_tui.index import QueuedRun


def queued(*wants: tuple[int, int]) -> list[QueuedRun]:
    return [QueuedRun(str(n), 0, n, slots, gpus) for n, (slots, gpus) in enumerate(wants)]


def started(runs: Sequence[QueuedRun], slots: int, gpus: int) -> list[str]:
    left = [slots, gpus]

    def reserve(count: int, devices: int) -> Grant | Shortage:
        if devices > left[1]:
            return Shortage.GPUS
        if count > left[0]:
            return Shortage.SLOTS
        left[0] -= count
        left[1] -= devices
        return Grant([], count, [str(number) for number in range(devices)])

    return [run.id for run, _ in dispatch(runs, reserve)]


def test_runs_start_in_order_while_there_is_room() -> None:
    assert started(queued((1, 0), (1, 0), (1, 0)), slots=2, gpus=0) == ["0", "1"]


def test_a_run_that_waits_for_slots_is_not_overtaken() -> None:
    assert started(queued((1, 0), (4, 0), (1, 0)), slots=3, gpus=0) == ["0"]


def test_a_run_that_waits_for_gpus_is_overtaken_only_by_those_without() -> None:
    assert started(queued((1, 2), (1, 1), (1, 0)), slots=3, gpus=1) == ["2"]


def test_what_this_host_can_never_start_is_left_out() -> None:
    runs = queued((1, 3), (9, 2), (1, 0))
    assert [run.id for run in startable(runs, gpus=2)] == ["1", "2"]


@pytest.mark.parametrize(
    ("wants", "has", "words"),
    [
        ([(1, 2)], (4, 4, 1, 1), ["asks for 2 GPUs, this host has 1"]),
        ([(1, 5), (1, 0)], (2, 1, 0, 0), ["asks for 5 GPUs, this host has none", "about to start"]),
        ([(1, 1)], (4, 4, 2, 0), ["waits for 1 GPU, 0 free"]),
        ([(9, 0)], (4, 1, 0, 0), ["waits for 4 slots, 1 of 4 free"]),
        ([(1, 0)] * 3, (4, 2, 0, 0), ["about to start"] * 2 + ["waits for 1 slot, 0 of 4 free"]),
        (
            [(2, 0), (1, 0), (1, 0)],
            (4, 1, 0, 0),
            ["waits for 2 slots, 1 of 4 free", "behind 1 run", "behind 2 runs"],
        ),
        (
            [(1, 2), (1, 1), (1, 0)],
            (4, 4, 2, 1),
            ["waits for 2 GPUs, 1 free", "behind 1 run for GPUs", "about to start"],
        ),
    ],
)
def test_why_a_run_waits_is_told(
    wants: list[tuple[int, int]], has: tuple[int, int, int, int], words: list[str]
) -> None:
    runs, resources = queued(*wants), Resources(*has)
    assert list(waiting_reasons(runs, False, resources).values()) == words


def test_a_paused_queue_is_the_reason_of_all_that_could_start() -> None:
    reasons = waiting_reasons(queued((1, 0), (1, 1)), True, Resources(4, 4, 0, 0))
    assert list(reasons.values()) == ["the queue is paused", "asks for 1 GPU, this host has none"]


WANTS = strategies.lists(strategies.tuples(strategies.integers(1, 4), strategies.integers(0, 2)))


@given(WANTS, strategies.integers(0, 3), strategies.integers(0, 2))
def test_what_is_told_is_what_is_done(
    wants: list[tuple[int, int]], free_slots: int, free_gpus: int
) -> None:
    runs = queued(*wants)
    told = waiting_reasons(runs, False, Resources(4, free_slots, 2, free_gpus))
    begun = [run_id for run_id, words in told.items() if words == "about to start"]
    assert begun == started(runs, free_slots, free_gpus)
