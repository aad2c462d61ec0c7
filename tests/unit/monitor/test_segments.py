"""Performance by segment: each against its own past, corrected over all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_tui.evaluate.outcomes import Roles, read_outcomes
from mlops_tui.monitor.performance import Setting
from mlops_tui.monitor.performed import Fitness, PerformanceReport
from mlops_tui.monitor.segments import examine_segments, segments_of
from tests.unit.monitor.models import two_classes


def with_sites(frame: pd.DataFrame, sites: str, seed: int) -> pd.DataFrame:
    return frame.assign(site=np.random.default_rng(seed).choice(list(sites), len(frame)))


def reports_of(before: pd.DataFrame, after: pd.DataFrame, by: str) -> dict[str, PerformanceReport]:
    outcomes = read_outcomes(before, after, Roles("y", "said"))
    found, _ = segments_of(before[by], after[by])
    order = np.arange(len(before))
    return dict(examine_segments(outcomes, found, Setting(order=order)))


def test_the_site_that_got_worse_is_named_although_the_mean_hides_it() -> None:
    before = with_sites(two_classes(1, 6_000), "abcdefghij", 1)
    after = with_sites(two_classes(2, 3_000), "abcdefghij", 2)
    wrong = (after["site"] == "c") & (np.random.default_rng(0).random(3_000) < 0.4)
    after["said"] = np.where(wrong, 1 - after["said"], after["said"])
    found = reports_of(before, after, "site")
    bad = [name for name, report in found.items() if report.verdict is Fitness.DEGRADED]
    assert bad == ["c"]
    assert found["c"].n_current == int((after["site"] == "c").sum())
    assert found["c"].n_reference == int((before["site"] == "c").sum())


def test_a_segment_that_the_reference_lacks_is_not_judged() -> None:
    before = with_sites(two_classes(1, 1_000), "ab", 1)
    after = with_sites(two_classes(2, 600), "abz", 2)
    found = reports_of(before, after, "site")
    assert found["z"].verdict is Fitness.TOO_LITTLE_DATA
    assert found["z"].metrics == ()
    assert found["z"].n_reference == 0


def test_numbers_are_cut_into_parts_of_the_reference() -> None:
    before = pd.Series([0.5, 1.5, 2.5, 3.5] * 25)
    found, left_out = segments_of(before, pd.Series([1.5, 9.0, np.nan]))
    assert [segment.reference.sum() for segment in found] == [25, 25, 25, 25]
    assert [segment.current.tolist().index(True) for segment in found if segment.current.any()] == [
        *(0, 1)
    ]
    assert left_out == 0
    assert segments_of(pd.Series([np.nan] * 9, dtype=float), pd.Series([1.0]))[0][0].name == "1"


def test_of_very_many_values_the_commonest_count() -> None:
    names = pd.Series([f"v{n % 50}" for n in range(200)] + ["v0"] * 9)
    found, left_out = segments_of(names, names)
    assert (len(found), left_out, found[0].name) == (30, 20, "v0")


@pytest.mark.parametrize("value", [1.5, np.inf])
def test_a_constant_is_one_segment(value: float) -> None:
    side = pd.Series([value, 0.25, 0.25, 0.25])
    found, _ = segments_of(side, side)
    assert sum(int(segment.current.sum()) for segment in found) >= 3
