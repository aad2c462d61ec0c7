"""JSON shapes have all keys always; times are told as people tell them."""

from __future__ import annotations

import json
from array import array
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_tui.cli.listing import cell, describe, state_words
from mlops_tui.cli.output import to_json
from mlops_tui.cli.shapes import ago, local_time, run_shape, series_shape
from mlops_tui.domain.runs import MetricSummary, Run, RunState, Series

RUN = Run(
    id="20261121-101010-abcdef",
    name="train-1",
    job="train",
    kind="train",
    state=RunState.RUNNING,
    created=1000.0,
    started=1010.0,
    params={"lr": 0.05},
    tags={"best": "", "team": "forms"},
    progress=(12.0, 20.0),
    metrics={"loss": MetricSummary(0.3, 0.3, 0.9, 0.9, 2, 0, 1, 1, 0)},
)


def test_a_run_has_exactly_the_keys_of_the_contract() -> None:
    shape = run_shape(RUN, 1070.0)
    assert list(shape) == [
        *("id", "name", "job", "kind", "state", "created", "started", "ended"),
        *("duration_seconds", "exit_code", "signal", "reason", "host", "retry_of", "attempt"),
        *("params", "tags", "progress", "unreadable_lines", "metrics"),
    ]
    assert shape["duration_seconds"] == 60.0
    assert shape["progress"] == [12.0, 20.0]
    assert shape["metrics"] == {
        "loss": {
            "last": 0.3,
            "min": 0.3,
            "max": 0.9,
            "first": 0.9,
            "count": 2,
            "nan_count": 0,
            "last_step": 1,
            "min_step": 1,
            "max_step": 0,
        }
    }


def test_what_is_unknown_is_null() -> None:
    nan = float("nan")
    summary = MetricSummary(nan, None, None, nan, 2, 2, 1, None, None)
    run = replace(RUN, progress=(3.0, None), metrics={"loss": summary})
    shape = json.loads(to_json(run_shape(run, 1070.0)))
    assert shape["progress"] == [3.0, None]
    assert (shape["metrics"]["loss"]["min"], shape["metrics"]["loss"]["max"]) == (None, None)
    assert shape["metrics"]["loss"]["last"] == "NaN"
    assert state_words(run) == "running 3"
    lines = describe(run, {}, {}, {}, [], [], Path(), 1070.0)
    (row,) = [line for line in lines if line.split()[:1] == ["loss"]]
    assert row.split() == ["loss", "NaN", "-", "-", "NaN", "2", "1"]


def test_a_series_has_exactly_the_keys_of_the_contract() -> None:
    series = Series("loss", 3, array("q", [0, 2]), array("d", [1.0, 2.0]), array("d", [3.0, 4.0]))
    assert series_shape(series) == {
        "metric": "loss",
        "count": 3,
        "steps": [0, 2],
        "times": [1.0, 2.0],
        "values": [3.0, 4.0],
    }


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "now"), (5, "5 s ago"), (200, "3 m ago"), (7300, "2 h ago"), (200_000, "2 d ago")],
)
def test_times_are_told_from_now(seconds: float, words: str) -> None:
    assert ago(1000.0, 1000.0 + seconds) == words


def test_times_that_cannot_be_are_no_reason_to_fail() -> None:
    assert ago(None, 0.0) == local_time(None) == "-"
    assert local_time(1e300) == "1e+300"
    assert ago(2000.0, 1000.0) == "in 16 m"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("state", "running 12/20"),
        ("created", "1 m ago"),
        ("duration", "1 m 00 s"),
        ("lr", "0.05"),
        ("param.lr", "0.05"),
        ("loss", "0.3"),
        ("max.loss", "0.9"),
        ("count.loss", "2"),
        ("tag.team", "forms"),
        ("team", "forms"),
        ("tags", "best, team=forms"),
        ("nothing", "-"),
        ("min.nothing", "-"),
    ],
)
def test_a_column_may_be_any_field(field: str, text: str) -> None:
    assert cell(RUN, field, 1070.0) == text


def test_the_page_about_a_run_leaves_out_what_is_not_known() -> None:
    page = "\n".join(describe(RUN, {}, {}, {}, [], [], Path("/p"), 1070.0))
    assert "train-1  running 12/20" in page
    assert "exit code" not in page
    assert "artifacts" not in page
