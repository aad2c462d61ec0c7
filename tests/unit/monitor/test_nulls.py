"""What chance gives: calibrated, scaled with size, computed once."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_tui.monitor import nulls, scores
from mlops_tui.monitor.nulls import Null, NullCache

NORMAL = np.sort(np.random.default_rng(0).normal(size=3_000))


def redrawn(method: str, n: int, times: int) -> scores.Floats:
    """Return scores of rows drawn one by one, as the definition says."""
    draw = np.random.default_rng(1)
    edges = scores.bin_edges(NORMAL)
    found = []
    for _ in range(times):
        again = np.sort(draw.choice(NORMAL, len(NORMAL)))
        batch = np.sort(draw.choice(NORMAL, n))
        if method in scores.OF_NUMBERS:
            found.append(scores.OF_NUMBERS[method](again, batch))
        else:
            counts = [scores.bin_counts(side, edges) for side in (again, batch)]
            found.append(float(scores.OF_SHARES[method](*counts)))
    return np.array(found)


@pytest.mark.parametrize("method", ["wasserstein", "kolmogorov_smirnov", "psi", "jensen_shannon"])
@pytest.mark.parametrize("n", [100, 1_800])
def test_draws_of_ranks_are_draws_of_rows(method: str, n: int) -> None:
    null = nulls.of_numbers(NORMAL, n, method, NullCache())
    rows = redrawn(method, n, 400)
    for share in (0.1, 0.5, 0.9):
        expected = np.quantile(rows, share)
        assert np.quantile(null.sample, share) == pytest.approx(expected, rel=0.1)


def test_categories_are_drawn_by_their_shares() -> None:
    null = nulls.of_counts(np.array([500.0, 300.0, 200.0]), 100, "total_variation", NullCache())
    draw = np.random.default_rng(2)
    p = [0.5, 0.3, 0.2]
    pairs = draw.multinomial(1_000, p, 4_000), draw.multinomial(100, p, 4_000)
    rows = scores.total_variation(pairs[0].astype(float), pairs[1].astype(float))
    assert null.q99 == pytest.approx(np.quantile(rows, 0.99), rel=0.05)


def test_more_rows_leave_less_to_chance() -> None:
    cache = NullCache()
    methods = ("wasserstein", "kolmogorov_smirnov", "hellinger")
    rows = [
        [nulls.of_numbers(NORMAL, n, method, cache).q99 for method in methods]
        for n in (50, 200, 999, 1_000, 5_000)
    ]
    for found in zip(*rows, strict=True):
        assert found[0] > found[1] > found[2] > found[4]
        # the switch to sizes near makes no step
        assert found[2] == pytest.approx(found[3], rel=0.05)


def test_p_values_are_right_in_the_middle_and_go_on_beyond_all_resamples() -> None:
    null = Null(np.sort(np.random.default_rng(3).exponential(size=5_000)))
    assert null.p_value(0.0) == 1.0
    assert null.p_value(np.log(20)) == pytest.approx(0.05, rel=0.15)
    far = [null.p_value(score) for score in (8.0, 10.0, 12.0, 100.0)]
    assert far == sorted(far, reverse=True)
    assert 1e-5 < far[1] < 2e-4  # exp(-10) is 4.5e-5
    assert far[3] == pytest.approx(0.01 / 5_001)


def test_a_null_without_any_spread_gives_no_small_value_to_its_own_score() -> None:
    assert Null(np.zeros(100)).p_value(0.0) == 1.0
    assert Null(np.zeros(100)).p_value(0.1) < 0.01


def test_a_null_is_computed_once_and_kept_as_bytes() -> None:
    cache = NullCache()
    first = nulls.of_numbers(NORMAL, 120, "wasserstein", cache)
    nulls.of_counts(np.array([5.0, 6.0]), 20, "psi", cache)
    assert cache.computed == 2
    again = NullCache.from_bytes(cache.to_bytes())
    assert nulls.of_numbers(NORMAL, 120, "wasserstein", again).q99 == first.q99
    assert again.computed == 0
    nulls.of_numbers(NORMAL + 1, 121, "wasserstein", again)
    assert again.computed == 1


def test_the_nulls_used_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nulls, "MOST_NULLS", 2)
    cache = NullCache()
    for key in ("a:", "b:", "a:", "c:", "a:", "b:"):
        cache.get(key, lambda: np.zeros(3))
    assert cache.computed == 4  # b was computed again


@pytest.mark.parametrize("held", [b"", b"torn", b"PK\x03\x04" + bytes(40)])
def test_a_broken_cache_is_an_empty_one(held: bytes) -> None:
    assert NullCache.from_bytes(held).to_bytes() == NullCache().to_bytes()


@pytest.mark.parametrize(("n", "near"), [(1, 1), (999, 999), (1_000, 1_000), (1_500, 1_414)])
def test_sizes_near(n: int, near: int) -> None:
    assert nulls.near_size(n) == near


@pytest.mark.parametrize("rows", [1, 2, 1_000, 1_001, 100_000])
def test_cells_cover_all_rows(rows: int) -> None:
    cells = nulls.cell_shares(rows)
    assert cells[0] == 0.0
    assert cells[-1] == 1.0
    assert (np.diff(cells) > 0).all()


def test_extreme_values_do_not_overflow() -> None:
    wide = np.sort(np.array([-1e300, *np.linspace(0, 1, 50), 1e300]))
    assert np.isfinite(nulls.of_numbers(wide, 30, "wasserstein", NullCache()).sample).all()
