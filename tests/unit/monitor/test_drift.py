"""A batch against a reference: what drifts, what does not, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_tui.evaluate.columns import Column, Kind
from mlops_tui.monitor import drift
from mlops_tui.monitor.drift import Settings
from mlops_tui.monitor.nulls import NullCache
from mlops_tui.monitor.verdicts import Verdict
from tests.unit.monitor.samples import batch, category, numeric, waves

REFERENCE = batch(0, 5_000)
CACHE = NullCache()


def test_calm_batches_are_calm_whatever_their_size() -> None:
    found = [
        drift.compare(REFERENCE, batch(seed, n), cache=CACHE).verdict
        for n in (100, 200, 1_000)
        for seed in range(1, 9)
    ]
    # 4 % are to be expected, of 24: more than 4 come once in a thousand times
    assert found.count(Verdict.DRIFT) <= 4


def test_a_shift_is_found_named_and_shown_first() -> None:
    report = drift.compare(REFERENCE, batch(1, 500, shift=0.4), cache=CACHE)
    first = report.columns[0]
    assert report.verdict is Verdict.DRIFT
    assert (first.column, first.verdict, first.method) == ("n0", Verdict.DRIFT, "wasserstein")
    assert first.score == pytest.approx(0.4, abs=0.1)
    assert (first.n_current, first.n_reference) == (500, 5_000)
    assert first.p_value < 0.001 < first.threshold <= first.score
    assert [column.column for column in report.columns if column.verdict is Verdict.DRIFT] == ["n0"]


def test_a_tiny_shift_in_very_many_rows_is_no_drift() -> None:
    draw = np.random.default_rng(3)
    reference = {"x": numeric("x", draw.normal(size=60_000))}
    report = drift.compare(reference, {"x": numeric("x", draw.normal(0.04, size=60_000))})
    assert report.columns[0].p_value < 0.01
    assert report.verdict is Verdict.OK


def test_the_same_rows_score_0() -> None:
    report = drift.compare(REFERENCE, REFERENCE, cache=CACHE)
    assert {column.score for column in report.columns} == {0.0}
    assert {column.p_value for column in report.columns} == {1.0}


def test_few_rows_say_little_unless_the_change_is_large() -> None:
    small = batch(4, 12)
    assert drift.compare(REFERENCE, small, cache=CACHE).verdict is Verdict.TOO_LITTLE_DATA
    moved = dict(small) | {"n0": numeric("n0", small["n0"].values + 3)}
    assert drift.compare(REFERENCE, moved, cache=CACHE).verdict is Verdict.DRIFT


@pytest.mark.parametrize("phi", [0.8])
def test_waves_are_no_drift_where_time_is_known(phi: float) -> None:
    """Rows drawn at random say drift in each of these batches."""
    found, blind = [], []
    cache = NullCache()
    for seed in range(4):
        reference = waves(seed, 5_000, phi)
        current = waves(100 + seed, 200, phi)
        found.append(drift.compare(reference, current, Settings(time="t"), cache).verdict)
        blind.append(drift.compare(reference, current, None, cache).verdict)
    assert blind.count(Verdict.DRIFT) >= 3
    assert found.count(Verdict.DRIFT) <= 1


def test_a_shift_is_found_through_waves() -> None:
    current = dict(waves(8, 500, 0.5))
    current["x0"] = numeric("x0", current["x0"].values + 1.5)
    report = drift.compare(waves(7, 5_000, 0.5), current, Settings(time="t"))
    assert report.columns[0].column == "x0"
    assert report.columns[0].verdict is Verdict.DRIFT
    assert "blocks of 500 rows" in report.columns[0].null
    assert report.time == "t"


def test_rows_need_not_be_in_order_of_time() -> None:
    reference, current = waves(1, 3_000, 0.8), waves(2, 200, 0.8)
    mixed = np.random.default_rng(0).permutation(3_000)
    shuffled = {
        name: replace(column, values=column.values[mixed]) for name, column in reference.items()
    }
    expected = drift.compare(reference, current, Settings(time="t"))
    found = drift.compare(shuffled, current, Settings(time="t"))
    assert {it.column: it.null_q99 for it in found.columns} == {
        it.column: it.null_q99 for it in expected.columns
    }


def test_target_and_prediction_are_told_apart() -> None:
    settings = Settings(target="n0", prediction="c0")
    report = drift.compare(REFERENCE, batch(1, 200), settings, CACHE)
    roles = {column.column: column.role for column in report.columns}
    assert (roles["n0"], roles["c0"], roles["n1"]) == ("target", "prediction", "feature")


def test_thresholds_and_methods_may_be_chosen() -> None:
    current = batch(1, 2_000, shift=0.4)
    settings = Settings({"n0": "psi"}, {"n0": 9.0, "jensen_shannon": 0.5})
    by_name = {it.column: it for it in drift.compare(REFERENCE, current, settings, CACHE).columns}
    assert (by_name["n0"].method, by_name["n0"].threshold) == ("psi", 9.0)
    assert by_name["n0"].verdict is Verdict.OK
    assert (by_name["c0"].threshold, by_name["n1"].threshold) == (0.5, 0.1)


@pytest.mark.parametrize("method", drift.methods_for(Kind.NUMERIC))
def test_every_method_finds_a_large_shift_and_nothing_else(method: str) -> None:
    settings = Settings(dict.fromkeys(("n0", "n1"), method))
    report = drift.compare(REFERENCE, batch(1, 1_000, 2, shift=1.0), settings, CACHE)
    by_name = {column.column: column.verdict for column in report.columns}
    assert (by_name["n0"], by_name["n1"]) == (Verdict.DRIFT, Verdict.OK)


def test_defaults_follow_the_column() -> None:
    draw = np.random.default_rng(0)
    assert drift.default_method(numeric("x", draw.normal(size=500))) == "wasserstein"
    heavy = numeric("x", draw.standard_cauchy(size=500))
    assert drift.default_method(heavy) == "kolmogorov_smirnov"
    assert drift.default_method(numeric("x", np.ones(500))) == "l_infinity"
    assert drift.default_method(category("x", [0, 1])) == "jensen_shannon"
    many = Column("x", Kind.CATEGORY, np.empty(0), labels=tuple(map(str, range(60))))
    assert drift.default_method(many) == "total_variation"


def test_a_constant_that_changes_has_drifted_and_one_odd_row_has_not() -> None:
    reference = {"x": numeric("x", np.full(2_000, 1.5))}
    assert drift.compare(reference, {"x": numeric("x", np.full(50, 1.6))}).verdict is Verdict.DRIFT
    odd = np.full(2_000, 1.5)
    odd[0] = 7
    assert drift.compare(reference, {"x": numeric("x", odd)}).verdict is Verdict.OK


def test_rare_and_new_categories_are_pooled() -> None:
    reference = category("x", [0] * 90 + [1] * 8 + [2, 3])
    current = category("x", [0, 1, 2, 4, 4])
    counts, expected, batch_counts, places = drift.pooled(reference, current)
    assert counts.tolist() == [90, 8, 2]
    assert expected.tolist() == [90, 8, 4]  # two were seen once: two more may come
    assert batch_counts.tolist() == [1, 1, 3]
    assert places[-2:].tolist() == [2, 2]


def test_a_column_of_ever_new_words_is_no_drift() -> None:
    def words(first: int, n: int) -> Column:
        labels = tuple(f"w{at}" for at in range(first, first + n))
        return Column("x", Kind.CATEGORY, np.empty(0), np.arange(n, dtype=np.int32), labels, (), n)

    assert drift.compare({"x": words(0, 1_000)}, {"x": words(5_000, 200)}).verdict is Verdict.OK


def test_what_cannot_be_compared_is_named() -> None:
    reference = {
        "t": Column("t", Kind.TIME, np.arange(50.0), rows=50),
        "id": Column("id", Kind.ID, np.empty(0), rows=50),
        "none": Column("none", Kind.EMPTY, np.empty(0), rows=50),
        "gone": numeric("gone", np.arange(50.0)),
        "void": numeric("void", np.arange(50.0)),
    }
    current = {name: reference[name] for name in ("t", "id", "none")}
    current["void"] = numeric("void", np.full(50, np.nan))
    report = drift.compare(reference, current)
    assert [it.column for it in report.skipped] == ["t", "id", "none"]
    (void,) = report.columns
    assert (void.verdict, void.n_current) == (Verdict.TOO_LITTLE_DATA, 0)
    assert np.isnan(void.score)


def test_texts_are_compared_by_length_and_new_words() -> None:
    draw = np.random.default_rng(5)

    def texts(n: int, words: list[str], length: int) -> Column:
        made = tuple(" ".join(draw.choice(words, length + at % 3)) for at in range(n))
        return Column("x", Kind.TEXT, np.empty(0), texts=made, rows=n)

    known = [f"word{at}" for at in range(50)]
    reference = {"x": texts(500, known, 6)}
    calm = drift.compare(reference, {"x": texts(100, known, 6)})
    assert {it.method for it in calm.columns} == {"length_wasserstein", "out_of_vocabulary"}
    assert calm.verdict is Verdict.OK
    new = drift.compare(reference, {"x": texts(100, [*known, "new1", "new2", "new3"] * 4, 6)})
    other = drift.compare(reference, {"x": texts(100, ["quite", "another", "tongue"], 6)})
    assert new.verdict is Verdict.OK
    assert other.columns[0].method == "out_of_vocabulary"
    assert other.columns[0].score == 1.0
    long = drift.compare(reference, {"x": texts(100, known, 12)})
    assert [it.method for it in long.columns if it.verdict is Verdict.DRIFT] == [
        "length_wasserstein"
    ]


def test_time_is_found_where_there_is_one() -> None:
    time = Column("t", Kind.TIME, np.arange(50.0), rows=50)
    assert drift.find_time({"t": time, "x": numeric("x", [1.0])}) == "t"
    assert drift.find_time({"t": time, "u": time}) is None
    assert drift.find_time({}) is None
