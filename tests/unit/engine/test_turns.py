"""What is moved stands where it was asked to, and nothing else changes its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.engine.turns import Turn, moved, new_turns
from mlops_tui.index import QueuedRun


def waiting(*wants: tuple[str, int, float]) -> list[QueuedRun]:
    return [QueuedRun(run_id, priority, turn, 1, 0) for run_id, priority, turn in wants]


def after(queued: list[QueuedRun], turns: list[Turn]) -> list[str]:
    """Return the order of the queue once these turns are recorded."""
    now = {run.id: Turn(run.id, run.priority, run.turn) for run in queued}
    now |= {turn.run_id: turn for turn in turns}
    return sorted(now, key=lambda run_id: (-now[run_id].priority, now[run_id].place, run_id))


@pytest.mark.parametrize(
    ("moving", "by", "order"),
    [
        ("c", -1, "acbde"),
        ("c", 2, "abdec"),
        ("e", -9, "eabcd"),
        ("a", 9, "bcdea"),
        ("bd", -1, "badce"),
        ("bd", 1, "acbed"),
        ("ab", -1, "abcde"),
        ("ac", -1, "acbde"),
        ("ce", 2, "abdce"),
        ("", 1, "abcde"),
    ],
)
def test_runs_move_together_and_stop_at_the_ends(moving: str, by: int, order: str) -> None:
    assert "".join(moved("abcde", set(moving), by)) == order


def test_one_line_is_enough_among_equals() -> None:
    queued = waiting(("a", 0, 10.0), ("b", 0, 20.0), ("c", 0, 30.0))
    assert new_turns(queued, {"c"}, -1) == [Turn("c", 0, 15.0)]
    assert new_turns(queued, {"a"}, -1) == []


def test_a_run_takes_on_the_priority_it_comes_to_stand_in() -> None:
    queued = waiting(("a", 5, 10.0), ("b", 5, 20.0), ("c", 0, 5.0), ("d", 0, 6.0))
    assert new_turns(queued, {"d"}, -2) == [Turn("d", 5, 15.0)]
    (turn,) = new_turns(queued, {"a"}, 2)
    assert (turn.priority, turn.place) == (0, 5.5)


def test_what_comes_last_still_starts_before_what_is_queued_later() -> None:
    queued = waiting(("a", 0, 10.0), ("b", 0, 20.0))
    (turn,) = new_turns(queued, {"a"}, 1)
    assert 20.0 < turn.place < 20.01


def test_without_numbers_left_between_two_all_get_new_places() -> None:
    queued = waiting(("a", 0, 1e9), ("b", 0, 1e9), ("c", 0, 1e9))
    turns = new_turns(queued, {"c"}, -1)
    assert len(turns) > 1
    assert after(queued, turns) == ["a", "c", "b"]


def test_a_gap_that_is_halved_over_and_over_lasts() -> None:
    queued = waiting(*((f"{number:03d}", 0, 1.7e9 + number / 100) for number in range(200)))
    for _ in range(300):
        order = [run.id for run in queued]
        turns = {turn.run_id: turn for turn in new_turns(queued, {order[-1]}, -198)}
        by_id = {run.id: run for run in queued}
        expected = moved(order, {order[-1]}, -198)
        queued = [
            QueuedRun(it, turn.priority, by_id[it].created, 1, 0, turn.place)
            if (turn := turns.get(it))
            else by_id[it]
            for it in expected
        ]
        assert after(queued, []) == expected


RUNS = st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 4)), min_size=1, max_size=9)


@given(RUNS, st.data(), st.integers(-10, 10))
def test_any_move_of_any_runs_gives_the_order_that_was_asked_for(
    runs: list[tuple[int, int]], data: st.DataObject, by: int
) -> None:
    queued = [
        QueuedRun(str(number), priority, 1.7e9 + place, 1, 0)
        for number, (priority, place) in enumerate(runs)
    ]
    queued.sort(key=lambda run: (-run.priority, run.turn, run.id))
    ids = [run.id for run in queued]
    moving = set(data.draw(st.lists(st.sampled_from(ids))))
    assert after(queued, new_turns(queued, moving, by)) == moved(ids, moving, by)
