from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.ui.axes import Axis
from mlops_tui.ui.scales import (
    TIME_STEPS,
    LogAxis,
    Scale,
    SymlogAxis,
    TimeAxis,
    elapsed_label,
    round_above,
    round_below,
    scaled_axis,
    time_axis,
)

POSITIVE = st.floats(1e-250, 1e250)
ANY = st.floats(-1e250, 1e250).filter(lambda value: value == 0 or abs(value) > 1e-250)


@given(POSITIVE, POSITIVE, st.integers(1, 30))
def test_a_log_axis_has_room_for_its_values_and_few_ticks(a: float, b: float, parts: int) -> None:
    low, high = min(a, b), max(a, b)
    axis = scaled_axis(low, high, parts, Scale.LOG)
    assert -1e-9 <= axis.share(low) <= axis.share(high) <= 1 + 1e-9
    assert len(axis.ticks()) <= max(12, 2 * parts + 3)


@given(ANY, ANY)
def test_a_symlog_axis_has_room_for_its_values(a: float, b: float) -> None:
    low, high = min(a, b), max(a, b)
    axis = scaled_axis(low, high, 8, Scale.SYMLOG)
    assert -1e-9 <= axis.share(low) <= axis.share(high) <= 1 + 1e-9


def test_log_ticks_are_powers_of_ten_over_many_decades() -> None:
    assert scaled_axis(1e-4, 10.0, 6, Scale.LOG).ticks() == pytest.approx(
        [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0]
    )
    assert scaled_axis(1e-12, 1.0, 4, Scale.LOG).ticks() == pytest.approx(
        [1e-12, 1e-9, 1e-6, 1e-3, 1.0]
    )


def test_log_ticks_within_a_decade_are_those_of_a_linear_axis() -> None:
    axis = scaled_axis(0.987, 1.0, 5, Scale.LOG)
    assert isinstance(axis, LogAxis)
    assert [axis.label(value) for value in axis.ticks()] == ["0.985", "0.990", "0.995", "1.000"]


def test_what_has_no_logarithm_lies_below_the_axis() -> None:
    assert scaled_axis(0.1, 10.0, 5, Scale.LOG).share(0.0) < 0


def test_symlog_ticks_have_both_signs_and_zero() -> None:
    axis = scaled_axis(-100.0, 100.0, 8, Scale.SYMLOG)
    assert isinstance(axis, SymlogAxis)
    assert axis.ticks() == [-100, -10, -1, 0, 1, 10, 100]
    assert axis.share(0.0) == pytest.approx(0.5)


@pytest.mark.parametrize("scale", list(Scale))
def test_an_axis_stays_while_its_values_fill_it(scale: Scale) -> None:
    first = scaled_axis(0.011, 0.9, 5, scale)
    assert scaled_axis(0.012, 0.8, 5, scale, first) is first
    assert scaled_axis(0.011, 5.0, 5, scale, first) != first
    other = Scale.LOG if scale is not Scale.LOG else Scale.LINEAR
    assert type(scaled_axis(0.012, 0.8, 5, other, first)) is not type(first)


def test_linear_is_the_plain_axis() -> None:
    assert type(scaled_axis(0.0, 1.0, 5, Scale.LINEAR)) is Axis
    assert type(scaled_axis(0.0, 0.0, 5, Scale.SYMLOG)) is Axis


@given(POSITIVE)
def test_rounding_is_to_one_two_or_five_and_never_past_the_value(value: float) -> None:
    below, above = round_below(value), round_above(value)
    assert below <= value * (1 + 1e-6)
    assert above >= value * (1 - 1e-6)
    assert above / below <= 2.5 * (1 + 1e-6)


@pytest.mark.parametrize(
    ("seconds", "label"),
    [(0, "0"), (30, "30s"), (300, "5m"), (330, "5m30"), (5400, "1h30"), (7200, "2h"),
     (90000, "1d1h"), (-30, "-30s")],
)  # fmt: skip
def test_elapsed_time_is_short(seconds: float, label: str) -> None:
    assert elapsed_label(seconds) == label


@given(st.floats(0, 1e8), st.floats(0, 1e8), st.integers(2, 20))
def test_time_ticks_are_at_steps_people_can_read(a: float, b: float, parts: int) -> None:
    axis = time_axis(min(a, b), max(a, b), parts)
    assert axis.step in TIME_STEPS
    assert len(axis.ticks()) <= max(parts + 1, 50)
    assert all(axis.low - 1 <= tick <= axis.high + 1 for tick in axis.ticks())


def test_clock_ticks_are_at_round_local_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        axis = time_axis(1_760_000_000.0, 1_760_007_200.0, 5)
        assert isinstance(axis, TimeAxis)
        labels = [axis.label(tick) for tick in axis.ticks()]
        assert labels == ["14:30", "15:00", "15:30", "16:00"]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_shares_are_finite() -> None:
    for axis in (scaled_axis(1e-3, 1e3, 5, scale) for scale in Scale):
        assert all(math.isfinite(axis.share(value)) for value in (-1e9, 0.0, 1e9))
