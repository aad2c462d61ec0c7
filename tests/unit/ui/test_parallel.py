"""Parallel coordinates: where runs stand on each axis, and what is drawn in how much room."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.runs import MetricSummary, ParamValue, Run, RunState
from mlops_tui.ui.parallel import (
    ParallelAxis,
    best_few,
    drawn,
    metric_axis,
    parallel_lines,
    param_axes,
    shown_axes,
)
from mlops_tui.ui.raster import Symbols


def run(accuracy: float | None = None, **params: ParamValue) -> Run:
    metrics = {}
    if accuracy is not None:
        low = None if math.isnan(accuracy) else accuracy
        metrics["accuracy"] = MetricSummary(accuracy, low, low, accuracy, 1, 0, 0, 0, 0)
    return Run("r", "r", "train", "train", RunState.FINISHED, 0.0, params=params, metrics=metrics)


def test_numbers_have_two_ends_and_wide_ones_are_logarithmic() -> None:
    runs = [run(lr=0.001, depth=2), run(lr=0.1, depth=4), run(depth=3), run(lr=0.01, depth=400)]
    lr, depth = param_axes(runs)
    assert (lr.name, lr.told) == ("lr log", ("0.001", "0.1", "-", "0.01"))
    assert lr.shares[:2] == (0.0, 1.0)
    assert lr.shares[3] == pytest.approx(0.5)
    assert math.isnan(lr.shares[2])
    assert (depth.name, depth.labels) == ("depth log", ((0.0, "2"), (1.0, "400")))
    (even,) = param_axes([run(share=at / 100) for at in range(1, 101)])
    assert (even.name, even.shares[0], even.shares[-1]) == ("share", 0.0, 1.0)


def test_texts_have_levels_and_what_cannot_be_told_apart_has_no_axis() -> None:
    runs = [run(s="b", same=1, seed=1, name="x"), run(s="a", same=1, seed=2, name="y"), run(s="c")]
    (solver, *others) = param_axes(runs)
    assert solver.labels == ((0.0, "a"), (0.5, "b"), (1.0, "c"))
    assert solver.shares == (0.5, 0.0, 1.0)
    assert [it.name for it in others] == ["name"]
    assert param_axes([run(path=f"file-{at}") for at in range(13)]) == []


@pytest.mark.parametrize(("lower", "labels"), [(False, ("0.5", "0.9 ◆")), (True, ("0.5 ◆", "0.9"))])
def test_the_good_end_of_a_metric_is_marked(lower: bool, labels: tuple[str, str]) -> None:
    runs = [run(0.5), run(0.9), run(math.nan), run()]
    axis = metric_axis(runs, "accuracy", lower)
    assert axis is not None
    assert tuple(words for _, words in axis.labels) == labels
    assert axis.told[2:] == ("NaN", "-")
    assert best_few(axis, lower) == {0 if lower else 1}
    assert metric_axis(runs[:1], "accuracy", lower) is None


def axes(count: int, runs: int) -> list[ParallelAxis]:
    ends = ((0.0, "low"), (1.0, "high"))
    shares = tuple(at / max(1, runs - 1) for at in range(runs))
    return [ParallelAxis(f"axis{at}", shares, ends, ("x",) * runs) for at in range(count)]


def test_metrics_keep_their_room_and_parameters_move() -> None:
    params, metrics = axes(7, 3), axes(2, 3)
    assert shown_axes(params, metrics, 78, 0) == [*params[:4], *metrics]
    assert shown_axes(params, metrics, 78, 5) == [*params[5:], *metrics]
    assert shown_axes(params, metrics, 20, 0) == [params[0], metrics[0]]


@given(st.integers(0, 90), st.integers(0, 30), st.integers(2, 8), st.sampled_from(list(Symbols)))
def test_every_line_has_the_width(width: int, height: int, count: int, symbols: Symbols) -> None:
    made, size = axes(count, 5), (width, height)
    found = parallel_lines(made, drawn(made, {4}, size, symbols), 0, size, symbols)
    assert all(sum(len(text) for text, _ in line) == width for line in found)
    assert len(found) in (0, height)


def test_the_chosen_run_lies_over_the_good_ones_and_these_over_the_others() -> None:
    level = ParallelAxis("a", (0.5, 0.5, 0.5), ((0.0, "0"), (1.0, "1")), ("x",) * 3)
    for good, chosen, kind in (
        ({0}, 1, "series-1"),
        ({0}, None, "series-3"),
        (set[int](), None, "dim-0"),
    ):
        both, size = [level, level], (40, 9)
        picture = drawn(both, good, size, Symbols.BRAILLE)
        lines = parallel_lines(both, picture, chosen, size, Symbols.BRAILLE)
        kinds = {kind for line in lines[2:-1] for text, kind in line if text.strip()}
        assert kinds == {kind, "axis"}
