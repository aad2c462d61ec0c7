"""Runs made by hand for tests of processes: run.json, the line of creation, and a cleanup."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.domain.host import host_name, machine_id
from mlops_tui.domain.ids import new_run_id
from mlops_tui.domain.lifecycle import RUN_CREATED
from mlops_tui.engine import tree
from mlops_tui.journal.append import append_locked
from mlops_tui.journal.lock import is_locked

CREATION_FACTS = (
    *("name", "job", "kind", "host", "machine", "created", "params", "tags", "retry_of"),
    *("attempt", "source", "slots", "gpus", "priority"),
)


def until(condition: Callable[[], Any], seconds: float = 10.0, what: str = "") -> Any:
    """Return the first true value of `condition`; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {what or condition}")
        time.sleep(0.01)


def make_project(folder: Path) -> Path:
    """Return a project folder, ready for runs."""
    places.runs_dir(folder).mkdir(parents=True)
    places.claims_dir(folder).mkdir()
    (folder / "mlops.toml").write_text('[project]\nname = "test"\n')
    return Path(os.path.realpath(folder))


def make_run(project: Path, argv: Sequence[str] | str | None, **order: Any) -> str:
    """Create a queued run and return its id; text is a shell script."""
    created = order.pop("created", time.time())
    run_id = new_run_id(created)
    command = ["/bin/sh", "-c", argv] if isinstance(argv, str) else argv
    record = {
        "id": run_id,
        "name": run_id,
        "job": "train",
        "kind": "train",
        "project": "test",
        "created": created,
        "host": host_name(),
        "machine": machine_id(),
        "user": "tester",
        "cwd": str(project),
        "argv": list(command) if command is not None else None,
        "params": {},
        "tags": {},
        "inputs": [],
        "outputs": [],
        "timeout_seconds": None,
        "retries": 0,
        "retry_of": None,
        "attempt": 1,
        "slots": 1,
        "gpus": 0,
        "priority": 0,
        "source": "launch",
        "secrets": {},
        "env": {},
        "interpreter": None,
        "parent": None,
        **order,
    }
    folder = places.run_dir(project, run_id)
    (folder / "artifacts").mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(record))
    facts = {key: record[key] for key in CREATION_FACTS}
    line = {"t": created, "event": RUN_CREATED, "run": run_id, **facts}
    append_locked(places.project_journal(project, host_name()), line)
    return run_id


def start_runner(project: Path, run_id: str, *more: str, **environment: str) -> Runner:
    """Start the runner of a run as an agent would."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "mlops_tui.engine.runner", str(project), run_id, *more],
        env={**os.environ, "MLOPS_STOP_GRACE_SECONDS": "0.3", **environment},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    return Runner(project, run_id, process)


class Runner:
    """A runner of a test and what it wrote."""

    def __init__(self, project: Path, run_id: str, process: subprocess.Popen[bytes]) -> None:
        self.project = project
        self.run_id = run_id
        self.process = process
        self.folder = places.run_dir(project, run_id)

    def wait(self, seconds: float = 15.0) -> dict[str, Any]:
        """Return how the run ended, once the runner is gone."""
        assert self.process.wait(seconds) == 0
        return ended(self.project, self.run_id)

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """Return the lines of the runner's journal, or those of one event."""
        return runner_lines(self.project, self.run_id, event)

    def started(self) -> dict[str, Any]:
        """Return the `started` line as soon as it is there."""
        return until(lambda: self.lines("started"), what="started")[0]  # type: ignore[no-any-return]

    def kill(self) -> None:
        """Kill the runner as the kernel would."""
        self.process.kill()
        self.process.wait(5)
        # what it had just forked may hold its lock until it is another program
        until(lambda: not is_locked(self.folder / "runner.lock"), what="lock of the dead runner")

    def ask_to_stop(self, by: str = "ada") -> None:
        """Write the file that asks for a stop."""
        (self.folder / "stop").write_text(json.dumps({"t": time.time(), "by": by}))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a journal."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    lines = data[: data.rfind(b"\n") + 1].splitlines()
    return [json.loads(line) for line in lines if line]


def runner_lines(project: Path, run_id: str, event: str = "") -> list[dict[str, Any]]:
    """Return the lines of a runner's journal, or those of one event."""
    lines = read_lines(places.run_dir(project, run_id) / "runner.jsonl")
    return [line for line in lines if not event or line["event"] == event]


def journal_lines(project: Path, event: str = "") -> list[dict[str, Any]]:
    """Return the lines of the project's journal, or those of one event."""
    lines = read_lines(places.project_journal(project, host_name()))
    return [line for line in lines if not event or line["event"] == event]


def ended(project: Path, run_id: str) -> dict[str, Any]:
    """Return the one end of a run; both journals must agree on it."""
    mine = runner_lines(project, run_id, "ended")
    told = [line for line in journal_lines(project, "run.ended") if line["run"] == run_id]
    assert len(mine) == len(told) == 1, (mine, told)
    assert {**mine[0], "t": 0, "event": 0} == {
        key: value for key, value in {**told[0], "t": 0, "event": 0}.items() if key != "run"
    }
    return mine[0]


def wait_ended(project: Path, run_id: str, seconds: float = 15.0) -> dict[str, Any]:
    """Return the end of a run as soon as both journals have it."""
    until(
        lambda: any(line["run"] == run_id for line in journal_lines(project, "run.ended")),
        seconds,
        f"end of {run_id}",
    )
    return ended(project, run_id)


def is_gone(pid: int) -> bool:
    """Say whether no live process (a zombie is none) has this pid."""
    return tree.read_process(pid) is None


def processes_naming(text: str) -> list[int]:
    """Return the live processes whose environment or command line has `text` in it."""
    found = []
    wanted = os.fsencode(text)
    for pid in tree.snapshot():
        try:
            data = Path(f"/proc/{pid}/environ").read_bytes()
            data += Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if wanted in data and pid != os.getpid():
            found.append(pid)
    return found


def end_processes_of(project: Path) -> None:
    """Kill all that works for a project: apps, agents, runners and commands."""
    for _ in range(5):
        pids = processes_naming(str(project))
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if not pids:
            return
        time.sleep(0.02)


def project_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a project whose processes are killed after the test (the body of a fixture)."""
    project = make_project(tmp_path / "proj")
    yield project
    end_processes_of(project)


def with_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the test's environment with more in it."""
    return {**os.environ, **environment}
