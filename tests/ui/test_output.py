from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.text import UNSAFE
from mlops_tui.ui.logpages import WINDOW_BYTES
from mlops_tui.ui.logview import LogView
from mlops_tui.ui.widgets.log_tail import LogTail
from tests.ui.driving import SIZES, Driven, opened
from tests.ui.recorded import add_run, run_id, write_project
from tests.ui.terminal import Terminal

MIB = 1 << 20


def project_with(folder: Path, output: bytes, state: str | None = "failed") -> Path:
    project = write_project(folder / "digits")
    add_run(project, 1, name="train-1", state=state, output=output)
    return project


def log_path(project: Path) -> Path:
    return places.run_dir(project, run_id(1)) / "output.log"


def numbered(first: int, last: int) -> bytes:
    return b"".join(b"step %d loss 0.5\n" % number for number in range(first, last))


def tail_of(it: Driven) -> LogTail:
    return it.project_screen.detail.log_tail


def view_of(it: Driven) -> LogView:
    return tail_of(it).view


async def on_output(it: Driven) -> None:
    await it.sees("train-1")
    await it.press("shift+tab")
    await it.until(lambda: tail_of(it).has_focus and view_of(it).window.starts)


@pytest.mark.parametrize("size", SIZES)
async def test_colours_are_shown_and_nothing_else_of_sequences(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    hostile = (
        b"\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07\x1b]8;;http://x\x07link \x9b\x07[@click]x\n"
    )
    async with opened(project_with(tmp_path, hostile), size) as it:
        await on_output(it)
        await it.sees("red link")
        assert "[@click]x" in it.screen_text()
        strip = tail_of(it).render_line(0)
        assert not UNSAFE.search(strip.text)
        red = next(segment for segment in strip if segment.text == "red")
        assert red.style is not None
        assert red.style.color is not None
        assert red.style.color.number == 1


async def test_the_title_says_whether_the_end_is_followed(tmp_path: Path) -> None:
    project = project_with(tmp_path, numbered(0, 500), state=None)
    async with opened(project) as it:
        await on_output(it)
        await it.sees("following")
        await it.press("g")
        await it.sees("line 1 of 500")
        await it.press("j")
        await it.sees("line 2 of 500")
        with log_path(project).open("ab") as file:
            file.write(numbered(500, 600))
        await it.sees("line 2 of 600")
        assert "step 1 loss" in it.screen_text()
        await it.press("G")
        await it.sees("following")
        await it.sees("step 599 loss")


async def test_a_log_of_many_windows_is_scrolled_from_end_to_start(tmp_path: Path) -> None:
    data = numbered(0, 100_000)
    assert len(data) > 3 * WINDOW_BYTES
    async with opened(project_with(tmp_path, data), (120, 40)) as it:
        await on_output(it)
        before = 10**9
        while view_of(it).top_offset > 0:
            await it.press("k")
            tail_of(it).action_move(-4000)
            await it.until(lambda: not view_of(it).needs_more() or tail_of(it)._asked is None)
            await it.pilot.pause()
            assert view_of(it).top_offset < before or view_of(it).needs_more()
            before = view_of(it).top_offset
            assert len(view_of(it).window.data) < 2 * WINDOW_BYTES
        await it.sees("step 0 loss")


async def test_a_log_of_128_mib_opens_at_once_and_takes_little_memory(tmp_path: Path) -> None:
    project = project_with(tmp_path, numbered(0, 1000))
    with log_path(project).open("r+b") as file:  # a hole in the middle costs no disk
        file.truncate(128 * MIB)
        file.seek(0, os.SEEK_END)
        file.write(b"\nValueError: almost at the end\nthe last line\n")
    tracemalloc.start()
    async with opened(project) as it:
        await on_output(it)
        await it.sees("the last line")
        assert view_of(it).window.size > 128 * MIB
        tracemalloc.reset_peak()
        await it.press("g")
        await it.sees("step 0 loss")
        await it.press("G")
        await it.sees("the last line")
        assert tracemalloc.get_traced_memory()[1] < 40 * MIB
        tracemalloc.stop()
        await it.press("slash", *"STEP 999", "enter")
        await it.until(lambda: "no STEP" in it.screen_text())
        await it.press("slash", *"step 999", "enter")
        await it.sees("step 999 loss")
        assert "the last line" not in it.screen_text()
        await it.press("e")
        await it.sees("ValueError: almost")


async def test_a_long_search_says_how_far_it_is_and_stops_at_escape(tmp_path: Path) -> None:
    project = project_with(tmp_path, numbered(0, 1000))
    os.truncate(log_path(project), 20_000 * MIB)
    async with opened(project) as it:
        await on_output(it)
        await it.press("g")
        await it.sees("step 0 loss")
        await it.press("slash", *"never there", "enter")
        await it.sees("searching, ")
        await it.press("escape")
        await it.sees("search stopped")
        await it.press("j")
        await it.until(lambda: "stopped" not in it.screen_text())
        assert tail_of(it).has_focus


async def test_one_endless_line_is_shown_in_pieces(tmp_path: Path) -> None:
    project = project_with(tmp_path, b"the start " + b"x" * 1000)
    with log_path(project).open("r+b") as file:
        file.truncate(300 * MIB)
        file.seek(0, os.SEEK_END)
        file.write(b" and the end")
    async with opened(project) as it:
        await on_output(it)
        await it.sees("⋯ ")
        await it.press("w")
        await it.sees("and the end")
        await it.press("g")
        await it.sees("the start")
        assert len(view_of(it).window.data) < 2 * WINDOW_BYTES


async def test_lines_are_wrapped_and_cut_again(tmp_path: Path) -> None:
    async with opened(project_with(tmp_path, b"a" * 100 + b" far right\n")) as it:
        await on_output(it)
        await it.sees("aaa…")
        await it.press("w")
        await it.sees("far right")
        await it.sees("wrapped")
        await it.press("w")
        await it.until(lambda: "far right" not in it.screen_text())


async def test_matches_are_gone_through_and_marked(tmp_path: Path) -> None:
    data = numbered(0, 300) + b"Needle one\n" + numbered(300, 600) + b"a needle two\n"
    async with opened(project_with(tmp_path, data + numbered(600, 900))) as it:
        await on_output(it)
        await it.press("slash", *"needle", "enter")
        await it.sees("a needle two")
        assert tail_of(it).has_focus
        await it.press("N")
        await it.sees("Needle one")
        await it.press("N")
        await it.sees("no needle above")
        await it.press("n")
        await it.sees("a needle two")
        marked = [kind for row in view_of(it).rows() for text, kind in row if text == "needle"]
        assert marked == ["found"]
        await it.press("escape")
        await it.until(lambda: view_of(it).query is None)
        assert it.project_screen.panes.pane == "output"
        await it.press("escape")
        await it.until(lambda: it.project_screen.panes.pane == "runs")


async def test_a_wrong_expression_is_said_and_escape_leaves_the_line(tmp_path: Path) -> None:
    async with opened(project_with(tmp_path, numbered(0, 10))) as it:
        await on_output(it)
        await it.press("slash", *"~(", "enter")
        await it.sees("Not a regular expression")
        await it.press("escape")
        await it.until(lambda: tail_of(it).has_focus)
        assert "Not a regular" not in it.screen_text()
        await it.press("n")
        await it.sees("/ searches")


async def test_errors_are_jumped_to_the_last_one_first(tmp_path: Path) -> None:
    data = (
        numbered(0, 200)
        + b"UserWarning: careful\n"
        + numbered(200, 400)
        + b"Traceback (most recent call last):\n  File x\nValueError: bad\n"
    )
    async with opened(project_with(tmp_path, data)) as it:
        await on_output(it)
        await it.press("e")
        await it.until(lambda: view_of(it).found is not None)
        await it.press("E")
        await it.until(lambda: (view_of(it).found or 0) < len(data) - 20)
        await it.press("E")
        await it.sees("UserWarning: careful")
        await it.press("E")
        await it.sees("no errors and warnings above")
        await it.press("e")
        await it.sees("Traceback")


async def test_another_run_is_shown_from_its_end_and_stops_the_search(tmp_path: Path) -> None:
    project = project_with(tmp_path, numbered(0, 500))
    add_run(project, 2, name="train-2", output=b"of the other run\n")
    async with opened(project, (120, 40)) as it:
        await it.sees("of the other run")
        await it.press("j")
        await it.sees("step 499 loss")
        await it.press("shift+tab", "g")
        await it.sees("line 1 of 500")
        await it.press("tab", "k")
        await it.sees("of the other run")
        await it.sees("following")


@pytest.mark.pty
def test_a_new_line_of_output_costs_little(tmp_path: Path) -> None:
    project = project_with(tmp_path, numbered(0, 500), state=None)
    with Terminal(str(project), columns=120, rows=40) as terminal:
        terminal.until("step 499")
        terminal.settle(gap=1.0)
        costs = []
        for number in range(500, 511):
            with log_path(project).open("ab") as file:
                file.write(numbered(number, number + 1))
            before = len(terminal.output)
            terminal.until(f"step {number} loss")
            terminal.settle(gap=0.3)
            costs.append(len(terminal.output) - before)
        assert sorted(costs)[len(costs) // 2] <= 200
        assert sum(costs) / len(costs) <= 600


async def test_an_expression_that_may_take_for_ever_is_refused_in_output_and_filter(
    tmp_path: Path,
) -> None:
    project = write_project(tmp_path / "digits")
    add_run(project, 1, output=b"a" * 40 + b"!\n")
    async with opened(project, (120, 40)) as it:
        await it.sees("aaa!")
        await it.press("4", "slash", *"~(a+)+$", "enter")
        await it.sees("can take for ever")
        await it.press("escape", "1", "slash", *"name ~ (a+)+$")
        await it.sees("can take for ever")
