"""Which kind a column has, and what is missing, infinite or not of that kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_tui.evaluate.columns import Kind, infer_kind, read_column, read_columns

HUNDRED = range(100)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.5, 1.5, np.nan], Kind.NUMERIC),
        (list(np.arange(100) * 7 % 50), Kind.NUMERIC),
        ([1, 2, 3, 1, 2], Kind.CATEGORY),
        ([1.0, 2.0, np.nan, 1.0], Kind.CATEGORY),
        ([0, 1, 1], Kind.BOOLEAN),
        ([True, False], Kind.BOOLEAN),
        ([True, None, False], Kind.BOOLEAN),
        (list(HUNDRED), Kind.ID),
        ([f"user-{at}" for at in HUNDRED], Kind.ID),
        (["red", "blue"] * 40, Kind.CATEGORY),
        ([f"it broke again at {at}" for at in HUNDRED], Kind.TEXT),
        (["2026-01-02", "2026-01-03 10:00"] * 30, Kind.TIME),
        (pd.date_range("2026-01-01", periods=3), Kind.TIME),
        (["1.5", "2.5", "x"] + ["3.25"] * 97, Kind.NUMERIC),
        ([np.nan, np.nan], Kind.EMPTY),
        ([], Kind.EMPTY),
        ([np.inf, np.inf], Kind.NUMERIC),
        ([[1], [2]], Kind.CATEGORY),
    ],
)
def test_the_kind_of_a_column(values: list[object], kind: Kind) -> None:
    assert infer_kind(pd.Series(values)) is kind


def test_a_column_of_numbers_knows_what_is_none() -> None:
    series = pd.Series(["1.5", None, "inf", "x", "2", "n/a", "x"], dtype=object)
    column = read_column("a", series, Kind.NUMERIC)
    assert column.present.tolist() == [1.5, 2.0]
    assert (column.count, column.missing, column.infinite) == (2, 1, 1)
    assert (column.unreadable, column.unreadable_count) == (("x", "n/a"), 3)


def test_times_are_unix_seconds() -> None:
    series = pd.Series(["1970-01-01T00:01:00Z", "1970-01-02", "soon", None])
    column = read_column("t", series, Kind.TIME)
    assert column.present.tolist() == [60.0, 86_400.0]
    assert (column.missing, column.unreadable) == (1, ("soon",))


@pytest.mark.parametrize("values", [[True, False], ["True", "false"], [1, 0], [1.0, 0.0]])
def test_booleans_are_the_same_however_they_are_written(values: list[object]) -> None:
    column = read_column("b", pd.Series(values), Kind.BOOLEAN)
    assert column.label_counts == {"1": 1, "0": 1}


def test_categories_are_the_same_however_numbers_are_written() -> None:
    column = read_column("c", pd.Series([3, 3.0, "3", None, "x"], dtype=object), Kind.CATEGORY)
    assert column.label_counts == {"3": 3, "x": 1}
    assert column.missing == 1


def test_columns_with_one_name_or_a_number_as_name_are_read() -> None:
    frame = pd.DataFrame([[1.5, "a", 2.5]], columns=["x", 7, "x.1"])
    assert list(read_columns(frame)) == ["x", "7", "x.1"]
