from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlops_tui.data.check_results import CheckReport, CheckResult, Status
from mlops_tui.data.checks import Around, judge_checks
from mlops_tui.data.places import Read
from mlops_tui.domain.checks import Check
from mlops_tui.domain.projectfile import parse_project
from tests.unit.data.tables import reader

NOW = 1_767_312_000.0
"""2026-01-02, UTC."""
PEOPLE: dict[str, list[object]] = {
    "id": [1, 2, 3, 4, 5, 5, 7],
    "age": [30, -1, 200, 41, None, 50, 60],
    "country": ["DE", "FR", "de", None, "DE", "Xx", "FR"],
    "seen": ["2026-01-01", "2026-01-02", "2025-12-31", "2026-01-03", None, "2026-01-03", "soon"],
    "start": [1, 2, 3, 4, 5, 6, 7],
    "end": [1, 3, 2, 4, None, 9, 9],
}


def declared(text: str) -> tuple[Check, ...]:
    body = (
        "[datasets.other]\npath = 'o'\n[datasets.x]\npath = 'p'\ntimestamp = 'seen'\n"
        f"[datasets.x.checks]\n{text}"
    )
    found = parse_project(body, Path("/p"))
    assert found.problems == ()
    return found.datasets["x"].checks


def judged(
    text: str,
    data: pd.DataFrame | Mapping[str, Sequence[object]] = PEOPLE,
    *,
    others: Mapping[str, Read | str] | None = None,
    suffix: str = ".csv",
    rows: int = 3,
    most_rows: int = 5,
) -> CheckReport:
    around = Around(NOW, others or {}, "id", most_rows, lambda path: NOW - 3600)
    return judge_checks("x", declared(text), reader(data, rows=rows, suffix=suffix), around)


def one(text: str, data: object = PEOPLE, **options: object) -> CheckResult:
    report = judged(text, data, **options)  # type: ignore[arg-type]
    return report.checks[-1]


def lines(result: CheckResult) -> list[int | None]:
    return [row.line for row in result.rows]


def column(text: str, name: str = "age") -> str:
    return f"[datasets.x.checks.columns.{name}]\n{text}"


@pytest.mark.parametrize(
    ("text", "failed", "n", "at", "figures"),
    [
        ("min = 0\nmax = 120", 2, 6, [3, 4], "2 of 6 rows (33.3 %), from -1 to 200"),
        ("min = 0", 1, 6, [3], "1 of 6 rows (16.7 %), from -1 to 200"),
        ("type = 'int'", 0, 6, [], "6 rows"),
        ("type = 'time'", 6, 6, [2, 3, 4, 5, 7], "6 of 6 rows (100 %)"),
        ("allowed = [30, 41, 50, 60]", 2, 6, [3, 4], "2 of 6 rows (33.3 %)"),
        ("pattern = '[0-9]+'", 1, 6, [3], "1 of 6 rows (16.7 %)"),
        ("max_length = 2", 1, 6, [4], "1 of 6 rows (16.7 %)"),
        ("missing_max = 0.1", 1, 7, [6], "1 of 7 rows (14.3 %)"),
        ("sorted = true", 4, 6, [3, 5, 7, 8], "4 of 6 rows (66.7 %) less than one before"),
    ],
)
def test_rows_that_fail_are_counted_and_shown_with_their_lines(
    text: str, failed: int, n: int, at: list[int], figures: str
) -> None:
    result = one(column(text))
    assert (result.n_failed, result.n, lines(result), result.figures) == (failed, n, at, figures)
    assert result.status is (Status.FAILED if failed else Status.OK)


def test_a_row_is_shown_with_its_id_and_the_value() -> None:
    result = one(column("max = 120"))
    assert [dict(row.values) for row in result.rows] == [{"id": "3", "age": "200"}]
    assert result.told == "age is at most 120: 1 of 6 rows (16.7 %), from -1 to 200, line 4"


def test_no_more_rows_are_shown_than_asked_for() -> None:
    assert lines(one(column("type = 'time'"), most_rows=2)) == [2, 3]


def test_text_is_judged_with_its_case_and_missing_text_meets_everything() -> None:
    assert lines(one(column("allowed = ['DE', 'FR']", "country"))) == [4, 7]
    assert lines(one(column("pattern = '[A-Z]{2}'", "country"))) == [4, 7]
    assert one(column("pattern = '[A-Za-z]{2}'", "country")).status is Status.OK


def test_times_are_bounded_by_days() -> None:
    result = one(column("min = 2026-01-01\nmax = 2026-01-02", "seen"))
    assert lines(result) == [4, 5, 7, 8]
    assert result.figures == "4 of 6 rows (66.7 %), from 2025-12-31 to 2026-01-03"


@pytest.mark.parametrize(
    ("kind", "values", "suffix", "bad"),
    [
        ("int", [1, 2, 3], ".csv", 0),
        ("int", [1, 2.5, 3], ".csv", 1),
        ("int", ["1", "2", "x"], ".csv", 1),
        ("int", ["1", "2", "3"], ".csv", 0),
        ("int", ["1", 2, 3], ".jsonl", 1),
        ("int", [True, False, True], ".csv", 3),
        ("int", [float("inf"), 1, 2], ".csv", 1),
        ("float", [1, 2.5, float("inf")], ".csv", 0),
        ("float", ["1.5", "x", "2"], ".csv", 1),
        ("str", [1, 2, 3], ".csv", 0),
        ("str", [1, "a", "b"], ".jsonl", 1),
        ("bool", [True, False, None], ".csv", 0),
        ("bool", ["yes", "no", "maybe"], ".csv", 1),
        ("bool", [0, 1, 2], ".csv", 1),
        ("bool", [True, False, 1], ".jsonl", 1),
        ("time", ["2026-01-01", "x", None], ".csv", 1),
        ("time", [1, 2, 3], ".csv", 3),
    ],
)
def test_each_type_has_its_values(kind: str, values: list[object], suffix: str, bad: int) -> None:
    result = one(column(f"type = '{kind}'"), {"id": [1, 2, 3], "age": values}, suffix=suffix)
    assert result.n_failed == bad


def test_values_that_repeat_are_shown_with_where_they_stood_first() -> None:
    result = one("unique = ['id']", rows=2)
    assert result.status is Status.FAILED
    assert [(row.line, row.note, dict(row.values)) for row in result.rows] == [
        (7, "as in line 6", {"id": "5"})
    ]
    assert result.figures == "1 of 7 rows (14.3 %) repeats an earlier one"
    assert one("unique = [['id', 'age']]").status is Status.OK
    assert one("unique = ['age']").n == 6


def test_equal_rows_are_told_from_rows_with_one_equal_value() -> None:
    data = {"id": [1, 1, 1, 2], "age": [3, 4, 3, 3]}
    result = one("duplicates_max = 0", data)
    assert (result.n_failed, lines(result)) == (1, [4])
    assert result.rows[0].note == "as in line 2"
    assert one("duplicates_max = 0.25", data).status is Status.OK


def test_the_number_of_rows_is_bounded() -> None:
    assert one("rows = { min = 7, max = 7 }").status is Status.OK
    assert one("rows = { min = 8 }").figures == "7 rows"
    assert one("rows = { min = 8 }").status is Status.FAILED
    assert one("rows = { max = 6 }").status is Status.FAILED


def test_columns_that_are_not_there_are_told_with_the_nearest() -> None:
    result = one("required = ['Age']")
    assert (result.status, result.figures) == (Status.FAILED, "there is none; did you mean age?")
    assert one("required = ['xyz']").figures.endswith(
        "columns are id, age, country, seen, start, end"
    )
    result = one("required = ['id', 'age', 'country', 'start']\nother_columns = false")
    assert result.figures == "also seen, end"


def test_a_check_of_a_column_that_is_not_there_fails_unless_that_is_allowed() -> None:
    result = one(column("min = 3", "xyz"))
    assert (result.status, result.figures) == (
        Status.FAILED,
        "there is no column xyz in 0.csv",
    )
    result = one(column("min = 3\nrequired = false", "xyz"))
    assert (result.status, result.figures) == (
        Status.OK,
        "the column is not there, which is allowed",
    )
    assert one("unique = ['xyz']").status is Status.FAILED


def test_a_column_that_only_one_of_the_files_has_fails() -> None:
    read = reader({"id": [1], "age": [2]}, {"id": [1]})
    report = judge_checks("x", declared(column("min = 0")), read, Around(NOW))
    assert [(it.status, it.figures) for it in report.checks] == [
        (Status.FAILED, "there is none in 1.csv; columns are id"),
        (Status.FAILED, "there is no column age in 1.csv"),
    ]


def test_order_begins_anew_with_each_file() -> None:
    checks = declared("sorted = ['a']")
    calm = judge_checks("x", checks, reader({"a": [1, 2]}, {"a": [1, 2]}), Around(NOW))
    assert calm.status is Status.OK
    wild = judge_checks("x", checks, reader({"a": [5, 6, 7, 6]}, rows=2), Around(NOW))
    assert lines(wild.checks[0]) == [5]


def test_columns_are_compared_row_by_row() -> None:
    assert lines(one("relations = ['start <= end']")) == [4]
    assert one("relations = ['start <= end']").n == 6
    assert lines(one("relations = ['start != end']")) == [2, 5]
    assert lines(one("relations = ['age > -1']")) == [3]
    assert dict(one("relations = ['start <= end']").rows[0].values) == {
        "id": "3",
        "start": "3",
        "end": "2",
    }
    words = {"a": ["x", "y", None], "b": ["x", "z", "q"]}
    assert lines(one("relations = ['a == b']", words)) == [3]
    days = {"a": ["2026-01-01", "2026-01-03"], "b": ["2026-01-02", "2026-01-02"]}
    assert lines(one("relations = ['a < b']", days)) == [3]


def test_values_are_looked_up_in_another_dataset() -> None:
    others = {"other": reader({"id": ["1", "2", "3", "4"]})}
    result = one("references = { id = 'other.id' }", others=others)
    assert (result.n_failed, lines(result)) == (3, [6, 7, 8])
    assert result.figures == "3 of 7 rows (42.9 %) with 2 different values that do not"
    assert dict(result.rows[0].values) == {"id": "5"}
    result = one("references = { id = 'other.key' }", others=others)
    assert (result.status, result.figures) == (Status.FAILED, "other has no column key")
    result = one("references = { id = 'other.id' }", others={"other": "it is gone"})
    assert (result.status, result.figures) == (Status.CANNOT_TELL, "it is gone")


def test_the_newest_time_tells_how_fresh_the_data_is() -> None:
    data = {"seen": ["2026-01-01T12:00", "2025-12-01"]}
    result = one("fresh = '1d'", data)
    assert (result.status, result.figures) == (
        Status.OK,
        "the newest is 2026-01-01 12:00:00 UTC, 12 h 00 m old",
    )
    assert one("fresh = '6h'", data).status is Status.FAILED
    assert one("fresh = '6h'", {"seen": ["x"]}).figures == "seen holds no time"
    late = one("fresh = '6h'", {"seen": ["2026-02-01"]})
    assert (late.status, late.figures) == (
        Status.FAILED,
        "the newest is 2026-02-01 00:00:00 UTC, which is still to come",
    )
    read = reader({"a": [1]})
    checks = parse_project("[datasets.x]\npath='p'\nchecks = { fresh = '1d' }", Path("/p"))
    around = Around(NOW, changed=lambda path: NOW - 7200)
    report = judge_checks("x", checks.datasets["x"].checks, read, around)
    assert report.checks[0].figures == "the newest is 2026-01-01 22:00:00 UTC, 2 h 00 m old"


def test_where_there_is_nothing_to_judge_nothing_is_decided() -> None:
    empty = pd.DataFrame({"id": pd.Series([], dtype="int64"), "age": pd.Series([], dtype="float")})
    text = (
        "rows = { min = 1 }\nunique = ['id']\nduplicates_max = 0\nsorted = ['age']\n"
        "relations = ['id < age']\nreferences = { id = 'other.id' }\n"
        + column("min = 0\nmissing_max = 0")
    )
    report = judged(text, empty, others={"other": reader({"id": [1]})})
    found = {result.check: result.status for result in report.checks}
    assert found.pop("rows") is Status.FAILED
    assert found.pop("columns.age") is Status.OK
    assert set(found.values()) == {Status.CANNOT_TELL}
    assert report.status is Status.FAILED
    assert report.n_rows == 0


def test_rows_without_lines_are_named_by_their_number() -> None:
    checks = declared(column("max = 120"))
    read = reader(PEOPLE, has_lines=False, suffix=".parquet")
    [row] = judge_checks("x", checks, read, Around(NOW)).checks[-1].rows
    assert (row.line, row.row, row.place) == (None, 3, "row 3")


def test_many_rows_go_through_files(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.arange(200_000), "age": rng.integers(0, 100, 200_000)})
    frame.loc[150_000, "id"] = 7
    monkeypatch.setattr("mlops_tui.data.keys.SPILL_ROWS", 50_000)
    report = judged("unique = ['id']\n" + column("type = 'int'\nmin = 0"), frame, rows=60_000)
    [bad] = report.with_status(Status.FAILED)
    assert [(row.line, row.note) for row in bad.rows] == [(150_002, "as in line 9")]
