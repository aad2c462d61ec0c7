from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from mlops_tui.domain.project import (
    Cost,
    Dataset,
    Direction,
    Guardrail,
    Job,
    JobKind,
    Metric,
    Objective,
    Project,
    Role,
)
from mlops_tui.domain.runs import MetricSummary, Run, RunState
from mlops_tui.ui.place_rows import PlaceContent
from mlops_tui.ui.readiness_rows import readiness_content

TODAY = date(2026, 11, 21)
OBJECTIVE = Objective("Sort mail", "acc", 0.9, "post", date(2026, 11, 23), Cost("EUR", 5.0, 1.0),
                      (Guardrail("ms", max=20.0), Guardrail("recall", min=0.8)))  # fmt: skip
PROJECT = Project(
    Path("/p"),
    "p",
    objective=OBJECTIVE,
    metrics={"acc": Metric("acc", Direction.MAXIMIZE)},
    datasets={
        "train": Dataset("train", "t.csv", Role.TRAIN),
        "holdout": Dataset("holdout", "h.csv", Role.HOLDOUT),
    },
    jobs={"train": Job("train", "true", JobKind.TRAIN)},
)


def run(number: int, state: RunState = RunState.FINISHED, **values: float) -> Run:
    metrics = {
        name: MetricSummary(value, value, value, value, 1, 0, 0, 0, 0)
        for name, value in values.items()
    }
    return Run(f"r{number}", f"train-{number}", "train", "train", state, 0.0,
               params={"seed": number}, metrics=metrics)  # fmt: skip


def told(content: PlaceContent) -> dict[str, tuple[str, str]]:
    return {row.cells[1][0]: (row.cells[0][0], row.cells[2][0]) for row in content.rows}


def test_each_line_says_whether_it_is_so_and_as_it_is() -> None:
    best = run(3, acc=0.85, ms=25.0)
    runs = [best, run(2), run(1), run(0, RunState.FAILED)]
    content = readiness_content(PROJECT, best, runs, TODAY)
    assert told(content) == {
        "objective is stated": ("✓", "Sort mail"),
        "target is set": ("✓", "acc ≥ 0.9"),
        "target is reached": ("✗", "best 0.85 by train-3, 0.05 to go"),
        "somebody owns it": ("✓", "post"),
        "deadline": ("✓", "2026-11-23, 2 days left"),
        "cost of errors": ("·", "5 EUR a false negative, 1 EUR a false positive"),
        "ms ≤ 20": ("✗", "25"),
        "recall ≥ 0.8": ("·", "not measured by the best run"),
        "data is declared": ("✓", "train, holdout"),
        "data to measure on is kept apart": ("✓", "holdout"),
        "data has checks": ("✗", "none for train, holdout"),
        "training is a job": ("✓", "train"),
        "runs end well": ("✗", "1 of the last 4 runs failed"),
        "the best is no lucky seed": ("✓", "4 seeds tried"),
    }
    assert content.words == "8 of 12 met"


def test_what_is_not_met_has_a_remedy_and_what_is_has_none() -> None:
    for row in readiness_content(PROJECT, run(1, acc=0.95), [run(1)], TODAY).rows:
        facts = dict(row.facts)
        mark = row.cells[0][0]
        assert ("remedy" in facts) <= (mark != "✓")
    reached = told(readiness_content(PROJECT, run(1, acc=0.95), [run(1)], TODAY))
    assert reached["target is reached"] == ("✓", "best 0.95 by train-1")


def test_an_empty_project_is_told_all_that_is_missing() -> None:
    content = readiness_content(Project(Path("/p"), "p"), None, [], TODAY)
    assert content.words == "0 of 6 met"
    over = replace(PROJECT, objective=replace(OBJECTIVE, deadline=date(2026, 11, 20)))
    assert told(readiness_content(over, None, [], TODAY))["deadline"][1].endswith("1 day over")
