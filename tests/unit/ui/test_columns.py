from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.ui.columns import (
    Wishes,
    candidates,
    changed_params,
    metric_order,
    plan,
    progress_bar,
    widened,
)

NOW = 10_000.0
RUN = Run("id", "train-1", "train", "train", RunState.FINISHED, 0.0, started=0.0, ended=60.0)


def summary(value: float) -> MetricSummary:
    return MetricSummary(value, value, value, value, 1, 0, 0, 0, 0)


def with_metrics(**values: float) -> Run:
    return replace(RUN, metrics={name: summary(value) for name, value in values.items()})


def test_the_objective_comes_first_then_what_is_declared_then_the_common() -> None:
    runs = [with_metrics(loss=1, f1=2, zeal=3), with_metrics(loss=1, accuracy=2)]
    wishes = Wishes("accuracy", ("f1", "missing"))
    assert metric_order(runs, wishes) == ["accuracy", "f1", "loss", "zeal"]


def test_only_parameters_that_differ_are_columns() -> None:
    runs = [
        replace(RUN, params={"lr": 0.1, "epochs": 3, "seed": 1}),
        replace(RUN, params={"lr": 0.2, "epochs": 3}),
    ]
    assert changed_params(runs) == ["lr"]


def test_an_int_and_a_text_that_read_the_same_are_different_values() -> None:
    runs = [replace(RUN, params={"n": 1}), replace(RUN, params={"n": "1"})]
    assert changed_params(runs) == ["n"]


@pytest.mark.parametrize("width", [0, 10, 40, 78, 120, 400])
def test_columns_fit_and_keep_state_name_and_objective(width: int) -> None:
    runs = [with_metrics(**{f"metric_{n}": 0.123456 for n in range(9)}, accuracy=0.5)]
    columns = plan(runs, width, NOW, Wishes("accuracy"))
    ids = [column.id for column in columns]
    assert ids[:2] == ["state", "name"]
    if width >= 40:
        assert sum(column.width + 1 for column in columns) <= width + 1
        assert "metric.accuracy" in ids


def test_columns_can_be_moved_sideways_under_the_name() -> None:
    runs = [with_metrics(accuracy=0.5, loss=0.1)]
    movable = [column.id for column in candidates(runs, NOW, Wishes())][2:]
    assert [column.id for column in plan(runs, 200, NOW, Wishes(), skip=2)][2:] == movable[2:]


def test_columns_never_become_narrower_by_themselves() -> None:
    wide = plan([replace(RUN, name="a-rather-long-name")], 80, NOW, Wishes())
    narrow = plan([RUN], 80, NOW, Wishes())
    assert widened(wide, narrow) == wide


def test_hostile_names_are_made_safe() -> None:
    run = replace(with_metrics(**{"\x1b[2Jm": 1.0}), name="\x1b]0;x\x07", params={"\n": "\r"})
    for column in candidates([run, RUN], NOW, Wishes()):
        text = column.title + column.text(run, NOW)
        assert text.isprintable()


@pytest.mark.parametrize(
    ("progress", "state", "words"),
    [
        ((3.0, 12.0), RunState.RUNNING, "━─────  25 % 3/12"),
        ((12.0, 12.0), RunState.FINISHED, "12/12"),
        ((7.0, None), RunState.RUNNING, "7"),
        ((7.0, None), RunState.FINISHED, "7"),
        (None, RunState.RUNNING, ""),
        ((float("nan"), 10.0), RunState.RUNNING, "NaN"),
    ],
)
def test_progress_is_a_bar_and_words(
    progress: tuple[float, float | None] | None, state: RunState, words: str
) -> None:
    assert progress_bar(replace(RUN, progress=progress, state=state)) == words
