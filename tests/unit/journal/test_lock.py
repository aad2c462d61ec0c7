from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from mlops_tui.journal.append import append_locked
from mlops_tui.journal.lock import FileLock, claim, is_locked, write_atomically


def test_a_lock_has_one_holder_and_is_free_after_release(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "l"), FileLock(tmp_path / "l")
    assert is_locked(tmp_path / "l") is None
    assert first.acquire()
    assert not second.acquire()
    assert is_locked(tmp_path / "l") is True
    first.release()
    assert is_locked(tmp_path / "l") is False
    assert second.acquire()
    second.release()


def test_an_inherited_lock_outlives_its_taker(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "l")
    assert lock.acquire()
    inherited = os.dup(lock.fd)
    lock.release()
    assert is_locked(tmp_path / "l") is True
    os.close(inherited)
    assert is_locked(tmp_path / "l") is False


def test_of_many_claimants_one_wins_and_the_claim_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "claims" / "alias-7"
    wins: list[int] = []

    def attempt(number: int) -> None:
        if claim(path, {"by": number}):
            wins.append(number)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == 1
    assert json.loads(path.read_text()) == {"by": wins[0]}
    assert [entry.name for entry in path.parent.iterdir()] == ["alias-7"]


def test_shared_appends_of_many_threads_never_tear(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"

    def write(number: int) -> None:
        for step in range(20):
            append_locked(path, {"n": number, "s": step, "pad": "x" * 200})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(records) == 80
    for number in range(4):
        assert [r["s"] for r in records if r["n"] == number] == list(range(20))


def test_an_atomic_write_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "f", b"one")
    write_atomically(tmp_path / "f", b"two")
    assert (tmp_path / "f").read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["f"]
