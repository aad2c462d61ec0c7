"""The jobs: what runs, what waits and why, moved and paused by key, live and shared by two apps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.host import host_name
from mlops_tui.domain.lifecycle import QUEUE_PAUSED
from mlops_tui.engine import actions, wake
from mlops_tui.engine.creation import record_fact
from mlops_tui.ui.intents import ActionDone
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.jobs import JobsScreen
from mlops_tui.ui.widgets.queue_table import QueueTable
from tests.process.support import end_processes_of, journal_lines, make_run
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, append, write_project


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setattr(wake, "ensure_agent", lambda _: None)
    folder = write_project(tmp_path / "digits")
    places.claims_dir(folder).mkdir()
    yield folder
    end_processes_of(folder)


@pytest.fixture
def project(empty: Path) -> Path:
    """Two that ended, one that runs elsewhere, four that wait in a queue that is paused."""
    record_fact(empty, QUEUE_PAUSED, time.time(), host=host_name())
    add_run(empty, 1)
    add_run(empty, 2, state="failed", reason="exited with code 3")
    running = add_run(empty, 9, state=None)
    append(places.run_dir(empty, running) / "events.jsonl", {"progress": [3, 4]})
    fill(empty, "abcd")
    return empty


def fill(project: Path, names: str) -> dict[str, str]:
    now = time.time() - 1000
    return {
        name: make_run(project, "true", name=f"wait-{name}", created=now + number)
        for number, name in enumerate(names)
    }


def jobs(it: Driven) -> JobsScreen:
    screen = next(it for it in it.app.screen_stack if isinstance(it, JobsScreen))
    assert isinstance(screen, JobsScreen)
    return screen


def order(it: Driven) -> str:
    """Return the letters of the runs that wait, the next one first."""
    table = jobs(it).table
    runs = [run for key in table.keys if table.waits(key) and (run := table.run_at_hand(key))]
    return "".join(run.name.removeprefix("wait-") for run in runs)


def told(it: Driven) -> list[str]:
    return [message.words for message in it.messages if isinstance(message, ActionDone)]


async def open_jobs(it: Driven, seen: str = "wait-a") -> None:
    await it.sees("newest first")
    await it.press("5")
    await it.until(lambda: isinstance(it.app.screen, JobsScreen))
    await it.sees(seen)


@pytest.mark.parametrize("size", [*SIZES, (60, 16)])
async def test_what_runs_waits_and_ended_is_shown_with_progress_and_reasons(
    project: Path, size: tuple[int, int]
) -> None:
    async with opened(project, size) as it:
        await open_jobs(it)
        await it.sees("1 running, 4 waiting" if size[0] >= 80 else "1 ▶  4 ○")
        await it.sees("Paused: what runs goes on")
        await it.until(lambda: it.screen_text().count("the queue is paused") == 4)
        shown = it.screen_text()
        lines = [line for line in shown.split("\n") if "wait-" in line or "train-" in line]
        assert "━━━━──  75 % 3/4  on gpu-b" in lines[0]
        assert all("the queue is paused" in line for line in lines[1:5])
        assert [line.split()[0] for line in lines[1:5]] == ["1", "2", "3", "4"]
        assert "exited with" in lines[5] or "exited with" in lines[6]
        await it.sees("cores ")
        await it.sees("slots 0 of 2" if size[0] == 80 else "─ 0 of 2")


async def test_digits_escape_and_enter_lead_back_to_the_project(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("4")
        await it.until(lambda: it.app.screen is it.project_screen)
        assert it.project_screen.panes.pane == "output"
        await it.press("5")
        await it.sees("wait-a")
        await it.press("escape")
        await it.until(lambda: it.project_screen.runs_pane.table.has_focus)
        await it.press("colon", *"jobs", "enter")
        await it.sees("Paused: what runs goes on")
        await it.press("down", "enter")
        await it.until(lambda: it.app.screen is it.project_screen)
        table = it.project_screen.runs_pane.table
        await it.until(lambda: "wait-a" in getattr(table.run_at_hand(table.cursor_key), "name", ""))
        assert it.project_screen.panes.pane == "charts"


async def test_keys_move_what_waits_and_the_cursor_stays_on_it(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("K")
        await it.sees("Only what waits here can be moved")
        await it.press("down", "down", "down", "K")
        await it.until(lambda: order(it) == "acbd")
        await it.press("minus", "minus", "minus")
        await it.until(lambda: order(it) == "cabd")
        await it.press("plus", "J")
        await it.until(lambda: order(it) == "abcd")
        await it.press("greater_than_sign")
        await it.until(lambda: order(it) == "abdc")
        run = jobs(it).table.run_at_hand(jobs(it).table.cursor_key)
        assert run is not None
        assert run.name == "wait-c"
        await it.press("less_than_sign")
        await it.until(lambda: order(it) == "cabd")
    assert all(line["run"] == run.id for line in journal_lines(project, "run.priority"))


async def test_marked_runs_move_stop_and_are_deleted_together(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("down", "down", "space", "down", "space")
        await it.sees("2 ◆")
        await it.press("K")
        await it.until(lambda: order(it) == "badc")
        await it.press("s")
        await it.sees("Stop 2 runs?")
        await it.sees("2 taken out of the queue: wait-b, wait-d")
        await it.press("y")
        await it.until(lambda: order(it) == "ac")
        await it.sees("■ stopped   wait-")
        await it.press("d")
        await it.sees("Delete 2 runs?")
        await it.press("y")
        await it.until(lambda: "■ stopped" not in it.screen_text())
        await it.press("u")
        await it.sees("■ stopped   wait-")


async def test_a_paused_queue_goes_on_and_stops_again(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("p")
        await it.sees("about to start")
        assert not jobs(it).paused_line.display
        await it.press("p")
        await it.sees("Paused: what runs goes on")
        assert actions.queue_status(project).is_paused


async def test_what_another_app_does_is_seen_and_does_not_move_the_cursor(project: Path) -> None:
    ids = [run.id for run in actions.queue_status(project).queued]
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("down", "down", "down")
        assert jobs(it).table.cursor_key == ids[2]
        actions.move(project, [ids[3]], -2)
        await it.until(lambda: order(it) == "adbc")
        assert jobs(it).table.cursor_key == ids[2]
        actions.stop(project, ids[2])
        jobs(it).table.post_message(QueueTable.Dragged(ids[2], -1))  # it was seen as waiting
        await it.until(lambda: any("does not wait in the queue" in words for words in told(it)))
        await it.until(lambda: order(it) == "adb")
        assert jobs(it).table.cursor_key == ids[2]


async def test_a_run_can_be_clicked_and_dragged(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        table = jobs(it).table
        await it.pilot.click(QueueTable, offset=(5, 3))
        await it.until(lambda: table.cursor == 2)
        await it.pilot.mouse_down(QueueTable, offset=(5, 5))
        await it.pilot.mouse_up(QueueTable, offset=(5, 2))
        await it.until(lambda: order(it) == "dabc")
        run = table.run_at_hand(table.cursor_key)
        assert run is not None
        assert run.name == "wait-d"


async def test_a_dialog_does_not_keep_news_from_the_jobs(project: Path) -> None:
    async with opened(project) as it:
        await open_jobs(it)
        await it.press("question_mark")
        await it.sees("Let it start sooner")
        fill(project, "e")
        await it.until(lambda: len(order(it)) == 5)


async def test_an_empty_queue_says_what_it_is_for(empty: Path) -> None:
    async with opened(empty, (60, 16)) as it:
        await it.sees("No runs yet")
        await it.press("5")
        await it.sees("Nothing runs and nothing waits")
        await it.sees("you decide what goes first: K and J")
        await it.sees("Runs go on when you leave")
        assert "0 ○" not in it.screen_text()


async def test_hostile_names_are_text_and_many_runs_are_no_burden(empty: Path) -> None:
    record_fact(empty, QUEUE_PAUSED, time.time(), host=host_name())
    make_run(empty, "true", name="[@click=app.quit]x\x1b[2J\u202e", created=1.0)
    for number in range(200):
        make_run(empty, "true", name=f"many-{number:03d}", created=2.0 + number)
    async with opened(empty) as it:
        await open_jobs(it, "[@click=app.quit]x")
        await it.sees("201 waiting")
        await it.press("G", "less_than_sign")
        await it.until(lambda: actions.queue_status(empty).queued[0].place is not None)
        await it.press("g")
        await it.sees(" 1  ○ queued  many-199")
        assert all(line.isprintable() for line in it.screen_text().split("\n"))


async def test_who_only_looks_moves_and_pauses_nothing(project: Path) -> None:
    async with opened(project, settings=LaunchSettings(is_read_only=True)) as it:
        await open_jobs(it)
        await it.press("down", "down", "K")
        await it.sees("Opened read-only")
        await it.press("escape")
        await it.until(lambda: isinstance(it.app.screen, JobsScreen))
    assert journal_lines(project, "run.priority") == []
