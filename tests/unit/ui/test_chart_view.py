from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.runs import Series
from mlops_tui.ui.chart_view import (
    ChartView,
    XKind,
    YRange,
    nearest_point,
    read_limits,
    smoothed,
    within,
    x_values,
    y_extent,
)
from mlops_tui.ui.scales import Scale

WHOLE = (0.0, 100.0)
KEYS = st.lists(
    st.one_of(
        st.tuples(st.just("zoomed"), st.sampled_from([2.0, 0.5])),
        st.tuples(st.just("panned"), st.sampled_from([-0.5, 0.5])),
        st.tuples(st.just("pointed"), st.integers(-30, 30)),
    ),
    max_size=30,
)


@given(KEYS)
def test_whatever_is_pressed_the_window_and_cursor_stay_inside(
    pressed: list[tuple[str, float]],
) -> None:
    view = ChartView()
    for name, number in pressed:
        if name == "pointed":
            view = view.pointed(int(number), 50, WHOLE)
        else:
            view = getattr(view, name)(number, WHOLE)
        low, high = view.shown(WHOLE)
        assert -1e-6 <= low < high <= 100 + 1e-6
        if view.cursor is not None and view.window is None:
            assert 0 <= view.cursor <= 100


def test_zooming_goes_around_the_cursor_and_back_to_all() -> None:
    view = ChartView(cursor=20.0).zoomed(2.0, WHOLE)
    assert view.window == (10.0, 60.0)
    assert view.zoomed(2.0, WHOLE).window == (15.0, 40.0)
    assert view.zoomed(0.5, WHOLE).window is None


def test_the_cursor_starts_at_the_end_and_pulls_the_window_along() -> None:
    view = ChartView(window=(40.0, 60.0)).pointed(-1, 21, WHOLE)
    assert view.cursor == 60.0
    view = view.pointed(-5, 21, WHOLE)
    assert view.cursor == 55.0
    view = view.pointed(20, 21, WHOLE)
    assert (view.cursor, view.window) == (75.0, (55.0, 75.0))


def test_panning_takes_the_cursor_along_and_ends_at_the_edge() -> None:
    view = ChartView(window=(40.0, 60.0), cursor=50.0).panned(0.5, WHOLE)
    assert (view.window, view.cursor) == ((50.0, 70.0), 60.0)
    assert view.panned(9.0, WHOLE).window == (80.0, 100.0)
    assert ChartView().panned(0.5, WHOLE).window is None


def test_choices_go_round_and_are_told() -> None:
    view = ChartView().next_x().next_scale().next_y_range().next_smoothing()
    assert view.words == ["x time", "log", "all values and zero", "smooth 0.6"]
    for _ in range(2):
        view = view.next_x().next_scale().next_y_range()
    view = view.next_smoothing().next_smoothing().next_smoothing()
    assert view == ChartView()
    assert view.words == []


def series(count: int = 5) -> Series:
    steps = array("q", range(count))
    return Series("m", count, steps, array("d", [100.0 + 2 * at for at in steps]),
                  array("d", [float(at) for at in steps]))  # fmt: skip


def test_x_is_step_elapsed_or_clock() -> None:
    assert list(x_values(series(), XKind.STEP, 90.0)) == [0, 1, 2, 3, 4]
    assert list(x_values(series(), XKind.ELAPSED, 90.0)) == [10, 12, 14, 16, 18]
    assert list(x_values(series(), XKind.CLOCK, 90.0)) == [100, 102, 104, 106, 108]


def test_smoothing_nothing_is_nothing_and_a_constant_stays() -> None:
    ys = [1.0, 5.0, 2.0]
    assert smoothed([0, 1, 2], ys, 0.0, 2.0) == ys
    assert smoothed(range(50), [3.0] * 50, 0.9, 49.0) == pytest.approx([3.0] * 50)


def test_smoothing_is_the_debiased_average_on_short_series() -> None:
    weight = math.sqrt(0.6)
    expected, average, debias = [], 0.0, 0.0
    ys = [1.0, 0.0, 4.0, 2.0]
    for y in ys:
        average, debias = average * weight + y * (1 - weight), debias * weight + 1 - weight
        expected.append(average / debias)
    assert smoothed(range(4), ys, 0.6, 3.0) == pytest.approx(expected)


def test_smoothing_thinned_out_series_looks_like_smoothing_the_whole() -> None:
    ys = [math.sin(at / 3000) for at in range(20_000)]
    whole = smoothed(range(20_000), ys, 0.9, 20_000)
    thin = smoothed(range(0, 20_000, 10), ys[::10], 0.9, 20_000)
    assert thin == pytest.approx(whole[::10], abs=0.02)


def test_smoothing_leaves_what_is_not_finite() -> None:
    found = smoothed(range(4), [1.0, math.nan, math.inf, 1.0], 0.9, 3.0)
    assert [found[0], found[3]] == pytest.approx([1.0, 1.0])
    assert math.isnan(found[1])
    assert math.isinf(found[2])


def test_the_nearest_point_is_the_earlier_of_two() -> None:
    assert [nearest_point([0, 2, 4], x) for x in (-1, 0.9, 1, 1.1, 9)] == [0, 0, 0, 1, 2]
    assert nearest_point([], 1.0) is None


def test_the_values_to_make_room_for() -> None:
    values = [[math.nan, 1.0, math.inf], [-2.0, 3.0]]
    assert y_extent(values, Scale.LINEAR, YRange.ALL) == (-2.0, 3.0)
    assert y_extent(values, Scale.LOG, YRange.ALL) == (1.0, 3.0)
    assert y_extent([[2.0, 3.0]], Scale.LINEAR, YRange.ZERO) == (0.0, 3.0)
    assert y_extent([[2.0, 3.0]], Scale.LOG, YRange.ZERO) == (2.0, 3.0)
    assert y_extent([[math.nan], []], Scale.LINEAR, YRange.ALL) is None
    bulk = [*range(100), 1e9]
    assert y_extent([bulk], Scale.LINEAR, YRange.BULK) == (2, 98)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("0.5 1", (0.5, 1.0)),
        ("-1, 1e3", (-1.0, 1000.0)),
        ("- 1", (None, 1.0)),
        ("0.9 -", (0.9, None)),
        ("  ", (None, None)),
        ("- -", (None, None)),
    ],
)
def test_limits_are_two_numbers_or_dashes(
    text: str, limits: tuple[float | None, float | None]
) -> None:
    assert read_limits(text) == limits


@pytest.mark.parametrize("text", ["1", "1 2 3", "a b", "2 1", "1 1", "nan 1", "- inf"])
def test_limits_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_limits(text)


def test_limits_are_of_one_metric_and_can_be_taken_off() -> None:
    view = ChartView().limited("loss", (0.0, 1.0)).limited("accuracy", (0.9, None))
    assert view.limits_of("loss") == (0.0, 1.0)
    assert view.limited("loss", (None, None)).limits == (("accuracy", (0.9, None)),)


def test_only_limits_with_a_place_on_the_scale_count() -> None:
    assert within((0.2, 0.8), (0.5, None), Scale.LINEAR) == (0.5, 0.8)
    assert within((0.2, 0.8), (0.9, None), Scale.LINEAR) == (0.2, 0.8), "all lies below"
    assert within((0.2, 0.8), (-1.0, 1.0), Scale.LOG) == (0.2, 1.0)
