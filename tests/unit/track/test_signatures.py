from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest

from mlops_tui.track.signatures import columns_of


def test_columns_of_a_data_frame_have_our_words_for_their_types() -> None:
    frame = pd.DataFrame({"age": [1], "p": [0.5], "ok": [True], "who": ["x"]})
    frame["seen"] = pd.to_datetime(["2026-01-01"])
    frame["kind"] = pd.Categorical(["a"])
    assert [(it["name"], it["type"]) for it in columns_of(frame)] == [
        ("age", "int"),
        ("p", "float"),
        ("ok", "bool"),
        ("who", "str"),
        ("seen", "time"),
        ("kind", "category"),
    ]


def test_an_array_has_a_shape_whose_rows_do_not_count() -> None:
    (column,) = columns_of(np.zeros((7, 3, 2), dtype=np.float32))
    assert column == {"name": None, "type": "tensor", "dtype": "float32", "shape": [-1, 3, 2]}
    assert columns_of([[1.0, 2.0]] * 3)[0]["shape"] == [-1, 2]
    assert columns_of(pd.Series([1, 2], name="y"))[0]["name"] == "y"


def test_rows_have_the_type_that_holds_all_of_their_values() -> None:
    rows = [{"a": 1, "b": None, "c": 1}, {"a": 0.5, "b": "x", "c": "y", "d": np.int64(3)}]
    told = {it["name"]: it["type"] for it in columns_of(rows)}
    assert told == {"a": "float", "b": "str", "c": "mixed", "d": "int"}
    row = {"t": datetime.date(2026, 1, 1), "l": [1], "n": np.zeros(3), "u": object()}
    assert [it["type"] for it in columns_of(row)] == ["time", "list", "tensor", "unknown"]


@pytest.mark.parametrize("example", [3, "text", [], None, {f"c{n}": 1 for n in range(1001)}])
def test_what_is_no_example_is_refused(example: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        columns_of(example)
