"""Thresholds, reliability and the search for the worst segments, on data whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.reliability import reliability_of
from mlops_tui.evaluate.sums import Block, resampled, table_of
from mlops_tui.evaluate.thresholds import sweep
from mlops_tui.evaluate.worst import Loss, search

COST = Cost("EUR", 9.0, 1.0)


def scored(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    likely = draw.beta(0.8, 1.6, n)
    return likely, draw.random(n) < likely


def test_every_threshold_counts_what_it_says() -> None:
    scores, truth = scored(1, 150)
    found = sweep(scores, truth, scores >= 0.5, COST)
    assert found is not None
    assert found.cheapest is not None
    for it in found.points:
        said = scores >= it.threshold
        assert it.tp == (said & truth).sum()
        assert it.fp == (said & ~truth).sum()
        assert it.tp + it.fp + it.fn + it.tn == 150
        assert it.cost == pytest.approx((9 * it.fn + it.fp) / 150)
    assert found.points[-1].tp + found.points[-1].fp == 0
    least = min(it.cost for it in found.points if it.cost is not None)
    assert found.cheapest.cost == pytest.approx(least)


def test_the_cheapest_threshold_is_near_the_ideal_one_and_costs_more_elsewhere() -> None:
    scores, truth = scored(2, 3_000)
    found = sweep(scores, truth, scores >= 0.5, COST)
    assert found is not None
    best = found.cheapest
    assert best is not None
    assert best.ideal == pytest.approx(0.1)
    assert best.low <= 0.1 <= best.high
    assert best.optimism > 0
    assert 0 < best.saving_low < best.saving < best.saving_high
    grouped = sweep(scores, truth, scores >= 0.5, COST, Units(np.arange(3_000), 3_000, "by it"))
    assert grouped is not None
    assert grouped.cheapest is not None
    assert grouped.cheapest.low <= 0.1 <= grouped.cheapest.high


def test_one_class_alone_has_no_thresholds() -> None:
    assert sweep(np.array([0.1, 0.9]), np.array([True, True]), np.array([True, True])) is None


def test_probabilities_are_told_from_scores_that_are_none() -> None:
    scores, truth = scored(3, 2_000)
    good = reliability_of(scores, truth, "positive")
    bad = reliability_of(scores**0.5, truth, "positive")
    assert good is not None
    assert bad is not None
    assert (good.verdict, bad.verdict) == ("no sign", "poor")
    assert good.ece < good.null_high
    assert bad.bias > 0.1
    for it in (good, bad):
        assert it.brier == pytest.approx(
            it.reliability - it.resolution + it.uncertainty + it.within
        )
        assert sum(one.n for one in it.bins) == 2_000


def test_equal_scores_are_never_parted() -> None:
    scores = np.repeat([0.1, 0.5, 0.9], [500, 30, 470])
    found = reliability_of(scores, np.random.default_rng(0).random(1_000) < scores, "positive")
    assert found is not None
    assert [it.low for it in found.bins] == [it.high for it in found.bins] == [0.1, 0.5, 0.9]


@pytest.mark.parametrize("n", [2_000, 12_000])
@pytest.mark.parametrize("is_grouped", [False, True])
def test_the_worst_segment_is_found_and_no_other(n: int, is_grouped: bool) -> None:
    draw = np.random.default_rng(n)
    frame = pd.DataFrame({f"x{at}": draw.normal(size=n) for at in range(8)})
    frame["site"] = draw.choice(list("abcde"), n)
    wrong = (draw.random(n) < np.where(frame["site"] == "c", 0.25, 0.1)).astype(float)
    units = Units(np.arange(n) // 2, -(-n // 2), "by pair") if is_grouped else None
    loss = Loss("accuracy", np.arange(n), wrong, True)
    found = search([loss], read_columns(frame), units)
    sure = [it for it in found.found if it.is_sure]
    assert [(it.column, it.value) for it in sure] == [("site", "c")]
    assert sure[0].low < -0.15 < sure[0].high < 0
    assert (found.columns, found.looked, found.too_small) == (9, 37, 0)


def test_segments_with_hardly_a_mistake_are_not_judged() -> None:
    frame = pd.DataFrame({"site": list("ab") * 200})
    wrong = np.zeros(400)
    wrong[:3] = 1
    found = search([Loss("accuracy", np.arange(400), wrong, True)], read_columns(frame))
    assert (found.looked, found.too_small, found.found) == (0, 2, ())


def test_samples_are_of_the_same_size_and_right_on_average() -> None:
    columns = np.column_stack([np.ones(50), np.arange(50.0)])
    (drawn,) = resampled([Block(table_of(columns).columns)], 50, 2_000, seed=3)
    assert drawn[:, 0] == pytest.approx(50)
    assert drawn[:, 1].mean() == pytest.approx(np.arange(50).sum(), rel=0.02)
    assert drawn[:, 1].std() == pytest.approx(np.arange(50).std() * 50**0.5, rel=0.06)
    assert drawn.shape == (2_000, 3)
