"""Lists, ranges and combinations of parameter values."""

from __future__ import annotations

import itertools
import math
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.project import Param, ParamType
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.runs import ParamValue
from mlops_tui.domain.sweep import check_grid, expand, too_many, written, written_list

INT = Param("n", ParamType.INT)
FLOAT = Param("lr", ParamType.FLOAT)
SMALL = Param("lr", ParamType.FLOAT, min=0.0, max=1.0)
TEXT = Param("s", ParamType.STR)
PATH = Param("f", ParamType.PATH)
BOOL = Param("b", ParamType.BOOL)
CHOICE = Param("c", ParamType.CHOICE, choices=("adam", "sgd", "a, b"))
TRAIN = parse_project(
    """
[jobs.train]
run = "python train.py --lr {lr} -n {n}"
[jobs.train.params]
lr = 0.05
n = 3
name = "x"
token = { type = "secret", env = "TOKEN" }
""",
    Path("/nowhere"),
).jobs["train"]


@pytest.mark.parametrize(
    ("param", "text", "values"),
    [
        (FLOAT, "0.1", [0.1]),
        (FLOAT, "0.1, 0.01,0.001", [0.1, 0.01, 0.001]),
        (FLOAT, "{0.1, 0.01}", [0.1, 0.01]),
        (FLOAT, "0.1, 0.1", [0.1]),
        (INT, "1..5", [1, 2, 3, 4, 5]),
        (INT, "5..3", [5, 4, 3]),
        (INT, "-2..1", [-2, -1, 0, 1]),
        (INT, "1..10 step 3", [1, 4, 7, 10]),
        (INT, "1..9 step 3", [1, 4, 7]),
        (INT, "1..3, 10, 20..22", [1, 2, 3, 10, 20, 21, 22]),
        (INT, "log 1..1000 x4", [1, 10, 100, 1000]),
        (INT, "log 8..64 x4", [8, 16, 32, 64]),
        (FLOAT, "0..1 x5", [0.0, 0.25, 0.5, 0.75, 1.0]),
        (FLOAT, "0.1..0.5 step 0.1", [0.1, 0.2, 0.3, 0.4, 0.5]),
        (FLOAT, "log 1e-4..1e-1 x4", [1e-4, 1e-3, 1e-2, 1e-1]),
        (FLOAT, "log 1e-1..1e-4 x 4", [1e-1, 1e-2, 1e-3, 1e-4]),
        (FLOAT, ".5...7 step .1", [0.5, 0.6, 0.7]),
        (TEXT, "a, b", ["a, b"]),
        (TEXT, "{a, b}", ["a", "b"]),
        (TEXT, '{"a, b", c}', ["a, b", "c"]),
        (TEXT, '{"{a, b}"}', ["{a, b}"]),
        (TEXT, "{a}", ["{a}"]),
        (TEXT, '{"a": 1, "b": 2}', ['{"a": 1, "b": 2}']),
        (TEXT, "{}", ["{}"]),
        (TEXT, "1..5", ["1..5"]),
        (TEXT, "", [""]),
        (PATH, "{a.csv, b.csv}", ["a.csv", "b.csv"]),
        (BOOL, "{true, false}", [True, False]),
        (CHOICE, "{adam, sgd}", ["adam", "sgd"]),
        (CHOICE, '{"a, b", sgd}', ["a, b", "sgd"]),
    ],
)
def test_a_text_stands_for_these_values(param: Param, text: str, values: list[ParamValue]) -> None:
    assert expand(param, text) == values


def test_commas_separate_text_where_a_list_is_asked_for() -> None:
    assert expand(TEXT, "a, b", is_listed=True) == ["a", "b"]
    assert expand(CHOICE, "adam,sgd", is_listed=True) == ["adam", "sgd"]


@pytest.mark.parametrize(
    ("param", "text", "words"),
    [
        (FLOAT, "0.1,", "nothing after the last comma"),
        (FLOAT, "0.1,,2", "nothing between two commas"),
        (FLOAT, "0.1, x", "expected a float, got 'x'"),
        (FLOAT, "0..1", "0..1 step 0.1, or 0..1 x5"),
        (FLOAT, "log 1..10", "say how many"),
        (FLOAT, "log 0..1 x3", "greater than 0"),
        (FLOAT, "0..1 x1", "two ends"),
        (FLOAT, "a..b x3", "'a' is no number"),
        (FLOAT, "0..inf x3", "'inf' is no number"),
        (FLOAT, "0..1 by 3", "is no range"),
        (FLOAT, "0..1 step 0", "greater than 0"),
        (FLOAT, "{}", "without values"),
        (SMALL, "0.5, 2", "expected a float between 0 and 1, got '2'"),
        (INT, "1..1000000", "1,000,000 runs are too many at once: 500 at most"),
        (INT, "0..1e300", "too many"),
        (INT, "1..9 x999999999999", "too many"),
        (TEXT, '{"a" b}', "nothing but a comma may follow the quotes"),
        (CHOICE, "{adam, lbfgs}", "expected one of"),
    ],
)
def test_what_is_not_understood_is_named(param: Param, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        expand(param, text)
    assert words in caught.value.message
    assert caught.value.message.startswith(f"{param.name}: ")


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=30)


@given(NUMBERS)
def test_a_number_reads_back(value: float) -> None:
    assert expand(FLOAT, written(FLOAT, value)) == [value]


@given(WORDS)
def test_any_text_reads_back_as_itself(value: str) -> None:
    assert expand(TEXT, written(TEXT, value)) == [value]


@given(st.lists(WORDS, min_size=2, max_size=6, unique=True))
def test_any_list_of_text_reads_back(values: list[str]) -> None:
    assert expand(TEXT, written_list(values)) == values


@given(st.lists(NUMBERS, min_size=2, max_size=6, unique=True))
def test_any_list_of_numbers_reads_back(values: list[float]) -> None:
    assert expand(FLOAT, written_list(values)) == values
    assert expand(FLOAT, ", ".join(map(repr, values))) == values


@given(st.integers(-1000, 1000), st.integers(0, 300), st.integers(1, 50))
def test_a_range_is_pythons_with_both_ends(low: int, width: int, step: int) -> None:
    expected = list(range(low, low + width + 1, step))
    assert expand(INT, f"{low}..{low + width} step {step}") == expected


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9), st.integers(2, 50))
def test_a_log_range_has_its_ends_and_one_factor(low: float, high: float, count: int) -> None:
    values = expand(FLOAT, f"log {low!r}..{high!r} x{count}")
    assert (values[0], values[-1]) == (low, high)
    assert len(values) <= count
    numbers = [value for value in values if isinstance(value, float)]
    factor = (high / low) ** (1 / (count - 1))
    assert len(values) < count or all(
        math.isclose(later / former, factor, rel_tol=1e-6)
        for former, later in itertools.pairwise(numbers)
    )


@given(WORDS)
def test_no_text_raises_anything_but_an_input_error(text: str) -> None:
    for param in (INT, FLOAT, TEXT, BOOL, CHOICE):
        for is_listed in (False, True):
            with suppress(InputError):
                assert expand(param, text, is_listed=is_listed)


def test_a_grid_has_every_combination_once_in_the_declared_order() -> None:
    grid, wrong = check_grid(TRAIN, {"n": "1..2", "lr": "0.1, 0.2"})
    assert wrong == {}
    assert grid.count == 4
    assert grid.swept == ["lr", "n"]
    points = [(point["lr"], point["n"], point["name"]) for point in grid.points()]
    assert points == [(0.1, 1, "x"), (0.1, 2, "x"), (0.2, 1, "x"), (0.2, 2, "x")]


def test_a_grid_takes_defaults_and_says_what_is_wrong() -> None:
    grid, wrong = check_grid(TRAIN, {"lr": "0.1, x", "n": None, "m": "1"})
    assert set(wrong) == {"lr", "m"}
    assert grid.axes["n"] == (3,)


def test_too_many_runs_are_told() -> None:
    grid, _ = check_grid(TRAIN, {"lr": "0..1 x10", "n": "1..100"})
    assert too_many(grid.count) == "1,000 runs are too many at once: 500 at most"
    assert too_many(500) == ""


def test_a_secret_is_no_part_of_a_grid() -> None:
    grid, _ = check_grid(TRAIN, {"token": "{a, b}"})
    assert grid.count == 1
    assert "token" not in grid.axes
