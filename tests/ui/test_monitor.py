"""Live data on the screen: windows, columns in each, and one column over what is usual."""

from __future__ import annotations

from pathlib import Path
from typing import TypeGuard

import pytest

from mlops_tui.ui.screens.monitor import MonitorScreen
from mlops_tui.ui.screens.windows import OverlaidDialog, WindowsScreen
from tests.ui.driving import SIZES, opened
from tests.ui.judged import add_labels, add_window, performance
from tests.ui.recorded import write_project

TOML = """
[datasets.train]
path = "train.csv"
role = "train"
[datasets.live]
path = "live/*.csv"
role = "live"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "pump")
    (folder / "mlops.toml").write_text(TOML)
    add_window(folder, 1, {"x": 0.2, "y": 0.1})
    add_window(folder, 2, None, "live/day-2.csv, line 3: 2 values, expected 3")
    add_window(folder, 3, {"x": 1.5, "y": 0.9})
    add_window(folder, 4, {"x": 2.5, "y": None})
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_windows_are_looked_into_down_to_one_column(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.press("7")
        await it.sees("✗ alarm 2/3")
        assert "·!██" in it.screen_text()
        await it.press("enter")
        await it.sees("✗ drift: 2 of 2 columns")
        assert isinstance(it.app.screen, WindowsScreen)
        assert "4 windows, 2 columns" in it.screen_text()
        await it.press("j")
        await it.sees("x: ✗ drift, score 2.5, threshold 1 (chance: 0.5 once in 100), n 8")
        await it.press("j", "left")
        await it.sees("y: ✓ ok, score 0.9")
        await it.press("left")
        await it.sees("live/day-2.csv, line 3: 2 values, expected 3")
        await it.press("right", "k", "enter")
        await it.until(lambda: isinstance(it.app.screen, OverlaidDialog))
        await it.sees("x in day-3.csv, against train")
        assert "usual 40 rows, now 8" in it.screen_text()
        assert " 75.0 %  25.0 %" in it.screen_text()
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, WindowsScreen))
        await it.press("g", "enter")
        await it.sees("day-3.csv against train: drift, 8 rows against 40")
        await it.press("escape", "escape")
        await it.until(lambda: isinstance(it.app.screen, MonitorScreen))


async def test_a_window_without_report_says_why_and_a_new_one_comes_by_itself(
    project: Path,
) -> None:
    async with opened(project) as it:
        await it.press("7")
        await it.sees("✗ alarm 2/3")
        await it.press("enter")
        await it.sees("4 windows")
        await it.press("left", "left", "enter")
        await it.sees("there is no report of day-2.csv")
        await it.press("escape")
        add_window(project, 5, {"x": 0.1, "y": 0.1})
        await it.sees("5 windows")
        assert "day-2.csv" in it.screen_text(), "the window looked at stays"
        await it.press("escape")
        await it.sees("✓ quiet 2/3")


async def test_what_labels_say_later_stands_beside_what_was_estimated_over_windows(
    project: Path,
) -> None:
    for number in (5, 6, 7):
        add_window(project, number, {"x": 0.1}, performance=performance(0.94))
    add_labels(project, 6, 0.71, "degraded")
    async with opened(project) as it:
        await it.press("7")
        await it.sees("live")
        await it.press("enter")
        await it.sees("model ✓ ok: accuracy 0.94, usual 0.95, estimated without the truth, n 8")
        await it.press("left")
        await it.sees("✗ worse: accuracy 0.71, usual 0.95, measured by its truth, n 8")
        await it.press("P")
        await it.sees("The model on live, 3 windows")
        await it.sees("measured in 1, n 8  estimated in 2, n 8")
        assert "day-5.csv" in it.screen_text()
        add_labels(project, 7, 0.93, "ok")
        await it.press("escape")
        await it.press("right")
        await it.sees("✓ ok: accuracy 0.93, usual 0.95, measured by its truth, n 8")


async def test_a_window_is_put_aside_for_a_reason_and_taken_back_with_one_key(
    project: Path,
) -> None:
    async with opened(project) as it:

        def aside() -> str:
            screen = it.app.screen
            return dict(screen.facts_here()).get("aside", "") if _is_windows(screen) else ""

        await it.press("7")
        await it.sees("✗ alarm 2/3")
        await it.press("enter")
        await it.sees("✗ drift: 2 of 2 columns")
        await it.press("Q")
        await it.sees("Why is day-4.csv put aside?")
        await it.press("enter")
        await it.press(*"broken probe", "enter")
        # a toast lies over the facts for a while
        await it.until(lambda: aside() == "in quarantine: broken probe; Q takes it back")
        assert "□" in it.screen_text()
        await it.press("escape")
        await it.sees("▲ warning 1/2")
        await it.press("enter")
        await it.until(lambda: aside() != "")
        await it.press("Q")
        await it.until(lambda: _is_windows(it.app.screen) and aside() == "")
        await it.press("escape")
        await it.sees("✗ alarm 2/3")


def _is_windows(screen: object) -> TypeGuard[WindowsScreen]:
    return isinstance(screen, WindowsScreen)
