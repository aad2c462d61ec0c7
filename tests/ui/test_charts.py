from __future__ import annotations

from pathlib import Path

import pytest

from mlops_tui.ui.screens.project import ProjectScreen
from mlops_tui.ui.widgets.chart_grid import ChartGrid
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in (1, 2):
        add_run(
            folder,
            number,
            metrics={
                "accuracy": [at / 100 for at in range(100)],
                "loss": [number / (1 + at) for at in range(100)],
                "lr": [0.1] * 100,
            },
        )
    return folder


def grid(it: Driven) -> ChartGrid:
    return it.project_screen.detail.charts


async def on_charts(it: Driven) -> None:
    await it.sees("✓ finished train-2")
    await it.press("tab")
    await it.until(lambda: it.project_screen.detail.charts.has_focus)
    await it.sees("0.99")


@pytest.mark.parametrize("size", [*SIZES, (200, 60)])
async def test_enter_shows_one_chart_alone_and_escape_goes_back(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await on_charts(it)
        await it.press("j", "enter")
        await it.sees("metric 2 of 3")
        assert "2 runs" not in it.screen_text()
        assert [
            chart.data.metric for chart in grid(it).page.charts if chart.display and chart.data
        ] == ["loss"]
        await it.press("k")
        await it.sees("metric 1 of 3")
        await it.press("escape")
        await it.until(lambda: not grid(it).paging.is_single)
        assert it.project_screen.panes.pane == "charts"
        await it.press("escape")
        await it.press("escape")
        await it.sees("2 runs")
        assert isinstance(it.app.screen, ProjectScreen)


async def test_the_cursor_reads_out_all_charts_at_one_step(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await it.press("left")
        await it.sees("at step 99")
        await it.press("b", "b")
        await it.until(lambda: "at step 99" not in it.screen_text())
        step = round(grid(it).view.cursor or 0)
        assert 0 < step < 99
        await it.sees(f"at step {step}")
        await it.sees(f"{step / 100:g}")
        assert "▲" in it.screen_text()
        await it.press("0")
        await it.until(lambda: "at step" not in it.screen_text())


async def test_zoom_pan_and_back_read_the_window_anew(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await it.press("left", "plus", "plus")
        await it.sees("zoomed")
        window = grid(it).view.window
        assert window is not None
        assert window[1] == pytest.approx(99)
        series = grid(it)._series
        await it.until(lambda: all(one.steps[0] >= 74 for one in series.values()))
        await it.press("comma")
        await it.until(lambda: all(one.steps[0] < 70 for one in series.values()))
        await it.press("minus", "minus")
        await it.until(lambda: grid(it).view.window is None)
        await it.until(lambda: all(len(one.steps) == 100 for one in series.values()))


async def test_scale_smoothing_and_axes_are_told_in_the_title(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        for key, words in [("o", "log"), ("m", "smooth 0.6"), ("v", "all values and zero")]:
            await it.press(key)
            await it.sees(words)
        await it.press("x")
        await it.sees("x time")
        await it.until(lambda: "1m" in it.screen_text() or "50s" in it.screen_text())


async def test_any_pane_can_have_all_the_room(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-2")
        await it.press("z")
        await it.until(lambda: "step" not in it.screen_text())
        await it.press("tab", "tab")
        await it.sees("id 20251009")
        assert "2 runs" not in it.screen_text()
        await it.press("z")
        await it.sees("2 runs")


async def test_another_run_is_seen_whole(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await it.press("left", "plus")
        await it.sees("zoomed")
        await it.press("shift+tab", "j")
        await it.sees("━ train-1")
        await it.until(lambda: "zoomed" not in it.screen_text())


async def test_marked_runs_become_a_mean_that_says_how_many(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-2")
        await it.press("space", "space", "2", "a")
        await it.sees("mean over seeds")
        await it.sees("train n 2 mean, min-max")
        await it.sees("0.015 n2")
        await it.press("X")
        await it.sees("What x counts")
        await it.press(*"lr", "enter")
        await it.sees("x lr")
        assert "mean over seeds" not in it.screen_text()
        await it.press("x")
        await it.until(lambda: "x lr" not in it.screen_text())


async def test_a_chart_is_written_as_picture_and_table(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "where-it-was-started"
    folder.mkdir()
    monkeypatch.chdir(folder)
    async with opened(project) as it:
        await it.sees("✓ finished train-2")
        await on_charts(it)
        await it.sees("0.99")
        await it.press("e")
        await it.sees("the first path is copied")
        paths = sorted(folder.iterdir())
        assert [path.suffix for path in paths] == [".csv", ".png", ".svg"]
        assert len(paths[0].read_text().splitlines()) == 101
        assert it.app.clipboard == str(paths[2])


async def test_the_listed_runs_are_shown_as_a_population(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-2")
        await it.press("2", "h")
        await it.sees("accuracy: last value of 2 runs")
        await it.sees("train-2  0.99, place 1 of 2")
        await it.press("space")
        await it.sees("accuracy: best value of 2 runs")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, ProjectScreen))


async def test_the_y_axis_of_one_chart_is_typed(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await on_charts(it)
        await it.press("enter", "V")
        await it.sees("Show accuracy from ... to ...")
        await it.press(*"2 1", "enter")
        await it.sees("2 is not below 1")
        await it.press(*["backspace"] * 3, *"0.9 3", "enter")
        await it.sees("3.0")
        assert grid(it).view.limits == (("accuracy", (0.9, 3.0)),)
        await it.press("V", *["backspace"] * 5, "enter")
        await it.until(lambda: "3.0" not in it.screen_text())
