from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.monitoring import (
    OF_NUMBERS,
    Against,
    ColumnKind,
    Cut,
    Monitor,
    Rule,
    Score,
    watched_pairs,
)
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project
from mlops_tui.monitor import scores

DATA = """\
[datasets.train]
path = "train.csv"
role = "train"
[datasets.usual]
path = "usual.csv"
timestamp = "t"
[datasets.live]
path = "live"
role = "live"
timestamp = "t"
"""


def project(text: str, data: str = DATA) -> Project:
    return parse_project(data + text, Path("/p"))


def pairs(text: str, data: str = DATA) -> list[tuple[str, str]]:
    return [(it.live.name, it.reference.name) for it in watched_pairs(project(text, data))]


def test_everything_that_may_be_said_is_read() -> None:
    text = """[monitor]
live = "live"
reference = "usual"
watch = false
window = "1d"
alarm = "3 of 5"
against = "same_weekday"
prediction = "guess"
leave_out = ["id"]
[monitor.types.numeric]
method = "psi"
threshold = 0.2
[monitor.columns."room heat"]
threshold = 0.4
reason = "a new sensor"
"""
    found = project(text)
    assert found.problems == ()
    assert found.monitor == Monitor(
        *("live", "usual", False, Cut(None, 86400.0), 3, 5, Against.SAME_WEEKDAY, "guess", ("id",)),
        kinds={ColumnKind.NUMERIC: Rule(Score.PSI, 0.2)},
        columns={"room heat": Rule(None, 0.4, "a new sensor")},
    )
    assert pairs(text) == [("live", "usual")]


def test_without_the_table_live_data_is_watched_against_the_reference_or_the_training() -> None:
    assert project("").monitor == Monitor()
    assert pairs("") == [("live", "train")]
    reference = '[datasets.norm]\npath = "n.csv"\nrole = "reference"\n'
    second = '[datasets.other]\npath = "o"\nrole = "live"\n'
    assert pairs(reference + second) == [("live", "norm"), ("other", "norm")]
    assert pairs("", '[datasets.live]\npath = "l"\nrole = "live"\n') == []
    assert pairs("", '[datasets.train]\npath = "l"\nrole = "train"\n') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[monitor]\nx = 1", "mlops.toml:12: monitor.x: unknown key (known here: live"),
        ("[monitor]\nagaints = 'x'", "monitor.againts: unknown key (did you mean `against`?)"),
        ("[monitor]\nlive = 'liv'", "`liv` is no declared dataset (did you mean `live`?)"),
        ("[monitor]\nreference = 'live'\nlive = 'live'", "`live` is the live dataset itself"),
        ("[monitor]\nrows = 0", "monitor.rows: expected a whole number >= 1, found the number 0"),
        ("[monitor]\nrows = 5\nwindow = '1d'", "by `window` or by `rows`, not both"),
        ("[monitor]\nalarm = '4 of 3'", "an alarm after 4 of 3 windows is not possible"),
        ("[monitor]\nalarm = 'always'", 'expected such as "2 of 3" windows'),
        ("[monitor]\nagainst = 'yesterday'", "expected one of reference, previous, same_hour"),
        (
            "[monitor]\nagainst = 'same_hour'\nreference = 'train'",
            "[datasets.train] has no `timest",
        ),
        ("[monitor]\nwatch = 'yes'", "monitor.watch: expected true or false"),
        ("[monitor.types.number]\n", "unknown key (did you mean `numeric`?)"),
        ("[monitor.types.text]\nmethod = 'psi'", "text is compared by its length and by its new"),
        ("[monitor.types.category]\nmethod = 'wasserstein'", "compares numbers, not category"),
        ("[monitor.columns.a]\nmethod = 'ps'", "monitor.columns.a.method: expected one of wassers"),
        ("[monitor.columns.a]\nthreshold = 0", "expected a number > 0, found the number 0"),
        ("[monitor]\nleave_out = ['a']\n[monitor.columns.a]\nthreshold = 1", "left out by `leave_"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_a_hint(text: str, expected: str) -> None:
    found = [str(problem) for problem in project(text).problems]
    assert any(expected in words for words in found), found


def test_a_table_that_has_nothing_to_watch_says_so() -> None:
    found = [it.message for it in project("[monitor]\n", "[datasets.a]\npath = 'a'\n").problems]
    assert found == [
        "no dataset is live: there is nothing to watch",
        "no dataset is a reference: there is nothing to compare with",
    ]


def test_all_mistakes_are_told_at_once() -> None:
    text = "[monitor]\nlive = 'x'\nrows = -1\nalarm = 3\n[monitor.columns.a]\nthreshold = 'b'\n"
    assert [problem.line for problem in project(text).problems] == [12, 13, 14, 16]


def test_scores_are_those_that_there_are() -> None:
    assert {*scores.OF_NUMBERS, *scores.OF_SHARES} == {score.value for score in Score}
    assert {score.value for score in OF_NUMBERS} == set(scores.OF_NUMBERS)


@given(st.integers(-(10**10), 10**10), st.sampled_from([60.0, 3600.0, 86400.0, 604800.0]))
def test_every_moment_is_in_one_window(t: int, seconds: float) -> None:
    cut = Cut(None, seconds)
    start = cut.window_start(t)
    assert start <= t < start + seconds
    assert cut.window_start(start) == start


def test_days_begin_at_midnight_and_weeks_on_mondays() -> None:
    sunday = 1_772_323_200.0 + 3600  # 2026-03-01T01:00Z
    assert Cut(None, 86400.0).window_start(sunday) == 1_772_323_200.0
    assert Cut(None, 604800.0).window_start(sunday) == 1_772_323_200.0 - 6 * 86400
