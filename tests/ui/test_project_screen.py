from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import StorageError
from mlops_tui.engine.feed import Batch
from mlops_tui.index import Index
from mlops_tui.ui.intents import BatchArrived
from mlops_tui.ui.screens.dialogs import ConfirmDialog, MessageDialog
from mlops_tui.ui.screens.projects import ProjectsScreen
from mlops_tui.ui.widgets.run_edits import RunEdits
from tests.ui.driving import SIZES, opened
from tests.ui.recorded import MLOPS_TOML, START, add_run, append, log_point, run_id, write_project

CURVE = [0.2, 0.5, math.nan, 0.7, 0.9]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 6):
        add_run(
            folder,
            number,
            metrics={"accuracy": CURVE, "loss": [2.0, 1.0, 0.5 / number]},
            params={"lr": number / 100, "epochs": 20},
            output=b"epoch 1\n\rhalf\rwhole of %d\n" % number,
            state="failed" if number == 2 else "finished",
            reason="exit code 1" if number == 2 else None,
        )
    return folder


@pytest.mark.parametrize("size", SIZES)
async def test_shows_runs_with_state_objective_and_changed_params(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-5")
        await it.sees("best 0.9")
        shown = it.screen_text()
        assert "accuracy ≥ 0.97" in shown
        assert "✗ failed   train-2" in shown
        assert "0.05" in shown
        assert "lr=" in shown
        assert "epochs=" not in shown.split("5 runs")[1].split("\n")[1]
        assert "5 runs, newest first" in shown


async def test_wide_terminals_show_charts_facts_and_output_beside(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("whole of 5")
        await it.sees("━ train-5")
        await it.sees("state ✓ finished")
        await it.until(lambda: any("0.9" in line for line in charts(it)))


async def test_narrow_terminals_show_one_pane_at_a_time(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("tab")
        await it.sees("━ train-5")
        assert "Took" not in it.screen_text()
        await it.press("tab")
        await it.sees("id 20251009")
        await it.press("tab")
        await it.sees("whole of 5")
        await it.press("tab")
        await it.sees("5 runs")
        await it.press("shift+tab")
        await it.sees("whole of 5")
        await it.press("escape")
        await it.sees("5 runs")


@pytest.mark.parametrize("size", SIZES)
async def test_keys_pressed_faster_than_they_are_handled_end_in_one_pane(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await it.sees("✓ finished train-5")
        for key in ("tab", "tab", "tab", "shift+tab"):
            it.app.simulate_key(key)
        await it.until(lambda: it.project_screen.detail.facts.has_focus)
        changes: list[str] = []

        def note(pane: str) -> None:
            changes.append(pane)

        it.app.watch(it.project_screen.panes, "pane", note, init=False)
        await it.press("question_mark")
        await it.sees("Start a job of this project")
        assert it.project_screen.panes.pane == "facts"
        assert changes == []


def charts(it: object) -> list[str]:
    screen = it.project_screen  # type: ignore[attr-defined]
    return [line for chart in screen.detail.charts.page.charts for line in chart.text]


async def test_a_live_point_reaches_the_chart_and_the_table(project: Path) -> None:
    live = add_run(project, 9, state=None, metrics={"accuracy": [0.1]})
    async with opened(project, (120, 40)) as it:
        await it.sees("▶ running")
        log_point(project, live, "accuracy", 1, 0.625)
        await it.until(lambda: it.screen_text().count("0.625") >= 3)


async def test_a_run_created_elsewhere_appears_and_the_cursor_stays_on_its_run(
    project: Path,
) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("j")
        table = it.project_screen.runs_pane.table
        assert table.cursor_key == run_id(4)
        add_run(project, 9)
        await it.sees("✓ finished train-9")
        assert table.cursor_key == run_id(4)


async def test_output_is_followed(project: Path) -> None:
    live = add_run(project, 9, state=None, output=b"first\n")
    async with opened(project, (120, 40)) as it:
        await it.sees("first")
        (places.run_dir(project, live) / "output.log").write_bytes(b"first\nsecond\n")
        await it.sees("second")


async def test_marked_runs_share_the_charts_each_in_a_colour(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-5")
        await it.press("space", "space")
        await it.sees("2 marked")
        await it.sees("━ train-3  ━ train-5  ━ train-4")
        marks = [m for m in it.messages if isinstance(m, RunEdits.PickedChanged)]
        assert marks[-1].picked.slots == {run_id(5): 1, run_id(4): 2}
        await it.press("k", "space")
        await it.sees("1 marked")


async def test_a_filter_takes_effect_while_typed_and_keeps_the_last_good_one(
    project: Path,
) -> None:
    async with opened(project) as it:
        await it.sees("5 runs")
        await it.press("slash", *"state=failed")
        await it.sees("1 of 5 runs")
        await it.press(*" (")
        await it.sees("1 of 5 runs")
        line = it.project_screen.runs_pane.query_one(".filter-error")
        await it.until(lambda: line.text)  # type: ignore[attr-defined]
        assert "train-2" in it.screen_text()
        assert "train-5" not in it.screen_text().split("Run ")[1]
        await it.press("escape")
        await it.sees("5 runs, newest")


async def test_a_filter_that_nothing_passes_says_so(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("5 runs")
        await it.press("slash", *"lr>7", "enter")
        await it.sees("No run passes")
        await it.press("escape")
        await it.sees("5 runs, newest")


async def test_enter_goes_in_and_escape_goes_out_to_the_list(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("enter")
        await it.sees("━ train-5")
        await it.press("escape", "escape")
        await it.until(lambda: isinstance(it.app.screen, ProjectsScreen))
        await it.sees("accuracy ≥ 0.97")


async def test_stop_asks_and_names_the_run(project: Path) -> None:
    add_run(project, 9, state=None)
    async with opened(project) as it:
        await it.sees("▶ running  train-9")
        await it.press("s")
        await it.sees("Stop train-9?")
        await it.sees("SIGTERM after 5 s")
        assert isinstance(it.app.screen, ConfirmDialog)
        await it.press("n")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert not (places.run_dir(project, run_id(9)) / "stop").exists()


async def test_a_refused_stop_is_told_in_a_dialog(project: Path) -> None:
    add_run(project, 9, state=None)
    async with opened(project) as it:
        await it.sees("▶ running  train-9")
        await it.press("s", "y")
        await it.until(lambda: isinstance(it.app.screen, MessageDialog))
        await it.sees("was not stopped")


async def test_deleting_takes_the_run_off_the_list(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("d")
        await it.sees("Delete train-5?")
        await it.press("y")
        await it.sees("4 runs")
        assert run_id(5) not in it.project_screen.runs_pane.table.keys


async def test_marked_runs_are_acted_on_together_and_the_question_says_which(
    project: Path,
) -> None:
    add_run(project, 9, state=None)
    async with opened(project) as it:
        await it.sees("▶ running  train-9")
        await it.press("space", "space", "space", "d")
        await it.sees("Delete 2 runs?")
        await it.sees("train-5, train-4")
        await it.sees("Left alone, running: train-9")
        await it.press("n")
        await it.until(lambda: it.app.screen is it.project_screen)
        await it.press("s")
        await it.sees("1 stopped: train-9")
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)
        await it.press("r")
        await it.sees("Queue 2 runs again?")


async def test_a_run_that_goes_on_is_not_offered_for_deletion(project: Path) -> None:
    add_run(project, 9, state=None)
    async with opened(project) as it:
        await it.sees("▶ running  train-9")
        await it.press("d")
        await it.sees("train-9 is running")
        assert it.app.screen is it.project_screen


async def test_columns_planned_while_hidden_fit_when_shown(project: Path) -> None:
    ident = add_run(project, 9, state=None)
    async with opened(project) as it:
        await it.sees("▶ running  train-9")
        await it.press("tab")
        log_point(project, ident, "f1", 1, 0.5)
        await it.sees("f1")
        await it.press("shift+tab")
        await it.sees("Started")
        await it.sees("f1")


async def test_help_is_made_from_the_keys(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        await it.press("question_mark")
        await it.sees("Start a job of this project")
        await it.press("escape")
        await it.until(lambda: it.app.screen is it.project_screen)


async def test_metrics_are_paged_and_the_title_counts_them(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "many")
    add_run(folder, 1, metrics={f"m{number:02d}": [1.0, 2.0] for number in range(20)})
    async with opened(folder, (120, 40)) as it:
        await it.sees("metrics 1-4 of 20")
        await it.press("right_square_bracket")
        await it.sees("metrics 5-8 of 20")
        await it.until(lambda: charts(it)[0].startswith("m04"))
        await it.press("left_square_bracket", "left_square_bracket")
        await it.sees("metrics 1-4 of 20")


async def test_hostile_text_is_shown_and_does_nothing(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "evil")
    name = "[@click=app.quit]x[/] \x1b]52;c;aGk=\x07 \x1b[2J [/nope] \u202eevil"
    add_run(
        folder,
        1,
        name=name,
        metrics={"[bold]\x1b[2J": [1.0, math.inf]},
        params={"[/]": "\x1b[31m"},
        output=b"\x1b]0;title\x07 [/nope] \x9b2J\n",
        state=None,
    )
    append(
        places.run_dir(folder, run_id(1)) / "events.jsonl",
        {"t": START, "note": "[a=b\x1b[", "tags": {"[/]": "\u2066"}},
    )
    async with opened(folder, (160, 45)) as it:
        await it.sees("[@click=app.quit]x[/]")
        await it.sees("[/nope]")
        await it.press("space", "s")
        await it.sees("Stop [@click")
        await it.press("escape")
        assert all(line.isprintable() for line in it.screen_text().split("\n"))


async def test_a_broken_project_can_be_browsed_but_not_launched(project: Path) -> None:
    (project / "mlops.toml").write_text(MLOPS_TOML + "\n[jobs.train.oops]\nx = 1\n")
    async with opened(project) as it:
        await it.sees("is broken")
        await it.sees("✓ finished train-5")
        await it.press("l")
        await it.sees("nothing starts")
        await it.sees("mlops.toml:")


async def test_a_project_without_runs_says_what_to_do(tmp_path: Path) -> None:
    async with opened(write_project(tmp_path / "new")) as it:
        await it.sees("No runs yet. Press l to launch a job.")


async def test_a_tiny_terminal_gets_a_kind_word(project: Path) -> None:
    async with opened(project, (20, 5)) as it:
        await it.sees("Too small")
        await it.pilot.resize_terminal(80, 24)
        await it.sees("✓ finished train-5")
        await it.until(lambda: it.project_screen.runs_pane.table.has_focus)
        await it.sees("l Launch")


async def test_output_is_followed_until_a_person_scrolls_up(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "long")
    lines = [f"line {number} of the output" for number in range(200)]
    ident = add_run(folder, 1, state=None, output="\n".join(lines).encode())
    log = places.run_dir(folder, ident) / "output.log"
    async with opened(folder, (120, 40)) as it:
        await it.sees("line 199 of")
        with log.open("a") as file:
            file.write("\nthe newest line")
        await it.sees("the newest line")
        await it.press("tab", "tab", "tab", "g")
        await it.sees("line 0 of")
        with log.open("a") as file:
            file.write("\nnewer still\n")
        view = it.project_screen.detail.log_tail.view
        await it.until(lambda: view.window.data.endswith(b"newer still\n"))
        assert "line 0 of" in it.screen_text()
        await it.press("G")
        await it.sees("newer still")


async def test_columns_come_back_with_the_runs_that_have_them(project: Path) -> None:
    add_run(project, 6, name="a-much-longer-name", metrics={"f1": [0.5]})
    async with opened(project, (120, 40)) as it:
        await it.sees("a-much-longer-name")
        await it.press("/", *"lr>0", "enter")
        await it.sees("5 of 6 runs")
        await it.press("escape")
        await it.sees("6 runs, newest")
        await it.sees(" f1 ")
        await it.sees("finished a-much-longer-name")


async def test_what_cannot_be_read_is_said(project: Path) -> None:
    async with opened(project) as it:
        await it.sees("✓ finished train-5")
        batch = Batch(unreadable=".mlops/runs/x/events.jsonl: Permission denied")
        it.project_screen.post_message(BatchArrived(batch))
        await it.sees("Not all can be read")


async def test_long_details_scroll(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "much")
    add_run(folder, 1, metrics={f"m{number:02d}": [0.5] for number in range(60)})
    async with opened(folder, (120, 40)) as it:
        await it.sees("✓ finished train-1")
        await it.press("3")
        await it.sees("m00 0.5")
        assert "id 20251009" not in it.screen_text()
        await it.press(*["pagedown"] * 12)
        await it.sees("id 20251009")


async def test_a_list_that_could_not_be_read_at_first_is_read_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = iter([True, True])
    read = Index.run_ids

    def run_ids(*arguments: Any, **more: Any) -> list[str]:
        if next(failing, False):
            raise StorageError("the index is locked")
        return read(*arguments, **more)

    monkeypatch.setattr(Index, "run_ids", run_ids)
    async with opened(project) as it:
        await it.sees("could not be read")
        await it.sees("newest first")
