from __future__ import annotations

from mlops_tui.index.columns import FileState, to_columns
from mlops_tui.index.events import Line
from mlops_tui.index.lines import GREATEST_STEP


def columns(
    lines: list[Line], state: FileState | None = None
) -> dict[str, list[tuple[int, float]]]:
    ends = [10 * (position + 1) for position in range(len(lines))]
    found = to_columns(lines, ends, 0, state or FileState(5.0)).columns
    return {name: list(zip(c.steps, c.values, strict=True)) for name, c in found.items()}


def test_lines_of_several_shapes_keep_the_order_of_each_metric() -> None:
    lines = [
        Line(1, 0, {"a": 1, "b": 2}),
        Line(1, 5, {"c": 3}),
        Line(1, 1, {"a": 4}),
        Line(1, 2, {"b": 5, "a": 6}),
        Line(1, 3),
        Line(1, 4, {"d": 7}),
    ]
    assert columns(lines) == {
        "a": [(0, 1), (1, 4), (2, 6)],
        "b": [(0, 2), (2, 5)],
        "c": [(5, 3)],
        "d": [(4, 7)],
    }


def test_a_missing_step_counts_on_from_the_metrics_own_last_one() -> None:
    state = FileState(5.0, previous_steps={"a": 7})
    lines = [Line(1, None, {"a": 1, "b": 2}), Line(1, 3, {"a": 1}), Line(1, None, {"a": 1, "b": 2})]
    assert columns(lines, state) == {"a": [(8, 1), (3, 1), (4, 1)], "b": [(0, 2), (1, 2)]}


def test_steps_do_not_overflow() -> None:
    state = FileState(5.0, previous_steps={"a": GREATEST_STEP})
    assert columns([Line(1, None, {"a": 1})], state) == {"a": [(GREATEST_STEP, 1)]}


def test_a_missing_time_is_that_of_the_first_heartbeat_that_covers_the_line() -> None:
    lines = [Line(None, step, {"a": 1}) for step in range(5)]
    state = FileState(5.0, covered_sizes=[10, 29, 30], covered_times=[100, 101, 102])
    found = to_columns(lines, [10, 20, 30, 40, 50], 0, state)
    assert list(found.columns["a"].times) == [100, 101, 102, 102, 102]
    assert found.undated is not None
    assert (found.undated.offset, found.undated.end, found.undated.last_t) == (30, 40, 102)


def test_without_heartbeat_the_line_before_and_then_the_start_give_the_time() -> None:
    lines = [Line(None, 0, {"a": 1}), Line(50, 1), Line(None, 2, {"a": 1})]
    found = to_columns(lines, [10, 20, 30], 0, FileState(5.0))
    assert list(found.columns["a"].times) == [5.0, 50]
    assert (found.last_t, found.heard) == (50, 50)


def test_points_that_go_backwards_are_counted() -> None:
    lines = [Line(1, step, {"a": 1}) for step in (5, 4, 4, 9, 2)]
    state = FileState(5.0, previous_steps={"a": 6})
    found = to_columns(lines, [1, 2, 3, 4, 5], 0, state).columns["a"]
    assert (found.backward, found.is_growing) == (3, False)
