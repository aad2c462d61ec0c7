from __future__ import annotations

import pytest

from mlops_tui.domain.filters import parse_filter
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.ui.filter_words import Offer, offer, values_of

FIELDS = ["param.lr", "param.lr_decay", "metric.loss", "metric.val loss", "tag.team", "param.x"]
FIELDS += ["metric.x", "host"]
RUNS = [
    Run(
        "1", "a", "train", "train", RunState.FINISHED, 0, params={"opt": "adam"}, tags={"best": ""}
    ),
    Run("2", "b", "train", "train", RunState.FAILED, 0, params={"opt": "sgd w"}, tags={"t": "x"}),
    Run("3", "b", "train", "train", RunState.FAILED, 0, params={"opt": "adam", "n": 3.0}),
]


def offered(typed: str) -> tuple[str, tuple[str, ...]]:
    found = offer(typed, FIELDS, lambda field: values_of(RUNS, field))
    return typed[: found.start], found.words


@pytest.mark.parametrize(
    ("typed", "before", "first"),
    [
        ("l", "", "lr"),
        ("lr", "", "lr_decay"),
        ("(lo", "(", "loss"),
        ("lr>0.1 and te", "lr>0.1 and ", "team"),
        ("not va", "not ", '"val loss"'),
        ("param.l", "", "param.lr"),
        ("x", "", "exit_code"),
        ("sta", "", "state"),
        ("has:lo", "has:", "loss"),
        ("state=f", "state=", "finished"),
        ("state = ", "state = ", "queued"),
        ("state in (failed, lo", "state in (failed, ", "lost"),
        ("state not in f", "state not in ", "finished"),
        ("opt=", "opt=", "adam"),
        ("param.opt != s", "param.opt != ", '"sgd w"'),
        ("name~", "name~", "b"),
        ("tag:b", "tag:", "best"),
        ("n>", "n>", "3"),
        ("started>", "started>", "-1h"),
    ],
)
def test_what_may_come_next_is_offered(typed: str, before: str, first: str) -> None:
    at, words = offered(typed)
    assert (at, words[0]) == (before, first)


@pytest.mark.parametrize("typed", ["", "lr ", 'name="a', "and", "state=failed", "loss>", "zzz"])
def test_nothing_is_offered_where_nothing_fits(typed: str) -> None:
    assert offered(typed)[1] == ()


def test_a_name_that_two_fields_share_is_offered_in_full() -> None:
    assert {"param.x", "metric.x"} <= set(offered("x")[1])
    assert "x" not in offered("x")[1]


def test_what_needs_quotes_has_them() -> None:
    assert str(parse_filter(offered("va")[1][0] + ">1")) == '"val loss" > 1'
    assert parse_filter("opt=" + offered("opt=sg")[1][0]).matches({"opt": "sgd w"}.get)


def test_very_long_values_are_left_out() -> None:
    assert offer("name=", [], lambda _: ["x" * 100, "y"]) == Offer(5, ("y",))
