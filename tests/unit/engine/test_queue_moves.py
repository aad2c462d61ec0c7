"""Moves in the queue are lines of the journal: durable, exact for several at once, undone again."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest

from mlops_tui.domain.errors import NotFoundError, RefusedError, StorageError
from mlops_tui.domain.host import mark_of
from mlops_tui.engine import actions, wake
from mlops_tui.engine.actions_queue import FARTHEST
from mlops_tui.engine.waiting import keep_starting
from mlops_tui.index import Index
from mlops_tui.journal.lock import FileLock
from tests.process.support import journal_lines, make_project, make_run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(wake, "ensure_agent", lambda _: None)
    monkeypatch.setenv("MLOPS_SLOTS", "1")
    return make_project(tmp_path / "p")


def fill(project: Path, count: int) -> list[str]:
    start = time.time() - count
    return [make_run(project, "true", created=start + number) for number in range(count)]


def order(project: Path) -> list[str]:
    return [run.id for run in actions.queue_status(project).queued]


def test_a_move_is_one_line_that_the_agents_order_follows(project: Path) -> None:
    a, b, c = fill(project, 3)
    assert actions.move(project, [c], -1) == [c]
    assert order(project) == [a, c, b]
    (line,) = journal_lines(project, "run.priority")
    assert (line["run"], line["priority"]) == (c, 0)
    with Index.open(project) as index:  # read by the move itself: who looks next need not
        assert [run.id for run in index.runs(order(project))] == [a, c, b]


def test_a_new_priority_takes_an_earlier_move_back(project: Path) -> None:
    a, b, c = fill(project, 3)
    actions.move(project, [c], -FARTHEST)
    assert order(project) == [c, a, b]
    actions.set_priority(project, c, 0)
    assert order(project) == [a, b, c]
    assert actions.queue_status(project).runs[c].priority == 0


def test_what_waits_no_more_is_left_out_and_told_where_nothing_else_is_left(
    project: Path,
) -> None:
    a, b, c = fill(project, 3)
    actions.stop(project, a)
    assert actions.move(project, [a, c], -1) == [c]
    assert order(project) == [c, b]
    with pytest.raises(RefusedError, match="does not wait in the queue here: it is stopped"):
        actions.move(project, [a], -1)
    with pytest.raises(NotFoundError):
        actions.move(project, ["20200101-000000-000000"], 1)


def test_moves_at_once_are_made_one_after_the_other(project: Path) -> None:
    ids = fill(project, 12)
    movers = [threading.Thread(target=actions.move, args=(project, [ids[-1]], -1)) for _ in "12345"]
    movers += [threading.Thread(target=actions.move, args=(project, [ids[0]], 1)) for _ in "12"]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    found = order(project)
    assert sorted(found) == sorted(ids)
    assert (found.index(ids[-1]), found.index(ids[0])) == (6, 2)


def test_what_runs_and_what_waits_elsewhere_is_told_too(project: Path) -> None:
    (mine,) = fill(project, 1)
    foreign = make_run(project, "true", host="gpu-box", machine="another")
    status = actions.queue_status(project)
    assert [run.id for run in status.queued] == [mine]
    assert status.reasons == {mine: "about to start", foreign: "in the queue of gpu-box"}
    assert status.is_startable
    actions.pause_queue(project)
    assert not actions.queue_status(project).is_startable


def test_who_looks_at_a_queue_sees_to_it_that_it_is_started(
    project: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[Path] = []
    monkeypatch.setattr(wake, "ensure_agent", asked.append)
    keep_starting(project, actions.queue_status(project))
    assert asked == []
    fill(project, 1)
    status = actions.queue_status(project)
    keep_starting(project, status)
    assert asked == [project]
    lock = FileLock(wake.agent_file(project, "lock"))
    lock.path.parent.mkdir(parents=True)
    assert lock.acquire()
    mark = mark_of(os.getpid())
    assert mark is not None
    lock.path.write_text(json.dumps({**mark._asdict(), "t": time.time()}))
    keep_starting(project, status)
    assert asked == [project]
    lock.release()

    def fail(_: Path) -> None:
        raise StorageError("no locks here")

    monkeypatch.setattr(wake, "ensure_agent", fail)
    keep_starting(project, status)
    assert "no locks here" in caplog.text
