"""Runs side by side: which, in what order, with which words, and how they are laid out."""

from __future__ import annotations

import math

import pytest

from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.compared import (
    Cell,
    Line,
    as_text,
    compared_lines,
    in_full,
    layout,
    reference_first,
)

MEANING = Meaning({"cost": "EUR", "acc": "1"}, lambda metric: metric == "cost")


def run(name: str, retry_of: str | None = None) -> Run:
    return Run(name, name, "train", "train", RunState.FINISHED, 0.0, retry_of=retry_of)


def metric(key: str, *values: float | None) -> Row:
    return Row(Section.METRICS, key, values)


def cells(row: Row) -> list[str]:
    runs = [run(str(at)) for at in range(len(row.values))]
    lines = compared_lines([row], runs, MEANING, only_differing=False, now=0.0)
    return [cell.text for cell in lines[-1].cells]


@pytest.mark.parametrize(
    ("marked", "here", "baseline", "wanted"),
    [
        (["a", "b"], run("c"), None, ["a", "b"]),
        (["a", "b"], run("c"), "b", ["b", "a"]),
        (["a"], run("c"), "b", ["a", "c"]),
        (["c"], run("c"), "b", ["b", "c"]),
        ([], run("c", "p"), "b", ["b", "c"]),
        ([], run("c", "p"), "c", ["p", "c"]),
        ([], run("c"), None, ["c"]),
        ([], None, None, []),
        (["a"], None, None, ["a"]),
    ],
)
def test_the_run_to_measure_against_comes_first(
    marked: list[str], here: Run | None, baseline: str | None, wanted: list[str]
) -> None:
    assert reference_first(marked, here, baseline) == wanted


def test_the_best_of_a_metric_is_marked_by_its_direction_and_deltas_have_signs() -> None:
    assert cells(metric("acc", 0.5, 0.75, 0.25)) == ["0.5", "0.75 ◆  +0.25", "0.25  -0.25"]
    assert cells(metric("cost", 3.0, 1.0)) == ["3", "1 ◆  -2"]
    assert cells(metric("acc", 1.0, 1.0)) == ["1", "1  +0"]


def test_what_is_no_number_is_never_best_and_has_no_delta() -> None:
    assert cells(metric("acc", math.nan, 1.0, 2.0)) == ["NaN", "1", "2 ◆"]
    assert cells(metric("acc", None, 1.0)) == ["-", "1"]
    assert cells(metric("acc", 1.0, math.inf)) == ["1", "Infinity ◆"]
    assert cells(metric("acc", math.nan, math.nan)) == ["NaN", "NaN"]


def test_sections_say_how_much_is_the_same_and_leave_it_out() -> None:
    rows = [
        Row(Section.PARAMS, "lr", (0.1, 0.2)),
        Row(Section.PARAMS, "epochs", (5, 5)),
        Row(Section.ENVIRONMENT, "numpy", ("1", "1")),
        Row(Section.ENVIRONMENT, "python", ("3", "3")),
        metric("cost", 1.0, 2.0),
    ]
    runs = [run("a"), run("b")]
    lines = compared_lines(rows, runs, MEANING, only_differing=True, now=0.0)
    assert [line.id for line in lines if line.cells and not line.id.startswith("run/")] == [
        "params/lr",
        "metrics/cost",
    ]
    assert {line.id: line.about for line in lines if not line.cells} == {
        "params": "1 of 2 the same",
        "metrics": "",
        "environment": "all 2 the same",
    }
    assert "cost (EUR)" in [line.label for line in lines]
    every = compared_lines(rows, runs, MEANING, only_differing=False, now=0.0)
    assert {line.label for line in every} - {line.label for line in lines} == {
        *("epochs", "numpy", "python"),
        *("job", "started", "took"),
    }


def test_runs_without_params_or_metrics_are_compared_by_state() -> None:
    lines = compared_lines([], [run("a"), run("b")], MEANING, only_differing=False, now=0.0)
    assert [line.label for line in lines] == ["state", "job", "started", "took"]


def test_names_from_outside_cannot_act_on_the_terminal() -> None:
    rows = [Row(Section.PARAMS, "\x1b[2J", ("\x1b]0;x\x07", "b\n"))]
    lines = compared_lines(rows, [run("a"), run("b")], MEANING, only_differing=True, now=0.0)
    assert (lines[-1].label, lines[-1].cells[0].text) == ("␛[2J", "␛]0;x␇")


def test_a_value_of_a_megabyte_is_cut() -> None:
    rows = [Row(Section.PARAMS, "config", ("x" * 1_000_000, None))]
    lines = compared_lines(rows, [run("a"), run("b")], MEANING, only_differing=True, now=0.0)
    assert len(lines[-1].cells[0].text) == 2001


def wide(runs: int, cell: str = "x" * 20) -> list[Line]:
    return [Line("params/lr", "lr", tuple(Cell(cell) for _ in range(runs)))]


def test_the_first_run_stays_while_the_others_move() -> None:
    names = [f"train-{at}" for at in range(30)]
    lines = wide(30)
    start = layout(lines, names, 80, 0)
    assert start.shown[:2] == (0, 1)
    moved = layout(lines, names, 80, 27)
    assert moved.shown == (0, 28, 29)
    assert all(it.label + sum(width + 2 for width in it.widths) <= 82 for it in (start, moved))


@pytest.mark.parametrize("width", [1, 9, 20, 60, 200])
@pytest.mark.parametrize("runs", [1, 2, 30])
def test_any_width_has_a_layout(width: int, runs: int) -> None:
    names = ["n" * 50] * runs
    found = layout(wide(runs, "long " * 100), names, width, 0)
    assert found.shown[0] == 0
    assert all(it >= 1 for it in found.widths)


def test_copied_text_is_aligned_and_whole() -> None:
    lines = [Line("params", "params"), *wide(2, "long " * 20)]
    text = as_text(lines, ["a", "b"]).split("\n")
    assert text[1] == "params"
    assert text[2][text[0].index("b") :].startswith("long")
    assert in_full(lines[1], ["a", "b"]).count("long") == 40
