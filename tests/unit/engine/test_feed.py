from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_tui.domain import places
from mlops_tui.engine.feed import Batch, Feed
from mlops_tui.index import Index
from mlops_tui.index.values import Changes
from mlops_tui.journal.append import append_locked

RUN = "20260101-120000-00aa11"


class Heard:
    """Collects batches and waits for what they tell."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self._changed = threading.Condition()

    def add(self, batch: Batch) -> None:
        with self._changed:
            self.batches.append(batch)
            self._changed.notify_all()

    def until(self, condition: Callable[[list[Batch]], bool], seconds: float = 10) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.batches), seconds), self.batches


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "mlops.toml").write_text("")
    places.run_dir(tmp_path, RUN).mkdir(parents=True)
    return tmp_path


@contextmanager
def feeding(project: Path, heard: Heard, **options: object) -> Iterator[Feed]:
    feed = Feed(project, heard.add, hz=50, **options)  # type: ignore[arg-type]
    feed.start()
    try:
        yield feed
    finally:
        feed.stop()


def create_run(project: Path, run_id: str = RUN) -> None:
    facts = {"name": "train-1", "job": "train", "kind": "train", "created": time.time()}
    (places.run_dir(project, run_id) / "run.json").write_text(json.dumps({"id": run_id, **facts}))
    line = {"t": time.time(), "event": "run.created", "run": run_id, **facts}
    append_locked(places.project_journal(project, "here"), line)


def is_ready(batches: list[Batch]) -> bool:
    return any(batch.progress is None for batch in batches)


def test_says_when_it_is_up_to_date_even_where_there_is_nothing(project: Path) -> None:
    heard = Heard()
    with feeding(project, heard):
        heard.until(is_ready)


@pytest.mark.parametrize("use_events", [True, False])
def test_tells_of_a_run_created_while_it_watches(project: Path, use_events: bool) -> None:
    heard = Heard()
    with feeding(project, heard, use_events=use_events):
        heard.until(is_ready)
        create_run(project)
        heard.until(lambda batches: any(RUN in batch.runs for batch in batches))


def test_tells_of_points_and_of_output_of_a_live_run(project: Path) -> None:
    create_run(project)
    heard = Heard()
    folder = places.run_dir(project, RUN)
    with feeding(project, heard):
        heard.until(is_ready)
        (folder / "events.jsonl").write_text('{"t": 1, "s": 0, "m": {"loss": 1.0}}\n')
        heard.until(lambda batches: any(RUN in batch.points for batch in batches))
        (folder / "output.log").write_text("epoch 1\n")
        heard.until(lambda batches: any(RUN in batch.outputs for batch in batches))


def test_tells_of_the_last_words_of_a_run_that_has_just_ended(project: Path) -> None:
    create_run(project)
    heard = Heard()
    with feeding(project, heard, use_events=False) as feed:
        heard.until(is_ready)
        (places.run_dir(project, RUN) / "output.log").write_text("bye\n")
        end = {"t": time.time(), "event": "run.ended", "run": RUN, "state": "finished"}
        append_locked(places.project_journal(project, "here"), end)
        feed.wake()
        heard.until(lambda batches: any(RUN in batch.outputs for batch in batches))


def test_is_silent_while_nothing_happens(project: Path) -> None:
    create_run(project)
    heard = Heard()
    with feeding(project, heard):
        heard.until(is_ready)
        told = len(heard.batches)
        with pytest.raises(AssertionError):
            heard.until(lambda batches: len(batches) > told, seconds=0.7)


def test_stops_at_once_and_twice(project: Path) -> None:
    heard = Heard()
    with feeding(project, heard) as feed:
        heard.until(is_ready)
        before = time.monotonic()
        feed.stop()
        feed.stop()
        assert time.monotonic() - before < 1.5


def test_reads_much_without_pausing_and_says_at_last_that_all_is_read(project: Path) -> None:
    create_run(project)
    line = b'{"t": 1, "s": 0, "m": {"loss": 1.0}}\n'
    (places.run_dir(project, RUN) / "events.jsonl").write_bytes(line * 150_000)
    heard = Heard()
    feed = Feed(project, heard.add, hz=0.1)  # a pause would be of ten seconds
    feed.start()
    try:
        heard.until(lambda batches: len([b for b in batches if RUN in b.points]) > 1, seconds=5)
        heard.until(lambda batches: batches[-1].progress is None, seconds=5)
        told = [batch.progress for batch in heard.batches if batch.progress is not None]
        assert told[-1][0] == told[-1][1]
    finally:
        feed.stop()


def test_tends_runs_that_have_not_ended(project: Path) -> None:
    create_run(project)
    tended = threading.Event()
    with feeding(project, Heard(), tend=lambda *_: tended.set()):
        assert tended.wait(10)


def test_what_ends_it_is_the_guards_to_deal_with(project: Path) -> None:
    failed = threading.Event()

    def on_batch(_: Batch) -> None:
        raise OSError("the screen is gone")

    def guard(work: Callable[[], None]) -> None:
        with pytest.raises(OSError, match="gone"):
            work()
        failed.set()

    feed = Feed(project, on_batch, guard=guard)
    feed.start()
    assert failed.wait(10)
    feed.stop()


def test_files_that_cannot_be_read_are_told_once(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_run(project)
    ingest = Index.ingest
    closed = {"runs/x/events.jsonl": "Permission denied"}

    def ingest_most(self: Index, budget_seconds: float | None = None) -> Changes:
        return replace(ingest(self, budget_seconds), unreadable=dict(closed))

    monkeypatch.setattr(Index, "ingest", ingest_most)
    heard = Heard()
    with feeding(project, heard) as feed:
        heard.until(lambda batches: any(batch.unreadable for batch in batches))
        closed.clear()
        feed.wake()
        heard.until(lambda batches: batches[-1].unreadable == "")
    told = [batch.unreadable for batch in heard.batches if batch.unreadable is not None]
    assert told == [".mlops/runs/x/events.jsonl: Permission denied: what it says is left out", ""]
