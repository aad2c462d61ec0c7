from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.index.packing import Points, average, decimate, in_order, merge, pack, thin, unpack

FLOATS = st.floats(width=32)


def points_of(rows: dict[int, float]) -> Points:
    steps = sorted(rows)
    values = [rows[step] for step in steps]
    return Points(array("q", steps), array("d", range(len(steps))), array("d", values))


ROWS = st.dictionaries(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 50), FLOATS, max_size=40)


@given(ROWS)
def test_packed_points_come_back_bit_by_bit(rows: dict[int, float]) -> None:
    points = points_of(rows)
    found = unpack(pack(points))
    assert found.steps == points.steps
    assert [a.tobytes() for a in found[1:]] == [a.tobytes() for a in points[1:]]


def test_regular_steps_take_no_room() -> None:
    rows = dict.fromkeys(range(0, 40_000, 10), 1.0)
    assert len(pack(points_of(rows))) < 16 * 4000 + 50
    assert unpack(pack(points_of(rows))).steps == points_of(rows).steps


@given(ROWS, ROWS.filter(bool))
def test_merging_is_what_a_dictionary_would_do(
    old: dict[int, float], new: dict[int, float]
) -> None:
    merged = merge(points_of(old), points_of(new))
    wanted = {**old, **new}
    assert list(merged.steps) == sorted(wanted)
    assert repr(list(merged.values)) == repr([wanted[step] for step in sorted(wanted)])


@given(st.lists(st.tuples(st.integers(0, 9), FLOATS), min_size=1))
def test_order_keeps_the_later_of_equal_steps(rows: list[tuple[int, float]]) -> None:
    steps, values = zip(*rows, strict=True)
    found = in_order(array("q", steps), array("d", range(len(rows))), array("d", values))
    assert repr(dict(zip(found.steps, found.values, strict=True))) == repr(
        dict(sorted(dict(rows).items()))
    )


@given(ROWS.filter(bool), st.integers(1, 50))
def test_decimation_keeps_the_limit_the_ends_and_the_extremes(
    rows: dict[int, float], limit: int
) -> None:
    points = points_of(rows)
    few = decimate(points, limit)
    assert len(few.steps) <= limit
    assert set(zip(few.steps, map(repr, few.values), strict=True)) <= set(
        zip(points.steps, map(repr, points.values), strict=True)
    )
    if limit >= 8:
        assert (few.steps[0], few.steps[-1]) == (points.steps[0], points.steps[-1])
        finite = [value for value in points.values if math.isfinite(value)]
        shown = [value for value in few.values if math.isfinite(value)]
        assert not finite or (min(finite), max(finite)) == (min(shown), max(shown))
        odd = {repr(value) for value in points.values if not math.isfinite(value)}
        assert odd == {repr(value) for value in few.values if not math.isfinite(value)}


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_very_few_points_are_the_ones_that_matter(limit: int) -> None:
    rows = {step: float(step % 100) for step in range(1000)} | {500: -5.0, 600: 500.0}
    few = decimate(points_of(rows), limit)
    assert len(few.steps) == limit
    if limit > 1:
        assert {-5.0, 500.0} <= set(few.values)
    else:
        assert few.steps[0] == 999


def test_every_stretch_with_nan_shows_it() -> None:
    rows = {step: math.nan if 400 <= step < 600 else 1.0 for step in range(1000)}
    few = decimate(points_of(rows), 100)
    shown = [step for step, value in zip(few.steps, few.values, strict=True) if value != value]
    assert len(shown) > 4
    assert min(shown) == 400


def test_thinning_keeps_the_extremes_of_every_bucket() -> None:
    rows = {step: math.sin(step) for step in range(100)} | {70: math.inf, 71: math.nan}
    found = thin(points_of(rows), 50)
    assert set(found.steps) >= {70, 71}
    first = [value for step, value in rows.items() if step < 50]
    shown = [v for s, v in zip(found.steps, found.values, strict=True) if s < 50]
    assert sorted(shown) == [min(first), max(first)]


def test_a_growing_series_stays_as_it_was_thinned_before() -> None:
    rows = {step: math.sin(step * 0.7) for step in range(2000)}
    before, after = (
        decimate(points_of({step: rows[step] for step in range(count)}), 300)
        for count in (1900, 1950)
    )
    assert list(after.steps)[:235] == list(before.steps)[:235]
    assert len(before.steps) > 150


def test_averages_are_means_of_stretches_and_nan_where_a_value_is_not_finite() -> None:
    rows = {step: float(step) for step in range(64)} | {40: math.inf}
    few = average(points_of(rows), 16)
    assert list(few.steps)[:3] == [1, 5, 9]
    assert list(few.values)[:3] == [1.5, 5.5, 9.5]
    assert [step for step, value in zip(few.steps, few.values, strict=True) if value != value] == [
        41
    ]
    assert average(points_of(rows), 64).values[40] == math.inf
