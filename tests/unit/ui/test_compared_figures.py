"""What was evaluated side by side, who beats whom, and the words for who is better."""

from __future__ import annotations

from typing import Any

import pytest

from mlops_tui.domain.evaluations import Figure
from mlops_tui.domain.project import Direction
from mlops_tui.engine.better_choices import BetterChoice
from mlops_tui.engine.figure_rows import FigureRow
from mlops_tui.engine.fronts import Front
from mlops_tui.ui.compared import Line
from mlops_tui.ui.compared_figures import better_lines, figure_lines, front_lines, marked_names


def row(
    metric: str, *figures: Figure | None, best: int = 0, is_clear: bool = True, v2: str = "v1"
) -> FigureRow:
    versions = ("v1", *[v2] * (len(figures) - 1))
    return FigureRow(metric, "holdout", figures, Direction.MAXIMIZE, (best,), is_clear, versions)


def texts(line: Line) -> list[str]:
    return [it.text for it in line.cells]


def test_figures_have_interval_and_n_and_say_whether_chance_could_decide() -> None:
    good, bad = Figure(0.9, 0.85, 0.95, 100), Figure(0.6, 0.5, 0.7, 90)
    head, clear, near = figure_lines(
        [row("acc", good, bad), row("f1", good, None, is_clear=False)], True, {"acc": "EUR"}
    )
    assert (head.label, head.about.startswith("v1, ◆ best")) == ("evaluated on holdout", True)
    assert (clear.label, texts(clear)) == (
        "acc (EUR) n ≥90",
        ["◆ 0.9 (0.85 to 0.95)", "  0.6 (0.5 to 0.7)"],
    )
    assert (near.label, texts(near)) == ("f1 n 100", ["◇ 0.9 (0.85 to 0.95)", "  -"])


def test_what_is_the_same_is_left_out_and_other_data_is_told() -> None:
    same = Figure(2048.0, n=1)
    rows = [row("size_bytes", same, same, v2="v2")]
    head, versions = figure_lines(rows, True, {})
    assert head.about == "on 2 versions of it, so that nothing is best"
    assert texts(versions) == ["v1", "v2"]
    assert [it.label for it in figure_lines(rows, False, {})][2:] == ["size_bytes"]
    assert texts(figure_lines(rows, False, {})[2])[0].endswith("2.0 KiB")


def test_who_is_beaten_by_whom_is_said_of_each() -> None:
    names = ["a", "b", "c", "d", "e"]
    front = Front(("cost", "recall"), ((), (0,), None, (0, 1, 4), ()), ("so",))
    head, beaten, note = front_lines(front, names)
    assert head.about == "cost, recall; by values alone"
    assert "d: a, b, e" in head.more
    assert texts(beaten) == ["▲ none", "a", "- cannot be told", "a, b +1", "▲ none"]
    assert note.label == "  so"
    assert marked_names(names, front) == ["a ▲", "b", "c", "d", "e ▲"]
    assert (front_lines(None, names), marked_names(names, None)) == ([], names)


FOUND: dict[str, Any] = {
    "verdict": "better",
    "difference": 0.04,
    "low": 0.01,
    "high": 0.07,
    "confidence": 0.95,
    "n": 1430,
    "method": "DeLong",
    "rows_needed": 0,
    "a": 0.9,
    "b": 0.94,
    "notes": ["odd"],
    "wanted": 0.02,
    "wanted_by": "practical margin",
}


def test_a_verdict_is_told_in_words_with_its_interval_and_n() -> None:
    lines = better_lines("x", "m:1", "m:2", BetterChoice("roc_auc", "holdout"), FOUND)
    assert [it.label for it in lines] == [
        "✓ m:2 is better than m:1",
        "  roc_auc on holdout: 0.9 and 0.94, n 1,430 rows",
        "  difference +0.04 (95%: 0.01 to 0.07), by DeLong; 1 note: Enter",
    ]
    assert lines[0].more.endswith("odd")
    assert len({it.id for it in lines}) == 3


@pytest.mark.parametrize(
    ("needed", "words"),
    [
        (83, "needs about 83 more runs to see a difference of 0.02 (practical margin)"),
        (None, "nor how many runs would show a difference of 0.02 (practical margin)"),
        (0, "though so many runs would show a difference of 0.02 (practical margin) in 8 of 10"),
    ],
)
def test_what_cannot_be_told_says_what_it_would_take(needed: int | None, words: str) -> None:
    found = FOUND | {"verdict": "cannot tell", "rows_needed": needed, "low": None, "high": None}
    choice = BetterChoice("loss", None, is_repeated=True)
    lines = better_lines("x", "a", "b", choice, found)
    assert lines[0].label == "? cannot tell whether b is better than a"
    assert lines[1].label.startswith(f"  {words}")
    assert lines[2].label == "  loss, last values: 0.9 and 0.94, n 1,430 runs"
    assert "no interval" in lines[3].label
