from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.checks import (
    Ascending,
    Check,
    ColumnType,
    Fresh,
    HasColumn,
    HasType,
    InRange,
    NoOtherColumns,
    Refers,
    Related,
    RowCount,
    Sign,
    Unique,
    failing_words,
)
from mlops_tui.domain.checktables import parse_relation
from mlops_tui.domain.project import Project
from mlops_tui.domain.projectfile import parse_project

FULL = """\
[datasets.customers]
path = "customers.csv"

[datasets."a.b"]
path = "ab.csv"

[datasets.train]
path = "train.csv"
timestamp = "seen"

[datasets.train.checks]
rows = { min = 1000, max = 2_000_000 }
required = ["note"]
other_columns = false
unique = ["id", ["machine", "day"]]
duplicates_max = 0
fresh = "2d"
sorted = ["seen"]
relations = ["start <= end", "price > 0", "`a <= b` != c"]
references = { customer = "customers.id", other = "a.b.c" }

[datasets.train.checks.columns.age]
type = "int"
min = 0
max = 120
missing_max = 0.01

[datasets.train.checks.columns."sent at"]
type = "time"
min = 2020-01-01
max = 2026-12-31T12:00:00

[datasets.train.checks.columns.country]
allowed = ["DE", "FR"]
required = false
pattern = '[A-Z]{2}'
max_length = 2
unique = true
references = "customers.country"
"""


def project(text: str) -> Project:
    return parse_project(text, Path("/project"))


def checks(text: str, dataset: str = "train") -> tuple[Check, ...]:
    found = project(text)
    assert found.problems == ()
    return found.datasets[dataset].checks


def complaints(text: str) -> list[str]:
    body = f"[datasets.a]\npath = 'a'\n[datasets.a.checks]\n{text}"
    return [str(problem) for problem in project(body).problems]


def test_every_kind_of_check_is_said_in_words() -> None:
    assert [check.words for check in checks(FULL)] == [
        "between 1,000 and 2,000,000 rows",
        "column note is there",
        "no columns but the 4 declared ones",
        "column age is there",
        "age holds whole numbers",
        "age is between 0 and 120",
        "at most 1 % of age is missing",
        "column sent at is there",
        "sent at holds times",
        "sent at is between 2020-01-01 and 2026-12-31 12:00:00",
        "country is one of DE, FR",
        "country matches [A-Z]{2}",
        "country has at most 2 characters",
        "country is unique",
        "every country stands in customers.country",
        "id is unique",
        "machine and day together are unique",
        "no row stands there twice",
        "the newest seen is at most 2 d old",
        "seen never goes back",
        "start <= end",
        "price > 0",
        "a <= b != c",
        "every customer stands in customers.id",
        "every other stands in a.b.c",
    ]


def test_checks_know_where_they_are_declared_and_which_columns_they_need() -> None:
    found = {check.key: check for check in checks(FULL)}
    assert found["rows"] == RowCount(key="rows", line=12, least=1000, most=2_000_000)
    age = found["columns.age.type"]
    assert age == HasType(key="columns.age.type", line=23, column="age", type=ColumnType.INT)
    assert found['columns."sent at".min'].line == 30
    assert found["unique[1]"] == Unique(key="unique[1]", line=15, together=("machine", "day"))
    assert found["references.other"] == Refers(
        key="references.other", line=20, column="other", dataset="a.b", other="c"
    )
    assert found["fresh"] == Fresh(key="fresh", line=17, seconds=172800.0, column="seen")
    assert found["sorted[0]"] == Ascending(key="sorted[0]", line=18, column="seen")
    assert found["relations[1]"] == Related(
        key="relations[1]", line=19, left="price", sign=Sign.MORE, right=0.0
    )
    assert found["relations[0]"].columns == ("start", "end")
    assert found["relations[1]"].columns == ("price",)
    assert found["unique[1]"].columns == ("machine", "day")
    others = found["other_columns"]
    assert isinstance(others, NoOtherColumns)
    assert others.known == ("note", "age", "sent at", "country")
    assert "columns.country" not in found


def test_a_day_bounds_a_time_from_its_first_moment() -> None:
    [bounds] = [check for check in checks(FULL) if 'sent at".min' in check.key]
    assert isinstance(bounds, InRange)
    assert bounds.least == datetime(2020, 1, 1)  # noqa: DTZ001


def test_a_dataset_without_checks_has_none() -> None:
    assert checks("[datasets.train]\npath = 'a'") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("row = { min = 1 }", "mlops.toml:4: datasets.a.checks.row: unknown key (did you mean `r"),
        (
            "rows = 10",
            "expected a table with min, max or both, found the number 10 (write rows = {",
        ),
        ("rows = {}", "`min` or `max` is missing (write rows = { min = 1 })"),
        ("rows = { min = -1 }", "datasets.a.checks.rows.min: expected a whole number >= 0"),
        ("rows = { min = 5, max = 1 }", "min 5 is greater than max 1"),
        ("rows = { mim = 5 }", "did you mean `min`?"),
        ("required = 'id'", 'expected a list of texts, found the text "id" (write ["id"])'),
        ("required = ['id', 'id']", "`id` stands here twice"),
        ("other_columns = 0", "expected true or false, found the number 0"),
        ("other_columns = 'False'", "(write false)"),
        ("other_columns = false", "no column is declared, so none would be allowed"),
        ("unique = 'id'", 'expected a list of columns, found the text "id" (write ["id"])'),
        ("unique = ['id', []]", "mlops.toml:4: datasets.a.checks.unique[1]: expected a column or"),
        ("duplicates_max = 5", "expected a share between 0 and 1, found the number 5 (1 % is 0.0"),
        ("fresh = 'two days'", 'expected a duration such as "2h"'),
        ("relations = ['a b']", "expected COLUMN <= COLUMN or COLUMN >= NUMBER"),
        ("relations = ['a < b < c']", "relations[0]: expected COLUMN <= COLUMN"),
        ("relations = ['<= b']", "expected COLUMN <= COLUMN"),
        ("references = { x = 'b.id' }", "`b.id` names no column of a declared dataset"),
        ("references = { x = 'a' }", "`a` names no column of a declared dataset (did you mean `a`"),
        ("[datasets.a.checks.colums.age]", "did you mean `columns`?"),
        ("[datasets.a.checks.columns]\nage = 'int'", "columns.age: expected a table, found"),
        ("[datasets.a.checks.columns.x]\ntype = 'integer'", "expected one of int, float, str, bo"),
        ("[datasets.a.checks.columns.x]\nmini = 1", "columns.x.mini: unknown key (did you mean"),
        ("[datasets.a.checks.columns.x]\nmin = 2\nmax = 1", "min 2 is greater than max 1"),
        ("[datasets.a.checks.columns.x]\nmin = 2\nmax = 2020-01-01", "of different kinds"),
        ("[datasets.a.checks.columns.x]\nmin = '2020-01-01'", "(remove the quotes)"),
        ("[datasets.a.checks.columns.x]\ntype = 'time'\nmin = 1", "expected a date or time such"),
        ("[datasets.a.checks.columns.x]\ntype = 'int'\nmin = 2020-01-01", "expected a number"),
        ("[datasets.a.checks.columns.x]\ntype = 'str'\nmax = 1", "(max_length bounds its chara"),
        ("[datasets.a.checks.columns.x]\ntype = 'bool'\nmax = 1", "type bool has no max"),
        ("[datasets.a.checks.columns.x]\nmin = nan", "found a number out of range"),
        ("[datasets.a.checks.columns.x]\nallowed = []", "a list of values that is not empty"),
        ("[datasets.a.checks.columns.x]\nallowed = [[1]]", "x.allowed[0]: expected text, a num"),
        (
            "[datasets.a.checks.columns.x]\ntype = 'int'\nallowed = [1, 2.5, 'a']",
            "mlops.toml:6: datasets.a.checks.columns.x.allowed[1]: expected a value of type int",
        ),
        ("[datasets.a.checks.columns.x]\npattern = '('", "is no regular expression: "),
        ('[datasets.a.checks.columns.x]\npattern = "(\\\\d"', "put it in single quotes"),
        ("[datasets.a.checks.columns.x]\npattern = '(a+)+'", "can take for ever"),
        ("[datasets.a.checks.columns.x]\ntype = 'int'\npattern = 'a'", "has no pattern"),
        ("[datasets.a.checks.columns.x]\ntype = 'int'\nmax_length = 2", "has no max_length"),
        (
            "[datasets.a.checks.columns.x]\nmin_length = 3\nmax_length = 2",
            "columns.x.min_length: min_length 3 is greater than max_length 2",
        ),
        ("[datasets.a.checks.columns.x]\nmissing_max = -0.1", "a share between 0 and 1"),
        ("[datasets.a.checks.columns.' ']\nmin = 1", "expected the name of a column"),
        ("[datasets.a.checks.columns.x]\nreferences = 'b.id'", "names no column of a declared"),
    ],
)
def test_each_mistake_is_named_with_its_place_and_a_cure(text: str, expected: str) -> None:
    found = complaints(text)
    assert any(expected in line for line in found), found


def test_all_mistakes_are_found_at_once() -> None:
    text = "rows = 1\nfresh = 2020-01-01\n[datasets.a.checks.columns.x]\nmin = true\nmax = 'a'"
    assert len(complaints(text)) == 4


def test_a_job_may_require_the_checks_of_its_inputs() -> None:
    text = FULL + "\n[jobs.fit]\nrun = 'x'\ninputs = ['train']\nrequire_checks = true\n"
    found = project(text)
    assert found.problems == ()
    assert found.jobs["fit"].require_checks


@pytest.mark.parametrize("inputs", ["['customers']", "['a/b.csv']", "[]", "3"])
def test_requiring_checks_that_nobody_declares_is_a_mistake(inputs: str) -> None:
    text = f"{FULL}\n[jobs.fit]\nrun = 'x'\ninputs = {inputs}\nrequire_checks = true\n"
    found = [str(problem) for problem in project(text).problems]
    assert any("require_checks: no checks of " in line for line in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a<=b", ("a", Sign.AT_MOST, "b")),
        ("a b = c d", ("a b", Sign.EQUAL, "c d")),
        ("a >= -1e3", ("a", Sign.AT_LEAST, -1000.0)),
        ("a != `3`", ("a", Sign.OTHER, "3")),
        ("a < nan", ("a", Sign.LESS, "nan")),
        ("`x<y` > z", ("x<y", Sign.MORE, "z")),
        ("a < ", None),
        ("a", None),
    ],
)
def test_a_relation_is_two_columns_or_a_column_and_a_number(text: str, expected: object) -> None:
    assert parse_relation(text) == expected


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader_of_relations(text: str) -> None:
    parse_relation(text)


VALUES = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.floats(), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3)),
    max_leaves=4,
)
KEYS = st.sampled_from(
    "rows required unique duplicates_max fresh sorted relations references columns type min max "
    "allowed pattern missing_max min_length other_columns".split()
)


@given(st.dictionaries(KEYS, VALUES, max_size=5), st.booleans())
def test_no_values_break_the_reader(values: dict[str, object], is_column: bool) -> None:
    from mlops_tui.domain.checktables import read_checks
    from mlops_tui.domain.tables import Report, Table

    data = {"columns": {"x": values}} if is_column else values
    table = Table(Report("mlops.toml"), ("datasets", "a", "checks"), data)
    for check in read_checks(table, ["a"], None):
        assert check.words
        assert isinstance(check, HasColumn) or check.key


def test_many_failures_are_told_in_short() -> None:
    assert failing_words(["a", "b"]) == "a; b"
    assert failing_words(list("abcdefg")) == "a; b; c; and 4 more"
