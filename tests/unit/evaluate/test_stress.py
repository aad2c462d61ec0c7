"""Models whose inputs go wrong, and which learned from wrong labels."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.stress import label_noise, stress, wrong_labels


def rows(n: int = 400) -> tuple[pd.DataFrame, pd.Series[Any]]:
    draw = np.random.default_rng(1)
    frame = pd.DataFrame({"x": draw.normal(5, 2, n), "idle": draw.integers(0, 9, n)})
    frame["site"] = draw.choice(["a", "b"], n)
    chance = 1 / (1 + np.exp(-2 * (frame["x"] - 5 + (frame["site"] == "a"))))
    return frame, pd.Series((draw.random(n) < chance).astype(int), name="y")


def predict(frame: pd.DataFrame) -> pd.DataFrame:
    """Read x and site, fail where a site is not known, and not care for idle."""
    if not set(frame["site"].dropna()) <= {"a", "b"}:
        raise ValueError("unknown site\nwith more lines")
    score = 1 / (1 + np.exp(-2 * (frame["x"].fillna(5) - 5 + (frame["site"] == "a"))))
    return pd.DataFrame({"y_pred": (score >= 0.5).astype(int), "y_score": score})


def test_the_worst_case_comes_first_and_what_the_model_ignores_costs_nothing() -> None:
    told: list[float] = []
    report = stress(predict, *rows(), on_progress=told.append)
    assert report.metrics == ("accuracy", "recall", "roc_auc")
    assert (report.n, report.columns, told[-1]) == (400, 3, 1.0)
    assert [(it.case.kind, it.case.column, it.error) for it in report.outcomes if it.error] == [
        ("unseen", "site", "the model failed: ValueError: unknown site")
    ]
    falls = [it.falls[0].fall for it in report.outcomes if not it.error]
    assert falls == sorted(falls, reverse=True)
    worst = report.outcomes[1]
    assert worst.case.column == "x"
    assert worst.falls[0].is_sure
    assert 0 < worst.falls[0].low < worst.falls[0].fall < worst.falls[0].high
    for it in report.outcomes:
        if it.case.column == "idle":
            assert [(fall.fall, fall.is_sure) for fall in it.falls] == [(0, False)] * 3
    kinds = {it.case.kind for it in report.outcomes}
    assert kinds == {
        *("missing", "shifted", "scaled", "out of range", "unseen", "shuffled", "noise"),
    }
    json.dumps(report.as_json(), allow_nan=False)


def test_money_decides_where_costs_are_known_and_losses_fall_by_rising() -> None:
    frame, truth = rows()
    report = stress(predict, frame, truth, cost=Cost("EUR", 9.0, 1.0))
    assert report.metrics[0] == "cost"
    worst = next(it for it in report.outcomes if not it.error)
    first = worst.falls[0]
    assert first.after - first.before == pytest.approx(first.fall)
    assert first.fall > 0


def test_numbers_fall_by_their_errors() -> None:
    frame, _ = rows()
    report = stress(
        lambda it: pd.DataFrame({"y_pred": 2 * it["x"]}), frame, 2 * frame["x"] + frame["idle"]
    )
    assert report.metrics == ("mae", "r2")
    worst = report.outcomes[0]
    assert (worst.case.column, worst.error is None or "missing" in worst.case.words) == ("x", True)


def test_the_rows_are_left_as_they_were() -> None:
    frame, truth = rows(60)
    before = frame.copy()
    stress(predict, frame, truth)
    pd.testing.assert_frame_equal(frame, before)


def test_a_model_that_fails_on_good_rows_is_no_case() -> None:
    frame, truth = rows(60)
    with pytest.raises(InputError, match="the model failed: KeyError"):
        stress(predict, frame.drop(columns="site"), truth)
    with pytest.raises(InputError, match="1 predictions of 60 rows"):
        stress(lambda it: predict(it).head(1), frame, truth)


def test_wrong_labels_make_a_model_worse() -> None:
    def fit(frame: pd.DataFrame, truth: pd.Series[Any]) -> Any:
        nearest = dict(zip(frame["x"].round(1), truth, strict=True))
        return lambda it: pd.DataFrame({"y_pred": it["x"].round(1).map(nearest).fillna(0)})

    frame, truth = rows()
    report = label_noise(fit, (frame, truth), (frame, truth))
    assert [it.case.kind for it in report.outcomes] == ["labels"] * 3
    assert "20%" in report.outcomes[0].case.words
    assert report.outcomes[0].falls[0].fall > report.outcomes[-1].falls[0].fall > 0


@pytest.mark.parametrize("labels", [list("abc") * 40, [0, 1] * 60, [0.5, 1.5, 2.5] * 40])
def test_as_many_labels_are_wrong_as_is_said(labels: list[Any]) -> None:
    truth = pd.Series(labels)
    wrong = wrong_labels(truth, 0.1, np.random.default_rng(2))
    count = int((wrong != truth).sum())
    assert count == 12 or (truth.dtype == float and 0 < count <= 12)
    assert set(wrong) <= set(truth)
