"""Decisions of other tools, by their published rules: see also tests/benchmarks/drift_peers.py."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial import distance

from mlops_tui.evaluate.columns import Kind
from mlops_tui.monitor.presets import compare_as, psi_column
from mlops_tui.monitor.presets_evidently import evidently_column, evidently_kind
from mlops_tui.monitor.presets_nannyml import nannyml_column, nannyml_kind
from mlops_tui.monitor.verdicts import Verdict

DRAW = np.random.default_rng(0)
MANY = pd.Series(DRAW.normal(size=1_500))
FEW = pd.Series(DRAW.normal(size=800))
NOW = pd.Series(DRAW.normal(0.12, size=300))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1.0, 2.0], Kind.NUMERIC),
        (list(range(10)), Kind.CATEGORY),
        (list(range(11)), Kind.NUMERIC),
        (["a", "b", "a", "b"], Kind.CATEGORY),
        (["a", "b", "c", "a"], Kind.TEXT),
        ([True, False], Kind.CATEGORY),
        (pd.to_datetime(["2026-01-01"]), Kind.TIME),
        ([[1], [2]], Kind.EMPTY),
    ],
)
def test_kinds_as_evidently_infers_them(values: list[object], kind: Kind) -> None:
    assert evidently_kind(pd.Series(values)) is kind


def test_evidently_measures_a_distance_where_the_reference_is_large() -> None:
    found = evidently_column(MANY, NOW, Kind.NUMERIC)
    expected = stats.wasserstein_distance(MANY, NOW) / np.std(MANY)
    assert (found.method, found.threshold) == ("wasserstein", 0.1)
    assert found.score == pytest.approx(expected)
    assert found.is_drift == (expected >= 0.1)


def test_evidently_tests_where_the_reference_is_small() -> None:
    found = evidently_column(FEW, NOW, Kind.NUMERIC)
    assert found.method == "ks_p_value"
    assert found.score == pytest.approx(stats.ks_2samp(FEW, NOW).pvalue)
    assert found.is_drift == (found.score <= 0.05)


def test_evidently_takes_the_reference_as_known_in_its_chi_square() -> None:
    before, now = pd.Series(list("aabbcc") * 50), pd.Series(list("aaabc") * 10)
    found = evidently_column(before, now, Kind.CATEGORY)
    expected = stats.chisquare([30, 10, 10], [50 / 3] * 3).pvalue
    assert found.method == "chi_square_p_value"
    assert found.score == pytest.approx(expected)
    new = evidently_column(before, pd.Series(list("aaabbbcccd")), Kind.CATEGORY)
    assert (new.score, new.is_drift) == (0.0, True)


def test_evidently_compares_two_shares_by_z() -> None:
    before, now = pd.Series([0, 1] * 100), pd.Series([0, 1, 1, 1] * 10)
    z = (0.5 - 0.75) / math.sqrt((130 / 240) * (110 / 240) * (1 / 200 + 1 / 40))
    found = evidently_column(before, now, Kind.CATEGORY)
    assert (found.method, found.is_drift) == ("z_p_value", True)
    assert found.score == pytest.approx(2 * stats.norm.sf(abs(z)))
    same = evidently_column(pd.Series([1] * 9), pd.Series([1] * 9), Kind.CATEGORY)
    assert (same.score, same.is_drift) == (1.0, False)


def test_evidently_takes_jensen_shannon_in_base_e() -> None:
    before = pd.Series(list("aab") * 500)
    now = pd.Series(list("abb") * 10)
    found = evidently_column(before, now, Kind.CATEGORY)
    expected = distance.jensenshannon([2 / 3, 1 / 3], [1 / 3, 2 / 3])
    assert found.method == "jensen_shannon_e"
    assert found.score == pytest.approx(expected)


def test_evidently_leaves_out_what_is_no_number() -> None:
    broken = pd.concat([NOW, pd.Series([np.nan, np.inf, -np.inf])])
    assert evidently_column(MANY, broken, Kind.NUMERIC) == evidently_column(MANY, NOW, Kind.NUMERIC)
    assert not evidently_column(MANY, pd.Series([np.nan]), Kind.NUMERIC).is_drift


def test_evidently_tells_texts_apart_by_their_words() -> None:
    draw = np.random.default_rng(1)

    def texts(words: str, n: int) -> pd.Series[str]:
        return pd.Series([" ".join(draw.choice(words.split(), 5)) for _ in range(n)])

    ways = "north south east west left right ahead behind inside outside near far"
    reference = texts(ways, 1_200)
    same = evidently_column(reference, texts(ways, 300), Kind.TEXT)
    other = evidently_column(
        reference, texts("red green blue grey pink white black brown", 300), Kind.TEXT
    )
    assert (same.is_drift, other.is_drift) == (False, True)
    assert other.score > 0.95


def test_a_data_set_drifts_for_evidently_where_half_of_its_columns_do() -> None:
    reference = pd.DataFrame(dict.fromkeys("abcd", MANY))
    for drifted, verdict in (("a", Verdict.OK), ("ab", Verdict.DRIFT)):
        current = reference.iloc[:1_400].assign(**dict.fromkeys(drifted, MANY + 1))
        report = compare_as("evidently", reference, current)
        assert report.verdict is verdict
        assert report.columns[0].column == "a"


def test_nannyml_alerts_above_three_sd_of_the_reference_chunks() -> None:
    edges = np.histogram_bin_edges(MANY, bins="doane")
    base = np.histogram(MANY, edges)[0] / 1_500

    def score(part: pd.Series[float]) -> float:
        shares = np.histogram(part, edges)[0] / len(part)
        rest = max(0.0, 1 - shares.sum())
        return float(distance.jensenshannon([*base, 0], [*shares, rest], base=2))

    chunks = [score(MANY.iloc[at : at + 150]) for at in range(0, 1_500, 150)]
    found = nannyml_column(MANY, NOW, Kind.NUMERIC)
    assert found.threshold == pytest.approx(np.mean(chunks) + 3 * np.std(chunks))
    assert found.score == pytest.approx(score(NOW))
    assert nannyml_column(MANY, NOW + 2, Kind.NUMERIC).is_drift


def test_nannyml_pools_categories_that_the_reference_lacks() -> None:
    before, now = pd.Series(list("ab") * 50), pd.Series(list("abxy"))
    found = nannyml_column(before, now, Kind.CATEGORY)
    expected = distance.jensenshannon([0.5, 0.5, 0], [0.25, 0.25, 0.5], base=2)
    assert found.score == pytest.approx(expected)
    assert found.is_drift
    assert [nannyml_kind(series) for series in (before, MANY, pd.Series([True]))] == [
        *(Kind.CATEGORY, Kind.NUMERIC, Kind.CATEGORY),
    ]


def test_psi_by_hand() -> None:
    reference = pd.Series(np.arange(100.0))
    current = pd.Series(np.repeat(np.arange(5.0, 100, 10), [20, 0, *[10] * 8]))
    found = psi_column(reference, current, Kind.NUMERIC)
    assert found.score == pytest.approx(0.1 * math.log(2) - 0.0999 * math.log(0.001))
    assert (found.threshold, found.is_drift) == (0.25, True)
    assert not psi_column(reference, reference, Kind.NUMERIC).is_drift
    assert not psi_column(reference, pd.Series([np.nan]), Kind.NUMERIC).is_drift


@pytest.mark.parametrize("preset", ["evidently", "nannyml", "psi"])
def test_presets_take_any_frame(preset: str) -> None:
    frame = pd.DataFrame(
        {"x": MANY, "c": ["a", "b", None] * 500, "e": np.nan, "t": pd.Timestamp("2026-01-01")}
    )
    report = compare_as(preset, frame, frame.drop(columns="c").iloc[:300])
    assert "c" not in {column.column for column in report.columns}
    assert "t" in {skipped.column for skipped in report.skipped}
    assert report.n_current == 300
