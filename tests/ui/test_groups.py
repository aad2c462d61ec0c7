from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.screens.groups import GroupPicker, GroupsScreen
from tests.ui.driving import SIZES, opened
from tests.ui.recorded import add_run, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 7):
        params = {"lr": 0.1 if number % 2 else 0.01, "seed": number, "opt": "adam"}
        metrics = {"accuracy": [0.5, 0.9 + number / 100 - (number % 2) / 10], "loss": [1.0, 0.5]}
        add_run(folder, number, params=params, metrics=metrics)
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_runs_are_grouped_over_seeds_and_those_of_one_shown(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("train-6")
        await it.press("a")
        await it.sees("0.940 ±0.050")
        assert "Runs over seeds" in it.screen_text()
        assert "0.830 ±0.050" in it.screen_text()
        assert "opt" not in it.screen_text()
        await it.press("j", "enter")
        await it.sees("3 of 6 runs")
        await it.sees("param.lr = 0.1")
        assert not isinstance(it.app.screen, GroupsScreen)


async def test_what_runs_are_grouped_by_is_chosen(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("train-6")
        await it.press("a")
        await it.sees("2 groups")
        await it.press("a")
        await it.until(lambda: isinstance(it.app.screen, GroupPicker))
        await it.press(*"seed=", "enter")
        await it.sees("6 groups")
        await it.press("escape")
        await it.sees("newest first")
