from __future__ import annotations

import csv
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlops_tui.ui.launch_settings import LaunchSettings
from tests.ui.driving import opened
from tests.ui.recorded import add_run, write_project
from tests.ui.terminal import Terminal

OUTPUT = b"".join(b"\x1b[32mline\x1b[0m %d\n" % number for number in range(200))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 4):
        metrics = {"accuracy": [0.5, 1 / number]}
        add_run(folder, number, metrics=metrics, params={"lr": number / 7}, output=OUTPUT)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return folder


async def test_list_details_and_output_are_saved_where_the_app_was_started(project: Path) -> None:
    async with opened(project, (160, 40)) as it:
        await it.sees("line 199")
        table = it.project_screen.runs_pane.table
        await it.until(lambda: "param.lr" in [column.id for column in table.shown])
        await it.press("Y")
        await it.until(lambda: (Path.cwd() / "digits-runs.csv").exists())
        await it.press("3", "Y")
        await it.until(lambda: (Path.cwd() / "train-3-details.txt").exists())
        await it.press("4", "Y", "Y")
        await it.until(lambda: (Path.cwd() / "train-3-output-2.txt").exists())
        await it.sees("Saved")
    rows = list(csv.DictReader((Path.cwd() / "digits-runs.csv").read_text().splitlines()))
    assert [row["name"] for row in rows] == ["train-3", "train-2", "train-1"]
    assert rows[0]["param.lr"] == str(3 / 7)
    assert rows[0]["metric.accuracy"] == str(1 / 3)
    assert "state ✓ finished" in (Path.cwd() / "train-3-details.txt").read_text()
    wanted = "".join(f"line {number}\n" for number in range(200))
    assert (Path.cwd() / "train-3-output-2.txt").read_text() == wanted


async def test_what_is_copied_is_what_one_looks_at(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("line 199")
        await it.press("y")
        await it.until(lambda: it.app.clipboard == it.project_screen.detail.shown_ids[0])
        await it.press("3", "y")
        await it.until(lambda: "state ✓ finished" in it.app.clipboard)
        await it.press("4", "y")
        await it.until(lambda: it.app.clipboard.endswith("line 198\nline 199"))


async def test_text_is_selected_with_the_mouse(project: Path) -> None:
    async with opened(project, (120, 40)) as it:
        await it.sees("line 199")
        tail = it.project_screen.detail.log_tail
        rows = tail.text.split("\n")
        await it.pilot.mouse_down(tail, offset=(2, 1))
        await it.pilot.hover(tail, offset=(3, 2))
        await it.pilot.mouse_up(tail, offset=(3, 2))
        await it.press("y")
        await it.until(lambda: it.app.clipboard == f"{rows[1][2:]}\n{rows[2][:4]}")
        await it.press("k")
        await it.until(lambda: not it.app.screen.selections)


async def test_what_cannot_be_saved_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", os.fspath(project / "missing"))
    monkeypatch.chdir(project)
    async with opened(project, (120, 40), settings=LaunchSettings(is_read_only=True)) as it:
        await it.sees("✓ finished train-3")
        await it.press("Y")
        await it.sees("That did not go well")
    assert not (project / "digits-runs.csv").exists()


async def test_an_app_without_a_terminal_of_its_own_says_so(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", sys.executable)
    async with opened(project, (120, 40)) as it:
        await it.sees("✓ finished train-3")
        await it.press("e")
        await it.sees("cannot be lent")


EDITOR = """#!{python}
import os, sys, time
print("editing", os.path.basename(sys.argv[1]), flush=True)
input()
with open(sys.argv[1], "a") as file:
    file.write({text!r})
"""


def program(path: Path, text: str) -> str:
    path.write_text(EDITOR.format(python=sys.executable, text=text))
    path.chmod(0o755)
    return str(path)


@contextmanager
def shown(project: Path, **environ: str) -> Iterator[Terminal]:
    with Terminal(str(project), columns=120, rows=40, **environ) as terminal:
        terminal.until("line 199")
        yield terminal


@pytest.mark.pty
def test_the_project_file_is_edited_and_its_mistakes_are_told(project: Path) -> None:
    editor = program(project.parent / "ed", "\n[nonsense]\nx = 1\n")
    with shown(project, VISUAL="", EDITOR=editor) as terminal:
        terminal.press("e")
        terminal.until("editing mlops.toml")
        terminal.resize(80, 24)
        os.kill(terminal.pid, signal.SIGWINCH)
        add_run(project, 9)
        terminal.press("\r")
        terminal.until("mlops.toml has problems")
        terminal.until("nonsense")
        terminal.press("\x1b")
        terminal.until("train-9")
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.pty
def test_the_script_of_the_job_is_edited_from_anywhere(project: Path) -> None:
    (project / "train.py").write_text("# mine\n")
    editor = program(project.parent / "ed", "# more\n")
    with shown(project, VISUAL=editor) as terminal:
        terminal.press("4")
        terminal.press(":")
        terminal.until("what to do")
        terminal.press("edit s")
        terminal.until(lambda screen: "edit s" in screen and "Edit script" in screen)
        terminal.press("\r")
        terminal.until("editing train.py")
        terminal.press("\r")
        terminal.until("line 199")
        assert (project / "train.py").read_text() == "# mine\n# more\n"


@pytest.mark.pty
def test_an_editor_that_fails_or_is_not_there_is_told(project: Path) -> None:
    with shown(project, VISUAL="false") as terminal:
        terminal.press("e")
        terminal.until("false ended with code 1")
    with shown(project, VISUAL="/nowhere/ed") as terminal:
        terminal.press("e")
        terminal.until("/nowhere/ed of $VISUAL is not there")


@pytest.mark.pty
def test_a_pager_gets_the_whole_output_with_nothing_that_acts(project: Path) -> None:
    pager = project.parent / "pager"
    pager.write_text(
        f"#!{sys.executable}\nimport sys, time\nall = sys.stdin.read()\n"
        "print(ascii(all[:14]), all.count('\\n'), flush=True)\nopen('/dev/tty').readline()\n"
    )
    pager.chmod(0o755)
    with shown(project, PAGER=str(pager)) as terminal:
        terminal.press("P")
        terminal.until("'line 0\\nline 1\\n' 200")
        terminal.press("\x03")
        terminal.until("ended with")
        terminal.press("\x1b")
        terminal.until("line 199")
