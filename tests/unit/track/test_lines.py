from __future__ import annotations

import argparse
import json
import math
import time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.track.lines import (
    LONGEST_LINE_BYTES,
    PointLines,
    fact_line,
    flat_params,
    foreign_number,
    plain,
)


def metrics_of(metrics: Any, step: Any = None) -> dict[str, Any]:
    line = PointLines().line(metrics, step)
    if not line:
        return {}
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    loaded = json.loads(line)
    assert abs(loaded["t"] - time.time()) < 60
    return dict(loaded["m"])


def step_of(step: Any) -> Any:
    return json.loads(PointLines().line({"a": 1.0}, step)).get("s", "none")


@given(st.dictionaries(st.text(max_size=20), st.floats(), min_size=1, max_size=8))
def test_any_name_and_any_float_come_back_as_they_were(metrics: dict[str, float]) -> None:
    read = metrics_of(metrics)
    assert list(read) == list(metrics)
    for name, value in metrics.items():
        assert read[name] == value or (math.isnan(read[name]) and math.isnan(value))


@given(st.integers())
def test_integers_are_whole_within_64_bits_and_floats_beyond(value: int) -> None:
    read = metrics_of({"a": value})["a"]
    assert read == (value if abs(value) < 2**63 else float(value))


def test_values_that_are_not_finite_are_bare() -> None:
    line = PointLines().line({"a": float("nan"), "b": float("inf"), "c": -np.float32("inf")})
    assert b'"a":NaN,"b":Infinity,"c":-Infinity' in line


@pytest.mark.parametrize(
    "value",
    [
        *(np.float64(0.5), np.float32(0.5), np.float16(0.5), np.array(0.5), np.array([[0.5]])),
        *(np.longdouble("0.5"), Decimal("0.5"), Fraction(1, 2)),
    ],
)
def test_numbers_of_other_libraries_are_numbers(value: Any) -> None:
    assert metrics_of({"a": value}) == {"a": 0.5}


def test_truth_is_one_and_numpy_integers_are_numbers() -> None:
    assert metrics_of({"a": True, "b": np.bool_(False), "c": np.int64(7)}) == {
        "a": 1,
        "b": 0,
        "c": 7,
    }


class Hostile:
    def __float__(self) -> float:
        raise LookupError("no")

    def __str__(self) -> str:
        raise OSError("neither")


class Tensor:
    """Like a tensor of a library that is not installed here."""

    def __init__(self, *values: float) -> None:
        self.values = values

    def item(self) -> float:
        if len(self.values) != 1:
            raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")
        return self.values[0]


@pytest.mark.parametrize(
    "value",
    [
        *(None, "0.5", b"1", 1j, [1.0], {"b": 1.0}, Hostile(), object(), 10**400),
        *(Tensor(1.0, 2.0), np.array([1.0, 2.0]), np.array("0.5"), np.datetime64("2026-01-01")),
    ],
)
def test_what_is_no_number_is_left_out_and_said(
    value: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"odd {type(value).__name__} {id(value)}"
    assert metrics_of({"a": Tensor(2.0), name: value, "z": 1.0}) == {"a": 2.0, "z": 1.0}
    assert metrics_of({name: value}) == {}
    assert capsys.readouterr().err.count(name) == 1


def test_a_metric_with_an_endless_name_is_left_out() -> None:
    assert metrics_of({"x" * 2000: 1.0, "a": 2.0}) == {"a": 2.0}


def test_names_that_are_no_text_are_made_text() -> None:
    assert metrics_of({3: 1.0, None: 2.0, "\udcff": 3.0}) == {"3": 1, "None": 2, "\\udcff": 3}


def test_the_names_kept_ready_do_not_pile_up() -> None:
    lines = PointLines()
    for number in range(25_000):
        lines.line({f"m{number}": 1.0})
    assert len(lines._keys) <= 10_000


@pytest.mark.parametrize(
    ("step", "read"),
    [
        *((0, 0), (-3, -3), (True, 1), (np.int32(7), 7), (4.0, 4), (4.9, 4), (-4.5, -5)),
        *((np.float32(2.0), 2), (None, "none"), ("7", "none"), (float("nan"), "none")),
        *((2**63, "none"), (10**400, "none"), (Hostile(), "none"), (2**63 - 1, 2**63 - 1)),
    ],
)
def test_a_step_is_an_integer_or_left_to_counting(step: Any, read: Any) -> None:
    assert step_of(step) == read


def test_nested_params_get_dotted_names_and_plain_values() -> None:
    params = {
        "optimizer": {"lr": np.float64(0.1), "betas": (0.9, 0.99)},
        "layers": np.int64(3),
        "fast": True,
        "none": None,
        "big": 2**70,
        5: "five",
        "odd": Hostile(),
    }
    assert flat_params(params) == {
        "optimizer.lr": 0.1,
        "optimizer.betas": "(0.9, 0.99)",
        "layers": 3,
        "fast": True,
        "none": None,
        "big": str(2**70),
        "5": "five",
        "odd": "<Hostile>",
    }
    assert type(flat_params(params)["optimizer.lr"]) is float


def test_a_namespace_of_arguments_is_taken_by_its_attributes() -> None:
    namespace: Any = argparse.Namespace(lr=0.1, epochs=3)
    assert flat_params(namespace) == {"lr": 0.1, "epochs": 3}


def test_params_that_hold_themselves_come_to_an_end() -> None:
    params: dict[str, Any] = {}
    params["self"] = params
    assert len(flat_params(params)) == 1


def test_a_text_is_cut_where_a_line_could_not_hold_it() -> None:
    assert len(fact_line({"note": plain("é" * 10**6)})) < LONGEST_LINE_BYTES


def test_a_text_that_looks_like_a_number_is_none() -> None:
    assert foreign_number("1") is None
    assert foreign_number(np.str_("1")) is None
