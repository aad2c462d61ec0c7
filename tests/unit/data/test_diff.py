from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.data.diff import Side, diff_tables
from mlops_tui.data.differing import By, TableDiff, diff_of
from mlops_tui.data.table_roles import Roles, draw
from mlops_tui.engine.worker import plain
from tests.unit.data.tables import reader

Table = Mapping[str, Sequence[object]]


def side(name: str, table: Table) -> Side:
    read = reader(pd.DataFrame(table), rows=2)
    return Side(name, read, draw(read, Roles()))


def diff(before: Table, after: Table, name: str | None = "id") -> TableDiff:
    return diff_tables(side("old", before), side("new", after), name)


OLD: Table = {"id": [1, 2, 3, 4], "age": [30, 40, 50, None], "land": ["a", "b", "c", "d"]}
NEW: Table = {"id": [4, 3, 9, 2], "land": ["d", "x", "n", "b"], "age": [None, 51, 1, 40.0]}


def test_rows_are_found_by_their_id_wherever_they_stand() -> None:
    found = diff(OLD, NEW)
    assert (found.by, found.why, found.n_before, found.n_after) == (By.ID, "", 4, 4)
    assert (found.n_added, found.n_removed, found.n_changed, found.n_same) == (1, 1, 1, 2)
    assert [(row.line, dict(row.values)) for row in found.added] == [
        (4, {"id": "9", "land": "n", "age": "1"})
    ]
    assert [row.line for row in found.removed] == [2]
    [row] = found.changed
    assert (row.id, row.before.line, row.after.line) == ("3", 4, 3)
    assert dict(row.columns) == {"age": ("50", "51"), "land": ("c", "x")}
    assert {it.column: it.n_changed for it in found.columns} == {"id": 0, "age": 1, "land": 1}
    assert found.is_reordered
    assert not found.is_same


def test_without_an_id_a_changed_row_counts_as_removed_and_added() -> None:
    found = diff(OLD, NEW, None)
    assert (found.by, found.n_changed, found.changed) == (By.CONTENT, None, ())
    assert (found.n_added, found.n_removed, found.n_same) == (2, 2, 2)
    assert [row.line for row in found.added] == [3, 4]


def test_an_id_that_names_two_rows_names_none() -> None:
    found = diff({"id": [1, 1], "a": [1, 2]}, {"id": [1, 2], "a": [1, 2]})
    assert (found.by, found.why) == (By.CONTENT, "id is not unique in old")
    found = diff({"a": [1, 2]}, {"id": [1, 2], "a": [1, 2]})
    assert (found.by, found.why) == (By.CONTENT, "old has no column id")


def test_columns_that_came_went_or_changed_their_type_are_told() -> None:
    found = diff(
        {"id": [1, 2], "a": [1, 2], "b": [1, 2]}, {"id": [1, 2], "a": ["x", "y"], "c": [1, 2]}
    )
    assert (found.columns_added, found.columns_removed) == (("c",), ("b",))
    changed = {it.column: (it.type_before, it.type_after) for it in found.columns}
    assert changed["a"] == ("number", "text")
    assert [it.has_changed for it in found.columns] == [False, True]
    assert (found.columns[1].middle_before, found.columns[1].middle_after) == ("1.5", "x")


def test_tables_without_a_column_in_common_share_no_row() -> None:
    found = diff({"a": [1, 2]}, {"b": [1, 2, 3]}, None)
    assert (found.n_added, found.n_removed, found.n_same) == (3, 2, 0)


def test_the_same_table_in_another_order_is_the_same() -> None:
    turned = {name: list(reversed(column)) for name, column in OLD.items()}
    for name in ("id", None):
        assert diff(OLD, turned, name).is_same


def test_a_difference_comes_through_json_as_it_was() -> None:
    found = diff(OLD, NEW)
    assert diff_of(json.loads(json.dumps(found, default=plain))) == found


ROWS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab"), st.integers(0, 1)), max_size=12)


@settings(deadline=None, max_examples=25)
@given(ROWS, ROWS)
def test_counts_are_those_of_multisets(one: list[Any], two: list[Any]) -> None:
    names = ["id", "a", "b"]
    tables = [pd.DataFrame(rows, columns=names) for rows in (one, two)]
    found = diff(tables[0], tables[1], None)  # type: ignore[arg-type]
    before, after = Counter(one), Counter(two)
    assert found.n_added == (after - before).total()
    assert found.n_removed == (before - after).total()
    assert found.n_same == (before & after).total()


@settings(deadline=None, max_examples=25)
@given(ROWS, ROWS)
def test_counts_by_id_are_those_of_mappings(one: list[Any], two: list[Any]) -> None:
    before, after = ({row[0]: row for row in rows} for rows in (one, two))
    tables = [pd.DataFrame(list(it.values()), columns=["id", "a", "b"]) for it in (before, after)]
    found = diff(tables[0], tables[1])  # type: ignore[arg-type]
    both = before.keys() & after.keys()
    assert found.n_added == len(after.keys() - before.keys())
    assert found.n_removed == len(before.keys() - after.keys())
    assert found.n_changed == sum(before[key] != after[key] for key in both)


@pytest.mark.parametrize("table", [{"id": [], "a": []}, {"a": [None, None]}, {"id": [[1], [2]]}])
def test_odd_tables_break_nothing(table: Table) -> None:
    assert diff(table, table).is_same
    diff(table, OLD)
    diff(OLD, table)
