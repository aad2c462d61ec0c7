from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from mlops_tui.domain.host import host_name
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine.waiting import QueueStatus
from mlops_tui.index import QueuedRun
from mlops_tui.ui.formats import time_left
from mlops_tui.ui.queue_rows import JobRow, cells, header, job_rows, news, plan, words_of

NOW = 1000.0


def run(name: str, state: RunState, **more: object) -> Run:
    made = Run(name, name, "train", "train", state, created=0.0, host=host_name())
    return replace(made, **more)  # type: ignore[arg-type]


RUNNING = run("long-" * 6, RunState.RUNNING, started=400.0, progress=(3.0, 4.0), gpus=2)
QUEUED = run("b", RunState.QUEUED, priority=7)
FOREIGN = run("c", RunState.QUEUED, host="gpu-box")
ENDED = run("d", RunState.FAILED, started=10.0, ended=70.0, reason="exited with code 3")
STATUS = QueueStatus(
    "here",
    False,
    (RUNNING,),
    (QueuedRun("b", 7, 0.0, 1, 0),),
    {"b": QUEUED, "c": FOREIGN},
    {"b": "waits for 1 slot, 0 of 2 free", "c": "in the queue of gpu-box"},
)


def test_what_runs_comes_first_then_the_queue_in_its_order_then_what_ended() -> None:
    rows = job_rows(STATUS, [ENDED])
    assert [(row.run.name, row.number) for row in rows] == [
        (RUNNING.name, 0),
        ("b", 1),
        ("c", 0),
        ("d", 0),
    ]


def test_the_title_counts_and_is_short_where_there_is_no_room() -> None:
    assert words_of(STATUS, 0, 60) == "1 running, 1 waiting, 1 on other hosts"
    assert words_of(STATUS, 2, 21) == "1 ▶  1 ○  1 elsewhere  2 ◆"
    nothing = QueueStatus("here", False, (), (), {}, {})
    assert words_of(nothing, 0, 21) == "nothing runs or waits"
    assert words_of(nothing, 1, 60) == "nothing runs or waits, 1 marked"


@pytest.mark.parametrize("width", [36, 58, 78, 118, 200])
def test_every_line_is_as_wide_as_its_room_and_says_why_first(width: int) -> None:
    rows = job_rows(STATUS, [ENDED])
    columns = plan(rows, width, NOW)
    assert cell_len(header(columns)) == width
    for row in rows:
        assert cell_len("".join(text for text, _ in cells(row, columns, NOW))) == width
    titles = [column.title for column in columns]
    assert titles[:2] == ["#", "State"]
    if width >= 58:
        assert "waits for 1 slot, 0 of 2 free" in "".join(
            t for t, _ in cells(rows[1], columns, NOW)
        )
    if width >= 118:
        assert titles == ["#", "State", "Run", "Prio", "Slots", "GPUs", "Time", "Left", ""]


def test_runs_of_a_sweep_are_told_apart_by_what_differs_where_there_is_room() -> None:
    rows = [
        JobRow(replace(QUEUED, name=str(seed), params={"lr": 0.1, "seed": seed, "x\x1b": seed}), 1)
        for seed in range(2)
    ]
    columns = plan(rows, 118, NOW)
    assert "seed=1 x\u241b=1" in "".join(text for text, _ in cells(rows[1], columns, NOW))
    assert "lr=" not in header(columns)
    assert "Params" not in header(plan(rows, 58, NOW))


def test_columns_without_anything_in_them_are_left_out() -> None:
    titles = [column.title for column in plan([JobRow(ENDED)], 100, NOW)]
    assert titles == ["State", "Run", "Slots", "Time", ""]


def test_the_news_are_progress_reason_and_how_it_ended() -> None:
    assert news(JobRow(RUNNING), NOW) == "━━━━──  75 % 3/4"
    stopping = replace(RUNNING, reason="stopping: SIGTERM sent", host="gpu-box", progress=None)
    assert news(JobRow(stopping), NOW) == "stopping: SIGTERM sent  on gpu-box"
    assert news(JobRow(ENDED), NOW) == "15 m ago, exited with code 3"
    assert news(JobRow(QUEUED, 1, "evil \x1b[2J"), NOW) == "evil \u241b[2J"


def test_the_time_left_goes_by_the_progress_so_far() -> None:
    assert time_left(RUNNING, NOW) == "3 m"
    assert time_left(replace(RUNNING, progress=(0.0, 4.0)), NOW) == ""
    assert time_left(replace(RUNNING, progress=(4.0, 4.0)), NOW) == "< 1 m"
    assert time_left(ENDED, NOW) == ""
