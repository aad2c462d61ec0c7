from __future__ import annotations

import math
from array import array

from mlops_tui.domain.runs import Series
from mlops_tui.ui.series_reads import joined


def series(points: dict[int, float]) -> Series:
    steps = array("q", points)
    return Series("m", len(points), steps, array("d", points), array("d", points.values()))


def test_two_metrics_are_joined_by_their_steps() -> None:
    both = joined(series({0: 5.0, 2: 4.0, 4: 3.0}), series({1: 0.1, 2: 0.2, 4: math.nan}), 100)
    assert list(both.steps) == [2, 4]
    assert list(both.xs) == [4.0, 3.0]
    assert repr(list(both.values)) == "[0.2, nan]"


def test_points_without_a_finite_x_have_no_place() -> None:
    both = joined(series({0: math.nan, 1: math.inf, 2: 1.0}), series({0: 1.0, 1: 1.0, 2: 1.0}), 9)
    assert list(both.steps) == [2]


def test_of_many_the_furthest_in_both_directions_are_kept() -> None:
    xs = {step: math.sin(step / 50) for step in range(3000)} | {1234: 9.0}
    ys = {step: math.cos(step / 50) for step in range(3000)} | {777: -9.0, 888: math.nan}
    both = joined(series(xs), series(ys), 200)
    assert len(both.steps) <= 200
    assert (both.steps[0], both.steps[-1]) == (0, 2999)
    assert max(both.xs) == 9.0
    assert min(both.values) == -9.0
    assert any(map(math.isnan, both.values))
