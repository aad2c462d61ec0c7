"""Data, monitor, models, readiness: gone to by digit, filled from what is declared and recorded."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from textual.message import Message

from mlops_tui.domain.errors import WorkCancelledError
from mlops_tui.engine.actions_patches import list_marks
from mlops_tui.engine.workers import Cancellation, OnProgress
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.data import DataScreen
from mlops_tui.ui.screens.listed import ListedScreen
from mlops_tui.ui.screens.models import ModelsScreen
from mlops_tui.ui.screens.monitor import MonitorScreen
from mlops_tui.ui.screens.place import PlaceScreen
from mlops_tui.ui.screens.readiness import ReadinessScreen
from mlops_tui.ui.screens.report import ReportDialog
from mlops_tui.ui.screens.row_marks import FindingsScreen, MarksScreen
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, write_project

TOML = """
[project]
name = "digits"
[objective]
statement = "Sort the mail"
metric = "accuracy"
target = 0.97
[datasets.train]
path = "train.csv"
role = "train"
target = "y"
[datasets.train.checks]
rows = { min = 30 }
[datasets.holdout]
path = "holdout.csv"
role = "holdout"
target = "y"
[jobs.train]
run = "python train.py"
kind = "train"
outputs = ["models/best.joblib"]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    (folder / "mlops.toml").write_text(TOML)
    for name, rows in (("train", 20), ("holdout", 10)):
        lines = [f"{number},{number % 7},{number % 2}" for number in range(rows)]
        (folder / f"{name}.csv").write_text("\n".join(["id,x,y", *lines]) + "\n")
    add_run(folder, 1, metrics={"accuracy": [0.5, 0.9]})
    return folder


def place(it: Driven) -> PlaceScreen:
    screen = next(it for it in it.app.screen_stack if isinstance(it, PlaceScreen))
    assert isinstance(screen, PlaceScreen)
    return screen


@pytest.mark.parametrize("size", SIZES)
async def test_each_place_is_one_digit_away_from_any_other(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-1")
        for key, kind, text in (
            ("6", DataScreen, "never read"),
            ("7", MonitorScreen, "not compared"),
            ("8", ModelsScreen, "models/best.joblib"),
            ("9", ReadinessScreen, "best 0.9 by train-1, 0.07 to go"),
        ):
            await it.press(key)
            await it.sees(text)
            assert isinstance(it.app.screen, kind)
        await it.press("5")
        await it.sees("nothing runs or waits")
        await it.press("6", "2")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert it.project_screen.panes.pane == "charts"
        await it.press("8")
        await it.sees("models/best.joblib")
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_a_digit_leads_out_of_what_lies_over_runs_and_places(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-1")
        for over, shows, digit, place_words in (
            ("F", "Files of train-1", "6", "never read"),
            ("A", "Evaluation of train-1", "8", "models/best.joblib"),
            ("C", "Compare", "9", "Sort the mail"),
        ):
            await it.press(over)
            await it.sees(shows)
            await it.press(digit)
            await it.sees(place_words)
            assert len(it.app.screen_stack) == 3
            await it.press("1")
            await it.until(lambda: it.app.screen is it.project_screen)


async def test_evidence_is_attached_to_a_line_of_the_score(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.press("9")
        await it.sees("0/7, level 0")
        await it.press("a")
        await it.until(lambda: "attached to a line of the score" in it.notified())
        place(it).table.show_key("D5")
        await it.press("a")
        await it.sees("Where can the evidence for D5 be seen?")
        await it.press(*"wiki/privacy", "enter")
        await it.sees("Why is that enough for D5?")
        await it.press(*"audited", "enter")
        await it.until(lambda: "Attached to D5: it counts half" in it.notified())
        await it.sees("by hand: wiki/privacy (audited;")


async def test_checks_are_judged_and_stay_in_the_list(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("1 not judged")
        await it.press("c")
        await it.until(lambda: isinstance(it.app.screen, ReportDialog))
        await it.sees("Checks of train: 1 of 1 failed, on 20 rows")
        await it.press("escape")
        await it.sees("✗ 1 failed")
        await it.press("v")
        await it.sees("train is version")
        await it.sees("no run used it")


async def test_a_profile_lists_the_columns_and_checks_are_proposed(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("never read")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, ListedScreen))
        await it.sees("20 rows, 3 columns")
        await it.press("j")
        await it.sees("x, numeric, read as int")
        await it.press("escape")
        await it.until(lambda: it.app.screen is place(it))
        await it.press("j", "w")
        await it.sees("Write these checks of holdout into mlops.toml?")
        await it.press("y")
        await it.sees("Wrote checks of holdout")
        assert "[datasets.holdout.checks]" in (project / "mlops.toml").read_text()
        await it.press("k", "w")
        await it.sees("train has checks already")


async def test_two_datasets_are_compared(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.press("7")
        await it.sees("not compared")
        await it.press("enter")
        await it.until(lambda: isinstance(it.app.screen, ReportDialog))
        await it.sees("holdout against train:")
        await it.press("escape")
        await it.until(lambda: it.app.screen is place(it))
        assert "not compared" not in it.screen_text()


async def test_who_only_looks_gets_a_profile_and_writes_nothing(project: Path) -> None:
    journals = sorted((project / ".mlops").glob("journal-*"))
    before = [path.read_bytes() for path in journals]
    looking = LaunchSettings(is_read_only=True)
    async with opened(project, (120, 40), settings=looking) as it:
        await it.press("6")
        await it.sees("never read")
        await it.press("enter")
        await it.sees("20 rows, 3 columns")
    assert sorted((project / ".mlops").glob("journal-*")) == journals
    assert [path.read_bytes() for path in journals] == before


async def test_what_cannot_be_read_is_said(project: Path) -> None:
    (project / "train.csv").unlink()
    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("missing")
        await it.press("c")
        await it.sees("checking train")
        await it.until(lambda: "train.csv" in it.notified())


async def test_one_thing_is_done_at_a_time_and_escape_stops_it(project: Path) -> None:
    def waits(on_progress: OnProgress, cancellation: Cancellation) -> str:
        on_progress(1, 4)
        while not cancellation.is_cancelled:
            time.sleep(0.01)
        raise WorkCancelledError("cancelled")

    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("never read")
        place(it).begin("searching holdout", waits, lambda _: Message())
        await it.sees("searching holdout, 25 %, Esc stops")
        await it.press("c")
        await it.sees("First one, then the other")
        await it.press("escape")
        await it.sees("Stopped searching holdout")
        await it.sees("2 datasets")
        assert isinstance(it.app.screen, DataScreen)


async def test_where_nothing_is_declared_the_places_teach(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "bare")
    (folder / "mlops.toml").write_text('[project]\nname = "bare"\n')
    async with opened(folder, (80, 24)) as it:
        await it.press("6")
        await it.sees("[datasets.train]")
        await it.press("7")
        await it.sees('role = "live"')
        await it.press("8")
        await it.sees("No model is registered")
        await it.press("9")
        await it.sees("0/6 met")


@pytest.mark.usefixtures("own_tasks")
async def test_a_dataset_is_compared_with_another_file(project: Path) -> None:
    rows = [f"{number},{number / 7:.3f},{number % 2}" for number in range(40)]
    (project / "train.csv").write_text("\n".join(["id,a,y", *rows]) + "\n")
    older = [f"{number},{number / 7:.3f},{number % 2}" for number in range(3, 40)]
    older[5] = "8,99.000,0"
    (project / "older.csv").write_text("\n".join(["id,a,y", *older]) + "\n")
    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("not judged")
        await it.press("d")
        await it.sees("another file or folder")
        await it.press(*"another", "enter")
        await it.sees("Compare with which file")
        await it.press("enter")
        await it.sees("a path is missing")
        await it.press(*"older.csv", "enter")
        await it.sees("train against older.csv")
        await it.sees("+3 -0 ~1")
        await it.sees("8 (line 10): a 99 -> 1.143")
        await it.press("down")  # to the first column, as it changed
        await it.sees("1 value of rows that both have")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, DataScreen))


@pytest.mark.usefixtures("own_tasks")
async def test_rows_that_were_found_are_excluded_and_taken_back(project: Path) -> None:
    draw = random.Random(1)
    rows = [f"{draw.random():.6f},{draw.random():.6f}" for _ in range(60)]
    told = [f"{number},{row},{number % 2}" for number, row in enumerate(rows)]
    told += [f"{100 + number},{rows[number]},{1 - number % 2}" for number in range(3)]
    content = "\n".join(["id,a,b,y", *told]) + "\n"
    (project / "train.csv").write_text(content)
    async with opened(project, (120, 40)) as it:
        await it.press("6")
        await it.sees("not judged")
        await it.press("m")
        await it.sees("No row is marked.")
        await it.press("escape", "f")
        await it.sees("equal another one in all but y")
        assert isinstance(it.app.screen, FindingsScreen)
        await it.press("x")
        await it.sees("in a file beside the data. Why?")
        await it.press("enter")
        await it.until(lambda: (project / "train.csv.patch.jsonl").exists())
        await it.until(lambda: any("excluded" in n.message for n in it.app._notifications))
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, DataScreen))
        await it.press("m")
        await it.until(lambda: isinstance(it.app.screen, MarksScreen))
        await it.sees("✗ exclude")
        before = len(list_marks(project, "train").marks)
        await it.press("u")
        await it.until(lambda: len(list_marks(project, "train").marks) == before - 1)
        await it.until(lambda: isinstance(it.app.screen, DataScreen))
    assert (project / "train.csv").read_text() == content
