"""The filter language chooses the runs a person means, and explains what it does not get."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import pytest

from mlops_tui.domain.errors import InputError
from mlops_tui.domain.filters import parse_filter, parse_sort, unknown_fields
from mlops_tui.domain.filters_match import words_of
from mlops_tui.domain.runs import WORDS, RunState

NOW = 1_790_000_000.0
RUN: Mapping[str, object] = {
    "id": "20261101-101010-abcdef",
    "name": "train-3",
    "job": "train",
    "state": RunState.FAILED,
    "started": NOW - 3600,
    "created": 1_793_527_200.0,  # 2026-11-01 10:00 UTC
    "duration": 400.0,
    "tags": {"best": "", "team": "forms"},
    "lr": 0.01,
    "acc": 0.95,
    "epochs": "20",
    "solver": "adam",
    "loss": math.nan,
    "shuffle": True,
    "exit_code": 3,
    "path": "data/a(b).csv",
}


def passes(text: str, run: Mapping[str, object] = RUN) -> bool:
    words = {WORDS: words_of(run.get)}
    return parse_filter(text).matches({**words, **run}.get, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lr>0.005 and (acc>.9 or tag:best) and started>-2d",
        "lr>0.005 (acc>2 or tag:best) started>-2d",
        "state in (failed, lost)",
        "state = FAILED",
        "not state = finished",
        "state not in (finished, running)",
        "lr in 0.005..0.1",
        "lr in (1, 0.005..)",
        "duration>5m",
        "duration < 1h30m",
        "created>2026-11-01",
        "created = 2026-11-01",
        "created in 2026-10-30..2026-11-01",
        "started<now",
        "name ~ ^train-[0-9]$",
        "name~^(train|eval)-",
        "epochs >= 20",
        "epochs = 20.0",
        "epochs:20",
        "solver = adam",
        "solver != sgd",
        "solver:AD",
        "shuffle = True",
        "shuffle=true",
        "has:lr",
        "not has:momentum",
        "tag:best",
        "tag:team=forms",
        "tag = best",
        "tag != worst",
        "train",
        "TRAIN-3 forms",
        "abcdef",
        "exit_code==3",
        "loss = nan",
        "path=data/a(b).csv",
        'path = "data/a(b).csv"',
        "'solver' = 'adam'",
        "momentum>1 and lr>1 or acc>0.9",
        "name > eval",
    ],
)
def test_a_run_that_is_meant_passes(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "lr>0.01",
        "loss>0",
        "loss<0",
        "loss<=nan",
        "momentum<1",
        "momentum!=1",
        "momentum not in (1)",
        "solver>3",
        "lr>abc",
        "solver = Adam",
        "tag:worst",
        "tag != best",
        "sgd",
        "lr>1 and momentum>1 or acc>2",
        "acc>.9 and (lr>1 or momentum>1)",
        "created=2026-11-02",
        "created in ..2026-10-31",
        "started>-30m",
        "not lr<1",
        "has:momentum",
    ],
)
def test_a_run_that_is_not_meant_does_not_pass(text: str) -> None:
    assert not passes(text)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("lr >", "character 5: a value after '>' is missing", ""),
        ("lr => 3", "character 4: '=>' is not understood", "write >="),
        ("lr > 3 && acc > 2", "character 8: '&&' is not understood", "write and"),
        ("(lr > 3", "character 1: this parenthesis is never closed", "add )"),
        ("lr > 3)", "character 7: ')' is not understood", ""),
        ("and lr > 3", "character 1: a condition is missing before 'and'", ""),
        ("lr > and", "character 6: a value after '>' is missing before 'and'", ""),
        ("state = faild", "character 1: 'faild' is no state", "did you mean failed?"),
        ("acc>1 started > soon", "character 7: 'soon' is no time", "-2d"),
        ("duration > long", "'long' is no duration", "5m"),
        ("exit_code = x", "exit_code is a number", ""),
        ("name ~ (", "broken regular expression", ""),
        ('name = "a', "character 8: this quote is never closed", ""),
        ("state in (failed", "the list after 'in' is not closed", ""),
        ("> 3", "a field is missing before '>'", ""),
        ("(" * 100_000, "more than 40 levels", ""),
        ("not " * 100_000, "more than 40 levels", ""),
        ("lr = = 3", "'=' is out of place", ""),
        ("tag > 3", "tags are not ordered", ""),
    ],
)
def test_what_is_not_understood_is_named_with_its_place(text: str, message: str, hint: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_filter(text)
    assert message in raised.value.message
    assert hint in raised.value.hint


def test_a_filter_names_the_fields_it_reads() -> None:
    assert parse_filter("lr>1 and (min.loss<2 or has:acc)").fields == {"lr", "min.loss", "acc"}
    assert parse_filter("tag:best x").fields == {"tags", WORDS}


def getter(values: Mapping[str, object]) -> Callable[[str, str], object]:
    return lambda run_id, field: values.get(run_id)


def test_sorting_puts_missing_and_nan_last_in_both_directions() -> None:
    values = {"a": 2, "b": None, "c": "10", "d": math.nan, "e": "text"}
    get = getter(values)
    assert parse_sort("x").sorted(values, get) == ["a", "c", "e", "b", "d"]
    assert parse_sort("-x").sorted(values, get) == ["e", "c", "a", "b", "d"]


def test_the_second_sort_key_decides_ties() -> None:
    rows = {"a": (1, 5), "b": (2, 1), "c": (1, 9)}
    sort = parse_sort("x, -y")
    assert sort.sorted(rows, lambda run, field: rows[run]["xy".index(field)]) == ["c", "a", "b"]
    assert str(sort) == "x,-y"
    assert str(parse_sort("acc desc")) == "-acc"


@pytest.mark.parametrize("text", ["", "a,,b", "a sideways", "-"])
def test_a_broken_sort_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError):
        parse_sort(text)


def test_an_unknown_field_is_answered_with_the_nearest_known_one() -> None:
    found = unknown_fields({"metric.acuracy", "lr", "name"}, {"accuracy", "lr"})
    assert found == [("metric.acuracy", "accuracy")]
