from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.ui.chosen_columns import (
    Lens,
    choices,
    column_of,
    curve,
    is_descending_first,
    lay_out,
    sort_field,
    title_of,
)
from mlops_tui.ui.columns import Wishes
from mlops_tui.ui.table_view import TableView

NOW = 10_000.0
RUN = Run("a", "train-1", "train", "train", RunState.FINISHED, 0.0, started=0.0, ended=60.0)
WISHES = Wishes("accuracy")
LENS = Lens(is_lower_better=lambda metric: metric == "loss")


def with_metric(run_id: str, metric: str, last: float, low: float, high: float) -> Run:
    summary = MetricSummary(last, low, high, 0.25, 4, 0, 3, 0, 1)
    return replace(RUN, id=run_id, name=run_id, metrics={metric: summary})


def texts(column_id: str, runs: list[Run], lens: Lens = LENS) -> list[str]:
    column = column_of(column_id, runs, NOW, WISHES, lens)
    return [column.text(run, NOW) for run in runs]


def test_what_there_is_to_choose_puts_the_objective_first() -> None:
    found = [it.id for it in choices(["metric.loss", "metric.accuracy", "param.lr"], WISHES)]
    assert found.index("metric.accuracy") < found.index("metric.loss") < found.index("param.lr")
    assert {"best.loss", "min.loss", "max.loss", "first.loss", "count.loss"} < set(found)
    assert {"curve.loss", "delta.loss", "host", "heard", "note"} < set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("kind", "text"),
    [("metric", "0.5"), ("min", "0.1"), ("max", "0.9"), ("first", "0.25"), ("count", "4")],
)
def test_every_side_of_a_metric_can_be_a_column(kind: str, text: str) -> None:
    run = with_metric("a", "loss", 0.5, 0.1, 0.9)
    assert texts(f"{kind}.loss", [run, RUN]) == [text, "-"]


def test_the_best_value_follows_the_direction_of_the_metric() -> None:
    assert texts("best.loss", [with_metric("a", "loss", 0.5, 0.1, 0.9)]) == ["0.1"]
    assert texts("best.f1", [with_metric("a", "f1", 0.5, 0.1, 0.9)]) == ["0.9"]
    assert sort_field("best.loss", LENS) == "min.loss"
    assert sort_field("best.f1", LENS) == "max.f1"


def test_the_step_of_the_best_value_is_a_column() -> None:
    run = with_metric("a", "loss", 0.5, 0.1, 0.9)  # least at step 0, greatest at step 1
    assert texts("best_step.loss", [run, RUN]) == ["0", "-"]
    assert texts("best_step.f1", [with_metric("a", "f1", 0.5, 0.1, 0.9)]) == ["1"]
    assert sort_field("best_step.loss", LENS) == "min_step.loss"
    assert sort_field("best_step.f1", LENS) == "max_step.f1"
    assert not is_descending_first("best_step.f1", LENS)


def test_differences_to_the_baseline_say_whether_they_are_good() -> None:
    base = with_metric("base", "loss", 0.5, 0.1, 0.9)
    better, worse = (with_metric(name, "loss", v, 0, 1) for name, v in (("b", 0.25), ("w", 0.75)))
    lens = replace(LENS, baseline=base)
    column = column_of("delta.loss", [base, better, worse], NOW, WISHES, lens)
    assert [column.text(run, NOW) for run in (base, better, worse)] == ["0.5", "-0.25", "+0.25"]
    assert column.tone is not None
    assert [column.tone(run) for run in (base, better, worse, RUN)] == ["", "good", "bad", ""]


def test_a_view_shows_metrics_as_differences() -> None:
    base = with_metric("base", "loss", 0.5, 0.1, 0.9)
    other = with_metric("b", "loss", 0.25, 0, 1)
    view = TableView(shows_deltas=True)
    columns = lay_out([base, other], 200, NOW, Wishes(), view, replace(LENS, baseline=base))
    (metric,) = [column for column in columns if column.id == "metric.loss"]
    assert metric.text(other, NOW) == "-0.25"


def test_chosen_columns_keep_their_order_and_what_is_the_same_goes() -> None:
    runs = [replace(RUN, params={"lr": 0.1, "seed": 1}), replace(RUN, params={"lr": 0.2})]
    view = TableView(("state", "param.seed", "name", "param.lr", "host"))
    assert [it.id for it in lay_out(runs, 200, NOW, WISHES, view, LENS)] == [
        *("state", "name", "param.seed", "param.lr", "host")
    ]
    lens = replace(LENS, same=frozenset({"param.seed", "host"}))
    left = lay_out(runs, 200, NOW, WISHES, replace(view, only_differing=True), lens)
    assert [it.id for it in left] == ["state", "name", "param.lr"]


def test_a_column_no_run_has_anything_for_is_shown_with_dashes() -> None:
    for column_id in ("param.gone", "metric.gone", "tag.gone", "nonsense"):
        assert texts(column_id, [RUN]) == ["-"]


def test_hostile_names_are_made_safe_in_titles() -> None:
    for column_id in ("metric.\x1b[2J", "param.\n", "tag.\u202e", "\x07"):
        assert title_of(column_id).isprintable()


@pytest.mark.parametrize(
    ("values", "blocks"),
    [
        ([], ""),
        ([1.0], "-"),
        ([1.0, 2.0], "▁█"),
        ([3.0, 3.0, 3.0], "▄▄▄"),
        ([0.0, math.nan, 1.0], "▁×█"),  # noqa: RUF001
        ([-1.7e308, 1.7e308], "▁█"),
        ([float(n) for n in range(64)], "▁▂▃▄▅▆▇█"),
    ],
)
def test_a_curve_is_eight_blocks_at_most(values: list[float], blocks: str) -> None:
    assert curve(values) == blocks


def test_the_best_the_longest_and_the_latest_come_first() -> None:
    assert is_descending_first("metric.accuracy", LENS)
    assert not is_descending_first("metric.loss", LENS)
    assert is_descending_first("duration", LENS)
    assert not is_descending_first("name", LENS)
