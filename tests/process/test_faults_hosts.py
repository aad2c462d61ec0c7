"""One project on two hosts, and run folders that were copied: nobody judges what is not theirs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.errors import RefusedError
from mlops_tui.engine import actions, liveness, wake
from mlops_tui.engine.executor import Presence
from mlops_tui.index import Index
from mlops_tui.journal.append import append_locked
from tests.process.hosts import Host
from tests.process.support import (
    end_processes_of,
    ended,
    is_gone,
    journal_lines,
    make_project,
    make_run,
    project_folder,
    read_lines,
    runner_lines,
    until,
    wait_ended,
)
from tests.ui.terminal import Terminal

APP = (sys.executable, "-P", "-m", "mlops_tui")
TOML = """
[jobs.wait]
run = "sh -c 'echo up; while [ ! -f go ]; do sleep 0.02; done'"
[jobs.quick]
run = "sh -c 'echo once >> count'"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    for folder in project_folder(tmp_path):
        (folder / "mlops.toml").write_text(TOML)
        yield folder


@pytest.fixture
def hosts(tmp_path: Path) -> tuple[Host, Host]:
    return Host(tmp_path, "one"), Host(tmp_path, "two")


def look_after(host: Host, project: Path) -> None:
    """Have the agent of a host look at the project until it sees nothing to do."""
    agent = host.start(str(project), module="mlops_tui.engine.agent")
    agent.communicate(timeout=30)
    assert agent.returncode == 0


def journal_of(project: Path, host: Host, event: str) -> list[dict[str, Any]]:
    lines = read_lines(places.project_journal(project, host.name))
    return [line for line in lines if line["event"] == event]


def presence(project: Path, run_id: str) -> Presence:
    return liveness.sight(project, run_id).presence


def test_a_second_host_sees_a_live_run_and_leaves_it_alone(
    project: Path, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    run_id = one.say("run", "wait", "-C", str(project)).strip()
    until(lambda: runner_lines(project, run_id, "heartbeat"), what="heartbeat")
    (seen,) = two.runs(project)
    assert (seen["id"], seen["state"], seen["host"]) == (run_id, "running", "one")
    assert "last heard" in two.say("show", run_id, "-C", str(project))
    look_after(two, project)
    assert "belongs to one" in two.say("stop", run_id, "-C", str(project), code=1)
    (project / "go").touch()
    until(lambda: journal_of(project, one, "run.ended"))
    assert [run["state"] for run in two.runs(project)] == ["finished"]
    assert not journal_of(project, two, "run.ended")


def test_a_run_killed_with_its_host_is_lost_only_to_that_host(
    project: Path, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    run_id = one.say("run", "wait", "-C", str(project)).strip()
    until(lambda: runner_lines(project, run_id, "started"))
    end_processes_of(project)
    look_after(two, project)
    assert [run["state"] for run in two.runs(project)] == ["running"]
    assert len(runner_lines(project, run_id, "ended")) == 0
    assert [run["state"] for run in one.runs(project)] == ["lost"]
    assert [run["state"] for run in two.runs(project)] == ["lost"]
    assert len(journal_of(project, one, "run.ended")) == 1
    assert not journal_of(project, two, "run.ended")


@pytest.mark.pty
def test_a_run_of_a_host_that_is_silent_says_since_when(
    project: Path, hosts: tuple[Host, Host]
) -> None:
    now = time.time()
    far = {"host": "far", "machine": "far"}
    run_id = make_run(project, "true", name="silent", created=now - 9000, **far)
    for event, age in (("started", 8000), ("heartbeat", 7300)):
        line = {"t": now - age, "event": event, "pid": 2, "files": {}}
        append_locked(places.run_dir(project, run_id) / "runner.jsonl", line)
    two = hosts[1]
    with Terminal(str(project), argv=APP, columns=140, rows=40, **two.environment) as terminal:
        terminal.until("running")
        terminal.until("last heard 2 h ago")
        terminal.until("host far")
        terminal.press("q")
        assert terminal.wait() == 0
    shown = two.say("show", run_id, "-C", str(project))
    assert re.search("last heard +from far: .*2 h ago.*only that host knows more", shown)
    assert two.show(project, run_id)["state"] == "running"
    assert len(runner_lines(project, run_id)) == 2


def test_a_person_may_give_up_a_run_of_a_host_that_is_gone(
    project: Path, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    run_id = one.say("run", "wait", "-C", str(project)).strip()
    until(lambda: runner_lines(project, run_id, "started"))
    two.say("lost", run_id, "-C", str(project))
    shown = two.show(project, run_id)
    assert shown["state"] == "lost"
    assert "marked lost by" in shown["reason"]
    (project / "go").touch()
    until(lambda: journal_of(project, one, "run.ended"))
    assert [run["state"] for run in one.runs(project)] == ["finished"]
    assert [run["state"] for run in two.runs(project)] == ["finished"]


def test_a_queue_is_of_one_host_and_all_journals_are_one_list(
    project: Path, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    one.say("queue", "pause", "-C", str(project))
    waiting = one.say("run", "quick", "-C", str(project)).strip()
    look_after(two, project)
    assert not runner_lines(project, waiting)
    mine = two.say("run", "quick", "-C", str(project)).strip()
    until(lambda: journal_of(project, two, "run.ended"))
    look_after(two, project)
    for host in hosts:
        states = {run["id"]: (run["state"], run["host"]) for run in host.runs(project)}
        assert states == {waiting: ("queued", "one"), mine: ("finished", "two")}
    assert [claim.name for claim in places.claims_dir(project).iterdir()] == [f"start-{mine}"]
    one.say("queue", "resume", "-C", str(project))
    until(lambda: journal_of(project, one, "run.ended"))
    assert (project / "count").read_text() == "once\n" * 2
    assert [run["state"] for run in two.runs(project)] == ["finished"] * 2


def start_waiting(project: Path) -> str:
    """Return a run whose command is at work."""
    run_id = actions.launch(project, "wait", {})
    until(lambda: runner_lines(project, run_id, "heartbeat"), what="heartbeat")
    return run_id


def states(project: Path) -> dict[str, str]:
    with Index.open(project) as index:
        index.ingest()
        return {run.id: str(run.state) for run in index.runs(index.run_ids())}


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "copy"
    end_processes_of(tmp_path / "copy")


def test_a_copied_project_takes_neither_live_nor_queued_runs_along(
    project: Path, copies: Path
) -> None:
    live = start_waiting(project)
    actions.pause_queue(project)
    queued = actions.launch(project, "quick", {})
    copy = Path(shutil.copytree(project, copies))
    assert presence(copy, live) is Presence.GONE
    assert presence(copy, queued) is Presence.ELSEWHERE
    actions.resume_queue(copy)
    until(lambda: states(copy)[live] == "lost", what="lost")
    until(lambda: wake.find_agent(copy) is None, what="agent left")
    assert str(project) in ended(copy, live)["reason"]
    assert states(copy)[queued] == "queued"
    assert actions.stop(copy, queued) == "cancelled"
    assert presence(project, live) is Presence.SUPERVISED
    actions.resume_queue(project)
    (project / "go").touch()
    assert wait_ended(project, live)["state"] == "finished"
    assert wait_ended(project, queued)["state"] == "finished"
    assert (project / "count").read_text() == "once\n"
    assert not (copy / "count").exists()


def test_a_run_folder_copied_from_another_project_is_shown_and_not_adopted(
    project: Path, tmp_path: Path, copies: Path
) -> None:
    live = start_waiting(project)
    command = runner_lines(project, live, "started")[0]["pid"]
    os.kill(runner_lines(project, live, "starting")[0]["pid"], signal.SIGKILL)
    until(lambda: presence(project, live) is Presence.UNSUPERVISED)
    other = make_project(copies)
    shutil.copytree(places.run_dir(project, live), places.run_dir(other, live))
    assert states(other) == {live: "running"}
    assert actions.stop(other, live) == "asked"
    wake.ensure_agent(other)
    until(lambda: states(other) == {live: "lost"}, what="lost")
    until(lambda: wake.find_agent(other) is None, what="agent left")
    assert not runner_lines(other, live, "adopted")
    assert not is_gone(command)
    assert presence(project, live) is Presence.UNSUPERVISED


def test_a_script_that_records_by_itself_is_not_stopped_through_a_copy(
    project: Path, copies: Path
) -> None:
    code = (
        "import time\nfrom mlops_tui import track\n"
        "with track.run() as run:\n    run.log({'a': 1})\n    time.sleep(60)\n"
    )
    (project / "own.py").write_text(code)
    with subprocess.Popen([sys.executable, "own.py"], cwd=project) as script:
        (created,) = until(lambda: journal_lines(project, "run.created"))
        run_id = str(created["run"])
        copy = Path(shutil.copytree(project, copies))
        with pytest.raises(RefusedError, match="cannot be told apart"):
            actions.stop(copy, run_id)
        assert liveness.settle(copy, run_id)
        assert states(copy) == {run_id: "lost"}
        assert states(project) == {run_id: "running"}
        assert script.poll() is None
        script.kill()


def test_a_run_folder_copied_from_another_machine_is_that_machines(
    project: Path, hosts: tuple[Host, Host], copies: Path
) -> None:
    one, two = hosts
    live = one.say("run", "wait", "-C", str(project)).strip()
    until(lambda: runner_lines(project, live, "heartbeat"))
    one.say("queue", "pause", "-C", str(project))
    queued = one.say("run", "quick", "-C", str(project)).strip()
    other = make_project(copies)
    for run_id in (live, queued):
        shutil.copytree(places.run_dir(project, run_id), places.run_dir(other, run_id))
        assert presence(other, run_id) is Presence.ELSEWHERE
    shutil.rmtree(project / ".mlops")
    look_after(two, other)
    found = {run["id"]: (run["state"], run["host"]) for run in two.runs(other)}
    assert found == {live: ("running", "one"), queued: ("queued", "one")}
    assert "belongs to one" in two.say("stop", live, "-C", str(other), code=1)
    assert not list(places.claims_dir(other).iterdir())
    two.say("lost", live, queued, "-C", str(other))
    assert {run["state"] for run in two.runs(other)} == {"lost"}


def test_a_project_that_was_moved_keeps_its_live_run(project: Path, tmp_path: Path) -> None:
    live = start_waiting(project)
    moved = project.rename(tmp_path / "moved")
    assert presence(moved, live) is Presence.SUPERVISED
    (moved / "go").touch()
    until(lambda: runner_lines(moved, live, "ended"), what="end")
    assert states(moved) == {live: "finished"}
