"""Damaged records: an index that is spoiled while it is in use, lines that cannot be read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mlops_tui.domain import places
from mlops_tui.engine import liveness, wake
from mlops_tui.engine.executor import Presence
from mlops_tui.index import Index
from tests.process.support import (
    end_processes_of,
    journal_lines,
    make_project,
    make_run,
    start_runner,
    until,
    wait_ended,
)
from tests.ui.terminal import Terminal

APP = (sys.executable, "-P", "-m", "mlops_tui")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("MLOPS_AGENT_LINGER_SECONDS", "0.2")
    folder = make_project(tmp_path / "proj")
    yield folder
    end_processes_of(folder)


def finished_run(project: Path, name: str, loss: float = 0.5) -> str:
    script = f"""echo '{{"s": 1, "m": {{"loss": {loss}}}}}' >> "$MLOPS_EVENTS"; echo out-{name}"""
    run_id = make_run(project, script, name=name)
    assert start_runner(project, run_id).wait()["state"] == "finished"
    return run_id


def say(project: Path, *arguments: str) -> Any:
    """Return what the command line answers, as JSON."""
    command = [*APP, *arguments, "-C", str(project), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def overwrite(path: Path) -> None:
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.write(os.urandom(size))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def truncate(path: Path) -> None:
    os.truncate(path, 5000)


@pytest.mark.pty
def test_the_app_goes_on_over_an_index_that_is_spoiled_again_and_again(project: Path) -> None:
    finished_run(project, "first")
    index = places.index_path(project)
    with Terminal(str(project), argv=APP, columns=120, rows=40) as terminal:
        terminal.until("finished first")
        for number, spoil in enumerate((overwrite, remove_folder, truncate)):
            spoil(index)
            finished_run(project, f"after-{number}", loss=0.25 + number)
            terminal.until(f"finished after-{number}")
            terminal.until("finished first")
            terminal.until("out-first")
        terminal.press("q")
        assert terminal.wait() == 0
        assert b"Traceback" not in terminal.output
    assert [run["name"] for run in say(project, "runs")] == [
        "after-2",
        "after-1",
        "after-0",
        "first",
    ]


REBUILD = """
import sys
from pathlib import Path
from mlops_tui.index import Index
project = Path(sys.argv[1])
with Index.open(project) as index:
    index.ingest()
    print("open", flush=True)
    for word in sys.stdin:
        index.ingest()
        found = {run.id: run.metrics["loss"].count for run in index.runs(index.run_ids())}
        print(sorted(found.items()), flush=True)
"""


@pytest.mark.parametrize("spoil", [overwrite, remove_folder])
def test_processes_that_rebuild_at_once_all_come_to_the_same(
    project: Path, spoil: Callable[[Path], None]
) -> None:
    runs = [make_run(project, "true") for _ in range(5)]
    for number, run_id in enumerate(runs):
        lines = [json.dumps({"t": 1.0, "s": s, "m": {"loss": s}}) for s in range(1000 * number + 1)]
        (places.run_dir(project, run_id) / "events.jsonl").write_text("\n".join(lines) + "\n")
    wanted = sorted((run_id, 1000 * number + 1) for number, run_id in enumerate(runs))
    readers = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", REBUILD, str(project)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    try:
        assert [answer(reader) for reader in readers] == ["open"] * 4
        for _ in range(3):
            spoil(places.index_path(project))
            for reader in readers:
                ask(reader)
            assert [answer(reader) for reader in readers] == [str(wanted)] * 4
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


def ask(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("again\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


RUBBISH = [
    b"rubbish\n",
    b"\x00" * 100 + b"\n",
    b"\xff\xfe{]\n",
    b'{"t": 1.0, "event": "run.ended", "run": \n',
    b"[" * 100_000 + b"\n",
    b'"text"\n',
    b"9" * 5000 + b"\n",
    b"x" * 3_000_000 + b"\n",
    b'{"event": "started", "pid": "x", "pgid": [], "t": {}, "gpus": 5, "start": 1}\n',
    b'{"event": "signal", "why": [], "signal": {}}\n',
    b'{"event": "heartbeat", "files": 3, "t": "now"}\n',
    b'{"event": "ended", "state": ["finished"], "ended": "x", "reason": 3}\n',
    b'{"event": [], "run": "20260101-000000-abcdef"}\n',
    b'{"event": {}, "t": 1.0}\n',
    b'{"event": "run.renamed", "run": "20260101-000000-abcdef", "name": 7}\n',
    b'{"t": 1e999, "event": "run.renamed", "run": 7, "name": {}}\n',
]
NO_EVENTS = 10
"""So many of them are no lines of an event file; NUL bytes are blank, unknown keys are ignored."""


def spoil_middle(path: Path) -> None:
    """Put lines that nobody can read between the first line of a journal and the others."""
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"".join(RUBBISH) + b"".join(others))


def test_lines_that_cannot_be_read_cost_themselves_alone(project: Path) -> None:
    runs = [finished_run(project, name) for name in ("one", "two", "three")]
    spoiled = places.run_dir(project, runs[1])
    journal = next(places.project_dot(project).glob("journal-*.jsonl"))
    with open(spoiled / "events.jsonl", "a") as file:
        file.write('{"s": 2, "m": {"loss": 0.75}}\n')
    for path in (journal, spoiled / "events.jsonl", spoiled / "runner.jsonl"):
        spoil_middle(path)
    found = {run["id"]: run for run in say(project, "runs")}
    assert list(found) == runs[::-1]
    assert [run["state"] for run in found.values()] == ["finished"] * 3
    assert {run["metrics"]["loss"]["count"] for run in found.values()} == {1, 2}
    assert found[runs[1]]["metrics"]["loss"]["last"] == 0.75
    assert found[runs[1]]["unreadable_lines"] == NO_EVENTS
    shown = say(project, "show", runs[1])
    assert shown["unreadable_first"] == "rubbish"
    with Index.open(project) as index:
        index.ingest()
        before = index.runs(runs)
    remove_folder(places.index_path(project))
    with Index.open(project) as index:
        index.ingest()
        assert index.runs(runs) == before


def test_a_spoiled_journal_of_a_live_run_keeps_no_agent_from_its_work(project: Path) -> None:
    live = make_run(project, "while [ ! -f go ]; do sleep 0.02; done")
    runner = start_runner(project, live)
    runner.started()
    with open(runner.folder / "runner.jsonl", "ab") as file:
        file.write(b"".join(RUBBISH))
    other = make_run(project, ["true"])
    (places.run_dir(project, other) / "run.json").write_bytes(b"[" * 100_000)
    third = make_run(project, ["true"])
    wake.ensure_agent(project)
    assert wait_ended(project, third)["state"] == "finished"
    assert liveness.sight(project, live).presence is Presence.SUPERVISED
    (project / "go").touch()
    assert runner.process.wait(15) == 0
    until(lambda: [line for line in journal_lines(project, "run.ended") if line["run"] == live])
    states = {run["id"]: run["state"] for run in say(project, "runs")}
    assert states[live] == "finished"
    assert states[third] == "finished"
