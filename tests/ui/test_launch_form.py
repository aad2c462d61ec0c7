from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Checkbox, Input, Select

from mlops_tui.domain import places
from mlops_tui.ui.screens.launch import LaunchForm, ParamField
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import MLOPS_TOML, add_run, write_project

SECRET = """
token = { type = "secret", env = "TEST_UI_TOKEN" }
"""
HOSTILE = """
[jobs.evil]
run = "true {x}"
description = "[@click=app.quit]\\u001b[2J"
[jobs.evil.params]
x = { type = "choice", choices = ["[/nope]", "\\u001b]0;x\\u0007"], help = "[a=b" }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "digits")


def form(it: Driven) -> LaunchForm:
    assert isinstance(it.app.screen, LaunchForm)
    return it.app.screen


def field(it: Driven, name: str) -> ParamField:
    return next(found for found in form(it).fields if found.param.name == name)


async def open_form(it: Driven) -> None:
    await it.sees("No runs yet")
    await it.press("l")
    await it.until(lambda: isinstance(it.app.screen, LaunchForm) and form(it).fields)
    await it.sees("$ python")


@pytest.mark.parametrize("size", SIZES)
async def test_every_parameter_has_a_field_of_its_kind_with_its_default(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await open_form(it)
        controls = {found.param.name: found.control for found in form(it).fields}
        assert isinstance(controls["lr"], Input)
        assert isinstance(controls["solver"], Select)
        assert isinstance(controls["augment"], Checkbox)
        assert [found.given for found in form(it).fields] == ["0.05", "20", "adam", True]
        await it.sees("1e-05 to 1, learning rate")
        await it.sees("$ python train.py --lr 0.05 --epochs 20")


async def test_what_is_wrong_is_said_at_the_field_and_nothing_is_launched(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await it.press("end", "9", "x")
        await it.sees("lr: expected a float between 1e-05 and 1")
        await it.press("ctrl+s")
        await it.sees("Correct what is marked")
        assert field(it, "lr").control.has_focus
        assert list(places.runs_dir(project).iterdir()) == []


async def test_the_command_is_shown_as_it_will_run(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await it.press("end", "1")
        await it.sees("--lr 0.051 --epochs")


async def test_escape_leaves_without_doing_anything(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert list(places.runs_dir(project).iterdir()) == []


async def test_another_job_brings_other_fields(tmp_path: Path) -> None:
    jobs = MLOPS_TOML + '\n[jobs.score]\nrun = "score {top}"\n[jobs.score.params]\ntop = 5\n'
    async with opened(write_project(tmp_path / "two", jobs)) as it:
        await open_form(it)
        form(it).query_one("#job", Select).value = "score"
        await it.sees("$ score 5")
        assert [found.param.name for found in form(it).fields] == ["top"]


async def test_a_secret_is_typed_unseen_and_missing_it_is_told_in_the_form(tmp_path: Path) -> None:
    async with opened(write_project(tmp_path / "secret", MLOPS_TOML + SECRET)) as it:
        await open_form(it)
        control = field(it, "token").control
        assert isinstance(control, Input)
        assert control.password
        await it.press("ctrl+s")
        await it.sees("set TEST_UI_TOKEN")
        control.value = "hunter2"
        await it.pilot.pause()
        assert "hunter2" not in it.screen_text()


async def test_hostile_words_of_a_project_file_are_text(tmp_path: Path) -> None:
    async with opened(write_project(tmp_path / "evil", MLOPS_TOML + HOSTILE)) as it:
        await open_form(it)
        form(it).query_one("#job", Select).value = "evil"
        await it.sees("[@click=app.quit]")
        await it.sees("[a=b")
        await it.sees("$ true '[/nope]'")


async def test_nothing_in_the_form_blinks(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        assert not any(control.cursor_blink for control in it.app.screen.query(Input))


async def test_a_launch_like_a_run_begins_with_its_values(project: Path) -> None:
    add_run(project, 1, params={"lr": 0.25, "epochs": 7, "solver": "sgd", "augment": False})
    add_run(project, 2, params={"lr": 50.0})
    add_run(project, 3, job="gone")
    async with opened(project) as it:
        await it.sees("train-3")
        await it.press("L")
        await it.sees("mlops.toml has no job 'gone'")
        await it.press("escape", "down", "L")
        await it.sees("Not taken over, the job has changed: lr = 50")
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        await it.press("down", "L")
        await it.sees("like train-1")
        assert [found.given for found in form(it).fields] == ["0.25", "7", "sgd", False]
        await it.press("ctrl+s")
        await it.until(lambda: len(list(places.runs_dir(project).glob("2*/run.json"))) == 4)
        newest = max(places.runs_dir(project).glob("2*/run.json"))
        expected = {"lr": 0.25, "epochs": 7, "solver": "sgd", "augment": False}
        assert json.loads(newest.read_text())["params"] == expected
