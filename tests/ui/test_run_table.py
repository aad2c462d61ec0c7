from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.screens.pick import ColumnPicker, PickDialog, PromptDialog, SortPicker
from mlops_tui.ui.widgets.run_table import RunTable
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, log_point, run_id, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 6):
        add_run(
            folder,
            number,
            metrics={"accuracy": [0.1, number / 10], "loss": [2.0, 1 / number]},
            params={"lr": number / 100, "epochs": 20},
        )
    return folder


def table(it: Driven) -> RunTable:
    return it.project_screen.runs_pane.table


def shown(it: Driven) -> list[str]:
    return [column.id for column in table(it).shown]


def points_at(it: Driven, typed: str) -> bool:
    picker = it.app.screen
    assert isinstance(picker, PickDialog)
    return picker.here is not None and typed in picker.here.title


async def picks(it: Driven, key: str, typed: str, *then: str) -> None:
    await it.press(key)
    await it.until(lambda: it.app.screen is not it.project_screen)
    await it.press(*typed)
    await it.until(lambda: "ctrl+s" in then or points_at(it, typed))
    await it.press(*then)
    await it.until(lambda: it.app.screen is it.project_screen)


@pytest.mark.parametrize("size", SIZES)
async def test_columns_are_picked_by_typing_part_of_a_name(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-5")
        await it.press("c")
        await it.until(lambda: isinstance(it.app.screen, ColumnPicker))
        await it.press(*"max")
        await it.until(lambda: points_at(it, "accuracy max"))
        await it.press("space", "enter")
        await it.until(lambda: it.project_screen.runs_pane.view_keys.view.columns)
        chosen = it.project_screen.runs_pane.view_keys.view.columns
        assert chosen is not None
        assert chosen[-1] == "max.accuracy"


async def test_columns_can_be_put_in_another_order_and_left_to_the_table_again(
    project: Path,
) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        before = shown(it)
        await picks(it, "c", "", "down", "down", "shift+down", "enter")
        await it.until(lambda: shown(it)[2:4] == [before[3], before[2]])
        await picks(it, "c", "", "ctrl+r")
        await it.until(lambda: shown(it) == before)


async def test_chosen_columns_and_the_order_are_there_at_the_next_start(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await picks(it, "c", "epochs", "space", "enter")
        await picks(it, "S", "loss", "enter")
        await it.sees("by loss ▲")
        kept = it.project_screen.runs_pane.view_keys
        await it.until(lambda: kept.views.last == kept.view)
    async with opened(project) as it:
        await it.sees("by loss ▲")
        await it.until(lambda: table(it).view.columns)
        assert "param.epochs" in (table(it).view.columns or ())


async def test_a_view_is_saved_under_a_name_and_gone_back_to(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await picks(it, "S", "accuracy", "enter")
        await it.sees("by accuracy ▼")
        await picks(it, "v", "best", "ctrl+s")
        keys = it.project_screen.runs_pane.view_keys
        await it.until(lambda: "best" in keys.views.named)
        await picks(it, "S", "newest", "enter")
        await it.sees("newest first")
        await picks(it, "v", "be", "enter")
        await it.sees("by accuracy ▼")
        await picks(it, "v", "be", "ctrl+x")
        await it.until(lambda: not keys.views.named)


async def test_sorting_by_the_same_again_turns_the_order_round(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("newest first")
        await picks(it, "S", "accuracy", "enter")
        await it.sees("▼ ")
        await it.until(lambda: table(it).keys[0] == run_id(5))
        await picks(it, "S", "accuracy", "enter")
        await it.until(lambda: table(it).keys[0] == run_id(1))
        await it.until(lambda: "▲" in it.screen_text().split("5 runs")[1].split("\n")[1])
        await it.press("S")
        await it.until(lambda: isinstance(it.app.screen, SortPicker))
        await it.until(lambda: points_at(it, "accuracy"))


async def test_only_what_differs_is_a_key(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        await picks(it, "c", "epochs", "space", "enter")
        await it.until(lambda: "param.epochs" in shown(it))
        await it.press("o")
        await it.until(lambda: "param.epochs" not in shown(it))
        assert "param.lr" in shown(it)
        await it.press("o")
        await it.until(lambda: "param.epochs" in shown(it))


async def test_metrics_are_measured_against_a_baseline(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("b", "j")
        await it.sees("-0.1")
        await it.sees("base train-5")
        await it.press("B")
        await it.until(lambda: "-0.1" not in it.screen_text())
        await it.press("B")
        await it.sees("-0.1")
        await it.press("k", "b")
        await it.until(lambda: "base train-5" not in it.screen_text())


async def test_the_objective_has_a_curve_that_follows_its_points(project: Path) -> None:
    live = add_run(project, 9, state=None, metrics={"accuracy": [0.1, 0.2]})
    async with opened(project, (120, 40)) as it:
        await it.sees("▁█")
        log_point(project, live, "accuracy", 2, 0.0)
        await it.sees("▅█▁")


async def test_a_run_gets_another_name(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("R")
        await it.until(lambda: isinstance(it.app.screen, PromptDialog))
        await it.press(*["backspace"] * 7, "enter")
        await it.sees("cannot be a run's name")
        await it.press(*"winner", "enter")
        await it.sees("✓ finished winner")


async def test_a_deleted_run_is_brought_back_at_once(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("d", "y")
        await it.sees("4 runs")
        await it.press("u")
        await it.sees("5 runs")
        await it.until(lambda: table(it).cursor_key == run_id(5))


async def test_deleted_runs_can_be_seen_and_brought_back(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("d", "y")
        await it.sees("4 runs")
        await it.press("D")
        await it.sees("deleted too")
        await it.until(lambda: table(it).keys[-1:] == [run_id(5)])
        await it.press("G")
        await it.until(lambda: table(it).run_at_hand(run_id(5)))
        await it.press("u")
        await it.until(lambda: table(it).keys[:1] == [run_id(5)])


async def test_runs_are_tagged_together_and_noted(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("train-3")
        await it.press("space", "down", "space", "t")
        await it.sees("Tags of 2 marked runs")
        await it.press(*"best, k=v", "enter")
        await it.sees("Changed the tags of 2 runs")
        await it.press("t")
        await it.until(lambda: "best, k=v" in it.screen_text())
        await it.press("ctrl+u", *"best", "enter")
        await it.until(lambda: not isinstance(it.app.screen, PromptDialog))
        await it.press("g", "n")
        await it.sees("A note on train-5")
        await it.press(*"loss rises", "enter")
        await it.sees("Noted on")
        await it.press("slash", *"tag:best and note~rises", "enter")
        await it.sees("1 of 5 runs")


async def test_runs_are_hidden_until_they_are_shown_again(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("x")
        await it.sees("1 hidden")
        assert "train-5" not in it.screen_text().split("1 hidden")[1]
        await it.press("X")
        await it.sees("finished train-5")


async def test_marked_runs_are_hidden_together(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("space", "space", "x")
        await it.sees("2 hidden")
        await it.until(lambda: len(table(it).keys) == 3)


async def test_a_thousand_metrics_are_offered_and_filtered(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "many")
    add_run(folder, 1, metrics={f"m{number:04d}": [1.0] for number in range(1000)})
    async with opened(folder) as it:
        await it.sees("✓ finished train-1")
        await it.press("c")
        await it.sees("of 9017 columns")
        await it.press(*"m0777")
        await it.sees("m0777 max")


async def test_a_filter_offers_names_and_values_and_tab_takes_them(tmp_path: Path) -> None:
    project = write_project(tmp_path / "digits")
    for number in (1, 2):
        add_run(project, number, params={"rate_decay": number / 10}, metrics={"loss": [1.0]})
    async with opened(project) as it:
        await it.sees("✓ finished train-1")
        await it.press("slash", *"rat")
        await it.sees("Tab takes")
        await it.press("tab")
        await it.sees("rate_decay")
        await it.press(*"=0.")
        await it.sees("0 of 2 runs")
        await it.press("tab", "enter")
        await it.sees("1 of 2 runs")
        await it.press("slash", *" and state=fin", "tab", "tab")
        await it.sees(" and state=finished")
        await it.press(*" and has:zz")
        await it.until(lambda: "Tab takes" not in it.screen_text())


async def test_pinned_runs_stay_on_top_and_in_the_charts_and_come_back(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        await it.press("end", "p")
        await it.until(lambda: table(it).keys[0] == run_id(1))
        await it.sees("1 pinned")
        await it.sees("▴ ✓ finished train-1")
        await it.press("home", "j")
        await it.sees("━ train-5  ━ train-1")
        assert it.project_screen.verbs.marked == ()
    async with opened(project, (120, 40)) as it:
        await it.until(lambda: table(it).keys[:1] == [run_id(1)])
        await it.press("home", "p")
        await it.until(lambda: table(it).keys[-1] == run_id(1))


async def test_keys_that_need_a_run_say_so_where_there_is_none(tmp_path: Path) -> None:
    async with opened(write_project(tmp_path / "empty"), (120, 40)) as it:
        await it.sees("No runs yet")
        for key in "srdLRtnpxCF":
            await it.press(key)
            await it.sees("No run is under")
            it.app.clear_notifications()
            await it.until(lambda: "No run is under" not in it.screen_text())
