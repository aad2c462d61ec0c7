"""What is best by one number, and what none beats in all."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.pareto import best_of, pareto_front
from mlops_tui.domain.project import Direction

UP, DOWN = Direction.MAXIMIZE, Direction.MINIMIZE


def test_the_best_follows_the_direction_and_is_none_where_nothing_differs() -> None:
    assert best_of([0.1, None, 0.9, 0.9, math.nan], UP) == (2, 3)
    assert best_of([0.1, None, 0.9], DOWN) == (0,)
    assert best_of([0.1, 0.9], None) == ()
    assert best_of([0.5, 0.5], UP) == ()
    assert best_of([None, 0.5], UP) == ()


def test_the_front_has_what_none_beats() -> None:
    points = [(0.9, 30.0), (0.8, 10.0), (0.8, 20.0), (0.7, None), (0.9, 30.0)]
    assert pareto_front(points, [UP, DOWN]) == (0, 1, 4)


NUMBERS = st.one_of(st.none(), st.integers(0, 3))
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=7)


@given(POINTS)
def test_whatever_is_not_on_the_front_is_beaten_by_something_on_it(
    points: list[tuple[int | None, int | None]],
) -> None:
    front = pareto_front(points, [UP, DOWN])
    whole = [at for at, it in enumerate(points) if None not in it]
    assert bool(front) == bool(whole)
    for at in whole:
        beaten = [
            other
            for other in front
            if points[other][0] >= points[at][0]  # type: ignore[operator]
            and points[other][1] <= points[at][1]  # type: ignore[operator]
            and points[other] != points[at]
        ]
        assert bool(beaten) == (at not in front)
