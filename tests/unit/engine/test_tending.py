"""Who looks at runs keeps an agent about, where one is wanted, and no oftener."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_tui.domain.errors import StorageError
from mlops_tui.domain.host import mark_of
from mlops_tui.domain.runs import Run, RunState
from mlops_tui.engine import tending, wake
from mlops_tui.engine.tending import Tending
from mlops_tui.index import Index
from mlops_tui.journal.lock import FileLock
from tests.process.support import make_project, make_run


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "p")


def live(project: Path) -> Sequence[Run]:
    with Index.open(project) as index:
        index.ingest()
        return index.live()


class Asked:
    """Counts how often an agent was asked for."""

    def __init__(self) -> None:
        self.times = 0
        self.tend = Tending(self._ensure)

    def _ensure(self, project: Path) -> None:
        self.times += 1


def test_a_queue_that_was_left_behind_gets_an_agent_once(project: Path) -> None:
    make_run(project, "true")
    asked = Asked()
    for _ in range(3):
        asked.tend(project, live(project))
    assert asked.times == 1


def test_every_new_run_makes_sure_again(project: Path) -> None:
    asked = Asked()
    for expected in (1, 2):
        make_run(project, "true")
        asked.tend(project, live(project))
        assert asked.times == expected


def test_a_queue_is_asked_for_again_after_a_while(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(project, "true")
    asked = Asked()
    asked.tend(project, live(project))
    monkeypatch.setattr(tending, "_QUEUE_SECONDS", 0.0)
    asked.tend(project, live(project))
    assert asked.times == 2


@pytest.mark.parametrize(("is_there", "times"), [(False, 3), (True, 1)])
def test_a_run_that_goes_on_without_an_agent_gets_one(
    project: Path, is_there: bool, times: int
) -> None:
    make_run(project, "true")
    running = [replace(run, state=RunState.RUNNING) for run in live(project)]
    lock = FileLock(wake.agent_file(project, "lock"))
    if is_there:
        lock.path.parent.mkdir(parents=True)
        assert lock.acquire()
        mark = mark_of(os.getpid())
        assert mark is not None
        lock.path.write_text(json.dumps({**mark._asdict(), "t": time.time()}))
    asked = Asked()
    for _ in range(3):
        asked.tend(project, running)
    assert asked.times == times
    lock.release()


@pytest.mark.parametrize("foreign", [{"host": "elsewhere"}, {"machine": "another"}])
def test_runs_of_another_host_want_no_agent_here(project: Path, foreign: dict[str, str]) -> None:
    make_run(project, "true", **foreign)
    asked = Asked()
    asked.tend(project, live(project))
    assert asked.times == 0


def test_what_fails_is_logged_and_does_not_stop_the_screen(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Path) -> None:
        raise StorageError("the disk is full")

    make_run(project, "true")
    Tending(fail)(project, live(project))
    assert "the disk is full" in caplog.text
