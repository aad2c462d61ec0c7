"""From scores to verdicts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from mlops_tui.monitor import verdicts
from mlops_tui.monitor.verdicts import Level, Verdict

OK, DRIFT, LITTLE = Verdict.OK, Verdict.DRIFT, Verdict.TOO_LITTLE_DATA


@given(st.lists(st.floats(0, 1), max_size=30))
def test_the_correction_is_that_of_benjamini_and_hochberg(p_values: list[float]) -> None:
    found = verdicts.adjusted(p_values)
    expected = false_discovery_control(p_values) if p_values else []
    assert found.tolist() == pytest.approx(list(expected))


@pytest.mark.parametrize(
    ("score", "q99", "p", "n", "expected"),
    [
        (0.5, 0.2, 0.001, 100, DRIFT),
        (0.09, 0.02, 0.001, 10_000, OK),  # beyond chance, but too small to matter
        (0.2, 0.25, 0.03, 100, OK),  # large enough to matter, but chance gives as much
        (0.3, 0.2, 0.2, 100, OK),  # one of many columns
        (0.2, 0.31, 0.2, 50, LITTLE),
        (0.9, 0.31, 0.001, 50, DRIFT),  # so large that few rows are enough
        (0.4, 0.31, 0.02, 50, LITTLE),  # enough to be sure with more rows
        (9.0, 0.2, 0.001, 9, LITTLE),
        (float("nan"), float("nan"), 1.0, 100, LITTLE),
    ],
)
def test_drift_needs_size_and_evidence(
    score: float, q99: float, p: float, n: int, expected: Verdict
) -> None:
    assert verdicts.of_column(score, 0.1, q99, p, n, 5_000) is expected


def test_a_batch_drifts_by_any_column_and_is_too_small_by_most() -> None:
    assert verdicts.of_batch([OK, LITTLE, DRIFT]) is DRIFT
    assert verdicts.of_batch([OK, LITTLE]) is OK
    assert verdicts.of_batch([OK, LITTLE, LITTLE]) is LITTLE
    assert verdicts.of_batch([]) is LITTLE


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], Level.QUIET),
        ([OK, DRIFT], Level.WARNING),
        ([DRIFT, OK, DRIFT], Level.ALARM),
        ([DRIFT, OK, OK, DRIFT], Level.WARNING),
        ([DRIFT, DRIFT, OK], Level.QUIET),
        ([DRIFT, LITTLE, LITTLE, LITTLE, DRIFT], Level.ALARM),
        ([DRIFT, LITTLE], Level.WARNING),
    ],
)
def test_a_warning_at_once_and_an_alarm_after_two_of_three(
    windows: list[Verdict], expected: Level
) -> None:
    assert verdicts.level(windows) is expected


def test_how_many_windows_may_be_chosen() -> None:
    assert verdicts.level([DRIFT], 1, 1) is Level.ALARM
    with pytest.raises(ValueError, match="3 of 2"):
        verdicts.level([DRIFT], 3, 2)


def test_the_correction_can_be_passed_by_one_column_of_a_thousand() -> None:
    lone = np.ones(1_000)
    lone[7] = 0.01 / 5_001  # the smallest value that a null gives
    assert verdicts.adjusted(lone)[7] <= verdicts.FALSE_SHARE
