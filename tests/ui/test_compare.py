from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.text import UNSAFE
from mlops_tui.engine import workers
from mlops_tui.ui.screens.compare import CompareScreen
from mlops_tui.ui.screens.parallel import ParallelScreen
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, log_point, run_id, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 31):
        ident = add_run(
            folder,
            number,
            metrics={"accuracy": [number / 100]},
            params={} if number == 28 else {"lr": number / 1000, "epochs": 20},
            state=None if number == 30 else "finished",
        )
        packages = {"numpy": "2.1" if number % 2 else "2.2", "pandas": "2"}
        (places.run_dir(folder, ident) / "environment.json").write_text(
            json.dumps({"packages": packages, "git": {"commit": "--hard"}})
        )
    return folder


async def compares(it: Driven, *marks: str) -> CompareScreen:
    table = it.project_screen.runs_pane.table
    await it.until(lambda: table.run_at_hand(table.cursor_key))
    await it.press(*marks, "C")
    await it.until(lambda: isinstance(it.app.screen, CompareScreen))
    screen = it.app.screen
    assert isinstance(screen, CompareScreen)
    await it.until(lambda: screen.table.keys or "Space" in screen.table.empty)
    return screen


@pytest.mark.parametrize("size", [*SIZES, (60, 16)])
async def test_marked_runs_stand_side_by_side(project: Path, size: tuple[int, int]) -> None:
    async with opened(project, size) as it:
        screen = await compares(it, "space", "space", "space")
        text = it.screen_text()
        assert "Compare 3 runs" in text
        assert "train-30" in text
        assert "0.3 ◆" in text
        assert "epochs" in text  # train-28 has no params
        assert "pandas" not in screen.table.keys
        await it.press("o")
        await it.until(lambda: "environment/pandas" in screen.table.keys)
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert it.project_screen.verbs.marked == tuple(run_id(n) for n in (30, 29, 28))


async def test_one_run_is_compared_with_the_best_or_the_baseline(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        screen = await compares(it, "j")
        assert screen.names == ["train-30", "train-29"]
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        await it.press("j", "j", "b", "j")
        screen = await compares(it)
        assert screen.names == ["train-27", "train-26"]


async def test_without_a_best_run_the_one_before_is_compared(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2, 3):
        add_run(folder, number)
    async with opened(folder) as it:
        screen = await compares(it, "j")
        assert screen.names == ["train-1", "train-2"]


async def test_a_run_alone_says_how_to_compare(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "digits")
    add_run(folder, 30)
    async with opened(folder) as it:
        await compares(it)
        await it.sees("There is no other run to compare with. Space marks runs.")
        await it.press("o", "y", "enter", "right", "G", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_many_runs_move_sideways_behind_the_first(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        screen = await compares(it, *["space"] * 14)
        assert "of 14" in it.screen_text()
        await it.press(*["right"] * 16)
        await it.until(lambda: "train-17\n" in it.screen_text())
        header = it.screen_text().split("\n")[1]
        assert "train-30" in header
        assert header.rstrip().endswith("train-17")
        await it.press(*["left"] * 16)
        await it.sees("train-29")
        assert screen.table.words.startswith("← → 1 and 2")


async def test_a_line_is_read_in_full_and_all_is_copied(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        screen = await compares(it, "space", "space")
        screen.table.show_key("metrics/accuracy")
        await it.press("enter")
        await it.until(lambda: it.app.screen is not screen)
        await it.sees("0.29  -0.01")
        await it.press("escape")
        await it.until(lambda: it.app.screen is screen)
        await it.press("y")
        await it.sees("Copied the comparison")
        assert "accuracy" in it.app.clipboard
        assert "train-29" in it.app.clipboard


async def test_names_from_outside_are_text_and_nothing_else(tmp_path: Path) -> None:
    hostile = "\x1b]0;x\x07[@click=app.quit]\u202e\u200b\U0001f600[/] \r\n" + "x" * 10_000
    folder = write_project(tmp_path / "digits")
    for number in (1, 2):
        ident = add_run(
            folder,
            number,
            name=hostile + str(number),
            metrics={hostile: [number]},
            params={hostile: hostile + str(number), "plain": hostile},
        )
        packages = {hostile: str(number)}
        (places.run_dir(folder, ident) / "environment.json").write_text(
            json.dumps({"packages": packages, "python": hostile})
        )
    async with opened(folder, (80, 24)) as it:
        screen = await compares(it, "space", "space")
        await it.press("o", "G", "right", "g")
        await it.sees("[@click=app.quit]")
        shown = it.screen_text()
        assert not UNSAFE.search(shown.replace("\n", ""))
        assert len(screen.table.keys) > 5
        await it.press("enter")
        await it.until(lambda: it.app.screen is not screen)
        await it.press("escape", "y")
        await it.sees("Too long for a terminal")
        assert it.app.clipboard == ""
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_a_live_run_is_compared_anew(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await compares(it, "space", "space")
        log_point(project, run_id(30), "accuracy", 1, 0.875)
        await it.sees("0.875 ◆")


async def test_what_matters_is_told_over_all_listed_runs(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def work(task: str, arguments: dict[str, Any], *_: object) -> dict[str, Any]:
        asked.append(arguments)
        lr = {"param": "lr", "share": 0.8, "low": 0.7, "high": 0.9, "is_sure": True, "values": 28}
        return {"n": len(arguments["metric"]), "explained": 0.9, "chance": 0.1, "params": [lr]}

    monkeypatch.setattr(workers, "work", work)
    async with opened(project, (80, 24)) as it:
        await compares(it, "j", "space", "space")
        await it.press("i")
        await it.sees("over all runs listed")
        await it.press("enter")
        await it.sees("What moves accuracy of train, n 29 runs")  # one is not finished
        await it.sees("✓ beyond chance")
        await it.press("escape", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        await compares(it, *["space"] * 14)
        await it.press("i")
        await it.sees("over the 16 compared")
        await it.press("enter")
        await it.sees("n 16 runs")
        assert [len(found["metric"]) for found in asked] == [29, 16]


async def test_too_few_runs_say_how_to_get_more(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2):
        add_run(folder, number, metrics={"accuracy": [number]}, state="finished")
    async with opened(folder, (80, 24)) as it:
        await compares(it, "space", "space")
        await it.press("i", "enter")
        await it.sees("2 finished runs have accuracy: too few")
        await it.press("escape", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_runs_are_drawn_as_parallel_coordinates(project: Path) -> None:
    async with opened(project, (80, 24)) as it:
        await compares(it, "j", "space", "space")
        await it.press("p")
        await it.until(lambda: isinstance(it.app.screen, ParallelScreen))
        await it.sees("Parallel coordinates, 30 runs")
        await it.sees("best 7 by accuracy")
        await it.sees("train-30, 1 of 30  accuracy 0.3")
        lines = it.screen_text().split("\n")
        assert lines[1].split() == ["lr", "accuracy"]  # all have the same epochs
        assert lines[2].split() == ["0.03", "0.3", "◆"]
        assert lines[-3].split() == ["0.001", "0.01"]
        await it.press("down", "right", "m", "left", "down")
        await it.sees("train-29, 2 of 30")
        await it.press("escape", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_runs_that_differ_in_nothing_are_not_drawn(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2):
        add_run(folder, number, metrics={"accuracy": [number]}, state="finished")
    async with opened(folder, (80, 24)) as it:
        await compares(it, "space", "space")
        await it.press("p")
        await it.sees("Nothing to draw: the runs differ in no parameter")
        await it.press("down", "right", "m", "escape", "escape")
        await it.until(lambda: it.app.screen is it.project_screen)
