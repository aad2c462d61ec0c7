from __future__ import annotations

from collections.abc import Sequence

import pytest

from mlops_tui.engine.dispatch import dispatch, startable, waiting_reasons, why_waiting
from mlops_tui.engine.executor import Resources
from mlops_tui.engine.slots import Capacity, Grant, Shortage
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
    assert [run.id for run in startable(runs, Capacity(1, ("0", "1")))] == ["1", "2"]


@pytest.mark.parametrize(
    ("want", "ahead", "is_paused", "has", "words"),
    [
        ((1, 2), 0, True, (4, 4, 1, 1), "asks for 2 GPUs, this host has 1"),
        ((1, 1), 0, False, (4, 4, 0, 0), "asks for 1 GPU, this host has none"),
        ((1, 0), 3, True, (4, 4, 0, 0), "the queue is paused"),
        ((1, 1), 0, False, (4, 4, 2, 0), "waits for 1 GPU, 0 free"),
        ((9, 0), 0, False, (4, 1, 0, 0), "waits for 4 slots, 1 of 4 free"),
        ((1, 0), 2, False, (4, 1, 0, 0), "behind 2 runs"),
        ((1, 0), 0, False, (4, 1, 0, 0), "about to start"),
    ],
)
def test_why_a_run_waits_is_told(
    want: tuple[int, int], ahead: int, is_paused: bool, has: tuple[int, int, int, int], words: str
) -> None:
    assert why_waiting(queued(want)[0], ahead, is_paused, Resources(*has)) == words


def test_runs_that_can_never_start_stand_in_nobodys_way() -> None:
    reasons = waiting_reasons(queued((1, 5), (1, 0), (1, 0)), False, Resources(2, 1, 0, 0))
    assert list(reasons.values()) == [
        "asks for 5 GPUs, this host has none", "about to start", "behind 1 run",
    ]  # fmt: skip
