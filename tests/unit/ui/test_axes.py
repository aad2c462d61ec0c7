from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.ui.axes import Axis, nice_step, step_axis, tick_label, value_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE, FINITE, st.integers(1, 40))
def test_a_value_axis_has_room_for_its_values_and_few_ticks(a: float, b: float, parts: int) -> None:
    axis = value_axis(min(a, b), max(a, b), parts)
    assert axis.low < axis.high
    assert axis.step > 0
    assert len(axis.ticks()) <= 50
    for value in (a, b):
        assert -0.01 <= axis.share(max(-1e300, min(1e300, value))) <= 1.01


@pytest.mark.parametrize("high", [5e-324, 1e-310, 1e-300])
def test_the_smallest_differences_have_an_axis_too(high: float) -> None:
    axis = value_axis(0.0, high, 5)
    assert axis.low == 0 < high <= axis.high
    assert len(axis.ticks()) <= 50


def test_ends_of_a_value_axis_are_round() -> None:
    assert value_axis(0.13, 0.87, 5) == Axis(0.0, 1.0, 0.2)
    assert value_axis(0, 0, 5).low < 0 < value_axis(0, 0, 5).high


def test_an_axis_stays_while_the_values_fit_and_fill_it() -> None:
    before = value_axis(0.1, 0.9, 5)
    assert value_axis(0.2, 0.95, 5, before) is before
    assert value_axis(0.2, 1.3, 5, before) is not before
    assert value_axis(0.90, 0.95, 5, before) is not before


@given(st.integers(0, 10**15), st.integers(0, 10**15), st.integers(1, 20), st.booleans())
def test_a_step_axis_has_room_for_all_steps(a: int, b: int, parts: int, growing: bool) -> None:
    axis = step_axis(min(a, b), max(a, b), parts, growing=growing)
    assert axis.low <= min(a, b)
    assert axis.high >= max(a, b)
    assert axis.low < axis.high


def test_a_growing_step_axis_doubles_so_that_points_seldom_move() -> None:
    ends = [step_axis(0, last, 5).high for last in range(1, 200)]
    assert set(ends) == {10, 20, 40, 80, 160, 320}


def test_a_step_axis_reaches_to_what_is_planned() -> None:
    assert step_axis(0, 12, 5, planned=60).high == 60
    assert step_axis(0, 70, 5, planned=60).high >= 70
    assert step_axis(0, 70, 5, growing=False).high == 70


@pytest.mark.parametrize(
    ("span", "parts", "step"), [(1, 5, 0.2), (100, 7, 20), (0, 5, 1.0), (math.inf, 5, 1.0)]
)
def test_steps_are_one_two_or_five(span: float, parts: int, step: float) -> None:
    assert nice_step(span, parts) == step


@pytest.mark.parametrize(
    ("value", "step", "label"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (-0.0, 1, "0"),
        (15000, 5000, "15k"),
        (2_500_000, 500_000, "2.5M"),
        (1200, 200, "1200"),
        (3e-7, 1e-7, "3e-07"),
        (1e20, 1e19, "1e+20"),
    ],
)
def test_tick_labels_are_short(value: float, step: float, label: str) -> None:
    assert tick_label(value, step) == label
