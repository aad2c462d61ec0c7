"""Summaries in bounded memory agree with those that hold everything."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlops_tui.data.sketches import (
    DistinctValues,
    Moments,
    RepeatedRows,
    RowSample,
    TopValues,
)

FLOATS = st.lists(st.floats(-1e6, 1e6, width=32), max_size=60)


def keys(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, count, dtype=np.uint64)


@settings(max_examples=80, deadline=None)
@given(FLOATS, st.integers(1, 20))
def test_moments_are_those_of_all_values_however_they_are_cut(
    numbers: list[float], size: int
) -> None:
    found = Moments()
    for start in range(0, len(numbers), size):
        found.add(np.array(numbers[start : start + size]))
    assert found.n == len(numbers)
    if len(numbers) < 2:
        assert found.deviation is None
        return
    values = np.array(numbers)
    assert (found.low, found.high) == (values.min(), values.max())
    assert found.mean == pytest.approx(values.mean(), rel=1e-9, abs=1e-6)
    assert found.deviation == pytest.approx(values.std(ddof=1), rel=1e-6, abs=1e-6)
    if values.std() > 1e-3 * max(1.0, float(np.abs(values).max())):
        assert found.skewness == pytest.approx(stats.skew(values), rel=1e-5, abs=1e-5)
        assert found.kurtosis == pytest.approx(stats.kurtosis(values), rel=1e-5, abs=1e-5)


def test_numbers_too_great_to_be_squared_have_no_deviation() -> None:
    found = Moments()
    found.add(np.array([1e308, -1e308, 1.0]))
    assert (found.deviation, found.skewness, found.kurtosis) == (None, None, None)
    assert (found.low, found.high) == (-1e308, 1e308)


def test_few_different_values_are_counted_exactly_and_many_nearly() -> None:
    exact = DistinctValues(1000)
    for seed in (1, 2, 1):
        exact.add(keys(400, seed))
    assert (exact.count, exact.is_approximate) == (800, False)
    rough = DistinctValues(1000)
    for seed in range(20):
        rough.add(keys(10_000, seed))
        rough.add(keys(10_000, 0))
    assert rough.is_approximate
    assert rough.count == pytest.approx(200_000, rel=4 / math.sqrt(998))


def test_top_values_are_exact_while_there_are_few() -> None:
    top = TopValues(10)
    top.add(["a", "b"], [3, 1])
    top.add(["b", "c"], [4, 1])
    assert top.most(2) == [("b", 5), ("a", 3)]
    assert top.is_exact


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 30), max_size=300), st.integers(2, 12))
def test_counts_of_top_values_are_off_by_the_error_at_most(drawn: list[int], room: int) -> None:
    top = TopValues(room)
    for start in range(0, len(drawn), 25):
        part = Counter(drawn[start : start + 25])
        top.add(list(part), list(part.values()))
    for value, count in Counter(drawn).items():
        assert count - top.error <= dict(top.most(100)).get(value, 0) <= count


def test_a_sample_holds_all_rows_while_there_are_few_in_their_order() -> None:
    sample = RowSample(100)
    for start in range(0, 90, 30):
        sample.add(pd.DataFrame({"a": range(start, start + 30)}))
    assert pd.concat(sample.frames())["a"].tolist() == list(range(90))


def test_every_row_is_drawn_as_likely_as_any_other() -> None:
    drawn: Counter[int] = Counter()
    for seed in range(150):
        sample = RowSample(20, seed)
        for start in range(0, 200, 50):
            sample.add(pd.DataFrame({"a": range(start, start + 50)}))
        rows = pd.concat(sample.frames())["a"].tolist()
        assert len(rows) == 20
        assert rows == sorted(set(rows))
        drawn.update(rows)
    assert stats.chisquare([drawn[row] for row in range(200)]).pvalue > 1e-4


def test_copies_of_rows_are_counted() -> None:
    copies = RepeatedRows(1000)
    copies.add(np.array([1, 2, 1, 3], np.uint64))
    copies.add(np.array([1, 4], np.uint64))
    assert (copies.count(), copies.is_approximate) == (2, False)
    assert RepeatedRows(10).count() == 0


def test_copies_among_very_many_rows_are_estimated() -> None:
    copies = RepeatedRows(10_000)
    for seed in range(10):
        copies.add(keys(8000, seed))
    for seed in range(5):
        copies.add(keys(8000, seed))
    assert copies.is_approximate
    assert copies.count() == pytest.approx(40_000, rel=0.1)
