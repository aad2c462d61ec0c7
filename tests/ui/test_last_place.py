from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from mlops_tui.ui.last_place import Place, first_project, load_place, place_path
from mlops_tui.ui.screens.projects import ProjectsScreen
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, run_id, write_project
from tests.ui.terminal import Terminal


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "work" / "digits")
    for number in range(1, 6):
        curves = {f"metric_{letter}": [0.1, number / 10] for letter in "abcdefghijklmn"}
        add_run(folder, number, metrics=curves, output=b"said by %d\n" % number)
    return folder


def cursor(it: Driven) -> str | None:
    return it.project_screen.runs_pane.table.cursor_key


@pytest.mark.parametrize("size", SIZES)
async def test_one_comes_back_to_run_pane_and_chart(project: Path, size: tuple[int, int]) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-5")
        await it.press("j", "j", "2")
        await it.until(lambda: it.project_screen.detail.charts.paging.chosen == "metric_a")
        await it.press("right_square_bracket")
        await it.until(lambda: it.project_screen.detail.charts.paging.chosen != "metric_a")
        chosen = it.project_screen.detail.charts.paging.chosen
    add_run(project, 9)
    async with opened(project, size) as it:
        await it.until(lambda: cursor(it) == run_id(3))
        await it.until(lambda: it.project_screen.panes.pane == "charts")
        await it.until(lambda: it.project_screen.detail.charts.paging.chosen == chosen)


async def test_who_goes_to_the_first_run_before_the_place_is_known_stays_there(
    project: Path,
) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("g")
        it.project_screen.runs_pane.return_to(run_id(3))
        assert cursor(it) == run_id(5)


async def test_the_project_left_last_is_begun_with_until_it_is_gone(project: Path) -> None:
    work = project.parent
    write_project(work / "other")
    async with opened(work, enter=False) as it:
        await it.sees("2 projects")
        await it.press("enter")
        await it.sees("✓ finished train-5")
        await it.until(lambda: first_project(work) == project)
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, ProjectsScreen))
        await it.until(lambda: first_project(work) is None)


@pytest.mark.pty
def test_a_lost_connection_does_not_lose_the_place(project: Path) -> None:
    work = str(project.parent)
    write_project(project.parent / "other")
    with Terminal(work) as terminal:
        terminal.until("2 projects")
        terminal.press("\r")
        terminal.until("train-5")
        terminal.press("j4")
        terminal.until("said by 4")
        deadline = time.monotonic() + 20
        while load_place(place_path(project)).pane != "output":
            assert time.monotonic() < deadline
            terminal.read(0.05)
        terminal.close()
    with Terminal(work) as terminal:
        terminal.until("said by 4")


async def test_panes_are_resized_and_stay_so(project: Path) -> None:
    def heights(it: Driven) -> list[int]:
        return [it.app.screen.query_one(f"#{pane}").size.height for pane in ("runs", "facts")]

    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        before = heights(it)
        await it.press("right_parenthesis", "right_parenthesis", "3", "left_parenthesis")
        await it.until(lambda: heights(it)[0] > before[0] and heights(it)[1] < before[1])
        after = heights(it)
        await it.press("2", "left_parenthesis")
        await it.until(lambda: it.app.screen.query_one("#pane-charts").size.width < 68)
    async with opened(project, (120, 40)) as it:
        await it.until(lambda: heights(it) == after)
        assert it.app.screen.query_one("#pane-charts").size.width < 68
        await it.pilot.resize_terminal(80, 24)
        await it.press("left_parenthesis")
        await it.sees("side by side needs 100")
        await it.pilot.resize_terminal(20, 5)
        await it.sees("Too small")
        await it.pilot.resize_terminal(120, 40)
        await it.until(lambda: heights(it) == after)


async def test_a_state_that_cannot_be_written_keeps_nobody_from_working(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("no folder")
    monkeypatch.setenv("MLOPS_STATE_DIR", os.fspath(tmp_path / "state"))
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        await it.press("j", "right_parenthesis")
        await it.until(lambda: cursor(it) == run_id(4))
    assert load_place(place_path(project)) == Place()
