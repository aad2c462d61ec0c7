from __future__ import annotations

import os
import shlex
import signal
from pathlib import Path

import pytest

from tests.ui.recorded import add_run, log_point, write_project
from tests.ui.terminal import APP, Terminal

pytestmark = pytest.mark.pty
LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
MOUSE_ON = b"\x1b[?1003h"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "digits")
    for number in range(1, 61):
        curve = [0.5 + number / 200 + step / 100 for step in range(10)]
        add_run(folder, number, metrics={"accuracy": curve}, params={"lr": number / 1000})
    return folder


def test_starts_shows_runs_and_quits_leaving_the_terminal_as_it_was(project: Path) -> None:
    with Terminal(str(project)) as terminal:
        terminal.until("train-60")
        assert "accuracy ≥ 0.97" in terminal.screen()
        terminal.press("q")
        assert terminal.wait() == 0
        assert LEAVE_ALTERNATE_SCREEN in terminal.output
        assert b"Traceback" not in terminal.output


def test_a_terminated_app_leaves_the_terminal_as_it_was(project: Path) -> None:
    with Terminal(str(project)) as terminal:
        terminal.until("train-60")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
        assert LEAVE_ALTERNATE_SCREEN in terminal.output


def test_paints_before_any_data_are_read(project: Path) -> None:
    with Terminal(str(project)) as terminal:
        assert terminal.until("Launch") < 3.0  # 0.6 s on an idle machine: see the benchmark


def test_is_silent_while_nothing_happens(project: Path) -> None:
    with Terminal(str(project), columns=120, rows=40) as terminal:
        terminal.until("train-60")
        terminal.settle(gap=0.8)
        assert terminal.bytes_within(2.0) == 0


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_a_move_of_the_cursor_costs_at_most_600_bytes(
    project: Path, columns: int, rows: int
) -> None:
    with Terminal(str(project), columns=columns, rows=rows) as terminal:
        terminal.until("train-60")
        terminal.settle(gap=0.8)
        assert 0 < max(terminal.press("j") for _ in range(5)) <= 600
        terminal.settle(gap=0.8)
        assert 0 < terminal.press("k") <= 600


def test_a_new_point_of_a_live_run_costs_little(project: Path) -> None:
    live = add_run(project, 70, state=None, metrics={"accuracy": [0.1, 0.2]})
    with Terminal(str(project), columns=120, rows=40) as terminal:
        terminal.until("train-70")
        terminal.settle(gap=1.0)
        log_point(project, live, "accuracy", 2, 0.25)
        terminal.until("0.25")
        assert terminal.settle(gap=0.8) <= 4000


def test_over_ssh_the_mouse_is_the_terminals_own(project: Path) -> None:
    with Terminal(str(project), SSH_TTY="/dev/pts/9") as terminal:
        terminal.until("train-60")
        assert MOUSE_ON not in terminal.output
        terminal.press("M")
        terminal.until(lambda _: MOUSE_ON in terminal.output)
        terminal.until("train-60")


def test_the_size_is_the_terminals_own_whatever_was_exported(project: Path) -> None:
    with Terminal(str(project), columns=60, rows=16, COLUMNS="200", LINES="60") as terminal:
        terminal.until("q Quit")
        assert "Output" in terminal.screen().splitlines()[1]


def test_twenty_by_five_cells_get_a_kind_word(project: Path) -> None:
    with Terminal(str(project), columns=20, rows=5) as terminal:
        terminal.until("Too small")
        terminal.resize(80, 24)
        os.kill(terminal.pid, signal.SIGWINCH)
        terminal.until("train-60")
        terminal.press("q")
        assert terminal.wait() == 0


@pytest.mark.parametrize(
    "environment",
    [
        {"NO_COLOR": "1"},
        {"TERM": "linux", "COLORTERM": ""},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_works_in_poor_terminals(project: Path, environment: dict[str, str]) -> None:
    with Terminal(str(project), columns=120, rows=40, **environment) as terminal:
        terminal.until("train-60")
        terminal.until("accuracy")
        terminal.press("?")
        terminal.until("Start a job")
        terminal.press("q")
        terminal.press("q")
        assert terminal.wait() == 0
        assert b"Traceback" not in terminal.output


def test_a_terminal_without_utf8_gets_ascii_alone(project: Path) -> None:
    poor = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with Terminal(str(project), columns=120, rows=40, **poor) as terminal:
        terminal.until("train-60")
        terminal.settle()
        assert terminal.output.isascii()
        assert b"\\u" not in terminal.output


@pytest.mark.parametrize("before", ["", "trap '' HUP;"])
def test_ends_when_the_terminal_goes_away(project: Path, before: str) -> None:
    with Terminal(
        str(project), argv=("sh", "-c", f'{before} exec {shlex.join(APP)} "$0"')
    ) as terminal:
        terminal.until("train-60")
        os.kill(terminal.pid, signal.SIGHUP)
        assert terminal.wait() != 0


def test_what_was_written_over_is_drawn_again(project: Path) -> None:
    with Terminal(str(project)) as terminal:
        terminal.until("train-60")
        terminal.settle()
        before = terminal.screen()
        terminal.wipe()
        assert "train-60" not in terminal.screen()
        terminal.press("\x0c")
        assert terminal.screen() == before


def test_without_a_terminal_it_says_what_works(project: Path) -> None:
    with Terminal(str(project), TERM="dumb") as terminal:
        assert terminal.wait() == 2
        assert "mlops-tui runs" in terminal.output.decode()


def test_keys_and_theme_are_taken_from_the_configuration(project: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('theme = "light"\n[keys]\nlaunch = "i"\nhelp = "f1"\n')
    with Terminal(str(project), MLOPS_CONFIG_DIR=str(config)) as terminal:
        terminal.until("i Launch")
        assert "f1 Help" in terminal.screen()
        terminal.until("train-60")
        terminal.press("i")
        terminal.until("^S Launch")


def test_a_mistake_in_the_configuration_is_told_and_the_app_opens(
    project: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('thme = "light"\n[keys]\nlanch = "n"\n')
    with Terminal(str(project), MLOPS_CONFIG_DIR=str(config)) as terminal:
        terminal.until("not understood")
        terminal.settle()
        shown = " ".join(terminal.screen().split())
        assert "config.toml:1" in shown
        assert "nothing is called that" in shown
        terminal.press("\x1b")
        terminal.until("l Launch")
