from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlops_tui.engine.file_events import REST_SECONDS, STORM_EVENTS, FileEvents


class Events(FileEvents):
    """Counts what it hears, by a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heard = threading.Semaphore(0)
        super().__init__(self.heard.release, lambda: self.now)

    def hears(self, count: int = 1) -> bool:
        return all(self.heard.acquire(timeout=10) for _ in range(count))

    def forget(self) -> None:
        while self.heard.acquire(timeout=0.2):
            pass


@pytest.fixture
def events() -> Iterator[Events]:
    events = Events()
    yield events
    events.close()


def append(path: Path, times: int = 1) -> None:
    with open(path, "ab", buffering=0) as file:
        for _ in range(times):
            file.write(b"x")


def test_tells_of_what_happens_in_its_folders_and_nowhere_else(
    events: Events, tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    events.watch([one, other, tmp_path / "gone"])
    assert events.tells_all
    append(one / "file")
    assert events.hears()
    events.watch([other])
    events.forget()
    append(one / "file")
    assert not events.heard.acquire(timeout=0.3)
    append(other / "file")
    assert events.hears()


def test_a_storm_is_left_alone_for_a_while(events: Events, tmp_path: Path) -> None:
    events.watch([tmp_path])
    flood = tmp_path / "output.log"
    deadline = time.monotonic() + 20
    while events._counts[tmp_path] <= STORM_EVENTS:
        assert time.monotonic() < deadline
        # equal events in a row are told once: two files take turns
        append(flood)
        append(tmp_path / "events.jsonl")
    events.now += 1.0
    events.calm()
    assert not events.tells_all
    events.forget()
    append(flood)
    assert not events.heard.acquire(timeout=0.3)
    events.now += REST_SECONDS
    events.calm()
    assert events.tells_all
    append(flood)
    assert events.hears()


def test_what_happens_now_and_then_is_no_storm(events: Events, tmp_path: Path) -> None:
    events.watch([tmp_path])
    append(tmp_path / "file", 20)
    assert events.hears()
    events.now += 1.0
    events.calm()
    assert events.tells_all
