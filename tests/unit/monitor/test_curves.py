"""What rules about curves find, and that they look at the shape alone."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.alert_rules import AlertRules
from mlops_tui.monitor.curve import (
    MOST_STRETCHES,
    Curve,
    mean_and_error,
    median,
    noise,
    running_medians,
)
from mlops_tui.monitor.curve_rules import Shape, find_divergence, find_overfitting, find_plateau

RULES = AlertRules()
NUMBERS = st.floats(-1e6, 1e6)
VALUES = st.one_of(NUMBERS, st.sampled_from([math.nan, math.inf, -math.inf]))


def curve_of(values: Sequence[float]) -> Curve:
    curve = Curve()
    curve.extend(range(len(values)), [float(at) for at in range(len(values))], values)
    return curve


def falling(n: int, seed: int = 0, scatter: float = 0.02) -> list[float]:
    draw = random.Random(seed)
    return [2 * math.exp(-4 * at / n) + 0.2 + draw.gauss(0, scatter) for at in range(n)]


@given(st.lists(VALUES, max_size=60), st.integers(0, 60))
def test_in_how_many_pieces_points_come_makes_no_difference(values: list[float], cut: int) -> None:
    whole, pieces = curve_of(values), Curve()
    times = [float(at) for at in range(len(values))]
    for part in (slice(0, cut), slice(cut, None)):
        pieces.extend(range(len(values))[part], times[part], values[part])
    assert repr(vars(whole)) == repr(vars(pieces))
    assert whole.count == len(values)
    tail = list(reversed(values))
    expected = next((at for at, it in enumerate(tail) if math.isfinite(it)), len(tail))
    assert whole.last_bad == expected


def test_a_long_curve_is_held_in_few_stretches_that_mean_as_much() -> None:
    values = [float(at) for at in range(10_000)]
    curve = curve_of(values)
    assert len(curve.means) < MOST_STRETCHES
    assert curve.width * len(curve.means) <= 10_000
    whole = curve.width * len(curve.means)
    assert sum(curve.means) * curve.width == pytest.approx(sum(values[:whole]))
    assert list(curve.steps) == [curve.width * (at + 1) - 1 for at in range(len(curve.means))]


@given(st.lists(NUMBERS, min_size=3, max_size=30), st.integers(1, 3))
def test_running_medians_are_the_medians_of_neighbours(values: list[float], width: int) -> None:
    expected = [median(values[at : at + width]) for at in range(len(values) - width + 1)]
    assert running_medians(values, width) == expected


def test_noise_is_the_scatter_and_neither_a_trend_nor_a_jump() -> None:
    draw = random.Random(1)
    scatter = [draw.gauss(0, 3) for _ in range(2000)]
    assert noise(scatter) == pytest.approx(3, rel=0.1)
    moved = [it + 0.1 * at + 500 * (at > 900) for at, it in enumerate(scatter)]
    assert noise(moved) == pytest.approx(3, rel=0.1)
    assert noise([1.0, 2.0]) == noise([5.0] * 9) == 0.0


def test_the_error_of_a_mean_knows_that_neighbours_resemble_each_other() -> None:
    draw = random.Random(2)
    value, wandering = 0.0, []
    for _ in range(1000):
        value = 0.95 * value + draw.gauss(0, 1)
        wandering.append(value)
    naive = noise(wandering) / math.sqrt(len(wandering))
    assert mean_and_error(wandering, 5)[1] > 3 * naive


def test_a_loss_that_loses_all_it_gained_diverges() -> None:
    levels = falling(200)
    assert find_divergence(levels, RULES.divergence) is None
    shape = find_divergence([*levels, *[2.2] * 20], RULES.divergence)
    assert shape is not None
    assert shape.now == 2.2
    assert shape.best == pytest.approx(0.24, abs=0.05)
    assert 150 < shape.best_at < 200
    assert find_divergence([*levels, *[1.0] * 20], RULES.divergence) is None
    assert find_divergence([*levels, 9.0, 9.0, *levels[-20:]], RULES.divergence) is None


def test_a_loss_that_only_explodes_diverges() -> None:
    levels = [2.0 + 0.01 * (at % 5) for at in range(40)]
    assert find_divergence(levels, RULES.divergence) is None
    assert find_divergence([*levels, *(3.0 * 1.5**at for at in range(8))], RULES.divergence)


def test_a_curve_that_stands_still_is_a_plateau_and_one_that_falls_or_rises_is_none() -> None:
    levels = falling(100, scatter=0.005)
    flat = [*levels, *[levels[-1] + 0.001 * (at % 7) for at in range(150)]]
    shape = find_plateau(flat, 1, None, RULES.plateau)
    assert shape is not None
    assert shape.n == 124
    assert find_plateau(flat[:60], 1, None, RULES.plateau) is None
    for slope in (0.004, -0.004):
        sloping = [*levels, *[levels[-1] + slope * at for at in range(150)]]
        assert find_plateau(sloping, 1, None, RULES.plateau) is None


def test_what_never_gained_anything_is_told_only_where_the_run_is_on_its_way() -> None:
    draw = random.Random(3)
    levels = [2.3 + draw.gauss(0, 0.01) for _ in range(240)]
    assert find_plateau(levels, 4, None, RULES.plateau) is None
    assert find_plateau(levels, 4, 0.1, RULES.plateau) is None
    assert find_plateau(levels, 4, 0.5, RULES.plateau) is not None


def test_validation_that_rises_while_training_falls_is_overfitting() -> None:
    train = list(enumerate(falling(100)))
    rising = [max(2.2 - 0.05 * at, 0.5) + 0.01 * max(0, at - 40) for at in range(100)]
    validation = list(enumerate(rising))
    shape = find_overfitting(train, validation, RULES.overfitting)
    assert shape is not None
    assert validation[shape.best_at][0] in range(35, 46)
    assert find_overfitting(train, train, RULES.overfitting) is None
    stopped = [(at, max(level, 0.8)) for at, level in train]
    assert find_overfitting(stopped, validation, RULES.overfitting) is None
    assert find_overfitting(train[:5], validation[:5], RULES.overfitting) is None


def judged(levels: Sequence[float]) -> list[Shape | None]:
    falling_always = list(enumerate(sorted(levels, reverse=True)))
    return [
        find_divergence(levels, RULES.divergence),
        find_plateau(levels, 4, None, RULES.plateau),
        find_overfitting(falling_always, list(enumerate(levels)), RULES.overfitting),
    ]


@given(
    st.lists(st.floats(0, 10, width=16), min_size=12, max_size=60),
    st.sampled_from([0.25, 2.0, 1024.0]),
)
def test_another_unit_makes_no_difference(levels: list[float], factor: float) -> None:
    scaled = [factor * level for level in levels]
    for one, other in zip(judged(levels), judged(scaled), strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert other.now == pytest.approx(factor * one.now, abs=1e-9)
            assert other.best_at == one.best_at
