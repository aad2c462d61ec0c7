from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.ui.screens.project import ProjectScreen
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import START, add_run, append, run_id, write_project

MIB = 1 << 20


def beat(project: Path, number: int, at: float, cpu: float) -> None:
    facts = {"cpu_percent": cpu, "rss_bytes": 100 * MIB, "read_bytes": 0, "write_bytes": 0}
    line = {"t": START + number + at, "event": "heartbeat", "files": {}, "processes": 1, **facts}
    append(places.run_dir(project, run_id(number)) / "runner.jsonl", line)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    add_run(folder, 1, metrics={"accuracy": [0.1, 0.2]})
    for number in (2, 3):
        add_run(folder, number, metrics={"accuracy": [0.1, 0.2]}, state=None)
        for at in range(20):
            beat(folder, number, 2.0 * at, 10.0 * number)
    return folder


async def on_charts(it: Driven) -> None:
    table = it.project_screen.runs_pane.table
    await it.until(lambda: table.run_at_hand(table.cursor_key))
    await it.press("2")
    await it.until(lambda: it.app.screen.focused is it.project_screen.detail.charts)
    await it.sees("━ train-3")


async def sees_system(it: Driven) -> None:
    await it.press("t")
    await it.until(lambda: it.app.screen.focused is it.project_screen.detail.usage)
    await it.sees("system, x time")


@pytest.mark.parametrize("size", [*SIZES, (60, 16)])
async def test_one_key_goes_to_what_the_system_gave_and_back(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await on_charts(it)
        await sees_system(it)
        await it.sees("sys/cpu (%)")
        assert "accuracy" not in [
            chart.data.metric
            for chart in it.project_screen.detail.usage.page.charts
            if chart.display and chart.data
        ]
        await it.press("enter")
        await it.sees("metric 1 of 5")
        await it.press("right_square_bracket")
        await it.sees("sys/memory (MiB)")
        await it.press("escape")
        await it.until(lambda: not it.project_screen.detail.usage.paging.is_single)
        await it.press("escape", "t")
        await it.until(lambda: it.app.screen.focused is it.project_screen.detail.charts)
        await it.sees("accuracy")
        assert isinstance(it.app.screen, ProjectScreen)


async def test_panes_know_which_charts_are_shown(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await sees_system(it)
        await it.press("1", "2")
        await it.until(lambda: it.app.screen.focused is it.project_screen.detail.usage)
        await it.press("left")
        await it.sees("at 37 s")


async def test_new_samples_of_a_live_run_are_drawn(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await sees_system(it)
        await it.sees("sys/cpu (%)")
        beat(project, 3, 60.0, 777.0)
        await it.sees("777")


async def test_a_run_nobody_sampled_says_so_and_others_are_charted_beside(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await sees_system(it)
        await it.press("1", "j", "j")
        await it.sees("nothing was sampled")
        await it.press("k", "space", "g")
        await it.until(lambda: len({run for run, _ in it.project_screen.detail.usage._series}) == 2)
