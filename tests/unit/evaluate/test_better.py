"""Comparisons of models on the same rows and over the same seeds."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Cost
from mlops_tui.evaluate.better import Comparison, Verdict, compare, mcnemar_p
from mlops_tui.evaluate.pairs import Pair, pair
from mlops_tui.evaluate.predictions import units_of
from mlops_tui.evaluate.seeds import compare_seeds

COST = Cost("EUR", 9.0, 1.0)
OF_TWO = ("roc_auc", "average_precision", "accuracy", "f1", "precision", "mcc", "log_loss", "cost")


def two_models(seed: int, n: int, worse: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return predictions of one model, and of another with so much noise in its score."""
    draw = np.random.default_rng(seed)
    logit = draw.normal(0, 2, n)
    truth = (draw.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    sides = []
    for noise in (worse, 0.0):
        score = 1 / (1 + np.exp(-(logit + draw.normal(0, 1, n) * noise)))
        said = (score >= 0.5).astype(int)
        columns = {"id": np.arange(n), "y_true": truth, "y_pred": said, "y_score": score}
        sides.append(pd.DataFrame(columns))
    return sides[0], sides[1]


def compared(metric: str, both: Pair, **more: object) -> Comparison:
    return compare(metric, both.a, both.b, cost=COST, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", OF_TWO)
def test_a_better_model_is_told_either_way_round(metric: str) -> None:
    a, b = two_models(1, 1_500, worse=3.0)
    found, turned = compared(metric, pair(a, b)), compared(metric, pair(b, a))
    assert (found.verdict, turned.verdict) == (Verdict.BETTER, Verdict.WORSE)
    assert found.low < found.difference < found.high
    assert turned.difference == pytest.approx(-found.difference)
    assert found.rows_needed == 0


@pytest.mark.parametrize("metric", OF_TWO)
def test_the_same_predictions_cannot_be_told_apart(metric: str) -> None:
    a, _ = two_models(2, 300, worse=1.0)
    found = compared(metric, pair(a, a))
    assert (found.verdict, found.difference, found.low, found.high) == (
        *(Verdict.CANNOT_TELL, 0.0, 0.0, 0.0),
    )
    assert found.rows_needed is None
    assert "very same rows" in found.notes[0]


def test_so_many_rows_as_are_needed_tell_it() -> None:
    a, b = two_models(3, 150, worse=0.6)
    found = compared("accuracy", pair(a, b), min_difference=0.03)
    assert found.verdict is Verdict.CANNOT_TELL
    assert (found.wanted, found.wanted_by) == (0.03, "declared")
    assert found.rows_needed is not None
    # a quarter of the difference takes sixteen times the rows
    quarter = compared("accuracy", pair(a, b), min_difference=0.0075).rows_needed
    assert quarter is not None
    assert quarter + 150 == pytest.approx(16 * (found.rows_needed + 150), rel=0.01)


def test_rows_that_belong_together_tell_less() -> None:
    a, b = two_models(4, 120, worse=2.0)
    sides = [pd.concat([it] * 5, ignore_index=True) for it in (a, b)]
    for it in sides:
        it["patient"], it["id"] = it["id"], np.arange(len(it))
    for metric in ("accuracy", "roc_auc", "log_loss"):
        one = compared(metric, pair(a, b))
        plain = compared(metric, pair(sides[0], sides[1]))
        grouped = pair(sides[0], sides[1], "patient")
        found = compared(metric, grouped, units=grouped.units)
        assert found.high - found.low == pytest.approx(one.high - one.low, rel=0.25)
        assert found.high - found.low > 1.7 * (plain.high - plain.low)
        assert found.method.endswith("by patient")


def test_mcnemar_is_the_binomial_test_where_few_rows_differ() -> None:
    for lost, won in ((0, 6), (3, 9), (12, 12), (1, 1)):
        exact = stats.binomtest(won, lost + won).pvalue
        assert mcnemar_p(lost, won) == pytest.approx(exact)
    assert mcnemar_p(0, 0) == 1
    assert mcnemar_p(40, 60) == pytest.approx(stats.chi2.sf(20**2 / 100, 1))


def test_delong_without_a_variance_is_left_to_the_bootstrap() -> None:
    truth = [0] * 10 + [1] * 10
    frame = pd.DataFrame({"id": range(20), "y_true": truth, "y_pred": truth})
    a, b = frame.assign(y_score=truth), frame.assign(y_score=np.array(truth) * 0.8 + 0.1)
    found = compared("roc_auc", pair(a, b))
    assert (found.verdict, found.method) == (Verdict.CANNOT_TELL, "paired bootstrap")


def test_numbers_are_compared_by_their_losses() -> None:
    draw = np.random.default_rng(5)
    truth = draw.normal(0, 1, 400)
    sides = [
        pd.DataFrame({"id": range(400), "y_true": truth, "y_pred": truth + draw.normal(0, sd, 400)})
        for sd in (1.0, 0.7)
    ]
    both = pair(sides[0], sides[1])
    for metric in ("mae", "rmse", "r2", "median_ae"):
        assert compare(metric, both.a, both.b).verdict is Verdict.BETTER, metric
    with pytest.raises(InputError, match="neither up nor down"):
        compare("bias", both.a, both.b)


def test_rows_are_paired_by_id_and_what_is_lost_is_said() -> None:
    a, b = two_models(6, 100, worse=1.0)
    shuffled = b.sample(frac=1, random_state=0).iloc[:80].assign(id=lambda it: it["id"].astype(str))
    both = pair(a, shuffled)
    assert len(both.a) == len(both.b) == 80
    assert "20 of 100 rows are in A only" in both.notes[0]
    plain = pair(a, b[b["id"].isin(shuffled["id"].astype(int))])
    assert compared("log_loss", both).difference == compared("log_loss", plain).difference


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: it.assign(y_true=1 - it["y_true"]), "the truth of id 0 is"),
        (lambda it: it.assign(id=7), "id 7 more than once"),
        (lambda it: it.assign(id=it["id"] + 1_000), "no id is both in"),
        (lambda it: it.drop(columns="id"), "no column id"),
        (lambda it: it.assign(id=it["id"].where(it["id"] > 3)), "no id in row 1"),
    ],
)
def test_what_cannot_be_paired_is_refused(change: object, words: str) -> None:
    a, b = two_models(7, 50, worse=1.0)
    with pytest.raises(InputError, match=words):
        pair(a, change(b))  # type: ignore[operator]


def test_one_score_and_a_score_of_each_class_are_compared() -> None:
    def each(frame: pd.DataFrame) -> pd.DataFrame:
        other = 1 - frame["y_score"]
        return frame.rename(columns={"y_score": "y_score_1"}).assign(y_score_0=other)

    a, b = two_models(3, 500, 0.5)
    wanted = compared("roc_auc", pair(a, b)).difference
    for one, other in ((a, each(b)), (each(a), b)):
        assert compared("roc_auc", pair(one, other)).difference == pytest.approx(wanted)


def test_a_metric_that_cannot_be_told_names_those_that_can() -> None:
    a, b = two_models(8, 50, worse=1.0)
    both = pair(a, b.drop(columns="y_score"))
    assert "only one of them has y_score" in both.notes[0]
    with pytest.raises(InputError, match="roc_auc cannot be told") as raised:
        compared("roc_auc", both)
    assert "accuracy" in raised.value.hint


def test_seeds_are_compared_by_t_and_splits_of_the_same_rows_with_more_doubt() -> None:
    a, b = [0.90, 0.91, 0.89, 0.92, 0.90], [0.93, 0.92, 0.92, 0.94, 0.93]
    found = compare_seeds("accuracy", a, b)
    theirs = stats.ttest_rel(b, a).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert (found.verdict, found.method, found.n) == (Verdict.BETTER, "paired t", 5)
    apart = compare_seeds("accuracy", a, b, is_paired=False)
    welch = stats.ttest_ind(b, a, equal_var=False).confidence_interval()
    assert (apart.low, apart.high) == pytest.approx((welch.low, welch.high))
    splits = compare_seeds("accuracy", a, b, test_share=0.25)
    wider = (splits.high - splits.low) / (found.high - found.low)
    assert wider == pytest.approx(math.sqrt(1 + 5 * 0.25))
    with pytest.raises(InputError, match="cannot be compared"):
        compare_seeds("accuracy", a, b[:4])


def test_units_of_a_column_leave_rows_without_a_value_alone() -> None:
    units = units_of(pd.DataFrame({"who": ["a", None, "b", "a", None]}), "who")
    assert units.codes.tolist() == [0, 2, 1, 0, 3]
    assert (units.count, units.words) == (4, "by who")
