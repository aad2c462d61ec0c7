"""Heavy work in a process of its own: answers, errors, crashes, cancelling, and no orphans."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from mlops_tui.domain.errors import (
    InputError,
    NotFoundError,
    StorageError,
    WorkCancelledError,
    WorkerError,
)
from mlops_tui.engine.workers import Cancellation, log_path, work
from tests.process.support import is_gone, until

TASKS = """
import os, pathlib, signal, subprocess, sys, time
from mlops_tui.domain.errors import InputError, NotFoundError

def add(progress, one, other):
    print("printed")
    for done in range(3):
        progress(done, 3)
    progress(3, 3)
    return {"sum": one + other, "path": pathlib.Path("a"), "nan": float("nan")}

def refuse(progress, kind):
    raise {"input": InputError, "not_found": NotFoundError}[kind]("a sentence", "a hint")

def stumble(progress):
    {}["secret cell"]

def miss(progress):
    open("/nowhere/at/all")

def be_killed(progress, number):
    os.kill(os.getpid(), number)

def leave(progress):
    os._exit(7)

def eat(progress):
    raise MemoryError

def nice(progress):
    return os.getpriority(os.PRIO_PROCESS, 0)

def linger(progress, pids):
    child = subprocess.Popen(["sleep", "100"])
    pathlib.Path(pids).write_text(f"{os.getpid()} {child.pid}\\n")
    progress(0, None)
    time.sleep(100)
"""


@pytest.fixture(autouse=True)
def _tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every worker the tasks above."""
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "probe.py").write_text(TASKS)
    (tmp_path / "sitecustomize.py").write_text(
        f"import mlops_tui.engine.tasks\nmlops_tui.engine.tasks.__path__.append({str(folder)!r})\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_a_task_answers_and_tells_how_far_it_is() -> None:
    told: list[tuple[float, float | None]] = []
    answer = work("probe.add", {"one": 1, "other": 2}, lambda done, of: told.append((done, of)))
    assert (answer["sum"], answer["path"]) == (3, "a")
    assert answer["nan"] != answer["nan"]
    assert told[0] == (0, 3)
    assert told[-1] == (3, 3)


def test_what_a_library_prints_goes_to_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    work("probe.add", {"one": 1, "other": 2})
    assert capfd.readouterr() == ("", "")
    assert "printed" in log_path().read_text()
    assert log_path().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("kind", "error"), [("input", InputError), ("not_found", NotFoundError)])
def test_an_error_of_ours_arrives_as_it_was_raised(kind: str, error: type[InputError]) -> None:
    with pytest.raises(InputError) as raised:
        work("probe.refuse", {"kind": kind})
    assert type(raised.value) is error
    assert (raised.value.message, raised.value.hint) == ("a sentence", "a hint")


def test_a_bug_is_told_in_a_sentence_and_its_traceback_goes_to_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(WorkerError, match=r"went wrong \(KeyError: 'secret cell'\)") as raised:
        work("probe.stumble", {})
    assert str(log_path()) in raised.value.hint
    assert "Traceback" in log_path().read_text()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("task", ["probe.nothing", "../../etc.passwd", "probe._hidden"])
def test_a_task_that_is_none_is_an_error(task: str) -> None:
    with pytest.raises(WorkerError, match="task"):
        work(task, {})


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(StorageError, match="No such file or directory: /nowhere/at/all"):
        work("probe.miss", {})


def test_a_killed_worker_is_told_in_words() -> None:
    with pytest.raises(WorkerError, match=r"was killed by signal 9 \(SIGKILL\)") as raised:
        work("probe.be_killed", {"number": int(signal.SIGKILL)})
    assert "memory" in raised.value.hint
    with pytest.raises(WorkerError, match="SIGSEGV") as raised:
        work("probe.be_killed", {"number": int(signal.SIGSEGV)})
    assert str(log_path()) in raised.value.hint
    with pytest.raises(WorkerError, match="exited with code 7"):
        work("probe.leave", {})
    with pytest.raises(WorkerError, match="not enough memory"):
        work("probe.eat", {})


def test_a_worker_is_nice_to_what_else_runs() -> None:
    assert work("probe.nice", {}) >= min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)


def pids_in(path: Path) -> list[int]:
    until(lambda: path.exists() and path.read_text().endswith("\n"), what="the worker to begin")
    return [int(word) for word in path.read_text().split()]


def test_cancelling_kills_the_worker_and_what_it_started(tmp_path: Path) -> None:
    cancellation = Cancellation()
    raised: list[BaseException] = []

    def wait() -> None:
        try:
            work("probe.linger", {"pids": str(tmp_path / "pids")}, None, cancellation)
        except WorkCancelledError as error:
            raised.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    pids = pids_in(tmp_path / "pids")
    cancellation.cancel()
    waiting.join(10)
    assert len(raised) == 1
    until(lambda: all(map(is_gone, pids)), what="the whole group to be gone")
    with pytest.raises(WorkCancelledError):
        work("probe.nice", {}, None, cancellation)


def test_an_error_of_the_one_who_waits_ends_the_worker(tmp_path: Path) -> None:
    def give_up(done: float, total: float | None) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        work("probe.linger", {"pids": str(tmp_path / "pids")}, give_up)
    until(lambda: all(map(is_gone, pids_in(tmp_path / "pids"))), what="the group to be gone")


def test_a_worker_does_not_outlive_whoever_asked(tmp_path: Path) -> None:
    code = f"""
    from mlops_tui.engine.workers import work
    work("probe.linger", {{"pids": {str(tmp_path / "pids")!r}}})
    """
    asker = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)])
    pids = pids_in(tmp_path / "pids")
    asker.kill()
    asker.wait(10)
    until(lambda: all(map(is_gone, pids)), what="the worker to be gone")
