from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_tui.domain.ids import file_safe, is_run_id, new_run_id
from mlops_tui.domain.text import UNSAFE, safe, short_bytes, short_duration, short_number


@given(st.text())
def test_safe_text_holds_nothing_that_acts_on_a_terminal(text: str) -> None:
    assert not UNSAFE.search(safe(text))
    assert len(safe(text)) == len(text)


def test_control_characters_become_visible() -> None:
    assert safe("a\x1b]0;t\x07\n\x7f\u202e\ud800") == "a␛]0;t␇␊␡\ufffd\ufffd"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.93124, "0.9312"),
        (1.2e-05, "1.2e-05"),
        (12000.0, "12000"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (-0.0, "0"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short_number(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (-3.0, "0 s"),
        (0.84, "0.8 s"),
        (9.99, "9 s"),
        (59.9, "59 s"),
        (185, "3 m 05 s"),
        (7800, "2 h 10 m"),
        (4 * 86400 + 3 * 3600, "4 d 3 h"),
    ],
)
def test_durations_are_short(seconds: float | None, text: str) -> None:
    assert short_duration(seconds) == text


def test_sizes_are_short() -> None:
    assert [short_bytes(n) for n in (512, 3482, 5 << 40)] == ["512 B", "3.4 KiB", "5.0 TiB"]


@given(st.floats(min_value=0, max_value=4e9))
def test_run_ids_have_their_form_and_sort_by_time(now: float) -> None:
    assert is_run_id(new_run_id(now))
    assert new_run_id(now)[:15] <= new_run_id(now + 1)[:15]


@given(st.text())
def test_file_safe_names_stay_inside_their_folder(text: str) -> None:
    name = file_safe(text)
    assert name
    assert "/" not in name
    assert name not in {".", ".."}
