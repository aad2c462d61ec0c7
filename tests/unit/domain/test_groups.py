from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlops_tui.domain.groups import (
    Group,
    apart_from_seeds,
    best_first,
    grouped,
    spread,
    t_quantile,
)

NUMBERS = st.floats(-1e300, 1e300)


@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 29, 30, 31, 40, 100, 1000, 100_000])
def test_the_quantile_is_that_of_student(degrees: int) -> None:
    assert t_quantile(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), abs=1e-4)


def test_the_interval_is_the_one_of_the_books() -> None:
    values = [0.91, 0.93, 0.92, 0.90, 0.94]
    found = spread(values)
    assert found is not None
    assert found.half_width is not None
    low, high = stats.t.interval(0.95, 4, statistics.fmean(values), stats.sem(values))
    assert (found.n, found.least, found.most) == (5, 0.90, 0.94)
    assert found.mean - found.half_width == pytest.approx(low, rel=1e-4)
    assert found.mean + found.half_width == pytest.approx(high, rel=1e-4)


def test_one_value_has_no_interval_and_none_no_spread() -> None:
    one = spread([3])
    assert one is not None
    assert (one.mean, one.half_width) == (3, None)
    assert spread([None, "a", True, math.nan]) is None


def test_what_is_not_finite_is_left_out_and_counted() -> None:
    found = spread([1.0, math.nan, 3.0, math.inf, None])
    assert found is not None
    assert (found.n, found.mean, found.left_out) == (2, 2.0, 2)


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_a_mean_lies_between_its_values_however_great(values: list[float]) -> None:
    found = spread(values)
    assert found is not None
    assert found.least <= found.mean <= found.most
    assert found.half_width is None or found.half_width >= 0


def test_runs_with_the_same_in_all_fields_are_one_group() -> None:
    rows: dict[str, dict[str, object]] = {
        "a": {"param.lr": 0.1, "metric.acc": 0.5},
        "b": {"param.lr": 1, "metric.acc": 0.7},
        "c": {"param.lr": 0.1, "metric.acc": 0.9},
        "d": {"param.lr": True, "metric.acc": None},
        "e": {"param.lr": None, "metric.acc": 0.1},
        "f": {"param.lr": math.nan, "metric.acc": 0.2},
        "g": {"param.lr": float("nan"), "metric.acc": 0.4},
    }
    groups = grouped(rows, ["param.lr"], ["acc"])
    assert [group.ids for group in groups] == [("a", "c"), ("b",), ("d",), ("e",), ("f", "g")]
    assert groups[0].spreads["acc"].mean == pytest.approx(0.7)
    assert groups[2].spreads == {}


def test_the_best_mean_comes_first_and_none_last() -> None:
    groups = [
        Group((at,), (str(at),), {} if found is None else {"m": found})
        for at, found in enumerate([spread([2.0]), None, spread([3.0]), spread([1.0])])
    ]
    assert [group.by[0] for group in best_first(groups, "m", False)] == [2, 0, 3, 1]
    assert [group.by[0] for group in best_first(groups, "m", True)] == [3, 0, 2, 1]


def test_seeds_are_known_by_name() -> None:
    names = ["param.seed", "param.random_state", "param.data.seed", "param.cv_fold", "param.lr"]
    assert apart_from_seeds([*names, "param.seedling"]) == ["param.lr", "param.seedling"]
