"""Disks that are full, cannot be written, or have no locks."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mlops_tui.domain import places
from mlops_tui.engine import wake
from tests.process.mounts import read_only, small_disk, take_locks_away
from tests.process.support import (
    end_processes_of,
    make_project,
    make_run,
    until,
    wait_ended,
)
from tests.ui.terminal import Terminal

APP = (sys.executable, "-P", "-m", "mlops_tui")
TOML = """
[jobs.flood]
run = "{python} flood.py"
[jobs.train]
run = "sh train.sh"
"""
TRAIN = """
echo '{"s": 1, "m": {"loss": 0.5}}' >> "$MLOPS_EVENTS"
echo trained
"""
FLOOD = """
import os, pathlib
from mlops_tui import track

outside = pathlib.Path(os.environ["OUTSIDE"])
step = 0

def reached(step):
    (outside / "next").write_text(str(step))
    os.replace(outside / "next", outside / "steps")  # never seen while it is empty

with track.run() as run:
    while not (outside / "enough").exists():
        for step in range(step + 1, step + 1001):
            run.log({"loss": 1 / step}, step=step)
        reached(step)
    while not (outside / "room").exists():
        pass
    for step in range(step + 1, step + 11):
        run.log({"loss": 1 / step}, step=step)
reached(step)
"""


class Said(NamedTuple):
    """What one call of the program answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def say(project: Path, *arguments: str) -> Said:
    command = [*APP, *arguments, "-C", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    monkeypatch.setenv("MLOPS_STOP_GRACE_SECONDS", "0.3")
    monkeypatch.setenv("MLOPS_SLOTS", "2")
    monkeypatch.setenv("OUTSIDE", str(tmp_path))


def fill_project(folder: Path) -> Path:
    make_project(folder)
    (folder / "mlops.toml").write_text(TOML.replace("{python}", sys.executable))
    (folder / "flood.py").write_text(FLOOD)
    (folder / "train.sh").write_text(TRAIN)
    return Path(os.path.realpath(folder))


@pytest.fixture
def project(tmp_path: Path, environment: None) -> Iterator[Path]:
    folder = fill_project(tmp_path / "proj")
    yield folder
    end_processes_of(folder)


@pytest.fixture
def small(tmp_path: Path, environment: None) -> Iterator[Path]:
    """A project on a disk of 2 MiB, half of it taken by a file named `ballast`."""
    with small_disk(tmp_path / "disk", 2048) as disk:
        folder = fill_project(disk / "proj")
        (folder / "ballast").write_bytes(bytes(1 << 20))
        yield folder
        end_processes_of(folder)


def free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def fill_up(folder: Path) -> Path:
    """Take what is left of a disk, to the last byte."""
    path = folder / "filler"
    with open(path, "wb", buffering=0) as file:
        for size in (1 << 16, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    assert free_bytes(folder) == 0
    return path


def steps_of(folder: Path) -> int:
    path = folder / "steps"
    return int(path.read_text()) if path.is_file() else 0


def test_a_training_goes_on_while_the_disk_is_full_and_tells_what_was_lost(
    small: Path, tmp_path: Path
) -> None:
    run_id = say(small, "run", "flood").out.strip()
    events = places.run_dir(small, run_id) / "events.jsonl"

    def goes_on_unrecorded() -> bool:
        size, reached = events.stat().st_size, steps_of(tmp_path)
        until(lambda: steps_of(tmp_path) > reached + 5000, 30, "training goes on")
        return events.stat().st_size == size

    # what others write for a moment fills the disk too
    until(lambda: free_bytes(small) == 0 and goes_on_unrecorded(), 30, "a full disk")
    (tmp_path / "enough").touch()
    (small / "ballast").unlink()
    (tmp_path / "room").touch()
    assert wait_ended(small, run_id)["state"] == "finished"
    steps = steps_of(tmp_path)
    (run,) = say(small, "runs", "--json").data
    recorded = run["metrics"]["loss"]
    assert recorded["last_step"] == steps
    lost = steps - recorded["count"]
    assert lost > 5000
    note = say(small, "show", run_id, "--json").data["note"]
    assert note == f"{lost} points are lost: No space left on device"
    assert run["unreadable_lines"] <= 1
    assert say(small, "doctor", "--verify").code == 0


def test_a_launch_on_a_full_disk_is_refused_and_leaves_nothing(small: Path) -> None:
    assert say(small, "runs", "--json").data == []
    filler = fill_up(small)
    refused = say(small, "run", "train")
    assert refused.code != 0
    assert "No space left" in refused.err
    assert "free some space" in refused.err
    filler.unlink()
    assert say(small, "runs", "--json").data == []
    assert list(places.runs_dir(small).iterdir()) == []
    run_id = say(small, "run", "train").out.strip()
    assert wait_ended(small, run_id)["state"] == "finished"


def test_a_full_disk_below_the_index_is_said_and_cured_by_room(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "cache", 1024) as cache:
        monkeypatch.setenv("MLOPS_CACHE_DIR", str(cache))
        filler = fill_up(cache)
        run_id = say(project, "run", "train").out.strip()
        refused = say(project, "runs", "--json")
        assert refused.code != 0
        assert "index" in refused.err
        log = wake.agent_file(project, "log")
        until(lambda: "StorageError" in log.read_text(), what="the agent meets the full disk")
        filler.unlink()
        assert wait_ended(project, run_id)["state"] == "finished"
        (run,) = say(project, "runs", "--json").data
        assert run["metrics"]["loss"]["count"] == 1


def test_an_app_whose_index_finds_the_disk_full_is_live_again_once_there_is_room(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = make_run(project, ["true"], name="first", machine="another")
    events = places.run_dir(project, run_id) / "events.jsonl"
    with small_disk(tmp_path / "cache", 1024) as cache:
        monkeypatch.setenv("MLOPS_CACHE_DIR", str(cache))
        with Terminal(str(project), argv=APP, columns=120, rows=40) as terminal:
            terminal.until("queued")
            filler = fill_up(cache)
            with open(events, "w") as file:
                for step in range(20_000):
                    file.write(json.dumps({"t": 1.0, "s": step, "m": {"loss": step}}) + "\n")
            terminal.until("not live")
            filler.unlink()
            terminal.until("19999")
            terminal.until(lambda screen: "not live" not in screen)
            terminal.press("q")
            assert terminal.wait() == 0
            assert b"Traceback" not in terminal.output


@pytest.fixture
def recorded(project: Path) -> tuple[Path, str, str]:
    """A project with a finished run, and one whose death nobody has recorded yet."""
    first = say(project, "run", "train", "--follow").out.splitlines()[0]
    wait_ended(project, first)
    until(lambda: wake.find_agent(project) is None, what="agent left")
    dead = make_run(project, "true", name="dead")
    folder = places.run_dir(project, dead)
    (places.claims_dir(project) / f"start-{dead}").write_text("{}")
    (folder / "runner.jsonl").write_text('{"t": 1.0, "event": "started", "pid": 2}\n')
    return project, first, dead


def test_a_read_only_project_is_browsed(recorded: tuple[Path, str, str]) -> None:
    project, first, dead = recorded
    with read_only(project):
        assert not os.access(project, os.W_OK)
        listed = say(project, "runs", "--json")
        assert {run["id"]: run["state"] for run in listed.data} == {
            first: "finished",
            dead: "running",
        }
        assert "cannot be recorded" in listed.err
        assert "loss" in say(project, "show", first).out
        assert say(project, "logs", first).out == "trained\n"
        assert say(project, "series", first, "loss", "--json").data["values"] == [0.5]
        refused = say(project, "run", "train")
        assert refused.code != 0
        assert "ead-only" in refused.err or "ermission" in refused.err
        with Terminal(str(project), argv=APP, columns=120, rows=40) as terminal:
            terminal.until("finished")
            terminal.until("dead")
            terminal.press("j")
            terminal.press("k")
            terminal.press("q")
            assert terminal.wait() == 0
            assert b"Traceback" not in terminal.output
        log = wake.agent_file(project, "log")
        told = log.read_text().count(dead) if log.is_file() else 0
        assert told <= 1
    (run,) = say(project, "runs", "--filter", "name=dead", "--json").data
    assert run["state"] == "lost"


def test_a_read_only_project_without_records_is_empty(project: Path) -> None:
    for folder in (places.runs_dir(project), places.claims_dir(project), project / ".mlops"):
        folder.rmdir()
    with read_only(project):
        assert say(project, "runs", "--json").data == []
        with Terminal(str(project), argv=APP) as terminal:
            terminal.until("No runs yet")
            terminal.press("q")
            assert terminal.wait() == 0


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_project_without_locks_runs_and_is_browsed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    take_locks_away(tmp_path / "site", project, code, monkeypatch)
    followed = say(project, "run", "train", "--follow")
    assert followed.code == 0, followed
    (run,) = say(project, "runs", "--json").data
    assert (run["state"], run["metrics"]["loss"]["last"]) == ("finished", 0.5)
    checks = {check["name"]: check for check in say(project, "doctor", "--json").data}
    assert checks["project locks"]["level"] == "warn"
    assert "lock" in checks["project locks"]["found"]


def test_a_home_without_locks_is_said_clearly_and_the_project_is_browsed(
    recorded: tuple[Path, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, first, dead = recorded
    take_locks_away(tmp_path / "site", Path("/"), errno.ENOLCK, monkeypatch)
    monkeypatch.setenv("MLOPS_CACHE_DIR", str(tmp_path / "new-cache"))
    states = {run["id"]: run["state"] for run in say(project, "runs", "--json").data}
    assert states == {first: "finished", dead: "lost"}
    assert "loss" in say(project, "show", first).out
    refused = say(project, "run", "train")
    assert "lock" in refused.err
