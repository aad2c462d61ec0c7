from __future__ import annotations

import os

import pytest

from mlops_tui.engine import slots
from mlops_tui.engine.slots import Capacity, Grant, Shortage


def granted(count: int, gpus: int, limits: Capacity) -> Grant:
    grant = slots.reserve(count, gpus, limits)
    assert isinstance(grant, Grant)
    return grant


def test_slots_are_given_until_none_is_left() -> None:
    limits = Capacity(2, ())
    first, second = granted(1, 0, limits), granted(1, 0, limits)
    assert slots.reserve(1, 0, limits) is Shortage.SLOTS
    first.release()
    assert slots.free(limits) == Capacity(1, ())
    second.release()
    granted(2, 0, limits).release()


def test_all_or_nothing_is_taken() -> None:
    limits = Capacity(3, ("0", "1"))
    held = granted(2, 1, limits)
    assert slots.reserve(2, 1, limits) is Shortage.SLOTS
    assert slots.reserve(1, 2, limits) is Shortage.GPUS
    assert slots.free(limits) == Capacity(1, ("1",))
    held.release()


def test_who_asks_for_too_many_slots_gets_all_there_are() -> None:
    limits = Capacity(3, ())
    grant = granted(99, 0, limits)
    assert grant.slots == 3
    assert slots.free(limits).slots == 0
    grant.release()


def test_a_grant_lives_on_in_whoever_inherits_it() -> None:
    limits = Capacity(1, ("GPU-8a/b",))
    grant = granted(1, 1, limits)
    assert grant.gpus == ("GPU-8a/b",)
    inherited = [os.dup(descriptor) for descriptor in grant.descriptors]
    grant.release()
    assert slots.free(limits) == Capacity(0, ())
    for descriptor in inherited:
        os.close(descriptor)
    assert slots.free(limits) == limits


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({"MLOPS_GPUS": "2", "CUDA_VISIBLE_DEVICES": "7"}, ("0", "1")),
        ({"CUDA_VISIBLE_DEVICES": "2, 3"}, ("2", "3")),
        ({"CUDA_VISIBLE_DEVICES": "GPU-8a"}, ("GPU-8a",)),
        ({"CUDA_VISIBLE_DEVICES": ""}, ()),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, ()),
        ({"MLOPS_GPUS": "0"}, ()),
        ({"MLOPS_GPUS": "0,2"}, ("0", "2")),
        ({"MLOPS_GPUS": "3,"}, ("3",)),
        ({"MLOPS_GPUS": "GPU-8a, MIG-9b/1, GPU-8a"}, ("GPU-8a", "MIG-9b/1")),
        ({"MLOPS_GPUS": "all", "CUDA_VISIBLE_DEVICES": "7"}, ("7",)),
        ({"MLOPS_GPUS": "-1", "CUDA_VISIBLE_DEVICES": "7"}, ("7",)),
    ],
)
def test_gpus_are_those_told_or_visible(environ: dict[str, str], names: tuple[str, ...]) -> None:
    assert slots.gpu_names(environ) == names


def test_slots_are_processors_unless_told() -> None:
    assert slots.slot_count({"MLOPS_SLOTS": "7"}) == 7
    assert slots.slot_count({"MLOPS_SLOTS": "many"}) == os.cpu_count()
    assert slots.slot_count({}) == os.cpu_count()


@pytest.mark.parametrize(
    "environ",
    [
        {"MLOPS_SLOTS": "0"},
        {"MLOPS_SLOTS": "many"},
        {"MLOPS_SLOTS": "-1"},
        {"MLOPS_SLOTS": "9" * 9},
        {"MLOPS_GPUS": "all"},
        {"MLOPS_GPUS": "0,x"},
        {"MLOPS_GPUS": "-1"},
        {"MLOPS_GPUS": "9" * 30},
    ],
)
def test_settings_that_cannot_be_meant_are_ignored_and_named(environ: dict[str, str]) -> None:
    ((name, text),) = environ.items()
    (told,) = slots.ignored_settings(environ)
    assert told.startswith(f"{name}={text} is ")
    assert slots.slot_count(environ) == os.cpu_count()
    assert slots.gpu_names(environ | {"CUDA_VISIBLE_DEVICES": "7"}) == ("7",)


def test_settings_that_are_understood_or_not_there_are_not_complained_about() -> None:
    for environ in ({}, {"MLOPS_SLOTS": "", "MLOPS_GPUS": " "}, {"MLOPS_SLOTS": " 2 "}):
        assert slots.ignored_settings(environ) == []
    assert slots.ignored_settings({"MLOPS_GPUS": "0,2"}) == []


def test_an_adopted_run_gets_back_what_is_still_free() -> None:
    limits = Capacity(2, ("0", "1"))
    other = granted(1, 1, limits)
    again = slots.reserve_again(2, ["0", "1"], limits)
    assert (again.slots, again.gpus, len(again.descriptors)) == (1, ("0", "1"), 2)
    assert slots.free(limits) == Capacity(0, ())
    other.release()
    assert slots.free(limits) == Capacity(1, ("0",))
    again.release()
