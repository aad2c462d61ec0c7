from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.screens.project import ProjectScreen
from mlops_tui.ui.screens.projects import ProjectsScreen
from tests.ui.driving import SIZES, opened
from tests.ui.recorded import MLOPS_TOML, add_run, write_project


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    alpha = write_project(folder / "alpha", MLOPS_TOML.replace("digits", "alpha"))
    add_run(alpha, 1, metrics={"accuracy": [0.5]})
    add_run(alpha, 2, metrics={"accuracy": [0.98]}, state=None)
    write_project(folder / "beta", "[project]\nnam = 'x'\n")
    write_project(folder / "gamma", '[project]\nname = "[/nope]\\u001b]0;x\\u0007"\n')
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_lists_projects_with_objective_best_and_what_runs(
    workspace: Path, size: tuple[int, int]
) -> None:
    async with opened(workspace, size, enter=False) as it:
        await it.sees("3 projects")
        await it.sees("0.98 ✓")
        await it.sees("1 running")
        await it.sees("Route most forms")
        await it.sees("[/nope]")


async def test_a_broken_project_says_what_is_wrong_when_selected(workspace: Path) -> None:
    async with opened(workspace, enter=False) as it:
        await it.sees("broken: 1 problem")
        await it.press("j")
        await it.sees("mlops.toml:2")
        await it.sees("project.nam")


async def test_enter_goes_in_and_escape_comes_back_to_the_same_line(workspace: Path) -> None:
    async with opened(workspace, enter=False) as it:
        await it.sees("broken: 1 problem")
        await it.press("G", "enter")
        await it.until(lambda: isinstance(it.app.screen, ProjectScreen))
        await it.sees("No runs yet")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, ProjectsScreen))
        await it.sees("gamma")
        table = it.app.screen.query_one("ProjectTable")
        await it.until(lambda: str(table.cursor_key).endswith("gamma"))  # type: ignore[attr-defined]


async def test_a_workspace_with_one_project_is_entered_at_once(tmp_path: Path) -> None:
    add_run(write_project(tmp_path / "work" / "only"), 1)
    async with opened(tmp_path / "work", enter=False) as it:
        await it.sees("✓ finished train-1")


async def test_an_empty_workspace_says_what_to_do(tmp_path: Path) -> None:
    async with opened(tmp_path, enter=False) as it:
        await it.sees("mlops-tui init")
        await it.sees("Press c")


@pytest.mark.parametrize("size", SIZES)
async def test_a_first_start_copies_the_samples_and_opens_them(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    mine = tmp_path / "mlops-samples" / "digits"
    mine.mkdir(parents=True)
    async with opened(tmp_path, size, enter=False) as it:
        await it.sees("Press c")
        await it.press("c")
        await it.sees("Copy the sample projects")
        await it.press("enter")
        await it.sees("copied any_language")
        await it.sees("4 projects")
        await it.sees("diabetes")
    assert list(mine.iterdir()) == []
    assert (mine.parent / "any_language" / "train.sh").is_file()


async def test_where_the_samples_go_must_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with opened(tmp_path, enter=False) as it:
        await it.sees("Press c")
        await it.press("c", "ctrl+u", "enter")
        await it.sees("a folder is missing")
        await it.press(*"file", "enter")
        await it.sees("this is no folder")
        await it.press("escape")
        await it.sees("Press c")


SCRIPT = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1, help="[bold]learning rate")
parser.parse_args()
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "mine"
    folder.mkdir(parents=True)
    (folder / "train.py").write_text(SCRIPT)
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_a_folder_with_scripts_is_offered_a_set_up(
    scripts: Path, size: tuple[int, int]
) -> None:
    async with opened(scripts.parent, size, enter=False) as it:
        await it.sees("not set up: press i")
        await it.sees("Nothing is run")
        await it.press("i")
        await it.sees("Write mine/mlops.toml?")
        await it.sees("[jobs.train]")
        assert not (scripts / "mlops.toml").exists()
        await it.press("y")
        await it.until(lambda: isinstance(it.app.screen, ProjectScreen))
        assert "lr = { type" in (scripts / "mlops.toml").read_text()
        await it.press("l")
        await it.sees("[bold]learning rate")


async def test_no_is_no(scripts: Path) -> None:
    async with opened(scripts.parent, enter=False) as it:
        await it.sees("not set up: press i")
        await it.press("enter")
        await it.sees("Write mine/mlops.toml?")
        await it.press("n")
        await it.until(lambda: isinstance(it.app.screen, ProjectsScreen))
        assert not (scripts / "mlops.toml").exists()


async def test_a_project_is_not_set_up_twice(workspace: Path) -> None:
    async with opened(workspace, enter=False) as it:
        await it.sees("3 projects")
        await it.sees("0.98 ✓")
        await it.press("i")
        await it.sees("it has an mlops.toml already")
