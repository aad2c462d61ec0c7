"""Many at once: launches in the same instant, runs that end in the same second, rebuilds."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.ids import new_run_id
from mlops_tui.engine import wake
from mlops_tui.index import Index
from mlops_tui.journal.append import append_locked
from tests.process.support import (
    end_processes_of,
    journal_lines,
    make_project,
    make_run,
    runner_lines,
    until,
)
from tests.ui.terminal import Terminal

TOML = """
[jobs.train]
run = "sh -c 'echo $MLOPS_RUN_ID >> order'"
"""
APP = (sys.executable, "-P", "-m", "mlops_tui")
SUBMIT = "\x13"
REAL, MADE_UP, HOSTS = 20, 280, 4


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_SLOTS", "4")
    folder = make_project(tmp_path / "proj")
    (folder / "mlops.toml").write_text(TOML)
    yield folder
    end_processes_of(folder)


def say(project: Path, *arguments: str) -> Any:
    """Return what the command line answers, as JSON."""
    command = [sys.executable, "-P", "-m", "mlops_tui", *arguments, "-C", str(project), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def ran(project: Path) -> list[str]:
    path = project / "order"
    return path.read_text().split() if path.is_file() else []


def check_all_ran_once(project: Path, count: int) -> None:
    until(lambda: len(journal_lines(project, "run.ended")) == count, 30, "all ended")
    created = [line["run"] for line in journal_lines(project, "run.created")]
    assert len(created) == len(set(created)) == count
    assert Counter(ran(project)) == Counter(created)
    runs = say(project, "runs")
    assert sorted(run["id"] for run in runs) == sorted(created)
    assert {run["state"] for run in runs} == {"finished"}
    assert {run["name"] for run in runs} == {f"train-{n}" for n in range(1, count + 1)}


@pytest.mark.pty
def test_two_apps_that_launch_at_once_start_two_runs_and_each_shows_both(project: Path) -> None:
    with (
        Terminal(str(project), argv=APP, columns=100, rows=30) as first,
        Terminal(str(project), argv=APP, columns=100, rows=30) as second,
    ):
        for terminal in (first, second):
            terminal.until("No runs yet")
            terminal.press("l")
            terminal.until("MLOPS_RUN_ID")
        for terminal in (first, second):
            terminal.send(SUBMIT)
        for terminal in (first, second):
            terminal.until("finished train-1")
            terminal.until("finished train-2")
    check_all_ran_once(project, 2)


LAUNCH = """
import sys
from pathlib import Path
from mlops_tui.engine import actions
project = Path(sys.argv[1])
actions.plan_launch(project, "train", {})
sys.stdin.read()
print(actions.launch(project, "train", {}))
"""


def test_many_that_launch_in_the_same_instant_get_a_run_and_a_name_each(project: Path) -> None:
    launchers = [
        subprocess.Popen(
            [sys.executable, "-c", LAUNCH, str(project)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for launcher in launchers:
        assert launcher.stdin is not None
        launcher.stdin.close()
        launcher.stdin = None
    told = {launcher.communicate(timeout=30)[0].strip() for launcher in launchers}
    check_all_ran_once(project, 6)
    assert told == set(ran(project))


def make_up(project: Path, number: int) -> str:
    """Write a run as another host of the project would have: running, with points."""
    host = f"node-{number % HOSTS}"
    run_id = new_run_id(time.time())
    facts: dict[str, Any] = {"name": f"node-{number}", "job": "train", "kind": "train"}
    facts |= {"host": host, "machine": host, "created": time.time(), "source": "launch"}
    folder = places.run_dir(project, run_id)
    folder.mkdir()
    (folder / "run.json").write_text(json.dumps({"id": run_id, **facts}))
    points = [{"t": 1.0 + step, "s": step, "m": {"loss": number}} for step in range(5)]
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in points))
    append_locked(folder / "runner.jsonl", {"t": time.time(), "event": "started", "pid": 2})
    line = {"t": facts["created"], "event": "run.created", "run": run_id, **facts}
    append_locked(places.project_journal(project, host), line)
    return run_id


def end_made_up(project: Path, run_ids: list[str], host: str, gate: Barrier) -> None:
    """Append the ends of the runs of one host as its runners would."""
    gate.wait()
    for run_id in run_ids:
        now = time.time()
        end = {"state": "finished", "exit_code": 0, "signal": None, "reason": None}
        end |= {"started": now - 1, "ended": now}
        runner = places.run_dir(project, run_id) / "runner.jsonl"
        append_locked(runner, {"t": now, "event": "ended", **end})
        line = {"t": now, "event": "run.ended", "run": run_id, **end}
        append_locked(places.project_journal(project, host), line)


def test_300_runs_that_end_in_the_same_second_are_all_there_once(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_SLOTS", str(REAL))
    os.mkfifo(project / "gate")
    gate_fd = os.open(project / "gate", os.O_RDWR)
    real = [make_run(project, "read x < gate; echo $MLOPS_RUN_ID >> order") for _ in range(REAL)]
    made_up = [make_up(project, number) for number in range(MADE_UP)]
    wake.ensure_agent(project)
    until(lambda: all(runner_lines(project, run, "started") for run in real), 30, "all started")
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(HOSTS + 1)
    hosts = [
        spawn.Process(
            target=end_made_up, args=(project, made_up[host::HOSTS], f"node-{host}", gate)
        )
        for host in range(HOSTS)
    ]
    for process in hosts:
        process.start()
    with Index.open(project) as index:
        index.ingest()
        assert len(index.live()) == REAL + MADE_UP
        gate.wait(30)
        os.write(gate_fd, b"\n" * REAL)
        changed: set[str] = set()

        def all_ended() -> bool:
            changed.update(index.ingest().runs)
            return not index.live()

        until(all_ended, 30, "all ended")
        assert changed == {*real, *made_up}
        runs = index.runs(index.run_ids())
    os.close(gate_fd)
    for process in hosts:
        process.join(10)
        assert process.exitcode == 0
    assert sorted(run.id for run in runs) == sorted([*real, *made_up])
    assert {str(run.state) for run in runs} == {"finished"}
    assert sorted(ran(project)) == sorted(real)
    listed = say(project, "runs")
    assert sorted(run["id"] for run in listed) == sorted([*real, *made_up])
    assert {run["state"] for run in listed} == {"finished"}
    of_nodes = [run for run in listed if run["name"].startswith("node-")]
    assert {run["metrics"]["loss"]["count"] for run in of_nodes} == {5}
    assert len(journal_lines(project, "run.ended")) == REAL
