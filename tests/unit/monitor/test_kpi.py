"""Money and the objective from a report of performance."""

from __future__ import annotations

import pytest

from mlops_tui.domain.project import Cost, Objective
from mlops_tui.evaluate.outcomes import Roles, read_outcomes
from mlops_tui.monitor import kpi, performance
from mlops_tui.monitor.performed import PerformanceReport
from tests.unit.monitor.models import numbers, three_classes, two_classes

COST = Cost("EUR", false_negative=120.0, false_positive=5.0)
REFERENCE = two_classes(1, 5_000)


def report_of(shift: float = 0.0, concept: float = 0.0, n: int = 1_000) -> PerformanceReport:
    batch = two_classes(2, n, shift, concept=concept)
    roles = Roles("y", "said", {"": "score"})
    return performance.examine(*read_outcomes(REFERENCE, batch, roles))


def test_errors_cost_what_they_cost() -> None:
    report = report_of(concept=-1.0)
    realised, estimated = kpi.money(report, COST)
    cells = {(it.truth, it.predicted): it.count for it in report.confusion["realised"]}
    assert realised.total == pytest.approx(120 * cells["1", "0"] + 5 * cells["0", "1"])
    assert realised.per_row == pytest.approx(realised.total / 1_000)
    assert realised.lower < realised.per_row < realised.upper
    assert realised.extra == pytest.approx(realised.total - 1_000 * realised.reference_per_row)
    assert realised.extra_lower > 0  # many more false negatives
    assert (realised.basis, realised.n, realised.n_reference) == ("realised", 1_000, 5_000)
    # the estimate cannot see it
    assert estimated.extra_lower < 0 < estimated.extra_upper


def test_no_error_is_not_free_for_sure() -> None:
    sure = two_classes(2, 100)
    sure["y"] = sure["said"]
    roles = Roles("y", "said")
    report = performance.examine(*read_outcomes(REFERENCE, sure, roles))
    (found,) = kpi.money(report, COST)
    assert (found.per_row, found.lower) == (0, 0)
    assert found.upper > 1


def test_what_has_no_price_costs_nothing() -> None:
    report = report_of()
    assert kpi.money(report, None) == ()
    assert kpi.money(report, Cost("EUR")) == ()
    several = read_outcomes(three_classes(1, 500), three_classes(2, 200), Roles("y", "said"))
    assert kpi.money(performance.examine(*several), COST) == ()


def test_numbers_cost_by_unit() -> None:
    sides = read_outcomes(numbers(1, 1_000), numbers(2, 300, 1.0), Roles("y", "pred"))
    report = performance.examine(*sides)
    found = kpi.money(report, Cost("EUR", per_unit=2.0))[0]
    mae = next(it for it in report.metrics if it.metric == "mae")
    assert (found.per_row, found.total) == pytest.approx((2 * mae.value, 600 * mae.value))
    assert found.extra_lower > 0


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("accuracy", "accuracy"),
        ("holdout_accuracy", "accuracy"),
        ("val/f1", "f1"),
        ("ROC-AUC", "roc_auc"),
        ("val_auc", "roc_auc"),
        ("rmse", "rmse"),
        ("test_mse", "mse"),
        ("expected_cost_per_case", "cost"),
        ("latency_ms", None),
        ("camera_f1_lag", None),
    ],
)
def test_names_of_objectives_are_understood(name: str, metric: str | None) -> None:
    assert kpi.metric_of(name) == metric


def test_the_objective_is_reached_only_where_the_bounds_say_so() -> None:
    report = report_of()
    value = next(it for it in report.metrics if it.metric == "accuracy").value
    for target, reached in ((value - 0.1, True), (value + 0.1, False), (value, None)):
        state = kpi.objective_state(report, Objective(metric="holdout_accuracy", target=target), ())
        assert state is not None
        assert (state.is_reached, state.metric, state.basis) == (reached, "accuracy", "realised")
    assert kpi.objective_state(report, Objective(metric="latency"), ()) is None
    assert kpi.objective_state(report, None, ()) is None


def test_a_cost_may_be_the_objective() -> None:
    report = report_of()
    costs = kpi.money(report, COST)
    state = kpi.objective_state(report, Objective(metric="cost_per_case", target=1e6), costs)
    assert state is not None
    assert (state.is_reached, state.value) == (True, costs[0].per_row)
