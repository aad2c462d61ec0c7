"""Values for a launch form, from recorded runs and as a first proposal of a sweep."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlops_tui.domain.project import Param, ParamType, Scale
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.domain.runs import ParamValue, Run, RunState
from mlops_tui.domain.sweep import expand
from mlops_tui.ui.prefill import (
    DEFAULTS,
    field_text,
    like_options,
    like_source,
    lost_words,
    next_source,
    proposal,
    sources,
    still_valid,
    swept_hint,
)

PROJECT = parse_project(
    """
[jobs.train]
run = "train {lr}"
[jobs.train.params]
lr = { type = "float", default = 0.1, max = 1.0 }
solver = { type = "choice", choices = ["adam", "sgd"], default = "adam" }
note = "x"
token = { type = "secret", env = "TOKEN" }
""",
    Path("/nowhere"),
)
TRAIN = PROJECT.jobs["train"]


def run(name: str, **params: str | float) -> Run:
    return Run(name, name, "train", "train", RunState.FINISHED, 1.0, params=params)


def test_only_what_the_job_still_takes_is_taken_and_no_secret() -> None:
    recorded: dict[str, ParamValue] = {
        "lr": 2.0,
        "solver": "sgd",
        "note": None,
        "gone": 1,
        "token": "t",
    }
    assert still_valid(TRAIN, recorded) == {"solver": "sgd"}


def test_a_run_to_begin_with_gives_values_options_and_says_what_is_lost() -> None:
    like = replace(run("a", lr=2.0, note="y"), priority=3, slots=4, tags={"sweep": "x", "t": "f"})
    assert like_source(TRAIN, like).values == {"note": "y"}
    assert like_options(TRAIN, like) == {"priority": 3, "slots": 4, "tags": "t=f"}
    assert lost_words(TRAIN, like) == "Not taken over, the job has changed: lr = 2.0"
    assert lost_words(TRAIN, run("b", lr=0.5)) == ""
    assert (like_source(TRAIN, None), like_options(TRAIN, None)) == (DEFAULTS, {})


def test_a_run_that_has_nothing_to_give_is_left_out() -> None:
    found = sources(PROJECT, TRAIN, run("a", lr=0.5), run("b", lr=9.0), None)
    assert [source.words for source in found] == ["defaults", "last used, a"]
    assert next_source(found, DEFAULTS) is found[1]
    assert next_source(found, found[1]) is DEFAULTS


@pytest.mark.parametrize(
    ("param", "text", "proposed"),
    [
        (Param("lr", ParamType.FLOAT), "0.05", "0.005, 0.05, 0.5"),
        (Param("lr", ParamType.FLOAT, max=0.1), "0.05", "0.005, 0.05"),
        (Param("n", ParamType.INT), "20", "10, 20, 40"),
        (Param("n", ParamType.INT, scale=Scale.LOG), "20", "2, 20, 200"),
        (Param("n", ParamType.INT), "0", None),
        (Param("n", ParamType.INT), "x", None),
        (Param("b", ParamType.BOOL), "", "{true, false}"),
        (Param("c", ParamType.CHOICE, choices=("a", "b, c")), "", '{a, "b, c"}'),
        (Param("s", ParamType.STR), "a", None),
        (Param("t", ParamType.SECRET), "a", None),
    ],
)
def test_a_sweep_is_proposed_around_what_stands_there(
    param: Param, text: str, proposed: str | None
) -> None:
    found, words = proposal(param, text)
    assert found == proposed
    assert words
    if found is not None:
        assert len(expand(param, found)) > 1


def test_a_value_that_looks_like_a_list_is_filled_in_as_one_value() -> None:
    param = Param("s", ParamType.STR)
    assert field_text(param, "{a, b}") == '{"{a, b}"}'
    assert field_text(param, "a, b") == "a, b"
    assert field_text(param, None) == ""


def test_a_long_list_is_cut() -> None:
    assert swept_hint([1, 2]) == "2 values: 1, 2"
    assert swept_hint(list(range(9))) == "9 values: 0, 1, 2, 3, 4, 5 …"
