from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_tui.data import values


def column(*items: object, dtype: str | None = None) -> pd.Series[Any]:
    return pd.Series(list(items), dtype=dtype)


def test_blank_text_and_nothing_are_missing() -> None:
    assert values.missing(column("a", "", " ", None, float("nan"))).tolist() == [
        *(False, True, True, True, True),
    ]
    assert values.missing(column(1.0, None)).tolist() == [False, True]
    assert values.missing(column(True, False)).tolist() == [False, False]


def test_numbers_are_read_from_text_too_but_truth_is_none() -> None:
    found = values.numbers(column("1", "x", 2, True, None, [1]))
    assert found[[0, 2]].tolist() == [1.0, 2.0]
    assert np.isnan(found[[1, 3, 4, 5]]).all()
    assert np.isnan(values.numbers(column(True, False))).all()
    assert values.numbers(column(1, 2)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-02", 1767312000.0),
        ("2026-01-02T00:00:00Z", 1767312000.0),
        ("2026-01-02 01:00:00+01:00", 1767312000.0),
        ("2026-01-02T00:00:00.5", 1767312000.5),
    ],
)
def test_times_are_unix_seconds_and_utc_where_no_zone_stands(text: str, seconds: float) -> None:
    assert values.times(column(text)).tolist() == [seconds]
    found = values.times(column(text, "soon", None))
    assert found[0] == seconds
    assert np.isnan(found[1:]).all()


def test_other_ways_to_write_times_are_read_and_numbers_are_no_times() -> None:
    assert values.times(column("2 January 2026", None))[0] == 1767312000.0
    assert values.times(pd.Series(pd.to_datetime(["2026-01-02"]))).tolist() == [1767312000.0]
    assert np.isnan(values.times(column(1767312000, 3))).all()
    assert np.isnan(values.times(column("20260102", "17.5"))).all()


def test_values_are_written_as_a_person_would() -> None:
    found = values.texts(column(1.0, 2.5, True, "x", None, ""))
    assert found.tolist() == ["1", "2.5", "true", "x", None, None]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (column(1, 2), column(1.0, 2.0)),
        (column(1, 2), column("1", "2")),
        (column(1, 2), column(1, 2, dtype="Int64")),
        (column(1.5, 2.5), column(1.5, "x", 2.5).drop(1)),
        (column("a", "b"), column("a", "b", dtype="category")),
        (column(True, False), column("True", "false")),
        (column(True, False), column(True, None, False).drop(1)),
        (column(-5, 2**53 + 1), column("-5", "9007199254740993")),
    ],
)
def test_equal_values_have_equal_hashes_whatever_type_holds_them(
    one: pd.Series[Any], other: pd.Series[Any]
) -> None:
    assert values.hashes(one).tolist() == values.hashes(other).tolist()


def test_what_is_not_equal_has_other_hashes() -> None:
    items = column("7", "007", 7.5, "7.50x", "true", None, "a", " a", "-7")
    found = values.hashes(items)
    assert len(set(found.tolist())) == len(items)
    large = values.hashes(column(2**53, 2**53 + 1))
    assert large[0] != large[1]


def test_numbers_stay_numbers_where_a_word_stands_among_them() -> None:
    prices = [1.5, 2.25, 3.0, 4.75, 5.5, 6.25, 7.0, 8.5, 9.5, 10.5, 11.25]
    clean = values.hashes(column(*prices))
    mixed = values.hashes(column(*(str(price) for price in prices), "n/a"))
    assert mixed[:-1].tolist() == clean.tolist()


# text that reads like a fraction is one only where nearly all of its column does
WORDS = st.text(max_size=3).filter(lambda text: "." not in text and "e" not in text.lower())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-99, 99), WORDS), max_size=20))
def test_a_row_has_the_same_hash_whatever_stands_in_other_rows(items: list[object]) -> None:
    whole = values.hashes(pd.Series(items, dtype=object))
    for number, item in enumerate(items):
        assert values.hashes(pd.Series([item], dtype=object))[0] == whole[number]


def test_the_hash_of_a_row_depends_on_the_order_of_the_columns() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [2, 1]})
    one, two = values.row_hashes(frame, ["a", "b"])
    assert one != two
    assert values.row_hashes(frame, ["b", "a"]).tolist() == [two, one]
