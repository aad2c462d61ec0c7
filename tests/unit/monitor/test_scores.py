"""Scores against values worked out by hand, against scipy, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from mlops_tui.monitor import scores

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=8).filter(
    lambda pairs: all(sum(side) > 0 for side in zip(*pairs, strict=True))
)
BOUNDED = ("jensen_shannon", "hellinger", "total_variation", "l_infinity")


def ascending(values: list[float]) -> scores.Floats:
    return np.sort(np.array(values, dtype=np.float64))


def test_wasserstein_is_the_shift_in_sd_of_the_reference() -> None:
    reference = ascending([0.0, 2.0])  # sd 1
    assert scores.wasserstein(reference, reference + 0.5) == pytest.approx(0.5)
    assert scores.wasserstein(10 * reference, 10 * reference + 5) == pytest.approx(0.5)


def test_wasserstein_of_a_constant_is_over_a_thousandth() -> None:
    assert scores.wasserstein(np.zeros(3), np.full(2, 0.01)) == pytest.approx(10)


def test_kolmogorov_smirnov_by_hand() -> None:
    # at 2 all of the reference lies below, one of the four of the batch
    assert scores.kolmogorov_smirnov(ascending([1, 2]), ascending([2, 3, 4, 5])) == 0.75


def test_scores_of_shares_by_hand() -> None:
    p, q = np.array([50.0, 50.0]), np.array([30.0, 10.0])  # 0.5 0.5 and 0.75 0.25
    assert scores.total_variation(p, q) == pytest.approx(0.25)
    assert scores.l_infinity(p, q) == pytest.approx(0.25)
    assert scores.psi(p, q) == pytest.approx(0.25 * math.log(1.5) + 0.25 * math.log(2))
    overlap = math.sqrt(0.375) + math.sqrt(0.125)
    assert scores.hellinger(p, q) == pytest.approx(math.sqrt(1 - overlap))
    statistic = stats.chi2_contingency([p, q], correction=False).statistic
    assert scores.chi_square(p, q) == pytest.approx(math.sqrt(statistic * (1 / 100 + 1 / 40)))


def test_samples_with_nothing_in_common_are_as_far_apart_as_can_be() -> None:
    p, q = np.array([7.0, 0.0]), np.array([0.0, 3.0])
    for method in BOUNDED:
        assert scores.OF_SHARES[method](p, q) == pytest.approx(1.0)


def test_a_bin_that_one_side_lacks_leaves_psi_finite() -> None:
    assert 0 < scores.psi(np.array([9.0, 1.0]), np.array([5.0, 0.0])) < 9.3


@given(NUMBERS, NUMBERS)
def test_scores_of_numbers_are_what_their_definitions_say(
    first: list[float], second: list[float]
) -> None:
    a, b = ascending(first), ascending(second)
    apart = stats.wasserstein_distance(a, b)
    assert scores.earth_mover(a, b) == pytest.approx(apart, rel=1e-6, abs=1e-9)
    steps = max(abs((a <= at).mean() - (b <= at).mean()) for at in [*a, *b])
    assert scores.kolmogorov_smirnov(a, b) == pytest.approx(steps, abs=1e-9)


@given(COUNTS)
def test_scores_of_shares_are_symmetric_and_bounded(pairs: list[tuple[int, int]]) -> None:
    p, q = (np.array(side, dtype=np.float64) for side in zip(*pairs, strict=True))
    for method, score in scores.OF_SHARES.items():
        found = float(score(p, q))
        assert found == pytest.approx(float(score(q, p)), abs=1e-9)
        assert found >= 0
        assert method not in BOUNDED or found <= 1 + 1e-9
    expected = distance.jensenshannon(p, q, base=2)
    assert scores.jensen_shannon(p, q) == pytest.approx(expected, abs=1e-6)


@given(COUNTS)
def test_equal_samples_score_0(pairs: list[tuple[int, int]]) -> None:
    p = np.array([pair[0] for pair in pairs], dtype=np.float64)
    assert all(float(score(p, 3 * p)) < 1e-6 for score in scores.OF_SHARES.values())
    values = np.repeat(np.arange(len(p)), p.astype(int)).astype(np.float64)
    assert all(score(values, values) == 0 for score in scores.OF_NUMBERS.values())


@pytest.mark.parametrize("method", [*scores.OF_NUMBERS, *scores.OF_SHARES])
def test_a_larger_shift_scores_higher(method: str) -> None:
    reference = np.sort(np.random.default_rng(0).normal(size=2_000))
    edges = scores.bin_edges(reference)
    found = []
    for shift in (0.0, 0.2, 0.5, 1.0):
        batch = reference + shift
        if method in scores.OF_NUMBERS:
            found.append(scores.OF_NUMBERS[method](reference, batch))
        else:
            counts = [scores.bin_counts(side, edges) for side in (reference, batch)]
            found.append(float(scores.OF_SHARES[method](*counts)))
    assert found == sorted(found)
    assert found[-1] > found[0]


def test_many_rows_of_unequal_number_are_compared_closely_enough() -> None:
    draw = np.random.default_rng(1)
    a, b = np.sort(draw.normal(size=150_000)), np.sort(draw.normal(0.1, size=60_000))
    assert scores.earth_mover(a, b) == pytest.approx(stats.wasserstein_distance(a, b), rel=1e-3)


def test_bins_have_equal_shares_and_ties_make_fewer() -> None:
    counts = scores.bin_counts(np.arange(100.0), scores.bin_edges(np.arange(100.0)))
    assert counts.tolist() == [10.0] * 10
    mostly_zero = np.sort(np.array([0.0] * 90 + [1.0] * 10))
    assert scores.bin_counts(mostly_zero, scores.bin_edges(mostly_zero)).tolist() == [90.0, 10.0]
