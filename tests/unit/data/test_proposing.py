"""What is proposed for a table can be read, and the table meets it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_tui.data.check_results import Status
from mlops_tui.data.checks import Around, judge_checks
from mlops_tui.data.proposing import Proposal, nice, propose_checks, shape_of
from mlops_tui.data.table_roles import Roles
from mlops_tui.domain.errors import RefusedError
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.engine.proposals.check_writer import checks_toml, with_checks
from tests.unit.data.tables import reader


def proposed(frame: pd.DataFrame, is_live: bool = False, **roles: str) -> Proposal:
    return propose_checks(reader(frame, rows=40), Roles(**roles), is_live)


def people(n: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "id": np.arange(n) + 100,
            "age": rng.integers(18, 91, n),
            "change": rng.normal(0, 3, n),
            "share": rng.random(n),
            "land": rng.choice(["DE", "FR"], n),
            "stars": rng.choice([1, 2, 3, 4, 5], n),
            "code": [f"AB-{number:03d}" for number in range(n)],
            "zip": [f"0{number:04d}" for number in range(n)],
            "note": [f"some words {number}" * (number % 3 + 1) for number in range(n)],
            "is_new": rng.choice(["true", "false"], n),
            "seen": pd.date_range("2026-01-01", periods=n, freq="h").astype(str),
            "start_at": np.arange(n),
            "end_at": np.arange(n) + 5,
            "bought": rng.choice([0, 1], n),
            "gap": np.where(np.arange(n) % 30 == 0, np.nan, 7.5),
        }
    )


def test_each_kind_of_column_gets_the_checks_that_fit_it() -> None:
    found = proposed(people(), target="bought", id="id", timestamp="seen")
    assert found.n_rows == 120
    assert found.table == {
        "rows": {"min": 60},
        "unique": ["id"],
        "sorted": ["seen"],
        "relations": ["start_at <= end_at"],
    }
    columns = found.columns
    assert columns["id"] == {"type": "int", "missing_max": 0}
    assert columns["age"] == {"type": "int", "min": 0, "max": 130, "missing_max": 0}
    assert (columns["change"]["min"], columns["change"]["max"]) == (-14.0, 13.0)
    assert columns["share"] == {"type": "float", "min": 0.0, "max": 1.0, "missing_max": 0}
    assert columns["land"] == {"type": "str", "allowed": ["DE", "FR"], "missing_max": 0}
    assert columns["stars"] == {"type": "int", "min": 0, "max": 7, "missing_max": 0}
    assert columns["code"] == {"type": "str", "pattern": "[A-Z]{2}\\-[0-9]{3}", "missing_max": 0}
    assert columns["zip"]["pattern"] == "[0-9]{5}"
    assert columns["note"] == {"type": "str", "missing_max": 0}
    assert columns["is_new"] == {"type": "bool", "missing_max": 0}
    assert columns["seen"] == {"type": "time", "missing_max": 0}
    assert columns["bought"] == {"type": "int", "allowed": [0, 1], "missing_max": 0}
    assert columns["gap"]["missing_max"] == 0.1


def test_live_data_is_to_be_fresh_and_a_few_rows_say_little() -> None:
    assert proposed(people(), is_live=True, timestamp="seen").table["fresh"] == "7d"
    few = proposed(people(5), id="id", timestamp="seen")
    assert few.table == {"rows": {"min": 2}}
    assert few.columns["age"] == {"type": "int"}


def test_a_column_that_not_every_file_has_is_not_required() -> None:
    read = reader({"a": range(30), "b": range(30)}, {"a": range(30)}, rows=40)
    columns = propose_checks(read, Roles()).columns
    assert columns["b"]["required"] is False
    assert "required" not in columns["a"]


CELLS = st.one_of(
    st.none(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.sampled_from(["a", "b", "007", "x'y\\z", "2026-01-01", " ", 'q"', "true", "é"]),
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=60),
    st.sampled_from(["id", "a b", 'a"b', "start", "ü"]),
)
def test_whatever_the_table_it_meets_what_is_proposed_for_it(
    rows: list[tuple[Any, Any]], name: str
) -> None:
    frame = pd.DataFrame(rows, columns=[name, "end"]).infer_objects()
    read = reader(frame, rows=25)
    found = propose_checks(read, Roles())
    toml = checks_toml("x.y", found.table, found.columns)
    project = parse_project(f"[datasets.'x.y']\npath = 'p'\n{toml}", Path("/p"))
    assert project.problems == ()
    checks = project.datasets["x.y"].checks
    report = judge_checks("x.y", checks, read, Around(0.0))
    assert [it.told for it in report.with_status(Status.FAILED)] == []


def test_numbers_are_rounded_outwards_to_two_digits() -> None:
    assert [nice(value, down=True) for value in (1234, -1234, 0.0567, 0, 10)] == [
        *(1200, -1300, 0.056, 0, 10),
    ]
    assert [nice(value, down=False) for value in (1234, -1234, 99.1)] == [1300, -1200, 100]


def test_the_shape_of_a_text_needs_a_digit() -> None:
    assert shape_of("Ab1.2") == "[A-Z][a-z][0-9]\\.[0-9]"
    assert shape_of("abc") == ""
    assert shape_of("ä1") == ""


BEFORE = """\
# our project
[project]
name = "x"   # the name

[datasets.train]
path = "train.csv"
tags_of_mine = [
  # nothing
]

# what fits the model
[jobs.fit]
run = "x"
""".replace("tags_of_mine = [\n  # nothing\n]\n", 'description = """\nwords\n"""\n')
CHECKS = '[datasets.train.checks]\nunique = ["id"]\n'


def test_checks_stand_behind_their_dataset_and_nothing_else_moves() -> None:
    made = with_checks(BEFORE, "train", CHECKS)
    assert made == BEFORE.replace("# what fits", f"{CHECKS}\n# what fits")
    crlf = with_checks(BEFORE.replace("\n", "\r\n"), "train", CHECKS)
    assert crlf == made.replace("\n", "\r\n")
    assert with_checks("\ufeff" + BEFORE, "train", CHECKS) == "\ufeff" + made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[datasets.train]\npath = 'a'", "[datasets.train]\npath = 'a'\n\n" + CHECKS),
        (
            "[datasets]\ntrain.path = 'a'\nother.path = 'b'\n[jobs.x]\nrun = 'x'\n",
            "[datasets]\ntrain.path = 'a'\nother.path = 'b'\n[jobs.x]\nrun = 'x'\n\n" + CHECKS,
        ),
        (
            "[datasets.train]\npath = 'a'\n[jobs.x]\nrun = 'x'\n",
            "[datasets.train]\npath = 'a'\n\n" + CHECKS + "\n[jobs.x]\nrun = 'x'\n",
        ),
        (
            "[datasets.train]\npath = '''\n# a\n'''\n\n# b\n[jobs.x]\nrun = 'x'\n",
            "[datasets.train]\npath = '''\n# a\n'''\n\n" + CHECKS + "\n# b\n[jobs.x]\nrun = 'x'\n",
        ),
    ],
)
def test_there_is_a_place_for_them_however_the_file_is_written(before: str, after: str) -> None:
    made = with_checks(before, "train", CHECKS)
    found = tomllib.loads(made)
    assert found["datasets"]["train"].pop("checks") == {"unique": ["id"]}
    assert found == tomllib.loads(before)
    assert [line for line in made.split("\n") if line] == [
        line for line in after.split("\n") if line
    ]


def test_a_table_in_braces_cannot_take_them() -> None:
    with pytest.raises(RefusedError) as refused:
        with_checks("[datasets]\ntrain = { path = 'a' }\n", "train", CHECKS)
    assert "[datasets.train]" in refused.value.hint
