"""The launch form: values from earlier runs, sweeps, dry runs, options, small terminals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Checkbox, Input, Select

from mlops_tui.domain import places
from mlops_tui.ui.screens.dry_run import DryRunDialog
from mlops_tui.ui.screens.launch import LaunchForm, ParamField
from mlops_tui.ui.widgets.launch_options import LaunchOptions
from tests.process.support import end_processes_of
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import MLOPS_TOML, add_run, write_project

SECRET = '\ntoken = { type = "secret", env = "TEST_UI_TOKEN" }\n'
MANY = '[jobs.train]\nrun = "true"\n[jobs.train.params]\n' + "".join(
    f"p{number} = {number}\n" for number in range(20)
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    return write_project(tmp_path / "digits")


def form(it: Driven) -> LaunchForm:
    assert isinstance(it.app.screen, LaunchForm)
    return it.app.screen


def field(it: Driven, name: str) -> ParamField:
    return next(found for found in form(it).fields if found.param.name == name)


def text(it: Driven, name: str) -> str:
    control = field(it, name).control
    assert isinstance(control, Input)
    return control.value


async def write(it: Driven, name: str, value: str) -> None:
    control = field(it, name).control
    assert isinstance(control, Input)
    control.value = value
    await it.pilot.pause()


async def open_form(it: Driven, seen: str = "No runs yet") -> None:
    await it.sees(seen)
    await it.press("l")
    await it.until(lambda: isinstance(it.app.screen, LaunchForm) and form(it).fields)
    await it.sees("defaults")


def add_three(project: Path) -> None:
    add_run(project, 1, params={"lr": 0.2, "gone": 1}, metrics={"accuracy": [0.9]})
    add_run(project, 2, params={"lr": 7.0, "epochs": 9}, metrics={"accuracy": [0.5]})
    params = {"lr": 0.3, "epochs": 5, "solver": "sgd", "augment": False}
    add_run(project, 3, params=params, metrics={"accuracy": [0.7]})


async def test_values_come_from_defaults_the_last_the_best_and_the_run_at_hand(
    project: Path,
) -> None:
    add_three(project)
    async with opened(project) as it:
        await it.sees("train-2")
        await it.press("down")
        await open_form(it, "train-2")
        await it.until(lambda: form(it)._history.last)
        await it.press("ctrl+o")
        await it.sees("last used, train-3")
        assert [found.given for found in form(it).fields] == ["0.3", "5", "sgd", False]
        await it.press("ctrl+o")
        await it.sees("like the best run, train-1, accuracy 0.9")
        assert [found.given for found in form(it).fields] == ["0.2", "20", "adam", True]
        await it.press("ctrl+o")
        await it.sees("like the run under the cursor, train-2")
        assert text(it, "lr") == "0.05"  # 7.0 is out of bounds now
        assert text(it, "epochs") == "9"
        await it.press("ctrl+o")
        await it.until(lambda: "under the cursor" not in it.screen_text())
        assert text(it, "epochs") == "20"


async def test_the_title_says_when_values_were_edited(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await it.press("end", "1")
        await it.sees("defaults, edited")
        await it.press("ctrl+o")
        await it.sees("There is no earlier run")
        assert "edited" not in it.screen_text()


async def test_a_secret_is_never_filled_in_and_stays_where_it_was_typed(tmp_path: Path) -> None:
    project = write_project(tmp_path / "secret", MLOPS_TOML + SECRET)
    add_run(project, 1, params={"lr": 0.2, "token": "recorded"})
    async with opened(project) as it:
        await open_form(it, "train-1")
        await write(it, "token", "typed")
        await it.until(lambda: form(it)._history.last)
        await it.press("ctrl+o")
        await it.sees("last used")
        assert text(it, "token") == "typed"


@pytest.mark.parametrize("size", SIZES)
async def test_a_list_in_a_field_makes_a_sweep_with_count_and_time(
    project: Path, size: tuple[int, int]
) -> None:
    add_three(project)
    async with opened(project, size) as it:
        await open_form(it, "train-3")
        await write(it, "lr", "0.1, 0.01, 0.001")
        await write(it, "epochs", "1..2")
        await it.sees("6 runs, about 3 m 00 s at 2 at a time")
        await it.sees("first, 5 more:")
        await it.sees("3 values: 0.1, 0.01, 0.001")
        await it.sees("--lr 0.1 --epochs 1")
        assert "Launch 6 runs" in it.screen_text()


async def test_what_is_no_list_is_said_at_the_field(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await write(it, "lr", "0..1")
        await it.sees("say how far apart")
        await it.press("ctrl+s")
        await it.sees("Correct what is marked")


async def test_too_many_runs_are_said_and_not_launched(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await write(it, "lr", "0.01..0.9 x30")
        await write(it, "epochs", "1..30")
        await it.sees("900 runs are too many at once: 500 at most")
        await it.press("ctrl+s")
        await it.pilot.pause()
        assert list(places.runs_dir(project).iterdir()) == []


async def test_one_key_makes_any_field_a_list_and_one_value_again(project: Path) -> None:
    async with opened(project) as it:
        await open_form(it)
        await it.press("ctrl+g")
        await it.until(lambda: text(it, "lr") == "0.005, 0.05, 0.5")
        await it.sees("3 values: 0.005, 0.05, 0.5")
        await it.press("ctrl+g")
        await it.until(lambda: text(it, "lr") == "0.005")
        await it.press("tab", "tab", "ctrl+g")
        await it.until(lambda: isinstance(field(it, "solver").control, Input))
        assert text(it, "solver") == "{adam, sgd}"
        await it.press("tab", "ctrl+g")
        await it.until(lambda: isinstance(field(it, "augment").control, Input))
        await it.sees("4 runs")
        await it.press("ctrl+g")
        await it.until(lambda: isinstance(field(it, "augment").control, Checkbox))
        assert isinstance(field(it, "solver").control, Input)
        field(it, "solver").control.focus()
        await it.press("ctrl+g")
        await it.until(lambda: isinstance(field(it, "solver").control, Select))


async def test_a_dry_run_shows_command_folder_and_environment(tmp_path: Path) -> None:
    project = write_project(tmp_path / "secret", MLOPS_TOML + SECRET)
    async with opened(project, (120, 40)) as it:
        await open_form(it)
        await write(it, "lr", "0.1, 0.2")
        await write(it, "token", "hunter2")
        await it.press("ctrl+r")
        await it.until(lambda: isinstance(it.app.screen, DryRunDialog))
        await it.sees("the first of 2 runs")
        await it.sees("train.py --lr 0.1 --epochs 20")
        await it.sees("TEST_UI_TOKEN=(secret)")
        assert "hunter2" not in it.screen_text()
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, LaunchForm))
        assert list(places.runs_dir(project).iterdir()) == []


def queued(project: Path) -> list[dict[str, Any]]:
    paths = places.runs_dir(project).glob("*/run.json")
    return [json.loads(path.read_text()) for path in paths]


async def test_a_sweep_is_launched_with_name_priority_slots_and_tags(project: Path) -> None:
    try:
        async with opened(project) as it:
            await open_form(it)
            await write(it, "lr", "0.1, 0.2, 0.3")
            await it.press("ctrl+t")
            await it.until(lambda: form(it).query_one(LaunchOptions).is_open)
            await it.press(*"try", "tab", "7", "tab", "0", "tab", *"a=b")
            await it.sees("0 slots cannot be")
            await it.press("ctrl+s")
            await it.sees("Correct what is marked")
            await it.press("backspace", "2", "ctrl+t")
            await it.sees("3 runs, one at a time  run name try, priority 7, slots 2")
            await it.press("ctrl+s")
            await it.sees("Queued 3 runs")
            records = sorted(queued(project), key=lambda record: record["name"])
            assert [record["name"] for record in records] == ["try-1", "try-2", "try-3"]
            assert [record["params"]["lr"] for record in records] == [0.1, 0.2, 0.3]
            assert {(record["priority"], record["slots"]) for record in records} == {(7, 2)}
            assert len({record["tags"]["sweep"] for record in records}) == 1
            assert {record["tags"]["a"] for record in records} == {"b"}
    finally:
        end_processes_of(project)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (120, 40)])
async def test_twenty_parameters_fit_and_the_one_under_the_cursor_is_seen(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(write_project(tmp_path / "many", MANY), size) as it:
        await open_form(it)
        fields = form(it).query_one("#fields").region
        for found in form(it).fields:
            assert found.control.has_focus
            region = found.control.region
            assert fields.contains_region(region), found.param.name
            await it.press("tab")
            await it.pilot.pause()
        assert isinstance(it.app.focused, Button)
        assert form(it).region.contains_region(it.app.focused.region)
        await it.sees("Launch")
        await it.sees("^T More")
        await it.sees("$ true")
