from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import cast

import pytest

from mlops_tui.ui.reads import ReadPool, RunReader

SECONDS = 10


@pytest.fixture
def pool() -> Iterator[ReadPool]:
    pool = ReadPool(lambda: cast(RunReader, None))
    yield pool
    pool.close(SECONDS)


def test_an_older_answer_of_a_group_never_comes_after_a_newer_one(pool: ReadPool) -> None:
    answers: queue.Queue[object] = queue.Queue()
    began, may_go_on = threading.Event(), threading.Event()

    def slow(_: RunReader) -> str:
        began.set()
        assert may_go_on.wait(SECONDS)
        return "older"

    pool.submit(slow, answers.put, answers.put, "list")
    assert began.wait(SECONDS)
    pool.submit(lambda _: "newer", answers.put, answers.put, "list")
    pool.submit(lambda _: "other", answers.put, answers.put, "series")
    assert answers.get(timeout=SECONDS) == "other"
    may_go_on.set()
    assert [answers.get(timeout=SECONDS) for _ in range(2)] == ["older", "newer"]


def test_only_the_newest_waiting_wish_of_a_group_is_worked_off(pool: ReadPool) -> None:
    answers: queue.Queue[object] = queue.Queue()
    began, may_go_on = threading.Event(), threading.Event()

    def slow(_: RunReader) -> int:
        began.set()
        assert may_go_on.wait(SECONDS)
        return 0

    pool.submit(slow, answers.put, answers.put, "list")
    assert began.wait(SECONDS)
    for number in range(1, 100):
        pool.submit(lambda _, number=number: number, answers.put, answers.put, "list")  # type: ignore[misc]
    may_go_on.set()
    assert [answers.get(timeout=SECONDS) for _ in range(2)] == [0, 99]


def test_all_wishes_of_a_group_that_do_not_replace_are_answered_in_order(pool: ReadPool) -> None:
    answers: queue.Queue[object] = queue.Queue()
    for number in range(100):
        pool.submit(
            lambda _, number=number: number,  # type: ignore[misc]
            answers.put,
            answers.put,
            "rows",
            replaces=False,
        )
    assert [answers.get(timeout=SECONDS) for _ in range(100)] == list(range(100))


def test_wishes_of_no_group_do_not_wait_for_each_other(pool: ReadPool) -> None:
    meeting = threading.Barrier(2, timeout=SECONDS)
    answers: queue.Queue[object] = queue.Queue()
    for _ in range(2):
        pool.submit(lambda _: meeting.wait(), answers.put, answers.put)
    assert {answers.get(timeout=SECONDS) for _ in range(2)} == {0, 1}
