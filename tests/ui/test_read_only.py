from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.ui.launch_settings import LaunchSettings
from mlops_tui.ui.screens.dialogs import MessageDialog
from tests.ui.driving import opened
from tests.ui.recorded import add_run, write_project
from tests.ui.terminal import Terminal

CLI = (sys.executable, "-m", "mlops_tui", "--read-only")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "work" / "digits")
    add_run(folder, 1, metrics={"accuracy": [0.5]})
    add_run(folder, 2, state=None)
    return folder


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.pty
def test_who_only_looks_is_offered_no_verb_and_nothing_is_written(project: Path) -> None:
    before = everything_in(project.parent)
    with Terminal(str(project), columns=100, argv=CLI) as terminal:
        terminal.until("train-2")
        terminal.until("read-only, 1 running")
        assert "Launch" not in terminal.screen()
        for key in "lsrdRu":
            terminal.press(key)
        terminal.until("Opened read-only")
        terminal.press("?")
        terminal.until("Marked runs side by side")
        assert "Start a job" not in terminal.screen()
        terminal.press("\x1b")
        terminal.press(":")
        terminal.until("what to do")
        terminal.press("retry")
        terminal.until("nothing here is called that")
        terminal.press("\x1b")
        terminal.press("q")
        assert terminal.wait() == 0
    assert everything_in(project.parent) == before
    assert not (places.state_dir() / "agents").exists()


@pytest.mark.pty
def test_a_folder_is_not_set_up_by_who_only_looks(tmp_path: Path) -> None:
    folder = tmp_path / "work" / "mine"
    folder.mkdir(parents=True)
    (folder / "train.py").write_text("print(1)\n")
    with Terminal(str(folder.parent), columns=100, argv=CLI) as terminal:
        terminal.until("read-only, 1 project")
        terminal.until("not set up")
        terminal.press("\r")
        terminal.until("Opened read-only")
    assert not (folder / "mlops.toml").exists()


async def test_what_writes_all_the_same_is_refused_with_one_sentence(project: Path) -> None:
    async with opened(project, settings=LaunchSettings(is_read_only=True)) as it:
        await it.sees("✓ finished train-1")
        await it.press("j", "d", "y")
        await it.until(lambda: isinstance(it.app.screen, MessageDialog))
        await it.sees("Nothing was deleted")
        await it.sees("Opened read-only")
