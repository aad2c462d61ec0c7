"""Realised and estimated performance: NannyML's figures, bounds, verdicts, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.outputs import ProblemKind
from mlops_tui.evaluate import figures
from mlops_tui.evaluate.columns import read_columns
from mlops_tui.evaluate.outcomes import Roles, read_outcomes, strange_labels
from mlops_tui.monitor import chance, expected, performance
from mlops_tui.monitor.performance import Setting
from mlops_tui.monitor.performed import Fitness, MetricResult, PerformanceReport
from tests.unit.monitor.models import numbers, three_classes, two_classes

TWO = Roles("y", "said", {"": "score"})
THREE = Roles("y", "said", {"a": "pa", "b": "pb", "c": "pc"})

# NannyML 0.13.1 on these very rows: CBPE(chunker=SizeBasedChunker(1000)) fitted to the reference,
# its `value` for the batch, and PerformanceCalculator's. The second sharpness is overconfident.
NANNYML_TWO = {
    "realised": {
        "roc_auc": 0.790446337803166,
        "f1": 0.743427017225748,
        "precision": 0.7360861759425493,
        "recall": 0.7509157509157509,
        "specificity": 0.6762114537444934,
        "accuracy": 0.717,
    },
    "estimated": {
        "roc_auc": 0.8127642854917497,
        "f1": 0.7640127700099708,
        "precision": 0.7461931010305122,
        "recall": 0.7827043560269392,
        "specificity": 0.6985593625304319,
        "accuracy": 0.7432418101551042,
    },
}
NANNYML_CELLS = {
    ("1", "1"): 415.62955727399526,
    ("0", "0"): 327.61225288110893,
    ("0", "1"): 141.37044272600474,
    ("1", "0"): 115.38774711889104,
}
NANNYML_THREE = {
    "realised": {
        "roc_auc": 0.8431603946912657,
        "f1": 0.6349256238330812,
        "precision": 0.65962104276909,
        "recall": 0.6293852402688196,
        "specificity": 0.8309536205464276,
        "accuracy": 0.691,
    },
    "estimated": {
        "roc_auc": 0.8186740140999177,
        "f1": 0.6037256577881865,
        "precision": 0.6219465120533588,
        "recall": 0.6011341262038082,
        "specificity": 0.8174922709479441,
        "accuracy": 0.6666975277271229,
    },
}
NANNYML_NUMBERS = {
    "realised": {
        "mae": 1.3303189487419553,
        "mape": 0.11624784408029208,
        "mse": 3.4457369153677284,
        "rmse": 1.8562696235643485,
    },
    # other trees than ours
    "estimated": {
        "mae": 1.3160257201011474,
        "mape": 0.11262618919007142,
        "mse": 3.423880052745023,
        "rmse": 1.8503729496361059,
    },
}
# `sampling_error` of the same results: the reference's, at 1,000 rows
NANNYML_ERRORS = {
    "precision": 0.024099069819904805,
    "recall": 0.024144293933583517,
    "specificity": 0.015512331737975891,
    "accuracy": 0.013704000875656713,
}


def report_of(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    roles: Roles = TWO,
    margins: Mapping[str, float] | None = None,
) -> PerformanceReport:
    return performance.examine(
        *read_outcomes(reference, current, roles), Setting(margins=margins or {})
    )


def by_name(report: PerformanceReport, basis: str) -> dict[str, MetricResult]:
    return {it.metric: it for it in report.metrics if it.basis == basis}


def values(report: PerformanceReport, basis: str) -> dict[str, float]:
    return {name: it.value for name, it in by_name(report, basis).items()}


def plain_estimates(
    reference: pd.DataFrame, current: pd.DataFrame, roles: Roles
) -> dict[str, float]:
    """Return estimates before what they are off in the reference is taken away."""
    found, why = expected.expect(*read_outcomes(reference, current, roles), None)
    assert found is not None, why
    return {name: it.value for name, it in found.current.items()}


REFERENCE = two_classes(1, 5_000)


@pytest.mark.parametrize("sharpness", [1.0, 2.5])
def test_two_classes_are_measured_and_estimated_as_by_nannyml(sharpness: float) -> None:
    sides = two_classes(1, 5_000, 0, sharpness), two_classes(2, 1_000, 0.8, sharpness)
    report = report_of(*sides)
    assert values(report, "realised") == pytest.approx(NANNYML_TWO["realised"], abs=1e-9)
    assert plain_estimates(*sides, TWO) == pytest.approx(NANNYML_TWO["estimated"], abs=1e-6)
    # less than a row, by which theirs are off in the reference, is taken away
    cells = {(it.truth, it.predicted): it.count for it in report.confusion["estimated"]}
    assert cells == pytest.approx(NANNYML_CELLS, abs=0.9)
    assert values(report, "estimated") == pytest.approx(NANNYML_TWO["estimated"], abs=3e-3)
    assert report.is_calibrated
    assert (report.n_current, report.n_labelled, report.n_reference) == (1_000, 1_000, 5_000)


def test_three_classes_are_measured_and_estimated_as_by_nannyml() -> None:
    sides = three_classes(1, 5_000), three_classes(2, 1_000, 0.8)
    report = report_of(*sides, THREE)
    assert values(report, "realised") == pytest.approx(NANNYML_THREE["realised"], abs=1e-9)
    assert plain_estimates(*sides, THREE) == pytest.approx(NANNYML_THREE["estimated"], abs=1e-6)
    # classes calibrated one by one are too sure of themselves: by 0.0086 in the reference itself
    accuracy = by_name(report, "estimated")["accuracy"]
    assert accuracy.value == pytest.approx(
        NANNYML_THREE["estimated"]["accuracy"] - 0.0086, abs=1e-3
    )
    assert report.problem is ProblemKind.MULTICLASS


def test_numbers_are_measured_as_by_nannyml_and_estimated_within_their_bounds() -> None:
    before, after = numbers(1, 5_000), numbers(2, 1_000, 1.0)
    roles = Roles("y", "pred")
    known = read_columns(before[["x", "z"]])
    kinds = {name: column.kind for name, column in known.items()}
    features = expected.encoded(known, read_columns(after[["x", "z"]], kinds))
    setting = Setting(features=features)
    report = performance.examine(*read_outcomes(before, after, roles), setting)
    realised = values(report, "realised")
    assert {name: realised[name] for name in NANNYML_NUMBERS["realised"]} == pytest.approx(
        NANNYML_NUMBERS["realised"], abs=1e-9
    )
    assert "msle" not in realised  # some numbers are negative
    estimated = by_name(report, "estimated")
    assert values(report, "estimated") == pytest.approx(NANNYML_NUMBERS["estimated"], rel=0.03)
    for name, it in estimated.items():
        assert it.lower <= realised[name] <= it.upper
    assert report.verdict is Fitness.DEGRADED
    assert estimated["mae"].verdict is Fitness.DEGRADED


def test_standard_errors_are_nannymls_sampling_errors() -> None:
    known, _ = read_outcomes(REFERENCE, REFERENCE, TWO)
    found = performance.realised(known)
    errors = {name: figures.standard_error(found[name], 1_000) for name in NANNYML_ERRORS}
    # theirs are for the figures of the reference too, but recall and precision count whole rows
    assert errors["accuracy"] == pytest.approx(NANNYML_ERRORS["accuracy"], rel=1e-9)
    assert errors["specificity"] == pytest.approx(NANNYML_ERRORS["specificity"], rel=1e-9)
    assert errors["recall"] == pytest.approx(NANNYML_ERRORS["recall"], rel=1e-9)
    assert errors["precision"] == pytest.approx(NANNYML_ERRORS["precision"], rel=1e-9)


def test_a_calm_batch_is_ok_with_and_without_labels() -> None:
    calm = two_classes(3, 800)
    assert report_of(REFERENCE, calm).verdict is Fitness.OK
    report = report_of(REFERENCE, calm.drop(columns="y"))
    assert report.verdict is Fitness.OK
    assert (report.n_labelled, {it.basis for it in report.metrics}) == (0, {"estimated"})
    assert len(report.assumptions) == 2


def test_few_rows_say_too_little() -> None:
    report = report_of(REFERENCE, two_classes(3, 12))
    assert report.verdict is Fitness.TOO_LITTLE_DATA
    assert {it.verdict for it in report.metrics} == {Fitness.TOO_LITTLE_DATA}


def test_an_estimate_cannot_see_a_changed_concept_but_labels_show_that_it_cannot() -> None:
    changed = two_classes(4, 1_000, concept=1.5)
    unlabelled = report_of(REFERENCE, changed.drop(columns="y"))
    assert unlabelled.verdict is Fitness.OK
    report = report_of(REFERENCE, changed)
    assert report.verdict is Fitness.DEGRADED
    assert report.trust is not None
    assert not report.trust.is_kept
    assert report.trust.realised < report.trust.estimated - 0.05
    # labels of a tenth of the rows are enough
    some = changed.assign(y=changed["y"].where(np.arange(1_000) % 10 == 0))
    partly = report_of(REFERENCE, some)
    assert (partly.n_labelled, partly.n_current) == (100, 1_000)
    assert partly.trust is not None
    assert not partly.trust.is_kept


def test_an_estimate_may_be_trusted_while_only_rows_move() -> None:
    report = report_of(REFERENCE, two_classes(2, 1_000, 0.8))
    assert report.trust is not None
    assert report.trust.is_kept


def test_a_realised_metric_outweighs_its_estimate() -> None:
    """Rows moved to where the model is unsure, but labels say it does as well as ever."""
    draw = np.random.default_rng(0)
    moved = two_classes(5, 2_000, 0.0).assign(x=0.0, score=draw.uniform(0.35, 0.65, 2_000))
    moved["said"] = (moved["score"] >= 0.5).astype(int)
    is_right = draw.random(2_000) < 0.78
    moved["y"] = np.where(is_right, moved["said"], 1 - moved["said"])
    report = report_of(REFERENCE, moved)
    assert by_name(report, "estimated")["accuracy"].verdict is Fitness.DEGRADED
    assert by_name(report, "realised")["accuracy"].verdict is Fitness.OK
    assert report.trust is not None
    assert not report.trust.is_kept


def test_a_class_that_a_small_batch_lacks_takes_nothing_from_recall() -> None:
    before, after = three_classes(1, 2_000), three_classes(2, 300)
    without_b = after[after["y"] != "b"]
    recall = by_name(report_of(before, without_b, THREE), "realised")["recall"].value
    of_two = [float((rows["said"] == name).mean()) for name, rows in without_b.groupby("y")]
    assert recall == pytest.approx(sum(of_two) / 2)


def test_an_unknown_class_in_a_batch_counts_as_wrong() -> None:
    odd = two_classes(3, 200)
    odd["y"] = np.where(np.arange(200) < 50, 7, odd["y"])
    report = report_of(REFERENCE, odd)
    right = float((odd["y"] == odd["said"]).mean())
    assert values(report, "realised")["accuracy"] == pytest.approx(right)
    (told,) = strange_labels(odd, read_outcomes(REFERENCE, odd, TWO)[1], TWO)
    assert told.startswith("50 of 200 values of y are none of the reference's classes (0, 1)")
    assert "such as '7'" in told


def test_rows_without_prediction_are_left_out_and_counted() -> None:
    holes = two_classes(3, 400)
    holes.loc[:99, "score"] = np.nan
    holes.loc[100:149, "y"] = np.nan
    report = report_of(REFERENCE, holes)
    assert (report.rows_current, report.n_current, report.n_labelled) == (400, 300, 250)


@pytest.mark.parametrize(
    ("truth", "said", "positive"),
    [("int", "float", "1"), ("bool", "int", "1"), ("words", "words", "yes"), ("ab", "ab", "b")],
)
def test_labels_are_matched_however_they_are_written(truth: str, said: str, positive: str) -> None:
    forms = {
        "int": lambda it: it.astype(int),
        "float": lambda it: it.astype(float),
        "bool": lambda it: it.astype(bool),
        "words": lambda it: it.map({0: "no", 1: "yes"}),
        "ab": lambda it: it.map({0: "a", 1: "b"}),
    }
    sides = [
        it.assign(y=forms[truth](it["y"]), said=forms[said](it["said"]))
        for it in (two_classes(1, 500), two_classes(2, 200))
    ]
    report = report_of(sides[0], sides[1])
    plain = report_of(two_classes(1, 500), two_classes(2, 200))
    assert report.classes[1] == positive
    assert values(report, "realised") == pytest.approx(values(plain, "realised"))


def test_probabilities_in_place_of_predictions_are_understood() -> None:
    sides = [two_classes(seed, 600).drop(columns="said") for seed in (1, 2)]
    report = report_of(sides[0], sides[1], Roles("y", "score"))
    plain = report_of(two_classes(1, 600), two_classes(2, 600))
    assert values(report, "estimated") == pytest.approx(values(plain, "estimated"))


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (Roles("y"), "no column says what was predicted"),
        (Roles(None, "said"), "no column of the reference says what was true"),
        (Roles("y", "guess"), "has no column 'guess'"),
        (
            Roles("y", "said", {"c": "score", "d": "score"}, ProblemKind.BINARY),
            "there are 4 classes",
        ),
        (Roles("x", "said", {}, ProblemKind.MULTICLASS), "classes are too many"),
        (Roles("y", "said", {"1": "score", "2": "x"}, ProblemKind.MULTICLASS), "no score for '0'"),
    ],
)
def test_what_does_not_fit_is_said(roles: Roles, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_outcomes(REFERENCE, REFERENCE, roles)


def test_without_scores_only_labels_count() -> None:
    report = report_of(REFERENCE, two_classes(3, 300), Roles("y", "said"))
    assert {it.basis for it in report.metrics} == {"realised"}
    assert "score" in report.why_not_estimated
    empty = report_of(REFERENCE, two_classes(3, 300).drop(columns="y"), Roles("y", "said"))
    assert (empty.verdict, empty.metrics) == (Fitness.TOO_LITTLE_DATA, ())


def test_a_reference_that_says_nothing_is_refused_in_words() -> None:
    few = report_of(REFERENCE.head(20), two_classes(3, 300))
    assert (few.verdict, few.metrics) == (Fitness.TOO_LITTLE_DATA, ())
    assert "20 rows" in few.why_not_estimated
    same = REFERENCE[REFERENCE["y"] == 1].assign(said=0)
    assert "always the same" in report_of(same, two_classes(3, 300)).why_not_estimated


def test_margins_may_be_chosen() -> None:
    worse = two_classes(4, 2_000, concept=0.9)
    assert report_of(REFERENCE, worse).verdict is Fitness.DEGRADED
    wide = dict.fromkeys(("accuracy", "f1", "precision", "recall", "specificity", "roc_auc"), 0.9)
    assert report_of(REFERENCE, worse, margins=wide).verdict is Fitness.OK


def test_bounds_hold_a_figure_and_are_wide_where_there_is_little() -> None:
    assert figures.rate_bounds(1.0, 0.0, 25)[0] == pytest.approx(25 / (25 + 1.959964**2))
    low, high = figures.rate_bounds(0.9, math.sqrt(0.9 * 0.1 / 100), 100)
    assert (low, high) == pytest.approx((0.8256, 0.9448), abs=1e-4)  # Wilson, 90 of 100
    assert figures.bounds_of_sum([10.0, 1.0], [0.0, 0.0], [(0, 0.1), (0, 0.1)])[1] > 1


def test_chance_is_wider_where_neighbours_resemble_each_other() -> None:
    draw = np.random.default_rng(0)
    noise = draw.normal(size=6_000)
    waves = np.convolve(noise, np.ones(20) / np.sqrt(20), mode="same")
    in_order = np.arange(6_000)
    assert chance.block_factor(noise, in_order, 200) < 1.5
    # means of 200 rows of a moving mean of 20 vary sqrt(20) times as much
    assert chance.block_factor(waves, in_order, 200) == pytest.approx(4.6, rel=0.3)
    shuffled = draw.permutation(6_000)
    assert chance.block_factor(waves[shuffled], np.argsort(shuffled), 200) == pytest.approx(
        chance.block_factor(waves, in_order, 200)
    )
    usual = figures.mean_of(np.abs(waves))
    apart = chance.worsening_by_chance("mae", usual, 200)
    timed = chance.worsening_by_chance("mae", usual, 200, order=in_order)
    assert apart is not None
    assert timed is not None
    assert timed.q99 > 2 * apart.q99


def test_a_mean_that_one_row_decides_is_not_judged() -> None:
    assert chance.worsening_by_chance("mape", figures.mean_of(np.r_[np.ones(999), 1e6]), 50) is None
    rates = figures.mean_of(np.r_[np.ones(999), 0.0])
    assert chance.worsening_by_chance("accuracy", rates, 50) is not None
