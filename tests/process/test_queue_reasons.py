"""The queue says why each run waits, and sees to it that somebody looks after it."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.cli.main import main
from mlops_tui.domain import places
from mlops_tui.domain.runs import Run
from mlops_tui.engine import actions, wake
from mlops_tui.engine.feed import Feed
from mlops_tui.engine.tending import Tending
from tests.process.support import end_processes_of, make_run, project_folder, until, wait_ended

TOML = """
[jobs.wait]
run = ["/bin/sh", "-c", "while [ ! -e go ]; do sleep 0.02; done"]
[jobs.wide]
run = "true"
slots = 2
[jobs.gpu]
run = "true"
gpus = 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setenv("MLOPS_GPUS", "0")
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    for folder in project_folder(tmp_path):
        (folder / "mlops.toml").write_text(TOML)
        monkeypatch.chdir(folder)
        yield folder
        (folder / "go").touch()
        end_processes_of(folder)


def waiting(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    assert main(("queue", "--json")) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return {row["id"]: row["reason"] for row in told["queued"]}


def test_every_run_in_the_queue_says_why(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    running = actions.launch(project, "wait", {})
    until(lambda: (places.run_dir(project, running) / "command.lock").exists(), what="command")
    wide, narrow, gpu = (actions.launch(project, job, {}) for job in ("wide", "wait", "gpu"))
    until(lambda: running not in waiting(capsys))
    assert waiting(capsys) == {
        wide: "waits for 2 slots, 1 of 2 free",
        narrow: "behind 1 run",
        gpu: "asks for 1 GPU, this host has none",
    }
    assert main(("queue",)) == 0
    assert "waits for 2 slots, 1 of 2 free" in capsys.readouterr().out
    (project / "go").touch()
    assert wait_ended(project, wide)["state"] == "finished"
    assert set(until(lambda: len(found := waiting(capsys)) == 1 and found)) == {gpu}


def test_looking_at_the_queue_wakes_who_starts_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actions.pause_queue(project)
    run_id = actions.launch(project, "wide", {})
    came = wake.agent_file(project, "lock").stat
    until(lambda: came().st_size and wake.find_agent(project) is None, what="agent left")
    journal = next(places.project_dot(project).glob("journal-*.jsonl"))
    lines = [line for line in journal.read_text().splitlines() if "paused" not in line]
    journal.write_text("\n".join(lines) + "\n")
    assert waiting(capsys) == {run_id: "about to start"}
    assert wait_ended(project, run_id)["state"] == "finished"


def test_a_copied_project_says_where_its_queue_is_started(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actions.pause_queue(project)
    run_id = actions.launch(project, "wide", {})
    copy = tmp_path / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("*.lock"))
    capsys.readouterr()
    assert main(("queue", "-C", str(copy), "--json")) == 0
    (row,) = json.loads(capsys.readouterr().out)["queued"]
    original = places.run_dir(project, run_id)
    assert row["reason"] == f"a copy: it starts only where it was queued, in {original}"


def test_a_project_that_is_opened_gets_an_agent_for_its_queue(project: Path) -> None:
    run_id = make_run(project, ["true"])
    names: list[str] = []

    def tend(folder: Path, live: Sequence[Run]) -> None:
        names.append(threading.current_thread().name)
        tending(folder, live)

    tending = Tending()
    feed = Feed(project, lambda _: None, tend=tend)
    feed.start()
    try:
        assert wait_ended(project, run_id)["state"] == "finished"
    finally:
        feed.stop()
    assert set(names) == {"feed"}


def test_runs_start_in_the_order_into_which_they_were_moved(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_SLOTS", "1")
    actions.pause_queue(project)
    ids = {name: make_run(project, f"echo {name} >> order", name=name) for name in "abcd"}
    assert main(("move", "d", "--first")) == 0
    capsys.readouterr()
    assert main(("move", "a", "--down", "1", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"moved": [ids["a"]], "queue": [ids[name] for name in "dbac"]}
    actions.resume_queue(project)
    for run_id in ids.values():
        wait_ended(project, run_id)
    assert (project / "order").read_text().split() == list("dbac")
    assert main(("move", "a", "--last")) == 1
    assert "a does not wait in the queue here: it is finished" in capsys.readouterr().err


def test_the_queue_tells_what_runs_and_the_machine_what_it_has(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running = actions.launch(project, "wait", {})
    until(lambda: (places.run_dir(project, running) / "command.lock").exists(), what="command")

    def told(*words: str) -> dict[str, Any]:
        capsys.readouterr()
        assert main((*words, "--json")) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    until(lambda: [row["state"] for row in told("queue")["running"]] == ["running"])
    (row,) = told("queue")["running"]
    assert (row["id"], row["slots"], row["gpus"], row["progress"]) == (running, 1, 0, None)
    machine = told("machine")
    assert (machine["slots"], machine["free_slots"], machine["gpus"]) == (2, 1, [])
    assert 0 <= machine["cores_used"] <= machine["cores"]
    assert main(("machine",)) == 0
    out = capsys.readouterr().out
    assert "slots   1 of 2 taken" in out
    assert "iB in use" in out
