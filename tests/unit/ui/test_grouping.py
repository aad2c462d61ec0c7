from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.ui.chart_view import Grouping
from mlops_tui.ui.grouping import band, grouped

NAN = math.nan


def run(ident: str, tags: dict[str, str] | None = None, **params: object) -> Run:
    known = {name: value for name, value in params.items() if isinstance(value, int | float | str)}
    return Run(
        ident, ident, "train", "train", RunState.FINISHED, 1.0, params=known, tags=tags or {}
    )


def test_runs_that_differ_in_their_seeds_alone_belong_together() -> None:
    runs = [run("a", lr=0.1, seed=1), run("b", lr=0.1, seed=2), run("c", lr=0.5, seed=1)]
    assert grouped(runs, Grouping.SEEDS) == {"a": "lr=0.1", "b": "lr=0.1", "c": "lr=0.5"}


@pytest.mark.parametrize("name", ["seed", "data_seed", "random_state", "fold", "train.seed"])
def test_what_is_like_a_seed_is_one(name: str) -> None:
    runs = [replace(run(f"r{value}"), params={name: value}) for value in (1, 2)]
    assert set(grouped(runs, Grouping.SEEDS).values()) == {"train"}


def test_what_only_sounds_like_a_seed_is_none() -> None:
    groups = grouped([run("a", seedling=1), run("b", seedling=2)], Grouping.SEEDS)
    assert groups == {"a": "seedling=1", "b": "seedling=2"}


def test_other_jobs_are_other_groups_even_with_the_same_name() -> None:
    runs = [run("a"), run("b"), replace(run("c"), job="other")]
    groups = grouped(runs, Grouping.SEEDS)
    assert groups["a"] == groups["b"] != groups["c"]


def test_sweeps_belong_together_and_what_is_in_none_stays_alone() -> None:
    runs = [run("a", {"sweep": "s1"}), run("b", {"sweep": "s1"}), run("c")]
    assert grouped(runs, Grouping.SWEEP) == {"a": "s1", "b": "s1", "c": "c"}
    assert len(set(grouped(runs, Grouping.ALL).values())) == 1


def test_the_band_is_the_mean_with_the_least_and_the_greatest() -> None:
    found = band([([0, 1, 2], [1.0, 2.0, 3.0]), ([0, 1, 2], [3.0, 6.0, 3.0])], 100)
    assert found.xs == [0, 1, 2]
    assert found.means == [2.0, 4.0, 3.0]
    assert (found.lows, found.highs) == ([1.0, 2.0, 3.0], [3.0, 6.0, 3.0])
    assert (found.counts, found.size, found.odd) == ([2, 2, 2], 2, [])


def test_a_run_that_is_over_counts_no_more() -> None:
    found = band([([0, 1], [1.0, 1.0]), ([0, 1, 2, 3], [3.0, 3.0, 3.0, 3.0])], 100)
    assert found.counts == [2, 2, 1, 1]
    assert found.means == [2.0, 2.0, 3.0, 3.0]
    assert math.isnan(found.lows[2])
    assert math.isnan(found.highs[3])


def test_what_is_not_finite_is_left_out_and_told() -> None:
    found = band([([0, 1, 2], [1.0, NAN, 1.0]), ([0, 1, 2], [3.0, 3.0, math.inf])], 100)
    assert found.counts == [2, 1, 1]
    assert found.means == [2.0, 3.0, 1.0]
    assert found.odd == [1, 2]


def test_nothing_is_made_up_beside_a_value_that_is_not_finite() -> None:
    found = band([([0, 2, 4], [1.0, NAN, 1.0]), ([0, 1, 2, 3, 4], [3.0] * 5)], 100)
    assert found.counts == [2, 1, 1, 1, 2]


def test_between_its_points_a_run_is_straight() -> None:
    found = band([([0, 10], [0.0, 10.0]), ([0, 5, 10], [0.0, 0.0, 0.0])], 100)
    assert found.means == [0.0, 2.5, 5.0]
    assert found.counts == [2, 2, 2]


def test_many_places_are_thinned_evenly() -> None:
    found = band([(list(range(1000)), [float(x) for x in range(1000)])], 11)
    assert len(found.xs) == 11
    assert found.means == pytest.approx(found.xs)


def test_no_lines_have_no_band() -> None:
    assert band([], 10).xs == []
    assert band([([], [])], 10).size == 0
