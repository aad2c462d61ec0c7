"""How long runs will take."""

from __future__ import annotations

import pytest

from mlops_tui.domain.estimate import at_once, expected_seconds


@pytest.mark.parametrize(
    ("count", "side_by_side", "durations", "seconds"),
    [
        (12, 2, [60.0, 50.0, 900.0], 360.0),
        (1, 4, [10.0, 20.0], 15.0),
        (5, 4, [10.0], 20.0),
        (3, 1, [], None),
    ],
)
def test_runs_take_the_median_for_every_round(
    count: int, side_by_side: int, durations: list[float], seconds: float | None
) -> None:
    assert expected_seconds(count, side_by_side, durations) == seconds


def test_slots_and_gpus_both_limit_what_goes_on_at_a_time() -> None:
    assert at_once(1, 0, 8, 0) == 8
    assert at_once(3, 0, 8, 0) == 2
    assert at_once(1, 2, 8, 4) == 2
    assert at_once(16, 0, 8, 0) == 1
