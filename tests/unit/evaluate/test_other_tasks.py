"""Rankings, forecasts over windows of time, and metrics that people wrote themselves."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as theirs

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.engine.tasks.evaluations import compared
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.custom import custom_estimate, find_metric
from mlops_tui.evaluate.estimating import Units
from mlops_tui.evaluate.outcomes import Outcomes
from mlops_tui.evaluate.ranking import by_query, evaluate_ranking
from mlops_tui.evaluate.report import Setting, evaluate
from mlops_tui.evaluate.windows import Times, blocks_of, scaled_error, spans_of

START = 1_767_225_600.0  # the first of January 2026, a Thursday
HOUR, DAY = 3_600.0, 86_400.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0.1, 0.5, 0.5, 0.9])),
        min_size=1,
        max_size=40,
    )
)
def test_each_query_is_ranked_as_by_scikit_learn(rows: list[tuple[int, int, float]]) -> None:
    query, relevance, score = (np.array(it) for it in zip(*rows, strict=True))
    found, which = by_query(relevance.astype(float), score, query, first=2)
    for at, name in enumerate(which):
        own = query == name
        truth, said = relevance[own], score[own]
        ap = theirs.average_precision_score(truth > 0, said)
        assert found["map"][at] == pytest.approx(ap)
        if own.sum() > 1:
            assert found["ndcg"][at] == pytest.approx(theirs.ndcg_score([truth], [said]))
            assert found["ndcg@2"][at] == pytest.approx(theirs.ndcg_score([truth], [said], k=2))
        best = said[truth > 0].max()
        assert found["mrr"][at] == pytest.approx(1 / (said >= best).sum())
    assert set(which) == set(query[relevance > 0])


def test_a_ranking_counts_queries_and_leaves_out_those_that_say_nothing() -> None:
    draw = np.random.default_rng(1)
    queries = np.repeat(np.arange(200), 10)
    relevance = draw.integers(0, 3, 2_000).astype(float)
    relevance[queries < 20] = 0
    scores = relevance + draw.normal(0, 1, 2_000)
    frame = pd.DataFrame(
        {"market": np.where(queries % 2, "de", "fr"), "x": draw.normal(size=2_000)}
    )
    report = evaluate_ranking(
        relevance, scores, queries, Setting(segments=read_columns(frame)), first=5
    )
    assert list(report.metrics) == ["ndcg@5", "ndcg", "map", "mrr"]
    assert (report.n, report.n_units, report.metrics["map"].n) == (2_000, 180, 180)
    assert {(it.value, it.n) for it in report.segments} == {("de", 90), ("fr", 90)}
    assert "x differs within queries" in report.notes[0]
    assert "20 of 200 queries" in report.notes[1]
    assert all(it.low < it.value < it.high for it in report.metrics.values())


def moments(n: int, step: float) -> NDArray[np.float64]:
    return np.asarray(START + step * np.arange(n), dtype=np.float64)


def forecast(n: int, step: float, alike: float = 0.0) -> tuple[Outcomes, Times]:
    draw = np.random.default_rng(2)
    truth = 10 + np.arange(n) % 24 + draw.normal(0, 1, n)
    errors = draw.normal(0, 1, n)
    for at in range(1, n):
        errors[at] += alike * errors[at - 1]
    rows = Outcomes(ProblemKind.REGRESSION, (), truth + errors, truth, np.empty((n, 0)))
    return rows, Times(moments(n, step), None, 24)


def test_a_forecast_is_told_by_window_and_beside_the_naive_one() -> None:
    rows, times = forecast(24 * 28, HOUR)
    report = evaluate(rows, Setting(times=times))
    assert report.task == "forecasting"
    assert [it.name for it in report.windows] == [
        f"week of {day}" for day in ("2025-12-29", "2026-01-05", "2026-01-12", "2026-01-19")
    ] + ["week of 2026-01-26"]
    assert [it.n for it in report.windows] == [96, 168, 168, 168, 72]
    naive = np.abs(rows.truth[24:] - rows.truth[:-24]).mean()
    mase = report.metrics["mase"]
    assert mase.value == pytest.approx(report.metrics["mae"].value / naive)
    assert mase.n == 24 * 27
    assert mase.low < mase.value < mase.high
    assert "moments in a row" in str(report.units)


def test_naive_forecasts_stay_within_their_series() -> None:
    truth = np.array([1.0, 10.0, 2.0, 20.0, 4.0, 40.0])
    times = Times(np.repeat(START + DAY * np.arange(3), 2), np.array([0, 1] * 3), 1)
    found = scaled_error(times, truth, truth + 3)
    assert found is not None
    assert found.value == pytest.approx(3 / np.mean([1, 2, 10, 20]))
    assert scaled_error(Times(times.seconds[:1]), truth[:1], truth[:1]) is None


@pytest.mark.parametrize(
    ("step", "n", "names"),
    [
        (300.0, 24, ["2026-01-01T00", "2026-01-01T01"]),
        (HOUR, 72, ["2026-01-01", "2026-01-02", "2026-01-03"]),
        (DAY, 70, ["2026-01", "2026-02", "2026-03"]),
        (7 * DAY, 60, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"]),
        (30 * DAY, 30, ["2026", "2027", "2028"]),
        (DAY, 3, ["2026"]),
    ],
)
def test_windows_are_those_of_the_calendar(step: float, n: int, names: list[str]) -> None:
    spans = spans_of(Times(moments(n, step)))
    assert [it.name for it in spans][: len(names)] == names
    assert sum(len(it.rows) for it in spans) == n


def test_blocks_are_as_long_as_errors_are_alike() -> None:
    plain, times = forecast(2_000, HOUR)
    alike, _ = forecast(2_000, HOUR, alike=0.9)
    lengths = []
    for rows in (plain, alike):
        units = blocks_of(times, rows.predicted - rows.truth)
        assert units is not None
        lengths.append(math.ceil(2_000 / units.count))
    assert lengths[0] < 20 < lengths[1] <= 100
    assert blocks_of(times.take(np.arange(30)), np.ones(30)) is None


def test_a_metric_of_ones_own_has_an_interval(tmp_path: Path) -> None:
    (tmp_path / "own_scores.py").write_text(
        "def profit(y_true, y_pred, y_score=None):\n"
        "    return float((y_true * y_pred).mean())\n"
        "def broken(y_true, y_pred):\n"
        "    return 1 / 0\n"
    )
    truth = np.random.default_rng(3).integers(0, 2, 400)
    columns = [truth, np.ones(400)]
    profit = find_metric("own_scores:profit", tmp_path)
    alone = custom_estimate("profit", profit, columns)
    assert alone.value == pytest.approx(truth.mean())
    assert alone.high - alone.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.15)
    pairs = Units(np.repeat(np.arange(200), 2), 200, "by pair")
    twice = [np.repeat(it[:200], 2) for it in columns]
    grouped = custom_estimate("profit", profit, twice, pairs)
    assert grouped.high - grouped.low > 1.25 * (alone.high - alone.low)
    with pytest.raises(InputError, match="ZeroDivisionError"):
        custom_estimate("broken", find_metric("own_scores:broken", tmp_path), columns)
    for name in ("own_scores:gone", "gone_module:f", "own_scores", "own scores:f"):
        with pytest.raises(InputError):
            find_metric(name, tmp_path)


def test_two_models_are_compared_by_a_metric_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own_shares.py").write_text(
        "def right(y_true, y_pred, y_score=None):\n    return float((y_true == y_pred).mean())\n"
    )
    draw = np.random.default_rng(5)
    truth = draw.choice(["no", "yes"], 600)
    sides = []
    for share in (0.7, 0.8):
        said = np.where(draw.random(600) < share, truth, np.where(truth == "no", "yes", "no"))
        sides.append(pd.DataFrame({"id": np.arange(600), "y_true": truth, "y_pred": said}))
    own = {"function": "own_shares:right", "folder": str(tmp_path), "direction": "maximize"}
    found = compared(sides[0], sides[1].sample(frac=1, random_state=1), "right", {"own": own})
    usual = compared(sides[0], sides[1], "accuracy", {})
    assert found["verdict"] == usual["verdict"] == "better"
    for name in ("a", "b", "difference"):
        assert found[name] == pytest.approx(usual[name])
    for name in ("low", "high"):
        assert found[name] == pytest.approx(usual[name], abs=0.01)
    assert (found["n"], found["rows_needed"]) == (600, 0)
    worse = compared(sides[0], sides[1], "right", {"own": {**own, "direction": "minimize"}})
    assert worse["verdict"] == "worse"
