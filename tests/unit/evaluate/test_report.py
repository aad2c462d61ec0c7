"""What an evaluation tells, beside scikit-learn's figures and what is known by construction."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as theirs

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.predictions import read_predictions, units_of
from mlops_tui.evaluate.report import Setting, evaluate
from mlops_tui.evaluate.reported import EvaluationReport
from tests.unit.monitor.models import numbers, three_classes, two_classes

TWO = {"y": "y_true", "said": "y_pred", "score": "y_score"}
THREE = {"y": "y_true", "said": "y_pred", **{f"p{it}": f"y_score_{it}" for it in "abc"}}


def two(seed: int, n: int, **change: float) -> pd.DataFrame:
    return two_classes(seed, n, **change).rename(columns=TWO)


def report_of(frame: pd.DataFrame, **setting: object) -> EvaluationReport:
    return evaluate(read_predictions(frame).outcomes, Setting(**setting))  # type: ignore[arg-type]


def values(report: EvaluationReport) -> dict[str, float]:
    return {name: it.value for name, it in report.metrics.items()}


def test_metrics_of_two_classes_are_those_of_scikit_learn() -> None:
    frame = two(1, 700)
    truth, said, score = frame["y_true"], frame["y_pred"], frame["y_score"]
    wrong = 100 * ((truth == 1) & (said == 0)) + 5 * ((truth == 0) & (said == 1))
    report = report_of(frame, cost=Cost("EUR", 100.0, 5.0))
    assert values(report) == pytest.approx(
        {
            "roc_auc": theirs.roc_auc_score(truth, score),
            "average_precision": theirs.average_precision_score(truth, score),
            "accuracy": theirs.accuracy_score(truth, said),
            "balanced_accuracy": theirs.balanced_accuracy_score(truth, said),
            "f1": theirs.f1_score(truth, said),
            "precision": theirs.precision_score(truth, said),
            "recall": theirs.recall_score(truth, said),
            "specificity": theirs.recall_score(truth, said, pos_label=0),
            "mcc": theirs.matthews_corrcoef(truth, said),
            "log_loss": theirs.log_loss(truth, score),
            "brier": theirs.brier_score_loss(truth, score),
            "cost": wrong.mean(),
        }
    )
    positives = int(truth.sum())
    assert (report.metrics["recall"].n, report.metrics["accuracy"].n) == (positives, 700)
    assert all(it.low < it.value < it.high for it in report.metrics.values())


def test_metrics_of_several_classes_are_those_of_scikit_learn() -> None:
    frame = three_classes(2, 600).rename(columns=THREE)
    frame.loc[frame["y_pred"] == "c", "y_pred"] = "b"  # a class that is never predicted
    truth, said = frame["y_true"], frame["y_pred"]
    scores = frame[["y_score_a", "y_score_b", "y_score_c"]].to_numpy()
    is_of = np.array([truth == it for it in "abc"]).T
    macro = {"average": "macro", "zero_division": 0}
    report = report_of(frame)
    assert values(report) == pytest.approx(
        {
            "roc_auc": theirs.roc_auc_score(truth, scores, multi_class="ovr"),
            "average_precision": theirs.average_precision_score(is_of, scores),
            "accuracy": theirs.accuracy_score(truth, said),
            "balanced_accuracy": theirs.balanced_accuracy_score(truth, said),
            "f1": theirs.f1_score(truth, said, **macro),
            "precision": theirs.precision_score(truth, said, **macro),
            "recall": theirs.recall_score(truth, said, **macro),
            "mcc": theirs.matthews_corrcoef(truth, said),
            "log_loss": theirs.log_loss(truth, scores),
            "brier": ((scores - is_of) ** 2).sum(axis=1).mean(),
        }
    )
    assert report.confusion is not None
    assert report.confusion.counts == tuple(map(tuple, theirs.confusion_matrix(truth, said)))
    by_name = {it.name: it.metrics for it in report.per_class}
    recalls = theirs.recall_score(truth, said, average=None, labels=list("abc"))
    assert [by_name[it]["recall"].value for it in "abc"] == pytest.approx(list(recalls))
    assert math.isnan(by_name["c"]["precision"].value)


def test_metrics_of_numbers_are_those_of_scikit_learn() -> None:
    frame = numbers(3, 500).rename(columns={"y": "y_true", "pred": "y_pred"})
    truth, said = frame["y_true"], frame["y_pred"]
    report = report_of(frame, cost=Cost("EUR", per_unit=2.0))
    assert values(report) == pytest.approx(
        {
            "mae": theirs.mean_absolute_error(truth, said),
            "rmse": theirs.root_mean_squared_error(truth, said),
            "mse": theirs.mean_squared_error(truth, said),
            "mape": theirs.mean_absolute_percentage_error(truth, said),
            "median_ae": theirs.median_absolute_error(truth, said),
            "bias": (said - truth).mean(),
            "r2": theirs.r2_score(truth, said),
            "cost": 2 * theirs.mean_absolute_error(truth, said),
        }
        | {name: it.value for name, it in report.metrics.items() if name in ("msle", "rmsle")}
    )
    assert all(it.low < it.value < it.high for it in report.metrics.values())
    assert report.residuals is not None
    assert sum(it.n for it in report.residuals.by_prediction) == 500
    assert dict(report.residuals.quantiles)[0.5] == pytest.approx((said - truth).median())


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])),
        min_size=1,
        max_size=40,
    )
)
def test_few_rows_and_ties_break_nothing(rows: list[tuple[bool, bool, float]]) -> None:
    frame = pd.DataFrame(rows, columns=["y_true", "y_pred", "y_score"])
    report = report_of(frame, cost=Cost("", 3.0, 1.0), replicates=50)
    for name, it in report.metrics.items():
        assert math.isnan(it.low) or it.low - 1e-9 <= it.value <= it.high + 1e-9, name
    assert any("too few rows" in note for note in report.notes)
    truth, score = frame["y_true"].astype(int), frame["y_score"]
    if truth.any():
        area = theirs.average_precision_score(truth, score)
        assert report.metrics["average_precision"].value == pytest.approx(area)
    json.dumps(report.as_json(), allow_nan=False)


def test_rows_of_one_group_count_as_little_as_they_are_worth() -> None:
    frame = two(4, 300)
    tenfold = pd.concat([frame.assign(patient=frame.index)] * 10, ignore_index=True)
    alone, seeming = report_of(frame), report_of(tenfold)
    grouped = report_of(tenfold, units=units_of(tenfold, "patient"))
    for name, it in alone.metrics.items():
        width = it.high - it.low
        assert grouped.metrics[name].value == pytest.approx(it.value)
        assert grouped.metrics[name].high - grouped.metrics[name].low == pytest.approx(
            width, rel=0.15
        )
        assert seeming.metrics[name].high - seeming.metrics[name].low < 0.5 * width
    assert (grouped.units, grouped.n_units) == ("by patient", 300)
    assert grouped.metrics["accuracy"].method == "Wilson, by patient"


def test_segments_have_the_metrics_of_their_rows_alone() -> None:
    frame = two(5, 900).assign(site=lambda it: np.where(it.index % 3 == 0, "north", "south"))
    columns = read_columns(frame[["site", "x"]])
    report = report_of(frame, segments=columns)
    found = {(it.column, it.value): it for it in report.segments}
    south = frame[frame["site"] == "south"]
    assert found["site", "south"].n == len(south) == 600
    alone = report_of(south).metrics
    for name, it in found["site", "south"].metrics.items():
        assert it.value == pytest.approx(alone[name].value)
        assert it.high - it.low == pytest.approx(alone[name].high - alone[name].low, rel=0.2)
    assert sum(it.n for it in report.segments if it.column == "x") == 900


def test_rows_without_truth_or_prediction_are_left_out_and_counted() -> None:
    frame = two(6, 200).astype({"y_true": float, "y_pred": float})
    frame.loc[:9, "y_true"] = np.nan
    frame.loc[10:14, "y_pred"] = np.nan
    report = report_of(frame)
    assert (report.n, report.rows) == (185, 200)
    assert "15 of 200 rows are left out" in report.notes[0]


def test_scores_that_are_no_probabilities_are_said_to_be_none() -> None:
    frame = two(7, 200).assign(y_score=lambda it: 10 * it["y_score"])
    report = report_of(frame)
    assert "log_loss" not in report.metrics
    assert report.calibration is None
    assert "roc_auc" in report.metrics
    assert any("no probabilities" in note for note in report.notes)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame({"y_pred": [1, 0]}), "no column y_true"),
        (pd.DataFrame({"y_true": [1, 0]}), "no column y_pred"),
        (pd.DataFrame({"y_true": [], "y_pred": []}), "no rows"),
        (pd.DataFrame({"y_true": [None, None], "y_pred": [1, 0]}), "empty in every row"),
        (
            pd.DataFrame({"y_true": list("abc"), "y_pred": list("abc"), "y_score_a": [0, 1, 1]}),
            "no score for 'b'",
        ),
    ],
)
def test_tables_that_are_no_predictions_are_refused(frame: pd.DataFrame, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_predictions(frame)


def test_one_score_for_several_classes_is_refused_in_words_of_the_table() -> None:
    frame = pd.DataFrame({"y_true": [0, 1, 2] * 20, "y_pred": 0, "y_score": 0.5})
    with pytest.raises(InputError, match="y_score is of two classes, and y_true has 3"):
        read_predictions(frame)
