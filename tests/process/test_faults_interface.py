"""Runs that were started in the app outlive whatever is killed: one thing at a time, or all."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.engine import liveness, wake
from mlops_tui.engine.executor import Presence
from tests.process.support import (
    end_processes_of,
    ended,
    is_gone,
    journal_lines,
    processes_naming,
    runner_lines,
    until,
    wait_ended,
)
from tests.ui.terminal import Terminal

pytestmark = pytest.mark.pty
TOML = """
[project]
name = "digits"
[jobs.train]
run = "sh train.sh"
"""
TRAIN = """
echo '{"s": 1, "m": {"loss": 0.25}}' >> "$MLOPS_EVENTS"
echo up
while [ ! -f go ]; do sleep 0.02; done
echo '{"s": 2, "m": {"loss": 0.125}}' >> "$MLOPS_EVENTS"
echo done
"""
APP = (sys.executable, "-P", "-m", "mlops_tui")
SUBMIT = "\x13"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.5")
    monkeypatch.setenv("MLOPS_SLOTS", "4")
    folder = tmp_path / "proj"
    folder.mkdir()
    (folder / "mlops.toml").write_text(TOML)
    (folder / "train.sh").write_text(TRAIN)
    yield folder
    end_processes_of(folder)


def open_app(project: Path) -> Terminal:
    return Terminal(str(project), argv=APP, columns=120, rows=40)


def launch_in(terminal: Terminal, project: Path) -> str:
    """Start the job as a person does, and return the run's id once its command is at work."""
    terminal.until("No runs yet")
    terminal.press("l")
    terminal.until("train.sh")
    terminal.press(SUBMIT)
    (created,) = until(lambda: journal_lines(project, "run.created"), what="launch")
    run_id = str(created["run"])
    output = places.run_dir(project, run_id) / "output.log"
    until(lambda: output.is_file() and output.read_text() == "up\n", what="the command")
    return run_id


def presence(project: Path, run_id: str) -> Presence:
    return liveness.sight(project, run_id).presence


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: is_gone(pid), what=f"the end of {pid}")


def agent_pid(project: Path) -> int:
    return int(until(lambda: wake.find_agent(project), what="agent").pid)


def kill_interface(terminal: Terminal) -> None:
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL


def hang_up(terminal: Terminal) -> None:
    os.kill(terminal.pid, signal.SIGHUP)
    assert terminal.wait() != 0


def close_terminal(terminal: Terminal) -> None:
    pid = terminal.pid
    terminal.close()
    until(lambda: is_gone(pid), what="the app leaves with its terminal")


def test_who_comes_back_to_a_closed_terminal_finds_the_run_finished_and_whole(
    project: Path,
) -> None:
    with open_app(project) as terminal:
        run_id = launch_in(terminal, project)
        close_terminal(terminal)
    (project / "go").touch()
    assert wait_ended(project, run_id)["state"] == "finished"
    with open_app(project) as terminal:
        terminal.until("finished")
        terminal.until("0.125")
        terminal.until("│done")


@pytest.mark.parametrize("end", [kill_interface, hang_up])
def test_the_interface_may_go_and_the_run_it_started_goes_on(
    project: Path, end: Callable[[Terminal], None]
) -> None:
    with open_app(project) as terminal:
        run_id = launch_in(terminal, project)
        end(terminal)
    assert presence(project, run_id) is Presence.SUPERVISED
    (project / "go").touch()
    assert wait_ended(project, run_id)["state"] == "finished"
    assert (places.run_dir(project, run_id) / "output.log").read_text() == "up\ndone\n"


def test_killed_one_after_the_other_a_run_is_followed_to_its_end(project: Path) -> None:
    with open_app(project) as terminal:
        run_id = launch_in(terminal, project)
        kill_interface(terminal)
    kill(agent_pid(project))
    assert presence(project, run_id) is Presence.SUPERVISED
    kill(runner_lines(project, run_id, "starting")[0]["pid"])
    assert presence(project, run_id) is Presence.UNSUPERVISED
    wake.ensure_agent(project)
    adopter = until(lambda: runner_lines(project, run_id, "adopted"))[0]["pid"]
    until(lambda: presence(project, run_id) is Presence.SUPERVISED)
    kill(adopter)
    kill(agent_pid(project))
    assert presence(project, run_id) is Presence.UNSUPERVISED
    kill(runner_lines(project, run_id, "started")[0]["pid"])
    with open_app(project) as terminal:
        terminal.until("lost")
    assert ended(project, run_id)["state"] == "lost"
    assert len(runner_lines(project, run_id, "started")) == 1


def test_all_killed_at_once_is_told_by_the_next_that_looks(project: Path) -> None:
    with open_app(project) as terminal:
        run_id = launch_in(terminal, project)
        pids = {*processes_naming(str(project)), terminal.pid}
        command = runner_lines(project, run_id, "started")[0]["pid"]
        assert {agent_pid(project), command} < pids
        end_processes_of(project)
        until(lambda: presence(project, run_id) is Presence.GONE)
    with open_app(project) as terminal:
        terminal.until("lost")
        terminal.until("0.25")
    assert ended(project, run_id)["state"] == "lost"
