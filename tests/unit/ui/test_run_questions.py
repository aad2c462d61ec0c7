from __future__ import annotations

from mlops_tui.domain.runs import Run, RunState
from mlops_tui.ui.run_questions import (
    delete_question,
    named,
    outcome,
    repeat_question,
    stop_question,
)

PLAN = "SIGINT goes out."


def run(name: str, state: RunState, started: float | None = None) -> Run:
    return Run(name, name, "train", "train", state, created=0.0, started=started)


RUNNING = run("a", RunState.RUNNING, 0.0)
QUEUED = run("b", RunState.QUEUED)
FAILED = run("c", RunState.FAILED, 0.0)
FINISHED = run("d", RunState.FINISHED, 0.0)


def test_stopping_one_run_says_what_happens_to_it() -> None:
    question = stop_question([RUNNING], 130.0, PLAN)
    assert (question.text, question.lines) == ("Stop a?", ("It is running for 2 m.", "a", PLAN))
    assert stop_question([QUEUED], 9.0, PLAN).lines == ("It is queued.", "b")
    assert stop_question([FAILED], 9.0, PLAN).runs == ()


def test_stopping_many_says_what_becomes_of_each() -> None:
    question = stop_question([RUNNING, QUEUED, FAILED], 130.0, PLAN)
    assert question.text == "Stop 2 runs?"
    assert question.lines == (
        f"1 stopped: a. {PLAN}",
        "1 taken out of the queue: b",
        "Left alone, failed: c",
    )
    assert question.runs == (RUNNING, QUEUED)


def test_only_ended_runs_are_deleted_or_queued_again() -> None:
    for question in (
        delete_question([FAILED, RUNNING, FINISHED]),
        repeat_question([FAILED, RUNNING, FINISHED]),
    ):
        assert question.runs == (FAILED, FINISHED)
        assert "2 runs" in question.text
        assert "c, d" in question.lines[0]
        assert question.lines[-1] == "Left alone, running: a"
    assert delete_question([QUEUED]).runs == ()


def test_many_are_counted_where_their_names_are_too_many() -> None:
    assert named([QUEUED] * 10) == "b, b, b, b, b, b, b, b, 2 more"


def test_what_came_of_it_tells_the_first_failure() -> None:
    assert (
        outcome([("asked to stop", 2), ("gone", 0)], ["no", "why"]) == "2 asked to stop, 2 not: no"
    )
