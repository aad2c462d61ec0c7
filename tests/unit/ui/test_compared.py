"""Runs side by side: which, in what order, with which words, and how they are laid out."""

from __future__ import annotations

import math

import pytest

from mlops_tui.domain.compare import Row, Section
from mlops_tui.domain.models import CHALLENGER, CHAMPION, ModelFormat, ModelVersion
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine.actions_compare_models import Subject
from mlops_tui.ui.charted import Meaning
from mlops_tui.ui.compared import (
    Cell,
    Line,
    about_lines,
    as_text,
    compared_lines,
    in_full,
    layout,
    reference_first,
    versions_to_compare,
)

MEANING = Meaning({"cost": "EUR", "acc": "1"}, lambda metric: metric == "cost")


def run(name: str, retry_of: str | None = None) -> Run:
    return Run(name, name, "train", "train", RunState.FINISHED, 0.0, retry_of=retry_of)


def metric(key: str, *values: float | None) -> Row:
    return Row(Section.METRICS, key, values)


def cells(row: Row, *best: int) -> list[str]:
    lines = compared_lines([row], {row.key: best}, MEANING, only_differing=False)
    return [cell.text for cell in lines[-1].cells]


def subjects(*runs: Run) -> list[Subject]:
    return [Subject(it.name, it, None, ()) for it in runs]


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


def test_the_best_of_a_metric_is_marked_and_deltas_have_signs() -> None:
    assert cells(metric("acc", 0.5, 0.75, 0.25), 1) == ["0.5", "0.75 ◆  +0.25", "0.25  -0.25"]
    assert cells(metric("acc", 1.0, 1.0)) == ["1", "1  +0"]


def test_what_is_no_number_has_no_delta() -> None:
    assert cells(metric("acc", math.nan, 1.0, 2.0), 2) == ["NaN", "1", "2 ◆"]
    assert cells(metric("acc", None, 1.0)) == ["-", "1"]
    assert cells(metric("acc", 1.0, math.inf)) == ["1", "Infinity"]


def test_sections_say_how_much_is_the_same_and_leave_it_out() -> None:
    rows = [
        Row(Section.PARAMS, "lr", (0.1, 0.2)),
        Row(Section.PARAMS, "epochs", (5, 5)),
        Row(Section.ENVIRONMENT, "numpy", ("1", "1")),
        Row(Section.ENVIRONMENT, "python", ("3", "3")),
        metric("cost", 1.0, 2.0),
    ]
    lines = compared_lines(rows, {}, MEANING, only_differing=True)
    assert [line.id for line in lines if line.cells] == ["params/lr", "metrics/cost"]
    assert {line.id: line.about for line in lines if not line.cells} == {
        "params": "1 of 2 the same",
        "metrics": "",
        "environment": "all 2 the same",
    }
    assert "cost (EUR)" in [line.label for line in lines]
    every = compared_lines(rows, {}, MEANING, only_differing=False)
    assert {line.label for line in every} - {line.label for line in lines} == {
        *("epochs", "numpy", "python"),
    }


def test_runs_without_params_or_metrics_are_compared_by_state() -> None:
    lines = about_lines(subjects(run("a"), run("b")), only_differing=False, now=0.0)
    assert [line.label for line in lines] == ["state", "job", "started", "took"]
    differing = about_lines(subjects(run("a"), run("b")), only_differing=True, now=0.0)
    assert [line.label for line in differing] == ["state"]


def test_versions_are_told_by_aliases_and_where_they_come_from() -> None:
    both = [
        Subject("m:1", None, version(1, CHAMPION), ()),
        Subject("m:2", run("b"), version(2), ()),
    ]
    told = {it.label: [cell.text for cell in it.cells] for it in about_lines(both, True, 0.0)}
    assert told == {"aliases": ["champion", "-"], "from": ["-", "b"]}


def version(number: int, *aliases: str) -> ModelVersion:
    return ModelVersion(
        *("m", number, "f" * 64, ModelFormat.SKOPS, 9, 1, None, None, 0.0, "ada", "here"),
        aliases=aliases,
    )


@pytest.mark.parametrize(
    ("marked", "here", "wanted"),
    [
        ({"m:1", "m:3"}, 2, ["m:1", "m:3"]),
        ({"m:1", "m:2", "m:4"}, 3, ["m:2", "m:1", "m:4"]),
        ({"m:4"}, 1, ["m:2", "m:4"]),
        (set(), 1, ["m:2", "m:1"]),
        (set(), 2, ["m:2", "m:3"]),
        ({"m:2"}, 2, ["m:2", "m:3"]),
        (set(), None, []),
    ],
)
def test_versions_are_measured_against_the_champion(
    marked: set[str], here: int | None, wanted: list[str]
) -> None:
    versions = [version(4), version(3, CHALLENGER), version(2, CHAMPION), version(1)]
    at = None if here is None else versions[4 - here]
    assert versions_to_compare(versions, marked, at) == wanted


def test_without_a_champion_the_version_before_is_compared() -> None:
    versions = [version(3), version(2), version(1)]
    assert versions_to_compare(versions, (), versions[0]) == ["m:2", "m:3"]
    assert versions_to_compare(versions, (), versions[2]) == ["m:1", "m:2"]
    assert versions_to_compare(versions[:1], (), versions[0]) == ["m:3"]


def test_names_from_outside_cannot_act_on_the_terminal() -> None:
    rows = [Row(Section.PARAMS, "\x1b[2J", ("\x1b]0;x\x07", "b\n"))]
    lines = compared_lines(rows, {}, MEANING, only_differing=True)
    assert (lines[-1].label, lines[-1].cells[0].text) == ("␛[2J", "␛]0;x␇")


def test_a_value_of_a_megabyte_is_cut() -> None:
    rows = [Row(Section.PARAMS, "config", ("x" * 1_000_000, None))]
    lines = compared_lines(rows, {}, MEANING, only_differing=True)
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


def test_figures_are_shown_whole_and_the_room_is_shared() -> None:
    figure = "◇ 0.8601 (0.794 to 0.908)"
    lines = [Line("on/x", "accuracy", tuple(Cell(figure) for _ in range(3)), is_whole=True)]
    long = Line("code/command", "command", tuple(Cell("x" * 200) for _ in range(3)))
    names = ["m:1", "m:2", "m:3"]
    narrow = layout([*lines, long], names, 75, 0)
    assert narrow.shown == (0, 1)
    assert all(it >= len(figure) for it in narrow.widths)
    wide = layout([*lines, long], names, 118, 0)
    assert (wide.shown, wide.widths) == ((0, 1, 2), (33, 33, 33))


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
