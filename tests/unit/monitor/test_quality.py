"""What is wrong with a batch beside its distributions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.monitor import quality
from mlops_tui.monitor.quality import Level, Setting
from tests.unit.monitor.samples import batch, category, numeric

REFERENCE = batch(0, 2_000)


def kinds(current: Mapping[str, Column], **setting: object) -> list[tuple[str, str | None]]:
    found = quality.examine(REFERENCE, current, Setting(**setting))  # type: ignore[arg-type]
    return [(finding.kind, finding.column) for finding in found]


def test_calm_batches_have_no_findings() -> None:
    found = [kinds(batch(seed, n)) for seed in range(1, 30) for n in (5, 100, 1_000)]
    assert sum(map(bool, found)) <= 2


def test_a_missing_column_is_an_error_and_a_like_name_is_offered() -> None:
    current = {name: column for name, column in batch(1, 50).items() if name != "n1"}
    current["N1 "] = numeric("N1 ", np.zeros(50))
    first, second = quality.examine(REFERENCE, current)
    assert (first.kind, first.level, first.column) == ("missing_column", Level.ERROR, "n1")
    assert "is it 'N1 ' now?" in first.words
    assert (second.kind, second.column) == ("new_column", "N1 ")


def test_a_batch_without_rows_is_an_error() -> None:
    empty = {name: replace(column, rows=0, values=np.empty(0), codes=np.empty(0, np.int32))
             for name, column in REFERENCE.items()}  # fmt: skip
    assert kinds(empty) == [("row_count", None)]


def test_missing_values_count_from_a_rise_that_chance_does_not_give() -> None:
    for missing, expected in ((3, []), (20, [("missing", "n0")])):
        current = dict(batch(1, 100))
        values = current["n0"].values.copy()
        values[:missing] = np.nan
        current["n0"] = numeric("n0", values)
        assert kinds(current) == expected


def test_unseen_categories_are_counted_and_named() -> None:
    current = dict(batch(1, 100))
    codes = current["c0"].codes.copy()
    codes[[4, 50, 51, 52]] = 7
    current["c0"] = category("c0", codes)
    reference = dict(REFERENCE) | {"c0": category("c0", REFERENCE["c0"].codes, "abcd")}
    (finding,) = quality.examine(reference, current)
    assert (finding.kind, finding.count, finding.rows) == ("unseen", 4, (4, 50, 51))
    assert "4 of 100 values are new to the column: 'h' (4)" in finding.words


def test_values_out_of_range_count_from_some_on() -> None:
    for outside, expected in ((1, []), (4, [("out_of_range", "n0")])):
        current = dict(batch(1, 100))
        values = current["n0"].values.copy()
        values[:outside] = 80
        current["n0"] = numeric("n0", values)
        assert kinds(current) == expected


def test_text_among_numbers_and_text_for_numbers() -> None:
    current = dict(batch(1, 100))
    mixed = replace(current["n0"], unreadable=("x",), unreadable_count=10)
    mixed.values[:10] = np.nan
    assert kinds(current | {"n0": mixed}) == [("mixed_types", "n0")]
    values = np.full(100, np.nan)
    text = replace(current["n0"], values=values, unreadable=("a", "b"), unreadable_count=100)
    (finding,) = quality.examine(REFERENCE, current | {"n0": text})
    assert (finding.kind, finding.level) == ("type_changed", Level.ERROR)
    assert finding.words == "100 of 100 values are no numbers: 'a', 'b'"


def test_infinite_values_are_told() -> None:
    current = dict(batch(1, 100))
    values = current["n0"].values.copy()
    values[3] = np.inf
    (finding,) = quality.examine(REFERENCE, current | {"n0": numeric("n0", values)})
    assert (finding.kind, finding.level, finding.rows) == ("infinite", Level.WARNING, (3,))
    broken = current | {"n0": numeric("n0", np.full(100, np.inf))}
    (finding,) = quality.examine(REFERENCE, broken)
    assert finding.level is Level.ERROR


def test_repeated_rows_count_where_the_reference_has_none() -> None:
    known = np.arange(2_000, dtype=np.uint64)
    current = batch(1, 100)
    fresh = np.arange(10_000, 10_100, dtype=np.uint64)
    assert kinds(current, reference_hashes=known, current_hashes=fresh) == []
    fresh[:20] = fresh[0]
    found = kinds(current, reference_hashes=known, current_hashes=fresh)
    assert found == [("duplicates", None)]
    often = np.repeat(known[:500], 4)
    assert kinds(current, reference_hashes=often, current_hashes=fresh) == []
    again = kinds(current, reference_hashes=known, current_hashes=known[:100])
    assert again == [("in_reference", None)]


def test_rows_that_are_equal_have_equal_hashes() -> None:
    current = batch(1, 100)
    names = list(current)
    hashes = quality.row_hashes(current, names)
    assert hashes is not None
    assert len(np.unique(hashes)) == 100
    twice = {
        name: replace(
            column,
            values=np.tile(column.values, 2),
            codes=np.tile(column.codes, 2),
            rows=200,
        )
        for name, column in current.items()
    }
    again = quality.row_hashes(twice, names)
    assert again is not None
    assert again.tolist() == [*hashes.tolist(), *hashes.tolist()]
    swapped = dict(current) | {"n0": current["n1"], "n1": current["n0"]}
    other = quality.row_hashes(swapped, names)
    assert other is not None
    assert not set(other.tolist()) & set(hashes.tolist())
    assert quality.row_hashes(current, names[:2]) is None


def test_an_unusual_number_of_rows_is_told_once_there_is_a_history() -> None:
    current = batch(1, 100)
    assert kinds(current, earlier_sizes=[1_000] * 4) == []
    assert kinds(current, earlier_sizes=[1_000] * 5) == [("row_count", None)]
    assert kinds(current, earlier_sizes=[80, 120, 100, 90, 150]) == []


def test_old_rows_and_rows_of_the_future() -> None:
    times = Column("t", Kind.TIME, np.arange(100.0), rows=100)
    current = dict(batch(1, 100)) | {"t": times}
    reference = dict(REFERENCE) | {"t": times}

    def found(now: float) -> list[str]:
        setting = Setting(now=now, time="t", max_age_seconds=3600)
        return [finding.kind for finding in quality.examine(reference, current, setting)]

    assert found(200.0) == []
    assert found(8_000.0) == ["freshness"]
    assert found(-9_000.0) == ["future"]


@pytest.mark.parametrize(
    ("count", "n", "share"),
    [(0, 10, 0.2), (3, 10, 0.2), (10, 10, 0.2), (40, 1_000, 0.02), (1, 100_000, 1e-6), (5, 9, 1.0)],
)
def test_tails_are_those_of_the_binomial_distribution(count: int, n: int, share: float) -> None:
    expected = float(stats.binom.sf(count - 1, n, share))
    assert quality.binomial_tail(count, n, share) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_how_often_chance_goes_beyond_the_extreme() -> None:
    assert quality.beyond_extreme(0, 5, 10) == 1.0
    assert quality.beyond_extreme(1, 1, 9) == pytest.approx(0.1)
    assert quality.beyond_extreme(2, 2, 8) == pytest.approx(2 / 10 * 1 / 9)
    assert quality.beyond_extreme(1_000_000, 1_000_000, 10) < 1e-20
