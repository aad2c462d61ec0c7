"""The chart of a model over windows: measured beside estimated, its band, its figures."""

from __future__ import annotations

import math
from typing import Any

import pytest

from mlops_tui.domain.monitoring import BatchFacts
from mlops_tui.domain.performed import Performed
from mlops_tui.ui.performance_chart import Window, metric_names, performance_lines
from mlops_tui.ui.raster import Symbols
from mlops_tui.ui.widgets.line_chart import LABELS


def metric(name: str, basis: str, value: float | None, verdict: str = "ok") -> dict[str, Any]:
    bounds = (None, None) if value is None else (value - 0.02, value + 0.02)
    found = {"metric": name, "basis": basis, "value": value, "verdict": verdict, "n": 1200}
    found |= {"lower": bounds[0], "upper": bounds[1], "reference": 0.95, "sampling_error": 0.01}
    return found


def window(number: int, *metrics: dict[str, Any]) -> Window:
    key = f"week-{number:02}.csv"
    counts = (0, (), 0, 0, None, 0.0, "")
    batch = BatchFacts(
        f"b{number}", "live", "train", key, number, None, None, 0, "ok", None, *counts
    )
    figures = {"verdict": "ok", "metrics": metrics, "n_labelled": 0}
    return Window(batch, Performed(batch.id, "", 0.0, "", figures))


def text(windows: list[Window], width: int, symbols: Symbols = Symbols.BRAILLE) -> list[str]:
    pieces = performance_lines(windows, width, symbols)
    lines = ["".join(it for it, _ in line) for line in pieces]
    assert all(len(line) <= width for line in lines)
    return lines


@pytest.mark.parametrize("width", [72, 110])
def test_measured_and_estimated_stand_on_one_chart_with_their_n(width: int) -> None:
    windows = [
        window(1, metric("f1", "estimated", 0.9), metric("accuracy", "estimated", 0.94)),
        window(2, metric("accuracy", "estimated", 0.94), metric("accuracy", "realised", 0.93)),
        window(3, metric("accuracy", "realised", 0.7, "degraded")),
    ]
    assert metric_names(windows) == ["accuracy", "f1"]
    lines = text(windows, width)
    assert lines[2] == "accuracy  measured in 2, n 1,200  estimated in 2, n 1,200"
    chart = "\n".join(lines[3:13])
    assert chart.count("●") == 1
    assert chart.count("✗") == 1
    assert "⠒" in chart, "the estimate is a line"
    assert lines[13].split() == ["week-01.csv", "week-03.csv"]
    to = " to " if width == 110 else ".."
    assert f"✗ 0.7 (0.68{to}0.72) n 1,200" in lines[16]
    assert lines[16].rstrip().endswith("-")
    assert any(line.startswith("f1 ") for line in lines)


def test_the_chart_is_drawn_in_ascii_where_that_is_asked_for() -> None:
    windows = [window(n, metric("accuracy", "estimated", 0.9 + n / 100)) for n in (1, 2, 3)]
    lines = text(windows, 72, Symbols.ASCII)
    assert not any("\u2800" <= character <= "\u28ff" for character in "".join(lines))
    assert any(set(line[LABELS:]) & set("'-.") for line in lines[3:13])


def test_windows_without_figures_and_with_infinite_ones_are_drawn_as_far_as_they_go() -> None:
    assert text([], 72) == ["Nothing is known of the model on these windows."]
    nothing = [window(1, metric("mae", "realised", None) | {"reference": None})]
    assert "mae" in text(nothing, 72)[2]
    odd = [
        window(1, metric("mae", "realised", math.inf)),
        window(2, metric("mae", "realised", 2.0)),
    ]
    assert "Inf" in "\n".join(text(odd, 72))
    many = [window(it, metric("accuracy", "realised", 0.9 + 0.0001 * it)) for it in range(300)]
    assert "measured in 300" in text(many, 72)[2]
