from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.screens.command import CommandDialog
from mlops_tui.ui.screens.launch import LaunchForm
from mlops_tui.ui.screens.projects import ProjectsScreen
from tests.ui.driving import SIZES, opened
from tests.ui.recorded import add_run, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    add_run(folder, 1, metrics={"accuracy": [0.5, 0.6]})
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_a_command_is_found_by_name_and_carried_out(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-1")
        await it.press("colon")
        await it.sees("Start a job of this project")
        await it.press(*"laun", "enter")
        await it.until(lambda: isinstance(it.app.screen, LaunchForm))


async def test_only_what_works_here_is_offered(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-1")
        await it.press("ctrl+p", *"zoom")
        await it.sees("nothing here is called that")
        await it.press("escape", "2", "colon", *"zoom")
        await it.sees("Zoom in around the cursor")
        await it.press("down", "up", "enter")
        await it.until(lambda: it.project_screen.detail.charts.view.window is not None)


async def test_a_command_without_a_key_is_found_by_its_name(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-1")
        assert it.app.theme == "textual-dark"
        await it.press("2")
        for name in ("textual-light", "high-contrast", "high-contrast-light"):
            await it.press("colon", *":theme", "enter")
            await it.until(lambda name=name: it.app.theme == name)  # type: ignore[misc]
        await it.sees("config.toml keeps it")


async def test_escape_does_nothing(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-1")
        await it.press("colon", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_the_list_of_projects_has_commands_too(tmp_path: Path, project: Path) -> None:
    write_project(tmp_path / "other")
    async with opened(tmp_path, enter=False) as it:
        await it.sees("2 projects")
        await it.press("colon")
        await it.until(lambda: isinstance(it.app.screen, CommandDialog))
        await it.press(*"go into", "enter")
        await it.until(lambda: not isinstance(it.app.screen_stack[-1], ProjectsScreen))


async def test_digits_go_to_panes(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-1")
        for key, pane in [("2", "charts"), ("4", "output"), ("3", "facts"), ("1", "runs")]:
            await it.press(key)
            await it.until(lambda pane=pane: it.project_screen.panes.pane == pane)  # type: ignore[misc]


async def test_a_click_on_the_last_line_is_the_key(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("? Help")
        row = it.screen_text().splitlines()[-1]
        await it.pilot.click(offset=(row.index("? Help") + 2, it.app.size.height - 1))
        await it.sees("Start a job of this project")
